"""Lists: narrow tables that answer the common questions quickly, each a pure function of one record's entries.

A list holds nothing of its own. It is kept in step inside the transaction that writes the entries, can be thrown away
and folded again at any time, and `verify` compares it with such a fold. Another list is one more `Fold` in
`FOLDS`, with its table in `tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol, TypeVar

Row = tuple[Any, ...]


class Listed(Protocol):
    """What a list needs to know of an entry."""

    @property
    def id(self) -> str: ...
    @property
    def record(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def corrects(self) -> tuple[str, ...]: ...
    @property
    def known_on(self) -> date: ...


L = TypeVar("L", bound=Listed)


class Revision(NamedTuple):
    """An entry as far as lists need it: a million of them fit where a million entries do not."""

    id: str
    record: str
    kind: str
    corrects: tuple[str, ...]
    known_on: date


@dataclass(frozen=True)
class Fold:
    """How one list is made.

    ``columns`` name the values of a row; one of them is ``record``. ``rows`` takes all entries of one record, in any
    order, and gives the same rows whatever that order is.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Sequence[Listed]], list[Row]]


def standing_rows(entries: Sequence[Listed]) -> list[Row]:
    """From which day until which day each entry of one record stands.

    An entry stands from the day it is known until the first day on which something that replaces it is known: a
    correction, or a correction of that correction, and so on. So “what stood on a day” is one comparison of days.
    An entry that nothing replaces stands without end; several of those are a conflict.

    Returns
    -------
    list of (entry, record, kind, known_on, replaced_on)
        ``entry`` as 16 bytes, days as ISO text, ``replaced_on`` None while the entry stands.
    """
    entries = _once(entries)
    replaced = _replaced_on(entries)
    return [
        (
            bytes.fromhex(entry.id),
            entry.record,
            entry.kind,
            entry.known_on.isoformat(),
            replaced[entry.id].isoformat() if entry.id in replaced else None,
        )
        for entry in entries
    ]


def _once(entries: Sequence[Listed]) -> Sequence[Listed]:
    """Each entry once. Should a device have signed another's entry again, from the day it was first known."""
    if len(entries) == 1 or len({entry.id for entry in entries}) == len(entries):
        return entries
    latest_first = sorted(entries, key=lambda entry: entry.known_on, reverse=True)
    return list({entry.id: entry for entry in latest_first}.values())


STANDING = Fold("standing", ("entry", "record", "kind", "known_on", "replaced_on"), standing_rows)

FOLDS: tuple[Fold, ...] = (STANDING,)
"""Every list of the ledger."""


def fold_all(fold: Fold, entries: Iterable[Listed]) -> Iterator[Row]:
    """A whole list from all entries."""
    return (row for group in by_record(entries).values() for row in fold.rows(group))


def by_record(entries: Iterable[L]) -> dict[str, list[L]]:
    """The entries of each record."""
    groups: dict[str, list[L]] = {}
    for entry in entries:
        groups.setdefault(entry.record, []).append(entry)
    return groups


class Gathered:
    """The revisions of every record of a ledger. A record of one revision, as most are, takes no list of its own."""

    def __init__(self) -> None:
        self.count = 0
        self._groups: dict[str, Revision | list[Revision]] = {}
        self._kinds: dict[str, str] = {}

    def add(self, revision: Revision) -> None:
        """Put a revision to its record."""
        self.count += 1
        kind = self._kinds.setdefault(
            revision.kind, revision.kind
        )  # one text for a million entries, not a million
        if kind is not revision.kind:
            revision = revision._replace(kind=kind)
        there = self._groups.setdefault(revision.record, revision)
        if isinstance(there, list):
            there.append(revision)
        elif there is not revision:
            self._groups[revision.record] = [there, revision]

    def records(self) -> set[str]:
        """Every record, in a set of the caller's own."""
        return set(self._groups)

    def of(self, record: str) -> list[Revision]:
        """The revisions of a record; none if there is no such record."""
        found = self._groups.get(record, [])
        return found if isinstance(found, list) else [found]

    def fold(self, fold: Fold) -> Iterator[Row]:
        """A whole list."""
        return (row for record in self._groups for row in fold.rows(self.of(record)))

    def astray(self) -> Iterator[tuple[Revision, str]]:
        """Each revision that corrects an entry which is none of its record, with that entry's id."""
        for record in self._groups:
            group = self.of(record)
            if any(revision.corrects for revision in group):
                ids = {revision.id for revision in group}
                yield from ((one, other) for one in group for other in one.corrects if other not in ids)

    def record_of(self, entry: str) -> str | None:
        """The record of an entry, by going through all of them: for the rare question after a fault."""
        every = (revision for record in self._groups for revision in self.of(record))
        return next((revision.record for revision in every if revision.id == entry), None)


def _replaced_on(entries: Sequence[Listed]) -> dict[str, date]:
    """The first day each replaced entry was known to be replaced.

    Going through the corrections from the earliest known to the latest, each reaches back to what it corrects until
    it meets an entry already replaced by then; so every entry is marked once, with its earliest day. Corrections
    of entries that have not arrived here reach nothing.
    """
    if len(entries) == 1:
        return {}
    parents = {entry.id: entry.corrects for entry in entries}
    replaced: dict[str, date] = {}
    for entry in sorted(entries, key=lambda one: one.known_on):
        reach = list(entry.corrects)
        while reach:
            one = reach.pop()
            if one in parents and one not in replaced:
                replaced[one] = entry.known_on
                reach.extend(parents[one])
    return replaced
