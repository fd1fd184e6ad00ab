"""Medical evacuations: the first day each can arrive, settled before everything else.

Somebody who must reach a hospital waits for no aim: neither for aid, nor for journeys, nor for a safer road. So
evacuations are planned one by one, the one with fewest days left first, each with whole vehicles of its own; what
they take of vehicles and doors is gone for everyone else. At their site they still count as people who need to eat:
no aim is reached by carrying patients away. One that cannot arrive in time is named, with the doors to knock on.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from waythrough.plan.network import EVACUATION, Network, cycle_days
from waythrough.plan.why.blockers import smallest_sets
from waythrough.terms.doing import MEDICAL_EVACUATION, Movement
from waythrough.terms.places import Route
from waythrough.terms.planned import Blocker, EvacuationTrip
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import EvacuationNow, FleetNow, RouteNow, Situation

__all__ = ["First", "first", "network", "vehicles_for", "waiting"]


@dataclass(frozen=True)
class First:
    """Evacuations that leave, why the others cannot, and the network with what is left for everyone else."""

    trips: tuple[EvacuationTrip, ...]
    blockers: tuple[Blocker, ...]
    network: Network


def waiting(
    movements: Iterable[Movement], routes: Iterable[Route], sites: Collection[str], first_day: date
) -> tuple[EvacuationNow, ...]:
    """Evacuations of these sites that are written down and have not left, in order of id.

    A road chosen for another purpose is no road for them: its doors were asked for something else.

    Raises
    ------
    InputRefused
        More patients lie down than there are.
    """
    roads = {route.id for route in routes if route.purpose == EVACUATION}
    found = [m for m in movements if m.kind == MEDICAL_EVACUATION and m.is_ahead and m.site in sites]
    for one in found:
        if one.stretchers > one.people:
            raise InputRefused(
                place=f"movement {one.id}",
                found=f"{one.stretchers} of {one.people} patients lie down",
                allowed="as many at most as there are",
                remedy="Correct the record, then plan again.",
            )
    return tuple(
        EvacuationNow(
            id=one.id,
            site=one.site,
            people=one.people,
            escorts=one.escorts,
            stretchers=one.stretchers,
            last_day=(one.need_by.latest - first_day).days if one.need_by else None,
            route=one.route if one.route in roads else "",
        )
        for one in sorted(found, key=lambda m: m.id)
    )


def network(situation: Situation) -> Network:
    """The routes of a situation with what evacuations leave of vehicles and doors."""
    return first(situation).network


def first(situation: Situation) -> First:
    """Each evacuation on the first day on which it can arrive, those with fewest days left before the others."""
    planning = _Planning(Network(situation))
    by_clock = sorted(situation.evacuations, key=lambda e: (e.last_day is None, e.last_day or 0, e.id))
    for one in by_clock:
        planning.plan(one)
    return First(tuple(planning.trips), tuple(planning.blockers), planning.network)


def vehicles_for(one: EvacuationNow, fleet: FleetNow) -> int | None:
    """Vehicles of a fleet that bring everyone; None where it has no place to sit, or to lie down."""
    needed = 1
    for people, places in ((one.seats, fleet.seats), (one.stretchers, fleet.stretcher_places)):
        if people and not places:
            return None
        needed = max(needed, math.ceil(people / places) if people else 0)
    return needed


class _Planning:
    """One evacuation after the other; the network knows what those before it took."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.trips: list[EvacuationTrip] = []
        self.blockers: list[Blocker] = []
        self.stopped = {end.id for end in network.situation.destinations if end.stopped}

    def plan(self, one: EvacuationNow) -> None:
        """Send it, or say what keeps it."""
        ways = sorted(self._ways(one), key=lambda way: self._order(*way)) if one.people else ()
        for route, day in ways:
            for needed, _, fleet in sorted(self._able(one, route), key=lambda able: able[:2]):
                if self._free(one, route, day, fleet, needed):
                    self._send(one, route, day, fleet, needed)
                    return
        self.blockers += _why(self.network, one, self._roads(one), bool(ways), self.stopped)

    def _roads(self, one: EvacuationNow) -> list[RouteNow]:
        of_site = [r for r in self.network.of_purpose(EVACUATION) if r.site == one.site]
        return [r for r in of_site if one.route in ("", r.id)]

    def _ways(self, one: EvacuationNow) -> Iterator[tuple[RouteNow, int]]:
        for route in self._roads(one):
            if route.end not in self.stopped and any(self._able(one, route)):
                for day in self.network.days(route.id):
                    if one.last_day is None or day + route.days_out <= one.last_day:
                        yield route, day

    def _order(self, route: RouteNow, day: int) -> tuple[int, int, int, int, str]:
        """First who arrives first; then who leaves first, by the safer and the shorter road."""
        at = self.network
        return day + route.days_out, day, at.exposure(route), at.metres(route), route.id

    def _able(self, one: EvacuationNow, route: RouteNow) -> Iterator[tuple[int, str, FleetNow]]:
        for fleet in self.network.fleets(route):
            needed = vehicles_for(one, fleet)
            if needed is not None and needed <= fleet.count:
                yield needed, fleet.id, fleet

    def _free(self, one: EvacuationNow, route: RouteNow, day: int, fleet: FleetNow, needed: int) -> bool:
        at, doors = self.network, {door.id: door for door in self.network.situation.doors}
        away = range(day, min(day + cycle_days(route, fleet), at.situation.days))
        caps = [at.cap(door, day + offset) for door, offset in at.passed[route.id]]
        crowd = [
            most - at.crowd.get((door, day + offset), 0)
            for door, offset in at.passed_loaded(route)
            if (most := doors[door].max_people) is not None
        ]
        return (
            all(at.free(fleet, t) >= needed for t in away)
            and all(cap is None or cap >= needed for cap in caps)
            and all(left >= one.people + one.escorts for left in crowd)
        )

    def _send(self, one: EvacuationNow, route: RouteNow, day: int, fleet: FleetNow, needed: int) -> None:
        trip = EvacuationTrip(one.id, route.id, one.site, route.end, day, fleet.id, needed)
        self.trips.append(trip)
        at = self.network
        away = range(day, min(day + cycle_days(route, fleet), at.situation.days))
        with_people = {
            (door, day + offset): one.people + one.escorts for door, offset in at.passed_loaded(route)
        }
        self.network = replace(
            at,
            taken=Counter(at.taken) + Counter(at.passing([trip])),
            crowd=Counter(at.crowd) + Counter(with_people),
            busy=Counter(at.busy) + Counter({(fleet.id, t): needed for t in away}),
        )


def _why(
    network: Network, one: EvacuationNow, roads: list[RouteNow], was_open: bool, stopped: set[str]
) -> list[Blocker]:
    """What keeps an evacuation from arriving in time: what is missing, or every smallest set of doors to knock on."""
    fields = {"evacuation": one.id, "site": one.site}

    def blocked(code: str, doors: frozenset[str] = frozenset(), **more: str) -> Blocker:
        return Blocker(EVACUATION, code, tuple(sorted(doors)), {**fields, **more})

    if not one.people:
        return [blocked("people_not_stated")]
    if one.last_day is not None and one.last_day < 0:
        return [blocked("needed_by_passed")]
    if not roads:
        return [blocked("no_route")]
    if was_open:
        return [blocked("no_vehicle_free")]
    able = [
        road
        for road in roads
        if any((n := vehicles_for(one, f)) is not None and n <= f.count for f in network.fleets(road))
    ]
    if not able:
        return [blocked("no_fleet")]
    open_ends = [road for road in able if road.end not in stopped]
    if not open_ends:
        return [blocked("destination_stopped", destination=road.end) for road in able]
    found = [
        blocked("no_door_recorded", route=road.id, zone=zone)
        for road in open_ends
        for zone in network.nameless_zones(road)
    ]
    sets = smallest_sets(network, open_ends, one.last_day)
    found += [blocked("doors_shut", doors, route=road.id, end=road.end) for road, doors in sets]
    return found or [blocked("horizon_too_short", route=road.id) for road in open_ends]
