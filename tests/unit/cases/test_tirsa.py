"""The invented case: another script, another week, another land, and every kind of door."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from waythrough.assess import doors
from waythrough.cases import loader
from waythrough.cases.loader import Case
from waythrough.terms.board import DoorState
from waythrough.terms.codec import from_body
from waythrough.terms.kinds import KINDS, Known

NEEDED = ("door", "party", "request", "answer", "guarantee", "performance", "execution")


@pytest.fixture(scope="module")
def case() -> Case:
    return loader.load("tirsa")


def board(case: Case, as_of: date) -> dict[str, DoorState]:
    known: dict[str, list[Known[Any]]] = {kind: [] for kind in NEEDED}
    for d in case.drafts:
        if d.kind in NEEDED and d.known_on and d.known_on <= as_of:
            known[d.kind].append(
                Known(from_body(KINDS[d.kind], {**d.body, "id": d.record}), d.record, d.known_on, d.source)
            )
    return {s.door: s for s in doors.board(*(known[kind] for kind in NEEDED), as_of=as_of)}


def test_on_its_own_day_it_shows_every_kind_of_door(case: Case) -> None:
    states = board(case, case.meta.default_as_of)
    assert {door: (s.state, s.own_word, s.on_word_of) for door, s in states.items()} == {
        "dr-west-aid": ("open", True, None),
        "dr-river-aid": ("open", True, None),
        "dr-east-aid": ("open", False, "upper-bank"),
        "dr-west-return": ("no_answer", False, None),
        "dr-river-return": ("contested", False, None),
        "dr-east-return": ("open", True, None),
    }
    assert states["dr-river-aid"].disputed_by == ("tirsa-people",)


def test_the_wait_counts_the_weeks_of_the_one_who_was_asked(case: Case) -> None:
    # Asked on Monday 29 May; Sundays and the holiday of 2 June do not count.
    asked = date(2017, 5, 29)
    waited = board(case, asked + timedelta(days=7))["dr-west-return"]
    assert (waited.state, waited.working_days_waited) == ("waiting", 5)
    assert board(case, asked + timedelta(days=8))["dr-west-return"].state == "no_answer"


def test_its_survey_says_how_many_were_asked(case: Case) -> None:
    shares = [d.body for d in case.drafts if d.kind == "figure" and d.body["unit"] == "share"]
    assert len(shares) == 4
    assert all(share["sample"] == 96 for share in shares)


def test_its_names_stand_in_a_third_script_too(case: Case) -> None:
    named = [d for d in case.drafts if "names" in d.body]
    assert len(named) > 20
    for draft in named:
        assert any("\u10d0" <= letter <= "\u10ff" for letter in draft.body["names"]["ka"]), draft.record


def test_its_households_are_few_and_invented(case: Case) -> None:
    households = [d for d in case.drafts if d.kind == "household" and not d.corrects]
    assert len(households) == 120
    assert sum(d.body["size"] for d in households) == 560
    assert all(d.body["synthetic"] for d in households)
    assert any(d.kind == "consent" for d in case.drafts)
