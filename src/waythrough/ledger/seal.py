"""The envelope of a personal body: what is stored in the place of words that belong to somebody.

A body in the vault is encrypted under a key of its subject's own, so that destroying that one key ends it everywhere
the ciphertext may have got to: in old copies, in write-ahead files, on a server's pages. The envelope is binary::

    0x01 | key id (8) | nonce (12) | AES-256-GCM ciphertext and tag (16)

The key id is the first 8 bytes of H(key). The additional data bind it to its ledger and to its entry's meta, so that
a body can be moved neither to another ledger nor under another record, author or subject.
"""

from __future__ import annotations

from hashlib import sha256

from waythrough.ledger.aead import NONCE_LENGTH, TAG_LENGTH, Cipher, DoesNotOpen

VERSION = b"\x01"
"""Begins every envelope. No JSON text begins so: an envelope is never taken for an open body."""

MARK = b"WYTB"
"""Begins what the tag is computed over besides the body, so that it fits nothing else sealed under the same key."""

KEY_ID_LENGTH = 8
_KEY_ID_END = len(VERSION) + KEY_ID_LENGTH
OVERHEAD = _KEY_ID_END + NONCE_LENGTH + TAG_LENGTH
"""Bytes an envelope has more than the body in it."""


def key_id(key: bytes) -> bytes:
    """The 8 bytes that name a key."""
    return sha256(key).digest()[:KEY_ID_LENGTH]


def is_sealed(body: bytes) -> bool:
    """True for an envelope, by its first byte and its length."""
    return len(body) >= OVERHEAD and body.startswith(VERSION)


def sealed_under(envelope: bytes) -> bytes:
    """The id of the key an envelope says it was sealed under.

    Raises
    ------
    ValueError
        It is no envelope of a version this program knows.
    """
    if not is_sealed(envelope):
        raise ValueError("it is no sealed body of a form this program knows")
    return envelope[len(VERSION) : _KEY_ID_END]


class Sealer:
    """Seals and opens the bodies of one ledger; each key is set up once, however many bodies it holds."""

    def __init__(self, ledger: bytes) -> None:
        self._bound = MARK + ledger
        self._ciphers: dict[bytes, tuple[bytes, Cipher]] = {}

    def seal(self, body: bytes, key: bytes, meta: bytes, nonce: bytes) -> bytes:
        """The envelope of a body.

        Parameters
        ----------
        body, meta
            The canonical JSON of the body, and of the meta of the very entry it belongs to.
        key
            32 random bytes, the subject's own.
        nonce
            12 random bytes, never used before with this key.
        """
        name, cipher = self._cipher(key)
        return VERSION + name + cipher.encrypt(body, self._beside(meta), nonce)

    def open(self, envelope: bytes, key: bytes, meta: bytes) -> bytes:
        """The body in an envelope.

        Raises
        ------
        ValueError
            It was sealed under another key, for another entry or ledger, or any byte of it was altered.
        """
        named = sealed_under(envelope)
        name, cipher = self._cipher(key)
        if named != name:
            raise ValueError("its body was sealed under another key")
        try:
            return cipher.decrypt(envelope[_KEY_ID_END:], self._beside(meta))
        except DoesNotOpen:
            raise ValueError("its sealed body does not open: it was altered, or belongs elsewhere") from None

    def _beside(self, meta: bytes) -> bytes:
        return self._bound + sha256(meta).digest()

    def _cipher(self, key: bytes) -> tuple[bytes, Cipher]:
        known = self._ciphers.get(key)
        if known is None:
            known = self._ciphers[key] = (key_id(key), Cipher(key))
        return known
