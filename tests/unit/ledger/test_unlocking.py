"""An unlocked device keeps its key in memory alone, and not for long."""

from __future__ import annotations

import os
import runpy
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from waythrough.ledger import expiry, passphrase, unlocking
from waythrough.ledger.device import destroy, device_key
from waythrough.ledger.devicefile import DeviceFile, load, load_or_make, save
from waythrough.ledger.passphrase import Cost
from waythrough.ledger.unlocking import PASSPHRASE
from waythrough.terms.problems import DeviceLocked, NowhereToUnlock, PassphraseWrong

SAID = "four words nobody links"


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that passes for one in memory."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setattr(unlocking, "in_memory", lambda folder: True)
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a device under a passphrase."""
    monkeypatch.delenv(unlocking.VARIABLE, raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    folder = tmp_path / "home"
    file = load_or_make(folder)
    assert file.kek
    lock = passphrase.wrap(file.kek, SAID, file.public, Cost(64, 1))
    save(folder, DeviceFile(file.public, file.box_key, file.sealed, None, {PASSPHRASE: lock}))
    yield folder
    unlocking.ask_with(None)
    unlocking.forget(file)


def test_public_halves_need_no_passphrase_and_signing_does(home: Path) -> None:
    device = device_key(home)
    assert device.fingerprint
    assert device.box_key.startswith("age1")
    for secret in (device.kek, device.box, lambda: device.sign(b"words")):
        with pytest.raises(DeviceLocked) as refusal:
            secret()
    assert refusal.value.exit_code == 7


def test_a_script_gives_the_passphrase_in_the_environment(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(unlocking.VARIABLE, "another passphrase")
    with pytest.raises(PassphraseWrong):
        device_key(home).kek()
    monkeypatch.setenv(unlocking.VARIABLE, SAID)
    assert len(device_key(home).kek()) == 32


def test_a_person_is_asked_once_for_the_whole_process(home: Path) -> None:
    asked = []

    def ask() -> str:
        asked.append(1)
        return SAID

    unlocking.ask_with(ask)
    device_key(home).sign(b"words")
    device_key(home).sign(b"words")
    assert len(asked) == 1
    unlocking.forget(load(home))
    device_key(home).sign(b"words")
    assert len(asked) == 2


def unlocked(home: Path, **how: float) -> Path:
    file = load(home)
    return unlocking.unlock(file, passphrase.unwrap(file.locks[PASSPHRASE], SAID, file.public), **how)


def test_an_unlocked_device_asks_nobody_and_a_locked_one_again(home: Path, memory: Path) -> None:
    path = unlocked(home)
    assert path.is_relative_to(memory)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert unlocking.is_unlocked(load(home))
    device_key(home).sign(b"words")
    assert unlocking.forget(load(home))
    assert not path.exists()
    assert not unlocking.forget(load(home))
    with pytest.raises(DeviceLocked):
        device_key(home).sign(b"words")


def test_unlocking_twice_begins_anew(home: Path, memory: Path) -> None:
    assert unlocked(home) == unlocked(home)
    assert unlocking.is_unlocked(load(home))


def aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_it_locks_itself_after_a_quarter_of_an_hour_without_use(home: Path, memory: Path) -> None:
    path = unlocked(home)
    aged(path, 14 * 60)
    device_key(home).sign(b"words")
    assert time.time() - path.stat().st_mtime < 60, "a use begins the time anew"
    unlocking._held.clear()
    aged(path, 16 * 60)
    with pytest.raises(DeviceLocked):
        device_key(home).sign(b"words")
    assert not path.exists()


def test_it_locks_itself_after_eight_hours_of_use_and_when_the_clock_was_set_back(
    home: Path, memory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hours in (8.1, -1):
        path = unlocked(home)
        now = time.time() + hours * 3600
        monkeypatch.setattr(expiry.time, "time", lambda now=now: now)
        os.utime(path, (now, now))
        assert not unlocking.is_unlocked(load(home))
        monkeypatch.undo()
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(memory))
        monkeypatch.setattr(unlocking, "in_memory", lambda folder: True)


def gone_within(path: Path, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not path.exists()


def test_the_key_goes_by_itself_even_if_no_command_is_run_again(home: Path, memory: Path) -> None:
    assert gone_within(unlocked(home, idle=0.4), 20)


def test_the_watcher_ends_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.kek"
    path.write_text("x" * 64)
    line = [sys.executable, "-I", "-S", expiry.__file__, path, str(time.time()), "2", "60"]
    watcher = subprocess.Popen(line)
    expiry.remove(path)
    assert watcher.wait(20) == 0
    expiry.remove(path)
    expiry.watch(path, time.time(), 2, 60)


def test_a_file_is_watched_until_its_time_is_over_and_then_removed(tmp_path: Path) -> None:
    path = tmp_path / "a.kek"
    path.write_text("x" * 64)
    expiry.watch(path, time.time(), 0.3, 60)
    assert not path.exists()


def test_the_watcher_is_a_program_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.kek"
    path.write_text("x" * 64)
    monkeypatch.setattr(sys, "argv", [expiry.__file__, str(path), str(time.time() + 60), "60", "60"])
    runpy.run_path(expiry.__file__, run_name="__main__")
    assert not path.exists(), "unlocked later than now: the clock was set back"


def test_a_file_that_others_may_read_or_that_says_something_else_is_not_used(
    home: Path, memory: Path
) -> None:
    path = unlocked(home)
    path.chmod(0o644)
    assert not unlocking.is_unlocked(load(home))
    path.chmod(0o600)
    assert unlocking.is_unlocked(load(home))
    path.write_text("[]")
    assert not unlocking.is_unlocked(load(home))


def test_without_a_folder_in_memory_nothing_is_kept(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir(mode=0o755)
    for folder in ("", str(tmp_path / "none"), str(tmp_path), str(open_folder)):
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        with pytest.raises(NowhereToUnlock):
            unlocked(home)
    monkeypatch.setattr(unlocking, "in_memory", lambda folder: True)
    with pytest.raises(NowhereToUnlock):  # in memory, but others may look into it
        unlocked(home)
    assert not unlocking.forget(load(home))


def test_a_folder_lies_where_the_longest_mount_above_it_does(tmp_path: Path) -> None:
    table = tmp_path / "mounts"
    inner = tmp_path / "run"
    inner.mkdir()
    table.write_text(f"dev / ext4 rw 0 0\ntmpfs {tmp_path} tmpfs rw 0 0\n")
    assert unlocking.in_memory(inner, table)
    table.write_text(f"tmpfs / tmpfs rw 0 0\ndev {tmp_path} ext4 rw 0 0\n")
    assert not unlocking.in_memory(inner, table)
    assert not unlocking.in_memory(inner, tmp_path / "no table here")


def test_destroying_takes_every_file_of_the_device_and_no_other(home: Path) -> None:
    for name in ("keyrings/a.keys", "keyrings/a.keys-journal", "last/a.json", "sealed/b.key", "notes.txt"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_text("key")
    gone = {file.relative_to(home).as_posix() for file in destroy(home)}
    assert gone == {
        *("device.json", "keyrings/a.keys", "keyrings/a.keys-journal", "last/a.json", "sealed/b.key")
    }
    assert [file.name for file in home.rglob("*") if file.is_file()] == ["notes.txt"]


def test_what_is_replaced_or_destroyed_is_overwritten_where_it_lay(home: Path) -> None:
    before = (home / "device.json").read_bytes()
    with (home / "device.json").open("rb") as old:
        file = load(home)
        save(home, file)
        assert old.read() == bytes(len(before))
    with (home / "device.json").open("rb") as old:
        destroy(home)
        assert old.read() == bytes(len(before))
