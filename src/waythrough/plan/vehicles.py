"""Whole vehicles on each trip, as near as can be to the parts of vehicles a linear program asked for.

A trip keeps its vehicles for days in a row, so the rows of each fleet are intervals of days and the corners of
this program are whole numbers by themselves (totally unimodular). Caps on vehicles at doors can spoil that; what
is not whole then is rounded down, which no row minds.
"""

from __future__ import annotations

import numpy as np

from waythrough.plan.prices_lp import solved
from waythrough.plan.problem import Problem
from waythrough.plan.problem_units import Ints

NEARLY = 1e-6


def vehicles_for(problem: Problem, options: Ints) -> Ints:
    """Vehicles that could bring the units of these options, cell by cell: large ones first, the last one no
    larger than it must be, and none that is not free.
    """
    cells, rows = problem.cells, problem.cells.vehicle_rows
    found, left = np.zeros(len(cells.column_cell), np.int64), rows.capacity.copy()
    cell, unit = problem.option_cell[options], problem.option_unit[options]
    needed = np.zeros((len(cells.day), 3), np.int64)
    np.add.at(needed, cell, np.stack([problem.seats, problem.special, problem.stretchers], axis=1)[unit])
    for at in np.unique(cell):
        columns = np.arange(cells.column_start[at], cells.column_start[at + 1])
        while (needed[at] > 0).any():
            column = _next(problem, columns, needed[at], left)
            if column < 0:
                break
            found[column] += 1
            left[rows.row[rows.start[column] : rows.start[column + 1]]] -= 1
            needed[at] -= problem.fleet_room[cells.column_fleet[column], :3]
    return found


def _next(problem: Problem, columns: Ints, needed: Ints, left: Ints) -> int:
    """The smallest free vehicle that is enough, or else the one that brings most of what is needed; −1 if none."""
    rows, best = problem.cells.vehicle_rows, (0, 0, -1)
    for column in columns.tolist():
        if (left[rows.row[rows.start[column] : rows.start[column + 1]]] < 1).any():
            continue
        room = problem.fleet_room[problem.cells.column_fleet[column], :3]
        helps = int(np.minimum(room, np.maximum(needed, 0)).sum())
        if helps:
            best = max(best, (helps, -int(room[0]), column))
    return best[2]


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
    before = np.cumsum(many) - many
    row = rows.row[np.repeat(rows.start[some] - before, many) + np.arange(int(many.sum()))]
    found = solved(part[some], np.ones(len(some)), left.astype(float), (column, row, np.ones(len(row))))
    low[some] += np.floor(found + NEARLY).astype(np.int64)
    return low
