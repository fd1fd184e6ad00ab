"""One ledger in one SQLite file: a workspace."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from waythrough.ledger.driver import PLAIN, Driver
from waythrough.ledger.files import put_in_place
from waythrough.ledger.shape import misshapen
from waythrough.ledger.sql import SqlReader, SqlWriter
from waythrough.ledger.store import Reader, Writer
from waythrough.ledger.tables import metadata
from waythrough.ledger.upgrade import bring_up
from waythrough.terms.problems import LedgerBroken, NotAWorkspace, NotWritten, NoWorkspace, WorkspaceExists

APPLICATION_ID = 0x57415954
"""“WAYT”, in the file's own header: what tells a workspace from any other SQLite file."""

FORMAT = 2

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
"""How the names of SQLite's errors begin that speak of the file, and not of the disk or of other programs."""

_LOG_MARKS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
"""How a write-ahead log begins (sqlite.org/fileformat2.html, section 4.1)."""

_SETTINGS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten
    "PRAGMA trusted_schema=OFF",  # a foreign file must not run functions from its schema
    "PRAGMA cell_size_check=ON",
    # 64 MB. An import touches pages all over the indexes; with SQLite's 2 MB each is written many times over.
    "PRAGMA cache_size=-65536",
)

_ASKED = ("journal_mode", "synchronous", "secure_delete", "trusted_schema", "cell_size_check", "foreign_keys")


class SqliteStore:
    """Fulfils `store.Store` with a file in write-ahead mode, synced at every commit."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self._path = path
        self._engine = engine

    @classmethod
    def create(cls, path: Path, begin: Callable[[Writer], None], driver: Driver = PLAIN) -> None:
        """Make a workspace file with its first contents. It gets its name when it is complete, or never.

        Parameters
        ----------
        driver
            How the file is opened; one with a key makes a sealed file.

        Raises
        ------
        WorkspaceExists
            Something is there already.
        """
        if path.exists():
            raise WorkspaceExists(path=path)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
        try:
            lay_out(draft, driver)
            store = cls(path, _engine(draft, driver))
            try:
                with store._transaction("BEGIN IMMEDIATE") as connection:
                    metadata.create_all(connection)
                    begin(SqliteWriter(connection))
            finally:
                store.close()
            check_log_is_in(draft)
            put_in_place(draft, path)
        except FileExistsError:
            raise WorkspaceExists(path=path) from None
        except (OSError, driver.error) as error:
            raise NotWritten(path=path, reason=error) from error
        finally:
            for remains in ("", "-wal", "-shm", "-journal"):
                draft.with_name(draft.name + remains).unlink(missing_ok=True)

    @classmethod
    def open(cls, path: Path, driver: Driver = PLAIN) -> SqliteStore:
        """Open a workspace file that is there. Nothing is created; only the layout of an older format is altered.

        Raises
        ------
        NoWorkspace
            There is no such file.
        NotAWorkspace
            The file is something else, or of a format this program does not know.
        """
        version = _check_is_workspace(path, driver)
        store = cls(path, _engine(path, driver))
        if version < FORMAT:
            try:
                with store._transaction("BEGIN IMMEDIATE") as connection:
                    bring_up(connection, SqliteWriter(connection), FORMAT)
            except BaseException:
                store.close()
                raise
        return store

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with self._transaction("BEGIN") as connection:
            yield SqliteReader(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield SqliteWriter(connection)

    def scrub(self) -> None:
        # With secure_delete the pages are overwritten at once, but in the write-ahead log the old ones remain.
        try:
            with self._engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None  # noqa: S101  # a connection in use has one; this is for the type checker
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except (DBAPIError, self._engine.dialect.loaded_dbapi.Error) as error:
            raise NotWritten(path=self._path, reason=error) from error

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                connection.execution_options(ledger_begin=begin)
                with connection.begin():
                    yield connection
        except DBAPIError as error:
            raise _refusal(self._path, error) from error
        except UnicodeDecodeError as error:
            # The driver reads names and messages as UTF-8, even those of a schema that was altered.
            raise LedgerBroken(what=f"the tables in {self._path} are not those of a ledger") from error


class _Faults(SqlReader):
    def faults(self) -> list[str]:
        """What SQLite's own checks find, and anything in the file that could act by itself."""
        ask = self._connection.exec_driver_sql
        found = [str(row[0]) for row in ask("PRAGMA integrity_check") if row[0] != "ok"]
        found += [
            f"a row of {row[0]} refers to no row of {row[2]}" for row in ask("PRAGMA foreign_key_check")
        ]
        known = {table.name for table in metadata.sorted_tables} | {
            str(index.name) for table in metadata.sorted_tables for index in table.indexes
        }
        for kind, name in ask("SELECT type, name FROM sqlite_schema"):
            if name not in known and not str(name).startswith("sqlite_"):
                found.append(f"the file holds a {kind} named {name}, which does not belong in a ledger")
        found += [f"{name} is not laid out as this format lays it out" for name in misshapen(ask)]
        return found

    def in_force(self) -> dict[str, str]:
        """What SQLite says of itself and of the settings that keep entries safe, as they really are."""
        asked = {name: self._connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in _ASKED}
        version = self._connection.exec_driver_sql("SELECT sqlite_version()").scalar()
        return {"sqlite": str(version), **{name: str(value) for name, value in asked.items()}}


class SqliteReader(_Faults, SqlReader):
    """Fulfils `store.Reader`."""


class SqliteWriter(_Faults, SqlWriter):
    """Fulfils `store.Writer`."""


def lay_out(path: Path, driver: Driver) -> None:
    """An empty file with our settings, that only this user may read; the files SQLite puts beside it follow it."""
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection = driver.connect(path)
    try:
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={FORMAT}")
        # Going over to write-ahead mode deletes the rollback journal. Under less than EXTRA that deletion is not
        # synced, and after a power cut an old journal can come back and undo the whole ledger.
        connection.execute("PRAGMA synchronous=EXTRA")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()


def check_log_is_in(draft: Path) -> None:
    """Refuse a draft whose log is still beside it: under its final name it would be without what the log holds.

    SQLite puts the log into the file when the last connection closes. A failure there reaches nobody, because closing
    has no result; what is left behind tells of it.
    """
    log = draft.with_name(draft.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise OSError(f"what was written to {draft.name} could not be put together")


def _engine(path: Path, driver: Driver) -> Engine:
    def connect() -> Any:
        connection = driver.connect(path)
        # A damaged text must reach `verify` and be named there, so its bytes may not stop the reading.
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        try:
            for setting in _SETTINGS:
                connection.execute(setting)
            connection.execute("PRAGMA synchronous=FULL")
        except driver.error:
            connection.close()  # who keeps the error keeps this frame, and with it a file that stays open
            raise
        return connection

    # No upper limit: a thread that waits for the write lock must not keep others from a connection to read with.
    named = {"module": driver.module} if driver.module else {}
    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, max_overflow=-1, **named)
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # The driver's own way takes the write lock at the first change, after the head was read: too late.
    connection.exec_driver_sql(connection.get_execution_options().get("ledger_begin", "BEGIN IMMEDIATE"))


def _check_is_workspace(path: Path, driver: Driver) -> int:
    """The format of a workspace file."""
    if not path.exists():
        raise NoWorkspace(path=path)
    if driver.is_sealed:
        return _checked(path, *_asked_inside(path, driver))
    try:
        start = _start(path)
        if start and not _is_sqlite(start) and _brought_up_from_log(path):
            start = _start(path)
    except OSError as error:
        raise NotAWorkspace(path=path, found=f"it cannot be read ({error.strerror})") from error
    if not start:
        raise NotAWorkspace(path=path, found="it is empty")
    if not _is_sqlite(start):
        raise NotAWorkspace(path=path, found="it is not an SQLite file, nor one that this device sealed")
    # Bytes 60-63 and 68-71 of every SQLite file: user_version and application_id (sqlite.org/fileformat2.html).
    return _checked(path, int.from_bytes(start[60:64], "big"), int.from_bytes(start[68:72], "big"))


def _asked_inside(path: Path, driver: Driver) -> tuple[int, int]:
    """Format and mark of a sealed file: they stand where only its key can read them."""
    try:
        connection = driver.connect(path)
        try:
            version, mark = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("user_version", "application_id")
            )
        finally:
            connection.close()
    except driver.error as error:
        raise LedgerBroken(what=f"the sealed file {path} is damaged ({error})") from error
    return int(version), int(mark)


def _checked(path: Path, version: int, mark: int) -> int:
    if mark != APPLICATION_ID:
        raise NotAWorkspace(path=path, found="it is an SQLite file of another program")
    if not 1 <= version <= FORMAT:
        raise NotAWorkspace(
            path=path, found=f"it is of format {version}, and this program reads formats 1 to {FORMAT}"
        )
    return version


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def _is_sqlite(start: bytes) -> bool:
    return len(start) == 100 and start.startswith(b"SQLite format 3\0")


def _brought_up_from_log(path: Path) -> bool:
    """Let SQLite put the pages of its log into the file, if one lies beside it.

    A power cut while SQLite did this can leave the file's first sector as noise. The log still holds that page whole,
    and SQLite itself recovers; only a look at the file's own first bytes would take it for something else.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists() or _start(log)[:4] not in _LOG_MARKS:
        return False
    try:
        with closing(PLAIN.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
    except PLAIN.error as error:
        if getattr(error, "sqlite_errorname", "").startswith(_DAMAGED):
            return False  # the log is no help either; the file is refused as what it looks like
        raise NotWritten(path=path, reason=error) from error
    return True


def _refusal(path: Path, error: DBAPIError) -> LedgerBroken | NotWritten:
    reason: Any = error.orig
    code = getattr(reason, "sqlite_errorname", "")
    if code.startswith(_DAMAGED):
        return LedgerBroken(what=f"the file {path} is damaged ({reason})")
    if code == "SQLITE_ERROR":
        # Our statements are fixed and fit the tables; if they no longer do, the tables were altered.
        return LedgerBroken(what=f"the tables in {path} are not those of a ledger ({reason})")
    return NotWritten(path=path, reason=reason)


def newest_number(path: Path, driver: Driver = PLAIN) -> int | None:
    """The number of the newest commit in a file, while nobody else has the file open; None where somebody has."""
    connection = driver.connect(path, wait_seconds=1)
    try:
        # Said before anything is read, this asks for the file alone, instead of for memory shared with others.
        connection.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
        return int(connection.execute("SELECT max(number) FROM commits").fetchone()[0] or 0)
    except connection.OperationalError:
        return None
    finally:
        connection.close()
