"""Rules of medical evacuations: everyone has a place, arrives in time, and waits for nobody else's trip."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from waythrough.plan.check.facts import Facts, Found
from waythrough.terms.planned import EvacuationTrip
from waythrough.terms.situation import EvacuationNow, FleetNow, RouteNow

EVACUATION = EvacuationTrip.purpose
"""The purpose of their routes and doors, and what their blockers are about."""


def _trips(f: Facts) -> Found:
    waiting = {one.id: one for one in f.situation.evacuations}
    for name, times in sorted(Counter(trip.evacuation for _, trip in f.evacuations).items()):
        if times > 1:
            yield "evacuation-once", f"evacuation of {name}", f"leaves {times} times"
    for place, trip in f.evacuations:
        one = waiting.get(trip.evacuation)
        if one is None:
            yield "evacuation-known", place, f"nobody waits as {trip.evacuation}"
            continue
        if trip.site != one.site or one.route not in ("", trip.route):
            yield "evacuation-road", place, f"{one.id} waits at {one.site}, road {one.route or 'any'}"
        if trip.destination in f.destinations and f.destinations[trip.destination].stopped:
            yield "destination-stopped", place, f"destination {trip.destination} is stopped"
        yield from _places(f, place, trip, one)
        if one.last_day is not None and trip.route in f.routes and f.arrival(trip) > one.last_day:
            found = f"arrives on day {f.arrival(trip)}, helps until day {one.last_day}"
            yield "evacuation-in-time", place, found


def _places(f: Facts, place: str, trip: EvacuationTrip, one: EvacuationNow) -> Found:
    fleet = f.fleets.get(trip.fleet)
    if fleet and not _has_places(fleet, trip.vehicles, one):
        lying, sitting = one.stretchers, _sitting(one)
        found = f"{sitting} sit and {lying} lie in {trip.vehicles} vehicles of {fleet.seats} seats and "
        yield "evacuation-places", place, f"{found}{fleet.stretcher_places} stretcher places"


def _sitting(one: EvacuationNow) -> int:
    return one.people - one.stretchers + one.escorts


def _has_places(fleet: FleetNow, vehicles: int, one: EvacuationNow) -> bool:
    return vehicles * fleet.seats >= _sitting(one) and vehicles * fleet.stretcher_places >= one.stretchers


def _first(f: Facts) -> Found:
    """Nobody waits for a day on which they could have arrived sooner: what other evacuations leave of vehicles and
    doors is theirs before any journey or convoy has it.
    """
    leaving = {trip.evacuation: (place, trip) for place, trip in f.evacuations if trip.route in f.routes}
    for one in f.situation.evacuations:
        place, trip = leaving.get(one.id, (f"evacuation of {one.id}", None))
        limits = [day for day in (one.last_day, f.arrival(trip) - 1 if trip else None) if day is not None]
        sooner = min(_arrivals(f, one, min(limits, default=f.days)), default=None)
        if sooner is not None:
            when = f"arrives on day {f.arrival(trip)}" if trip else "does not leave"
            yield "evacuation-first", place, f"{when}, could arrive on day {sooner}"


def _arrivals(f: Facts, one: EvacuationNow, last: int) -> Iterator[int]:
    """Every day up to ``last`` on which an evacuation could arrive beside the other evacuations."""
    others = [trip for _, trip in f.evacuations if trip.evacuation != one.id and trip.route in f.routes]
    for route in f.situation.routes:
        end = f.destinations.get(route.end)
        ours = route.purpose == EVACUATION and route.site == one.site and one.route in ("", route.id)
        if not ours or not one.people or (end is not None and end.stopped):
            continue
        for day in range(min(f.days, last - f.arrives[route.id] + 1)):
            if f.drivable(route, day) and any(
                f.carries(fleet, route) and _goes(f, one, route, day, fleet, others)
                for fleet in f.fleets.values()
            ):
                yield day + f.arrives[route.id]


def _goes(
    f: Facts, one: EvacuationNow, route: RouteNow, day: int, fleet: FleetNow, others: list[EvacuationTrip]
) -> bool:
    """True if the fewest vehicles of a fleet that hold everyone are free that day, and doors let them through."""
    needed = next((n for n in range(1, fleet.count + 1) if _has_places(fleet, n, one)), None)
    if needed is None:
        return False
    away = range(day, day + f.kept(route, fleet))
    busy: Counter[int] = Counter()
    vehicles: Counter[tuple[str, int]] = Counter()
    people: Counter[tuple[str, int]] = Counter()
    aboard = {other.id: other.people + other.escorts for other in f.situation.evacuations}
    for trip in others:
        if trip.fleet == fleet.id:
            busy.update(dict.fromkeys(_days_away(f, trip), trip.vehicles))
        vehicles.update({(d, trip.day + n): trip.vehicles for d, n in f.passed[trip.route]})
        people.update(
            {(d, trip.day + n): aboard.get(trip.evacuation, 0) for d, n in f.passed_loaded[trip.route]}
        )
    return (
        all(busy[t] + needed <= fleet.count for t in away)
        and all(
            _within(f.doors[d].max_vehicles, vehicles[d, day + n] + needed) for d, n in f.passed[route.id]
        )
        and all(
            _within(f.doors[d].max_people, people[d, day + n] + aboard[one.id])
            for d, n in f.passed_loaded[route.id]
        )
    )


def _days_away(f: Facts, trip: EvacuationTrip) -> range:
    return range(trip.day, trip.day + f.kept(f.routes[trip.route], f.fleets[trip.fleet]))


def _within(cap: int | None, n: int) -> bool:
    return cap is None or n <= cap


def _said(f: Facts) -> Found:
    """Whoever does not leave is named, with what keeps them."""
    leaving = {trip.evacuation for _, trip in f.evacuations}
    named = {one.fields.get(EVACUATION) for one in f.plan.blockers if one.about == EVACUATION}
    for one in f.situation.evacuations:
        if one.id not in leaving and one.id not in named:
            yield "evacuation-said", f"evacuation of {one.id}", "does not leave, and nothing says why"


RULES = (_trips, _first, _said)
