"""A laptop is put under a passphrase, locked, unlocked, recovered and ended from the command line."""

from __future__ import annotations

import io

import click
import pytest

from waythrough.ledger import passphrase, recovery, unlocking
from waythrough.ledger.device import device_key
from waythrough.ledger.devicefile import load
from waythrough.ledger.passphrase import Cost

OLD, NEW = "four words nobody links", "another four odd words"


@pytest.fixture
def laptop(wt, tmp_path, monkeypatch):
    """A laptop of its own, with a workspace; passphrases cost next to nothing to try."""
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    for name in ("WAYTHROUGH_PASSPHRASE", "WAYTHROUGH_NEW_PASSPHRASE", "WAYTHROUGH_RECOVERY_CODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(passphrase, "calibrated", lambda: Cost(64, 1))
    assert wt("init", "valley.way", "--person", "A. K.").code == 0

    def call(*line, **said):
        for name, value in said.items():
            monkeypatch.setenv(f"WAYTHROUGH_{name.upper()}", value)
        left = wt(*line)
        for name in said:
            monkeypatch.delenv(f"WAYTHROUGH_{name.upper()}")
        unlocking._held.clear()  # as if each command were a process of its own
        return left

    yield call
    unlocking.ask_with(None)


@pytest.fixture
def memory(tmp_path, monkeypatch):
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setattr(unlocking, "in_memory", lambda folder: True)


ORGANISATION = ("record", "organisation", "-C", "valley.way", "--names", "en=Relief Desk")
ORGANISATION += ("--kind", "international_ngo")


def test_after_setting_a_passphrase_nothing_is_written_without_it(laptop):
    done = laptop("passphrase", "set", "--json", new_passphrase=OLD)
    assert done.code == 0, done.err
    assert len(done.json["recovery_code"].split()) == 12
    refused = laptop(*ORGANISATION, "--no-input")
    assert refused.code == 7
    assert "device.locked" in refused.err
    assert "waythrough unlock" in refused.err
    assert laptop("verify", "-C", "valley.way").code == 0, "reading asks for nothing"
    assert laptop(*ORGANISATION, passphrase=NEW).code == 7
    written = laptop(*ORGANISATION, passphrase=OLD)
    assert written.code == 0, written.err


def test_the_recovery_code_is_printed_once_and_opens_the_laptop(laptop):
    printed = laptop("passphrase", "set", new_passphrase=OLD)
    code = printed.out.strip()
    assert len(code.split()) == 12
    assert "paper" in printed.err
    assert laptop("passphrase", "recover", recovery_code=code, new_passphrase=NEW).code == 0
    assert laptop(*ORGANISATION, passphrase=OLD).code == 7
    assert laptop(*ORGANISATION, passphrase=NEW).code == 0
    assert laptop("passphrase", "remove", "--json", passphrase=NEW).json["passphrase"] is False
    again = laptop("passphrase", "set", new_passphrase=OLD)
    assert again.out == ""
    assert "stays good" in again.err


def test_a_workspace_begun_under_a_passphrase_names_the_recovery_key(laptop, tmp_path):
    laptop("passphrase", "set", new_passphrase=OLD)
    assert laptop("init", "new.way", "--person", "A. K.", passphrase=OLD).code == 0
    entries = laptop("log", "-C", "new.way", "--json", passphrase=OLD).json["entries"]
    genesis = next(entry["body"] for entry in entries if entry["kind"] == "ledger.genesis")
    assert genesis["recovery_key"] == load(tmp_path / "home").recovery_key.hex()
    assert genesis["box_key"] == device_key(tmp_path / "home").box_key


def test_when_every_laptop_is_lost_the_paper_lets_a_new_one_in_and_the_lost_one_out(
    laptop, tmp_path, monkeypatch
):
    code = laptop("passphrase", "set", new_passphrase=OLD).out.strip()
    laptop("init", "team.way", "--person", "A. K.", "--plain-file", passphrase=OLD)
    lost = device_key(tmp_path / "home").fingerprint.hex()
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "new home"))
    card = tmp_path / "new.card"
    card.write_text(laptop("device", "card", "--name", "the new one").out)
    assert laptop(*ORGANISATION[:2], "-C", "team.way", *ORGANISATION[4:]).code == 7

    enrol = ("device", "enrol", card, "-C", "team.way", "--person", "person-1", "--recovery-code")
    another = recovery.new_code()
    assert laptop(*enrol, recovery_code=another).code == 4
    assert laptop(*enrol, recovery_code=code).code == 0
    assert laptop(*ORGANISATION[:2], "-C", "team.way", *ORGANISATION[4:]).code == 0
    assert laptop("device", "revoke", lost, "-C", "team.way", "--recovery-code", recovery_code=code).code == 0
    listed = {
        one["device"]: one["status"]
        for one in laptop("device", "list", "-C", "team.way", "--json").json["devices"]
    }
    assert listed[lost] == "revoked"
    assert laptop("verify", "-C", "team.way").code == 0


def test_a_new_workspace_is_sealed_where_that_protects_and_an_old_one_on_request(laptop, tmp_path):
    valley, new = tmp_path / "valley.way", tmp_path / "new.way"
    assert laptop("init", new, "--person", "A. K.", "--sealed").code == 4, "no passphrase yet"
    assert laptop("seal", valley).code == 4
    assert valley.read_bytes().startswith(b"SQLite")
    laptop("passphrase", "set", new_passphrase=OLD)
    assert laptop("init", new, "--person", "A. K.", passphrase=OLD).code == 0
    assert "not sealed" in laptop("doctor", "-C", valley, "--json", passphrase=OLD).out
    assert laptop("seal", valley, "--json", passphrase=OLD).json["sealed"] is True
    assert "file is sealed" in laptop("doctor", "-C", valley, "--json", "--no-input").out
    for path in (valley, new):
        assert not path.read_bytes().startswith(b"SQLite")
        assert laptop("verify", "-C", path, "--no-input").code == 7
        assert laptop("verify", "-C", path, passphrase=OLD).code == 0
    plain = tmp_path / "plain.way"
    assert laptop("init", plain, "--person", "A. K.", "--plain-file", passphrase=OLD).code == 0
    assert plain.read_bytes().startswith(b"SQLite")


def test_a_passphrase_is_changed_by_who_knows_it(laptop):
    assert laptop("passphrase", "change", passphrase=OLD, new_passphrase=NEW).code == 4
    laptop("passphrase", "set", new_passphrase=OLD)
    assert laptop("passphrase", "set", new_passphrase=NEW).code == 4
    assert laptop("passphrase", "change", passphrase=NEW, new_passphrase=NEW).code == 7
    assert laptop("passphrase", "change", passphrase=OLD, new_passphrase="short").code == 4
    assert laptop("passphrase", "change", passphrase=OLD, new_passphrase=NEW).code == 0
    assert laptop(*ORGANISATION, passphrase=NEW).code == 0


def test_an_unlocked_laptop_works_without_asking_until_it_is_locked(laptop, memory):
    laptop("passphrase", "set", new_passphrase=OLD)
    assert laptop("unlock", passphrase=NEW).code == 7
    assert laptop("unlock", "--json", passphrase=OLD).json["unlocked"] is True
    assert laptop(*ORGANISATION, "--no-input").code == 0
    assert laptop("lock", "--json").json == {
        "schema": "waythrough/lock/1",
        "unlocked": False,
        "passphrase": True,
    }
    assert laptop(*ORGANISATION, "--id", "org-2", "--no-input").code == 7
    assert "locked already" in laptop("lock").err


def test_where_there_is_no_memory_to_unlock_in_the_refusal_says_what_then(laptop):
    laptop("passphrase", "set", new_passphrase=OLD)
    refused = laptop("unlock", passphrase=OLD)
    assert refused.code == 7
    assert "each command then asks" in refused.err


def test_locking_a_laptop_without_a_passphrase_says_that_nothing_is_locked(laptop):
    left = laptop("lock")
    assert left.code == 0
    assert "no passphrase" in left.err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_person_at_a_terminal_is_asked_without_showing_what_is_typed(laptop, monkeypatch):
    asked = []

    def prompt(text, **how):
        asked.append((text, how["hide_input"], how["err"]))
        return OLD

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(click, "prompt", prompt)
    assert laptop("passphrase", "set").code == 0
    assert laptop(*ORGANISATION).code == 0
    assert asked == [("New passphrase", True, True), ("Passphrase of this device", True, True)]
    assert laptop("unlock", "--no-input").code == 4


def test_destroying_keys_asks_first_and_then_nothing_is_left(laptop, tmp_path, monkeypatch):
    asked = []

    def confirm(question, **how):
        asked.append(question)
        if len(asked) == 1:
            raise click.Abort

    assert laptop("lock", "--destroy-keys").code == 4
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr(click, "confirm", confirm)
    assert laptop("lock", "--destroy-keys").code == 130
    assert (tmp_path / "home" / "device.json").exists()
    done = laptop("lock", "--destroy-keys")
    assert done.code == 0
    for word in ("hides nothing", "flash", "swap"):
        assert word in done.err
    assert not [file for file in (tmp_path / "home").rglob("*") if file.is_file()]
    assert laptop("lock", "--destroy-keys", "--yes", "--json").json["destroyed"] == []
    assert laptop(*ORGANISATION).code == 7, "a new device is not enrolled"
