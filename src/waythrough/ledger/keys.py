"""The device's own signing key: one per device, in the user's data folder, never in a workspace."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from waythrough.ledger.files import put_in_place
from waythrough.terms.problems import DeviceKeyExposed, DeviceKeyUnusable

FILE_NAME = "device-key.pem"
FINGERPRINT_LENGTH = 16


class DeviceKey:
    """An Ed25519 key that signs this device's commits."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public: bytes = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        """The 32 bytes of the public key."""

    @classmethod
    def from_seed(cls, seed: bytes) -> DeviceKey:
        """The key of a 32-byte seed. For tests and examples, where a key must be the same each time."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def fingerprint(self) -> bytes:
        """16 bytes that name this key."""
        return fingerprint(self.public)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature over these bytes."""
        return self._private.sign(data)

    def pem(self) -> bytes:
        """The private key as PKCS #8 PEM, not encrypted: the folder's permissions protect it."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def fingerprint(public: bytes) -> bytes:
    """The first 16 bytes of the SHA-256 of a public key."""
    return sha256(public).digest()[:FINGERPRINT_LENGTH]


def signed(public: bytes, signature: bytes, data: bytes) -> bool:
    """True when the holder of the key signed exactly these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def data_folder() -> Path:
    """Where this user's Waythrough keeps what belongs to the device: WAYTHROUGH_HOME, or the platform's own place."""
    if chosen := os.environ.get("WAYTHROUGH_HOME"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Waythrough"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Waythrough"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "waythrough"


def device_key(folder: Path | None = None) -> DeviceKey:
    """This device's key, made on first use.

    Raises
    ------
    DeviceKeyExposed
        Others on this machine may read the key file: what it signs could be anyone's.
    DeviceKeyUnusable
        The file is there and is no Ed25519 key, or the folder cannot be read or written.
    """
    path = (folder or data_folder()) / FILE_NAME
    try:
        if not path.exists():
            _make(path)
        return _load(path)
    except OSError as error:
        raise DeviceKeyUnusable(path=path, found=error.strerror or str(error)) from error


def _make(path: Path) -> None:
    """Write a new key whole or not at all; when two processes come at once, one key wins and both use it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(DeviceKey(Ed25519PrivateKey.generate()).pem())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            put_in_place(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _load(path: Path) -> DeviceKey:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DeviceKeyExposed(path=path)
    try:
        private = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError:
        raise DeviceKeyUnusable(path=path, found="it is not a private key in PEM form") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise DeviceKeyUnusable(path=path, found="its key is not of the Ed25519 kind")
    return DeviceKey(private)
