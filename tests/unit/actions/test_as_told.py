"""The journeys people were told, as a plan that a new one keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from unit.actions.test_taking_up import plan  # noqa: F401 - a fixture
from waythrough.actions import boarding, moving
from waythrough.actions.as_told import journeys_told
from waythrough.actions.choose import Chosen
from waythrough.actions.taking_up import take_up
from waythrough.plan.program import make


def test_what_was_taken_up_is_kept_trip_by_trip_and_seat_by_seat(ws, person, plan: Chosen) -> None:  # noqa: F811
    assert journeys_told(ws, plan.situation) is None
    take_up(ws, person, plan)
    told = journeys_told(ws, plan.situation)
    assert told is not None
    assert told.returns == plan.plan.returns
    assert make(plan.situation, keeping=told).returns == plan.plan.returns


@pytest.mark.parametrize("gone", ["given up", "called off", "past"])
def test_a_seat_that_is_kept_no_more_binds_no_plan(ws, person, plan: Chosen, gone) -> None:  # noqa: F811
    (made,) = take_up(ws, person, plan).movements
    now = plan.situation
    assert journeys_told(ws, now) is not None
    if gone == "given up":
        boarding.board_households(ws, person, made.id, "standby", ("hh-1",), date(2030, 5, 20))
    elif gone == "called off":
        moving.move(ws, person, made.id, "withdrawn_by_us")
    else:
        now = replace(now, first_day=date(2030, 6, 20))
    assert journeys_told(ws, now) is None


def test_where_several_fleets_may_drive_seats_are_left_to_the_promise(ws, person, plan: Chosen) -> None:  # noqa: F811
    take_up(ws, person, plan)
    assert journeys_told(ws, plan.situation) is not None
    coaches = next(f for f in plan.situation.fleets if f.purpose == "return")
    two = replace(plan.situation, fleets=(*plan.situation.fleets, replace(coaches, id="other coaches")))
    assert journeys_told(ws, two) is None
