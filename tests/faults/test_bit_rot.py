"""Any bit that turns in the file, and changes what the ledger says, is noticed by `verify`."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from faults.operations import FILE, make, opened, rows
from waythrough.ledger import Ledger
from waythrough.terms.problems import Problem

pytestmark = pytest.mark.slow

FULL, FAST = 2_000, 200


class Flip(NamedTuple):
    """What one turned bit came to. ``changed``: what the tables hold, or what the ledger answers out of them."""

    changed: bool
    noticed: bool
    noticed_by_sqlite: bool


def content(path: Path) -> object:
    """Every row of every table, read from the tables themselves; or why they cannot be read."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.text_factory = bytes
        try:
            settings = [
                file.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id")
            ]
            # SQLite reads these without regard to case: “null” says what “NULL” says.
            said = file.execute("SELECT type, name, upper(sql) FROM sqlite_schema ORDER BY name")
            tables = said.fetchall()
            names = [name.decode() for kind, name, _ in tables if kind == b"table"]
            rows = [file.execute(f'SELECT * FROM "{name}"').fetchall() for name in names]  # noqa: S608  # as found
            return settings, tables, rows
        except (sqlite3.Error, UnicodeDecodeError) as error:
            return str(error)


def answers(path: Path) -> object:
    """What the ledger says when asked, by way of its indexes."""
    with Ledger.open(path) as ledger:
        heads = ledger.heads()
        histories = [ledger.history(head.record) for head in heads]
        found = [ledger.find(entry.id) for head in heads for entry in head.entries]
        return heads, ledger.contested(), ledger.log(limit=1_000), histories, found


def noticed(path: Path) -> bool:
    """True when opening and verifying do not say that all is well."""
    try:
        with Ledger.open(path) as ledger:
            return not ledger.verify().sound
    except Problem:
        return True


def noticed_by_sqlite(path: Path) -> bool:
    """True when SQLite's own check does not say that all is well."""
    with contextlib.closing(sqlite3.connect(path)) as file:
        try:
            return file.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
        except (sqlite3.Error, UnicodeDecodeError):  # an error that names what it cannot read in UTF-8
            return True


def flip(path: Path, whole: bytes, bit: int, due: tuple[object, object]) -> Flip:
    """Turn one bit of a sound file, and see who notices."""
    data = bytearray(whole)
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    seen = noticed(path)
    changed = content(path) != due[0] or (not seen and answers(path) != due[1])
    found = Flip(changed, seen, noticed_by_sqlite(path))
    for remains in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + remains).unlink(missing_ok=True)
    return found


def test_no_bit_that_changes_the_content_goes_unnoticed(
    arena: Path, torture: bool, figures: Callable[..., None]
) -> None:
    make(arena)
    with opened(arena) as ledger:
        ledger.append(rows("request", 100), author="Karim Example")
    path = arena / FILE
    whole, due = path.read_bytes(), (content(path), answers(path))
    assert not noticed(path)
    rng = random.Random(7)
    bits = rng.sample(range(8 * len(whole)), FULL if torture else FAST)
    flips = [flip(path, whole, bit, due) for bit in bits]
    changed = [one for one in flips if one.changed]
    missed = sum(not one.noticed_by_sqlite for one in changed)
    silent = [bit for bit, one in zip(bits, flips, strict=True) if one.changed and not one.noticed]
    figures(
        "one bit turned in the file",
        flips=len(flips),
        content_changed=len(changed),
        unnoticed=len(silent),
        control_integrity_check_misses=f"{missed} ({missed / len(changed):.0%})",
    )
    assert not silent, f"bits {silent} of a file of {len(whole)} bytes"
    assert missed > 0.3 * len(changed)
