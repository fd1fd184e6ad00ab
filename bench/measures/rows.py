"""The rows that everybody imports: as varied as rows come, the same for the ledger and its peers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

AUTHOR = "Amina Example"
BATCH = 50_000
"""Rows in one commit of an import, and in one transaction of a peer."""

_WORDS = "what somebody said about somewhere, as long as such words usually are; " * 2


class Row(NamedTuple):
    """One line of a table that somebody brings in."""

    record: str
    kind: str
    known_on: date
    body: dict[str, Any]


def rows(count: int, kind: str = "figure") -> Iterator[Row]:
    """So many rows of a kind, each of a record of its own, with 220 bytes of body as JSON."""
    for n in range(count):
        body = {
            "low": n,
            "high": n + 1.5,
            "unit": "people",
            "words": _WORDS,
            "claims": ["a", "b"],
            "as_of": None,
        }
        yield Row(f"{kind}/{n}", kind, date(2019, 1, 1 + n % 28), body)


def batches(count: int, kind: str = "figure", size: int = BATCH) -> Iterator[list[Row]]:
    """The rows in batches."""
    batch: list[Row] = []
    for row in rows(count, kind):
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
