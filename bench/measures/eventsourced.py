"""The peer `eventsourcing`: the same rows as events of aggregates, and all events read again and applied.

Set up as its manual advises: stored-event recorders of its own, many aggregates in one call of ``save`` (one
transaction), write-ahead mode on SQLite as it sets it itself, on PostgreSQL the server-side insert function. SQLite's
``synchronous`` stays FULL, which is SQLite's and its own default. It keeps no lists and signs nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from measures.rows import AUTHOR, batches

SETTINGS = {
    "sqlite": "journal_mode=WAL (its own), synchronous=FULL (default), one save per batch",
    "postgresql": "POSTGRES_ENABLE_DB_FUNCTIONS=y, one save per batch",
}
PAGE = 10_000


class Record(Aggregate):
    """One record; its first event holds all a draft holds."""

    @event("Written")
    def __init__(self, author: str, kind: str, record: str, known_on: str, body: dict[str, Any]) -> None:
        self.author, self.kind, self.record = author, kind, record
        self.known_on, self.body = known_on, body


class Records(Application):
    """The records."""


def application(where: dict[str, str]) -> Records:
    """An application on a file or a schema."""
    return Records(env={"IS_SNAPSHOTTING_ENABLED": "n", **where})


def fill(where: dict[str, str], count: int) -> Callable[[], None]:
    """Save so many aggregates of one event."""
    app = application(where)

    def work() -> None:
        for batch in batches(count):
            app.save(
                *(Record(AUTHOR, row.kind, row.record, row.known_on.isoformat(), row.body) for row in batch)
            )
        app.close()

    return work


def replay(where: dict[str, str], count: int) -> Callable[[], dict[str, Any]]:
    """Read every event in order and apply it: how its projections are made again."""
    app = application(where)

    def work() -> dict[str, Any]:
        standing: dict[str, tuple[str, str]] = {}
        start = 1
        while page := app.recorder.select_notifications(start=start, limit=PAGE):
            for notification in page:
                made = app.mapper.to_domain_event(notification).mutate(None)
                standing[made.record] = (made.kind, made.known_on)
            start = page[-1].id + 1
        assert len(standing) == count
        return {"entries": len(standing)}

    return work
