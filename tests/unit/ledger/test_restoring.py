"""A backup restores everything or nothing: entries, lists, keys, the device; and the device begins a new epoch."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from pyrage import x25519

from waythrough.ledger import Ledger, backup, lists, restoring
from waythrough.ledger.backing_up import back_up
from waythrough.ledger.backup import Contents, KeptDevice, Locks
from waythrough.ledger.clock import milliseconds
from waythrough.ledger.device import device_key
from waythrough.ledger.keyring import keyring_of
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.restoring import Restored
from waythrough.ledger.sqlite import SqliteStore
from waythrough.terms.entries import Draft, Vaulted
from waythrough.terms.problems import (
    BackupNotOpened,
    BackupRefused,
    DeviceKeyUnusable,
    LedgerBroken,
    WorkspaceExists,
)

NOW = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)
HOLDER = x25519.Identity.generate()
LOCKS = Locks(recipients=(str(HOLDER.to_public()),))
NAMES = {"names": "Amina and Boris Example"}


def begun(folder: Path, seed: int = 1) -> Ledger:
    """A new ledger on a new device."""
    device = device_key(folder / "home")
    made = Ledger.create(
        folder / "valley.way",
        title="Valley camp",
        author="A",
        device=device,
        clock=lambda: NOW,
        entropy=random.Random(seed).randbytes,
    )
    made.close()
    return opened(folder)


def opened(folder: Path, home: str = "home", name: str = "valley.way") -> Ledger:
    device = device_key(folder / home)
    ledger = Ledger.open(folder / name, device=device, clock=lambda: NOW)
    ring = keyring_of(device, bytes.fromhex(ledger.id))
    ledger.close()
    return Ledger.open(folder / name, device=device, clock=lambda: NOW, keyring=ring)


def fill(ledger: Ledger, rng: random.Random, acts: int) -> None:
    """Records, corrections, conflicts, keys for repeating, bodies in the vault."""
    for n in range(acts):
        standing = ledger.heads()
        drafts = []
        for m in range(rng.randrange(1, 4)):
            vaulted = (
                Vaulted("who", f"household/{rng.randrange(5)}", "site-1") if rng.random() < 0.3 else None
            )
            drafts.append(Draft("note", f"note/{n}/{m}", {"n": n, "words": "слово " * m}, vaulted=vaulted))
        if standing and rng.random() < 0.5:
            head = rng.choice(standing)
            old = rng.choice(head.entries)
            drafts = [Draft(head.kind, head.record, {"again": n}, corrects=(old.id,))]
        ledger.append(drafts, author="A", key=f"act-{n}" if rng.random() < 0.5 else None)


def said(ledger: Ledger) -> object:
    """Everything a ledger says: its root, what stands, and the rows of its lists."""
    with ledger._store.reading() as reader:
        rows = [sorted(map(repr, reader.raw_list(fold))) for fold in lists.FOLDS]
    days = [None, NOW.date(), NOW.date() - timedelta(days=1)]
    return (
        ledger.id,
        ledger.frontier(),
        rows,
        [ledger.heads(as_of=day) for day in days],
        ledger.log(limit=10**6),
    )


def restored(file: Path, to: Path, home: Path, passphrase: str = "", *who: x25519.Identity) -> Restored:
    create = partial(SqliteStore.create, to)
    return restoring.restore(
        file, passphrase, who or (HOLDER,), create, home, milliseconds(NOW + timedelta(days=1))
    )


@pytest.mark.parametrize("seed", range(50))
def test_random_ledgers_come_back_as_they_were_and_go_on_in_a_new_epoch(tmp_path: Path, seed: int) -> None:
    with begun(tmp_path, seed) as ledger:
        fill(ledger, random.Random(seed), acts=8)
        back_up(ledger, tmp_path / "b.wayback", LOCKS, NOW)
        before, verified = said(ledger), ledger.verify()
    done = restored(tmp_path / "b.wayback", tmp_path / "again.way", tmp_path / "new-home")
    assert (done.contents.commits, done.contents.entries) == (verified.commits, verified.entries)
    assert done.same_device
    with opened(tmp_path, "new-home", "again.way") as ledger:
        assert said(ledger) == before
        assert ledger.verify() == verified
        logs = {tip.log for tip in ledger.frontier()}
        (entry,) = ledger.append([Draft("note", "note/new", {})], author="A")
        assert bytes.fromhex(entry.log) not in logs
        assert ledger.log(limit=2)[1].kind == "ledger.epoch"
        assert ledger.verify().sound


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A backup of a ledger with something in the vault."""
    with begun(tmp_path) as ledger:
        who = Vaulted("what", "household/1", "site-1")
        fill(ledger, random.Random(3), acts=4)
        ledger.append([Draft("identity", "identity/1", NAMES, vaulted=who)], author="A")
        back_up(ledger, tmp_path / "b.wayback", Locks("six quiet boats", LOCKS.recipients), NOW)
    return tmp_path / "b.wayback"


def left(folder: Path) -> set[str]:
    """What lies below a folder, besides empty folders."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_the_vault_opens_on_the_new_machine(tmp_path: Path, kept: Path) -> None:
    done = restored(kept, tmp_path / "again.way", tmp_path / "new-home", "six quiet boats")
    assert done.keys == done.contents.keys > 0
    with opened(tmp_path, "new-home", "again.way") as ledger:
        (head,) = ledger.heads("identity")
        assert head.entries[0].body == NAMES


def test_a_ledger_that_takes_several_parts_comes_back_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = backup.parts
    monkeypatch.setattr(backup, "parts", lambda parcels: whole(parcels, 1))
    with begun(tmp_path) as ledger:
        fill(ledger, random.Random(4), acts=5)
        back_up(ledger, tmp_path / "b.wayback", LOCKS, NOW)
        before = said(ledger)
    restored(tmp_path / "b.wayback", tmp_path / "again.way", tmp_path / "new-home")
    with opened(tmp_path, "new-home", "again.way") as ledger:
        assert said(ledger) == before


def test_a_backup_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        before = left(tmp_path)
        with pytest.raises(BackupRefused, match="it cannot be written"):
            back_up(ledger, tmp_path / "no such folder" / "b.wayback", LOCKS, NOW)
        assert left(tmp_path) == before


def test_a_wrong_passphrase_a_cut_and_a_flip_leave_nothing_behind(tmp_path: Path, kept: Path) -> None:
    data, rng = kept.read_bytes(), random.Random(17)
    cases: list[tuple[bytes, str]] = [(data, "six loud boats")]
    cases += [(data[: rng.randrange(len(data))], "") for _ in range(20)]
    cases += [(flipped(data, rng.randrange(len(data))), "") for _ in range(40)]
    before = left(tmp_path)
    for bytes_, passphrase in cases:
        kept.write_bytes(bytes_)
        who = (x25519.Identity.generate(),) if passphrase else ()
        with pytest.raises((BackupRefused, BackupNotOpened)):
            restored(kept, tmp_path / "again.way", tmp_path / "new-home", passphrase, *who)
        assert left(tmp_path) == before


def flipped(data: bytes, n: int) -> bytes:
    return data[:n] + bytes([data[n] ^ 1]) + data[n + 1 :]


def test_a_machine_that_is_a_device_already_stays_that_device(tmp_path: Path, kept: Path) -> None:
    other = device_key(tmp_path / "new-home").fingerprint
    done = restored(kept, tmp_path / "again.way", tmp_path / "new-home")
    assert not done.same_device
    assert done.keys == done.contents.keys
    with opened(tmp_path, "new-home", "again.way") as ledger:
        assert ledger.device().fingerprint == other
        assert not ledger.may_write()
        assert ledger.heads("identity")[0].entries[0].body == NAMES


def test_restoring_beside_the_original_never_forks_its_log(tmp_path: Path, kept: Path) -> None:
    """The same device, the same home: both copies go on, each under numbers of its own."""
    restored(kept, tmp_path / "again.way", tmp_path / "home")
    for name in ("again.way", "valley.way", "again.way", "valley.way"):
        with opened(tmp_path, name=name) as ledger:
            ledger.append([Draft("note", f"note/{random.random()}", {})], author="A")
    with opened(tmp_path) as ledger, opened(tmp_path, name="again.way") as other:
        ledger.apply(list(other.parcels(ledger.frontier())), author="A")
        assert ledger.forks() == []
        assert ledger.verify().sound


def test_a_file_that_is_there_is_left_as_it_is(tmp_path: Path, kept: Path) -> None:
    (tmp_path / "again.way").write_text("mine")
    before = left(tmp_path)
    with pytest.raises(WorkspaceExists):
        restored(kept, tmp_path / "again.way", tmp_path / "new-home")
    assert left(tmp_path) == before
    assert (tmp_path / "again.way").read_text() == "mine"
    with opened(tmp_path) as ledger, pytest.raises(BackupRefused, match="a file of that name"):
        back_up(ledger, kept, LOCKS, NOW)


def test_a_failure_after_the_keys_were_put_takes_them_away_again(tmp_path: Path, kept: Path) -> None:
    def failing(begin: Callable[[object], None]) -> None:
        SqliteStore.create(tmp_path / "again.way", lambda writer: (begin(writer), 1 / 0)[0])

    before = left(tmp_path)
    with pytest.raises(ZeroDivisionError):
        restoring.restore(kept, "", (HOLDER,), failing, tmp_path / "new-home", milliseconds(NOW))
    assert left(tmp_path) == before


def test_a_ledger_that_does_not_verify_is_not_backed_up(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        with ledger._store.writing() as writer:
            writer.clear(lists.FOLDS[0])
        before = left(tmp_path)
        with pytest.raises(LedgerBroken):
            back_up(ledger, tmp_path / "b.wayback", LOCKS, NOW)
        assert left(tmp_path) == before


def test_a_device_without_a_folder_is_not_taken_along_and_the_new_machine_becomes_one_of_its_own(
    tmp_path: Path,
) -> None:
    device = DeviceKey.from_seed(bytes(range(32)))
    with Ledger.create(tmp_path / "valley.way", title="Valley camp", author="A", device=device) as ledger:
        made = back_up(ledger, tmp_path / "b.wayback", LOCKS, NOW)
    done = restored(tmp_path / "b.wayback", tmp_path / "again.way", tmp_path / "new-home")
    assert (done.contents.root, done.same_device, done.passphrase) == (made.root, False, False)
    with opened(tmp_path, "new-home", "again.way") as ledger:
        assert not ledger.may_write()


def test_a_backup_of_nothing_or_of_what_does_not_verify_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with begun(tmp_path) as ledger:
        ledger.append([Draft("note", "note/1", {})], author="A")
        ledger.append([Draft("note", "note/2", {})], author="A")
        parcels = list(ledger.parcels())
        about = Contents(bytes.fromhex(ledger.id), ledger.title, NOW, ledger.device().fingerprint)
    before = left(tmp_path)
    whole = backup.parts
    for some, found in (
        (None, "it holds no commit"),
        ([], "the first commit: it is missing"),
        ([parcels[0], parcels[2]], "before it are missing"),
    ):
        monkeypatch.setattr(backup, "parts", whole if some is not None else lambda _: iter(()))
        with (tmp_path / "forged.wayback").open("wb") as file:
            backup.write(file, about, LOCKS, some or [], [], None)
        with pytest.raises(BackupRefused, match=found):
            restored(tmp_path / "forged.wayback", tmp_path / "again.way", tmp_path / "new-home")
    (tmp_path / "forged.wayback").unlink()
    assert left(tmp_path) == before


def test_a_backup_whose_device_file_is_none_is_refused(tmp_path: Path) -> None:
    with begun(tmp_path) as ledger:
        about = Contents(bytes.fromhex(ledger.id), ledger.title, NOW, ledger.device().fingerprint)
        with (tmp_path / "forged.wayback").open("wb") as file:
            backup.write(file, about, LOCKS, ledger.parcels(), [], KeptDevice(b"{}", bytes(32)))
    with pytest.raises(DeviceKeyUnusable, match="does not hold the file of a device"):
        restored(tmp_path / "forged.wayback", tmp_path / "again.way", tmp_path / "new-home")
    assert not (tmp_path / "again.way").exists()
    assert not (tmp_path / "new-home" / "device.json").exists()
