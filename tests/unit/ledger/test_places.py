"""Where a ledger is kept: what people type, what they read of it, and which database it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from waythrough.ledger import genesis, places
from waythrough.ledger.keys import fingerprint


def test_a_path_is_a_file_and_an_address_a_schema() -> None:
    file = places.find("camps/valley.way")
    assert (file.name, file.keeper, str(file)) == ("valley", "SQLite", "camps/valley.way")
    assert places.find(Path("camps/valley.way")).name == "valley"
    assert places.find(file) is file
    assert places.File(Path("valley.way"), sealed=True).keeper == "SQLCipher"


def test_an_address_is_shown_without_its_password() -> None:
    pytest.importorskip("psycopg")
    schema = places.find("postgresql://team:battery-staple@db.example.org/field?schema=valley")
    assert (schema.name, schema.keeper) == ("valley", "PostgreSQL")
    assert "battery" not in str(schema)
    assert "db.example.org" in str(schema)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, "it names no root key"),
        ({"root_key": 7}, "it names no root key"),
        ({"root_key": "zz"}, "it names no root key"),
        ({"root_key": "ff" * 31}, "its root key has 31 bytes where 32 are due"),
    ],
)
def test_a_first_entry_without_a_key_begins_nothing(body: dict[str, object], found: str) -> None:
    with pytest.raises(ValueError, match=found):
        genesis.enrolled(body)
    key = bytes(range(32))
    assert genesis.enrolled({"root_key": key.hex()}) == {fingerprint(key): key}
