"""A second reader, written from docs/reference/ledger-format.md alone: it shares nothing with the program."""

from __future__ import annotations

import json
import sqlite3
import struct
import zlib
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ledger_team import Team
from waythrough.terms.entries import Vaulted

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


# --- bundles and checkpoints, by the same page -----------------------------------------------------------------


class Reading:
    """Bytes read one after the other, as the page lays them out."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, length: int) -> bytes:
        self.at += length
        assert self.at <= len(self.data)
        return self.data[self.at - length : self.at]

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def text(self) -> str:
        return self.take(self.number(2)).decode()

    def tips(self) -> list[bytes]:
        return [self.take(60) for _ in range(self.number(4))]

    def entry(self) -> tuple[bytes, bytes, bytes | None]:
        """Meta, body hash, body."""
        meta = self.take(self.number(4))
        if self.take(1) == b"\0":
            return meta, self.take(32), None
        salt, body = self.take(16), self.take(self.number(4))
        return meta, digest(salt, body), body

    def section(self) -> tuple[str, str, bytes, bytes, bytes, bytes]:
        """Site, class, origin, digest, what the origin signed, signature; then age."""
        start = self.at
        site, vault, origin, _, keys = self.text(), self.text(), self.take(32), self.take(8), self.take(32)
        upto = self.at
        signature, sealed = self.take(64), self.take(self.number(4))
        said = self.data[start:upto] + len(sealed).to_bytes(4, "big") + sealed
        return site, vault, origin, keys, said, signature


def test_a_bundle_is_as_the_page_says(tmp_path: Path) -> None:
    team = Team(tmp_path)
    boris = team.join("boris", {"*": ["registrar"]})
    team.first.write("note/1", {"said": "باب"})
    team.first.write("household/1", {"size": 7}, vaulted=Vaulted("what", "household/1", "north"))
    team.first.post.attest()
    part = replace(team.first.post.about(), keys=team.first.post.keys_for(()))
    data = team.first.post.write(part, team.first.parcels(), [boris.device.box_key])

    outer = Reading(data)
    assert outer.take(6) == b"WYTX\0\1"
    signed = Reading(pyrage.decrypt(outer.take(outer.number(8)), [boris.device.box()]))
    assert outer.at == len(data)
    assert signed.take(6) == b"WYTY\0\1"
    key, signature = signed.take(32), signed.take(64)
    packed = signed.data[signed.at :]
    Ed25519PublicKey.from_public_bytes(key).verify(signature, b"WYTY\0\1" + key + packed)
    said = Reading(zlib.decompress(packed))
    assert said.take(16).hex() == team.first.ledger.id
    said.take(32)
    assert (said.number(4), said.number(4)) == (1, 1)
    said.number(8)
    assert said.text() == team.first.device.box_key
    assert said.tips() == []
    frontier = said.tips()
    assert frontier == sorted(frontier)
    commits = []
    for _ in range(said.number(4)):
        header, by = said.take(164), said.take(64)
        Ed25519PublicKey.from_public_bytes(key).verify(by, header)
        entries = [said.entry() for _ in range(said.number(4))]
        leaves = [digest(b"\0", digest(meta), hashed) for meta, hashed, _ in entries]
        assert header[100:132] == tree(leaves)
        commits.append((header, entries))
    assert frontier == [commits[-1][0][24:52] + digest(commits[-1][0])]
    for _ in range(said.number(4)):
        site, vault, origin, keys, unsigned, by = said.section()
        assert (site, vault, origin) == ("north", "what", key)
        prefix = b"WYTH" + bytes.fromhex(team.first.ledger.id)
        ring = team.first.post.keys
        assert ring is not None
        ((subject, secret),) = ring.parcel(site, vault)
        boxes = "\n".join(sorted([team.first.device.box_key, boris.device.box_key])).encode()
        assert keys == digest(
            *(prefix, b"\0\5north", b"\0\4what", len(boxes).to_bytes(4, "big"), boxes),
            *(len(subject).to_bytes(2, "big"), subject.encode(), secret),
        )
        head, sealed = unsigned[: 2 + 5 + 2 + 4 + 32 + 8 + 32], unsigned[2 + 5 + 2 + 4 + 32 + 8 + 32 :]
        Ed25519PublicKey.from_public_bytes(origin).verify(by, prefix + head + sealed)
    assert [said.take(32) for _ in range(said.number(4))] == list(part.has)
    assert said.at == len(said.data)
    check_checkpoint(commits[-1][1][0], commits[-2][0])
    team.close()


def check_checkpoint(entry: tuple[bytes, bytes, bytes | None], before: bytes) -> None:
    """The last commit's entry attests the commit before it."""
    meta, _, text = entry
    assert json.loads(meta)["kind"] == "ledger.checkpoint"
    body = json.loads(text or b"")
    (tip,) = body["tips"]
    assert bytes.fromhex(tip["commit"]) == digest(before)
    data = bytes.fromhex(tip["log"]) + tip["sequence"].to_bytes(8, "big") + bytes.fromhex(tip["commit"])
    assert (body["root"], body["count"]) == (digest(b"\0", data).hex(), 1)
