"""A sealed workspace is noise without its device's keys, and as good as any other with them."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from waythrough.ledger import Ledger, passphrase, sealed, unlocking
from waythrough.ledger.device import SEALED, device_key
from waythrough.ledger.devicefile import FILE_NAME, DeviceFile, load, save
from waythrough.ledger.driver import PLAIN, Driver
from waythrough.ledger.passphrase import Cost
from waythrough.ledger.places import File
from waythrough.ledger.unlocking import PASSPHRASE
from waythrough.terms.entries import Draft
from waythrough.terms.problems import (
    DeviceKeyUnusable,
    DeviceLocked,
    InputRefused,
    LedgerBroken,
    NotAWorkspace,
    NotWritten,
    SealingMissing,
)

AUTHOR = "Amina Example"
WORD = "a word that is found nowhere else"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("WAYTHROUGH_HOME", str(folder))
    return folder


@pytest.fixture
def path(tmp_path: Path, home: Path) -> Path:
    return tmp_path / "desk" / "valley.way"


def made(path: Path, is_sealed: bool) -> Path:
    path.parent.mkdir(exist_ok=True)
    with Ledger.create(File(path, is_sealed), title="Valley camp", author=AUTHOR) as ledger:
        for n in range(20):
            ledger.append([Draft("note", f"note-{n}", {"words": f"{WORD} {n}"})], author=AUTHOR)
    return path


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def driver(path: Path) -> Driver:
    return sealed.driver_of(path)


def test_nothing_in_a_sealed_file_can_be_read_and_in_a_plain_one_everything(path: Path) -> None:
    made(path, True)
    found = everything(path.parent)
    for word in (WORD, "SQLite format", AUTHOR, "Valley camp", "commits"):
        assert word.encode() not in found
    other = made(path.with_name("plain.way"), False)
    assert other.read_bytes().count(WORD.encode()) >= 20


def test_a_sealed_workspace_is_opened_written_and_verified_like_any_other(path: Path, home: Path) -> None:
    made(path, True)
    with Ledger.open(path) as ledger, Ledger.open(path) as beside:
        ledger.append([Draft("note", "another", {"words": WORD})], author=AUTHOR)
        assert beside.head("another") is not None
        assert WORD.encode() not in everything(path.parent), "nor in the log beside it"
        ledger.rebuild()
        assert ledger.verify().sound
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        (record,) = (home / SEALED).iterdir()
        assert stat.S_IMODE(record.stat().st_mode) == 0o600


def test_its_settings_are_those_of_a_plain_one(path: Path) -> None:
    def settings(is_sealed: bool) -> dict[str, str]:
        file = made(path.with_name(f"{is_sealed}.way"), is_sealed)
        with Ledger.open(file) as ledger, ledger._store.reading() as reader:
            return {name: value for name, value in reader.in_force().items() if name != "sqlite"}  # type: ignore[attr-defined]

    assert settings(True) == settings(False)


def test_without_the_passphrase_it_does_not_open(
    path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(path, True)
    file = load(home)
    assert file.kek
    lock = passphrase.wrap(file.kek, "four words nobody links", file.public, Cost(64, 1))
    save(home, DeviceFile(file.public, file.box_key, file.sealed, None, {PASSPHRASE: lock}))
    monkeypatch.delenv(unlocking.VARIABLE, raising=False)
    unlocking.forget(file)
    with pytest.raises(DeviceLocked):
        Ledger.open(path)
    monkeypatch.setenv(unlocking.VARIABLE, "four words nobody links")
    Ledger.open(path).close()
    unlocking.forget(file)


def test_another_device_takes_it_for_no_workspace(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(path, True)
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "other"))
    with pytest.raises(NotAWorkspace, match="this device sealed"):
        Ledger.open(path)
    assert not (tmp_path / "other").exists()


def test_the_key_of_a_sealed_file_opens_on_its_own_device_alone(path: Path, home: Path) -> None:
    made(path, True)
    (record,) = (home / SEALED).iterdir()
    (home / FILE_NAME).rename(home / "taken")
    with pytest.raises(DeviceKeyUnusable, match="this device"):
        Ledger.open(path)
    (home / "taken").replace(home / FILE_NAME)
    Ledger.open(path).close()
    record.write_text("[]")
    with pytest.raises(DeviceKeyUnusable, match="this device"):
        Ledger.open(path)


def test_a_key_is_never_shown(path: Path) -> None:
    opened = driver(made(path, True))
    assert opened.is_sealed
    assert opened.key.strip("\"x'")[:20] not in repr(opened)
    assert not PLAIN.is_sealed


@pytest.mark.slow
def test_a_damaged_sealed_file_is_reported_as_damaged(path: Path) -> None:
    made(path, True)
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(data)
    with pytest.raises(LedgerBroken, match="damaged"):
        Ledger.open(path)


@pytest.mark.slow
def test_each_flipped_bit_of_a_sealed_file_is_noticed(path: Path) -> None:
    whole = made(path, True).read_bytes()
    choose = random.Random(5)
    for _ in range(40):
        data = bytearray(whole)
        data[choose.randrange(16, len(data))] ^= 1 << choose.randrange(8)
        path.write_bytes(data)
        try:
            with Ledger.open(path) as ledger:
                found = ledger.verify()
                # A free page is read by nobody and holds nothing; any other is authenticated as it is read.
                assert not found.sound or _says_the_same(ledger)
        except LedgerBroken:
            continue
    path.write_bytes(whole)


def _says_the_same(ledger: Ledger) -> bool:
    return [head.entries[0].body["words"] for head in ledger.heads("note")] == [
        f"{WORD} {n}" for n in range(20)
    ]


def test_a_first_page_torn_by_a_power_cut_is_mended_from_the_log(path: Path) -> None:
    made(path, True)
    opened = driver(path)
    db = opened.connect(path)
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("PRAGMA user_version=2")  # writes the first page, to the log alone
    torn = path.with_name("torn.way")
    shutil.copy(path, torn)
    shutil.copy(f"{path}-wal", f"{torn}-wal")
    db.close()
    data = bytearray(torn.read_bytes())
    data[:512] = random.Random(1).randbytes(512)
    torn.write_bytes(data)
    with Ledger.open(torn) as ledger:
        assert _says_the_same(ledger)
        assert ledger.verify().sound


def test_what_nobody_sealed_is_opened_as_plain_whatever_lies_beside_it(path: Path) -> None:
    path.parent.mkdir()
    assert not driver(path).is_sealed, "there is no such file"
    path.write_bytes(random.Random(2).randbytes(200))
    page, header = 512, 24
    frames = b"".join(number.to_bytes(4, "big") + bytes(header - 4 + page) for number in (2, 1, 3))
    Path(f"{path}-wal").write_bytes(bytes(8) + page.to_bytes(4, "big") + bytes(20) + frames)
    assert not driver(path).is_sealed
    assert not sealed.is_sealed(path)


# --- sealing a plain one ---


def rows(path: Path, how: Driver) -> dict[str, list[Any]]:
    db = how.connect(path)
    try:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {name: db.execute(f'SELECT * FROM "{name}" ORDER BY 1').fetchall() for name in tables}  # noqa: S608
    finally:
        db.close()


def test_sealing_changes_no_row_and_overwrites_the_plain_file_where_it_lay(path: Path) -> None:
    made(path, False)
    before = rows(path, PLAIN)
    with path.open("rb") as plain:
        size = len(plain.read())
        sealed.convert(path, device_key())
        plain.seek(0)
        assert plain.read() == bytes(size)
    assert rows(path, driver(path)) == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert WORD.encode() not in everything(path.parent)
    with Ledger.open(path) as ledger:
        ledger.append([Draft("note", "another", {})], author=AUTHOR)
        assert ledger.verify().sound


def test_what_was_still_in_the_log_is_sealed_too_and_overwritten(path: Path) -> None:
    made(path, False)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA wal_autocheckpoint=0")
    db.execute("CREATE TABLE kept AS SELECT 'in the log' AS words")
    left = path.with_name("left.way")
    shutil.copy(path, left)
    shutil.copy(f"{path}-wal", f"{left}-wal")
    db.close()
    with Path(f"{left}-wal").open("rb") as log:
        sealed.convert(left, device_key())
        assert not any(log.read())
    assert rows(left, driver(left))["kept"] == [("in the log",)]
    assert not Path(f"{left}-wal").exists()


READER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("SELECT count(*) FROM commits").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


def test_a_workspace_another_program_has_open_is_not_sealed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "WAIT_SECONDS", 0.1)
    made(path, False)
    line = [sys.executable, "-c", READER, str(path)]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin and other.stdout and other.stdout.readline() == b"open\n"
        with pytest.raises(InputRefused, match="in use"):
            sealed.convert(path, device_key())
        other.stdin.close()
    sealed.convert(path, device_key())
    assert driver(path).is_sealed


def test_a_workspace_this_program_has_open_is_not_sealed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "WAIT_SECONDS", 0.1)
    made(path, False)
    with Ledger.open(path) as ledger:
        ledger.heads("note")
        with pytest.raises(InputRefused, match="in use"):
            sealed.convert(path, device_key())
        ledger.append([Draft("note", "another", {})], author=AUTHOR)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert not driver(path).is_sealed


def test_a_sealed_workspace_is_not_sealed_again_and_other_files_never(path: Path) -> None:
    made(path, True)
    with pytest.raises(InputRefused, match="already"):
        sealed.convert(path, device_key())
    other = path.with_name("notes.txt")
    other.write_text("notes, longer than sixteen bytes")
    with pytest.raises(NotAWorkspace):
        sealed.convert(other, device_key())
    assert other.read_text() == "notes, longer than sixteen bytes"


@pytest.mark.parametrize("step", ["_check_copy", "lay_out"])
def test_a_sealing_that_fails_leaves_the_plain_file_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    made(path, False)
    before = rows(path, PLAIN)

    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(sealed, step, fail)
    with pytest.raises(NotWritten, match="full"):
        sealed.convert(path, device_key())
    assert rows(path, PLAIN) == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_name_that_cannot_be_given_leaves_the_plain_file_in_its_mode(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(path, False)

    def fail(*_: object) -> None:
        raise OSError("not permitted")

    monkeypatch.setattr(type(path), "replace", fail)
    with pytest.raises(NotWritten, match="permitted"):
        sealed.convert(path, device_key())
    monkeypatch.undo()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_copy_that_lacks_a_row_is_not_put_in_the_place_of_its_source(path: Path) -> None:
    made(path, False)
    source = sqlite3.connect(path)
    draft = path.with_name("draft")
    how = sealed.new_driver(device_key())
    sealed.lay_out(draft, how)
    with pytest.raises(OSError, match="not what was written"):
        sealed._check_copy(source, draft, how)
    source.close()


def test_where_sqlcipher_is_missing_the_refusal_says_what_to_install(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(path, True)
    assert sealed.is_installed()
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    assert not sealed.is_installed()
    with pytest.raises(SealingMissing) as refusal:
        Ledger.open(path)
    assert "waythrough[sealed]" in refusal.value.remedy()
