"""Whatever is changed in a ledger's file, verify names it; SQLite's own check does not."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from waythrough.ledger import Ledger
from waythrough.ledger.hashing import body_hash, leaf_hash, merkle_root
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft, Finding
from waythrough.terms.problems import Problem

COLUMNS = {
    "commits": (
        *("number", "id", "header", "signature", "log", "sequence", "physical_ms", "counter", "act"),
        *("own", "aside"),
    ),
    "entries": (
        *("number", "commit_number", "position", "id", "meta", "salt", "body", "body_hash"),
        *("subject", "keep_until"),
    ),
    "standing": ("entry", "record", "kind", "known_on", "replaced_on"),
}
ORDER = {"commits": "number", "entries": "number", "standing": "entry"}


@pytest.fixture
def written(ledger: Ledger, workspace: Path) -> Path:
    """A closed workspace: five commits, eight entries, a correction, a conflict, a key."""
    author = "Amina Example"
    first, _, _ = ledger.append(
        [
            Draft("request", "request/1", {"asks": "12 lorries"}, known_on=date(2019, 3, 28)),
            Draft(
                "request", "request/2", {"asks": "медицина"}, source="source/1", valid_from=date(2019, 4, 1)
            ),
            Draft("meeting", "meeting/1", {}),
        ],
        author=author,
        key="form-1",
    )
    ledger.append([Draft("request", "request/1", {"n": 2}, corrects=(first.id,))], author=author)
    ledger.append([Draft("request", "request/1", {"n": 3.5}, corrects=(first.id,))], author=author)
    ledger.append([Draft("figure", f"figure/{n}", {"low": n}) for n in range(2)], author=author, key="form-2")
    ledger.close()
    return workspace


def noticed(path: Path) -> bool:
    """Does opening and verifying this file say that something is wrong? Anything but a refusal is a bug and raises."""
    try:
        with Ledger.open(path) as ledger:
            return not ledger.verify().sound
    except Problem:
        return True


def findings(path: Path) -> tuple[Finding, ...]:
    with Ledger.open(path) as ledger:
        return ledger.verify().findings


def change(path: Path, *statements: tuple[str, tuple[Any, ...]]) -> None:
    """Alter the file as someone with an SQLite tool would."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        for statement, values in statements:
            connection.execute(statement, values)


def integrity_check(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def cells(path: Path, table: str, column: str) -> list[tuple[Any, Any]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        rows = connection.execute(f'SELECT "{ORDER[table]}", "{column}" FROM "{table}"').fetchall()  # noqa: S608
        return [(key, value) for key, value in rows]


def altered(value: Any, kind: str, rng: random.Random) -> Iterator[tuple[str, Any]]:
    """Other values for a cell, with the SQL that puts each in: flipped bits, another type, nothing at all."""
    if value is None:
        yield "?", b"\x01"
    elif isinstance(value, int):
        for bit in (0, 7, 40):
            yield "?", value ^ (1 << bit)
        yield "CAST(? AS BLOB)", str(value)
    else:
        for n in sorted(rng.sample(range(len(value)), min(len(value), 4))):
            flipped = bytearray(value)
            flipped[n] ^= 1 << rng.randrange(8)
            yield f"CAST(? AS {kind})", bytes(flipped)
        yield f"CAST(? AS {kind})", value[:-1]
        yield f"CAST(? AS {'BLOB' if kind == 'TEXT' else 'TEXT'})", value


def test_an_untouched_ledger_verifies(written: Path) -> None:
    with Ledger.open(written) as ledger:
        verification = ledger.verify()
    assert (verification.sound, verification.commits, verification.entries) == (True, 5, 8)


class Bench:
    """One open ledger that is altered, verified and put right again many times."""

    def __init__(self, path: Path, ledger: Ledger) -> None:
        self._ledger = ledger
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("PRAGMA synchronous=OFF")
        self._sound = sqlite3.connect(":memory:")
        self._file.backup(self._sound)

    def noticed(self, statement: str, values: tuple[Any, ...]) -> bool | None:
        """Does verify see this change? None if SQLite refused it, because two rows would have been alike."""
        try:
            self._file.execute(statement, values)
        except sqlite3.IntegrityError:
            return None
        found = not self._ledger.verify().sound
        self.control = self._file.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        self._sound.backup(self._file)
        return found

    def close(self) -> None:
        assert self._ledger.verify().sound
        self._file.close()
        self._sound.close()


@pytest.fixture
def bench(written: Path) -> Iterator[Bench]:
    with Ledger.open(written) as ledger, closing(Bench(written, ledger)) as made:
        yield made


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, columns in COLUMNS.items() for c in columns])
def test_every_changed_cell_is_noticed(written: Path, bench: Bench, table: str, column: str) -> None:
    rng = random.Random(f"{table}.{column}")
    kind = "TEXT" if table == "standing" and column != "entry" else "BLOB"
    changes = missed_by_control = 0
    for key, value in cells(written, table, column):
        for place, other in altered(value, kind, rng):
            update = f'UPDATE "{table}" SET "{column}"={place} WHERE "{ORDER[table]}"=?'  # noqa: S608
            noticed = bench.noticed(update, (other, key))
            assert noticed is not False, f"{table}.{column} of row {key!r} as {other!r} went unnoticed"
            if noticed:
                changes += 1
                missed_by_control += bench.control
    assert changes >= 5
    assert missed_by_control, "SQLite's own check was meant to miss this: the test alters nothing"


@pytest.mark.parametrize("column", ["header", "signature"])
def test_every_byte_of_a_header_and_of_a_signature_counts(written: Path, bench: Bench, column: str) -> None:
    number, value = cells(written, "commits", column)[3]
    for n in range(len(value)):
        flipped = value[:n] + bytes([value[n] ^ 0x10]) + value[n + 1 :]
        update = f"UPDATE commits SET {column}=? WHERE number=?"  # noqa: S608
        assert bench.noticed(update, (flipped, number)), f"byte {n} of {column}"


@pytest.mark.parametrize("table", COLUMNS)
def test_every_removed_row_is_noticed(written: Path, bench: Bench, table: str) -> None:
    for key, _ in cells(written, table, ORDER[table]):
        assert bench.noticed(f'DELETE FROM "{table}" WHERE "{ORDER[table]}"=?', (key,))  # noqa: S608
        assert bench.control


def test_a_flipped_bit_anywhere_in_the_file_never_changes_content_unnoticed(
    written: Path, tmp_path: Path
) -> None:
    rng = random.Random(11)
    sound = written.read_bytes()
    before = content(written)
    copy = tmp_path / "copy.way"
    changed = missed_by_control = 0
    for _ in range(700):
        place = rng.randrange(len(sound))
        copy.write_bytes(sound[:place] + bytes([sound[place] ^ (1 << rng.randrange(8))]) + sound[place + 1 :])
        if content(copy) == before:
            continue
        changed += 1
        missed_by_control += passes_control(copy)
        assert noticed(copy), f"a bit of byte {place} went unnoticed"
        for leftover in tmp_path.glob("copy.way-*"):
            leftover.unlink()
    assert changed > 25
    assert missed_by_control > changed * 0.3


def content(path: Path) -> list[Any] | str:
    """All rows of all tables as SQLite reads them, by whole scans; or the reason it cannot."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.text_factory = bytes
            return [
                connection.execute(f'SELECT * FROM "{table}" NOT INDEXED ORDER BY 1').fetchall()  # noqa: S608
                for table in COLUMNS
            ]
    except (sqlite3.Error, UnicodeDecodeError) as error:
        return str(error)


def passes_control(path: Path) -> bool:
    try:
        return integrity_check(path) == "ok"
    except (sqlite3.Error, UnicodeDecodeError):
        return False


# --- deliberate forgeries ------------------------------------------------------------------------------------


def rows(path: Path, table: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return connection.execute(f'SELECT * FROM "{table}" ORDER BY 1').fetchall()  # noqa: S608


def forge_body(path: Path, sign: Callable[[bytes], bytes]) -> None:
    """Change one body and make every hash, copied column and list agree with it; only the signature is left."""
    commit = rows(path, "commits")[1]
    lines = [row for row in rows(path, "entries") if row["commit_number"] == commit["number"]]
    victim, body = lines[1], '{"asks":"оружие"}'.encode()
    hashed = body_hash(victim["salt"], body)
    leaf = leaf_hash(victim["meta"], hashed)
    leaves = [leaf_hash(row["meta"], body_hash(row["salt"], row["body"])) for row in lines]
    leaves[1] = leaf
    header = replace(unpack(commit["header"]), root=merkle_root(leaves)).pack()
    change(
        path,
        (
            "UPDATE entries SET body=?, body_hash=?, id=? WHERE number=?",
            (body, hashed, leaf[:16], victim["number"]),
        ),
        ("UPDATE standing SET entry=? WHERE entry=?", (leaf[:16], victim["id"])),
        (
            "UPDATE commits SET header=?, id=?, signature=? WHERE number=?",
            (header, header_hash(header), sign(header), commit["number"]),
        ),
    )


def test_a_forged_body_with_all_hashes_in_step_fails_at_the_signature(written: Path) -> None:
    forge_body(written, DeviceKey.from_seed(bytes(32)).sign)
    said = findings(written)
    assert {finding.what for finding in said} == {
        "its signature does not hold: its header or its signature was altered",
        "it does not follow the commit before it",
    }
    assert said[0].place.startswith("commit 1 of log")


def test_even_the_keys_holder_cannot_change_a_commit_that_another_follows(
    written: Path, device: DeviceKey
) -> None:
    forge_body(written, device.sign)
    (finding,) = findings(written)
    assert finding.what == "it does not follow the commit before it"
    assert finding.place.startswith("commit 2 of log")
    assert "backup" in finding.advice


def test_a_stranger_who_signs_with_an_own_key_is_named(written: Path) -> None:
    stranger = DeviceKey.from_seed(bytes(32))
    last = rows(written, "commits")[-1]
    header = replace(
        unpack(last["header"]),
        log=stranger.fingerprint + bytes(4),
        sequence=0,
        previous=bytes(32),
    ).pack()
    change(
        written,
        (
            "UPDATE commits SET header=?, id=?, signature=?, log=?, sequence=0 WHERE number=?",
            (
                header,
                header_hash(header),
                stranger.sign(header),
                stranger.fingerprint + bytes(4),
                last["number"],
            ),
        ),
    )
    assert "it was signed by a device that is not enrolled" in {one.what for one in findings(written)}


def test_a_commit_of_another_ledger_is_named(written: Path, device: DeviceKey) -> None:
    last = rows(written, "commits")[-1]
    header = replace(unpack(last["header"]), ledger=bytes(16)).pack()
    change(
        written,
        (
            "UPDATE commits SET header=?, id=?, signature=? WHERE number=5",
            (header, header_hash(header), device.sign(header)),
        ),
    )
    assert ["belongs to another ledger" in finding.what for finding in findings(written)] == [True]


def test_swapped_entries_are_noticed(written: Path) -> None:
    change(
        written,
        ("UPDATE entries SET position=99 WHERE number=2", ()),
        ("UPDATE entries SET position=0 WHERE number=3", ()),
        ("UPDATE entries SET position=1 WHERE number=2", ()),
    )
    assert any("swapped" in finding.what for finding in findings(written))


def test_a_commit_missing_from_the_middle_is_named(written: Path) -> None:
    change(
        written,
        ("DELETE FROM standing WHERE entry=(SELECT id FROM entries WHERE commit_number=4)", ()),
        ("DELETE FROM entries WHERE commit_number=4", ()),
        ("DELETE FROM commits WHERE number=4", ()),
    )
    assert "the commits from 3 to 3 before it are missing" in {finding.what for finding in findings(written)}


def test_a_clock_that_goes_back_is_noticed(written: Path, device: DeviceKey) -> None:
    last, before = rows(written, "commits")[-1], rows(written, "commits")[-2]
    header = replace(unpack(last["header"]), physical_ms=before["physical_ms"] - 1).pack()
    change(
        written,
        (
            "UPDATE commits SET header=?, id=?, signature=?, physical_ms=? WHERE number=5",
            (header, header_hash(header), device.sign(header), before["physical_ms"] - 1),
        ),
    )
    assert any("clock" in finding.what for finding in findings(written))


def test_bytes_moved_between_salt_and_body_are_noticed(written: Path) -> None:
    """The hash of salt and body together stays the same; only the lengths tell."""
    change(
        written,
        ("UPDATE entries SET salt=salt||substr(body,1,1), body=substr(body,2) WHERE number=2", ()),
    )
    assert any("salt" in finding.what for finding in findings(written))


@pytest.mark.parametrize("column", ["salt", "body"])
def test_a_missing_body_is_no_erased_one(written: Path, column: str) -> None:
    """A body withheld as if it had been erased: nothing in the ledger ordered it."""
    change(written, (f"UPDATE entries SET {column}=NULL WHERE number=2", ()))  # noqa: S608
    assert f"its column {column} is missing or holds no bytes" in [
        finding.what for finding in findings(written)
    ]


def test_a_missing_body_whose_meta_cannot_be_read_is_no_erased_one_either(written: Path) -> None:
    change(written, ("UPDATE entries SET salt=NULL, body=NULL, meta=x'ff' WHERE number=2", ()))
    assert "its column salt is missing or holds no bytes" in [finding.what for finding in findings(written)]


def test_a_first_commit_that_is_not_the_first_of_its_log_begins_no_ledger(
    written: Path, device: DeviceKey
) -> None:
    header = replace(unpack(rows(written, "commits")[0]["header"]), sequence=1).pack()
    change(
        written,
        (
            "UPDATE commits SET header=?, id=?, signature=?, sequence=1 WHERE number=1",
            (header, header_hash(header), device.sign(header)),
        ),
    )
    first = findings(written)[0]
    assert first.place == "the first commit"
    assert first.what == "it does not begin a ledger: it does not begin its log"


def test_an_entry_without_its_body_is_not_read_as_an_empty_one(written: Path) -> None:
    change(written, ("UPDATE entries SET body=NULL WHERE number=2", ()))
    with Ledger.open(written) as ledger:
        assert [entry.state for entry in ledger.history("request/1")] == ["erased", "open", "open"]
        assert not ledger.verify().sound


def test_a_lying_list_says_that_no_entry_is_harmed_and_a_rebuild_mends_it(written: Path) -> None:
    change(written, ("UPDATE standing SET replaced_on='2019-03-29' WHERE record='request/2'", ()))
    said = findings(written)
    assert said and all(finding.place == "list standing" and "Rebuild" in finding.advice for finding in said)
    with Ledger.open(written) as ledger:
        ledger.rebuild()
        assert ledger.verify().sound


def test_a_list_that_says_a_thing_twice_is_noticed(written: Path) -> None:
    change(written, ("INSERT INTO standing SELECT * FROM standing WHERE record='request/2'", ()))
    (finding,) = findings(written)
    assert "more than once" in finding.what and "Rebuild" in finding.advice


@pytest.mark.parametrize("reason", ["ahead", "revoked"])
def test_a_commit_hidden_as_one_that_does_not_count_is_noticed_and_a_rebuild_brings_it_back(
    written: Path, reason: str
) -> None:
    before = rows(written, "standing")
    change(
        written,
        ("DELETE FROM standing WHERE kind='figure'", ()),
        ("UPDATE commits SET aside=? WHERE number=5", (reason,)),
    )
    assert findings(written)[0].place.startswith("commit 4 of log")
    with Ledger.open(written) as ledger:
        ledger.rebuild()
        assert ledger.verify().sound
    assert sorted(map(tuple, rows(written, "standing"))) == sorted(map(tuple, before))


def test_a_trigger_put_into_the_file_is_noticed(written: Path) -> None:
    change(
        written,
        ("CREATE TRIGGER quiet AFTER INSERT ON entries BEGIN DELETE FROM standing; END", ()),
    )
    assert any("trigger named quiet" in finding.what for finding in findings(written))


@pytest.mark.parametrize(
    ("was", "altered"),
    [
        ("meta BLOB NOT NULL", "meta TEXT NOT NULL"),
        ("kind TEXT", "kind NEXT"),
    ],
)
def test_a_table_that_is_laid_out_otherwise_is_noticed(written: Path, was: str, altered: str) -> None:
    # The rows stay as they are, and SQLite believes what the file says of its own layout.
    data = written.read_bytes()
    assert data.count(was.encode()) >= 1
    written.write_bytes(data.replace(was.encode(), altered.encode()))
    assert noticed(written)


def test_the_missing_newest_commits_are_a_whole_older_ledger(written: Path) -> None:
    """What verify cannot see, said here so that nobody believes otherwise: a chain alone does not show its own end."""
    last = rows(written, "commits")[-1]
    assert unpack(last["header"]).previous == header_hash(rows(written, "commits")[-2]["header"])
    change(
        written,
        ("DELETE FROM standing WHERE kind='figure'", ()),
        ("DELETE FROM entries WHERE commit_number=5", ()),
        ("DELETE FROM commits WHERE number=5", ()),
    )
    assert not noticed(written)
