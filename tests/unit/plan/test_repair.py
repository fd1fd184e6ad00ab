"""After a denial: legal at once, better soon, and everybody whose journey changed is told why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.plan.invented import RULES_OF_PEOPLE
from waythrough.plan import returns
from waythrough.plan.check import check
from waythrough.plan.generate import generate
from waythrough.plan.network import Network
from waythrough.plan.program import make
from waythrough.plan.repair import Repaired, better, repair
from waythrough.plan.solver import Limits
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation


@pytest.fixture(scope="module")
def given() -> Situation:
    return generate(300, 24, 12)


@pytest.fixture(scope="module")
def plan(given: Situation) -> Plan:
    """A plan of journeys alone: what is repaired here."""
    nobody_fed = replace(given, goods=())
    return make(nobody_fed, slices=1)


def broken(situation: Situation, plan: Plan, found: Repaired) -> list[str]:
    new = replace(plan, returns=found.journeys.convoys.trips(), convoys=(), steps=())
    return [b.rule + " " + b.found for b in check(situation, new) if b.rule in RULES_OF_PEOPLE]


def repaired(situation: Situation, plan: Plan) -> Repaired:
    return repair(situation, Network(situation), plan)


def told(plan: Plan) -> dict[str, tuple[str, int]]:
    return {seat.household: (t.destination, t.day) for t in plan.returns for seat in t.seats}


@pytest.mark.parametrize("seed", range(12, 16))
def test_nothing_changes_when_nothing_happened(seed: int) -> None:
    """Whatever else prices favour, and however hard a trip is to pack another way."""
    given = generate(300, 24, seed)
    plan = make(replace(given, goods=()), slices=1)
    found = repaired(given, plan)
    assert broken(given, plan, found) == []
    assert [c for c in found.changes() if c.what != "new"] == []


def test_a_denied_door_cancels_or_moves_only_who_would_pass_it(given: Situation, plan: Plan) -> None:
    busiest = max(plan.returns, key=lambda trip: len(trip.seats))
    road = next(route for route in given.routes if route.id == busiest.route)
    door = road.out[0].doors[0]
    doors = tuple(
        replace(d, open_days=(*d.open_days[: busiest.day], *(0,) * (given.days - busiest.day)))
        if d.id == door else d
        for d in given.doors
    )  # fmt: skip
    after = replace(given, doors=doors)
    found = repaired(after, plan)
    assert broken(after, plan, found) == []
    stays = Network(after).departures
    routes = {route.id: route for route in given.routes}
    passes = {
        seat.household
        for trip in plan.returns
        if not stays[routes[trip.route].id] >> trip.day & 1
        for seat in trip.seats
    }
    changed = {c.household: c for c in found.changes() if c.what != "new"}
    assert passes and passes == set(changed)
    assert {c.code for c in changed.values()} <= {"door_shut"}
    improved = better(found, slices=1)
    assert broken(after, plan, improved) == []
    assert improved.journeys.value >= found.journeys.value
    assert improved.journeys.bound >= improved.journeys.value


def test_a_withdrawn_consent_takes_the_household_off_at_once(given: Situation, plan: Plan) -> None:
    leaver = plan.returns[0].seats[0].household
    homes = tuple(replace(h, consents=()) if h.id == leaver else h for h in given.households)
    after = replace(given, households=homes)
    found = repaired(after, plan)
    assert broken(after, plan, found) == []
    change = next(c for c in found.changes() if c.household == leaver)
    assert (change.what, change.code) == ("cancelled", "consent_ended")


def test_a_broken_coach_and_a_stopped_destination_are_told_as_such(given: Situation, plan: Plan) -> None:
    end = plan.returns[0].destination
    stopped = replace(
        given, destinations=tuple(replace(d, stopped=d.id == end or d.stopped) for d in given.destinations)
    )
    found = repaired(stopped, plan)
    assert broken(stopped, plan, found) == []
    codes = {c.code for c in found.changes() if c.was and c.was[0] == end}
    assert codes == {"destination_stopped"}
    fewer = replace(
        given, fleets=tuple(replace(f, count=f.count - f.id.startswith("vans")) for f in given.fleets)
    )
    found = repaired(fewer, plan)
    assert broken(fewer, plan, found) == []
    assert {c.code for c in found.changes() if c.what == "cancelled"} <= {"no_room"}


def test_a_household_that_left_by_itself_is_gone(given: Situation, plan: Plan) -> None:
    leaver = plan.returns[0].seats[0].household
    after = replace(given, households=tuple(h for h in given.households if h.id != leaver))
    change = next(c for c in repaired(after, plan).changes() if c.household == leaver)
    assert (change.what, change.code, change.now) == ("cancelled", "household_gone", None)


def test_days_are_counted_from_the_new_first_day(given: Situation, plan: Plan) -> None:
    found = repaired(given, replace(plan, first_day=given.day(-1)))
    assert found.told == {home: (end, day - 1) for home, (end, day) in told(plan).items() if day >= 1}


def test_without_a_certificate_prices_are_nothing_and_the_plan_is_legal_all_the_same(
    given: Situation, plan: Plan
) -> None:
    found = repaired(given, replace(plan, certificate=None))
    assert broken(given, plan, found) == []
    assert found.returns.method == "priced"
    assert (
        returns.journeys(given, Network(given), Limits(), slices=0, road=False).bound <= found.journeys.bound
    )
