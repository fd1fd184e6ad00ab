"""Rules of every trip: its route, day, doors and vehicles, and what convoys carry."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import groupby, pairwise

from waythrough.plan.check.facts import Facts, Found
from waythrough.terms.planned import ConvoyTrip, EvacuationTrip, ReturnTrip


def _routes(f: Facts) -> Found:
    for place, trip in f.trips:
        route = f.routes.get(trip.route)
        if route is None:
            yield "route-known", place, f"route {trip.route}"
            continue
        purpose = trip.purpose
        end = trip.warehouse if isinstance(trip, ConvoyTrip) else trip.destination
        if (route.purpose, route.site, route.end) != (purpose, trip.site, end):
            yield (
                "route-matches",
                place,
                (
                    f"route {route.id} is for {route.purpose} between {route.site} and {route.end}; "
                    f"the trip is for {purpose} between {trip.site} and {end}"
                ),
            )


def _days(f: Facts) -> Found:
    for place, trip in f.trips:
        if not 0 <= trip.day < f.days:
            yield "day-in-horizon", place, f"day {trip.day} of {f.days}"


def _doors(f: Facts) -> Found:
    for place, trip in f.known:
        route = f.routes[trip.route]
        if f.drivable(route, trip.day):
            continue
        ways = (("door-shut", route.out), ("door-shut-return", route.back))
        for rule, uses in ways:
            for use in uses:
                day = trip.day + use.day_offset
                if not use.doors:
                    yield rule, place, f"no door is recorded for zone {use.zone} on leg {use.leg}"
                for door in use.doors:
                    if not f.open(door, day):
                        yield rule, place, f"door {door} is not open on day {day} (leg {use.leg})"
        for door in route.extra_doors:
            for day in range(trip.day, trip.day + f.ends[route.id] + 1):
                if not f.open(door, day):
                    yield "door-shut", place, f"door {door} is not open on day {day}"


def _caps(f: Facts) -> Found:
    caps = {door.id: door.max_vehicles for door in f.doors.values() if door.max_vehicles is not None}
    capped = {route: [use for use in passed if use[0] in caps] for route, passed in f.passed.items()}
    passing: Counter[tuple[str, int]] = Counter()
    for _, trip in f.known:
        for door, offset in capped[trip.route]:
            passing[door, trip.day + offset] += trip.vehicles
    for (door, day), n in sorted(passing.items()):
        if n > caps[door]:
            yield "vehicle-cap", f"door {door}", f"{n} vehicles on day {day}, {caps[door]} allowed"


def _fleets(f: Facts) -> Found:
    for place, trip in f.trips:
        fleet = f.fleets.get(trip.fleet)
        if trip.vehicles < 1:
            yield "vehicles-positive", place, f"{trip.vehicles} vehicles"
        if fleet is None:
            yield "fleet-known", place, f"fleet {trip.fleet}"
            continue
        purpose, route = trip.purpose, f.routes.get(trip.route)
        lent = purpose == EvacuationTrip.purpose and fleet.purpose == ReturnTrip.purpose
        if (fleet.purpose != purpose and not lent) or (route and not f.carries(fleet, route)):
            yield "fleet-route", place, f"fleet {fleet.id} does not drive route {trip.route} for {purpose}"


def _away(f: Facts) -> Found:
    """H7: a fleet never has more vehicles away than it has."""
    # How many more are away from a day on than on the day before: they leave, and they are back.
    turns: Counter[tuple[str, int]] = Counter()
    for _, trip in f.known:
        if trip.fleet in f.fleets:
            back = trip.day + f.kept(f.routes[trip.route], f.fleets[trip.fleet])
            turns[trip.fleet, trip.day] += trip.vehicles
            turns[trip.fleet, back] -= trip.vehicles
    for name, changes in groupby(sorted(turns.items()), lambda change: change[0][0]):
        away, there = 0, f.fleets[name].count
        for ((_, day), more), ((_, until), _) in pairwise(changes):
            away += more
            if away > there:
                for t in range(day, until):
                    found = f"{away} vehicles away on day {t}, {there} there are"
                    yield "fleet-size", f"fleet {name}", found


# --- aid --------------------------------------------------------------------------------------------------


def _loads(f: Facts) -> Found:
    for place, trip in f.convoys:
        for good, grams in sorted(trip.load_g.items()):
            if good not in f.goods:
                yield "load-known-good", place, f"good {good}"
            if grams < 0:
                yield "load-not-negative", place, f"{grams} g of {good}"
        fleet = f.fleets.get(trip.fleet)
        if fleet and sum(trip.load_g.values()) > trip.vehicles * fleet.payload_g:
            found = f"{sum(trip.load_g.values())} g on {trip.vehicles} vehicles of {fleet.payload_g} g"
            yield "payload", place, found


def _allowed_goods(f: Facts) -> Found:
    """H10: a guarantee that names goods lets no other through."""
    for place, trip in f.convoys:
        for door in sorted({door for door, _ in f.passed_loaded.get(trip.route, ())} & set(f.doors)):
            allowed = f.doors[door].goods
            other = sorted(good for good, grams in trip.load_g.items() if grams and good not in allowed)
            if allowed and other:
                yield (
                    "goods-at-door",
                    place,
                    f"{', '.join(other)} not among the goods door {door} lets through",
                )


def _convoys(f: Facts) -> Found:
    vehicles: Counter[tuple[str, int]] = Counter()
    leaving: dict[str, set[int]] = defaultdict(set)
    for _, trip in f.convoys:
        vehicles[trip.route, trip.day] += trip.vehicles
        leaving[trip.site].add(trip.day)
    least, most = f.situation.min_convoy_vehicles, f.situation.max_convoy_vehicles
    for (route, day), n in sorted(vehicles.items()):
        if not least <= n <= most:
            yield "convoy-size", f"route {route}", f"{n} vehicles on day {day}, allowed {least} to {most}"
    for site, days in sorted(leaving.items()):
        ordered = sorted(days)
        for one, other in pairwise(ordered):
            if other - one < f.situation.convoy_spacing_days:
                apart = f.situation.convoy_spacing_days
                found = f"convoys on days {one} and {other}, {apart} days apart at least"
                yield "convoy-spacing", f"site {site}", found


RULES = (_routes, _days, _doors, _caps, _fleets, _away, _loads, _allowed_goods, _convoys)
