"""The small SQLite file a keyring lies in: private, synced at every change, and scrubbed of what was deleted."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from waythrough.ledger.files import make_folder, overwrite
from waythrough.terms.problems import KeyringUnusable

APPLICATION_ID = 0x5741594B
"""“WAYK”, in the file's own header."""

FORMAT = 1
WAIT_SECONDS = 120.0

_TABLES = (
    "CREATE TABLE site_keys (site TEXT, vault TEXT, wrapped BLOB, PRIMARY KEY (site, vault)) WITHOUT ROWID",
    "CREATE TABLE keys (subject TEXT, vault TEXT, key_id BLOB, site TEXT, wrapped BLOB,"
    " PRIMARY KEY (subject, vault, key_id)) WITHOUT ROWID",
    "CREATE TABLE destroyed (subject TEXT, vault TEXT, PRIMARY KEY (subject, vault)) WITHOUT ROWID",
    "CREATE TABLE reads (at TEXT, person TEXT, command TEXT, vault TEXT, count INTEGER)",
    f"PRAGMA application_id={APPLICATION_ID}",
    f"PRAGMA user_version={FORMAT}",
)

_SETTINGS = (
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten
    "PRAGMA synchronous=EXTRA",
    # The journal keeps its place on the disk, so that it can be overwritten there; a deleted one could not be.
    "PRAGMA journal_mode=PERSIST",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
)


class KeyFile:
    """A keyring's file, made when it is first written; in memory where there is no path."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.RLock()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One snapshot; an empty one while there is no file."""
        with self._transaction("BEGIN", make=False) as db:
            yield db

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, on disk when the block ends and undone when it raises."""
        with self._transaction("BEGIN IMMEDIATE", make=True) as db:
            yield db

    def scrub(self) -> None:
        """Overwrite the journal, which holds the pages as they were before the last change."""
        if self._path is None:
            return
        # Nobody else has a transaction while we hold this one, and ours has not touched the journal yet.
        with self._transaction("BEGIN EXCLUSIVE", make=True):
            journal = self._path.with_name(self._path.name + "-journal")
            if journal.exists():
                overwrite(journal)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def unusable(self, found: str) -> KeyringUnusable:
        """The refusal that names this file."""
        return KeyringUnusable(path=self._path, found=found)

    @contextlib.contextmanager
    def _transaction(self, begin: str, make: bool) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                db = self._open(make)
                db.execute(begin)
                try:
                    yield db
                    db.execute("COMMIT")
                finally:
                    if db.in_transaction:
                        db.execute("ROLLBACK")
            except (sqlite3.Error, OSError) as error:
                raise self.unusable(str(error)) from error

    def _open(self, make: bool) -> sqlite3.Connection:
        if self._connection is None:
            if self._path and not (make or self._path.exists()):
                return _laid_out(sqlite3.connect(":memory:", isolation_level=None))
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        if self._path:
            make_folder(self._path.parent)
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        db = sqlite3.connect(
            self._path or ":memory:", timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            return _laid_out(db)
        except BaseException:
            db.close()
            raise


def _laid_out(db: sqlite3.Connection) -> sqlite3.Connection:
    """Our settings, and our tables where there are none yet."""
    for setting in _SETTINGS:
        db.execute(setting)
    db.execute("BEGIN IMMEDIATE")
    if db.execute("PRAGMA user_version").fetchone()[0] == 0:
        for statement in _TABLES:
            db.execute(statement)
    db.execute("COMMIT")
    found = [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    if found != [APPLICATION_ID, FORMAT]:
        raise sqlite3.DatabaseError("it is no keyring of a format this program knows")
    return db
