"""What the ledger does: import, verify, rebuild, read what stands, write one entry durably."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measures.rows import AUTHOR, BATCH, Row, batches
from waythrough.ledger import Ledger, lists
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft

DEVICE = DeviceKey.from_seed(bytes(32))
Work = Callable[[], dict[str, Any] | None]


def drafts(batch: list[Row]) -> list[Draft]:
    """Rows as drafts."""
    return [Draft(row.kind, row.record, row.body, known_on=row.known_on) for row in batch]


def create(where: str) -> Ledger:
    """A new ledger."""
    return Ledger.create(where, title="Bench", author=AUTHOR, device=DEVICE)


def fill(where: str, count: int, kind: str = "figure", size: int = BATCH) -> Work:
    """Import so many rows in commits of ``size``; the lists are kept in step in the same transactions."""

    def work() -> None:
        with create(where) as ledger:
            for batch in batches(count, kind, size):
                ledger.append(drafts(batch), author=AUTHOR)

    return work


def fill_without_lists(where: str, count: int) -> Work:
    """The same import with no list to keep: what the entries alone cost."""
    lists.FOLDS = ()
    return fill(where, count)


def verify(where: str) -> Work:
    """A full verification, which must find nothing."""
    ledger = Ledger.open(where)

    def work() -> dict[str, Any]:
        found = ledger.verify()
        assert found.sound, found.findings[:3]
        return {"entries": found.entries}

    return work


def rebuild(where: str) -> Work:
    """All lists thrown away and made again."""
    return Ledger.open(where).rebuild


def heads(where: str, kind: str) -> Work:
    """What stands of one kind, read whole."""
    ledger = Ledger.open(where)

    def work() -> dict[str, Any]:
        return {"heads": len(ledger.heads(kind))}

    return work


def singles(where: str, count: int) -> Work:
    """So many acts of one entry, each on disk before the next: how long each took, in milliseconds."""
    ledger = Ledger.open(where, device=DEVICE)

    def work() -> dict[str, Any]:
        took = []
        for n in range(count):
            start = time.perf_counter()
            ledger.append([Draft("note", f"note/{n}", {"n": n})], author=AUTHOR, key=str(n))
            took.append((time.perf_counter() - start) * 1000)
        return {"ms": took}

    return work


def size(where: str) -> Work:
    """How many bytes the file has. Only of a file: a server's tables share their pages with its log."""
    return lambda: {"bytes": Path(where).stat().st_size}
