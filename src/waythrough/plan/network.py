"""Which route can be driven on which day: every leg's doors, outward and for the empty vehicles coming
home.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from waythrough.terms.planned import ConvoyTrip, EvacuationTrip, ReturnTrip, Trip
from waythrough.terms.situation import FleetNow, RouteNow, Situation

AID, RETURN, EVACUATION = ConvoyTrip.purpose, ReturnTrip.purpose, EvacuationTrip.purpose
"""Purposes of routes and doors that are planned."""
SERVED_BY = {AID: (AID,), RETURN: (RETURN,), EVACUATION: (EVACUATION, RETURN)}
"""Purpose of a route → purposes of the fleets that may drive it: whatever brings people brings patients too."""


@dataclass(frozen=True)
class Network:
    """The routes of a situation with their open days. Build it once for each situation.

    What is promised already to those planned first: ``taken`` are vehicles at doors with a cap, (door, day) →
    vehicles, ``crowd`` people at doors, ``busy`` vehicles of fleets, (fleet, day) → vehicles. Evacuations come before
    convoys, and journeys have what both leave.
    """

    situation: Situation
    taken: Mapping[tuple[str, int], int] = field(default_factory=dict)
    crowd: Mapping[tuple[str, int], int] = field(default_factory=dict)
    busy: Mapping[tuple[str, int], int] = field(default_factory=dict)

    @cached_property
    def open_days(self) -> Mapping[str, int]:
        """Door id → days on which it is open, as bits (bit t set = open on day t)."""
        return {
            door.id: sum(1 << t for t, is_open in enumerate(door.open_days) if is_open)
            for door in self.situation.doors
        }

    @cached_property
    def caps(self) -> Mapping[str, int]:
        """Door id → vehicles a day, for the doors whose guarantee says so."""
        return {door.id: door.max_vehicles for door in self.situation.doors if door.max_vehicles is not None}

    def cap(self, door: str, day: int) -> int | None:
        """Vehicles that may still pass a door on a day; None where its guarantee states no cap."""
        cap = self.caps.get(door)
        return None if cap is None else max(0, cap - self.taken.get((door, day), 0))

    @cached_property
    def shared_caps(self) -> frozenset[str]:
        """The doors with a cap that both aid and return pass."""
        purposes: dict[str, set[str]] = {}
        for route in self.situation.routes:
            for door, _ in self.passed[route.id]:
                purposes.setdefault(door, set()).add(route.purpose)
        return frozenset(door for door in self.caps if len(purposes.get(door, ())) > 1)

    def free(self, fleet: FleetNow, day: int) -> int:
        """Vehicles of a fleet that are not promised on a day."""
        return fleet.count - self.busy.get((fleet.id, day), 0)

    def passing(self, trips: Iterable[Trip]) -> dict[tuple[str, int], int]:
        """Vehicles of these trips at each door with a cap on each day, (door, day) → vehicles."""
        found: dict[tuple[str, int], int] = {}
        for trip in trips:
            for door, offset in self.passed[trip.route]:
                if door in self.caps:
                    at = (door, trip.day + offset)
                    found[at] = found.get(at, 0) + trip.vehicles
        return found

    def after(self, convoys: Iterable[ConvoyTrip]) -> Network:
        """The same network for journeys, with what these convoys leave at doors with a cap."""
        return replace(self, taken=Counter(self.taken) + Counter(self.passing(convoys)))

    @cached_property
    def allowed(self) -> Mapping[str, tuple[str, ...]]:
        """Door id → the goods its guarantee allows, for the doors whose guarantee names some."""
        return {door.id: door.goods for door in self.situation.doors if door.goods}

    @cached_property
    def routes(self) -> Mapping[str, RouteNow]:
        """Every route by id."""
        return {route.id: route for route in self.situation.routes}

    @cached_property
    def passed(self) -> Mapping[str, frozenset[tuple[str, int]]]:
        """Route id → each door with the day offset on which it must be open."""
        return {route.id: frozenset(_doors_passed(route)) for route in self.situation.routes}

    def passed_loaded(self, route: RouteNow) -> set[tuple[str, int]]:
        """Each door passed with people aboard, and the day offset: the loaded way; the way home is empty."""
        met = {(door, use.day_offset) for use in route.out for door in use.doors}
        return met | {(door, offset) for door in route.extra_doors for offset in range(route.days_out + 1)}

    @cached_property
    def departures(self) -> Mapping[str, int]:
        """Route id → days on which a trip may start, as bits."""
        return {route.id: self._departures(route) for route in self.situation.routes}

    def days(self, route: str) -> list[int]:
        """The days on which a trip on that route may start, in order."""
        bits = self.departures[route]
        return [t for t in range(self.situation.days) if bits >> t & 1]

    def starts(self, route: RouteNow) -> range:
        """The days on which a trip would end within the horizon. Beyond it no door is known to be open."""
        return range(max(0, self.situation.days - route.last_offset))

    def nameless_zones(self, route: RouteNow) -> tuple[str, ...]:
        """Zones of the route for which no door is recorded; with one, the route can never be driven."""
        return tuple(sorted({use.zone for use in route.out + route.back if not use.doors}))

    def shut(self, route: RouteNow, t: int) -> frozenset[str]:
        """The doors that are not open when a trip starting on day ``t`` needs them."""
        return frozenset(
            door
            for door, offset in self.passed[route.id]
            if not self.open_days.get(door, 0) >> (t + offset) & 1
        )

    def fleets(self, route: RouteNow) -> list[FleetNow]:
        """Fleets that may drive the route, with at least one vehicle, in order of id."""
        return sorted(
            (
                fleet
                for fleet in self.situation.fleets
                if fleet.purpose in SERVED_BY[route.purpose]
                and fleet.count > 0
                and (not fleet.routes or route.id in fleet.routes)
                and _brings(fleet, route.purpose) > 0
            ),
            key=lambda fleet: fleet.id,
        )

    def of_purpose(self, purpose: str) -> list[RouteNow]:
        """Routes of a purpose, in order of id."""
        return sorted((r for r in self.situation.routes if r.purpose == purpose), key=lambda route: route.id)

    def allows(self, route: RouteNow, good: str) -> bool:
        """Whether every door the route passes lets that good through."""
        return all(
            not self.allowed[door] or good in self.allowed[door]
            for door, _ in self.passed[route.id]
            if door in self.allowed
        )

    def exposure(self, route: RouteNow) -> int:
        """Risk-weighted minutes one vehicle spends on the road, there and back.

        A zone the policy does not name counts as risky as the worst one it does name: not named is not safe.
        """
        risk = self.situation.zone_risk
        worst = max(risk.values(), default=0)
        return sum(risk.get(use.zone, worst) * round(use.hours * 60) for use in route.out + route.back)

    def metres(self, route: RouteNow) -> int:
        """Metres one vehicle drives, there and back."""
        return sum(round(use.km * 1000) for use in route.out + route.back)

    def _departures(self, route: RouteNow) -> int:
        if self.nameless_zones(route):
            return 0
        bits = (1 << len(self.starts(route))) - 1
        for door, offset in self.passed[route.id]:
            bits &= self.open_days.get(door, 0) >> offset
        return bits


def _brings(fleet: FleetNow, purpose: str) -> int:
    """What a vehicle has room for on a trip: grams, people who sit, or people in all where some may lie."""
    if purpose == EVACUATION:
        return fleet.seats + fleet.stretcher_places
    return fleet.payload_g if purpose == AID else fleet.seats


def cycle_days(route: RouteNow, fleet: FleetNow) -> int:
    """Days from departure during which a trip keeps a vehicle, the day of departure included."""
    return max(route.cycle_days, fleet.cycle_days, route.last_offset + 1)


def _doors_passed(route: RouteNow) -> Iterator[tuple[str, int]]:
    for use in route.out + route.back:
        for door in use.doors:
            yield door, use.day_offset
    for door in route.extra_doors:
        for offset in range(route.last_offset + 1):
            yield door, offset
