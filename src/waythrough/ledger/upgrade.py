"""Bringing an older workspace file to the present layout, in one transaction.

The signed bytes are copied as they are; only columns that are made from them, and the lists, are made anew.
"""

from __future__ import annotations

from sqlalchemy import Connection

from waythrough.ledger import lines, lists
from waythrough.ledger.header import header_hash
from waythrough.ledger.store import Writer
from waythrough.ledger.tables import metadata


def bring_up(connection: Connection, writer: Writer, version: int) -> None:
    """From format 1 to 2: commits gain id, own and aside; entries gain subject and keep_until, always empty here."""
    ask = connection.exec_driver_sql
    if ask("PRAGMA user_version").scalar() != 1:
        return  # another process was quicker
    for index in ("commits_in_order", "commits_by_act", "standing_by_kind", "standing_by_record"):
        ask(f"DROP INDEX {index}")
    ask("DROP TABLE standing")
    ask("ALTER TABLE commits RENAME TO commits_1")
    ask("ALTER TABLE entries RENAME TO entries_1")
    metadata.create_all(connection)
    raw = connection.connection.driver_connection
    assert raw is not None  # noqa: S101  # a connection in use has one; this is for the type checker
    raw.create_function("header_hash", 1, header_hash, deterministic=True)
    ask(
        "INSERT INTO commits SELECT number, header_hash(header), header, signature, log, sequence, physical_ms,"
        " counter, act,"
        " EXISTS (SELECT 1 FROM entries_1 e WHERE e.commit_number = c.number AND instr(e.meta, ?) > 0), NULL"
        " FROM commits_1 c ORDER BY number",
        (lines.OWN_IN_META,),
    )
    ask(
        "INSERT INTO entries SELECT number, commit_number, position, id, meta, salt, body, body_hash, NULL, NULL"
        " FROM entries_1 ORDER BY number"
    )
    ask("DROP TABLE entries_1")
    ask("DROP TABLE commits_1")
    gathered = lists.Gathered()
    for line in writer.every_line():
        gathered.add(lines.read_revision(line))
    for fold in lists.FOLDS:
        writer.put(fold, [], gathered.fold(fold))
    ask(f"PRAGMA user_version={version}")
