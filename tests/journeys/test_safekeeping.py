"""Backup, restore, rebuild and repair from the command line."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

WORDS = "six quiet boats at noon"


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """No shipped case is needed here."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def desk(wt, tmp_path, monkeypatch):
    """A workspace of one's own, on a device of one's own."""
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("WAYTHROUGH_BACKUP_PASSPHRASE", WORDS)
    assert wt("init", "desk.way", "--person", "A. K.").code == 0
    return tmp_path / "desk.way"


def test_a_backup_is_restored_on_a_new_machine_and_goes_on_in_a_new_epoch(wt, desk, tmp_path, monkeypatch):
    made = wt("backup", "desk.wayback", "-C", desk, "--json")
    assert made.code == 0, made.err
    assert (made.json["schema"], made.json["opens_with"]) == ("waythrough/backup/1", ["the passphrase"])
    assert wt("backup", "desk.wayback", "-C", desk).code == 4
    before = wt("log", "-C", desk, "--json").json["entries"]

    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "new-home"))
    done = wt("restore", "desk.wayback", "again.way", "--json")
    assert done.code == 0, done.err
    assert (done.json["root"], done.json["same_device"]) == (made.json["root"], True)
    assert wt("log", "-C", "again.way", "--json").json["entries"] == before
    wrote = wt(
        "record",
        "party",
        "--id",
        "party-a",
        "--names",
        "en=Hill",
        "--kind",
        "local_authority",
        "-C",
        "again.way",
    )
    assert wrote.code == 0, wrote.err
    own = wt("log", "-C", "again.way", "--own", "--json").json["entries"]
    assert own[0]["kind"] == "ledger.epoch"
    assert wt("verify", "-C", "again.way").code == 0
    assert wt("restore", "desk.wayback", "again.way").code == 4


def test_a_wrong_passphrase_restores_nothing(wt, desk, tmp_path, monkeypatch):
    assert wt("backup", "desk.wayback", "-C", desk).code == 0
    monkeypatch.setenv("WAYTHROUGH_BACKUP_PASSPHRASE", "another thing entirely")
    refused = wt("restore", "desk.wayback", "again.way")
    assert (refused.code, "does not open" in refused.err) == (7, True)
    assert not list(tmp_path.glob("*again*"))
    monkeypatch.delenv("WAYTHROUGH_BACKUP_PASSPHRASE")
    assert wt("restore", "desk.wayback", "again.way", "--no-input").code == 4
    assert wt("restore", "gone.wayback", "again.way", "--no-input").code == 4


def test_a_short_passphrase_is_refused(wt, desk, monkeypatch):
    monkeypatch.setenv("WAYTHROUGH_BACKUP_PASSPHRASE", "boats")
    assert wt("backup", "desk.wayback", "-C", desk).code == 4


def test_the_recovery_code_opens_a_backup(wt, desk, monkeypatch):
    monkeypatch.setenv("WAYTHROUGH_NEW_PASSPHRASE", "four plain green tables")
    code = wt("passphrase", "set", "--json").json["recovery_code"]
    monkeypatch.setenv("WAYTHROUGH_PASSPHRASE", "four plain green tables")
    made = wt("backup", "desk.wayback", "--no-passphrase", "-C", desk, "--json")
    assert made.json["opens_with"] == ["the recovery code of this device"]
    monkeypatch.setenv("WAYTHROUGH_RECOVERY_CODE", code)
    assert wt("restore", "desk.wayback", "again.way", "--recovery-code").code == 0


def test_lists_are_made_again(wt, desk):
    with closing(sqlite3.connect(desk)) as db, db:
        db.execute("DELETE FROM standing")
    found = wt("verify", "-C", desk)
    assert (found.code, "waythrough rebuild" in found.err) == (6, True)
    done = wt("rebuild", "-C", desk, "--json")
    assert (done.code, done.json["sound"]) == (0, True)
    assert wt("verify", "-C", desk).code == 0


@pytest.fixture
def damaged(wt, desk):
    """The same workspace with one party more, whose entry was then altered."""
    wrote = wt(
        "record", "party", "--id", "party-a", "--names", "en=Hill", "--kind", "local_authority", "-C", desk
    )
    assert wrote.code == 0, wrote.err
    with closing(sqlite3.connect(desk)) as db, db:
        db.execute("UPDATE entries SET body = CAST(replace(body, 'Hill', 'Dale') AS BLOB)")
    return desk


def test_a_repair_is_tried_asked_for_and_made(wt, damaged, fingerprint):
    found = wt("verify", "-C", damaged)
    assert (found.code, "waythrough repair" in found.err) == (6, True)
    assert wt("backup", "no.wayback", "-C", damaged).code == 6
    before = fingerprint(damaged)
    tried = wt("repair", "--dry-run", "-C", damaged)
    assert (tried.code, "1 commits are left out" in tried.err) == (0, True)
    assert wt("repair", "--no-input", "-C", damaged).code == 4
    assert fingerprint(damaged) == before
    assert not [path for path in damaged.parent.iterdir() if "mended" in path.name or "damaged" in path.name]

    done = wt("repair", "--yes", "-C", damaged, "--json")
    assert done.code == 0, done.err
    assert len(done.json["left_out"]) == 1
    assert fingerprint(done.json["archive"]) == before
    assert wt("verify", "-C", damaged).code == 0
    assert wt("show", "party-a", "-C", damaged).code == 3
    needless = wt("repair", "-C", damaged, "--json")
    assert (needless.code, needless.json["repaired"]) == (0, False)


def test_a_repair_into_a_new_place_leaves_the_old_one_as_it_is(wt, damaged, fingerprint):
    before = fingerprint(damaged)
    assert wt("repair", "--yes", "--into", "whole.way", "-C", damaged).code == 0
    assert fingerprint(damaged) == before
    assert wt("verify", "-C", "whole.way").code == 0


def test_a_sealed_workspace_is_repaired_sealed(wt, damaged, monkeypatch):
    pytest.importorskip("sqlcipher3")
    for variable in ("WAYTHROUGH_NEW_PASSPHRASE", "WAYTHROUGH_PASSPHRASE"):
        monkeypatch.setenv(variable, "four plain green tables")
    assert wt("passphrase", "set").code == 0
    sealed = wt("seal", damaged)
    assert sealed.code == 0, sealed.err
    done = wt("repair", "--yes", "-C", damaged, "--json")
    assert done.code == 0, done.err
    assert not damaged.read_bytes().startswith(b"SQLite")
    assert wt("verify", "-C", damaged).code == 0
    assert wt("verify", "-C", done.json["archive"]).code == 6
