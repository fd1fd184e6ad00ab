"""The first commit of a ledger: its id, its title, and the device whose signature counts from the start."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from waythrough.ledger.keys import fingerprint
from waythrough.ledger.lines import OWN_KINDS
from waythrough.terms.entries import Draft

KIND = OWN_KINDS + "genesis"
RECORD = OWN_KINDS + "genesis"
LEDGER_ID_LENGTH = 16
FIRST_EPOCH = 0


def draft(
    ledger: bytes, title: str, public_key: bytes, box_key: str = "", recovery_key: bytes | None = None
) -> Draft:
    """The entry that begins a ledger: its first device and, where one was printed, its recovery code's public key."""
    body = {"ledger": ledger.hex(), "title": title, "root_key": public_key.hex()}
    if box_key:
        body["box_key"] = box_key
    if recovery_key:
        body["recovery_key"] = recovery_key.hex()
    return Draft(KIND, RECORD, body)


def log_id(public_key: bytes, epoch: int = FIRST_EPOCH) -> bytes:
    """20 bytes: the key's fingerprint, then the epoch. A device restored from a backup starts another epoch."""
    return fingerprint(public_key) + epoch.to_bytes(4, "big")


def enrolled(genesis_body: dict[str, Any]) -> dict[bytes, bytes]:
    """The public keys whose signatures count, by fingerprint: in format 1 the root key alone.

    Raises
    ------
    ValueError
        The body names no key of 32 bytes.
    """
    try:
        key = bytes.fromhex(genesis_body["root_key"])
    except (KeyError, TypeError, ValueError):
        raise ValueError("it names no root key") from None
    if len(key) != 32:
        raise ValueError(f"its root key has {len(key)} bytes where 32 are due")
    return {fingerprint(key): key}


def names(keys: Iterable[bytes]) -> str:
    """Fingerprints as people read them to each other."""
    return ", ".join(key.hex()[:16] for key in keys)
