"""The device's own keys: one that signs its commits, one that opens what is sealed to it, one that wraps the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyrage import x25519

from waythrough.ledger.bech32 import encode
from waythrough.ledger.last import InMind, Last, Memory

FINGERPRINT_LENGTH = 16
KEY_LENGTH = 32
BOX_PREFIX = "age-secret-key-"


class Secrets(NamedTuple):
    """What a device never gives away."""

    seed: bytes
    """32 bytes of the Ed25519 key that signs."""

    box: str
    """The age X25519 identity that opens what is sealed to this device, as age writes it."""

    kek: bytes
    """32 bytes: the key-encryption key, under which the keyrings and the keys of sealed files are wrapped."""


class DeviceKey:
    """One device. Its public halves are always at hand; its secrets are asked for when they are first needed.

    Parameters
    ----------
    public
        The 32 bytes of the Ed25519 public key.
    box_key
        The age recipient to which others seal what is meant for this device.
    secrets
        Gives the secrets, or refuses while they are locked.
    memory
        What this device wrote last in each ledger.
    folder
        Where the device's files are; None for a device that has none.
    recovery_key
        The Ed25519 public key of the printed recovery code, if one was made.
    """

    def __init__(
        self,
        public: bytes,
        box_key: str,
        secrets: Callable[[], Secrets],
        memory: Memory,
        *,
        folder: Path | None = None,
        recovery_key: bytes | None = None,
    ) -> None:
        self.public = public
        self.box_key = box_key
        self.folder = folder
        self.recovery_key = recovery_key
        self._secrets = secrets
        self._memory = memory

    @classmethod
    def from_seed(cls, seed: bytes, memory: Memory | None = None) -> DeviceKey:
        """The device of a 32-byte seed, without a folder: what a recovery code gives back, and what tests use."""
        kept = Secrets(
            seed,
            encode(BOX_PREFIX, derived(seed, b"waythrough box identity 1")).upper(),
            derived(seed, b"waythrough key encryption key 1"),
        )
        return cls(public_of(seed), recipient_of(kept.box), lambda: kept, memory or InMind())

    @property
    def fingerprint(self) -> bytes:
        """16 bytes that name this device."""
        return fingerprint(self.public)

    def sign(self, data: bytes) -> bytes:
        """The 64-byte signature over these bytes."""
        return self._private.sign(data)

    def box(self) -> x25519.Identity:
        """The age identity that opens what was sealed to ``box_key``."""
        return x25519.Identity.from_str(self._secrets().box)

    def kek(self) -> bytes:
        """The key-encryption key, 32 bytes."""
        return self._secrets().kek

    def last(self, ledger: bytes) -> Last | None:
        """The last commit this device remembers to have written in a ledger, by its 16-byte id."""
        return self._memory.last(ledger)

    def remember(self, ledger: bytes, last: Last) -> None:
        """Keep what was just written in a ledger; called after the commit is on disk."""
        self._memory.remember(ledger, last)

    def is_moved(self, ledger: bytes) -> bool:
        """True when what is remembered was kept on another machine, or came here as a copy: begin a new epoch."""
        return self._memory.is_moved(ledger)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._secrets().seed)


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


def public_of(seed: bytes) -> bytes:
    """The Ed25519 public key of a seed."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def recipient_of(box: str) -> str:
    """The age recipient of an age identity."""
    return str(x25519.Identity.from_str(box).to_public())


def derived(secret: bytes, purpose: bytes) -> bytes:
    """32 bytes for one purpose out of a secret (HKDF-SHA256, RFC 5869): two purposes never share a key."""
    return HKDF(SHA256(), KEY_LENGTH, salt=None, info=purpose).derive(secret)
