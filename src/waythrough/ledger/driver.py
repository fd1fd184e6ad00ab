"""How a workspace file is opened: by the SQLite that comes with Python, or by SQLCipher with the file's key."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WAIT_SECONDS = 120.0
"""How long a writer waits for the others. An import of a hundred thousand rows holds the lock for some seconds."""


@dataclass(frozen=True)
class Driver:
    """A database module and what every connection must be told before anything else."""

    module: Any = None
    """Fulfils Python's database interface (PEP 249) as `sqlite3` does; that one itself if None."""

    first: tuple[str, ...] = field(default=(), repr=False)
    """The statements that say a sealed file's key. Never shown."""

    key: str = field(default="", repr=False)
    """The key of a sealed file, as SQL says it. Never shown."""

    @property
    def is_sealed(self) -> bool:
        """True when the whole file is encrypted."""
        return bool(self.first)

    @property
    def error(self) -> type[Exception]:
        """What everything that goes wrong in the database is raised as."""
        kind: type[Exception] = (self.module or sqlite3).Error
        return kind

    def connect(self, path: Path, wait_seconds: float = WAIT_SECONDS) -> Any:
        """A connection to a file that is there; opening never creates one."""
        connection = (self.module or sqlite3).connect(
            path.resolve().as_uri() + "?mode=rw",
            uri=True,
            timeout=wait_seconds,
            isolation_level=None,
            check_same_thread=False,
        )
        for statement in self.first:
            connection.execute(statement)
        return connection


PLAIN = Driver()
