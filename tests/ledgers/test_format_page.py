"""A second reader, written from docs/reference/ledger-format.md alone: nothing here is shared with the program."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HERE = Path(__file__).parent


def digest(*parts: bytes) -> bytes:
    return sha256(b"".join(parts)).digest()


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, in its own recursive words."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return digest(b"\x01", tree(leaves[:split]), tree(leaves[split:]))


@pytest.fixture(scope="module")
def tables() -> dict[str, list[sqlite3.Row]]:
    data = (HERE / "format-1.way").read_bytes()
    assert (data[68:72], data[60:64]) == (b"WAYT", b"\0\0\0\1")
    with closing(
        sqlite3.connect(f"{(HERE / 'format-1.way').as_uri()}?mode=ro&immutable=1", uri=True)
    ) as file:
        file.row_factory = sqlite3.Row
        return {
            "commits": file.execute("SELECT * FROM commits ORDER BY number").fetchall(),
            "entries": file.execute("SELECT * FROM entries ORDER BY commit_number, position").fetchall(),
            "standing": file.execute("SELECT * FROM standing").fetchall(),
        }


def test_headers_signatures_and_trees_are_as_the_page_says(tables: dict[str, list[sqlite3.Row]]) -> None:
    genesis = json.loads(tables["entries"][0]["body"])
    key = bytes.fromhex(genesis["root_key"])
    previous, clock = bytes(32), (0, 0)
    for sequence, commit in enumerate(tables["commits"]):
        header = commit["header"]
        Ed25519PublicKey.from_public_bytes(key).verify(commit["signature"], header)
        assert header[:8] == b"WYTC\0\1\0\1"
        assert header[8:24].hex() == genesis["ledger"]
        assert header[24:44] == digest(key)[:16] + bytes(4)
        (number,) = struct.unpack(">Q", header[44:52])
        assert (number, header[52:84]) == (sequence, previous)
        reading = struct.unpack(">QI", header[84:96])
        assert reading > clock
        lines = [line for line in tables["entries"] if line["commit_number"] == commit["number"]]
        assert header[96:100] == len(lines).to_bytes(4, "big")
        leaves = []
        for line in lines:
            assert digest(line["salt"], line["body"]) == line["body_hash"]
            leaves.append(digest(b"\0", digest(line["meta"]), line["body_hash"]))
            assert leaves[-1][:16] == line["id"]
        assert header[100:132] == tree(leaves)
        previous, clock = digest(header), reading
    assert len(previous) == 32 and len(tables["commits"]) == 7


def test_an_act_is_hashed_as_the_page_says(tables: dict[str, list[sqlite3.Row]]) -> None:
    author = b"Amina Example"
    act = digest(b"\x02", len(author).to_bytes(4, "big"), author, b"form-17")
    assert [commit["header"][132:164] == act for commit in tables["commits"]].count(True) == 1
    assert tables["commits"][1]["act"] == act


def test_what_stands_follows_from_the_entries_as_the_page_says(tables: dict[str, list[sqlite3.Row]]) -> None:
    moments = {row["number"]: int.from_bytes(row["header"][84:92], "big") for row in tables["commits"]}
    metas: dict[str, dict[str, Any]] = {}
    for line in tables["entries"]:
        meta = json.loads(line["meta"])
        recorded = datetime.fromtimestamp(moments[line["commit_number"]] / 1000, UTC).date().isoformat()
        meta["day"] = min(meta["known_on"] or recorded, recorded)
        metas[line["id"].hex()] = meta

    def replaced_by(one: str) -> set[str]:
        direct = {other for other, meta in metas.items() if one in meta["corrects"]}
        return direct | {later for other in direct for later in replaced_by(other)}

    expected = set()
    for one, meta in metas.items():
        replaced_on = min((metas[other]["day"] for other in replaced_by(one)), default=None)
        expected.add((bytes.fromhex(one), meta["record"], meta["kind"], meta["day"], replaced_on))
    assert {tuple(row) for row in tables["standing"]} == expected
