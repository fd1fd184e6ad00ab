"""The commit header: a fixed layout of 164 bytes that are stored, signed and hashed as they stand."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from hashlib import sha256

FORMAT = 1
SUITE_ED25519_SHA256 = 1
MAGIC = b"WYTC"
"""Begins every header, so that a signature given here can never pass for one over something else."""

NOTHING = bytes(32)
"""Stands for “no previous commit” and “no idempotency key”."""

_LAYOUT = struct.Struct(">4s H H 16s 20s Q 32s Q I I 32s 32s")
LENGTH = _LAYOUT.size


@dataclass(frozen=True)
class Header:
    """What one commit says of itself, before its entries.

    ``ledger`` is 16 bytes. ``log`` is 20: a device key's fingerprint (16) and an epoch (4). ``sequence`` counts a
    log's commits from 0. ``previous`` is the hash of the log's header before this one. ``physical_ms`` and
    ``counter`` are the hybrid clock, milliseconds since 1970 UTC. ``root`` is the Merkle root over ``count`` leaves.
    ``act`` is `hashing.act_hash` of author and idempotency key.
    """

    ledger: bytes
    log: bytes
    sequence: int
    previous: bytes
    physical_ms: int
    counter: int
    count: int
    root: bytes
    act: bytes = NOTHING

    def pack(self) -> bytes:
        """The bytes to store, sign and hash."""
        return _LAYOUT.pack(
            MAGIC,
            FORMAT,
            SUITE_ED25519_SHA256,
            self.ledger,
            self.log,
            self.sequence,
            self.previous,
            self.physical_ms,
            self.counter,
            self.count,
            self.root,
            self.act,
        )


def unpack(data: bytes) -> Header:
    """Read a header.

    Raises
    ------
    ValueError
        Wrong length, mark, format or crypto suite. `verify` turns this into a finding.
    """
    if len(data) != LENGTH:
        raise ValueError(f"its header has {len(data)} bytes where {LENGTH} are due")
    magic, version, suite, *fields = _LAYOUT.unpack(data)
    if magic != MAGIC:
        raise ValueError("its header does not begin with the mark of a commit")
    if version != FORMAT:
        raise ValueError(f"its header is of format {version}; this program reads format {FORMAT}")
    if suite != SUITE_ED25519_SHA256:
        raise ValueError(f"its header names crypto suite {suite}; this program knows {SUITE_ED25519_SHA256}")
    return Header(*fields)


def header_hash(data: bytes) -> bytes:
    """The hash that the next commit of the log names as ``previous``."""
    return sha256(data).digest()
