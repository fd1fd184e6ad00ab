"""A hash as eight words that two people can read to each other by telephone."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from mnemonic import Mnemonic

from waythrough.terms.problems import InputRefused

COUNT = 8
_BITS = 11
"""A word stands for eleven bits: the list has 2,048. Nobody finds a second hash with the same 88 bits."""

_LETTERS = 4
"""The first four letters of a word are no other word's, so that four are enough (BIP-39)."""


def words(data: bytes) -> str:
    """The first 88 bits of a hash, as eight English words."""
    number = int.from_bytes(data[: COUNT * _BITS // 8], "big")
    listed = _list()
    return " ".join(listed[number >> _BITS * place & (1 << _BITS) - 1] for place in reversed(range(COUNT)))


def heard(said: str) -> str:
    """Eight words as somebody typed what they heard: any case, numbered or with commas, four letters of each at least.

    Raises
    ------
    InputRefused
        Not eight words, or one that is not in the list; the refusal suggests the nearest.
    """
    typed = re.findall(r"[a-z]+", said.lower())
    if len(typed) != COUNT:
        raise InputRefused(
            place="the words",
            found=f"{len(typed)} words",
            allowed=f"{COUNT} words",
            remedy="Ask for all of them again, slowly.",
        )
    return " ".join(_known(n, word) for n, word in enumerate(typed, start=1))


def same(said: str, data: bytes) -> bool:
    """Whether what somebody heard are the words of this hash."""
    return heard(said) == words(data)


def _known(n: int, word: str) -> str:
    listed = _list()
    if word in listed:
        return word
    if len(word) >= _LETTERS and (found := [one for one in listed if one.startswith(word)]):
        return found[0]
    near = get_close_matches(word, listed, n=3, cutoff=0.5)
    raise InputRefused(
        place=f"word {n}",
        found=f"“{word}”",
        allowed="words of the English list of BIP-39",
        remedy=f"Did they say {' or '.join(near)}?" if near else "Ask for this word again.",
    )


@cache
def _list() -> tuple[str, ...]:
    return tuple(Mnemonic("english").wordlist)
