"""The tables of ledger format 1. ``commits`` and ``entries`` are the truth; the others are lists made from them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)


class Bytes(LargeBinary):
    """Bytes handed to and from the driver as they are.

    Both drivers take and give ``bytes``; wrapping each value costs a third of a large import.
    """

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        return None

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        return None


metadata = MetaData()

# SQLite's INTEGER holds 64 bits and, as a primary key, is the row's own number.
_Count = BigInteger().with_variant(Integer(), "sqlite")

commits = Table(
    "commits",
    metadata,
    Column("number", _Count, primary_key=True, autoincrement=False),
    Column("header", Bytes, nullable=False),
    Column("signature", Bytes, nullable=False),
    # From here on copied out of the header, to be found by; `verify` compares them with it.
    Column("log", Bytes, nullable=False),
    Column("sequence", _Count, nullable=False),
    Column("physical_ms", _Count, nullable=False),
    Column("counter", _Count, nullable=False),
    Column("act", Bytes),
    UniqueConstraint("log", "sequence"),
    Index("commits_in_order", "physical_ms", "counter", "log", "sequence", unique=True),
    Index("commits_by_act", "act"),
)

entries = Table(
    "entries",
    metadata,
    Column("number", _Count, primary_key=True, autoincrement=False),
    Column("commit_number", _Count, ForeignKey("commits.number"), nullable=False),
    Column("position", _Count, nullable=False),
    Column("id", Bytes, nullable=False, unique=True),
    Column("meta", Bytes, nullable=False),
    # May be empty in the file's form, so that a body can be destroyed and its hash still prove the rest. Until
    # there are entries that order this, `verify` reports every missing body.
    Column("salt", Bytes),
    Column("body", Bytes),
    Column("body_hash", Bytes, nullable=False),
    UniqueConstraint("commit_number", "position"),
)

standing = Table(
    "standing",
    metadata,
    Column("entry", Bytes, ForeignKey("entries.id"), primary_key=True),
    Column("record", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("known_on", Text, nullable=False),
    Column("replaced_on", Text),
    Index("standing_by_kind", "kind", "replaced_on", "known_on"),
    Index("standing_by_record", "record"),
    sqlite_with_rowid=False,
)

LISTS: dict[str, Table] = {"standing": standing}
"""The table of each fold in `lists.FOLDS`, by its name."""
