"""Characters that change how a line reads without being seen are shown by name."""

from __future__ import annotations

import json

import pytest

from waythrough.terms.hidden import escaped, hides, visible

MARKS = [
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0x200B, 0x2010),
    0x2060,
    0xFEFF,
    0x061C,
    0x00AD,
]
MARKS += [0x1B, 0x07, 0x08, 0x0D, 0x9B, 0x7F, 0x2028, 0xE0041]
TEXTS = [f"granted{chr(mark)} for the convoy" for mark in MARKS]
TEXTS += [f"{chr(mark)}denied" for mark in MARKS] + [f"door{chr(0x202E)}{chr(mark)}" for mark in MARKS]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_every_hidden_mark_is_shown(text: str) -> None:
    shown = visible(text)
    assert hides(text)
    assert not hides(shown)
    assert shown.count("⟦U+") == sum(ord(c) in MARKS for c in text)


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_json_says_the_same_without_a_raw_mark(text: str) -> None:
    written = escaped(json.dumps({"a": text}, ensure_ascii=False))
    assert not hides(written)
    assert json.loads(written) == {"a": text}


def test_words_of_every_script_stay_as_they_are() -> None:
    for text in ("запрос", "طلب رقم 7", "line one\n\tline two", "55–km, “said”, 41\u202f200"):
        assert visible(text) == text
        assert not hides(text)
        assert escaped(text) == text
