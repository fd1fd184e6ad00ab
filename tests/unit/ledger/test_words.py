"""Eight words stand for a hash, and are understood as people say them."""

from __future__ import annotations

import random
from hashlib import sha256

import pytest

from waythrough.ledger import words
from waythrough.terms.problems import InputRefused


def test_eight_words_are_the_first_88_bits() -> None:
    assert words.words(bytes(32)) == "abandon " * 7 + "abandon"
    assert words.words(b"\xff" * 32) == "zoo " * 7 + "zoo"
    assert words.words(bytes(10) + b"\x01") == "abandon " * 7 + "ability"
    assert words.words(bytes(11) + b"\xff" * 21) == words.words(bytes(32))


def test_another_hash_has_other_words() -> None:
    said = {words.words(sha256(bytes([n])).digest()) for n in range(256)}
    assert len(said) == 256


@pytest.mark.parametrize(
    "spoken",
    ["{0}", "  {0}\n", "{1}", "{2}", "{3}"],
    ids=["as written", "spaces", "capitals", "numbered", "four letters"],
)
def test_words_are_understood_as_people_type_them(spoken: str) -> None:
    rng = random.Random(3)
    for _ in range(50):
        data = rng.randbytes(32)
        plain = words.words(data)
        numbered = ", ".join(f"{n}. {word}" for n, word in enumerate(plain.split(), start=1))
        short = " ".join(word[:4] for word in plain.split())
        said = spoken.format(plain, plain.upper(), numbered, short)
        assert words.heard(said) == plain
        assert words.same(said, data)
        assert not words.same(said, rng.randbytes(32))


def test_a_word_that_is_none_is_named_with_the_nearest() -> None:
    with pytest.raises(InputRefused, match="word 3.*“abaut”") as refused:
        words.heard("zoo zoo abaut zoo zoo zoo zoo zoo")
    assert "about" in refused.value.remedy()


def test_a_word_like_no_other_is_asked_for_again() -> None:
    with pytest.raises(InputRefused) as refused:
        words.heard("zoo zoo qqqq zoo zoo zoo zoo zoo")
    assert refused.value.remedy() == "Ask for this word again."


def test_seven_words_are_not_eight() -> None:
    with pytest.raises(InputRefused, match="7 words"):
        words.heard("zoo " * 7)
