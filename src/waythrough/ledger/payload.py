"""What a part of a bundle says, as bytes: commits in transit, sealed vault keys, and what the sender holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

from waythrough.ledger import cursor, header
from waythrough.ledger.cursor import Cursor, Unreadable
from waythrough.ledger.hashing import SALT_LENGTH, body_hash
from waythrough.ledger.parcels import CarriedLine, Parcel, Tip

NO_BUNDLE = bytes(16)
"""Stands for “answers nothing”."""

USUAL_PART = 4 << 20
"""Bytes after which a part is closed and another begun, so that a broken connection costs little."""

_TIP_LENGTH = 20 + 8 + 32
_SMALLEST_PARCEL = header.LENGTH + 64 + 4
_SMALLEST_LINE = 4 + 1 + 32
_SMALLEST_SECTION = 2 + 2 + 32 + 8 + 32 + 64 + 4
_ORDERS = tuple(f'"kind":"ledger.{kind}"'.encode() for kind in ("erasure", "approval", "device", "admission"))
"""How the meta of an entry reads that decides, or helps to decide, what is erased."""

_HERE, _GONE = b"\x01", b"\x00"


class KeySection(NamedTuple):
    """Vault keys of one class at one site, sealed by one device to those that may hold them: for others, bytes.

    ``origin`` is the public key of the device that sealed them. ``digest`` names the set of keys inside and those it
    is sealed to, so that nobody is sent what they have. ``signature`` is the origin's, over `signed_part`: whoever
    carries a section can neither alter it nor make one up.
    """

    site: str
    vault: str
    origin: bytes
    made_ms: int
    digest: bytes
    signature: bytes
    sealed: bytes


@dataclass(frozen=True)
class Part:
    """What one part of a bundle says.

    ``base`` is what a receiver must already hold for the parcels to join on; ``frontier`` is what the sender holds.
    ``answers`` is the id of the bundle this one answers, so that no old answer passes for a new one. ``made_ms`` is
    the sender's clock, milliseconds since 1970 UTC. ``box_key`` is where to seal an answer, for somebody who does not
    know the sender yet. ``has`` are the digests of the key sections the sender holds.
    """

    ledger: bytes
    bundle: bytes
    made_ms: int
    frontier: tuple[Tip, ...]
    base: tuple[Tip, ...] = ()
    answers: bytes = NO_BUNDLE
    box_key: str = ""
    number: int = 1
    of: int = 1
    parcels: tuple[Parcel, ...] = ()
    keys: tuple[KeySection, ...] = ()
    has: tuple[bytes, ...] = ()


# --- writing -----------------------------------------------------------------------------------------------


def pack(part: Part) -> bytes:
    """The payload: what is compressed, signed and sealed."""
    pieces = [
        part.ledger,
        part.bundle,
        part.answers,
        cursor.number(part.number),
        cursor.number(part.of),
        cursor.large(part.made_ms),
        cursor.text(part.box_key),
        *_tips(part.base),
        *_tips(part.frontier),
        *commit_pieces(part.parcels),
        cursor.number(len(part.keys)),
    ]
    for section in sorted(part.keys):
        pieces += section_pieces(section)
    pieces += (cursor.number(len(part.has)), *sorted(part.has))
    return b"".join(pieces)


def commit_pieces(parcels: Sequence[Parcel]) -> Iterator[bytes]:
    """Commits as they lie in a payload, and in a backup: how many, then one after the other."""
    yield cursor.number(len(parcels))
    for parcel in parcels:
        yield from (parcel.header, parcel.signature, cursor.number(len(parcel.lines)))
        for line in parcel.lines:
            yield from _line(line)


def size(parcel: Parcel) -> int:
    """About how many bytes a parcel takes in a payload."""
    lines = sum(
        53 + len(line.meta) + (len(line.body) if line.body is not None else 0) for line in parcel.lines
    )
    return _SMALLEST_PARCEL + lines


def portion(parcels: Iterable[Parcel], usual: int = USUAL_PART) -> list[Parcel]:
    """As many of the first parcels as make a message of the usual size, in their order.

    Where a body among them has been erased, all later orders come along too: whoever receives it refuses a body
    that is missing while nothing says who ordered that.
    """
    taken: list[Parcel] = []
    filled = enough = orders = 0
    gone = False
    for parcel in parcels:
        taken.append(parcel)
        filled += size(parcel)
        gone = gone or any(line.body is None for line in parcel.lines)
        if any(kind in line.meta for line in parcel.lines for kind in _ORDERS):
            orders = len(taken)
        if filled >= usual and not enough:
            enough = len(taken)
        if enough and not gone:
            break
    return taken[: max(enough, orders) if enough else None]


def parts(parcels: Iterable[Parcel], usual: int = USUAL_PART) -> Iterator[tuple[Parcel, ...]]:
    """All parcels in their order, a part’s worth at a time; one empty part where there is nothing."""
    filling: list[Parcel] = []
    filled = 0
    empty = True
    for parcel in parcels:
        filling.append(parcel)
        filled += size(parcel)
        if filled >= usual:
            yield tuple(filling)
            filling, filled, empty = [], 0, False
    if filling or empty:
        yield tuple(filling)


def _tips(tips: Sequence[Tip]) -> Iterator[bytes]:
    yield cursor.number(len(tips))
    for tip in sorted(tips):
        yield tip.log + cursor.large(tip.sequence) + tip.commit


def _line(line: CarriedLine) -> tuple[bytes, ...]:
    # The hash of a body that is here is computed by whoever reads it, so it cannot lie; that of an erased body
    # must travel.
    if line.body is None or line.salt is None:
        return (cursor.sized(line.meta), _GONE, line.body_hash)
    return (cursor.sized(line.meta), _HERE, line.salt, cursor.sized(line.body))


def section_pieces(section: KeySection) -> tuple[bytes, ...]:
    """A key section as it lies in a payload."""
    start = (
        cursor.text(section.site),
        cursor.text(section.vault),
        section.origin,
        cursor.large(section.made_ms),
    )
    return (*start, section.digest, section.signature, cursor.sized(section.sealed))


# --- reading -----------------------------------------------------------------------------------------------


def unpack(payload: bytes) -> Part:
    """What a payload says.

    Raises
    ------
    Unreadable
        It says nothing that a writer could have meant.
    """
    data = Cursor(payload)
    ledger, bundle, answers = (
        data.take(16, what) for what in ("the ledger id", "the bundle id", "the id it answers")
    )
    number, of = data.number("the number of the part"), data.number("the number of parts")
    if not 1 <= number <= of:
        raise Unreadable(f"it says that it is part {number} of {of}")
    made_ms, box_key = data.large("the time it was made"), data.text("the sender's box key")
    base, frontier = _read_tips(data, "commits it builds on"), _read_tips(data, "commits the sender holds")
    parcels = read_commits(data)
    keys, has = _read_sections(data), _read_digests(data)
    data.end()
    return Part(ledger, bundle, made_ms, frontier, base, answers, box_key, number, of, parcels, keys, has)


def _read_tips(data: Cursor, what: str) -> tuple[Tip, ...]:
    tips = tuple(
        Tip(data.take(20, "a log"), data.large("a sequence"), data.take(32, "a commit id"))
        for _ in range(data.count(_TIP_LENGTH, what))
    )
    _in_order(tips, what)
    return tips


def read_commits(data: Cursor) -> tuple[Parcel, ...]:
    """The commits that `commit_pieces` wrote. Raises Unreadable."""
    return tuple(_read_parcel(data) for _ in range(data.count(_SMALLEST_PARCEL, "commits")))


def _read_parcel(data: Cursor) -> Parcel:
    head, signature = data.take(header.LENGTH, "a header"), data.take(64, "a signature")
    return Parcel(
        head, signature, tuple(_read_line(data) for _ in range(data.count(_SMALLEST_LINE, "entries")))
    )


def _read_line(data: Cursor) -> CarriedLine:
    meta = data.sized("an entry's meta")
    mark = data.take(1, "the mark of a body")
    if mark == _GONE:
        return CarriedLine(meta, None, None, data.take(32, "the hash of a body"))
    if mark != _HERE:
        raise Unreadable(f"a body is marked {mark[0]}, neither here nor gone")
    salt, body = data.take(SALT_LENGTH, "a salt"), data.sized("a body")
    return CarriedLine(meta, salt, body, body_hash(salt, body))


def _read_sections(data: Cursor) -> tuple[KeySection, ...]:
    sections = tuple(read_section(data) for _ in range(data.count(_SMALLEST_SECTION, "key sections")))
    _in_order([section[:3] for section in sections], "key sections")
    return sections


def read_section(data: Cursor) -> KeySection:
    """The key section that follows."""
    return KeySection(
        site=data.text("a site"),
        vault=data.text("a vault class"),
        origin=data.take(32, "the device that sealed keys"),
        made_ms=data.large("the time keys were sealed"),
        digest=data.take(32, "the digest of keys"),
        signature=data.take(64, "the signature over keys"),
        sealed=data.sized("sealed keys"),
    )


def _read_digests(data: Cursor) -> tuple[bytes, ...]:
    digests = tuple(data.take(32, "a digest") for _ in range(data.count(32, "digests of keys")))
    _in_order(digests, "digests of keys")
    return digests


def _in_order(values: Sequence[Any], what: str) -> None:
    """One way of writing the same: each greater than the one before, so that nothing is said twice."""
    if any(first >= second for first, second in pairwise(values)):
        raise Unreadable(f"the {what} are not in order")
