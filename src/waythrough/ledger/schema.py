"""A ledger's schema on a server: how it is made, known again, and what does not belong in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKeyConstraint,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.exc import DBAPIError

from waythrough.ledger.server import Address
from waythrough.ledger.sql import SqlReader
from waythrough.ledger.tables import metadata
from waythrough.terms.problems import NotAWorkspace, NoWorkspace, ServerNotDurable, WorkspaceExists

MARK = "WAYT"
"""In the table ``workspace``: what tells a ledger's schema from any other."""

FORMAT = 2

workspace = Table(
    "workspace",
    MetaData(),
    Column("mark", Text, nullable=False),
    Column("format", BigInteger, nullable=False),
)

_DUE = {"fsync": "on", "full_page_writes": "on"}
_ASKED = ("server_version", *_DUE, "synchronous_commit")

_TABLES = (workspace, *metadata.sorted_tables)
_NAMES = [table.name for table in _TABLES]


def make(connection: Connection, address: Address) -> None:
    """Lay out the schema, which must not be there yet, or be empty.

    Raises
    ------
    WorkspaceExists
        It holds something.
    """
    ask = connection.exec_driver_sql
    # Of two who begin the same ledger at once, the second waits here and then finds the first one's.
    ask("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"waythrough {address.schema}",))
    if _schema_is_there(connection, address):
        if ask(_CONTENTS, (address.schema, [])).first():
            raise WorkspaceExists(path=address)
    else:
        ask(f"CREATE SCHEMA {address.schema}")
    for table in _TABLES:
        table.create(connection, checkfirst=False)
    connection.execute(workspace.insert(), [{"mark": MARK, "format": FORMAT}])


def look_at(connection: Connection) -> None:
    """Tell the planner what the first commit looks like: it counts, its entry stands.

    Untold, it takes both to be rare, and reads a ledger that has grown since then as if it had no indexes.
    """
    for table in metadata.sorted_tables:
        connection.exec_driver_sql(f"ANALYZE {table.name}")


def check_is_ledger(connection: Connection, address: Address) -> None:
    """Refuse a schema that is missing, of another program, or of a format this program does not know."""
    if not _schema_is_there(connection, address):
        raise NoWorkspace(path=address)
    ask = connection.exec_driver_sql
    marked = ask("SELECT to_regclass(%s) IS NOT NULL", (f"{address.schema}.workspace",)).scalar()
    rows = [tuple(row) for row in ask("SELECT mark, format FROM workspace")] if marked else []
    if len(rows) != 1 or rows[0][0] != MARK:
        raise NotAWorkspace(path=address, found="the schema holds something else")
    if rows[0][1] != FORMAT:
        raise NotAWorkspace(
            path=address,
            found=f"it is of format {rows[0][1]}, and on a server this program reads format {FORMAT}",
        )


def check_server(connection: Connection, address: Address) -> None:
    """Refuse a server that loses what it acknowledged, or whose text is not Unicode."""
    for name, due in _DUE.items():
        found = connection.exec_driver_sql("SELECT current_setting(%s)", (name,)).scalar()
        if found != due and not address.unsafe:
            raise ServerNotDurable(path=address, setting=name, found=found)
    encoding = connection.exec_driver_sql("SELECT current_setting('server_encoding')").scalar()
    if encoding != "UTF8":
        raise NotAWorkspace(path=address, found=f"the database writes text as {encoding}, and not as UTF8")


def _schema_is_there(connection: Connection, address: Address) -> bool:
    return bool(
        connection.exec_driver_sql("SELECT to_regnamespace(%s) IS NOT NULL", (address.schema,)).scalar()
    )


# Whatever is in a schema depends on it: tables, views, functions, types, operators. What hangs on a table does not.
_CONTENTS = """
SELECT pg_describe_object(classid, objid, objsubid) FROM pg_depend LEFT JOIN pg_class ON
    classid = 'pg_class'::regclass AND pg_class.oid = objid
WHERE refclassid = 'pg_namespace'::regclass AND refobjid = %s::regnamespace AND deptype = 'n'
    AND NOT coalesce(relkind = 'r' AND relname = ANY (%s), false)
"""

_OURS = (
    "(SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (%s))"
)

# What could act by itself when a row is read or written, or show rows of another table among ours.
_ATTACHED = f"""
WITH ours AS {_OURS}
SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (TABLE ours)
UNION ALL SELECT 'rule ' || rulename FROM pg_rewrite WHERE ev_class IN (TABLE ours)
UNION ALL SELECT 'policy ' || polname FROM pg_policy WHERE polrelid IN (TABLE ours)
UNION ALL SELECT 'default of a column of ' || adrelid::regclass FROM pg_attrdef WHERE adrelid IN (TABLE ours)
UNION ALL SELECT 'constraint ' || conname FROM pg_constraint
    WHERE contype IN ('c', 'x', 't') AND conrelid IN (TABLE ours)
UNION ALL SELECT 'table ' || inhrelid::regclass || ', added to ' || inhparent::regclass FROM pg_inherits
    WHERE inhparent IN (TABLE ours)
"""  # noqa: S608  # no value of anybody's is in it

_INDEXES = f"""
WITH ours AS {_OURS}
SELECT indexrelid::regclass::text, indrelid::regclass::text, indisunique, indisvalid AND indisready,
    ARRAY(SELECT pg_get_indexdef(indexrelid, n, true) FROM generate_series(1, indnatts) AS n ORDER BY n),
    pg_get_expr(indpred, indrelid)
FROM pg_index WHERE indrelid IN (TABLE ours) ORDER BY 1
"""  # noqa: S608

# What the extension can look at. An index that is of another kind or not complete is named as one that should not be.
_TREES = f"""
SELECT indexrelid::regclass::text FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
WHERE amname = 'btree' AND indisvalid AND indisready AND indrelid IN {_OURS} ORDER BY 1
"""  # noqa: S608

_AMCHECK = """
SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
WHERE extname = 'amcheck' AND (
    SELECT count(DISTINCT proname) = 2 AND bool_and(has_function_privilege(pg_proc.oid, 'EXECUTE')) FROM pg_proc
    WHERE pronamespace = extnamespace AND proname IN ('bt_index_check', 'verify_heapam'))
"""


class SchemaFaults(SqlReader):
    """The part of `store.Reader` that asks PostgreSQL about itself."""

    def faults(self) -> list[str]:
        """What the server's own checks find, and anything in the schema that could act by itself."""
        return [
            *self._strangers(),
            *self._forgetful(),
            *self._indexes(),
            *self._references(),
            *self._damaged_pages(),
        ]

    def in_force(self) -> dict[str, str]:
        """What the server says of itself and of the settings that keep entries safe, as they are for us now."""
        ask = self._connection.exec_driver_sql
        asked = {name: str(ask("SELECT current_setting(%s)", (name,)).scalar()) for name in _ASKED}
        return {"postgresql": asked.pop("server_version"), **asked}

    def _strangers(self) -> Iterator[str]:
        ask = self._connection.exec_driver_sql
        schema = ask("SELECT current_schema()").scalar()
        for (what,) in [*ask(_CONTENTS, (schema, _NAMES)), *ask(_ATTACHED, (_NAMES,))]:
            yield f"the schema holds a {what}, which does not belong in a ledger"

    def _forgetful(self) -> Iterator[str]:
        unlogged = f"SELECT oid::regclass FROM pg_class WHERE relpersistence <> 'p' AND oid IN {_OURS}"  # noqa: S608
        for (name,) in self._connection.exec_driver_sql(unlogged, (_NAMES,)):
            yield f"the table {name} is not kept when the server breaks down (it is unlogged)"

    def _indexes(self) -> Iterator[str]:
        missing = {shape for table in metadata.sorted_tables for shape in _index_shapes(table)}
        for name, table, unique, whole, columns, where in self._connection.exec_driver_sql(
            _INDEXES, (_NAMES,)
        ):
            shape = (table, tuple(column.strip('"') for column in columns), unique, where is not None)
            if shape not in missing:
                yield f"the schema holds an index named {name}, which does not belong in a ledger"
            elif not whole:
                yield f"the index {name} is not complete"
            missing.discard(shape)
        for table, columns, *_ in sorted(missing):
            yield f"the table {table} lacks its index by {', '.join(columns)}"

    def _references(self) -> Iterator[str]:
        for table in metadata.sorted_tables:
            for key in table.constraints:
                if isinstance(key, ForeignKeyConstraint):
                    (column,) = key.columns
                    (parent,) = (element.column for element in key.elements)
                    orphans = select(func.count()).where(column.is_not(None), column.not_in(select(parent)))
                    if count := self._connection.execute(orphans).scalar():
                        yield f"{count} of the rows of {table.name} refer to no row of {parent.table.name}"

    def _damaged_pages(self) -> Iterator[str]:
        """What the extension amcheck finds, where the database has it and lets us call it."""
        ask = self._connection.exec_driver_sql
        extension = ask(_AMCHECK).scalar()
        if extension is None:
            return
        for name in _NAMES:
            for block, words in ask(f'SELECT blkno, msg FROM "{extension}".verify_heapam(%s)', (name,)):  # noqa: S608
                yield f"page {block} of the table {name} is damaged ({words})"
        for name in ask(_TREES, (_NAMES,)).scalars().all():
            try:
                with self._connection.begin_nested():
                    ask(f'SELECT "{extension}".bt_index_check(%s, true)', (name,))
            except DBAPIError as error:
                reason: Any = error.orig
                if not (reason.sqlstate or "").startswith("XX"):
                    raise
                yield f"the index {name} is damaged ({reason.diag.message_primary})"


def _index_shapes(table: Table) -> Iterator[tuple[str, tuple[str, ...], bool, bool]]:
    """Of every index the table should have: its table and columns, whether it is unique, whether it is partial."""
    for unique in table.constraints:
        if isinstance(unique, PrimaryKeyConstraint | UniqueConstraint) and unique.columns:
            yield table.name, tuple(column.name for column in unique.columns), True, False
    for index in table.indexes:
        columns = tuple(column.name for column in index.columns)
        partial = index.dialect_options["postgresql"]["where"] is not None
        yield table.name, columns, bool(index.unique), partial
