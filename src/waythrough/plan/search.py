"""The search for seats on a whole problem: guided by prices, in slices of fixed work, the same every time."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from waythrough.plan.kernels.seats import (
    AT,
    FIRST,
    FIRST_TOUCHED,
    GAIN,
    LUCK,
    PEOPLE,
    PINNED,
    WORTH,
    Board,
    State,
    search,
)
from waythrough.plan.prices import Prices, profit
from waythrough.plan.problem import Problem
from waythrough.plan.problem_units import Ints

CHOICES = 24
"""Options each unit keeps in the search, best gain first. The others are hardly ever anybody's seat."""
QUEUE = 2048
"""Units that one try may seat again."""
ASKED = 40
"""Waiting units asked for each emptied trip."""
TOUCHED_AT_ONCE = 64
"""Trips that one try may find room on."""
LEHMER = 2_147_483_647
"""The modulus of the search's luck."""


@dataclass
class Search:
    """Who sits where, as far as the slices done have found. ``at`` are options of the problem, −1 for nobody.

    ``shut`` marks options nobody may take (shape: (options,)). ``kept`` are options promised before: where two
    seatings are worth the same, the one that keeps more of them is better. ``pinned`` units stay where they
    start.
    """

    problem: Problem
    prices: Prices
    seed: int = 0
    shut: np.ndarray | None = None
    kept: Ints | None = None
    pinned: np.ndarray | None = None
    slices: int = 0
    board: Board = field(init=False)
    state: State = field(init=False)

    def __post_init__(self) -> None:
        self._number, self.board = _board(self)
        self.state = _state(self.problem, self.seed)
        self._best = (-1, self.state.units[:, AT].copy(), self.state.driving.copy())

    @property
    def scale(self) -> int:
        """What one point of value counts in the search: one more than all promises together."""
        return 1 if self.kept is None else len(self.kept) + 1

    def start(self, vehicles: Ints, wishes: Ints | None = None) -> None:
        """Begin with vehicles on each column; then each unit on the option of the problem it wishes (−1 for
        none), where there is room, and everybody else in order of gain for each place, best first.
        """
        self._drive(vehicles)
        units, options = self.board.units, self.board.options
        able = np.flatnonzero(np.diff(units[:, FIRST]))
        gain = options[units[able, FIRST], GAIN]
        wish = self._ours(wishes)[able]
        some = (gain > 0) | (wish >= 0)
        able, gain, wish = able[some], gain[some], wish[some]
        # Those who stay where they start are seated first, then those with a wish.
        told = self.board.units[able, PINNED] + (wish >= 0)
        order = np.lexsort((-(gain // (1 + units[able, PEOPLE])), -told))
        self._work(able[order], wish[order], 0)

    def improve(self, slices: int) -> None:
        """Work for so many slices more; what is kept is the best seen at the end of any slice."""
        for _ in range(slices):
            self.slices += 1
            self._work(np.zeros(0, np.int64), np.zeros(0, np.int64), tries(self.problem))

    def best(self) -> tuple[Ints, Ints]:
        """Option of each unit (−1 none) and vehicles on each column, of the best seating found."""
        _, at, count = self._best
        options = np.where(at >= 0, self._number[np.maximum(at, 0)], -1) if len(self._number) else at.copy()
        return options, count.copy()

    def _work(self, queue: Ints, wishes: Ints, many: int) -> None:
        slack = int(self.board.options[:, WORTH].max(initial=0)) // (4 + 4 * self.slices)
        work = search.sized((many * 50 + len(queue)) * 200)
        value = int(work(self.board, self.state, queue, wishes, many, slack, ASKED))
        if value > self._best[0]:
            self._best = (value, self.state.units[:, AT].copy(), self.state.driving.copy())

    def _drive(self, vehicles: Ints) -> None:
        cells = self.problem.cells
        self.state.driving[:] += vehicles
        room = self.board.columns[:-1, :3]
        np.add.at(self.state.cells, cells.column_cell, vehicles[:, None] * room)
        rows = np.repeat(vehicles, np.diff(cells.vehicle_rows.start))
        at = cells.vehicle_rows.row + len(cells.people_rows.names)
        np.subtract.at(self.state.left, at, rows)

    def _ours(self, wishes: Ints | None) -> Ints:
        """Options of the problem as the board numbers them; −1 where it has none."""
        if wishes is None:
            return np.full(self.problem.size, -1, np.int64)
        ours = np.full(len(self.problem.option_cell) + 1, -1, np.int64)
        ours[self._number] = np.arange(len(self._number))
        return ours[wishes]


def tries(problem: Problem) -> int:
    """Tries of one slice: more where there is more to try."""
    return max(200, min(problem.size, 20_000))


def _board(s: Search) -> tuple[Ints, Board]:
    """The board, and the problem's number of each of its options."""
    p, cells = s.problem, s.problem.cells
    gain = profit(p, s.prices, 0, p.size) * s.scale
    value = p.option_value * s.scale
    if s.kept is not None:
        gain[s.kept] += 1
        value[s.kept] += 1
    kept = _best_options(s, gain)
    unit, cell = p.option_unit[kept].astype(np.int64), p.option_cell[kept].astype(np.int64)
    by_cell = np.lexsort((-gain[kept], cell))
    pinned = np.zeros(p.size, np.int64) if s.pinned is None else s.pinned.astype(np.int64)
    people, use = cells.people_rows, cells.vehicle_rows
    lists = np.r_[people.row, by_cell, use.row + len(people.names)]
    each = (p.people, p.seats, p.special, p.stretchers, pinned)
    room = p.fleet_room[cells.column_fleet, :3].T
    first = np.searchsorted(unit, np.arange(p.size + 1))
    of_cell = np.searchsorted(cell[by_cell], np.arange(len(cells.day) + 1)) + len(people.row)
    board = Board(
        units=_table(first, *(np.r_[one, 0] for one in each)),
        options=_table(cell, value[kept], gain[kept], unit),
        cells=_table(people.start, cells.column_start, of_cell),
        columns=_table(*(np.r_[one, 0] for one in room), use.start + len(people.row) + len(by_cell)),
        lists=lists,
    )
    return kept, board


def _table(*columns: Ints) -> Ints:
    return np.ascontiguousarray(np.stack(columns, axis=1), np.int64)


def _best_options(s: Search, gain: Ints) -> Ints:
    """The options the search looks at, by unit, best gain first: none shut, few enough for each unit."""
    p = s.problem
    able = np.ones(len(gain), bool) if s.shut is None else ~s.shut
    chosen = np.flatnonzero(able)
    unit = p.option_unit[chosen]
    order = np.lexsort((-gain[chosen], unit))
    chosen, unit = chosen[order], unit[order]
    place = np.arange(len(unit)) - np.searchsorted(unit, unit)
    few = place < CHOICES
    if s.kept is not None:
        few |= np.isin(chosen, s.kept)
    return chosen[few]


def _state(p: Problem, seed: int) -> State:
    cells, queue = p.cells, min(QUEUE, max(p.size, 1))
    now = np.zeros(FIRST_TOUCHED + TOUCHED_AT_ONCE, np.int64)
    now[LUCK] = 1 + (seed * 1_000_003 + 12_345) % (LEHMER - 1)
    units = np.zeros((p.size, 2), np.int64)
    units[:, AT] = -1
    return State(
        units=units,
        cells=np.zeros((len(cells.day), 3), np.int64),
        left=np.r_[cells.people_rows.capacity, cells.vehicle_rows.capacity],
        driving=np.zeros(len(cells.column_cell), np.int64),
        log=np.zeros((4 * p.size + 65_536, 3), np.int64),
        queue=np.zeros((queue, 2), np.int64),
        now=now,
    )
