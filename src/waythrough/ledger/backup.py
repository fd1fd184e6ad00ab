"""A backup: a whole ledger and the keys to read it and write on, in one file that is always encrypted.

It holds signed bytes, not tables, so a backup of a file can be restored on a server and the other way round. It is
written and read as a stream: however large the ledger, a few portions of it are in memory at a time.
`docs/reference/ledger-format.md` describes every byte.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO, NamedTuple, TypeAlias

import pyrage
from pyrage import ssh, x25519

from waythrough.ledger import canonical, cursor
from waythrough.ledger.checkpoints import root
from waythrough.ledger.clock import milliseconds, moment
from waythrough.ledger.cursor import Cursor, Unreadable
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.parcels import Parcel, Tip
from waythrough.ledger.payload import commit_pieces, parts, read_commits
from waythrough.ledger.stream import Inward, Outward
from waythrough.terms.problems import BackupNotOpened, BackupRefused

MARK = b"WYTZ"
VERSION = 1
SUFFIX = ".wayback"

HEAD, COMMITS, KEYS, DEVICE, END = range(1, 6)
"""The kinds of frame, in the order in which they come."""

LARGEST_FRAME = 256 << 20
"""Bytes of a frame, unpacked: as much as the largest part of a bundle."""

KEYS_AT_ONCE = 10_000
FETCH_AGAIN = "Nothing was restored. Take another copy of this backup, or an older backup."

_BY_PASSPHRASE, _BY_RECIPIENTS = 1, 2
_FRAME_START = 1 + 4

Identity: TypeAlias = x25519.Identity | ssh.Identity

KeySet = tuple[str, str, Sequence[tuple[str, bytes]]]
"""Site, class of data, and each subject with its key."""


@dataclass(frozen=True)
class Locks:
    """What opens a backup: a passphrase, the holders of these recipients (``age1…``, ``ssh-ed25519 …``), or both."""

    passphrase: str = ""
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contents:
    """What a backup says of itself. ``root`` is that of a checkpoint over all its commits."""

    ledger: bytes
    title: str
    made: datetime
    device: bytes
    commits: int = 0
    entries: int = 0
    keys: int = 0
    root: bytes = b""


class KeptDevice(NamedTuple):
    """A device as a backup keeps it: its file as it was, and the key that opens it, so that its passphrase, if it had
    one, stays what it was.
    """

    file: bytes
    kek: bytes


class Kept(NamedTuple):
    """What comes out of a backup besides commits: keys of the vault, and the device's own where they are in it."""

    contents: Contents
    keys: list[KeySet]
    device: KeptDevice | None


class Counted:
    """Counts what goes by, and knows the ends of the logs."""

    def __init__(self) -> None:
        self.commits = self.entries = self.keys = 0
        self._tips: dict[bytes, Tip] = {}

    def commits_of(self, parcels: Iterable[Parcel]) -> None:
        """Count these commits, in an order in which each comes after the one it follows."""
        for parcel in parcels:
            header, commit = unpack(parcel.header), header_hash(parcel.header)
            self._tips.pop(header.previous, None)
            self._tips[commit] = Tip(header.log, header.sequence, commit)
            self.commits += 1
            self.entries += len(parcel.lines)

    def said(self) -> dict[str, Any]:
        """The counts and the root, as the last frame says them."""
        return {
            "commits": self.commits,
            "entries": self.entries,
            "keys": self.keys,
            "root": self.root().hex(),
        }

    def root(self) -> bytes:
        """The root over the ends of all logs; empty where no commit came by."""
        return root(self._tips.values()) if self._tips else b""


# --- writing -----------------------------------------------------------------------------------------------


def write(
    file: BinaryIO,
    about: Contents,
    locks: Locks,
    parcels: Iterable[Parcel],
    keys: Iterable[KeySet],
    device: KeptDevice | None,
) -> Contents:
    """Write a backup to an empty file.

    Parameters
    ----------
    about
        Ledger, title, time and device; the counts are made here.
    parcels
        Every commit, in the order of arrival.

    Returns
    -------
    Contents
        The same with its counts.

    Raises
    ------
    BackupRefused
        Nothing would open it, or a recipient is none.
    """
    whole = x25519.Identity.generate()
    start = _start(locks, str(whole).encode("ascii"))
    file.write(start)
    counted = Counted()
    frames = _frames(about, sha256(start).digest(), parcels, keys, device, counted)
    with Outward(frames) as stream:
        pyrage.encrypt_io(stream, file, [whole.to_public()])
    return _with_counts(about, counted)


def _start(locks: Locks, identity: bytes) -> bytes:
    """The part that is not secret: the key of the rest, closed under each lock.

    Age does not let a passphrase stand beside other recipients, so the body is closed under a key of its own.
    """
    slots = []
    if locks.passphrase:
        slots.append((_BY_PASSPHRASE, pyrage.passphrase.encrypt(identity, locks.passphrase)))
    if locks.recipients:
        try:
            keys = [_recipient(one) for one in locks.recipients]
        except (pyrage.RecipientError, ValueError) as error:
            raise _refused("the backup to be made", f"a recipient that is no age key ({error})") from None
        slots.append((_BY_RECIPIENTS, pyrage.encrypt(identity, keys)))
    if not slots:
        raise _refused("the backup to be made", "neither a passphrase nor a recipient: nothing would open it")
    closed = [cursor.small(kind) + cursor.sized(bytes(box)) for kind, box in slots]
    return b"".join([MARK, cursor.small(VERSION), cursor.small(len(closed)), *closed])


def _recipient(text: str) -> x25519.Recipient | ssh.Recipient:
    return ssh.Recipient.from_str(text) if text.startswith("ssh-") else x25519.Recipient.from_str(text)


def _frames(
    about: Contents,
    start: bytes,
    parcels: Iterable[Parcel],
    keys: Iterable[KeySet],
    device: KeptDevice | None,
    counted: Counted,
) -> Iterator[bytes]:
    head = {
        "ledger": about.ledger.hex(),
        "title": about.title,
        "made_ms": milliseconds(about.made),
        "device": about.device.hex(),
        "start": start.hex(),
    }
    yield _frame(HEAD, canonical.encode(head, "a backup"))
    for portion in parts(parcels):
        counted.commits_of(portion)
        yield _frame(COMMITS, zlib.compress(b"".join(commit_pieces(portion)), 3))
    for site, vault, pairs in keys:
        for first in range(0, len(pairs), KEYS_AT_ONCE):
            some = pairs[first : first + KEYS_AT_ONCE]
            counted.keys += len(some)
            said = {"site": site, "vault": vault, "keys": [[subject, key.hex()] for subject, key in some]}
            yield _frame(KEYS, canonical.encode(said, "a backup"))
    if device:
        said = {"file": device.file.decode("utf-8"), "kek": device.kek.hex()}
        yield _frame(DEVICE, canonical.encode(said, "a backup"))
    yield _frame(END, canonical.encode(counted.said(), "a backup"))


def _frame(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + cursor.sized(data)


# --- reading -----------------------------------------------------------------------------------------------


def read(
    file: BinaryIO,
    place: str,
    passphrase: str,
    identities: Sequence[Identity],
    take: Callable[[Contents, Sequence[Parcel]], None],
) -> Kept:
    """Read a backup from its beginning to its end.

    Parameters
    ----------
    place
        What refusals call the file.
    passphrase, identities
        What may open it; empty where there is none.
    take
        Is handed the commits, some at a time, in the order of arrival. They are not proved yet, and the backup may
        still turn out to be damaged: what is done with them must be undone if this raises.

    Raises
    ------
    BackupNotOpened
        Neither the passphrase nor an identity opens it.
    BackupRefused
        It is no backup, was cut short or altered, or a newer version made it.
    """
    start, slots = _read_start(file, place)
    whole = _opened(slots, place, passphrase, identities)
    reading = _Reading(place, sha256(start).digest(), take)
    try:
        pyrage.decrypt_io(file, Inward(reading.take), [whole])
    except (pyrage.DecryptError, OSError) as error:
        raise _refused(
            place, f"a backup that was cut short or altered ({str(error).splitlines()[0]})"
        ) from None
    except Unreadable as error:
        raise _refused(place, error.found) from None
    return reading.done()


def _read_start(file: BinaryIO, place: str) -> tuple[bytes, list[tuple[int, bytes]]]:
    taken = []

    def take(length: int) -> Cursor:
        taken.append(file.read(length))
        if len(taken[-1]) != length:
            raise _refused(place, "a backup cut short")
        return Cursor(taken[-1])

    if file.read(len(MARK)) != MARK:
        raise _refused(place, "no backup: it does not begin like one")
    version = take(2).small("the version")
    if version != VERSION:
        remedy = "Update Waythrough, then restore it again." if version > VERSION else FETCH_AGAIN
        raise BackupRefused(place=place, found=f"a backup of version {version}", remedy=remedy)
    slots = []
    for _ in range(take(2).small("the number of locks")):
        head = take(6)
        kind, length = head.small("a lock"), head.number("its length")
        if length > 1 << 20:
            raise _refused(place, "a backup whose beginning was altered")
        slots.append((kind, take(length).take(length, "a lock")))
    return MARK + b"".join(taken), slots


def _opened(
    slots: Sequence[tuple[int, bytes]], place: str, passphrase: str, identities: Sequence[Identity]
) -> x25519.Identity:
    kinds = {kind for kind, _ in slots}
    for kind, box in slots:
        try:
            if kind == _BY_PASSPHRASE and passphrase:
                return x25519.Identity.from_str(pyrage.passphrase.decrypt(box, passphrase).decode("ascii"))
            if kind == _BY_RECIPIENTS and identities:
                return x25519.Identity.from_str(pyrage.decrypt(box, list(identities)).decode("ascii"))
        except (pyrage.DecryptError, pyrage.IdentityError, ValueError):
            continue
    ways = [
        name for kind, name in ((_BY_PASSPHRASE, "a passphrase"), (_BY_RECIPIENTS, "a key")) if kind in kinds
    ]
    raise BackupNotOpened(place=place, ways=" or ".join(ways) or "nothing")


class _Reading:
    """What has been read of a backup so far, frame by frame."""

    def __init__(self, place: str, start: bytes, take: Callable[[Contents, Sequence[Parcel]], None]) -> None:
        self._place = place
        self._start = start
        self._hand_on = take
        self._last = 0
        self._about: Contents | None = None
        self._keys: list[KeySet] = []
        self._device: KeptDevice | None = None
        self._counted = Counted()
        self._held = bytearray()

    def take(self, data: bytes) -> None:
        """More bytes; every frame that is whole by now is read."""
        self._held += data
        while len(self._held) >= _FRAME_START:
            length = int.from_bytes(self._held[1:_FRAME_START], "big")
            if length > LARGEST_FRAME:
                raise Unreadable(f"a part of {length} bytes is announced")
            if len(self._held) < _FRAME_START + length:
                return
            kind, frame = self._held[0], bytes(self._held[_FRAME_START : _FRAME_START + length])
            del self._held[: _FRAME_START + length]
            self._read(kind, frame)

    def done(self) -> Kept:
        """What came out, once nothing more comes."""
        if self._last != END or self._held or self._about is None:
            raise _refused(self._place, "a backup that does not end where it should")
        return Kept(_with_counts(self._about, self._counted), self._keys, self._device)

    def _read(self, kind: int, frame: bytes) -> None:
        if not (self._last < kind <= END or (kind == self._last and kind in (COMMITS, KEYS))) or (
            self._last == 0 and kind != HEAD
        ):
            raise Unreadable(f"a part of kind {kind} follows one of kind {self._last}")
        self._last = kind
        if kind == COMMITS:
            self._commits(frame)
            return
        try:
            said = canonical.decode(frame)
            {HEAD: self._head, KEYS: self._key_set, DEVICE: self._of_device, END: self._end}[kind](said)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise Unreadable(f"a part of kind {kind} that says nothing ({error})") from None

    def _head(self, said: dict[str, Any]) -> None:
        if said["start"] != self._start.hex():
            raise ValueError("its beginning was altered")
        self._about = Contents(
            bytes.fromhex(said["ledger"]),
            str(said["title"]),
            moment(said["made_ms"]),
            bytes.fromhex(said["device"]),
        )

    def _commits(self, frame: bytes) -> None:
        unpacker = zlib.decompressobj()
        try:
            data = Cursor(unpacker.decompress(frame, LARGEST_FRAME))
        except zlib.error as error:
            raise Unreadable(f"commits that do not unpack ({error})") from None
        if not unpacker.eof:
            raise Unreadable("commits that do not end where they should")
        parcels = read_commits(data)
        data.end()
        try:
            self._counted.commits_of(parcels)
        except ValueError as error:
            raise Unreadable(f"a commit that cannot be read: {error}") from None
        assert self._about is not None  # noqa: S101  # the first frame is always the head
        self._hand_on(self._about, parcels)

    def _key_set(self, said: dict[str, Any]) -> None:
        pairs = [(str(subject), bytes.fromhex(key)) for subject, key in said["keys"]]
        self._counted.keys += len(pairs)
        self._keys.append((str(said["site"]), str(said["vault"]), pairs))

    def _of_device(self, said: dict[str, Any]) -> None:
        self._device = KeptDevice(str(said["file"]).encode("utf-8"), bytes.fromhex(said["kek"]))

    def _end(self, said: dict[str, Any]) -> None:
        if said != self._counted.said():
            raise ValueError(f"it holds {self._counted.said()} and should hold {said}")


def _with_counts(about: Contents, counted: Counted) -> Contents:
    return Contents(
        about.ledger,
        about.title,
        about.made,
        about.device,
        counted.commits,
        counted.entries,
        counted.keys,
        counted.root(),
    )


def _refused(place: str, found: str) -> BackupRefused:
    return BackupRefused(place=place, found=found, remedy=FETCH_AGAIN)
