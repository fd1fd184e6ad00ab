"""Hashes agree with published values and with the words of the format."""

from __future__ import annotations

from hashlib import sha256

import pytest

from waythrough.ledger.hashing import act_hash, body_hash, leaf_hash, merkle_root

# Inputs and roots of the reference tree that Certificate Transparency implementations test against
# (RFC 6962 and RFC 9162 hash alike): https://github.com/google/certificate-transparency, merkletree tests.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("count", range(1, 9))
def test_the_root_is_the_published_one(count: int) -> None:
    leaves = [sha256(b"\x00" + bytes.fromhex(text)).digest() for text in INPUTS[:count]]
    assert merkle_root(leaves).hex() == ROOTS[count - 1]


def test_a_leaf_is_hashed_as_the_format_says() -> None:
    salt, meta, body = bytes(16), b"{}", b'{"a":1}'
    inner = sha256(meta).digest() + sha256(salt + body).digest()
    assert leaf_hash(meta, body_hash(salt, body)) == sha256(b"\x00" + inner).digest()


def test_the_border_between_author_and_key_counts() -> None:
    assert act_hash("ab", "c") != act_hash("a", "bc")


def test_a_key_with_half_a_surrogate_pair_still_makes_one_act() -> None:
    """A key is whatever a caller gives; one from a broken file name must not stop a person's work."""
    assert act_hash("A", "form-\udce9") == sha256(b"\x02\0\0\0\x01Aform-\xed\xb3\xa9").digest()
