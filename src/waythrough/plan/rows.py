"""The rows every program of journeys shares: fleets on their cycles, reception places, caps at doors."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from waythrough.plan.network import Network, cycle_days
from waythrough.plan.seating import Departure
from waythrough.plan.solver import Program
from waythrough.terms.situation import Situation


@dataclass
class Shared:
    """Columns for journeys and vehicles, and the rows they share: fleets, reception, caps, values."""

    situation: Situation
    network: Network
    program: Program = field(default_factory=lambda: Program(maximise=True))
    going: list[tuple[int, int, int, Departure]] = field(default_factory=list)
    driving: list[tuple[int, str, Departure]] = field(default_factory=list)

    def journey(self, column: int, people: int, worth: int, departure: Departure) -> None:
        """A column of journeys of so many people and so much value each."""
        self.going.append((column, people, worth, departure))

    def vehicle(self, column: int, fleet: str, departure: Departure) -> None:
        """A column of vehicles of a fleet on a trip."""
        self.driving.append((column, fleet, departure))

    def vehicle_columns(self) -> set[int]:
        """The columns that count vehicles."""
        return {column for column, _, _ in self.driving}

    def close(self) -> None:
        """Add the shared rows."""
        rows: dict[tuple[str, str, int], list[tuple[int, float]]] = defaultdict(list)
        limit: dict[tuple[str, str, int], float] = {}
        count = {f.id: f.count for f in self.situation.fleets}
        fleet_of = {f.id: f for f in self.situation.fleets}
        for column, fleet, (route, t) in self.driving:
            kept = cycle_days(self.network.routes[route], fleet_of[fleet])
            for day in range(t, min(t + kept, self.situation.days)):
                rows["fleet", fleet, day].append((column, 1))
                limit["fleet", fleet, day] = count[fleet]
            for door, offset in self.network.passed[route]:
                if (cap := self.network.cap(door, t + offset)) is not None:
                    rows["cap", door, t + offset].append((column, 1))
                    limit["cap", door, t + offset] = cap
        ends = {d.id: d for d in self.situation.destinations}
        for column, people, _, (route, t) in self.going:
            at = self.network.routes[route]
            end = ends[at.end]
            if end.per_day is not None:
                rows["day", end.id, t + at.days_out].append((column, people))
                limit["day", end.id, t + at.days_out] = end.per_day
            if end.total is not None:
                rows["total", end.id, 0].append((column, people))
                limit["total", end.id, 0] = end.total
        for key in sorted(rows):
            self.program.row(rows[key], high=limit[key])

    def aim_at_value(self) -> None:
        """Aim: most value of journeys."""
        self.program.maximise = True
        self.program.cost = [0.0] * len(self.program.cost)
        for column, _, worth, _ in self.going:
            self.program.cost[column] = float(worth)

    def keep_value(self, value: int) -> None:
        """Hard from now on: journeys are worth at least so much."""
        self.program.row([(c, float(w)) for c, _, w, _ in self.going], low=value * (1 - 1e-9) - 1e-6)

    def aim_at_least(self, per_vehicle: Mapping[str, int]) -> float:
        """Aim: least of what one vehicle costs on each route; gives the unit it is counted in."""
        unit = float(max(per_vehicle.values(), default=0) or 1)
        self.program.maximise = False
        self.program.cost = [0.0] * len(self.program.cost)
        for column, _, (route, _) in self.driving:
            self.program.cost[column] = per_vehicle[route] / unit
        return unit

    def keep_at_most(self, value: float) -> None:
        """Hard from now on: the present aim stays at this value or below."""
        terms = [(column, cost) for column, cost in enumerate(self.program.cost) if cost]
        self.program.row(terms, high=value * (1 + 1e-9) + 1e-7)

    def road_costs(self) -> list[dict[str, int]]:
        """What one vehicle costs on each route: exposure, then metres."""
        routes = self.network.of_purpose("return")
        return [{r.id: per(r) for r in routes} for per in (self.network.exposure, self.network.metres)]


def whole_bound(bound: float) -> int:
    """The largest whole value a bound leaves possible, with room for the solver's rounding."""
    return math.floor(bound + 1e-6 + 1e-9 * abs(bound))


def road_bound(bound: float, unit: float) -> int:
    """The least whole cost a bound leaves possible, with room for the solver's rounding."""
    return max(0, math.ceil(bound * unit * (1 - 1e-7) - 1e-6))
