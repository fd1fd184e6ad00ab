"""Encryption with a tag, in one place: every key that protects people goes through here.

AES-256-GCM (NIST SP 800-38D) under 32-byte keys. A nonce is 96 random bits, drawn anew for each message: two messages
under one key and nonce would give both away. SP 800-38D section 8.3 allows 2^32 messages per key drawn so.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_LENGTH = 32
NONCE_LENGTH = 12
TAG_LENGTH = 16
OVERHEAD = NONCE_LENGTH + TAG_LENGTH
"""Bytes a box has more than what is in it."""

Observer = Callable[[bytes, bytes], None]

_observers: list[Observer] = []


class DoesNotOpen(ValueError):
    """Another key, another place, or an altered byte: the tag does not tell which, and neither do we."""


class Cipher:
    """One key, set up once, however many messages it protects."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_LENGTH:
            raise ValueError(f"a key has {KEY_LENGTH} bytes, not {len(key)}")
        self._key = key
        self._aes = AESGCM(key)

    def encrypt(self, plain: bytes, beside: bytes, nonce: bytes | None = None) -> bytes:
        """A box: nonce (12), ciphertext, tag (16).

        Parameters
        ----------
        beside
            What the box belongs to. It is not in the box, and without it the box does not open.
        nonce
            12 bytes never used before with this key; random ones if none are given.
        """
        nonce = os.urandom(NONCE_LENGTH) if nonce is None else nonce
        for observe in _observers:
            observe(self._key, nonce)
        return nonce + self._aes.encrypt(nonce, plain, beside)

    def decrypt(self, box: bytes, beside: bytes) -> bytes:
        """What is in a box.

        Raises
        ------
        DoesNotOpen
            It was closed under another key, for another place, or altered.
        """
        try:
            return self._aes.decrypt(box[:NONCE_LENGTH], box[NONCE_LENGTH:], beside)
        except (InvalidTag, ValueError):
            raise DoesNotOpen("it does not open") from None


def watch(observer: Observer) -> Callable[[], None]:
    """Have every encryption told as (key, nonce) until the returned function is called. For tests of nonces."""
    _observers.append(observer)
    return lambda: _observers.remove(observer)
