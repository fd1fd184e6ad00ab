"""Hashes of entries and commits: salted leaves under a Merkle root (RFC 9162, section 2.1.1)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

SALT_LENGTH = 16
ID_LENGTH = 16
"""Bytes of the leaf hash that make an entry id: 32 hexadecimal digits."""


def body_hash(salt: bytes, body: bytes) -> bytes:
    """H(salt | body). The salt keeps a short body, such as a telephone number, from being guessed by its hash."""
    return sha256(salt + body).digest()


def leaf_hash(meta: bytes, hashed_body: bytes) -> bytes:
    """H(0x00 | H(meta) | H(salt | body)).

    Two hashes under one, so that a body can be destroyed and the rest of the entry still be proved.
    """
    return sha256(b"\x00" + sha256(meta).digest() + hashed_body).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in their order, at least one.

    Taking neighbours in pairs, level by level, and carrying an odd last one up unchanged gives the tree of
    RFC 9162, which splits at the largest power of two below the count.
    """
    level = list(leaves)
    while len(level) > 1:
        pairs = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def act_hash(author: str, key: str) -> bytes:
    """H(0x02 | length of author | author | key): what makes a repeated command the same command.

    The key is counted as its author's own, so a second person's equal key is another act. Author and key are
    hashed together: a random key keeps the author from being guessed from a header alone.
    """
    name = author.encode("utf-8")
    return sha256(
        b"\x02" + len(name).to_bytes(4, "big") + name + key.encode("utf-8", "surrogatepass")
    ).digest()
