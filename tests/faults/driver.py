"""The `sqlite3` module's face over another SQLite binding, whose files can be watched and made to fail.

The ledger asks the module `sqlite3` for its connections. In a test it is handed this instead: the same code then
runs, statement for statement, over a virtual file system written in Python (`faults.vfs`).
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from os import fspath
from typing import Any
from unittest import mock

import apsw

Rewrite = Callable[[str], str]


def as_written(statement: str) -> str:
    """No change: the statement as the store wrote it."""
    return statement


class Driver:
    """What the ledger sees in place of the module `sqlite3`."""

    def __init__(self, vfs: apsw.VFS, rewrite: Rewrite = as_written) -> None:
        self._vfs = vfs  # SQLite forgets a file system that Python no longer holds
        self._rewrite = rewrite

    def __getattr__(self, name: str) -> Any:
        return getattr(sqlite3, name)

    def connect(self, database: Any, *, timeout: float = 5.0, **_: Any) -> Connection:
        """A connection through the virtual file system. Our only callers want no implicit transactions."""
        with translated():
            inner = apsw.Connection(fspath(database), flags=_FLAGS, vfs=self._vfs.name)
            inner.set_busy_timeout(int(timeout * 1000))
        return Connection(inner, self._rewrite)


_FLAGS = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI


class Connection:
    """A DB-API connection without implicit transactions."""

    text_factory: Any = str

    def __init__(self, inner: apsw.Connection, rewrite: Rewrite) -> None:
        self._inner = inner
        self._rewrite = rewrite

    def cursor(self) -> Cursor:
        return Cursor(self._inner, self._rewrite)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        return self.cursor().execute(statement, values)

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        return self.cursor().executemany(statement, rows)

    @property
    def in_transaction(self) -> bool:
        return bool(self._inner.in_transaction)

    @property
    def total_changes(self) -> int:
        return int(self._inner.total_changes())

    def create_function(self, name: str, count: int, work: Callable[..., Any], **how: Any) -> None:
        self._inner.create_scalar_function(name, work, count, **how)

    def commit(self) -> None:
        self._end("COMMIT")

    def rollback(self) -> None:
        self._end("ROLLBACK")

    def _end(self, statement: str) -> None:
        if self._inner.in_transaction:
            self.execute(statement)

    def close(self) -> None:
        # SQLite has no result for a failure while the last connection puts its log into the file: `sqlite3` is silent.
        with suppress(apsw.Error):
            self._inner.close()


class Cursor:
    """A DB-API cursor."""

    arraysize = 1

    def __init__(self, inner: apsw.Connection, rewrite: Rewrite) -> None:
        self._connection = inner
        self._inner = inner.cursor()
        self._rewrite = rewrite
        self.description: Any = None

    @contextmanager
    def _looked_at(self) -> Iterator[None]:
        # Not for longer than it runs: a cursor that holds itself would keep its statement active after the last
        # reference to it is gone.
        self.description = None
        self._inner.exec_trace = self._look
        try:
            yield
        finally:
            self._inner.exec_trace = None

    def _look(self, cursor: apsw.Cursor, statement: str, values: Any) -> bool:
        # Only here, before the first row, does the binding tell the columns of a question without any row.
        columns = cursor.get_description()
        self.description = [(name, *[None] * 6) for name, _ in columns] or None
        return True

    def execute(self, statement: str, values: Sequence[Any] = ()) -> Cursor:
        with translated(), self._looked_at():
            self._inner.execute(self._rewrite(statement), tuple(values))
        return self

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        with translated(), self._looked_at():
            self._inner.executemany(self._rewrite(statement), (tuple(row) for row in rows))
        return self

    @property
    def rowcount(self) -> int:
        return self._connection.changes()

    @property
    def lastrowid(self) -> int:
        return self._connection.last_insert_rowid()

    def __iter__(self) -> Iterator[Any]:
        while (row := self.fetchone()) is not None:
            yield row

    def fetchone(self) -> Any:
        with translated():
            return self._inner.fetchone()

    def fetchmany(self, size: int | None = None) -> list[Any]:
        return list(islice(self, size or self.arraysize))

    def fetchall(self) -> list[Any]:
        with translated():
            return list(self._inner.fetchall())

    def close(self) -> None:
        with translated():
            self._inner.close()


@contextmanager
def translated() -> Iterator[None]:
    """Raise the errors of `sqlite3` for those of the other binding, with their names."""
    try:
        yield
    except apsw.Error as error:
        kind = _KINDS.get(type(error), sqlite3.OperationalError)
        raised = kind(str(error) or type(error).__name__)
        raised.sqlite_errorname = _name(error)
        raise raised from error


_KINDS: dict[type[apsw.Error], type[sqlite3.Error]] = {
    apsw.ConstraintError: sqlite3.IntegrityError,
    apsw.CorruptError: sqlite3.DatabaseError,
    apsw.NotADBError: sqlite3.DatabaseError,
}


def _name(error: apsw.Error) -> str:
    code = getattr(error, "extendedresult", 0)
    names = {**apsw.mapping_result_codes, **apsw.mapping_extended_result_codes}
    return str(names.get(code, names.get(code & 0xFF, "")))


@contextmanager
def driven(driver: Driver) -> Iterator[None]:
    """Let every part of the ledger ask this driver for its connections."""
    parts = [part for name, part in sys.modules.items() if name.startswith("waythrough.ledger.")]
    asking = [part for part in parts if getattr(part, "sqlite3", None) is sqlite3]
    assert asking, "no part of the ledger asks the module sqlite3 any more"
    with ExitStack() as patched:
        for part in asking:
            patched.enter_context(mock.patch.object(part, "sqlite3", driver))
        yield
