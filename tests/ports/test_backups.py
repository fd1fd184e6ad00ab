"""A backup made in one kind of store restores in any other: the same entries, lists and keys, in a new epoch."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyrage import x25519

from waythrough.ledger import Ledger, lists, places, restoring
from waythrough.ledger.backing_up import back_up
from waythrough.ledger.backup import Locks
from waythrough.ledger.clock import milliseconds
from waythrough.ledger.device import device_key
from waythrough.ledger.places import Place
from waythrough.terms.entries import OPEN, WHAT, Draft, Vaulted
from waythrough.terms.problems import BackupRefused, WorkspaceExists

NOW = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)
HOLDER = x25519.Identity.generate()
LOCKS = Locks(recipients=(str(HOLDER.to_public()),))


def at_now() -> datetime:
    return NOW


@pytest.fixture(params=["file", "server"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Where the backup is to come back: a place of its own, with nothing there yet."""
    if request.param == "file":
        return places.find(tmp_path / "again.way")
    return places.find(request.getfixturevalue("postgres").new())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Take up another machine, by its name."""

    def take_up(name: str) -> None:
        monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / name))

    take_up("home")
    return take_up


@pytest.fixture
def ledger(place: Place, home: Callable[[str], None]) -> Iterator[Ledger]:
    """A ledger with corrections, a conflict, a repeated act and people in the vault."""
    rng = random.Random(17)
    with Ledger.create(place, title="Valley camp", author="A", clock=at_now, device=device_key()) as made:
        for n in range(8):
            (first,) = made.append([Draft("note", f"note/{n}", {"слово": n})], author="A", key=f"act {n}")
            for _ in range(rng.randrange(3)):
                again = Draft("note", f"note/{n}", {"again": rng.random()}, corrects=(first.id,))
                made.append([again], author="A")
            about = Vaulted(WHAT, f"hh-{n}", "site-1", NOW.date() + timedelta(days=n))
            made.append([Draft("household", f"home-{n}", {"size": n}, vaulted=about)], author="A")
        assert made.contested()
        yield made


def said(ledger: Ledger) -> list[object]:
    """Everything a ledger says, in the order in which it says it."""
    with ledger._store.reading() as reader:
        rows = [sorted(reader.raw_list(fold), key=repr) for fold in lists.FOLDS]
    verified = ledger.verify()
    assert verified.sound
    return [
        ledger.id,
        ledger.title,
        ledger.frontier(),
        rows,
        ledger.heads(),
        ledger.log(limit=10**6),
        verified,
    ]


def test_a_ledger_comes_back_whole_from_any_store_in_any_other_and_goes_on_in_a_new_epoch(
    ledger: Ledger, elsewhere: Place, home: Callable[[str], None], tmp_path: Path
) -> None:
    made = back_up(ledger, tmp_path / "b.wayback", LOCKS, NOW)
    before, logs = said(ledger), {tip.log for tip in ledger.frontier()}
    home("new-home")
    done = restoring.restore(
        tmp_path / "b.wayback", "", (HOLDER,), elsewhere.create, tmp_path / "new-home", milliseconds(NOW)
    )
    assert (done.contents.root, done.same_device, done.keys) == (made.root, True, made.keys)
    with Ledger.open(elsewhere, clock=at_now, device=device_key()) as again:
        assert said(again) == before
        assert {head.entries[0].state for head in again.heads("household")} == {OPEN}
        (entry,) = again.append([Draft("note", "note/new", {})], author="A")
        assert bytes.fromhex(entry.log) not in logs
        assert again.append([Draft("note", "note/0", {"слово": 0})], author="A", key="act 0")[0].sequence == 1
        # What was written since, on either side, passes to the other; nothing was signed twice.
        ledger.apply(list(again.parcels(ledger.frontier())), author="A")
        assert ledger.forks() == []
        assert said(ledger) == said(again)


def test_a_damaged_backup_leaves_nothing_behind_in_any_store(
    ledger: Ledger, elsewhere: Place, home: Callable[[str], None], tmp_path: Path
) -> None:
    back_up(ledger, tmp_path / "b.wayback", LOCKS, NOW)
    data = (tmp_path / "b.wayback").read_bytes()
    (tmp_path / "b.wayback").write_bytes(data[: len(data) * 3 // 4])
    with pytest.raises(BackupRefused):
        restoring.restore(
            tmp_path / "b.wayback", "", (HOLDER,), elsewhere.create, tmp_path / "new-home", milliseconds(NOW)
        )
    assert not [path for path in (tmp_path / "new-home").rglob("*") if path.is_file()]
    # The name is still free: a ledger can begin there.
    with Ledger.create(elsewhere, title="Another", author="B", clock=at_now, device=device_key()) as other:
        assert other.verify().commits == 1


def test_what_is_there_is_left_as_it_is(
    ledger: Ledger, elsewhere: Place, home: Callable[[str], None], tmp_path: Path
) -> None:
    back_up(ledger, tmp_path / "b.wayback", LOCKS, NOW)
    with Ledger.create(elsewhere, title="Another", author="B", clock=at_now, device=device_key()) as other:
        before = said(other)
        with pytest.raises(WorkspaceExists):
            restoring.restore(
                tmp_path / "b.wayback",
                "",
                (HOLDER,),
                elsewhere.create,
                tmp_path / "new-home",
                milliseconds(NOW),
            )
        assert said(other) == before
