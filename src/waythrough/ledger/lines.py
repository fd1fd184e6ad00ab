"""Between a person's drafts and the ledger's bytes: drafts are sealed into lines, stored lines are read as entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from waythrough.ledger import canonical, clock
from waythrough.ledger.hashing import ID_LENGTH, SALT_LENGTH, body_hash, leaf_hash
from waythrough.terms.entries import Draft, Entry
from waythrough.terms.problems import DraftRefused, LedgerBroken

OWN_KINDS = "ledger."
"""Kinds the ledger writes about itself. Nobody else may use them, and `heads` leaves them out."""

META_KEYS = ("author", "corrects", "kind", "known_on", "record", "source", "valid_from", "valid_to")


class Writing(NamedTuple):
    """A draft as the bytes that will be hashed."""

    meta: bytes
    body: bytes


class Line(NamedTuple):
    """One sealed entry, as it is stored beside its commit."""

    id: bytes
    meta: bytes
    salt: bytes
    body: bytes
    body_hash: bytes


class StoredLine(NamedTuple):
    """One entry as read back. Compared as a tuple, it stands in the order of display."""

    physical_ms: int
    counter: int
    log: bytes
    sequence: int
    position: int
    id: bytes
    meta: bytes
    body: bytes


def write(draft: Draft, author: str, place: str) -> Writing:
    """The bytes of a draft.

    Raises
    ------
    DraftRefused
        No kind or record, days that are not days, or a time of validity that ends before it begins.
    BodyRefused
        The body holds what JSON cannot say exactly.
    """
    _check(draft, author, place)
    meta = {
        "author": author,
        "corrects": list(dict.fromkeys(draft.corrects)),
        "kind": draft.kind,
        "known_on": _day_text(draft.known_on),
        "record": draft.record,
        "source": draft.source,
        "valid_from": _day_text(draft.valid_from),
        "valid_to": _day_text(draft.valid_to),
    }
    return Writing(canonical.encode(meta, place), canonical.encode(draft.body, place))


def seal(writings: Sequence[Writing], entropy: Callable[[int], bytes]) -> tuple[list[Line], list[bytes]]:
    """The lines of these drafts, each under a salt of its own, and their leaf hashes."""
    salts = entropy(SALT_LENGTH * len(writings))
    lines, leaves = [], []
    for n, (meta, body) in enumerate(writings):
        salt = salts[n * SALT_LENGTH : (n + 1) * SALT_LENGTH]
        hashed = body_hash(salt, body)
        leaf = leaf_hash(meta, hashed)
        lines.append(Line(leaf[:ID_LENGTH], meta, salt, body, hashed))
        leaves.append(leaf)
    return lines, leaves


def read(line: StoredLine) -> Entry:
    """The entry a stored line says.

    Raises
    ------
    LedgerBroken
        The line says none: it was altered.
    """
    try:
        return entry(line, *canonical.quick_decode(line.meta, line.body))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise LedgerBroken(what=f"an entry of commit {line.sequence!r} cannot be read ({error})") from error


def entry(line: StoredLine, meta: dict[str, Any], body: dict[str, Any]) -> Entry:
    """The entry of a line whose JSON is already read.

    It is known from the earlier of two days: when its words were published, and when they were recorded. Words
    dated later than their recording (an embargo, a slip of the pen) were in our hands all the same.
    """
    recorded = clock.recorded_day(line.physical_ms)
    published = _day(meta["known_on"])
    return Entry(
        id=line.id.hex(),
        kind=meta["kind"],
        record=meta["record"],
        body=body,
        corrects=tuple(meta["corrects"]),
        known_on=min(published, recorded) if published else recorded,
        valid_from=_day(meta["valid_from"]),
        valid_to=_day(meta["valid_to"]),
        source=meta["source"],
        author=meta["author"],
        at=clock.moment(line.physical_ms),
        log=line.log.hex(),
        sequence=line.sequence,
        index=line.position,
    )


def meta_faults(meta: dict[str, Any]) -> list[str]:
    """What is wrong with the form of an entry's meta; nothing, for any that this program wrote."""
    if tuple(sorted(meta)) != META_KEYS:
        return [f"its meta has the keys {', '.join(sorted(meta))}"]
    faults = [f"its {name} is no text" for name in ("author", "kind", "record") if not _is_text(meta[name])]
    if not (meta["source"] is None or isinstance(meta["source"], str)):
        faults.append("its source is neither text nor missing")
    corrects = meta["corrects"]
    if not (isinstance(corrects, list) and all(is_id(one) for one in corrects)):
        faults.append("what it corrects is not a list of entry ids")
    faults += [
        f"its {name} is no day" for name in ("known_on", "valid_from", "valid_to") if not _is_day(meta[name])
    ]
    return faults


def is_id(value: Any) -> bool:
    """True for 32 hexadecimal digits in lower case."""
    return isinstance(value, str) and len(value) == 2 * ID_LENGTH and not value.strip("0123456789abcdef")


def _check(draft: Draft, author: str, place: str) -> None:
    for name, value in (("kind", draft.kind), ("record", draft.record), ("author", author)):
        if not _is_text(value):
            raise DraftRefused(
                place=place,
                found=f"its {name} is {value!r}",
                remedy=f"Give the {name} as a text that is not empty.",
            )
    for name, day in (
        ("known_on", draft.known_on),
        ("valid_from", draft.valid_from),
        ("valid_to", draft.valid_to),
    ):
        # A datetime is a date to Python, but carries an hour whose zone nobody stated.
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise DraftRefused(
                place=place, found=f"its {name} is {day!r}", remedy="Give a day, without an hour."
            )
    if draft.valid_from and draft.valid_to and draft.valid_to < draft.valid_from:
        raise DraftRefused(
            place=place,
            found=f"it ends on {draft.valid_to}, before it begins on {draft.valid_from}",
            remedy="Exchange or correct the two days.",
        )
    for one in draft.corrects:
        if not is_id(one):
            raise DraftRefused(
                place=place,
                found=f"it corrects {one!r}, which is no entry id",
                remedy="Name entries by all 32 hexadecimal digits.",
            )


def _day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@lru_cache(maxsize=4096)
def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_day(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False
