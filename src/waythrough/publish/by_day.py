"""The plan as data for a map of each day: per road who moves and what goes, per place which doors are open. For the
team only.

Plain values of ids and numbers, without words: whoever draws a map or a calendar from it brings the names. Nobody
outside may know the day on which vehicles are on the road, so no public edition holds any of it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from waythrough.terms.planned import ConvoyTrip, EvacuationTrip, Plan, Trip
from waythrough.terms.situation import RouteNow, Situation


@dataclass(frozen=True)
class OnRoute:
    """One route on one day: whether a trip may leave (its whole road is open for it), and what does leave.

    ``people`` travel out, patients and their escorts among them; ``load_g`` is grams per good going in. ``arrives``
    is the day on which what leaves is at the other end. ``too_late``: no trip leaves any more, as it would end after
    the last day of the plan; nothing is said of doors then.
    """

    route: str
    open: bool
    vehicles: int = 0
    people: int = 0
    load_g: Mapping[str, int] = field(default_factory=dict)
    arrives: int | None = None
    too_late: bool = False


@dataclass(frozen=True)
class InPlace:
    """The doors of one zone on one day."""

    zone: str
    open: tuple[str, ...]
    shut: tuple[str, ...]


@dataclass(frozen=True)
class MapDay:
    """One day of the plan: every route in the order of the situation, every zone its roads pass in order of id."""

    day: int
    on: date
    routes: tuple[OnRoute, ...]
    places: tuple[InPlace, ...]


def by_day(plan: Plan, situation: Situation) -> tuple[MapDay, ...]:
    """Every day of a plan, from the situation it was made from."""
    opens = {route.id: open_days(situation, route) for route in situation.routes}
    loaded = _leaving(plan, situation)
    zones = _doors_by_zone(situation)
    shut = {door.id: [not is_open for is_open in door.open_days] for door in situation.doors}
    return tuple(
        MapDay(
            day,
            situation.day(day),
            tuple(
                replace(
                    loaded.get((route.id, day), OnRoute(route.id, False)),
                    open=day in opens[route.id],
                    too_late=day >= situation.days - route.last_offset,
                )
                for route in situation.routes
            ),
            tuple(
                InPlace(
                    zone,
                    tuple(door for door in doors if not shut[door][day]),
                    tuple(door for door in doors if shut[door][day]),
                )
                for zone, doors in zones.items()
            ),
        )
        for day in range(plan.days)
    )


def open_days(situation: Situation, route: RouteNow) -> frozenset[int]:
    """The days on which a trip may leave: every door open when it is met, there and back."""
    doors = {door.id: door.open_days for door in situation.doors}
    uses = route.out + route.back
    if not all(use.doors for use in uses):
        return frozenset()
    needed = {(door, use.day_offset) for use in uses for door in use.doors}
    needed |= {(door, offset) for door in route.extra_doors for offset in range(route.last_offset + 1)}

    def is_open(door: str, day: int) -> bool:
        days = doors.get(door, ())
        return day < len(days) and bool(days[day])

    return frozenset(
        t for t in range(situation.days - route.last_offset) if all(is_open(d, t + off) for d, off in needed)
    )


def _leaving(plan: Plan, situation: Situation) -> dict[tuple[str, int], OnRoute]:
    """What leaves on each route and day on which something does; whether the road is open is not looked at here."""
    homes = situation.households.columns
    size = dict(zip(homes.ids, homes.size, strict=True))
    patients = {one.id: one.people + one.escorts for one in situation.evacuations}
    days_out = {route.id: route.days_out for route in situation.routes}
    trips: dict[tuple[str, int], list[Trip]] = defaultdict(list)
    for trip in plan.trips:
        if trip.route in days_out:
            trips[trip.route, trip.day].append(trip)
    found = {}
    for (name, day), here in trips.items():
        load: Counter[str] = Counter()
        people = 0
        for trip in here:
            if isinstance(trip, ConvoyTrip):
                load.update(trip.load_g)
            elif isinstance(trip, EvacuationTrip):
                people += patients[trip.evacuation]
            else:
                people += sum(size[seat.household] for seat in trip.seats)
        vehicles = sum(trip.vehicles for trip in here)
        goods = dict(sorted(load.items()))
        found[name, day] = OnRoute(name, False, vehicles, people, goods, day + days_out[name])
    return found


def _doors_by_zone(situation: Situation) -> dict[str, tuple[str, ...]]:
    """The doors that the roads meet in each zone, in order of id."""
    met: dict[str, set[str]] = defaultdict(set)
    known = {door.id for door in situation.doors}
    for route in situation.routes:
        for use in (*route.out, *route.back):
            met[use.zone].update(known.intersection(use.doors))
    return {zone: tuple(sorted(doors)) for zone, doors in sorted(met.items())}
