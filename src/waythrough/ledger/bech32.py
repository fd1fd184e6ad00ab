"""Bech32 (BIP-173): how the age format writes its keys as text."""

from __future__ import annotations

from collections.abc import Iterable

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK_LENGTH = 6


def encode(prefix: str, data: bytes) -> str:
    """The text of some bytes under a lower-case prefix; longer than BIP-173 allows, as age has it."""
    values = _in_fives(data)
    head = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    rest = _remainder([*head, *values, *[0] * _CHECK_LENGTH]) ^ 1
    check = [(rest >> 5 * (_CHECK_LENGTH - 1 - n)) & 31 for n in range(_CHECK_LENGTH)]
    return prefix + "1" + "".join(_LETTERS[value] for value in [*values, *check])


def _in_fives(data: bytes) -> list[int]:
    """The bits five by five, the last group filled up with zeros."""
    bits = len(data) * 8
    padding = -bits % 5
    number = int.from_bytes(data, "big") << padding
    return [(number >> shift) & 31 for shift in range(bits + padding - 5, -1, -5)]


def _remainder(values: Iterable[int]) -> int:
    """The remainder of BIP-173's code."""
    rest = 1
    for value in values:
        top = rest >> 25
        rest = (rest & 0x1FFFFFF) << 5 ^ value
        for n, factor in enumerate(_GENERATOR):
            if top >> n & 1:
                rest ^= factor
    return rest
