"""The device key is made once, kept private, and refused when it cannot be trusted."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from waythrough.ledger import Ledger
from waythrough.ledger.keys import FILE_NAME, DeviceKey, data_folder, device_key, fingerprint, signed
from waythrough.terms.entries import Draft
from waythrough.terms.problems import DeviceKeyExposed, DeviceKeyUnusable

posix = pytest.mark.skipif(os.name != "posix", reason="other systems keep permissions in another way")


def test_a_key_is_made_on_first_use_and_then_stays(tmp_path: Path) -> None:
    first = device_key(tmp_path / "home")
    assert device_key(tmp_path / "home").public == first.public
    assert device_key(tmp_path / "other").public != first.public
    assert [file.name for file in (tmp_path / "home").iterdir()] == [FILE_NAME]


@posix
def test_nobody_else_may_read_the_key(tmp_path: Path) -> None:
    device_key(tmp_path / "home")
    path = tmp_path / "home" / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(DeviceKeyExposed) as refusal:
        device_key(tmp_path / "home")
    assert refusal.value.exit_code == 7
    assert "chmod 600" in refusal.value.remedy()


@posix
def test_processes_that_come_at_once_share_one_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        keys = pool.map(_public, [tmp_path] * 8)
    assert len(set(keys)) == 1


def _public(folder: Path) -> bytes:
    return device_key(folder).public


def test_a_file_that_is_no_key_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(b"not a key")
    path.chmod(0o600)
    with pytest.raises(DeviceKeyUnusable, match="PEM"):
        device_key(tmp_path)
    assert path.read_bytes() == b"not a key"


def test_the_folder_is_chosen_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"
    monkeypatch.delenv("WAYTHROUGH_HOME")
    assert data_folder().is_absolute()


def test_a_ledger_is_made_and_written_with_the_devices_own_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    with Ledger.create(tmp_path / "a.way", title="t", author="Amina Example") as ledger:
        (genesis,) = ledger.log()
        assert genesis.body["root_key"] == device_key().public.hex()
    with Ledger.open(tmp_path / "a.way") as ledger:
        (entry,) = ledger.append([Draft("note", "n", {})], author="Amina Example")
    assert entry.log == device_key().fingerprint.hex() + "00000000"


def test_reading_needs_and_makes_no_key(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    with Ledger.open(ledger.path) as other:
        assert other.verify().sound
    assert not (tmp_path / "home").exists()


def test_a_signature_holds_for_one_key_and_one_text() -> None:
    key, other = DeviceKey.from_seed(bytes(32)), DeviceKey.from_seed(bytes([1]) * 32)
    signature = key.sign(b"words")
    assert signed(key.public, signature, b"words")
    assert not signed(key.public, signature, b"Words")
    assert not signed(other.public, signature, b"words")
    assert not signed(b"short", signature, b"words")
    assert fingerprint(key.public) == key.fingerprint != other.fingerprint
