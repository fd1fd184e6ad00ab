"""The doors of the model case on four days, against an expectation written by hand from its dated record.

Each line of ``board_rukban.json`` names the sources it was read from and says why in a sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from waythrough.assess import doors
from waythrough.cases import loader
from waythrough.terms.board import DoorState
from waythrough.terms.codec import from_body
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import KINDS, Known
from waythrough.terms.when import Days

EXPECTED = json.loads(Path(__file__).with_name("board_rukban.json").read_text(encoding="utf-8"))
DAYS = [day for day in EXPECTED if day != "written"]
LINES = [(day, door) for day in DAYS for door in EXPECTED[day]]
NEEDED = ("door", "party", "request", "answer", "guarantee", "performance", "execution")


@pytest.fixture(scope="module")
def drafts() -> list[Draft]:
    return [draft for draft in loader.load("rukban").drafts if draft.kind in NEEDED]


@pytest.fixture(scope="module")
def published(drafts: list[Draft]) -> dict[str, date]:
    return {d.record: d.known_on for d in loader.load("rukban").drafts if d.kind == "source" and d.known_on}


def heads(drafts: Iterable[Draft], by: date) -> dict[str, list[Known[Any]]]:
    """The standing revision of each record known by a day, per kind."""
    standing: dict[str, Draft] = {}
    for draft in drafts:
        if draft.known_on and draft.known_on <= by:
            standing[draft.record] = draft
    known: dict[str, list[Known[Any]]] = {kind: [] for kind in NEEDED}
    for draft in standing.values():
        record = from_body(KINDS[draft.kind], {**draft.body, "id": draft.record})
        known[draft.kind].append(Known(record, f"e-{draft.record}", draft.known_on or by, draft.source))
    return known


def board(drafts: Iterable[Draft], as_of: date) -> dict[str, DoorState]:
    known = heads(drafts, as_of)
    states = doors.board(*(known[kind] for kind in NEEDED), as_of=as_of)
    return {state.door: state for state in states}


@pytest.mark.parametrize(("day", "door"), LINES)
def test_every_door_stands_as_the_record_says(drafts: list[Draft], day: str, door: str) -> None:
    expected = EXPECTED[day][door]
    state = board(drafts, date.fromisoformat(day))[door]
    assert state.state == expected["state"], expected["why"]
    assert state.own_word is expected.get("own_word", False), expected["why"]
    assert state.on_word_of == expected.get("on_word_of"), expected["why"]
    assert list(state.disputed_by) == expected.get("disputed_by", []), expected["why"]
    if state.state == "open":
        shown = state.window and [state.window.first_day.isoformat(), state.window.last_day.isoformat()]
        assert shown == expected.get("window"), expected["why"]


@pytest.mark.parametrize("day", DAYS)
def test_the_expectation_names_every_door(drafts: list[Draft], day: str) -> None:
    assert set(EXPECTED[day]) == set(board(drafts, date.fromisoformat(day)))


@pytest.mark.parametrize(("day", "door"), LINES)
def test_the_expectation_rests_on_what_was_published_by_then(
    published: dict[str, date], day: str, door: str
) -> None:
    for source in EXPECTED[day][door]["sources"]:
        assert published[source] <= date.fromisoformat(day)


@pytest.mark.parametrize("day", DAYS)
def test_hindsight_changes_nothing(drafts: list[Draft], day: str) -> None:
    """Whatever was published later is planted, as it is and once more as words about the past; no door moves."""
    as_of = date.fromisoformat(day)
    early = heads(drafts, as_of)
    later = heads([d for d in drafts if d.known_on and d.known_on > as_of], date(2026, 1, 1))
    assert sum(len(rows) for rows in later.values()) > 5
    planted = {
        kind: early[kind] + later[kind] + [about_the_past(k, as_of) for k in later[kind]] for kind in NEEDED
    }
    before = {state.door: state for state in doors.board(*(early[kind] for kind in NEEDED), as_of=as_of)}
    after = {state.door: state for state in doors.board(*(planted[kind] for kind in NEEDED), as_of=as_of)}
    assert after == before


def about_the_past(known: Known[Any], as_of: date) -> Known[Any]:
    """The same words, said to be about the day before; still published the day after."""
    day = Days.on(as_of - timedelta(days=1))
    dated = [f for f in ("on", "asked_on", "given_on") if hasattr(known.record, f)]
    record = replace(known.record, **dict.fromkeys(dated, day))
    return replace(known, record=record, entry=f"{known.entry}-planted", known_on=as_of + timedelta(days=1))


def test_a_refusal_read_a_day_later_is_not_seen_the_day_before(drafts: list[Draft]) -> None:
    first = date(2019, 3, 1)
    assert board(drafts, first)["dr-us-bus"].state == "waiting"
    assert board(drafts, first + timedelta(days=1))["dr-us-bus"].state == "closed"


def test_the_road_from_the_other_side_opens_once_and_closes(drafts: list[Draft]) -> None:
    states = {
        day: board(drafts, date.fromisoformat(day))["dr-jor-aid"]
        for day in ("2017-06-01", "2018-01-08", "2018-01-10")
    }
    assert [state.state for state in states.values()] == ["closed", "open", "closed"]
    assert all(state.own_word for state in states.values())


@pytest.mark.parametrize("year", range(2016, 2027))
def test_the_board_opens_as_of_any_year(drafts: list[Draft], year: int) -> None:
    states = board(drafts, date(year, 1, 1))
    assert len(states) == 11
    assert all(
        state.accounts
        for state in states.values()
        if state.state in ("open", "closed", "contested", "lapsed")
    )
