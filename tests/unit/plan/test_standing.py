"""What still stands after something changed: legal whatever happened, nobody moved, nobody let off for nothing."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from unit.plan.invented import RULES_OF_PEOPLE
from waythrough.plan.check import check
from waythrough.plan.generate import generate
from waythrough.plan.network import Network
from waythrough.plan.program import make
from waythrough.plan.standing import CONSENT, GONE, ROOM, SHUT, STOPPED, standing
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation
from waythrough.terms.whys import Standing


@pytest.fixture(scope="module")
def given() -> Situation:
    return replace(generate(300, 24, 12), goods=())


@pytest.fixture(scope="module")
def plan(given: Situation) -> Plan:
    return make(given, slices=1)


def stands(situation: Situation, plan: Plan) -> Standing:
    return standing(situation, Network(situation), plan)


def broken(situation: Situation, plan: Plan, found: Standing) -> list[str]:
    new = replace(plan, returns=found.trips, convoys=(), steps=(), first_day=situation.first_day)
    return [f"{b.rule} {b.place} {b.found}" for b in check(situation, new) if b.rule in RULES_OF_PEOPLE]


def seats(trips: object) -> dict[str, tuple[str, int]]:
    return {seat.household: (trip.route, trip.day) for trip in trips for seat in trip.seats}  # type: ignore[attr-defined]


def test_nothing_changes_when_nothing_happened(given: Situation, plan: Plan) -> None:
    assert stands(given, plan) == Standing(plan.returns, ())
    assert broken(given, plan, stands(given, plan)) == []


# --- what may happen --------------------------------------------------------------------------------------


def a_door_shuts(now: Situation, luck: random.Random) -> Situation:
    door, day = luck.choice(now.doors).id, luck.randrange(now.days)
    return replace(
        now,
        doors=tuple(
            replace(d, open_days=(*d.open_days[:day], *(0,) * (now.days - day))) if d.id == door else d
            for d in now.doors
        ),
    )


def a_destination_stops(now: Situation, luck: random.Random) -> Situation:
    end = luck.choice(now.destinations).id
    return replace(
        now, destinations=tuple(replace(d, stopped=d.stopped or d.id == end) for d in now.destinations)
    )


def consents_end(now: Situation, luck: random.Random) -> Situation:
    homes = tuple(
        replace(h, consents=tuple(replace(c, last=c.last - 30) for c in h.consents[:1]) + h.consents[1:])
        if luck.random() < 0.1 else h
        for h in now.households
    )  # fmt: skip
    return replace(now, households=homes)


def households_leave_refuse_and_grow(now: Situation, luck: random.Random) -> Situation:
    homes = [replace(h, size=h.size + luck.choice((0, 0, 1, 4))) for h in now.households]
    homes = [replace(h, refused=luck.random() < 0.05, special=min(h.size, h.special + (luck.random() < 0.05)))
             for h in homes if luck.random() < 0.95]  # fmt: skip
    return replace(now, households=tuple(homes))


def vehicles_break_down(now: Situation, luck: random.Random) -> Situation:
    return replace(
        now,
        fleets=tuple(
            replace(f, count=max(0, f.count - luck.choice((0, 1, 2))), seats=max(0, f.seats - luck.choice((0, 5))))
            for f in now.fleets
        ),
    )  # fmt: skip


def places_become_fewer(now: Situation, luck: random.Random) -> Situation:
    ends = tuple(
        replace(d, per_week=None if d.per_week is None else int(d.per_week * luck.random()), per_day=40)
        for d in now.destinations
    )
    sites = tuple(replace(s, registration_per_day=luck.choice((None, 30))) for s in now.sites)
    doors = tuple(replace(d, max_people=luck.choice((None, 35)), max_vehicles=luck.choice((None, 1)))
                  for d in now.doors)  # fmt: skip
    return replace(now, destinations=ends, sites=sites, doors=doors)


def days_pass(now: Situation, luck: random.Random) -> Situation:
    return replace(now, first_day=now.day(luck.randrange(6)))


EVENTS: tuple[Callable[[Situation, random.Random], Situation], ...] = (
    a_door_shuts, a_destination_stops, consents_end, households_leave_refuse_and_grow, vehicles_break_down,
    places_become_fewer, days_pass,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(24))
def test_whatever_happened_what_stands_breaks_no_rule_and_moves_nobody(
    given: Situation, plan: Plan, seed: int
) -> None:
    luck, now = random.Random(seed), given
    for event in luck.sample(EVENTS, 1 + seed % 3):
        now = event(now, luck)
    found, later = stands(now, plan), (now.first_day - plan.first_day).days
    assert broken(now, plan, found) == []
    told = {home: (route, day - later) for home, (route, day) in seats(plan.returns).items() if day >= later}
    left = seats(found.trips)
    assert left.items() <= told.items()
    assert [one.household for one in found.let_off] == sorted(told.keys() - left.keys())


def test_each_is_told_the_rule_that_stands_against_the_journey(given: Situation, plan: Plan) -> None:
    homes = {h.id: h for h in given.households}
    rides = [(seat.household, trip) for trip in plan.returns for seat in trip.seats]
    alone = [(home, trip) for home, trip in rides if not homes[home].kin_group]
    (gone, _), (ended, _) = alone[0], alone[1]
    end = alone[-1][1].destination
    changed = tuple(replace(h, consents=()) if h.id == ended else h for h in given.households if h.id != gone)
    now = replace(
        given,
        households=changed,
        destinations=tuple(replace(d, stopped=d.id == end) for d in given.destinations),
    )
    codes = {one.household: one.code for one in stands(now, plan).let_off}
    bound_there = {home for home, trip in rides if trip.destination == end}
    assert {codes[home] for home in bound_there - {gone, ended}} == {STOPPED}
    assert {home: code for home, code in codes.items() if home not in bound_there} == {
        home: code for home, code in ((gone, GONE), (ended, CONSENT)) if home not in bound_there
    }
    no_door = replace(given, doors=tuple(replace(d, open_days=(0,) * given.days) for d in given.doors))
    assert {one.code for one in stands(no_door, plan).let_off} == {SHUT}
    no_coach = replace(given, fleets=())
    assert {one.code for one in stands(no_coach, plan).let_off} == {ROOM}
    assert stands(no_coach, plan).trips == ()


def test_kin_stay_behind_together(given: Situation, plan: Plan) -> None:
    kin = {h.id: h.kin_group for h in given.households if h.kin_group}
    one = next(seat.household for trip in plan.returns for seat in trip.seats if seat.household in kin)
    homes = tuple(replace(h, refused=h.refused or h.id == one) for h in given.households)
    found = stands(replace(given, households=homes), plan)
    family = {name for name, group in kin.items() if group == kin[one]}
    assert {let.household for let in found.let_off} == family & set(seats(plan.returns))
    assert len(family) > 1


def test_where_coaches_break_down_the_journeys_of_least_worth_wait(given: Situation, plan: Plan) -> None:
    """Whoever was let off could not take the place of nobody: each vehicle that stands is needed somewhere."""
    fewer = replace(given, fleets=tuple(replace(f, count=max(0, f.count - 1)) for f in given.fleets))
    found = stands(fewer, plan)
    assert found.let_off
    assert {one.code for one in found.let_off} == {ROOM}
    assert broken(fewer, plan, found) == []
    assert sum(t.vehicles for t in found.trips) < sum(t.vehicles for t in plan.returns)
