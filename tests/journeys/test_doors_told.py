"""`waythrough doors` in words: what helps if it opened, what is missed if it shut, and what changes nothing, apart."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("language", "titles"),
    [
        ("en", ("If it opened", "If it shut", "What changes nothing")),
        ("fr", ("Si elle s’ouvrait", "Si elle se fermait", "Ce qui ne change rien")),
    ],
)
def test_each_ranking_stands_alone_with_heads_in_the_language_asked_for(wt, rukban, language, titles):
    told = wt("doors", "-C", rukban, "--lang", language)
    assert told.code == 0, told.err
    lines = told.out.splitlines()
    at = [lines.index(title) for title in titles]
    assert at == sorted(at)
    for title in at[:2]:
        assert lines[title + 2].startswith("1\t")
    assert ("Ask by" in told.out) == (language == "en")
