"""The tables of ledger format 2. ``commits`` and ``entries`` are the truth; the others are lists made from them."""

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
    text,
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

_ASIDE = text("aside IS NOT NULL")  # few commits are
# By code point on every server, as SQLite and Python do it: `verify` compares lists with what it sorted itself.
_Text = Text().with_variant(Text(collation="C"), "postgresql")

_NAMED = text("subject IS NOT NULL")  # most entries are about no person; they need no row in the index
_KEPT = text("keep_until IS NOT NULL AND body IS NOT NULL")  # what is destroyed is no longer due

commits = Table(
    "commits",
    metadata,
    Column("number", _Count, primary_key=True, autoincrement=False),
    # The hash of the header. Two commits may share a log and a sequence (a fork), never an id.
    Column("id", Bytes, nullable=False, unique=True),
    Column("header", Bytes, nullable=False),
    Column("signature", Bytes, nullable=False),
    # From here on copied out of the header, to be found by; `verify` compares them with it.
    Column("log", Bytes, nullable=False),
    Column("sequence", _Count, nullable=False),
    Column("physical_ms", _Count, nullable=False),
    Column("counter", _Count, nullable=False),
    Column("act", Bytes),
    # Made from the entries: 1 if the commit holds one of the ledger's own, and why it does not count, if it does not.
    Column("own", _Count, nullable=False),
    Column("aside", _Text),
    Index("commits_by_log", "log", "sequence"),
    Index("commits_in_order", "physical_ms", "counter", "log", "sequence"),
    Index("commits_by_act", "act"),
    Index("commits_own", "own", "number"),
    Index("commits_aside", "aside", sqlite_where=_ASIDE, postgresql_where=_ASIDE),
)

entries = Table(
    "entries",
    metadata,
    Column("number", _Count, primary_key=True, autoincrement=False),
    Column("commit_number", _Count, ForeignKey("commits.number"), nullable=False),
    Column("position", _Count, nullable=False),
    Column("id", Bytes, nullable=False),
    Column("meta", Bytes, nullable=False),
    # Both are empty once an order to erase covers the entry. The hash of the body still proves the rest.
    Column("salt", Bytes),
    Column("body", Bytes),
    Column("body_hash", Bytes, nullable=False),
    # Copied out of the meta: whose data the body is, and the last day it may be kept.
    Column("subject", _Text),
    Column("keep_until", _Text),
    UniqueConstraint("commit_number", "position"),
    # Not unique: a device could sign somebody's entry again in a commit of its own. That commit is set aside.
    Index("entries_by_id", "id"),
    Index("entries_by_subject", "subject", sqlite_where=_NAMED, postgresql_where=_NAMED),
    Index("entries_by_last_day", "keep_until", sqlite_where=_KEPT, postgresql_where=_KEPT),
)

# No key on ``entry``: ids are random, and a key would have every import write pages all over it. Rows are found by
# record or kind, and `verify` sees one that is there twice.
standing = Table(
    "standing",
    metadata,
    Column("entry", Bytes, nullable=False),
    Column("record", _Text, nullable=False),
    Column("kind", _Text, nullable=False),
    Column("known_on", _Text, nullable=False),
    Column("replaced_on", _Text),
    Index("standing_by_kind", "kind", "replaced_on", "known_on"),
    Index("standing_by_record", "record"),
)

LISTS: dict[str, Table] = {"standing": standing}
"""The table of each fold in `lists.FOLDS`, by its name."""
