"""The workspace file: made whole or not at all, opened without a trace, kept with the settings that keep it safe."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from waythrough.ledger import Ledger
from waythrough.ledger.driver import Driver
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.sqlite import APPLICATION_ID, FORMAT, SqliteStore, SqliteWriter, newest_number
from waythrough.ledger.store import Writer
from waythrough.ledger.upgrade import bring_up
from waythrough.terms.entries import Draft
from waythrough.terms.problems import (
    LedgerBroken,
    NotAWorkspace,
    NotWritten,
    NoWorkspace,
    Problem,
    WorkspaceExists,
)


def test_a_workspace_that_is_not_there_is_not_made_by_opening(tmp_path: Path) -> None:
    with pytest.raises(NoWorkspace):
        Ledger.open(tmp_path / "nowhere.way")
    assert list(tmp_path.iterdir()) == []


def other_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE commits (number)")


def newer_format(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute("PRAGMA user_version=3")


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_bytes(b"name,people\n"), "not an SQLite file"),
        (lambda path: path.write_bytes(b"SQLite format 3\0"), "not an SQLite file"),
        (lambda path: path.mkdir(), "cannot be read"),
        (other_program, "another program"),
        (newer_format, "format 3"),
    ],
)
def test_another_kind_of_file_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], object], word: str
) -> None:
    path = tmp_path / "thing.way"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(NotAWorkspace, match=word):
        Ledger.open(path)
    assert (path.read_bytes() if path.is_file() else None) == before
    assert [file.name for file in tmp_path.iterdir()] == ["thing.way"]


def test_a_file_whose_first_sector_a_power_cut_left_as_noise_is_brought_up_from_its_log(
    ledger: Ledger, workspace: Path, tmp_path: Path
) -> None:
    # So many that the file grows, which changes its first page.
    drafts = [Draft("note", f"note/{n}", {"words": "x" * 500}) for n in range(100)]
    entry = ledger.append(drafts, author="Amina Example")[-1]
    found = tmp_path / "found" / workspace.name
    found.parent.mkdir()
    log = found.with_name(found.name + "-wal")
    shutil.copy(workspace.with_name(workspace.name + "-wal"), log)
    found.write_bytes(bytes(range(256)) * 2 + workspace.read_bytes()[512:])
    with Ledger.open(found) as opened:
        assert opened.verify().sound
        assert opened.find(entry.id) == entry


def test_a_file_of_noise_beside_a_log_that_does_not_help_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "valley.way"
    path.write_bytes(bytes(range(256)) * 16)
    for log in (b"words", bytes.fromhex("377f0682") + bytes(60)):
        path.with_name("valley.way-wal").write_bytes(log)
        with pytest.raises(NotAWorkspace, match="not an SQLite file"):
            Ledger.open(path)
        assert path.read_bytes() == bytes(range(256)) * 16


def test_a_disk_that_fails_while_the_log_is_put_into_the_file_is_told_from_a_damaged_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "valley.way"
    path.write_bytes(bytes(range(256)) * 16)
    path.with_name("valley.way-wal").write_bytes(bytes.fromhex("377f0682") + bytes(60))

    def failing(self: Driver, path: Path) -> None:
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorname = "SQLITE_IOERR_READ"
        raise error

    monkeypatch.setattr(Driver, "connect", failing)
    with pytest.raises(NotWritten, match="disk I/O error"):
        Ledger.open(path)


def test_opening_reading_and_verifying_change_no_byte(ledger: Ledger, workspace: Path) -> None:
    ledger.append([Draft("note", "n", {})], author="Amina Example")
    ledger.close()
    before, written_at = workspace.read_bytes(), workspace.stat().st_mtime_ns
    with Ledger.open(workspace) as again:
        assert again.verify().sound and again.heads() and again.log()
    assert (workspace.read_bytes(), workspace.stat().st_mtime_ns) == (before, written_at)
    assert [file.name for file in workspace.parent.iterdir()] == [workspace.name]


def test_an_existing_file_is_never_overwritten(tmp_path: Path, device: DeviceKey) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("mine")
    with pytest.raises(WorkspaceExists):
        Ledger.create(path, title="t", author="Amina Example", device=device)
    assert path.read_text() == "mine"


def test_a_creation_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(writer: object) -> None:
        raise RuntimeError("the power of speech")

    with pytest.raises(RuntimeError):
        SqliteStore.create(tmp_path / "a.way", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_creation_whose_log_stays_beside_the_file_is_refused_whole(tmp_path: Path) -> None:
    def begin(writer: Writer) -> None:
        # A reader that is not done keeps SQLite from putting the log into the file, as a failing disk does.
        (draft,) = tmp_path.glob("*.new")
        reader = until_the_end.enter_context(closing(sqlite3.connect(draft)))
        reader.execute("SELECT count(*) FROM sqlite_schema").fetchall()

    with ExitStack() as until_the_end:
        with pytest.raises(NotWritten, match="put together"):
            SqliteStore.create(tmp_path / "valley.way", begin)
        assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, device: DeviceKey) -> None:
    with pytest.raises(NotWritten) as refusal:
        Ledger.create(tmp_path / "no" / "a.way", title="t", author="Amina Example", device=device)
    assert isinstance(refusal.value, Problem)


def test_the_file_keeps_the_settings_that_keep_it_safe(ledger: Ledger, workspace: Path) -> None:
    with SqliteStore.open(workspace)._transaction("BEGIN") as connection:
        ask = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in (
                "application_id",
                "user_version",
                "journal_mode",
                "synchronous",
                "secure_delete",
                "trusted_schema",
                "cell_size_check",
                "foreign_keys",
            )
        }
    assert ask == {
        "application_id": 0x57415954,
        "user_version": 2,
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "secure_delete": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "foreign_keys": 1,
    }


def test_a_page_of_the_log_is_found_without_going_through_the_ledger(ledger: Ledger, workspace: Path) -> None:
    entries = ledger.append([Draft("note", f"n/{n}", {}) for n in range(20)], author="Amina Example")
    asked: list[tuple[str, object]] = []
    store = SqliteStore.open(workspace)
    event.listen(store._engine, "before_cursor_execute", lambda *args: asked.append(args[2:4]))
    with store.reading() as reader:
        newest = reader.latest(10, None)
        reader.latest(10, newest[-1])
        assert newest[0].id.hex() == entries[-1].id
    store.close()
    asked = [(statement, values) for statement, values in asked if statement.startswith("SELECT")]
    assert len(asked) == 2 * 3  # which commits, which of their lines, and these
    with closing(sqlite3.connect(workspace)) as connection:
        for statement, values in asked:
            plan = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
            of_commits = statement.startswith("SELECT commits.number")
            assert any("commits_in_order" in step for step in plan) == of_commits, plan
            assert not any(step.startswith("SCAN entries") for step in plan), plan


NOBODY = 65534


@contextmanager
def one_who_can_be_refused(folder: Path) -> Iterator[None]:
    """Root is refused nothing, so as root the folder is given to nobody, and we are nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.iterdir()):
        os.chown(path, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a mode does not say who may write")
def test_a_file_that_may_not_be_written_says_so(ledger: Ledger, workspace: Path, device: DeviceKey) -> None:
    ledger.close()
    # A folder of its own: those of pytest are closed to everybody but their owner.
    with TemporaryDirectory() as name:
        copy = Path(name) / workspace.name
        shutil.copy(workspace, copy)
        copy.chmod(0o400)
        with (
            one_who_can_be_refused(copy.parent),
            Ledger.open(copy, device=device) as again,
            pytest.raises(NotWritten),
        ):
            again.append([Draft("note", "n", {})], author="Amina Example")


def test_a_damaged_file_is_refused_as_broken_when_it_cannot_be_opened(
    ledger: Ledger, workspace: Path
) -> None:
    ledger.close()
    data = bytearray(workspace.read_bytes())
    data[100:4096] = bytes(3996)
    workspace.write_bytes(data)
    with pytest.raises(LedgerBroken) as refusal:
        Ledger.open(workspace)
    assert refusal.value.exit_code == 6


def test_nothing_is_built_on_a_commit_somebody_altered(ledger: Ledger, workspace: Path) -> None:
    ledger.append([Draft("note", "n", {})], author="Amina Example")
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute("UPDATE commits SET signature=zeroblob(64) WHERE sequence=1")
    with pytest.raises(LedgerBroken, match="signature"):
        ledger.append([Draft("note", "m", {})], author="Amina Example")


def test_an_altered_entry_is_refused_when_it_is_read(ledger: Ledger, workspace: Path) -> None:
    ledger.append([Draft("note", "n", {})], author="Amina Example")
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute("UPDATE entries SET meta=x'7b7d' WHERE number=2")
    with pytest.raises(LedgerBroken):
        ledger.heads("note")
    assert not ledger.verify().sound


@pytest.mark.slow
def test_a_large_import_is_one_commit(ledger: Ledger) -> None:
    drafts = [Draft("row", f"row/{n}", {"n": n, "words": "as long as a usual line"}) for n in range(25_000)]
    entries = ledger.append(drafts, author="Amina Example", key="import")
    assert len({entry.id for entry in entries}) == 25_000
    verification = ledger.verify()
    assert (verification.sound, verification.commits, verification.entries) == (True, 2, 25_001)


def test_the_settings_in_force_are_those_that_keep_entries_safe(ledger: Ledger) -> None:
    said = ledger.in_force()
    assert said.pop("sqlite") == sqlite3.sqlite_version
    assert said == {
        "journal_mode": "wal",
        "synchronous": "2",
        "secure_delete": "1",
        "trusted_schema": "0",
        "cell_size_check": "1",
        "foreign_keys": "1",
    }


def test_a_new_workspace_may_be_read_by_nobody_else(ledger: Ledger, workspace: Path) -> None:
    ledger.append([Draft("note", "note/1", {})], author="Amina Example")
    files = [path for path in workspace.parent.iterdir() if path.name.startswith(workspace.name)]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_file_that_somebody_puts_there_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    def begin(writer: Writer) -> None:
        (tmp_path / "a.way").write_text("mine")

    with pytest.raises(WorkspaceExists):
        SqliteStore.create(tmp_path / "a.way", begin)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.way", "mine")]


@pytest.fixture
def format_1(tmp_path: Path) -> Path:
    old = Path(__file__).parents[2] / "ledgers" / "format-1.way"
    return Path(shutil.copy(old, tmp_path / "old.way"))


def test_an_older_file_that_cannot_be_brought_up_is_refused_and_left_as_it_is(format_1: Path) -> None:
    with closing(sqlite3.connect(format_1)) as connection, connection:
        connection.execute("DROP INDEX standing_by_kind")
    before = format_1.read_bytes()
    with pytest.raises(LedgerBroken, match="not those of a ledger"):
        Ledger.open(format_1)
    assert format_1.read_bytes() == before


def test_two_that_open_an_older_file_at_once_bring_it_up_once(format_1: Path) -> None:
    """The second waits for the lock, and then finds nothing left to do."""
    with Ledger.open(format_1) as ledger:
        store = ledger._store
        assert isinstance(store, SqliteStore)
        before = ledger.log(limit=1000)
        with store._transaction("BEGIN IMMEDIATE") as connection:
            bring_up(connection, SqliteWriter(connection), FORMAT)
        assert ledger.log(limit=1000) == before
        assert ledger.verify().sound


def test_a_disk_that_fails_while_destroyed_bodies_are_scrubbed_is_told_of(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ledger._store
    assert isinstance(store, SqliteStore)

    def failing() -> None:
        raise OperationalError("PRAGMA", {}, sqlite3.OperationalError("disk I/O error"))

    monkeypatch.setattr(store._engine, "connect", failing)
    with pytest.raises(NotWritten, match="disk I/O error"):
        store.scrub()


def test_a_table_whose_name_is_no_text_is_refused_as_broken(ledger: Ledger, workspace: Path) -> None:
    ledger.close()
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(
            "INSERT INTO sqlite_master VALUES ('table', CAST(x'ff' AS TEXT), CAST(x'ff' AS TEXT), 9, 'no table')"
        )
    with pytest.raises(LedgerBroken, match="not those of a ledger"):
        Ledger.open(workspace)


def test_values_of_another_type_are_refused_as_broken(ledger: Ledger, workspace: Path) -> None:
    for n in range(2):
        ledger.append([Draft("note", f"note/{n}", {})], author="Amina Example")
    with closing(sqlite3.connect(workspace)) as connection, connection:
        connection.execute("UPDATE commits SET physical_ms='soon' WHERE number=2")
    with pytest.raises(LedgerBroken, match="values of the wrong type"):
        ledger.heads()


def test_whether_somebody_has_a_file_open_is_known(ledger: Ledger, workspace: Path) -> None:
    ledger.append([Draft("note", "note/1", {})], author="Amina Example")
    assert newest_number(workspace) is None
    ledger.close()
    assert newest_number(workspace) == 2
