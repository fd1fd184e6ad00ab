"""The tables the search works on, made from a problem and its prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waythrough.plan.kernels.seats import AT, FIRST_TOUCHED, LUCK, Board, State
from waythrough.plan.prices import Prices, profit
from waythrough.plan.problem import Problem
from waythrough.plan.problem.units import Ints

CHOICES, FEWER = 24, 16
"""Options each unit keeps in the search, best gain first; and where units are very many. The others are hardly ever
anybody's seat.
"""
QUEUE = 2048
"""Units that one try may seat again."""
TOUCHED_AT_ONCE = 64
"""Trips that one try may find room on."""
LEHMER = 2_147_483_647
"""The modulus of the search's luck."""


@dataclass(frozen=True)
class Given:
    """What a search is given besides prices: what one point of value counts; options that are shut, options promised
    before, and options looked at whatever they gain (shape of all: (options,)); and units that stay where they start
    (shape: (units,)). ``choices`` are the options each unit keeps.
    """

    scale: int
    shut: np.ndarray | None
    kept: np.ndarray | None
    wished: np.ndarray | None
    pinned: Ints
    choices: int


def made(problem: Problem, prices: Prices, given: Given) -> tuple[Ints, Board]:
    """The problem's number of each option of the board, and the board."""
    p, cells = problem, problem.cells
    gain, value = profit(p, prices, 0, p.size), p.option_value
    if given.scale != 1:
        gain, value = gain * given.scale, value * given.scale
    if given.kept is not None:
        gain, value = gain + given.kept, value + given.kept
    chosen = _best_options(p, given, gain)
    unit, cell, gain = (
        p.option_unit[chosen].astype(np.int64),
        p.option_cell[chosen].astype(np.int64),
        gain[chosen],
    )
    by_cell = in_order_of(cell, gain.max(initial=0) - gain)
    people, use = cells.people_rows, cells.vehicle_rows
    lists = np.r_[people.row, by_cell, use.row + len(people.names)].astype(np.int32)
    each = (p.people, p.seats, p.special, p.stretchers, given.pinned)
    room = p.fleet_room[cells.column_fleet, :3].T
    first = np.searchsorted(unit, np.arange(p.size + 1))
    of_cell = np.searchsorted(cell[by_cell], np.arange(len(cells.day) + 1)) + len(people.row)
    board = Board(
        units=_table(first, *(np.r_[one, 0] for one in each)),
        options=_table(cell, value[chosen], gain, unit),
        cells=_table(people.start, cells.column_start, of_cell),
        columns=_table(*(np.r_[one, 0] for one in room), use.start + len(people.row) + len(by_cell)),
        lists=lists,
    )
    return chosen, board


def nobody(problem: Problem, seed: int) -> State:
    """Nobody seated, no vehicle driving."""
    p, cells, queue = problem, problem.cells, min(QUEUE, max(problem.size, 1))
    now = np.zeros(FIRST_TOUCHED + TOUCHED_AT_ONCE, np.int64)
    now[LUCK] = 1 + (seed * 1_000_003 + 12_345) % (LEHMER - 1)
    units = np.zeros((p.size, 2), np.int64)
    units[:, AT] = -1
    return State(
        units=units,
        cells=np.zeros((len(cells.day), 3), np.int64),
        left=np.r_[cells.people_rows.capacity, cells.vehicle_rows.capacity],
        driving=np.zeros(len(cells.column_cell), np.int64),
        busy=np.full(len(cells.day), -1, np.int64),
        log=np.zeros((4 * p.size + 65_536, 3), np.int64),
        queue=np.zeros((queue, 2), np.int64),
        now=now,
    )


def in_order_of(first: Ints, then: Ints) -> Ints:
    """Positions in order of one key, then another, then position. Keys are 0 or more."""
    bits = int(then.max(initial=0)).bit_length()
    places = len(first).bit_length()
    if int(first.max(initial=0)).bit_length() + bits + places > 62:
        return np.lexsort((then, first))
    # One number each, in the order wanted: sorting numbers is far quicker than sorting by keys.
    packed = (((first << bits) | then) << places) | np.arange(len(first))
    packed.sort()
    return packed & ((1 << places) - 1)


def _table(*columns: Ints) -> Ints:
    return np.ascontiguousarray(np.stack(columns, axis=1), np.int64)


def _best_options(p: Problem, given: Given, gain: Ints) -> Ints:
    """The options the search looks at, by unit, best gain first: none shut, few enough for each unit."""
    chosen = np.arange(len(gain)) if given.shut is None else np.flatnonzero(~given.shut)
    unit = p.option_unit[chosen].astype(np.int64)
    order = in_order_of(unit, gain.max(initial=0) - gain[chosen])
    start = np.searchsorted(unit, np.arange(p.size + 1))
    few = np.arange(len(unit)) - start[unit] < given.choices
    chosen = chosen[order]
    for also in (given.kept, given.wished):
        if also is not None:
            few |= also[chosen]
    return chosen[few]
