"""Texts of other rooms: said in the reader's language, or listed where nobody knows them."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from waythrough import assess
from waythrough.publish.desk import Desk
from waythrough.publish.report import compose
from waythrough.publish.texts import told
from waythrough.publish.words import Words
from waythrough.terms.estimates import NotComputable

KNOWN = (
    "sample size not published",
    "only a bound or a range was published, not a share",
    "no request was put to this party",
    "no answer with a known wait yet; the days of 3 of 4 requests are not known closely enough",
    "fewer than half of the requests have been answered",
    "no request to any party has been decided yet",
    "no figure for the people at the site was known by this day",
    "no figure known by this day has a vote: f-1: older than 365 days; f-2: repeats f-1",
    "The yes named no end; its end is computed from what became of the request, or from its age.",
    "The working days of p-guard are not recorded, so none were counted.",
)


@pytest.mark.parametrize("text", KNOWN)
def test_a_known_text_is_said_in_arabic(sample, text: str) -> None:
    desk = Desk(sample.report(), "internal", Words("ar"))
    said = str(told(desk, text))
    assert desk.untold == []
    assert any("\u0600" <= letter <= "\u06ff" for letter in said)
    assert "request" not in said and "figure" not in said


def test_the_method_of_the_population_is_said_in_arabic(sample) -> None:
    from waythrough.assess.population import METHOD

    desk = Desk(sample.report(), "internal", Words("ar"))
    told(desk, METHOD)
    assert desk.untold == []


def test_a_text_nobody_knows_is_shown_as_it_is_and_listed(sample) -> None:
    gap = NotComputable("population", "the scribes lost the book", sample.AS_OF)
    page = compose(sample.report(population=gap), "internal", "ar")
    assert "the scribes lost the book" in page.html
    assert "the scribes lost the book" in page.untold


def test_every_reason_a_room_writes_in_full_is_known(sample) -> None:
    """Reads the assessing room's code, so that a new fixed reason cannot reach an Arabic page untranslated."""
    desk = Desk(sample.report(), "internal", Words("ar"))
    found = list(_reasons())
    assert "sample size not published" in found
    for text in found:
        told(desk, text)
    assert desk.untold == []


def _reasons() -> list[str]:
    """Second arguments of NotComputable that are plain words."""
    reasons = []
    for path in Path(assess.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NotComputable":
                given = node.args[1]
                if isinstance(given, ast.Constant):
                    reasons.append(str(given.value))
    return reasons


def test_a_wait_says_what_its_median_leaves_out(sample) -> None:
    wait = replace(
        sample.WAITS[0],
        median_days=5.0,
        reason="the days of 3 of 4 requests are not known closely enough",
    )
    page = compose(sample.report(waits=(wait,)), "internal", "en")
    assert "requests are not known closely enough" in page.html
