"""Between a person's drafts and the ledger's bytes: drafts are sealed into lines, stored lines are read as entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from waythrough.ledger import canonical, clock
from waythrough.ledger.hashing import ID_LENGTH, SALT_LENGTH, body_hash, leaf_hash
from waythrough.ledger.lists import Revision
from waythrough.terms.entries import ERASED, OPEN, SEALED, Draft, Entry, Vaulted
from waythrough.terms.problems import DraftRefused, LedgerBroken

OWN_KINDS = "ledger."
"""Kinds the ledger writes about itself. Nobody else may use them, and `heads` leaves them out."""

OWN_IN_META = b'"kind":"' + OWN_KINDS.encode()

META_KEYS = ("author", "corrects", "kind", "known_on", "record", "source", "valid_from", "valid_to")
"""What every meta says. It may say more: a newer program's words are carried, not understood."""

VAULT_KEYS = ("keep_until", "site", "subject", "vault")
"""What the meta of a body in the vault says besides."""


READ_AT_ONCE = 500
"""Lines whose JSON is read in one go; more take no less time."""

JSON_START = b"{"
"""Begins every body that is kept in the open; a sealed one begins with the number of its envelope's form."""


class Writing(NamedTuple):
    """A draft as the bytes that will be hashed."""

    meta: bytes
    body: bytes
    vaulted: Vaulted | None = None


class Line(NamedTuple):
    """One sealed entry, as it is stored beside its commit."""

    id: bytes
    meta: bytes
    salt: bytes | None
    body: bytes | None
    body_hash: bytes
    subject: str | None = None
    keep_until: str | None = None


class StoredLine(NamedTuple):
    """One entry as read back. Compared as a tuple, it stands in the order of display."""

    physical_ms: int
    counter: int
    log: bytes
    sequence: int
    position: int
    id: bytes
    meta: bytes
    body: bytes | None
    aside: str | None = None


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
        **_vault_meta(draft.vaulted),
    }
    return Writing(canonical.encode(meta, place), canonical.encode(draft.body, place), draft.vaulted)


def seal(
    writings: Sequence[Writing], entropy: Callable[[int], bytes], bodies: Sequence[bytes] | None = None
) -> tuple[list[Line], list[bytes]]:
    """The lines of these drafts, each under a salt of its own, and their leaf hashes.

    ``bodies`` are what is stored in the place of each body, where that is an envelope for one of them.
    """
    stored = bodies or [writing.body for writing in writings]
    salts = entropy(SALT_LENGTH * len(writings))
    lines, leaves = [], []
    for n, ((meta, _, vaulted), body) in enumerate(zip(writings, stored, strict=True)):
        salt = salts[n * SALT_LENGTH : (n + 1) * SALT_LENGTH]
        hashed = body_hash(salt, body)
        leaf = leaf_hash(meta, hashed)
        subject, keep_until = (vaulted.subject, _day_text(vaulted.keep_until)) if vaulted else (None, None)
        lines.append(Line(leaf[:ID_LENGTH], meta, salt, body, hashed, subject, keep_until))
        leaves.append(leaf)
    return lines, leaves


def read(line: StoredLine, opened: bytes | None = None) -> Entry:
    """The entry a stored line says. ``opened`` is its body, where that is stored sealed and its key is at hand.

    Raises
    ------
    LedgerBroken
        The line says none: it was altered.
    """
    try:
        plain = line.body if opened is None else opened
        if plain is not None and plain.startswith(JSON_START):
            meta, body = canonical.quick_decode(line.meta, plain)
            return entry(line, meta, body)
        (meta,) = canonical.quick_decode(line.meta)
        return entry(line, meta, {}, ERASED if line.body is None else SEALED)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise _unreadable(line, error) from error


def read_open(stored: Sequence[StoredLine]) -> list[Entry]:
    """The entries of many lines, none of them sealed: their JSON is read a few hundred at a time.

    Raises
    ------
    LedgerBroken
        A line says no entry: it was altered.
    """
    parts = (stored[start : start + READ_AT_ONCE] for start in range(0, len(stored), READ_AT_ONCE))
    return [one for part in parts for one in _read_part(part)]


def _read_part(part: Sequence[StoredLine]) -> list[Entry]:
    try:
        said = canonical.quick_decode(*[data for line in part for data in (line.meta, line.body or b"")])
        return [entry(*one) for one in zip(part, said[::2], said[1::2], strict=True)]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        # One of them is erased or altered. Read one by one, it is told from the others and named.
        return [read(line) for line in part]


def revision(meta: dict[str, Any], line_id: bytes, physical_ms: int) -> Revision:
    """What the lists need of an entry whose meta is already read."""
    return Revision(
        line_id.hex(),
        meta["record"],
        meta["kind"],
        tuple(meta["corrects"]),
        _known_on(meta, physical_ms),
    )


def read_revision(line: StoredLine) -> Revision:
    """What the lists need of the entry a stored line says.

    Raises
    ------
    LedgerBroken
        The line says none: it was altered.
    """
    try:
        (meta,) = canonical.quick_decode(line.meta)
        return revision(meta, line.id, line.physical_ms)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise _unreadable(line, error) from error


def entry(line: StoredLine, meta: dict[str, Any], body: dict[str, Any], state: str = OPEN) -> Entry:
    """The entry of a line whose JSON is already read."""
    # Frozen, an entry takes its seventeen fields one by one past a guard: a seventh of the time of a large reading.
    # Nobody else has it yet, so they are put there at once.
    made = Entry.__new__(Entry)
    made.__dict__.update(
        id=line.id.hex(),
        kind=meta["kind"],
        record=meta["record"],
        body=body,
        corrects=tuple(meta["corrects"]),
        known_on=_known_on(meta, line.physical_ms),
        valid_from=_day(meta["valid_from"]),
        valid_to=_day(meta["valid_to"]),
        source=meta["source"],
        author=meta["author"],
        at=clock.moment(line.physical_ms),
        log=line.log.hex(),
        sequence=line.sequence,
        index=line.position,
        vaulted=vaulted(meta) if "vault" in meta else None,
        state=state,
        aside=line.aside or "",
    )
    return made


def vaulted(meta: dict[str, Any]) -> Vaulted:
    """Whose data the body of this meta is, for a meta that names a vault."""
    return Vaulted(meta["vault"], meta["subject"], meta.get("site", ""), _day(meta.get("keep_until")))


def _known_on(meta: dict[str, Any], physical_ms: int) -> date:
    """The earlier of two days: when its words were published, and when they were recorded.

    Words dated later than their recording (an embargo, a slip of the pen) were in our hands all the same.
    """
    recorded = clock.recorded_day(physical_ms)
    published = _day(meta["known_on"])
    return min(published, recorded) if published else recorded


def _unreadable(line: StoredLine, error: Exception) -> LedgerBroken:
    return LedgerBroken(what=f"an entry of commit {line.sequence!r} cannot be read ({error})")


def meta_faults(meta: dict[str, Any]) -> list[str]:
    """What is wrong with the form of an entry's meta; nothing, for any that this program wrote."""
    if _plainly_right(meta):
        return []
    if not meta.keys() >= set(META_KEYS):
        return [f"its meta has only the keys {', '.join(sorted(meta))}"]
    faults = [f"its {name} is no text" for name in ("author", "kind", "record") if not _is_text(meta[name])]
    if not (meta["source"] is None or isinstance(meta["source"], str)):
        faults.append("its source is neither text nor missing")
    corrects = meta["corrects"]
    if not (isinstance(corrects, list) and all(is_id(one) for one in corrects)):
        faults.append("what it corrects is not a list of entry ids")
    faults += [
        f"its {name} is no day"
        for name in ("known_on", "valid_from", "valid_to", "keep_until")
        if not _is_day(meta.get(name))
    ]
    faults += [
        f"its {name} is no text" for name in ("site", "subject", "vault") if not _is_text(meta.get(name, "-"))
    ]
    if ("vault" in meta) != ("subject" in meta):
        faults.append("it names a vault or a subject, and not the other")
    return faults


def _plainly_right(meta: dict[str, Any]) -> bool:
    """A quick look that is enough for most: nobody's body, no correction, no word of a newer program."""
    return (
        tuple(meta) == META_KEYS
        and meta["corrects"] == []
        and (meta["source"] is None or isinstance(meta["source"], str))
        and _is_text(meta["author"])
        and _is_text(meta["kind"])
        and _is_text(meta["record"])
        and _is_day(meta["known_on"])
        and _is_day(meta["valid_from"])
        and _is_day(meta["valid_to"])
    )


def holds_own(lines: Iterable[Line]) -> bool:
    """Whether one of these lines is the ledger's own.

    In canonical JSON a quotation mark inside a text is escaped, so these bytes can only be the key and its value.
    """
    return any(OWN_IN_META in line.meta for line in lines)


def is_id(value: Any) -> bool:
    """True for 32 hexadecimal digits in lower case."""
    return isinstance(value, str) and len(value) == 2 * ID_LENGTH and not value.strip("0123456789abcdef")


def _check(draft: Draft, author: str, place: str) -> None:
    named = [("kind", draft.kind), ("record", draft.record), ("author", author)]
    if draft.vaulted:
        named += [("vault", draft.vaulted.vault), ("subject", draft.vaulted.subject)]
    for name, value in named:
        if not _is_text(value):
            raise DraftRefused(
                place=place,
                found=f"its {name} is {value!r}",
                remedy=f"Give the {name} as a text that is not empty and has no NUL in it.",
            )
    for name, day in (
        ("known_on", draft.known_on),
        ("valid_from", draft.valid_from),
        ("valid_to", draft.valid_to),
        ("keep_until", draft.vaulted.keep_until if draft.vaulted else None),
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


def _vault_meta(vaulted: Vaulted | None) -> dict[str, str]:
    """The meta keys of a body in the vault. What is not said is left out, so that older metas keep their bytes."""
    if vaulted is None:
        return {}
    said = {
        "keep_until": _day_text(vaulted.keep_until),
        "site": vaulted.site,
        "subject": vaulted.subject,
        "vault": vaulted.vault,
    }
    return {name: value for name, value in said.items() if value}


def _day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@lru_cache(maxsize=4096)
def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _is_text(value: Any) -> bool:
    # PostgreSQL's texts cannot hold the character 0, and what one laptop writes every store must take.
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value


def _is_day(value: Any) -> bool:
    return value is None or (isinstance(value, str) and _says_day(value))


@lru_cache(maxsize=4096)
def _says_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
