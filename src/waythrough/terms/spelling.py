"""Suggestions for words that were nearly right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], most: int = 4) -> str:
    """The known words closest to ``word``, joined by commas; all of a few, or “none recorded”, when none is close."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=most, cutoff=0.4)
    return ", ".join(close or words[:most]) or "none recorded"
