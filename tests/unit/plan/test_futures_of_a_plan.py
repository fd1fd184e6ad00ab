"""A plan played as it stands: exactly where nothing goes wrong, and as often as the doors it needs are open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from unit.plan.invented import situation, with_door
from waythrough.plan.check import check
from waythrough.plan.futures import Policy, of_plan
from waythrough.plan.program import make
from waythrough.terms.estimates import Estimate, Outlook
from waythrough.terms.futures import TripFuture
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

CALM = Policy(ask="waiting", suspended_per_1000_days=0, impeded_percent=0)


@pytest.fixture(scope="module")
def made() -> tuple[Situation, Plan]:
    now = situation()
    plan = make(now, slices=2)
    assert not check(now, plan)
    assert plan.convoys and plan.returns
    return now, plan


def believed(door: str, chance: float, now: Situation) -> Outlook:
    """A party of which the chance is known well, and that answers within a day if it says yes."""
    return Outlook(
        door,
        Estimate(chance, chance - 0.001, chance + 0.001, 0.9, "chance", "invented", now.as_of, ()),
        Estimate(0.2, 0.19, 0.21, 0.9, "days", "invented", now.as_of, ()),
        40,
        10,
        60,
    )


def through(now: Situation, door: str) -> set[str]:
    uses = {r.id: {d for use in (*r.out, *r.back) for d in use.doors} for r in now.routes}
    return {name for name, doors in uses.items() if door in doors}


def share(trips: tuple[TripFuture, ...], routes: set[str], what: str = "travels") -> list[float]:
    return [getattr(trip, what).value for trip in trips if trip.route in routes]


def test_a_plan_whose_doors_are_granted_and_never_stopped_plays_out_exactly(
    made: tuple[Situation, Plan],
) -> None:
    now, plan = made
    found = of_plan(now, plan, CALM, futures=200)
    assert (found.moved.low, found.moved.value, found.moved.high) == (plan.people_moved,) * 3
    assert (found.unmet.low, found.unmet.high) == (plan.unmet_person_days,) * 2
    assert (found.people, found.person_days_unmet) == (plan.people_moved, plan.unmet_person_days)
    assert found.as_told.value == 1.0
    assert found.same_situation
    assert len(found.trips) == len(plan.trips)
    assert all(trip.travels.value == 1.0 and trip.turned_back.value == 0.0 for trip in found.trips)
    gone = [sum(t.people for t in found.trips if t.day <= week.last) for week in found.weeks]
    assert [week.moved.value for week in found.weeks] == gone


def test_a_plan_through_a_door_that_waits_travels_as_often_as_the_door_is_likely_to_open(
    made: tuple[Situation, Plan],
) -> None:
    now, plan = made
    waits = replace(
        with_door(now, "return hill", state="waiting", open_days=(0,) * now.days),
        outlooks=(believed("return hill", 0.6, now),),
    )
    found = of_plan(waits, plan, CALM, futures=4_000)
    assert not found.same_situation
    late = [t for t in found.trips if t.route in through(now, "return hill") and t.day > now.first_day]
    assert late
    for trip in late:
        days = (trip.day - now.first_day).days
        # By then; the rest of those who say yes at all answer within the ten days.
        assert trip.travels.value == pytest.approx(0.6 * (1 - 2 ** (-days / 0.2)), abs=0.03)
    assert all(x == 1.0 for x in share(found.trips, {"east in", "west in"}))
    assert found.as_told.value < 0.65
    # A yes given today opens nothing today.
    at_once = sum(t.people for t in found.trips if t.day == now.first_day and t.travels.value == 0)
    assert found.moved.low < found.moved.high == plan.people_moved - at_once
    assert found.cases == 40


def test_a_trip_is_turned_back_where_a_party_stops_what_it_allowed_and_shut_where_a_window_ended(
    made: tuple[Situation, Plan],
) -> None:
    now, plan = made
    stopped = of_plan(now, plan, replace(CALM, impeded_percent=25), futures=4_000)
    # Every road of the invented site leads by two parties at most.
    for trip in stopped.trips:
        assert trip.travels.value + trip.turned_back.value == pytest.approx(1)
        parties = len({d for use in next(r for r in now.routes if r.id == trip.route).out for d in use.doors})
        assert trip.turned_back.value == pytest.approx(1 - 0.75**parties, abs=0.03)
    ended = of_plan(now, plan, replace(CALM, suspended_per_1000_days=100), futures=4_000)
    assert all(trip.turned_back.value == 0 for trip in ended.trips)
    first, last = ended.trips[0], max(ended.trips, key=lambda trip: trip.day)
    assert last.travels.value < first.travels.value < 1
    assert ended.unmet.value > plan.unmet_person_days
    assert ended.moved.value < plan.people_moved


def test_an_older_plan_is_taken_by_its_dates_and_what_has_left_is_not_counted_again(
    made: tuple[Situation, Plan],
) -> None:
    now, plan = made
    later = replace(
        now,
        first_day=now.first_day + timedelta(days=3),
        doors=tuple(replace(d, open_days=(1,) * now.days) for d in now.doors),
    )
    found = of_plan(later, plan, CALM, futures=100)
    left = [trip for trip in plan.trips if trip.day < 3]
    assert found.gone_by == len(left) > 0
    assert sorted((t.kind, t.route, t.day) for t in found.trips) == sorted(
        (t.kind, t.route, now.first_day + timedelta(days=t.day)) for t in plan.trips if t.day >= 3
    )


def test_a_road_that_is_no_more_is_never_travelled(made: tuple[Situation, Plan]) -> None:
    now, plan = made
    gone = replace(now, routes=tuple(r for r in now.routes if r.id != plan.returns[0].route))
    found = of_plan(gone, plan, CALM, futures=100)
    assert set(share(found.trips, {plan.returns[0].route})) == {0.0}
    assert found.as_told.value == 0.0


def test_the_same_seed_plays_a_plan_the_same_way(made: tuple[Situation, Plan]) -> None:
    now, plan = made
    assert of_plan(now, plan, futures=3_000) == of_plan(now, plan, futures=3_000)
    assert of_plan(now, plan, futures=3_000) != of_plan(now, plan, futures=3_000, seed=2)
