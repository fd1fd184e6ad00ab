"""A device's keys are made once, kept private, and refused when they cannot be trusted."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import sys
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from waythrough.ledger import Ledger
from waythrough.ledger.device import data_folder, device_key
from waythrough.ledger.devicefile import FILE_NAME, FIRST_FILE_NAME
from waythrough.terms.entries import Draft
from waythrough.terms.problems import DeviceKeyExposed, DeviceKeyUnusable

posix = pytest.mark.skipif(os.name != "posix", reason="other systems keep permissions in another way")


def pem(private: Ed25519PrivateKey | X25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_keys_are_made_on_first_use_and_then_stay(tmp_path: Path) -> None:
    first, again, other = (device_key(tmp_path / name) for name in ("home", "home", "other"))
    assert (again.public, again.box_key, again.kek()) == (first.public, first.box_key, first.kek())
    assert not {other.public, other.box_key, other.kek()} & {first.public, first.box_key, first.kek()}
    assert [file.name for file in (tmp_path / "home").iterdir()] == [FILE_NAME]


def test_what_is_sealed_to_a_device_opens_there_alone(tmp_path: Path) -> None:
    device, other = device_key(tmp_path / "a"), device_key(tmp_path / "b")
    sealed = pyrage.encrypt(b"words", [pyrage.x25519.Recipient.from_str(device.box_key)])
    assert pyrage.decrypt(sealed, [device.box()]) == b"words"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other.box()])


@posix
def test_nobody_else_may_read_the_keys(tmp_path: Path) -> None:
    device_key(tmp_path / "home")
    path = tmp_path / "home" / FILE_NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    with pytest.raises(DeviceKeyExposed) as refusal:
        device_key(tmp_path / "home")
    assert refusal.value.exit_code == 7
    assert "chmod 600" in refusal.value.remedy()


@posix
def test_processes_that_come_at_once_share_one_device(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        devices = pool.map(_public_halves, [tmp_path] * 8)
    assert len(set(devices)) == 1


def _public_halves(folder: Path) -> tuple[bytes, str]:
    device = device_key(folder)
    return device.public, device.box_key


@pytest.mark.parametrize("text", ["", "not a device", "[]", "{}", '{"format": 2}'])
def test_a_file_that_is_no_device_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(DeviceKeyUnusable, match="device"):
        device_key(tmp_path)
    assert path.read_text() == text


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeviceKeyUnusable, match="file"):
        device_key(tmp_path / "file" / "home")


def test_a_signing_key_of_an_earlier_version_is_taken_over(tmp_path: Path) -> None:
    private = Ed25519PrivateKey.generate()
    earlier = tmp_path / FIRST_FILE_NAME
    earlier.write_bytes(pem(private))
    earlier.chmod(0o600)
    device = device_key(tmp_path)
    assert device.public == private.public_key().public_bytes_raw()
    assert device.sign(b"words") == private.sign(b"words")
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    ("content", "word"), [(b"not a key", "PEM"), (pem(X25519PrivateKey.generate()), "Ed25519")]
)
def test_an_earlier_key_that_is_none_is_refused_and_left_alone(
    tmp_path: Path, content: bytes, word: str
) -> None:
    earlier = tmp_path / FIRST_FILE_NAME
    earlier.write_bytes(content)
    earlier.chmod(0o600)
    with pytest.raises(DeviceKeyUnusable, match=word):
        device_key(tmp_path)
    assert earlier.read_bytes() == content
    assert not (tmp_path / FILE_NAME).exists()


def test_altered_secrets_are_refused(tmp_path: Path) -> None:
    device_key(tmp_path)
    path = tmp_path / FILE_NAME
    said = json.loads(path.read_text())
    said["kek"] = "00" * 32
    path.write_text(json.dumps(said))
    with pytest.raises(DeviceKeyUnusable, match="do not open"):
        device_key(tmp_path).sign(b"words")


def test_the_folder_is_chosen_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"
    monkeypatch.delenv("WAYTHROUGH_HOME")
    assert data_folder().is_absolute()


def test_each_system_has_its_own_place_for_what_belongs_to_the_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WAYTHROUGH_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for system, place in {
        "linux": ".local/share/waythrough",
        "darwin": "Library/Application Support/Waythrough",
        "win32": "AppData/Local/Waythrough",
    }.items():
        monkeypatch.setattr(sys, "platform", system)
        assert data_folder() == tmp_path / place
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "elsewhere"))
    assert data_folder() == tmp_path / "elsewhere" / "Waythrough"


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
    with Ledger.open(ledger.place) as other:
        assert other.verify().sound
    assert not (tmp_path / "home").exists()
