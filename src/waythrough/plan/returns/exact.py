"""People out, exactly: every vehicle is a bin of its own in an integer program. For a handful of families."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from waythrough.plan.convoys import Convoys
from waythrough.plan.packing import Vehicle
from waythrough.plan.problem import Problem
from waythrough.plan.problem.cells import Rows
from waythrough.plan.problem.units import Ints
from waythrough.plan.promises import Told
from waythrough.plan.solver import Limits, Program, Solution
from waythrough.terms.situation import Situation

ROAD_NODES = 200
"""Nodes for each aim after the journeys: there every answer is a good one."""


def bins(problem: Problem) -> int:
    """How many household-on-vehicle columns the exact program has: what decides whether it is used."""
    cells = problem.cells
    households = np.diff(problem.units.member_start)[problem.option_unit]
    aboard = np.bincount(problem.option_cell, weights=households, minlength=len(cells.day)).astype(np.int64)
    rooms = np.minimum(problem.column_count, aboard[cells.column_cell])
    return int((rooms * aboard[cells.column_cell]).sum())


@dataclass(frozen=True)
class Exact:
    """The convoys, the solver's bound on their value, and its bounds on their exposure and metres."""

    convoys: Convoys
    bound: int
    exposure_bound: int
    metres_bound: int


@dataclass
class _Bins:
    """The program: ``goes`` an option, ``drives`` a vehicle of a cell, ``sits`` a household on a vehicle."""

    problem: Problem
    shut: np.ndarray | None
    program: Program = field(default_factory=lambda: Program(maximise=True))
    goes: dict[int, int] = field(default_factory=dict)
    drives: list[tuple[int, int, int]] = field(default_factory=list)
    sits: dict[tuple[int, int], list[tuple[int, int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        p = self.problem
        for unit in range(p.size):
            mine = [
                (self.goes.setdefault(o, self.program.column(1, whole=True)), 1.0)
                for o in range(int(p.option_start[unit]), int(p.option_start[unit + 1]))
                if self.shut is None or not self.shut[o]
            ]
            self.program.row(mine, high=1)
        riders: dict[int, list[int]] = defaultdict(list)
        for option in self.goes:
            riders[int(p.option_cell[option])].append(option)
        for cell in sorted(riders):
            self._vehicles(cell, riders[cell])
        self._shared(p.cells.people_rows, [(c, int(p.option_cell[o]), int(p.people[p.option_unit[o]]))
                                           for o, c in self.goes.items()])  # fmt: skip
        self._shared(p.cells.vehicle_rows, [(used, column, 1) for used, _, column in self.drives])

    def _vehicles(self, cell: int, options: list[int]) -> None:
        p, members = self.problem, self.problem.units.member_start
        aboard = [
            (int(o), int(h))
            for o in options
            for h in range(*members[p.option_unit[o] : p.option_unit[o] + 2])
        ]
        for column in range(int(p.cells.column_start[cell]), int(p.cells.column_start[cell + 1])):
            before = -1
            for _ in range(min(int(p.column_count[column]), len(aboard))):
                used = self.program.column(1, whole=True)
                self.drives.append((used, cell, column))
                seated = [self.program.column(1, whole=True) for _ in aboard]
                for sits, (option, household) in zip(seated, aboard, strict=True):
                    self.sits.setdefault((option, household), []).append((sits, len(self.drives) - 1))
                for kind, need in enumerate(p.household_needs):
                    room = -float(p.fleet_room[p.cells.column_fleet[column], kind])
                    needed = [
                        (c, float(need[h])) for c, (_, h) in zip(seated, aboard, strict=True) if need[h]
                    ]
                    self.program.row([*needed, (used, room)], high=0)
                # Vehicles of a fleet are alike: the first ones are used first.
                if before >= 0:
                    self.program.row([(used, 1), (before, -1)], high=0)
                before = used
        for option, household in aboard:
            places = [(c, 1.0) for c, _ in self.sits[option, household]]
            self.program.row([*places, (self.goes[option], -1.0)], 0, 0)

    def _shared(self, rows: Rows, members: list[tuple[int, int, int]]) -> None:
        terms: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for column, member, uses in members:
            for row in rows.row[rows.start[member] : rows.start[member + 1]].tolist():
                terms[row].append((column, float(uses)))
        for row in sorted(terms):
            self.program.row(terms[row], high=float(rows.capacity[row]))

    # --- aims ---------------------------------------------------------------------------------------------

    def aim(self, worth: dict[int, float], *, maximise: bool) -> None:
        self.program.maximise = maximise
        self.program.cost = [0.0] * len(self.program.cost)
        for column, each in worth.items():
            self.program.cost[column] = each

    def keep(self, worth: dict[int, float], low: float = -np.inf, high: float = np.inf) -> None:
        terms = [(column, each) for column, each in worth.items() if each]
        self.program.row(terms, low=low * (1 - 1e-9) - 1e-6, high=high * (1 + 1e-9) + 1e-6)


def exactly(situation: Situation, problem: Problem, told: Told, limits: Limits, *, road: bool) -> Exact:
    """The journeys of most value; among these, those with the least exposed and then the shortest roads; among
    these, those that keep most promises. Promises of frozen days come first of all.
    """
    plan, p = _Bins(problem, told.closed(problem, None)), problem
    frozen = {c: 1.0 for o, c in plan.goes.items() if told.frozen[p.option_unit[o]]}
    worth = {c: float(p.option_value[o]) for o, c in plan.goes.items()}
    if frozen:
        plan.aim(frozen, maximise=True)
        kept = plan.program.solve(limits, what="the journeys promised for frozen days")
        plan.keep(frozen, low=round(kept.objective))
    plan.aim(worth, maximise=True)
    found = plan.program.solve(limits, what="the journeys")
    reached = round(sum(each * round(found.values[c]) for c, each in worth.items()))
    bound = max(reached, int(np.floor(found.bound + 1e-6 + 1e-9 * abs(found.bound))))
    plan.keep(worth, low=reached)
    roads, found = _roads(plan, found, limits) if road else ([0, 0], found)
    if told.kept is not None:
        plan.aim({plan.goes[o]: 1.0 for o in told.kept.tolist() if o in plan.goes}, maximise=True)
        found = plan.program.solve(limits.at_most(ROAD_NODES), start=found.values, what="the promises")
    return Exact(_convoys(situation, plan, found.values), bound, roads[0], roads[1])


def _roads(plan: _Bins, found: Solution, limits: Limits) -> tuple[list[int], Solution]:
    bounds = []
    for per in (plan.problem.exposure, plan.problem.metres):
        unit = float(per.max(initial=0)) or 1.0
        costs = {used: float(per[cell]) / unit for used, cell, _ in plan.drives}
        if not any(costs.values()):
            bounds.append(0)
            continue
        plan.aim(costs, maximise=False)
        found = plan.program.solve(limits.at_most(ROAD_NODES), start=found.values, what="the road")
        plan.keep(costs, high=found.objective)
        bounds.append(max(0, int(np.ceil(found.bound * unit * (1 - 1e-7) - 1e-6))))
    return bounds, found


def _convoys(situation: Situation, plan: _Bins, values: np.ndarray) -> Convoys:
    p = plan.problem
    at: Ints = np.full(p.size, -1, np.int64)
    convoys = Convoys(situation, p, at)
    vehicles: dict[int, Vehicle] = {}
    for option, column in plan.goes.items():
        if round(values[column]) == 1:
            convoys.ride(int(p.option_unit[option]), option, 1)
    for (_, household), places in plan.sits.items():
        for column, number in places:
            if round(values[column]) == 1:
                room = convoys.room(plan.drives[number][2])
                vehicle = vehicles.setdefault(number, Vehicle(*room))
                vehicle.take(convoys.household(int(p.units.member[household])))
    cells: dict[int, list[Vehicle]] = defaultdict(list)
    for number in sorted(vehicles):
        cells[plan.drives[number][1]].append(vehicles[number])
    for cell, those in sorted(cells.items()):
        convoys.drive(cell, those)
    return convoys
