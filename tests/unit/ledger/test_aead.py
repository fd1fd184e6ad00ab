"""One place encrypts: known answers hold, and no nonce comes twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from waythrough.ledger import aead
from waythrough.ledger.aead import NONCE_LENGTH, OVERHEAD, Cipher, DoesNotOpen

pytestmark = pytest.mark.usefixtures("nonces_by_hand")

KNOWN = [
    # The Galois/Counter Mode of Operation (McGrew and Viega, submitted to NIST), appendix B, test cases 13 to 16.
    ("00" * 32, "00" * 12, "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
    ("00" * 32, "00" * 12, "00" * 16, "", "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"),
    (
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
        "",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
        "b094dac5d93471bdec1a502270e3cc6c",
    ),
    (
        "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
        "cafebabefacedbaddecaf888",
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        "feedfacedeadbeeffeedfacedeadbeefabaddad2",
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
    ),
]


@pytest.mark.parametrize(("key", "nonce", "plain", "beside", "box"), KNOWN)
def test_published_answers_are_reproduced(key: str, nonce: str, plain: str, beside: str, box: str) -> None:
    cipher = Cipher(bytes.fromhex(key))
    made = cipher.encrypt(bytes.fromhex(plain), bytes.fromhex(beside), bytes.fromhex(nonce))
    assert made.hex() == nonce + box
    assert cipher.decrypt(made, bytes.fromhex(beside)).hex() == plain


def test_a_box_opens_only_whole_and_with_its_own_key_and_place() -> None:
    cipher = Cipher(bytes(32))
    box = cipher.encrypt(b"words", b"here")
    assert len(box) == len(b"words") + OVERHEAD
    assert cipher.decrypt(box, b"here") == b"words"
    for altered in (
        box[:-1],
        box + b"\0",
        bytes([box[0] ^ 1]) + box[1:],
        box[:-1] + bytes([box[-1] ^ 1]),
        b"",
    ):
        with pytest.raises(DoesNotOpen):
            cipher.decrypt(altered, b"here")
    with pytest.raises(DoesNotOpen):
        cipher.decrypt(box, b"there")
    with pytest.raises(DoesNotOpen):
        Cipher(bytes(31) + b"\1").decrypt(box, b"here")


def test_a_key_of_another_length_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cipher(bytes(16))


def repeats(encrypt: Callable[[], object], times: int) -> int:
    """How many nonces come a second time under the same key."""
    seen: set[bytes] = set()

    def observe(key: bytes, nonce: bytes) -> None:
        seen.add(key + nonce)

    stop = aead.watch(observe)
    try:
        for _ in range(times):
            encrypt()
    finally:
        stop()
    return times - len(seen)


def test_no_nonce_comes_twice_in_a_million_encryptions_and_a_planted_repeat_is_seen() -> None:
    cipher = Cipher(bytes(32))
    assert repeats(lambda: cipher.encrypt(b"", b""), 1_000_000) == 0
    few = iter([n.to_bytes(NONCE_LENGTH, "big") for n in (1, 2, 3, 2)])
    assert repeats(lambda: cipher.encrypt(b"", b"", next(few)), 4) == 1
