"""The second reader on format 2, written from docs/reference/ledger-format.md alone."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

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


class Line(NamedTuple):
    row: sqlite3.Row
    meta: dict[str, Any]
    commit: Commit


class Commit(NamedTuple):
    row: sqlite3.Row
    log: bytes
    sequence: int
    previous: bytes
    clock: tuple[int, int]
    count: int
    root: bytes

    @property
    def id(self) -> bytes:
        return digest(self.row["header"])


class File:
    """Everything in format-2.way, read as the page says."""

    def __init__(self) -> None:
        path = HERE / "format-2.way"
        data = path.read_bytes()
        assert (data[68:72], data[60:64]) == (b"WAYT", b"\0\0\0\2")
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as file:
            file.row_factory = sqlite3.Row
            rows = file.execute("SELECT * FROM commits ORDER BY number").fetchall()
            lines = file.execute("SELECT * FROM entries ORDER BY number").fetchall()
            self.standing = {tuple(row) for row in file.execute("SELECT * FROM standing")}
        self.commits = [self.commit(row) for row in rows]
        numbered = {commit.row["number"]: commit for commit in self.commits}
        self.lines = [Line(row, json.loads(row["meta"]), numbered[row["commit_number"]]) for row in lines]
        self.genesis = json.loads(lines[0]["body"])

    def commit(self, row: sqlite3.Row) -> Commit:
        header = row["header"]
        assert len(header) == 164
        assert header[:8] == b"WYTC\0\1\0\1"
        (sequence,) = struct.unpack(">Q", header[44:52])
        clock = struct.unpack(">QI", header[84:96])
        count = int.from_bytes(header[96:100], "big")
        return Commit(row, header[24:44], sequence, header[52:84], clock, count, header[100:132])

    def of(self, kind: str) -> list[tuple[Line, dict[str, Any]]]:
        return [(line, json.loads(line.row["body"])) for line in self.lines if line.meta["kind"] == kind]


@pytest.fixture(scope="module")
def file() -> File:
    return File()


def test_every_commit_is_signed_by_a_named_key_and_follows_its_branch(file: File) -> None:
    named = [file.genesis["root_key"], *(body["public_key"] for _, body in file.of("ledger.device"))]
    keys = {digest(bytes.fromhex(key))[:16]: bytes.fromhex(key) for key in named}
    held: dict[bytes, Commit] = {}
    for number, commit in enumerate(file.commits, start=1):
        row = commit.row
        Ed25519PublicKey.from_public_bytes(keys[commit.log[:16]]).verify(row["signature"], row["header"])
        assert row["header"][8:24].hex() == file.genesis["ledger"]
        assert (row["number"], row["id"], row["log"]) == (number, commit.id, commit.log)
        assert (row["sequence"], row["physical_ms"], row["counter"]) == (commit.sequence, *commit.clock)
        assert row["act"] == (row["header"][132:] if any(row["header"][132:]) else None)
        if commit.sequence:
            before = held[commit.previous]
            assert (before.log, before.sequence + 1) == (commit.log, commit.sequence)
            assert before.clock < commit.clock
        else:
            assert commit.previous == bytes(32)
        held[commit.id] = commit
    places = [(commit.log, commit.sequence) for commit in file.commits]
    assert len(places) - len(set(places)) == 1  # the fork


def test_every_entry_is_the_one_that_was_signed_its_body_there_or_erased(file: File) -> None:
    erased = 0
    for number, line in enumerate(file.lines, start=1):
        row, meta = line.row, line.meta
        assert (row["number"], row["subject"], row["keep_until"]) == (
            number,
            meta.get("subject"),
            meta.get("keep_until"),
        )
        if row["body"] is None:
            assert row["salt"] is None
            erased += 1
        else:
            assert len(row["salt"]) == 16
            assert digest(row["salt"], row["body"]) == row["body_hash"]
    for commit in file.commits:
        lines = [line for line in file.lines if line.commit is commit]
        leaves = [digest(b"\0", digest(line.row["meta"]), line.row["body_hash"]) for line in lines]
        assert [leaf[:16] for leaf in leaves] == [line.row["id"] for line in lines]
        assert (len(leaves), tree(leaves)) == (commit.count, commit.root)
        assert [line.row["position"] for line in lines] == list(range(len(lines)))
        assert commit.row["own"] == int(any(line.meta["kind"].startswith("ledger.") for line in lines))
    assert erased == 2


def aside(file: File, commit: Commit) -> str | None:
    """What the page says of a commit, for a ledger in which every grant is the root key's."""
    if commit.log[:16] == digest(bytes.fromhex(file.genesis["root_key"]))[:16]:
        return None
    before = {one.id: one.previous for one in file.commits}

    def covered(after: list[dict[str, Any]]) -> bool:
        for tip in after:
            one = bytes.fromhex(tip["commit"])
            while one in before:
                if one == commit.id:
                    return True
                one = before[one]
        return False

    about = f"ledger.device/{commit.log[:16].hex()}"
    grants = [(line, body) for line, body in file.of("ledger.device") if line.meta["record"] == about]
    speaking = [(line, body) for line, body in grants if not covered(body["after"])]
    corrected = {one for line, _ in speaking for one in line.meta["corrects"]}
    remaining = [body for line, body in speaking if line.row["id"].hex() not in corrected]
    if not remaining:
        return "not_enrolled"
    return "revoked" if any(body["status"] == "revoked" for body in remaining) else None


def test_what_counts_follows_from_the_grants_as_the_page_says(file: File) -> None:
    found = {commit.row["aside"] for commit in file.commits}
    assert found == {None, "revoked", "ahead"}
    for commit in file.commits:
        if commit.row["aside"] != "ahead":  # that depends on when it came
            assert commit.row["aside"] == aside(file, commit)


def test_a_body_is_missing_only_where_an_order_covers_it(file: File) -> None:
    small = [
        body for _, body in file.of("ledger.erasure") if len(body["subjects"]) + len(body["entries"]) <= 20
    ]
    subjects = {one for body in small for one in body["subjects"]}
    entries = {one for body in small for one in body["entries"]}
    for line in file.lines:
        subject = line.meta.get("subject")
        ordered = subject in subjects if subject else line.row["id"].hex() in entries
        assert (line.row["body"] is None) == ordered
    receipts = [body for _, body in file.of("ledger.receipt")]
    assert {body["erasure"] for body in receipts} == {
        line.row["id"].hex() for line, body in file.of("ledger.erasure") if body in small
    }


def test_a_sealed_body_opens_with_its_subjects_key_in_its_own_entry_only(file: File) -> None:
    (line,) = [line for line in file.lines if line.row["subject"] and line.row["body"]]
    envelope, key = line.row["body"], digest(b"what/household/1")
    assert envelope[:9] == b"\x01" + digest(key)[:8]
    beside = b"WYTB" + bytes.fromhex(file.genesis["ledger"]) + digest(line.row["meta"])
    assert json.loads(AESGCM(key).decrypt(envelope[9:21], envelope[21:], beside)) == {"size": 7}


def test_a_checkpoint_attests_commits_that_are_here(file: File) -> None:
    held = {(one.log.hex(), one.sequence, one.id.hex()) for one in file.commits}
    ((_, body),) = file.of("ledger.checkpoint")
    tips = [(tip["log"], tip["sequence"], tip["commit"]) for tip in body["tips"]]
    assert set(tips) <= held
    leaves = [
        digest(b"\0", bytes.fromhex(log), sequence.to_bytes(8, "big"), bytes.fromhex(commit))
        for log, sequence, commit in sorted(tips)
    ]
    assert (body["root"], body["count"]) == (tree(leaves).hex(), len(tips))


def test_what_stands_follows_from_the_entries_that_count(file: File) -> None:
    metas: dict[str, dict[str, Any]] = {}
    for line in file.lines:
        if line.commit.row["aside"] is None:
            recorded = datetime.fromtimestamp(line.commit.clock[0] / 1000, UTC).date().isoformat()
            day = min(line.meta["known_on"] or recorded, recorded)
            metas[line.row["id"].hex()] = {**line.meta, "day": day}

    def replaced_by(one: str) -> set[str]:
        direct = {other for other, meta in metas.items() if one in meta["corrects"]}
        return direct | {later for other in direct for later in replaced_by(other)}

    expected = set()
    for one, meta in metas.items():
        replaced_on = min((metas[other]["day"] for other in replaced_by(one)), default=None)
        expected.add((bytes.fromhex(one), meta["record"], meta["kind"], meta["day"], replaced_on))
    assert file.standing == expected
