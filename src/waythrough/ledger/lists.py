"""Lists: narrow tables that answer the common questions quickly, each a pure function of one record's entries.

A list holds nothing of its own. It is kept in step inside the transaction that writes the entries, can be thrown away
and folded again at any time, and `verify` compares it with such a fold. Another list is one more `Fold` in
`FOLDS`, with its table in `tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from waythrough.terms.entries import Entry

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Fold:
    """How one list is made.

    ``columns`` name the values of a row; one of them is ``record``. ``rows`` takes all entries of one record, in any
    order, and gives the same rows whatever that order is.
    """

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Sequence[Entry]], list[Row]]


def standing_rows(entries: Sequence[Entry]) -> list[Row]:
    """From which day until which day each entry of one record stands.

    An entry stands from the day it is known until the first day on which something that replaces it is known: a
    correction, or a correction of that correction, and so on. So “what stood on a day” is one comparison of days.
    An entry that nothing replaces stands without end; several of those are a conflict.

    Returns
    -------
    list of (entry, record, kind, known_on, replaced_on)
        ``entry`` as 16 bytes, days as ISO text, ``replaced_on`` None while the entry stands.
    """
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


STANDING = Fold("standing", ("entry", "record", "kind", "known_on", "replaced_on"), standing_rows)

FOLDS: tuple[Fold, ...] = (STANDING,)
"""Every list of the ledger."""


def fold_all(fold: Fold, entries: Iterable[Entry]) -> list[Row]:
    """A whole list from all entries."""
    return [row for group in by_record(entries).values() for row in fold.rows(group)]


def by_record(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries of each record."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.record, []).append(entry)
    return groups


def _replaced_on(entries: Sequence[Entry]) -> dict[str, date]:
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
