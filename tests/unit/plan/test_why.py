"""Why not a destination, a route, a day; and the room that a plan leaves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.plan.invented import (
    DAYS,
    household,
    situation,
    with_destination,
    with_door,
    with_fleet,
)
from waythrough.plan.program import make
from waythrough.plan.why import why_day, why_destination, why_not, why_route
from waythrough.terms.problems import NotFound
from waythrough.terms.situation import Situation

NEVER = (0,) * DAYS


def codes(given: Situation, name: str, **asked: object) -> set[str]:
    return {reason.code for reason in why_not(given, make(given), name, **asked)}  # type: ignore[arg-type]


def empty_plan(given: Situation):
    """The plan with nobody aboard: what stands against a family then is no lack of room."""
    plan = make(given)
    return replace(plan, returns=(), convoys=())


def test_a_destination_is_explained_by_household_and_first_reason() -> None:
    given = situation()
    why = why_destination(given, make(given), "lake")
    assert (why.households, why.people) == (5, 27)
    assert why.seated + why.elsewhere + sum(why.others.values()) == why.households
    assert why.others == {"no_data_consent": 1, "refused": 1}


def test_a_stopped_destination_says_so_for_everyone_who_consented_to_it() -> None:
    given = with_destination(situation(), "lake", stopped=True, stop_reason="arrests reported")
    why = why_destination(given, make(given), "lake")
    assert why.seated == 0
    assert why.others["stopped"] >= 1


def test_a_route_is_told_in_runs_of_days_with_what_leaves() -> None:
    given = with_door(situation(), "return hill", open_days=(1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
    why = why_route(given, make(given), "to lake")
    assert [(r.first_day, r.last_day, r.code) for r in why.reasons if r.code == "door_shut"] == [
        (3, 9, "door_shut")
    ]
    assert set(why.trips) == {r.first_day + n for r in why.reasons if r.code == "leaves"
                              for n in range(r.last_day - r.first_day + 1)}  # fmt: skip


def test_a_day_tells_of_every_route_of_both_purposes() -> None:
    given = situation()
    told = {why.route: why.reasons[0].code for why in why_day(given, make(given), 9)}
    assert set(told) == {route.id for route in given.routes}
    assert told["to lake"] == "door_shut"
    assert told["to port"] == "trip_too_long"


def test_a_convoy_day_beside_another_is_too_close() -> None:
    given = situation()
    plan = make(given)
    day = plan.convoys[0].day
    route = plan.convoys[0].route
    near = why_route(given, plan, route, day + 1).reasons[0]
    assert near.code in ("too_soon_after_a_convoy", "leaves", "door_shut")
    alone = replace(plan, convoys=plan.convoys[:1])
    assert why_route(given, alone, route, day + 1).reasons[0].code == "too_soon_after_a_convoy"


def test_what_nobody_recorded_is_refused_with_the_nearest() -> None:
    given = situation()
    plan = make(given)
    for ask in (why_destination, why_route):
        with pytest.raises(NotFound):
            ask(given, plan, "nowhere")


ROOM = {
    "registration_full": lambda s: replace(s, sites=(replace(s.sites[0], registration_per_day=3),)),
    "door_people_full": lambda s: with_door(s, "return hill", max_people=3),
    "reception_full_that_week": lambda s: with_destination(s, "lake", per_week=3, per_day=None, total=None),
    "reception_full_that_day": lambda s: with_destination(s, "lake", per_day=3),
    "reception_full": lambda s: with_destination(s, "lake", per_day=None, total=3),
}


@pytest.mark.parametrize("code", ROOM)
def test_a_cap_below_the_family_is_the_rule_that_keeps_it(code: str) -> None:
    given = situation(households=(household("oak", 6, "lake"),))
    plan = empty_plan(given)
    changed = ROOM[code](given)
    assert code in {reason.code for reason in why_not(changed, plan, "oak")}


def test_a_free_seat_against_which_no_rule_stands_is_said_plainly() -> None:
    given = situation(households=(household("oak", 6, "lake"),))
    assert "room_left" in {reason.code for reason in why_not(given, empty_plan(given), "oak")}


def test_one_destination_and_one_day_can_be_asked_about() -> None:
    given = with_door(situation(), "return hill", open_days=NEVER)
    plan = make(given)
    (reason,) = why_not(given, plan, "ash", "lake", 2)
    assert (reason.destination, reason.first_day, reason.last_day, reason.code) == ("lake", 2, 2, "door_shut")
    assert {r.code for r in why_not(given, plan, "birch", "port")} == {"not_their_choice"}


def test_someone_who_lies_down_needs_a_stretcher_place() -> None:
    given = situation(households=(household("oak", 6, "lake", stretchers=1),))
    plan = empty_plan(given)
    assert {reason.code for reason in why_not(given, plan, "oak")} == {"vehicle_too_small"}
    laid = with_fleet(given, "coaches", stretcher_places=1)
    assert "room_left" in {reason.code for reason in why_not(laid, plan, "oak")}
