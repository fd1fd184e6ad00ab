"""Opening a workspace to act in it: today, or in an example the day it is practised on."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from waythrough.actions.opening import open_to_act
from waythrough.actions.record import record
from waythrough.actions.writing import draft_of, revise
from waythrough.terms.doing import Exercise
from waythrough.terms.parties import Party, Person
from waythrough.terms.problems import InputRefused

DAY = date(2030, 5, 20)
EAST = Party("party-east", {"en": "Eastern Board"}, "military")


def later() -> datetime:
    """A year after the example was made."""
    return datetime(2031, 5, 20, 12, tzinfo=UTC)


@pytest.fixture
def example(ws, person: Person):
    """Where the workspace lies, which has become an example of its day."""
    made = Exercise("exercise-1", "an invented case", DAY, {"en": "Invented."}, {"en": "Ford"})
    ws.append([draft_of(made, None)], person.id)
    return ws.ledger.place


def test_only_an_example_is_worked_in_as_of_another_day(ws) -> None:
    with open_to_act(ws.ledger.place, None, later) as opened:
        assert not opened.practised
        assert opened.today() == opened.clock().date()
    with pytest.raises(InputRefused, match="no --as-of"):
        open_to_act(ws.ledger.place, DAY, later)


def test_what_is_practised_is_known_on_its_day_and_shows_from_then_on(example) -> None:
    with open_to_act(example, None, later) as first:
        assert (first.practised, first.today()) == (True, DAY)
        entry = record(first, first.person(), EAST)
        assert entry.known_on == DAY
        assert "party-east" in first.at(DAY).register("party")


def test_an_example_is_not_worked_in_before_what_stands_there(example) -> None:
    with open_to_act(example, date(2030, 5, 22), later) as opened:
        assert record(opened, opened.person(), EAST).known_on == date(2030, 5, 22)
    with open_to_act(example, None, later) as before, pytest.raises(InputRefused, match="as of 2030-05-22"):
        revise(before, before.person(), EAST)
