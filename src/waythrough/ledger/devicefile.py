"""The device's file: its keys, there whole or not at all, in the user's data folder and never in a workspace.

The signing key and the box identity lie in it encrypted under the key-encryption key. That key lies beside them in the
clear while no passphrase is set: the file's permissions are then all that protects it.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyrage import x25519

from waythrough.ledger.aead import Cipher
from waythrough.ledger.files import make_folder, overwrite, private_draft, put_in_place, replace
from waythrough.ledger.keys import KEY_LENGTH, Secrets, public_of, recipient_of
from waythrough.terms.problems import DeviceKeyExposed, DeviceKeyUnusable

FILE_NAME = "device.json"
FIRST_FILE_NAME = "device-key.pem"
"""A signing key alone, as the first versions wrote it. It is taken over on first use."""

FORMAT = 1
_MARK = b"WYTD"


@dataclass(frozen=True)
class DeviceFile:
    """What the device's file says."""

    public: bytes
    box_key: str
    sealed: bytes
    """Seed and box identity, encrypted under the key-encryption key."""

    kek: bytes | None
    """The key-encryption key itself, while no passphrase is set."""

    locks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The key-encryption key closed in each way there is to it, by that way's name."""

    recovery_key: bytes | None = None
    """The public key of the recovery code, if one was made."""

    def open(self, kek: bytes) -> Secrets:
        """The device's secrets; raises `aead.DoesNotOpen` when this is not their key."""
        plain = Cipher(kek).decrypt(self.sealed, _MARK + self.public)
        return Secrets(plain[:KEY_LENGTH], plain[KEY_LENGTH:].decode("ascii"), kek)


def load_or_make(folder: Path) -> DeviceFile:
    """The device's file, made on first use.

    When two processes come at once, one file wins and both use it.

    Raises
    ------
    DeviceKeyExposed
        Others on this machine may read the file: what it signs could be anyone's.
    DeviceKeyUnusable
        The file is there and says something else, or the folder cannot be read or written.
    """
    path = folder / FILE_NAME
    with _named(path):
        if not path.exists():
            _make(folder)
        return load(folder)


def load(folder: Path) -> DeviceFile:
    """The device's file, which must be there. Raises as `load_or_make`."""
    path = folder / FILE_NAME
    with _named(path):
        _check_private(path)
        try:
            return _read(json.loads(path.read_text(encoding="ascii")))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise DeviceKeyUnusable(path=path, found="it is not the file of a device") from None


def save(folder: Path, file: DeviceFile) -> None:
    """Put another state of the file in the place of the one that is there, and overwrite the old one's bytes."""
    path = folder / FILE_NAME
    with _named(path), private_draft(path, _write(file)) as draft:
        replace(draft, path)


def put(folder: Path, data: bytes) -> DeviceFile:
    """Put a device's file, as `content` gave it, into a folder that has none.

    Raises
    ------
    FileExistsError
        The folder has a device.
    DeviceKeyUnusable
        These bytes are no device's file.
    """
    make_folder(folder)
    path = folder / FILE_NAME
    try:
        file = _read(json.loads(data.decode("ascii")))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DeviceKeyUnusable(path=path, found="the backup does not hold the file of a device") from None
    with private_draft(path, _write(file)) as draft:
        put_in_place(draft, path)
    return file


def content(folder: Path) -> bytes:
    """The file as it is, to be kept in a backup. Raises as `load`."""
    return _write(load(folder))


def _make(folder: Path) -> None:
    make_folder(folder)
    first = folder / FIRST_FILE_NAME
    seed = _seed_of(first) if first.exists() else secrets.token_bytes(KEY_LENGTH)
    path = folder / FILE_NAME
    with private_draft(path, _write(_fresh(seed))) as draft, contextlib.suppress(FileExistsError):
        put_in_place(draft, path)
    if first.exists():
        with contextlib.suppress(FileNotFoundError):
            overwrite(first)
            first.unlink()


def _fresh(seed: bytes) -> DeviceFile:
    """A device with this signing key, a new box identity and a new key-encryption key."""
    box, kek, public = str(x25519.Identity.generate()), secrets.token_bytes(KEY_LENGTH), public_of(seed)
    sealed = Cipher(kek).encrypt(seed + box.encode("ascii"), _MARK + public)
    return DeviceFile(public, recipient_of(box), sealed, kek)


def _seed_of(path: Path) -> bytes:
    _check_private(path)
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        raise DeviceKeyUnusable(path=path, found="it is not a private key in PEM form") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise DeviceKeyUnusable(path=path, found="its key is not of the Ed25519 kind")
    return private.private_bytes_raw()


def _read(said: dict[str, Any]) -> DeviceFile:
    if said["format"] != FORMAT:
        raise ValueError("another format")
    return DeviceFile(
        public=bytes.fromhex(said["public_key"]),
        box_key=str(said["box_key"]),
        sealed=bytes.fromhex(said["secrets"]),
        kek=bytes.fromhex(said["kek"]) if said["kek"] else None,
        locks=dict(said["locks"]),
        recovery_key=bytes.fromhex(said["recovery_key"]) if said["recovery_key"] else None,
    )


def _write(file: DeviceFile) -> bytes:
    said = {
        "format": FORMAT,
        "public_key": file.public.hex(),
        "box_key": file.box_key,
        "secrets": file.sealed.hex(),
        "kek": file.kek.hex() if file.kek else None,
        "locks": file.locks,
        "recovery_key": file.recovery_key.hex() if file.recovery_key else None,
    }
    return json.dumps(said, indent=1).encode("ascii")


def _check_private(path: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DeviceKeyExposed(path=path)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """What the system refuses, said with the file's name."""
    try:
        yield
    except OSError as error:
        raise DeviceKeyUnusable(path=path, found=error.strerror or str(error)) from error
