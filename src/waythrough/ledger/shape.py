"""How a workspace file's tables and indexes are laid out, and how they should be.

SQLite takes a file's own word for its layout. A column that lost its type, or an index its uniqueness, changes no entry
that is there, and lets in tomorrow what should be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import create_engine

from waythrough.ledger.tables import metadata

Ask = Callable[[str], Iterable[Any]]
Shape = dict[str, tuple[Any, ...]]

_OF_TABLES = """
SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM sqlite_schema t, pragma_table_xinfo(t.name) c WHERE t.type = 'table' ORDER BY t.name, c.cid
"""
_OF_REFERENCES = """
SELECT t.name, r."table", r."from", r."to", r.on_update, r.on_delete
FROM sqlite_schema t, pragma_foreign_key_list(t.name) r WHERE t.type = 'table' ORDER BY t.name, r.id, r.seq
"""
_OF_INDEXES = """
SELECT i.name, t.name, i."unique", i.origin, i.partial, c.name, c."desc", c.coll, c."key"
FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_xinfo(i.name) c WHERE t.type = 'table'
ORDER BY i.name, c.seqno
"""


def misshapen(ask: Ask) -> list[str]:
    """The names of the tables and indexes that are missing or not laid out as this format lays them out."""
    found, due = _shape(ask), _due()
    return sorted(name for name in due if found.get(name) != due[name])


@lru_cache(maxsize=1)
def _due() -> Shape:
    engine = create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            metadata.create_all(connection)
            return _shape(connection.exec_driver_sql)
    finally:
        engine.dispose()


def _shape(ask: Ask) -> Shape:
    rows: Shape = {}
    for question in (_OF_TABLES, _OF_REFERENCES, _OF_INDEXES):
        for name, *row in ask(question):
            # SQLite reads names and types without regard to case.
            told = tuple(value.upper() if isinstance(value, str) else value for value in row)
            rows[name] = (*rows.get(name, ()), told)
    return rows
