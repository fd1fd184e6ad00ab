"""Where a ledger is kept: the one text people type, a path or an address, becomes a place to create and to open."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import Protocol

from waythrough.ledger.device import device_key
from waythrough.ledger.driver import PLAIN
from waythrough.ledger.sealed import driver_of, new_driver
from waythrough.ledger.server import Address, is_address
from waythrough.ledger.sqlite import SqliteStore
from waythrough.ledger.store import Store, Writer


class Place(Protocol):
    """Somewhere a ledger can be kept. As text it is what people may read, so without secrets."""

    @property
    def name(self) -> str:
        """A name for the ledger, if people give it none."""

    @property
    def keeper(self) -> str:
        """The database that keeps it, by its own name."""

    def create(self, begin: Callable[[Writer], None]) -> None:
        """Make the ledger with its first contents: whole or not at all, and never over something that is there."""

    def open(self) -> Store:
        """Open the ledger that is there. Nothing is created."""

    def remove(self) -> None:
        """Take the ledger away, which the caller has just made."""


class File:
    """A workspace file; one to be made sealed is encrypted whole, and opens with this device's keys alone."""

    def __init__(self, path: Path, sealed: bool = False) -> None:
        self.path = path
        self.sealed = sealed

    @property
    def keeper(self) -> str:
        return "SQLCipher" if self.sealed else "SQLite"

    @property
    def name(self) -> str:
        return self.path.stem

    def create(self, begin: Callable[[Writer], None]) -> None:
        SqliteStore.create(self.path, begin, new_driver(device_key()) if self.sealed else PLAIN)

    def open(self) -> Store:
        return SqliteStore.open(self.path, driver_of(self.path))

    def remove(self) -> None:
        for ending in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)

    def __str__(self) -> str:
        return str(self.path)


class Schema:
    """A schema on a PostgreSQL server."""

    keeper = "PostgreSQL"

    def __init__(self, address: Address) -> None:
        self.address = address

    @property
    def name(self) -> str:
        return self.address.schema

    def create(self, begin: Callable[[Writer], None]) -> None:
        from waythrough.ledger.postgres import PostgresStore

        PostgresStore.create(self.address, begin)

    def open(self) -> Store:
        from waythrough.ledger.postgres import PostgresStore

        return PostgresStore.open(self.address)

    def remove(self) -> None:
        from waythrough.ledger.postgres import PostgresStore

        PostgresStore.remove(self.address)

    def __str__(self) -> str:
        return str(self.address)


def find(where: str | PathLike[str] | Place) -> Place:
    """The place a path or an address names; a place as it is.

    Raises
    ------
    DriverMissing, InputRefused
        An address of a server, and no driver for it; or one that cannot be read.
    """
    if isinstance(where, str) and is_address(where):
        return Schema(Address.read(where))
    return File(Path(where)) if isinstance(where, str | PathLike) else where
