"""A passphrase that opens the device: deliberately slow to try, and silent about why it did not open."""

from __future__ import annotations

import secrets
import time
import unicodedata
from collections.abc import Callable
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from waythrough.ledger.aead import KEY_LENGTH, Cipher, DoesNotOpen
from waythrough.terms.problems import InputRefused, PassphraseWrong

WAY = "argon2id"
SALT_LENGTH = 16
SHORTEST = 12
"""Characters. A seized disk can be tried against for years: four unrelated words are better than a clever one."""

MEMORY_KIB, MOST_MEMORY_KIB, ITERATIONS = 64 * 1024, 256 * 1024, 3
"""RFC 9106 section 4 recommends 64 MiB and 3 passes where memory is limited; a fast machine takes more of both."""

SECONDS = 1.0
"""What one try is made to cost where the passphrase is set: twice the half second promised. On a busy machine two
programs share a core and each takes up to twice its time; a cost measured then must hold when the machine is idle."""

_MARK = b"WYTP"


class Cost(NamedTuple):
    """What one try costs: memory in KiB, and passes over it."""

    memory_kib: int = MEMORY_KIB
    iterations: int = ITERATIONS


def calibrated(spent: Callable[[Cost], float] | None = None, seconds: float = SECONDS) -> Cost:
    """The cost at which one try takes at least so long on this machine: more memory first, then more passes.

    Memory hurts those most who try on many graphics cards at once.
    """
    spent, cost = spent or _spent, Cost()
    while (took := spent(cost)) < seconds:
        if cost.memory_kib < MOST_MEMORY_KIB:
            cost = cost._replace(memory_kib=cost.memory_kib * 2)
        else:
            cost = cost._replace(
                iterations=cost.iterations + max(1, int(cost.iterations * (seconds / took - 1)))
            )
    return cost


def check_strong(passphrase: str) -> None:
    """Refuse a passphrase that could be guessed in an afternoon."""
    if len(_normal(passphrase)) < SHORTEST:
        raise InputRefused(
            place="the new passphrase",
            found=f"{len(_normal(passphrase))} characters",
            allowed=f"{SHORTEST} characters or more",
            remedy="Take four or five words that have nothing to do with each other.",
        )


def wrap(kek: bytes, passphrase: str, device: bytes, cost: Cost) -> dict[str, Any]:
    """The key-encryption key of a device (by its public key), closed with a passphrase."""
    salt = secrets.token_bytes(SALT_LENGTH)
    box = Cipher(_stretched(passphrase, salt, cost)).encrypt(kek, _MARK + device)
    return {"way": WAY, **cost._asdict(), "salt": salt.hex(), "box": box.hex()}


def unwrap(lock: dict[str, Any], passphrase: str, device: bytes) -> bytes:
    """The key-encryption key.

    Raises
    ------
    PassphraseWrong
        It does not open: another passphrase, or an altered file. The message is the same.
    """
    try:
        cost = Cost(int(lock["memory_kib"]), int(lock["iterations"]))
        key = _stretched(passphrase, bytes.fromhex(lock["salt"]), cost)
        return Cipher(key).decrypt(bytes.fromhex(lock["box"]), _MARK + device)
    except (DoesNotOpen, KeyError, ValueError, TypeError):
        raise PassphraseWrong from None


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    derivation = Argon2id(
        salt=salt, length=KEY_LENGTH, iterations=cost.iterations, lanes=1, memory_cost=cost.memory_kib
    )
    return derivation.derive(_normal(passphrase).encode())


def _normal(passphrase: str) -> str:
    """The same text whatever keyboard or system composed its letters; spaces at the ends are slips."""
    return unicodedata.normalize("NFKC", passphrase).strip()


def _spent(cost: Cost) -> float:
    """Seconds of processor time for one try: waiting for other programs would make it look slower than it is."""
    start = time.process_time()
    _stretched("a passphrase to measure with", bytes(SALT_LENGTH), cost)
    return time.process_time() - start
