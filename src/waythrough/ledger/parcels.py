"""Commits on their way from one copy of a ledger to another, and the ends of logs that say what a copy holds."""

from __future__ import annotations

from typing import NamedTuple


class Tip(NamedTuple):
    """The last commit known of one branch of one log. A log that was forked has a tip for each branch."""

    log: bytes
    """20 bytes: the device key's fingerprint and the epoch."""
    sequence: int
    commit: bytes
    """The commit's id: the 32-byte hash of its header, which chains every commit before it."""


class CarriedLine(NamedTuple):
    """One entry as it travels. Salt and body are None where the body has been erased; its hash proves the rest."""

    meta: bytes
    salt: bytes | None
    body: bytes | None
    body_hash: bytes


class Parcel(NamedTuple):
    """One commit as it travels: the signed header and its entries in their order."""

    header: bytes
    signature: bytes
    lines: tuple[CarriedLine, ...]
