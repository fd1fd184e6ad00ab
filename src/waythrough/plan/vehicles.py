"""Whole vehicles on each trip, as near as can be to the parts of vehicles a linear program asked for.

A trip keeps its vehicles for days in a row, so the rows of each fleet are intervals of days and the corners of
this program are whole numbers by themselves (totally unimodular). Caps on vehicles at doors can spoil that; what
is not whole then is rounded down, which no row minds.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from waythrough.plan.prices.lp import solved
from waythrough.plan.problem import Problem
from waythrough.plan.problem.units import Ints, ranges
from waythrough.plan.solver import Limits, Program

NEARLY = 1e-6
LEFT_BEHIND = 1_000.0
"""Weight of a place that is missing, against one of a vehicle that drives."""
NODES = 50
"""Nodes the solver may visit for the vehicles of a whole plan."""


def vehicles_for(problem: Problem, options: Ints) -> Ints:
    """Vehicles that bring the units of these options, cell by cell, with as few seats as can be; where not all
    can be brought, as many as possible.
    """
    cells, rows = problem.cells, problem.cells.vehicle_rows
    cell, unit = problem.option_cell[options], problem.option_unit[options]
    needed = np.zeros((len(cells.day), 3), np.int64)
    np.add.at(needed, cell, np.stack([problem.seats, problem.special, problem.stretchers], axis=1)[unit])
    program, uses, number = Program(), defaultdict[int, list[tuple[int, float]]](list), dict[int, int]()
    for at in np.unique(cell).tolist():
        columns = range(int(cells.column_start[at]), int(cells.column_start[at + 1]))
        room = {n: problem.fleet_room[cells.column_fleet[n]].tolist() for n in columns}
        for n in columns:
            number[n] = program.column(room[n][3], 1 + sum(room[n][:3]), whole=True)
            for row in rows.row[rows.start[n] : rows.start[n + 1]].tolist():
                uses[row].append((number[n], 1.0))
        for kind in range(3):
            if needed[at, kind]:
                left = program.column(float(needed[at, kind]), LEFT_BEHIND)
                brings = [(number[n], float(room[n][kind])) for n in columns if room[n][kind]]
                program.row([*brings, (left, 1.0)], low=float(needed[at, kind]))
    for row in sorted(uses):
        program.row(uses[row], high=float(rows.capacity[row]))
    found = np.zeros(len(cells.column_cell), np.int64)
    values = program.solve(Limits(1e-3, NODES), what="the vehicles for what people were told").values
    for n, column in number.items():
        found[n] = round(values[column])
    return found


def joined(problem: Problem, first: Ints, then: Ints) -> Ints:
    """The vehicles of ``first``, and on each column as many more of ``then`` as are free."""
    rows, found = problem.cells.vehicle_rows, first.copy()
    left = rows.capacity - np.bincount(
        rows.row, weights=np.repeat(first, np.diff(rows.start)), minlength=len(rows.capacity)
    ).astype(np.int64)
    for column in np.flatnonzero(then > first).tolist():
        mine = rows.row[rows.start[column] : rows.start[column + 1]]
        more = max(0, min(int(then[column] - first[column]), int(left[mine].min(initial=1 << 40))))
        found[column] += more
        left[mine] -= more
    return found


def whole_vehicles(problem: Problem, wanted: np.ndarray) -> Ints:
    """Vehicles on each column: ``wanted`` rounded down, and one more wherever most of one is wanted and free."""
    rows = problem.cells.vehicle_rows
    low = np.floor(wanted + NEARLY).astype(np.int64)
    part = wanted - low
    left = rows.capacity - np.bincount(
        rows.row, weights=np.repeat(low, np.diff(rows.start)), minlength=len(rows.capacity)
    ).astype(np.int64)
    some = np.flatnonzero(part > NEARLY)
    if not len(some):
        return low
    many = np.diff(rows.start)[some]
    column = np.repeat(np.arange(len(some)), many)
    row = rows.row[ranges(rows.start, some)]
    found = solved(part[some], np.ones(len(some)), left.astype(float), (column, row, np.ones(len(row))))
    low[some] += np.floor(found + NEARLY).astype(np.int64)
    return low
