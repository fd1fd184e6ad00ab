"""A problem cut into parts that share nothing but places to be received: each site, or sites that share vehicles.

What a part finds holds for the whole as soon as the shared rows are seen to; parts can be worked on one by one, in
less time and memory than all of them together, or side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from waythrough.plan.prices import Prices
from waythrough.plan.problem import Problem
from waythrough.plan.problem.cells import Cells, Rows
from waythrough.plan.problem.units import Ints, Units, ranges

RECEPTION = ("day", "week", "total")
"""Rows that may be shared between parts."""


@dataclass(frozen=True)
class Part:
    """A part as a problem of its own, and the numbers its units, options, cells, vehicle columns and rows have in
    the whole.
    """

    problem: Problem
    units: Ints
    options: Ints
    cells: Ints
    columns: Ints
    people_rows: Ints
    vehicle_rows: Ints

    def prices(self, whole: Prices) -> Prices:
        """Prices of the whole as those of the part."""
        return Prices(
            whole.seats[self.cells],
            whole.special[self.cells],
            whole.stretchers[self.cells],
            whole.people_rows[self.people_rows],
            whole.vehicle_rows[self.vehicle_rows],
        )


def part_of_sites(problem: Problem) -> Ints:
    """The part of each site (number): sites that share vehicles, or caps on doors, are in one part."""
    cells = problem.cells
    many = int(max(cells.site.max(initial=-1), problem.units.site.max(initial=-1))) + 1
    part = np.arange(many)
    apart = np.array([name[0] not in RECEPTION for name in cells.people_rows.names], bool)
    for rows, members in (
        (cells.people_rows, cells.site),
        (cells.vehicle_rows, cells.site[cells.column_cell]),
    ):
        site = np.repeat(members, np.diff(rows.start))
        joins = apart[rows.row] if rows is cells.people_rows else np.ones(len(rows.row), bool)
        first = np.full(len(rows.names), -1, np.int64)
        first[rows.row[joins]] = site[joins]
        pairs = np.unique(np.stack((first[rows.row[joins]], site[joins])), axis=1)
        for one, other in pairs.T.tolist():
            old, new = max(part[one], part[other]), min(part[one], part[other])
            part[part == old] = new
    return np.unique(part, return_inverse=True)[1] if many else part


def cut(problem: Problem, units: Ints, cells: Ints, people: Ints, vehicles: Ints) -> Part:
    """The problem of these units on these cells (numbers, both rising), at most ``people`` and ``vehicles`` places
    on each row of the whole. The units have no options elsewhere.
    """
    there, number = problem.cells, np.full(len(problem.cells.day), -1, np.int64)
    number[cells] = np.arange(len(cells))
    columns = np.flatnonzero(number[there.column_cell] >= 0)
    people_rows, mine = _rows(there.people_rows, cells, people)
    vehicle_rows, ours = _rows(there.vehicle_rows, columns, vehicles)
    column_cell = number[there.column_cell[columns]]
    options = ranges(problem.option_start, units)
    grid = Cells(
        routes=there.routes,
        route=there.route[cells],
        day=there.day[cells],
        start=np.searchsorted(there.route[cells], np.arange(len(there.routes) + 1)),
        alike=there.alike[cells],
        site=there.site[cells],
        people_rows=people_rows,
        fleets=there.fleets,
        column_cell=column_cell,
        column_fleet=there.column_fleet[columns],
        column_start=np.searchsorted(column_cell, np.arange(len(cells) + 1)),
        vehicle_rows=vehicle_rows,
    )
    members = ranges(problem.units.member_start, units)
    part = replace(
        problem,
        units=_units(problem.units, units, members),
        cells=grid,
        people=problem.people[units],
        seats=problem.seats[units],
        special=problem.special[units],
        stretchers=problem.stretchers[units],
        option_start=_starts(problem.option_start, units),
        option_cell=number[problem.option_cell[options]].astype(np.int32),
        option_value=problem.option_value[options],
        exposure=problem.exposure[cells],
        metres=problem.metres[cells],
        household_needs=tuple(need[members] for need in problem.household_needs),
    )
    return Part(part, units, options, cells, columns, mine, ours)


def whole_part(problem: Problem) -> Part:
    """The whole as its only part."""
    cells = problem.cells
    counted = (problem.size, len(problem.option_cell), len(cells.day), len(cells.column_cell))
    rows = (len(cells.people_rows.names), len(cells.vehicle_rows.names))
    return Part(problem, *(np.arange(many) for many in (*counted, *rows)))


def _starts(start: Ints, chosen: Ints) -> Ints:
    return np.r_[0, np.cumsum(np.diff(start)[chosen])]


def _rows(rows: Rows, members: Ints, capacity: Ints) -> tuple[Rows, Ints]:
    """The rows these members use, at these capacities, and their numbers."""
    used = rows.row[ranges(rows.start, members)]
    mine = np.unique(used)
    names = tuple(rows.names[n] for n in mine.tolist())
    return (
        Rows(
            names,
            capacity[mine],
            rows.stated[mine],
            _starts(rows.start, members),
            np.searchsorted(mine, used),
        ),
        mine,
    )


def _units(units: Units, chosen: Ints, members: Ints) -> Units:
    """These units alone; what they allow is left out, for their options say it."""
    none = np.zeros(0, np.int64)
    return Units(
        names=tuple(units.names[n] for n in chosen.tolist()),
        site=units.site[chosen],
        weight=units.weight[chosen],
        member_start=_starts(units.member_start, chosen),
        member=units.member[members],
        allow_unit=none,
        allow_end=none,
        allow_first=none,
        allow_last=none,
        allow_worth=none,
    )
