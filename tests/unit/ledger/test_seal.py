"""The envelope of a personal body: known answers, every byte flipped, and nothing moved elsewhere."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from waythrough.ledger.seal import OVERHEAD, Sealer, is_sealed, key_id, sealed_under

pytestmark = pytest.mark.usefixtures("nonces_by_hand")

LEDGER = bytes(range(16))
KEY = bytes(range(32, 64))
META = b'{"kind":"household","record":"hh-1"}'
BODY = '{"adults":["hh-1/a"],"site":"site-ford","size":4,"origin":"الوادي"}'.encode()
NONCE = bytes(range(12))
KNOWN_ANSWER = "840ac8a8cf19166748b89474202cbc98fb91ec839f4696a83622fd9f42845d84"


def sealed() -> bytes:
    return Sealer(LEDGER).seal(BODY, KEY, META, NONCE)


def test_aes_256_gcm_gives_the_published_answers() -> None:
    # McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test cases 13, 14 and 16.
    zero_key, zero_nonce = bytes(32), bytes(12)
    assert AESGCM(zero_key).encrypt(zero_nonce, b"", None).hex() == "530f8afbc74536b9a963b4f1c4cb738b"
    assert (
        AESGCM(zero_key).encrypt(zero_nonce, bytes(16), None).hex()
        == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
    )
    key = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    beside = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    found = AESGCM(key).encrypt(bytes.fromhex("cafebabefacedbaddecaf888"), plain, beside)
    assert found[-16:].hex() == "76fc6ece0f4e1768cddf8853bb2d551b"


def test_an_envelope_is_the_documented_bytes() -> None:
    # Written out by the format page's own words, beside the code it describes.
    beside = b"WYTB" + LEDGER + sha256(META).digest()
    due = b"\x01" + sha256(KEY).digest()[:8] + NONCE + AESGCM(KEY).encrypt(NONCE, BODY, beside)
    assert sealed() == due
    assert len(due) == len(BODY) + OVERHEAD
    assert sha256(due).hexdigest() == KNOWN_ANSWER


def test_a_body_comes_back_as_it_was() -> None:
    assert Sealer(LEDGER).open(sealed(), KEY, META) == BODY
    assert sealed_under(sealed()) == key_id(KEY)


@pytest.mark.parametrize("n", range(len(BODY) + OVERHEAD))
def test_every_flipped_byte_is_refused(n: int) -> None:
    for flip in (0x01, 0x80, 0xFF):
        altered = bytearray(sealed())
        altered[n] ^= flip
        with pytest.raises(ValueError, match=r"no sealed body|another key|does not open"):
            Sealer(LEDGER).open(bytes(altered), KEY, META)


@pytest.mark.parametrize("length", range(len(BODY) + OVERHEAD))
def test_every_shortened_envelope_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match=r"no sealed body|another key|does not open"):
        Sealer(LEDGER).open(sealed()[:length], KEY, META)


@pytest.mark.parametrize(
    ("ledger", "key", "meta"),
    [
        (bytes(16), KEY, META),
        (LEDGER, KEY, META.replace(b"hh-1", b"hh-2")),
        (LEDGER, bytes(32), META),
    ],
    ids=["another ledger", "another entry", "another key"],
)
def test_a_body_opens_nowhere_else(ledger: bytes, key: bytes, meta: bytes) -> None:
    with pytest.raises(ValueError, match="its (sealed )?body"):
        Sealer(ledger).open(sealed(), key, meta)


def test_an_open_body_is_never_taken_for_an_envelope() -> None:
    assert not is_sealed(BODY)
    assert is_sealed(sealed())
    with pytest.raises(ValueError, match="no sealed body"):
        sealed_under(BODY)


def test_one_sealer_keeps_many_keys_apart() -> None:
    rng = random.Random(5)
    sealer = Sealer(LEDGER)
    keys = [rng.randbytes(32) for _ in range(200)]
    envelopes = [sealer.seal(BODY, key, META, rng.randbytes(12)) for key in keys]
    assert [sealer.open(one, key, META) for one, key in zip(envelopes, keys, strict=True)] == [BODY] * 200
    with pytest.raises(ValueError, match="another key"):
        sealer.open(envelopes[0], keys[1], META)
