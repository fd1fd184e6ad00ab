"""Rules of what people were told: promises of the last published plan, and who stands by for a seat."""

from __future__ import annotations

from collections import defaultdict

from waythrough.plan.check.facts import Facts, Found
from waythrough.plan.check.people import consents
from waythrough.terms.planned import ReturnTrip, Seat, Standby
from waythrough.terms.situation import HouseholdNow, Promise, RouteNow

BROKEN_PROMISE = "promise_not_kept:"
"""How a plan says in its notes that it breaks a promise of the frozen days; the household's id follows."""


def _frozen(f: Facts) -> Found:
    """A promise for a frozen day is kept, or is no longer legal, or the plan says openly that it is not kept.

    Whether all promises can still be kept together (a coach may have broken down) is the planner's to find
    out; that none is dropped in silence is checked here.
    """
    told = {p.household: p for p in f.situation.promised if 0 <= p.day < f.situation.frozen_days}
    homes = f.named(set(told))
    kin = f.kin_of(homes)
    going = {
        s.household: (t.destination, t.day)
        for _, t in f.returns
        if told
        for s in t.seats
        if s.household in told
    }
    for name, promise in told.items():
        if name not in homes or going.get(name) == (promise.destination, promise.day):
            continue
        together = kin.get((homes[name].site, homes[name].kin_group), {name})
        alike = all(
            other in told and (told[other].destination, told[other].day) == (promise.destination, promise.day)
            for other in together
        )
        said = BROKEN_PROMISE + name in f.plan.notes
        if alike and not said and _legal(f, promise, [homes[other] for other in together]):
            found = f"was told day {promise.day} to {promise.destination}; nothing says why not"
            yield "promise-kept", f"household {name}", found


def _nobody_new(f: Facts) -> Found:
    """Nobody is brought into the frozen days: only who was told so travels on one of them."""
    told = {(p.household, p.destination, p.day) for p in f.situation.promised}
    for place, trip in f.returns:
        if 0 <= trip.day < f.situation.frozen_days:
            for seat in trip.seats:
                if (seat.household, trip.destination, trip.day) not in told:
                    who = f"{place}, household {seat.household}"
                    yield "frozen-day", who, f"was never told day {trip.day}, which is frozen"


def _legal(f: Facts, promise: Promise, homes: list[HouseholdNow]) -> bool:
    """True if those who travel together may by themselves still go where and when they were told."""
    end = f.destinations.get(promise.destination)
    if end is None or end.stopped or (end.per_day, end.per_week, end.total) == (None, None, None):
        return False
    return any(
        (route.purpose, route.site, route.end) == ("return", homes[0].site, promise.destination)
        and f.drivable(route, promise.day)
        and all(_may(f, promise, home, route) for home in homes)
        for route in f.situation.routes
    )


def _may(f: Facts, promise: Promise, home: HouseholdNow, route: RouteNow) -> bool:
    """True if the household's consents hold for the journey and some vehicle has a place for all of it."""
    ride = ReturnTrip(route.id, home.site, promise.destination, promise.day, "", 1, (Seat(home.id, 0),))
    return not any(consents("", ride, home, f.situation.consent_margin_days)) and any(
        fleet.count > 0
        and f.carries(fleet, route)
        and fleet.seats >= home.size - home.stretchers
        and fleet.special_seats >= home.special
        and fleet.stretcher_places >= home.stretchers
        for fleet in f.situation.fleets
    )


def _standby(f: Facts) -> Found:
    """Who stands by could go on that very trip: consents, site, kin and all, and has no seat on any."""
    running = {(trip.route, trip.day): trip for _, trip in f.returns if trip.route in f.routes}
    homes = f.named({name for one in f.plan.standby for name in one.households})
    kin = f.kin_of(homes)
    for n, one in enumerate(f.plan.standby):
        place, trip = f"standby {n}", running.get((one.route, one.day))
        if trip is None:
            yield "standby-trip", place, f"no trip on route {one.route} on day {one.day}"
            continue
        if len(set(one.households)) < len(one.households):
            yield "standby-household", place, "a household stands twice"
        for name in one.households:
            yield from _stands_by(f, place, trip, name, homes.get(name))
        yield from _kin_stands_by(place, one, homes, kin)


def _stands_by(f: Facts, place: str, trip: ReturnTrip, name: str, home: HouseholdNow | None) -> Found:
    who = f"{place}, household {name}"
    if home is None or home.site != trip.site:
        yield "standby-household", who, f"no household at {trip.site}"
        return
    if f.has_seat(name):
        yield "standby-household", who, "has a seat already"
    for rule, _, found in consents("", trip, home, f.situation.consent_margin_days):
        yield "standby-consent", who, f"{rule}: {found}"


def _kin_stands_by(
    place: str, one: Standby, homes: dict[str, HouseholdNow], kin: dict[tuple[str, str], set[str]]
) -> Found:
    groups: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name in one.households:
        if name in homes and homes[name].kin_group:
            groups[homes[name].site, homes[name].kin_group].add(name)
    for key, here in sorted(groups.items()):
        if here != kin[key]:
            yield "standby-kin", place, f"{len(here)} of {len(kin[key])} households of kin group {key[1]}"


RULES = (_frozen, _nobody_new, _standby)
