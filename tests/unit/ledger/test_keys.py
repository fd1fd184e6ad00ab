"""What a key signs holds for that key alone; a seed always gives the same device."""

from __future__ import annotations

import pyrage
import pytest

from waythrough.ledger.bech32 import encode
from waythrough.ledger.keys import DeviceKey, fingerprint, signed
from waythrough.ledger.last import Last


def test_a_signature_holds_for_one_key_and_one_text() -> None:
    key, other = DeviceKey.from_seed(bytes(32)), DeviceKey.from_seed(bytes([1]) * 32)
    signature = key.sign(b"words")
    assert signed(key.public, signature, b"words")
    assert not signed(key.public, signature, b"Words")
    assert not signed(other.public, signature, b"words")
    assert not signed(b"short", signature, b"words")
    assert fingerprint(key.public) == key.fingerprint != other.fingerprint


def test_a_seed_always_gives_the_same_device_with_three_different_secrets() -> None:
    one, again, other = (DeviceKey.from_seed(bytes([n]) * 32) for n in (1, 1, 2))
    assert (one.public, one.box_key, one.kek()) == (again.public, again.box_key, again.kek())
    assert not {one.public, one.box_key, one.kek()} & {other.public, other.box_key, other.kek()}
    sealed = pyrage.encrypt(b"words", [pyrage.x25519.Recipient.from_str(one.box_key)])
    assert pyrage.decrypt(sealed, [again.box()]) == b"words"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [other.box()])


def test_a_device_without_a_folder_remembers_while_it_lives() -> None:
    device, ledger, written = DeviceKey.from_seed(bytes(32)), bytes(16), Last(bytes(20), 0, bytes(32))
    assert device.last(ledger) is None
    device.remember(ledger, written)
    assert device.last(ledger) == written
    assert not device.is_moved(ledger)


@pytest.mark.parametrize(
    ("prefix", "data", "text"),
    [
        # BIP-173, “Test vectors”: the two valid strings whose data part is a whole number of bytes.
        ("a", "", "a12uel5l"),
        (
            "abcdef",
            "00443214c74254b635cf84653a56d7c675be77df",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        ),
    ],
)
def test_text_is_made_of_bytes_as_bip_173_has_it(prefix: str, data: str, text: str) -> None:
    assert encode(prefix, bytes.fromhex(data)) == text
