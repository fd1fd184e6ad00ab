"""One ledger in one schema of a PostgreSQL database: a country team's server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import BigInteger, Connection, Engine, Table, Text, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlalchemy.types import TypeEngine

from waythrough.ledger import schema
from waythrough.ledger.lines import StoredLine
from waythrough.ledger.lists import Row
from waythrough.ledger.schema import SchemaFaults
from waythrough.ledger.server import Address
from waythrough.ledger.sql import SqlReader, SqlWriter
from waythrough.ledger.store import Reader, Writer
from waythrough.ledger.tables import Bytes
from waythrough.terms.problems import LedgerBroken, NotWritten

if TYPE_CHECKING:
    import psycopg

WAIT_SECONDS = 120
"""How long a writer waits for the others, as with a file."""

COPY_FROM = 5
"""Rows from which on COPY is quicker than INSERT."""

LOOKED_AT_FROM = 1_000
"""Rows written at once from which on the planner may have to be told."""

_NOT_ALLOWED, _LOCK_TIMEOUT = "42501", "55P03"

# Said in every transaction and not once per connection: between us and the server there may be a pool that hands each
# transaction another connection. What these say must hold for every single one.
_SETTINGS = (
    "SET LOCAL synchronous_commit = on",  # a commit returns when it is on disk, whatever the server's default
    "SET LOCAL row_security = off",  # a policy that would hide rows from us is an error, not a shorter ledger
    "SET LOCAL jit = off",  # compiling takes longer than our queries
    "SET LOCAL plan_cache_mode = force_custom_plan",  # an import's commit is a thousand times as large as another
)
_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_MAKE = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
_WRITE = "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE"

# A laptop that leaves the network in the middle of a commit would hold the write lock for hours otherwise.
_LOCKING = (
    "SET LOCAL tcp_keepalives_idle = 30",
    "SET LOCAL tcp_keepalives_interval = 10",
    "SET LOCAL tcp_keepalives_count = 3",
    f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'",
)


class PostgresStore:
    """Fulfils `store.Store` with a schema of a server that writes every commit to disk."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._engine = _engine(address)

    @classmethod
    def create(cls, address: Address, begin: Callable[[Writer], None]) -> None:
        """Make a schema with its first contents, whole or not at all. One that is there must be empty.

        Raises
        ------
        WorkspaceExists
            The schema holds something already.
        ServerNotDurable
            The server could lose what it acknowledged.
        """
        store = cls(address)
        try:
            with store._transaction(_MAKE, *_SETTINGS) as connection:
                schema.check_server(connection, address)
                schema.make(connection, address)
                begin(PostgresWriter(connection))
                schema.look_at(connection)
        finally:
            store.close()

    @classmethod
    def open(cls, address: Address) -> PostgresStore:
        """Open a schema that is there. Nothing is created or altered.

        Raises
        ------
        NoWorkspace
            There is no such schema.
        NotAWorkspace
            The schema is something else, or of a format this program does not know.
        ServerNotDurable
            The server could lose what it acknowledged.
        """
        store = cls(address)
        try:
            with store._transaction(_READ) as connection:
                schema.check_server(connection, address)
                schema.check_is_ledger(connection, address)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def remove(cls, address: Address) -> None:
        """Take a ledger away with everything in it."""
        store = cls(address)
        try:
            with store._transaction(_WRITE, *_SETTINGS) as connection:
                connection.exec_driver_sql(f"DROP SCHEMA {address.schema} CASCADE")
        finally:
            store.close()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        with self._transaction(_READ, *_SETTINGS) as connection:
            yield PostgresReader(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        # LOCK TABLE takes no snapshot, so the first question after it sees what the writer before us wrote. The
        # lock is on a table nobody writes to: on the others it would wait for their vacuuming.
        lock = f"LOCK TABLE {self._address.schema}.workspace IN EXCLUSIVE MODE"
        with self._transaction(_WRITE, *_SETTINGS, *_LOCKING, lock) as connection:
            yield PostgresWriter(connection)

    def scrub(self) -> None:
        # The rows as they were become free space, to be written over. The server's own journal keeps them until it is
        # recycled: here it is the destroyed key, which never was on the server, that makes an erasure.
        with self._refusing(), self._engine.connect() as connection:
            _driver(connection).execute(f"VACUUM {self._address.schema}.entries")

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *begin: str) -> Iterator[Connection]:
        place = f"SET LOCAL search_path = {self._address.schema}"
        with self._refusing(), self._engine.connect() as connection:
            connection.execution_options(ledger_begin="; ".join((begin[0], place, *begin[1:])))
            with connection.begin():
                yield connection
                _check_not_undone(connection, self._address)

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        import psycopg

        try:
            yield
        except DBAPIError as error:
            raise _refusal(self._address, error.orig) from None
        except psycopg.Error as error:  # of BEGIN, COPY and VACUUM, which go to the driver directly
            raise _refusal(self._address, error) from None


class _Reader(SchemaFaults, SqlReader):
    """What PostgreSQL answers in its own way."""

    # No text in PostgreSQL holds the character 0, and no entry with such a name is taken in: none can be found.

    def lines_of_records(self, records: Sequence[str]) -> list[StoredLine]:
        return super().lines_of_records([record for record in records if "\0" not in record])

    def bodies_about(
        self, subjects: Sequence[str], entry_ids: Sequence[bytes]
    ) -> list[tuple[int, StoredLine]]:
        return super().bodies_about([subject for subject in subjects if "\0" not in subject], entry_ids)

    def standing(self, kind: str | None, as_of: date | None) -> list[StoredLine]:
        return [] if "\0" in (kind or "") else super().standing(kind, as_of)

    def standing_of(self, record: str, as_of: date | None) -> list[StoredLine]:
        return [] if "\0" in record else super().standing_of(record, as_of)


class PostgresReader(_Reader):
    """Fulfils `store.Reader`."""


class PostgresWriter(_Reader, SqlWriter):
    """Fulfils `store.Writer`."""

    def _insert(self, table: Table, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """COPY takes a row in half the time of INSERT, and as many as there are."""
        if len(rows) < COPY_FROM:
            super()._insert(table, columns, rows)
            return
        kinds = [_kind(table.c[column].type) for column in columns]
        copying = (
            f"COPY {table.name} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"  # all names are our own
        )
        with _driver(self._connection).cursor() as cursor, cursor.copy(copying) as copy:
            copy.set_types(kinds)
            for row in rows:
                copy.write_row(row)
        if len(rows) >= LOOKED_AT_FROM:
            self._look_again(table, len(rows))

    def _look_again(self, table: Table, more: int) -> None:
        """Tell the planner of a table that has grown by a tenth and more.

        The server does so by itself within a minute. Until then it takes the table for what it was before, and may
        choose to go through all of it again for every row of another.
        """
        ask = self._connection.exec_driver_sql
        known = ask("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", (table.name,)).scalar_one()
        if more > known / 10:
            ask(f"ANALYZE {table.name}")


def _kind(column: TypeEngine[Any]) -> str:
    return {BigInteger: "int8", Text: "text", Bytes: "bytea"}[type(column)]


def _engine(address: Address) -> Engine:
    # No upper limit: a thread that waits for the write lock must not keep others from a connection to read with.
    engine = create_engine(
        "postgresql+psycopg://",
        creator=address.connect,
        poolclass=QueuePool,
        max_overflow=-1,
        pool_pre_ping=True,  # the server may have been started anew since
        hide_parameters=True,
        use_native_hstore=False,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    # In one message, and not prepared: a prepared statement is one command alone.
    _driver(connection).execute(connection.get_execution_options()["ledger_begin"], prepare=False)


def _driver(connection: Connection) -> psycopg.Connection:
    return cast("psycopg.Connection", connection.connection.driver_connection)


def _check_not_undone(connection: Connection, address: Address) -> None:
    # Once a statement failed PostgreSQL undoes the whole transaction, and answers COMMIT without an error.
    from psycopg.pq import TransactionStatus

    if _driver(connection).info.transaction_status == TransactionStatus.INERROR:
        raise NotWritten(path=address, reason="a statement failed, so nothing was kept")


def _refusal(address: Address, error: Any) -> LedgerBroken | NotWritten:
    """What the server's words mean. Only its first sentence is repeated: the details can hold a row's content."""
    reason = error.diag.message_primary or "the connection to the server broke off"
    state = error.sqlstate or ""
    if state.startswith("XX"):
        return LedgerBroken(what=f"the database of {address} is damaged ({reason})")
    if state.startswith(("42", "3F")) and state != _NOT_ALLOWED:
        # Our statements are fixed and fit the tables; if they no longer do, the tables were altered.
        return LedgerBroken(what=f"the tables in {address} are not those of a ledger ({reason})")
    if state == _LOCK_TIMEOUT:
        reason = f"somebody else was writing for more than {WAIT_SECONDS} seconds"
    return NotWritten(path=address, reason=reason)
