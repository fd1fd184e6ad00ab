"""The recovery code: twelve words on paper that open a device whose passphrase was lost, and speak for its ledgers.

Out of the 128 random bits in the words come two keys that have nothing to do with each other: one closes a second copy
of the device's key-encryption key, the other signs. A ledger's first entry may name the second, so that whoever holds
the paper can enrol a new device after every laptop was lost.
"""

from __future__ import annotations

import secrets
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from mnemonic import Mnemonic
from pyrage import ssh

from waythrough.ledger.aead import Cipher, DoesNotOpen
from waythrough.ledger.genesis import log_id
from waythrough.ledger.keys import DeviceKey, derived, public_of
from waythrough.ledger.last import Anew
from waythrough.terms.problems import InputRefused, PassphraseWrong
from waythrough.terms.spelling import nearest

ENTROPY_LENGTH = 16
WORDS = 12
WAY = "recovery"
_MARK = b"WYTR"


def new_code() -> str:
    """Twelve words of the BIP-39 English list, the last of which checks the others."""
    return str(_words().to_mnemonic(secrets.token_bytes(ENTROPY_LENGTH)))


def device_of(code: str) -> DeviceKey:
    """The device that a recovery code is: its public key is the recovery key that a ledger's first entry names."""
    seed = _seed(code)
    # One paper may be used on two laptops that have not met. Each use begins a log of its own, so they never fork.
    return DeviceKey.from_seed(seed, Anew(log_id(public_of(seed))))


def recipient_of(recovery_key: bytes) -> str:
    """The age recipient of a recovery key (its 32 public bytes): what is sealed to it opens with the paper alone."""
    public = Ed25519PublicKey.from_public_bytes(recovery_key)
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def identity_of(code: str) -> ssh.Identity:
    """The age identity of a recovery code, which opens what was sealed to `recipient_of` its key."""
    private = Ed25519PrivateKey.from_private_bytes(_seed(code))
    return ssh.Identity.from_buffer(
        private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    )


def wrap(kek: bytes, code: str, device: bytes) -> dict[str, Any]:
    """The key-encryption key of a device (by its public key), closed with a recovery code."""
    return {"way": WAY, "box": _cipher(code).encrypt(kek, _MARK + device).hex()}


def unwrap(lock: dict[str, Any], code: str, device: bytes) -> bytes:
    """The key-encryption key.

    Raises
    ------
    InputRefused
        The words cannot be a recovery code at all; says which one is wrong.
    PassphraseWrong
        They are a code, and not this device's.
    """
    cipher = _cipher(code)
    try:
        return cipher.decrypt(bytes.fromhex(lock["box"]), _MARK + device)
    except (DoesNotOpen, KeyError, ValueError, TypeError):
        raise PassphraseWrong from None


def _seed(code: str) -> bytes:
    return derived(_entropy(code), b"waythrough recovery signing key 1")


def _cipher(code: str) -> Cipher:
    return Cipher(derived(_entropy(code), b"waythrough recovery wrapping key 1"))


def _entropy(code: str) -> bytes:
    said = code.lower().split()
    known = _words().wordlist
    wrong = next((n for n, word in enumerate(said, start=1) if word not in known), None)
    if wrong:
        near = nearest(said[wrong - 1], known)
        raise _refusal(f"word {wrong} is not in the list", f"Read it again; near it are: {near}.")
    if len(said) != WORDS:
        raise _refusal(f"{len(said)} words", "Write every word, in the order they were printed.")
    try:
        return bytes(_words().to_entropy(said))
    except ValueError:
        raise _refusal(
            "words that do not belong together", "One of them, or their order, is wrong."
        ) from None


def _refusal(found: str, remedy: str) -> InputRefused:
    allowed = f"the {WORDS} words of a recovery code, in their order"
    return InputRefused(place="the recovery code", found=found, allowed=allowed, remedy=remedy)


@cache
def _words() -> Mnemonic:
    return Mnemonic("english")
