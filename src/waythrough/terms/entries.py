"""What the ledger keeps: drafts that a person is about to write, and entries as they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

OPEN, SEALED, ERASED = "open", "sealed", "erased"
"""What a body is here: readable, under a key that is not on this device, destroyed."""

WHO, WHAT, TEXT, AUTHOR = "who", "what", "text", "author"
"""Classes of the vault: who somebody is; what planning needs of a household, by opaque id; words of documents; and who
wrote down an entry whose author is sealed."""

ON_RECORD = frozenset({WHO, AUTHOR})
"""Classes that are opened one subject at a time, after the reason was written into the ledger."""

Body = Mapping[str, Any]
"""A JSON object: strings, integers, finite floats, booleans, null, lists and objects of these."""


@dataclass(frozen=True)
class Vaulted:
    """Whose data a body is, so that it can be kept under a key of their own and destroyed when they ask.

    ``vault`` is the class of data, ``subject`` the opaque id of the household, person or document, ``site`` the site
    whose roles decide which devices are handed the key. ``keep_until`` is the last day the body may be kept.
    """

    vault: str
    subject: str
    site: str = ""
    keep_until: date | None = None


@dataclass(frozen=True)
class Draft:
    """One revision of one record, not yet written.

    ``known_on`` is the day the words were published; where only a month or a year is known it is the
    *last* day of it, so that looking back never shows what nobody could have read. ``None`` means the
    words become known by being recorded. ``corrects`` names the entries this one replaces; two entries
    that correct the same one are a conflict and both stand until a third names both.
    """

    kind: str
    record: str
    body: Body
    corrects: tuple[str, ...] = ()
    known_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    source: str | None = None
    vaulted: Vaulted | None = None


@dataclass(frozen=True)
class Entry:
    """One sealed line of the ledger.

    ``id`` is the first 32 hexadecimal digits of the entry's leaf hash. ``at`` is the recording device's
    clock (UTC); it orders the display and decides nothing. ``known_on`` is the earlier of the day the words
    were published and the day they were recorded.

    ``state`` is open, sealed (its key is not on this device) or erased (destroyed by an order that travels); the body
    is empty unless it is open. ``aside`` says why an entry does not count; empty for all that do.
    """

    id: str
    kind: str
    record: str
    body: Body
    corrects: tuple[str, ...]
    known_on: date
    valid_from: date | None
    valid_to: date | None
    source: str | None
    author: str
    at: datetime
    log: str
    sequence: int
    index: int
    vaulted: Vaulted | None = None
    state: str = OPEN
    aside: str = ""


@dataclass(frozen=True)
class Head:
    """What stands for one record as of a day: one entry, or several that conflict."""

    record: str
    kind: str
    entries: tuple[Entry, ...]

    @property
    def contested(self) -> bool:
        """More than one revision stands and nobody has settled it."""
        return len(self.entries) > 1


REBUILD = "No recorded entry is harmed by this. Rebuild the lists: waythrough rebuild."
"""The advice of every finding that says nothing against the entries themselves."""

HELD_BACK = (
    "Sync with that device. If the commits do not come then, this copy was cut short, or somebody between "
    "holds them back."
)
"""The advice where something is missing that other devices say they held."""


@dataclass(frozen=True)
class Finding:
    """One thing `verify` found wrong: where, what, and what to do."""

    place: str
    what: str
    advice: str


@dataclass(frozen=True)
class Verification:
    """What a full re-derivation of the ledger found. An empty ``findings`` means nothing was altered."""

    commits: int
    entries: int
    findings: tuple[Finding, ...] = field(default=())

    @property
    def sound(self) -> bool:
        """True when nothing was found."""
        return not self.findings

    @property
    def unaltered(self) -> bool:
        """True when all that is here is right; commits that other devices attest may still be missing."""
        return all(finding.advice == HELD_BACK for finding in self.findings)


class WouldWrite(Exception):
    """Everything was checked and would have been written; in a dry run nothing is."""

    def __init__(self, entries: int) -> None:
        super().__init__(f"{entries} entries")
        self.entries = entries
