"""The search for seats on a whole problem: guided by prices, in slices of fixed work, the same every time.

Each part of the problem (sites that share vehicles) is searched by itself, some of them at the same time. What the
parts share are places to be received: those still free are shared out among the few whose turn it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from waythrough.plan.board import CHOICES, FEWER, Given, made, nobody
from waythrough.plan.kernels.seats import (
    AT,
    CELL,
    FIRST,
    GAIN,
    PEOPLE,
    PINNED,
    VALUE,
    WORTH,
    Board,
    State,
    search,
)
from waythrough.plan.prices import Prices
from waythrough.plan.problem import Problem
from waythrough.plan.problem.cells import Cells
from waythrough.plan.problem.parts import Part, cut, part_of_sites, whole_part
from waythrough.plan.problem.units import Ints, ranges
from waythrough.plan.together import together

ASKED = 20
"""Waiting units asked for each emptied trip."""
PARTS_FROM = 20_000
"""Units from which parts are searched by themselves; where there are fewer, their shares would be crumbs."""
IN_TURN = 2
"""Parts among which free places to be received are shared out: families need them in one piece."""


@dataclass
class Search:
    """Who sits where, as far as the slices done have found. ``at`` are options of the problem, −1 for nobody.

    ``shut`` marks options nobody may take (shape: (options,)). ``kept`` are options promised before: where two
    seatings are worth the same, the one that keeps more of them is better. ``wished`` are options that units may wish
    at the start, however little they gain. ``pinned`` units stay where they start, and so do the vehicles
    ``staying`` on each column.
    """

    problem: Problem
    prices: Prices
    seed: int = 0
    shut: np.ndarray | None = None
    kept: Ints | None = None
    wished: Ints | None = None
    pinned: np.ndarray | None = None
    staying: Ints | None = None
    slices: int = 0
    districts: list[District] = field(init=False)

    def __post_init__(self) -> None:
        parts = [(n, part) for n, part in enumerate(_parts(self.problem))]
        self.districts = together(lambda one: _district(self, *one), parts)
        self._less = np.zeros((len(self.problem.cells.day), 3), np.int64)
        self._best: tuple[int, list[tuple[Ints, Ints]]] = (-1, [one.seating() for one in self.districts])

    @property
    def scale(self) -> int:
        """What one point of value counts in the search: one more than all promises together."""
        return 1 if self.kept is None else len(self.kept) + 1

    def start(self, vehicles: Ints, wishes: Ints | None = None) -> None:
        """Begin with vehicles on each column, those that stay among them; then each unit on the option of the problem
        it wishes (−1 for none), where there is room, and everybody else in order of gain for each place, best first.
        """
        wishes = np.full(self.problem.size, -1, np.int64) if wishes is None else wishes
        for one in self.districts:
            one.drive(vehicles[one.columns])
            if self.staying is not None:
                # Places and rows count them, but no part of the search may send home what it does not see.
                one.state.driving[:] -= self.staying[one.columns]
        self._share_out(range(len(self.districts)), self._places_of_pinned(wishes))
        self._work([(one, *one.in_order(wishes[one.units])) for one in self.districts], 0)
        self._remember()

    def loosen(self, too_tight: Iterable[tuple[int, int]]) -> None:
        """Stand up everybody, and count one place less from now on of each (cell, kind of place); begin again with
        ``start``.

        Vehicles with every place taken cannot always be filled family by family.
        """
        for cell, kind in too_tight:
            self._less[cell, kind] += 1
        for one in self.districts:
            one.clear()
            one.state.cells[:] -= self._less[one.numbers]
        self._best = (-1, [one.seating() for one in self.districts])

    def improve(self, slices: int) -> None:
        """Work for so many slices more; what is kept is the best seen at the end of any slice."""
        none, many = np.zeros(0, np.int64), len(self.districts)
        for _ in range(slices):
            self.slices += 1
            turns = [(self.slices + n) % many for n in range(many)]
            for first in range(0, many, IN_TURN):
                now = turns[first : first + IN_TURN]
                self._share_out(now)
                self._work([(self.districts[n], none, none) for n in now], tries(self.problem))
            self._remember()

    def best(self) -> tuple[Ints, Ints]:
        """Option of each unit (−1 none) and vehicles on each column, of the best seating found."""
        options = np.full(self.problem.size, -1, np.int64)
        driving = np.zeros(len(self.problem.cells.column_cell), np.int64)
        for one, (at, count) in zip(self.districts, self._best[1], strict=True):
            if len(one.number):
                options[one.units] = np.where(at >= 0, one.number[np.maximum(at, 0)], -1)
            driving[one.columns] = count
        return options, driving if self.staying is None else driving + self.staying

    def finish(self) -> tuple[Ints, Ints]:
        """The best seating found. The boards are let go, which are the largest thing in memory: nothing more can be
        searched.
        """
        found = self.best()
        self.districts.clear()
        self._best[1].clear()
        return found

    def _work(self, given: list[tuple[District, Ints, Ints]], many: int) -> None:
        """Seat each district's queue; then so many tries, shared out among all districts by their units."""
        most = max((int(one.board.options[:, WORTH].max(initial=0)) for one in self.districts), default=0)
        slack = most // (16 + 8 * self.slices)
        work = search.sized((many * 50 + sum(len(queue) for _, queue, _ in given)) * 200)

        def worked(each: tuple[District, Ints, Ints]) -> None:
            one, queue, wishes = each
            mine = -(-many * len(one.units) // max(self.problem.size, 1))
            work(one.board, one.state, queue, wishes, mine, slack, ASKED)

        together(worked, given)

    def _remember(self) -> None:
        """Keep the seating as it is, if it is the best so far."""
        value = sum(int(one.state.now[VALUE]) for one in self.districts)
        if value > self._best[0]:
            self._best = (value, [one.seating() for one in self.districts])

    def _places_of_pinned(self, wishes: Ints) -> Ints:
        """People of pinned units on each people row, by district: shape (districts, rows)."""
        p, rows = self.problem, self.problem.cells.people_rows
        found = np.zeros((len(self.districts), len(rows.names)), np.int64)
        if self.pinned is None or len(self.districts) < 2:
            return found
        for n, one in enumerate(self.districts):
            units = one.units[self.pinned[one.units] & (wishes[one.units] >= 0)]
            cell = p.option_cell[wishes[units]]
            people = np.repeat(p.people[units], np.diff(rows.start)[cell])
            found[n] = np.bincount(rows.row[ranges(rows.start, cell)], people, len(rows.names))
        return found

    def _share_out(self, turn: Iterable[int], at_least: Ints | None = None) -> None:
        """Give each part whose turn it is, of the places to be received that are free, what goes with those who
        want them; before that, to each part ``at_least`` so many (shape: (parts, rows)).
        """
        if len(self.districts) < 2:
            return
        rows = self.problem.cells.people_rows
        shape = (len(self.districts), len(rows.names))
        used, wanted = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for n, one in enumerate(self.districts):
            used[n, one.people_rows] = one.used()
        if at_least is not None:
            used = np.maximum(used, at_least)
        for n in turn:
            wanted[n, self.districts[n].people_rows] = self.districts[n].wanted
        # More places than there are people are never needed, and would not bear to be multiplied.
        free = np.minimum(rows.capacity, int(self.problem.people.sum())) - used.sum(axis=0)
        share = free * wanted // np.maximum(wanted.sum(axis=0), 1)
        share[np.argmax(wanted, axis=0), np.arange(shape[1])] += free - share.sum(axis=0)
        for n, one in enumerate(self.districts):
            one.allot((used + share)[n, one.people_rows])


@dataclass
class District:
    """One part under search: its board and state, and what its things are in the whole.

    ``numbers`` (of cells), ``units``, ``columns`` and ``people_rows`` are their numbers in the whole, ``number`` is
    the whole's option of each option on the board. ``wanted`` counts the people whose best trip uses each of the
    people rows, and one more; ``allotted`` are the places it may fill on each.
    """

    board: Board
    state: State
    cells: Cells
    numbers: Ints
    units: Ints
    columns: Ints
    people_rows: Ints
    number: Ints
    wanted: Ints
    allotted: Ints

    def seating(self) -> tuple[Ints, Ints]:
        """Option on the board of each unit, and vehicles on each column, as they are now."""
        return self.state.units[:, AT].copy(), self.state.driving.copy()

    def clear(self) -> None:
        """Nobody seated, no vehicle driving, all places as at first."""
        state, people, vehicles = self.state, self.cells.people_rows, self.cells.vehicle_rows
        state.units[:, AT] = -1
        state.cells[:], state.driving[:], state.busy[:], state.now[VALUE] = 0, 0, -1, 0
        state.left[:] = np.r_[people.capacity, vehicles.capacity]
        self.allotted = people.capacity

    def used(self) -> Ints:
        """Places taken on each people row."""
        return self.allotted - self.state.left[: len(self.allotted)]

    def allot(self, places: Ints) -> None:
        """Let it fill so many places on each people row."""
        self.state.left[: len(places)] += places - self.allotted
        self.allotted = places

    def drive(self, vehicles: Ints) -> None:
        """Let these vehicles drive on each column, besides those that do."""
        self.state.driving[:] += vehicles
        np.add.at(self.state.cells, self.cells.column_cell, vehicles[:, None] * self.board.columns[:-1, :3])
        rows = np.repeat(vehicles, np.diff(self.cells.vehicle_rows.start))
        np.subtract.at(self.state.left, self.cells.vehicle_rows.row + len(self.people_rows), rows)

    def in_order(self, wishes: Ints) -> tuple[Ints, Ints]:
        """Units in the order to seat them first, each with the option on the board it wishes (−1 for none)."""
        units, options = self.board.units, self.board.options
        wish = np.full(len(wishes), -1, np.int64)
        by_number = np.argsort(self.number)
        if len(by_number):
            at = by_number[np.minimum(np.searchsorted(self.number[by_number], wishes), len(by_number) - 1)]
            wish = np.where(self.number[at] == wishes, at, -1)
        able = np.flatnonzero(np.diff(units[:, FIRST]))
        gain, wish = options[units[able, FIRST], GAIN], wish[able]
        some = (gain > 0) | (wish >= 0)
        able, gain, wish = able[some], gain[some], wish[some]
        # Those who stay where they start are seated first, then those with a wish.
        told = units[able, PINNED] + (wish >= 0)
        order = np.lexsort((-(gain // (1 + units[able, PEOPLE])), -told))
        return able[order], wish[order]


def tries(problem: Problem) -> int:
    """Tries of one slice: more where there is more to try."""
    return max(200, min(problem.size, 20_000))


def _parts(problem: Problem) -> list[Callable[[], Part]]:
    """How to cut each of the problem's parts, with no places to be received yet where there are several. They are
    cut when their turn comes, for all of them together are as large as the whole.
    """
    part = part_of_sites(problem)
    of_unit, of_cell = (
        part[problem.units.site],
        np.where(problem.cells.site < 0, -1, part[problem.cells.site]),
    )
    there, rows = np.unique(of_unit).tolist(), problem.cells.vehicle_rows
    if len(there) < 2 or problem.size < PARTS_FROM:
        return [partial(whole_part, problem)]
    none = np.zeros(len(problem.cells.people_rows.names), np.int64)
    return [
        partial(cut, problem, np.flatnonzero(of_unit == n), np.flatnonzero(of_cell == n), none, rows.capacity)
        for n in there
    ]


def _district(s: Search, n: int, cut_out: Callable[[], Part]) -> District:
    """The board of one part, with nobody seated."""
    part = cut_out()
    kept, wished = (
        None if some is None else np.isin(part.options, some, assume_unique=True)
        for some in (s.kept, s.wished)
    )
    p = part.problem
    shut = None if s.shut is None else s.shut[part.options]
    pinned = np.zeros(p.size, np.int64) if s.pinned is None else s.pinned[part.units].astype(np.int64)
    choices = CHOICES if s.problem.size < PARTS_FROM else FEWER
    given = Given(s.scale, shut, kept, wished, pinned, choices)
    chosen, board = made(p, part.prices(s.prices), given)
    rows, first = p.cells.people_rows, board.units[:-1, FIRST]
    some = first < board.units[1:, FIRST]
    cell = board.options[first[some], CELL]
    going = np.bincount(cell, weights=p.people[some], minlength=len(p.cells.day)).astype(np.int64)
    wanted = np.bincount(rows.row, np.repeat(going, np.diff(rows.start)), len(rows.names)).astype(np.int64)
    return District(
        board=board,
        state=nobody(p, s.seed + 7_919 * n),
        cells=p.cells,
        numbers=part.cells,
        units=part.units,
        columns=part.columns,
        people_rows=part.people_rows,
        number=part.options[chosen].astype(np.int32),
        wanted=wanted + 1,
        allotted=rows.capacity,
    )
