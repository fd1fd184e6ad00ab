"""The databases to measure on: a file, and a PostgreSQL server made for this run and thrown away after it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from measures.historied import SQLITE_OPTIONS

TESTS = Path(__file__).parents[2] / "tests"

POSTGRES = {
    "synchronous_commit": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "maintenance_work_mem": "256MB",
}
"""What PostgreSQL's manual advises for populating a database (chapter 14.4), with every commit still synced."""


class Database(Protocol):
    """Somewhere to put a ledger and what the peers keep."""

    name: str

    def ledger(self, name: str) -> str: ...
    def eventsourcing(self, name: str) -> dict[str, str]: ...
    def django(self, name: str) -> dict[str, Any]: ...
    def cpu_s(self) -> float: ...


class Files:
    """SQLite, in a folder."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ledger(self, name: str) -> str:
        """Where a ledger goes."""
        return str(self._folder / f"{name}.way")

    def eventsourcing(self, name: str) -> dict[str, str]:
        """The peer's settings."""
        return {
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "SQLITE_DBNAME": str(self._folder / f"{name}.es"),
        }

    def django(self, name: str) -> dict[str, Any]:
        """The peer's settings."""
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(self._folder / f"{name}.dj"),
            "OPTIONS": SQLITE_OPTIONS,
        }

    def cpu_s(self) -> float:
        """CPU seconds spent outside the measured process: none."""
        return 0.0


class Server:
    """PostgreSQL, one schema for everything that is measured."""

    name = "postgresql"

    def __init__(self, server: Any, process: int) -> None:
        self._server = server
        self._process = process

    def ledger(self, name: str) -> str:
        """Where a ledger goes."""
        return str(self._server.url(schema=f"ledger_{name}"))

    def eventsourcing(self, name: str) -> dict[str, str]:
        """The peer's settings."""
        self._server.run(f"CREATE SCHEMA IF NOT EXISTS es_{name} AUTHORIZATION waythrough")
        return {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": "waythrough",
            "POSTGRES_HOST": str(self._server.folder),
            "POSTGRES_USER": "waythrough",
            "POSTGRES_PASSWORD": "",
            "POSTGRES_SCHEMA": f"es_{name}",
            "POSTGRES_ENABLE_DB_FUNCTIONS": "y",
            "POSTGRES_IDLE_IN_TRANSACTION_SESSION_TIMEOUT": "600",
        }

    def django(self, name: str) -> dict[str, Any]:
        """The peer's settings."""
        self._server.run(f"CREATE SCHEMA dj_{name} AUTHORIZATION waythrough")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "waythrough",
            "HOST": str(self._server.folder),
            "USER": "waythrough",
            "OPTIONS": {"options": f"-c search_path=dj_{name}"},
        }

    def cpu_s(self) -> float:
        """CPU seconds of the server and all its processes, those that ended included."""
        ticks = sum(_ticks(process, self._process) for process in Path("/proc").glob("[0-9]*"))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def postgres() -> Iterator[Server | None]:
    """A server for this run; None where PostgreSQL is not installed."""
    sys.path.insert(0, str(TESTS))
    import servers

    programs = servers.programs()
    if programs is None:
        yield None
        return
    running = servers.Server.begin(programs, **POSTGRES)
    try:
        yield Server(running, running._process.pid)
    finally:
        running.end()


def _ticks(process: Path, server: int) -> int:
    """The ticks of one process, if it is the server (with its children that ended) or a child of it."""
    try:
        fields = (process / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    # Fields 4 and 14 to 17 of proc(5): parent, user and system time, and those of children that ended.
    if int(process.name) == server:
        return sum(map(int, fields[11:15]))
    return sum(map(int, fields[11:13])) if int(fields[1]) == server else 0
