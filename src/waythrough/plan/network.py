"""Which route can be driven on which day: every leg's doors, outward and for the empty vehicles coming
home.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import FleetNow, RouteNow, Situation


@dataclass(frozen=True)
class Network:
    """The routes of a situation with their open days. Build it once for each situation."""

    situation: Situation

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

    @cached_property
    def routes(self) -> Mapping[str, RouteNow]:
        """Every route by id."""
        return {route.id: route for route in self.situation.routes}

    @cached_property
    def passed(self) -> Mapping[str, frozenset[tuple[str, int]]]:
        """Route id → each door with the day offset on which it must be open."""
        return {route.id: frozenset(_doors_passed(route)) for route in self.situation.routes}

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
                if fleet.purpose == route.purpose
                and fleet.count > 0
                and (not fleet.routes or route.id in fleet.routes)
                and (fleet.payload_g if route.purpose == "aid" else fleet.seats) > 0
            ),
            key=lambda fleet: fleet.id,
        )

    def of_purpose(self, purpose: str) -> list[RouteNow]:
        """Routes of a purpose, in order of id."""
        return sorted((r for r in self.situation.routes if r.purpose == purpose), key=lambda route: route.id)

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

    def check_caps(self) -> None:
        """Refuse a vehicle cap on a door that aid and return share: the two are planned one after the other.

        Raises
        ------
        InputRefused
            Such a door is there.
        """
        purposes: dict[str, set[str]] = {}
        for route in self.situation.routes:
            for door, _ in self.passed[route.id]:
                purposes.setdefault(door, set()).add(route.purpose)
        for door in sorted(self.caps):
            if len(purposes.get(door, ())) > 1:
                raise InputRefused(
                    place=f"door {door}",
                    found="a cap on vehicles for aid and return together",
                    allowed="a cap for one purpose",
                    remedy="Record one door for each purpose, each with its own cap.",
                )


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
