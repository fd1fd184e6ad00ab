"""After a denial: legal at once, better soon, and everybody whose journey changed is told why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from unit.plan.invented import RULES_OF_PEOPLE, four_sites, household, situation, with_destination
from waythrough.plan import returns, search
from waythrough.plan.changes import changes, promises
from waythrough.plan.check import check
from waythrough.plan.generate import generate
from waythrough.plan.network import Network
from waythrough.plan.program import make
from waythrough.plan.repair import Repaired, better, repair
from waythrough.plan.solver import Limits
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Promise, Situation
from waythrough.terms.whys import GAINED, LOST, Journey


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
    assert [c for c in found.changes() if c.what != GAINED] == []


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
    changed = {c.household: c for c in found.changes() if c.what != GAINED}
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
    assert (change.what, change.code) == (LOST, "consent_ended")


def test_a_broken_coach_and_a_stopped_destination_are_told_as_such(given: Situation, plan: Plan) -> None:
    end = plan.returns[0].destination
    stopped = replace(
        given, destinations=tuple(replace(d, stopped=d.id == end or d.stopped) for d in given.destinations)
    )
    found = repaired(stopped, plan)
    assert broken(stopped, plan, found) == []
    codes = {c.code for c in found.changes() if c.was and c.was.destination == end}
    assert codes == {"destination_stopped"}
    fewer = replace(
        given, fleets=tuple(replace(f, count=f.count - f.id.startswith("vans")) for f in given.fleets)
    )
    found = repaired(fewer, plan)
    assert broken(fewer, plan, found) == []
    assert {c.code for c in found.changes() if c.what == LOST} <= {"no_room"}


def test_a_household_that_left_by_itself_is_gone(given: Situation, plan: Plan) -> None:
    leaver = plan.returns[0].seats[0].household
    after = replace(given, households=tuple(h for h in given.households if h.id != leaver))
    change = next(c for c in repaired(after, plan).changes() if c.household == leaver)
    assert (change.what, change.code, change.now) == (LOST, "household_gone", None)


def test_days_are_counted_from_the_new_first_day(given: Situation, plan: Plan) -> None:
    found = repaired(given, replace(plan, first_day=given.day(-1)))
    before = {home: Journey(end, given.day(day - 1)) for home, (end, day) in told(plan).items() if day >= 1}
    after = {change.household: change.was for change in found.changes() if change.was}
    assert after
    assert all(before[home] == was for home, was in after.items())
    still = {seat.household for trip in found.stands.trips for seat in trip.seats}
    assert still | set(after) == set(before)


def test_without_a_certificate_prices_are_nothing_and_the_plan_is_legal_all_the_same(
    given: Situation, plan: Plan
) -> None:
    found = repaired(given, replace(plan, certificate=None))
    assert broken(given, plan, found) == []
    assert found.returns.method == "priced"
    assert (
        returns.journeys(given, Network(given), Limits(), slices=0, road=False).bound <= found.journeys.bound
    )


# --- the whole plan ---------------------------------------------------------------------------------------


def without_a_vehicle(given: Situation, plan: Plan) -> Situation:
    """One vehicle of the fleet that drives most has broken down."""
    busiest = max(plan.returns, key=lambda trip: trip.vehicles).fleet
    return replace(given, fleets=tuple(replace(f, count=f.count - (f.id == busiest)) for f in given.fleets))


def without_a_consent(given: Situation, plan: Plan) -> Situation:
    leaver = plan.returns[0].seats[0].household
    return replace(
        given, households=tuple(replace(h, consents=()) if h.id == leaver else h for h in given.households)
    )


def with_a_road_shut(given: Situation, plan: Plan) -> Situation:
    road = next(route for route in given.routes if route.id == plan.returns[-1].route)
    shut = road.out[0].doors[0]
    return replace(
        given,
        doors=tuple(replace(d, open_days=(0,) * given.days) if d.id == shut else d for d in given.doors),
    )


Happened = Callable[[Situation, Plan], Situation]
HAPPENED = (without_a_vehicle, without_a_consent, with_a_road_shut)


def remembering(after: Situation, plan: Plan, frozen: int) -> Situation:
    return replace(after, promised=promises(plan, after.first_day, after.days), frozen_days=frozen)


def worth(found: Repaired) -> int:
    """What the journeys are worth of those who still may travel as told."""
    wishes = found.kept.wishes
    return int(found.whole.option_value[wishes[wishes >= 0]].sum())


@pytest.mark.parametrize("happened", HAPPENED, ids=lambda one: one.__name__)
@pytest.mark.parametrize("frozen", [0, 3])
def test_a_repaired_plan_keeps_everybody_who_may_still_travel_as_told(
    happened: Happened, frozen: int, given: Situation, plan: Plan
) -> None:
    old = plan
    after = remembering(replace(happened(given, old), goods=()), old, frozen)
    first = repaired(after, old)
    still = {seat.household for trip in first.stands.trips for seat in trip.seats}
    new = make(after, keeping=old)
    assert check(after, new) == []
    what = changes(old, new)
    assert still
    assert not still & {change.household for change in what.changed}
    journeys = next(aim for aim in new.aims if aim.name == "journeys")
    assert worth(first) <= first.journeys.value <= journeys.value <= journeys.bound


def test_a_repaired_plan_with_convoys_feeds_as_many_as_a_new_one() -> None:
    given = generate(120, 20, 5)
    old = make(given, slices=1)
    after = remembering(without_a_consent(given, old), old, 3)
    new, fresh = make(after, keeping=old), make(after)
    assert check(after, new) == []
    assert new.convoys and new.steps
    assert new.unmet_if_nobody_left == fresh.unmet_if_nobody_left


def test_who_still_may_travel_does_so_too_where_parts_are_searched_by_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = four_sites()
    old = make(replace(given, goods=()), slices=1)
    after = remembering(without_a_vehicle(replace(given, goods=()), old), old, 0)
    monkeypatch.setattr(search, "PARTS_FROM", 1)
    first = repaired(after, old)
    still = {seat.household for trip in first.stands.trips for seat in trip.seats}
    for found in (first, better(first, slices=2)):
        assert not still & {change.household for change in found.changes()}


def test_a_promise_for_which_places_became_too_few_is_named_and_not_dropped_in_silence() -> None:
    homes = (household("oak", 6, "lake"), household("elm", 3, "lake"))
    given = with_destination(situation(households=homes), "lake", per_day=4)
    told_so = tuple(Promise(home.id, "lake", 1) for home in homes)
    after = replace(given, promised=told_so, frozen_days=2)
    new = make(after)
    assert "promise_not_kept:oak" in new.notes
    assert "promise_not_kept:elm" not in new.notes
    assert check(after, new) == []
