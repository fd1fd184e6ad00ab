"""A backup gives back what went in, to those who may open it, or nothing at all."""

from __future__ import annotations

import io
import random
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

import pyrage
import pytest
from pyrage import x25519

from waythrough.ledger import Ledger, backup, cursor, recovery
from waythrough.ledger.backup import Contents, Kept, KeptDevice, KeySet, Locks
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.parcels import Parcel
from waythrough.terms.entries import Draft
from waythrough.terms.problems import BackupNotOpened, BackupRefused, Problem

HOLDER = x25519.Identity.generate()
OTHER = x25519.Identity.generate()
TO_HOLDER = Locks(recipients=(str(HOLDER.to_public()),))
KEYS: list[KeySet] = [("site-1", "who", [("household/1", bytes(32)), ("household/2", bytes(range(32)))])]
DEVICE = KeptDevice(b'{"secrets":"not for everyone"}', bytes(range(32)))


@pytest.fixture
def parcels(ledger: Ledger) -> list[Parcel]:
    for n in range(3):
        ledger.append(
            [Draft("note", f"note/{n}/{m}", {"words": "запись " * m}) for m in range(4)], author="A"
        )
    with ledger._store.reading() as reader:
        return list(reader.parcels(lambda _: True))


@pytest.fixture
def about(ledger: Ledger, device: DeviceKey) -> Contents:
    made = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)
    return Contents(bytes.fromhex(ledger.id), ledger.title, made, device.fingerprint)


def written(about: Contents, parcels: list[Parcel], locks: Locks = TO_HOLDER) -> bytes:
    file = io.BytesIO()
    backup.write(file, about, locks, iter(parcels), KEYS, DEVICE)
    return file.getvalue()


def opened(data: bytes, passphrase: str = "", *identities: backup.Identity) -> tuple[Kept, list[Parcel]]:
    taken: list[Parcel] = []
    kept = backup.read(
        io.BytesIO(data), "b.wayback", passphrase, identities, lambda _, some: taken.extend(some)
    )
    return kept, taken


def test_what_went_in_comes_out(about: Contents, parcels: list[Parcel]) -> None:
    kept, taken = opened(written(about, parcels), "", HOLDER)
    assert taken == parcels
    assert (kept.keys, kept.device) == (KEYS, DEVICE)
    assert (kept.contents.ledger, kept.contents.title, kept.contents.made) == (
        about.ledger,
        about.title,
        about.made,
    )
    assert (kept.contents.commits, kept.contents.entries, kept.contents.keys) == (4, 13, 2)


def test_a_part_that_is_larger_than_what_is_read_at_once_comes_out_whole(
    ledger: Ledger, about: Contents
) -> None:
    words = random.Random(5).randbytes(100_000).hex()
    ledger.append([Draft("note", "note/long", {"words": words})], author="A")
    kept, taken = opened(written(about, list(ledger.parcels())), "", HOLDER)
    assert taken == list(ledger.parcels())
    assert kept.contents.commits == 2


def test_a_device_without_files_is_left_out(about: Contents, parcels: list[Parcel]) -> None:
    file = io.BytesIO()
    made = backup.write(file, about, TO_HOLDER, iter(parcels), [], None)
    kept, _ = opened(file.getvalue(), "", HOLDER)
    assert (kept.device, kept.contents) == (None, made)


def test_nothing_of_it_is_readable_in_the_file(about: Contents, parcels: list[Parcel]) -> None:
    data = written(about, parcels)
    for secret in (
        about.title.encode(),
        about.ledger,
        DEVICE.kek,
        DEVICE.file,
        b"household/1",
        parcels[0].signature,
    ):
        assert secret not in data


def test_a_passphrase_and_a_key_each_open_it_and_nothing_else_does(
    about: Contents, parcels: list[Parcel]
) -> None:
    data = written(about, parcels, Locks("six quiet boats", TO_HOLDER.recipients))
    assert opened(data, "six quiet boats")[1] == parcels
    assert opened(data, "", HOLDER)[1] == parcels
    for passphrase, identities in (("six quiet boat", ()), ("", ()), ("", (OTHER,)), ("wrong", (OTHER,))):
        with pytest.raises(BackupNotOpened, match="a passphrase or a key"):
            opened(data, passphrase, *identities)


def test_the_recovery_code_on_paper_opens_it(about: Contents, parcels: list[Parcel]) -> None:
    code = recovery.new_code()
    locks = Locks("six quiet boats", (recovery.recipient_of(recovery.device_of(code).public),))
    data = written(about, parcels, locks)
    assert opened(data, "", recovery.identity_of(code))[1] == parcels
    with pytest.raises(BackupNotOpened):
        opened(data, "", recovery.identity_of(recovery.new_code()))


def test_a_backup_that_nobody_could_open_is_not_made(about: Contents, parcels: list[Parcel]) -> None:
    with pytest.raises(BackupRefused, match="nothing would open it"):
        written(about, parcels, Locks())
    with pytest.raises(BackupRefused, match="no age key"):
        written(about, parcels, Locks(recipients=("age1nonsense",)))


def test_every_flipped_byte_is_refused(about: Contents, parcels: list[Parcel]) -> None:
    data = written(about, parcels[:2])
    for n in range(len(data)):
        with pytest.raises(Problem) as refused:
            opened(data[:n] + bytes([data[n] ^ 1]) + data[n + 1 :], "", HOLDER)
        assert isinstance(refused.value, (BackupRefused, BackupNotOpened))


def test_a_backup_cut_short_or_lengthened_anywhere_is_refused(about: Contents, parcels: list[Parcel]) -> None:
    data = written(about, parcels)
    for end in (*range(0, len(data), 7), len(data) - 1):
        with pytest.raises(BackupRefused):
            opened(data[:end], "", HOLDER)
    with pytest.raises(BackupRefused):
        opened(data + b"\0", "", HOLDER)


def test_the_lock_that_was_not_used_is_proved_too(about: Contents, parcels: list[Parcel]) -> None:
    """A second lock put in by somebody else, to open what is restored and backed up again, is noticed."""
    data = bytearray(written(about, parcels, Locks("six quiet boats", TO_HOLDER.recipients)))
    data[40] ^= 1  # within the lock of the passphrase
    with pytest.raises(BackupRefused, match="its beginning was altered"):
        opened(bytes(data), "", HOLDER)


def test_a_backup_of_a_newer_version_says_so(about: Contents, parcels: list[Parcel]) -> None:
    data = bytearray(written(about, parcels))
    data[5] = 2
    with pytest.raises(BackupRefused, match="version 2") as refused:
        opened(bytes(data), "", HOLDER)
    assert "Update Waythrough" in refused.value.remedy()


def forged(*frames: bytes, start: bytes | None = None) -> bytes:
    """A backup made by hand, so that its frames can say what no writer writes."""
    whole = x25519.Identity.generate()
    begin = backup._start(TO_HOLDER, str(whole).encode())
    made = [frame.replace(b"START", backup.sha256(begin).hexdigest().encode()) for frame in frames]
    body = b"".join(bytes([frame[0]]) + cursor.sized(frame[1:]) for frame in made)
    return (start or begin) + bytes(pyrage.encrypt(body, [whole.to_public()]))


HEAD = b'\x01{"device":"00","ledger":"00","made_ms":0,"start":"START","title":"t"}'
END = b'\x05{"commits":0,"entries":0,"keys":0,"root":""}'
COMMITS = b"\x02" + zlib.compress(cursor.number(0))


def oddities() -> Iterator[tuple[str, list[bytes]]]:
    yield "follows one of kind 0", [END]
    yield "does not end where it should", [HEAD]
    yield "does not end where it should", []
    yield "follows one of kind 5", [HEAD, END, END]
    yield "follows one of kind 3", [HEAD, b'\x03{"site":"","vault":"who","keys":[]}', COMMITS, END]
    yield "kind 9", [HEAD, b"\x09{}", END]
    yield "do not unpack", [HEAD, b"\x02nonsense", END]
    yield "do not end", [HEAD, COMMITS[:-1], END]
    yield "follow after its end", [HEAD, b"\x02" + zlib.compress(cursor.number(0) + b"more"), END]
    header = zlib.compress(cursor.number(1) + bytes(164 + 64) + cursor.number(0))
    yield "a commit that cannot be read", [HEAD, b"\x02" + header, END]
    yield "says nothing", [HEAD, b'\x04{"file":7}', END]
    yield "says nothing", [HEAD, b"\x05[]"]
    yield "should hold", [HEAD, END.replace(b'"keys":0', b'"keys":1')]
    yield "its beginning was altered", [HEAD.replace(b"START", b"other"), END]


@pytest.mark.parametrize(("found", "frames"), list(oddities()))
def test_frames_that_no_writer_writes_are_refused(found: str, frames: list[bytes]) -> None:
    with pytest.raises(BackupRefused, match=found):
        opened(forged(*frames), "", HOLDER)


def test_an_empty_set_of_frames_in_order_is_read() -> None:
    assert opened(forged(HEAD, COMMITS, END), "", HOLDER)[1] == []


def test_a_part_that_announces_more_than_it_may_hold_is_refused() -> None:
    whole = x25519.Identity.generate()
    begin = backup._start(TO_HOLDER, str(whole).encode())
    huge = bytes([1]) + cursor.number(backup.LARGEST_FRAME + 1)
    with pytest.raises(BackupRefused, match="is announced"):
        opened(begin + bytes(pyrage.encrypt(huge, [whole.to_public()])), "", HOLDER)
    long_lock = backup.MARK + cursor.small(1) + cursor.small(1) + cursor.small(2) + cursor.number(1 << 30)
    with pytest.raises(BackupRefused, match="beginning was altered"):
        opened(long_lock + bytes(100), "", HOLDER)


def test_what_goes_wrong_while_it_is_written_is_told_as_it_was(about: Contents) -> None:
    def failing() -> Iterator[Parcel]:
        raise BackupRefused(place="the ledger", found="a page that cannot be read", remedy="")
        yield

    with pytest.raises(BackupRefused, match="a page that cannot be read"):
        backup.write(io.BytesIO(), about, TO_HOLDER, failing(), KEYS, None)


def test_what_goes_wrong_while_it_is_taken_in_is_told_as_it_was(
    about: Contents, parcels: list[Parcel]
) -> None:
    def full(_: Contents, __: object) -> None:
        raise BackupRefused(place="the disk", found="no space", remedy="")

    with pytest.raises(BackupRefused, match="no space"):
        backup.read(io.BytesIO(written(about, parcels)), "b", "", [HOLDER], full)
