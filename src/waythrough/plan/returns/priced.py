"""Journeys at prices: what everything shared costs, the bound these prices prove, and a search they guide.

1. A linear program over a sample of units gives prices; every unit's best choice at these prices gives the bound.
2. Whole vehicles as near as can be to those of the program, or sent one after the other where they are few; units
   seated in order of what they gain.
3. Trips emptied and filled again, slice after slice of fixed work, until the bound is near or the work is done.
4. Every family onto a vehicle, vehicles nobody needs sent home, safer roads where the trip is the same.

Nothing here looks at a clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from waythrough.plan.convoys import Convoys, packed
from waythrough.plan.dive import dive
from waythrough.plan.memory import give_back
from waythrough.plan.packing import Vehicle
from waythrough.plan.prices import Prices, bound, mean
from waythrough.plan.prices.lp import Relaxed, SampledLp, solved
from waythrough.plan.problem import Problem
from waythrough.plan.problem.units import Ints, ranges
from waythrough.plan.promises import Told, told
from waythrough.plan.search import PARTS_FROM, Search
from waythrough.plan.vehicles import joined, vehicles_for, whole_vehicles
from waythrough.terms.situation import Situation

EVERYBODY = 1_000
"""Units up to which the program for prices looks at all of them."""
TWICE = 6_000
"""Units up to which two larger samples are drawn: the mean of their prices leads the search further than either, for
less time than the slices it saves.
"""
ROUGH = 400
"""Units of the first small sample where there are more; its prices tell the larger one where to begin."""
SAMPLED, SAMPLED_SHARE, SAMPLED_MOST = 1_000, 0.07, 6_000
"""Units in the larger sample: so many, and this share of all, but no more than the last."""
NEAR_ENOUGH, SLICES = 2e-3, 14
"""Distance from the bound at which the search stops, where nobody said how many slices it should work, and slices after
which it stops in any case.
"""
LARGE, LARGE_NEAR_ENOUGH, LARGE_SLICES = PARTS_FROM, 9e-3, 4
"""The same for problems of so many units and more: a plan of 80,000 households in 10
seconds, of 200,000 in 25. What more slices gain there is a tenth of a percent for every three.
"""
WHOLE_FAMILIES = 1_000
"""Options up to which whole families and vehicles are asked of the solver too, where prices leave much open."""
WHOLE_NODES = 20
"""Nodes it may visit for that."""
ROUNDS, LOST = 3, 1e-4
"""Rounds of search and packing after the first, while packing loses more than this part of the bound."""
LARGE_ROUNDS_FROM = 8
"""Slices from which a large problem has such rounds: each takes longer there than a slice, and gains less."""


SETTLED = 2
"""Slices without any gain after which it stops where an earlier plan is kept: how near its bound such a plan can come
nobody knows beforehand.
"""


@dataclass(frozen=True)
class Priced:
    """The prices of a problem, the bound they prove, and where the program would send vehicles and units.

    ``guide`` are the prices a search begins from, where others prove more.
    """

    prices: Prices
    bound: int
    vehicles: np.ndarray
    going: Ints
    guide: Prices | None = None


@dataclass(frozen=True)
class Kept:
    """What still stands of an earlier plan and is kept: each unit's option (−1 none), vehicles on each column, and the
    vehicles of each cell with who is aboard.
    """

    wishes: Ints
    vehicles: Ints
    aboard: Mapping[int, Sequence[Vehicle]]


@dataclass(frozen=True)
class Journeys:
    """Journeys found at prices: the convoys, the bound, and the slices of search done for them.

    ``bound`` is that of the prices, or lower where whole vehicles let the solver prove more.
    """

    convoys: Convoys
    priced: Priced
    bound: int
    told: Told
    slices: int
    seed: int

    @property
    def value(self) -> int:
        """The second aim."""
        return self.convoys.value()


def price(problem: Problem, seed: int = 0, shut: np.ndarray | None = None, *, whole: bool = False) -> Priced:
    """Prices from samples of units, and the bound they prove for everybody. With ``whole`` vehicles and units are
    sent as they would be with no part of a vehicle, where the program looks at all units.
    """
    able = int((np.diff(problem.option_start) > 0).sum())
    if able <= EVERYBODY:
        program = SampledLp(problem, 1.0, seed)
        found = program.solve(shut)
        priced = _best(problem, found, [], shut)
        if not whole or not able:
            return priced
        most = problem.column_count
        if shut is not None:
            most = np.where(shut[problem.cells.column_cell], 0, most)
        sent = dive(program, found, most)
        return replace(priced, vehicles=sent.vehicles, going=sent.going)
    rough = SampledLp(problem, ROUGH / able, seed).solve(shut)
    fine, *more = (
        SampledLp(problem, sampled_share(able), seed + n, near=rough.prices).solve(shut)
        for n in range(1, 3 if able <= TWICE else 2)
    )
    guide = mean([one.prices for one in (fine, *more)])
    others = [rough.prices, mean([rough.prices, fine.prices]), *([guide] if more else [])]
    return replace(_best(problem, fine, others, shut), guide=guide if more else None)


def sampled_share(able: int) -> float:
    """The share of units in the larger sample: fewer of more, but never so few that a trip has nobody."""
    return min(1.0, (SAMPLED + SAMPLED_SHARE * able) / able, SAMPLED_MOST / able)


def _best(problem: Problem, found: Relaxed, others: list[Prices], shut: np.ndarray | None) -> Priced:
    """Where the program sends people, and of its prices and others those that prove most."""
    candidates = [found.prices, *others]
    bounds = [bound(problem, prices, shut) for prices in candidates]
    best = int(np.argmin(bounds))
    going = found.going if not others else np.full(problem.size, -1, np.int64)
    return Priced(candidates[best], bounds[best], found.vehicles, going)


def journeys_priced(
    situation: Situation,
    problem: Problem,
    slices: int | None = None,
    seed: int = 0,
    *,
    shut: np.ndarray | None = None,
    priced: Priced | None = None,
    wishes: Ints | None = None,
    vehicles: Ints | None = None,
    keep: Kept | None = None,
) -> Journeys:
    """Journeys near the bound, every family packed. The same arguments give the same journeys.

    With ``slices`` the search works exactly so many; without, until it is near enough.
    ``shut`` marks cells that take nobody. ``wishes`` (an option of each unit, −1 none) and ``vehicles`` (on
    each column) are where to begin, if not where prices point. What is to ``keep`` stays as it is: others are seated
    around it.
    """
    priced = priced or price(problem, seed, shut, whole=vehicles is None)
    give_back()
    promised = told(situation, problem)
    if keep is not None:
        promised = promised.keeping(keep.wishes)
    closed = promised.closed(problem, shut)
    first = priced.going if wishes is None else wishes
    work = _Work(problem, priced, promised, closed, slices, seed, keep)
    if vehicles is None:
        vehicles = whole_vehicles(problem, priced.vehicles)
    best = work.begin(vehicles, first)
    proven = priced.bound
    few = len(problem.option_cell) <= WHOLE_FAMILIES and slices is None and shut is None
    if few and proven - work.value(best) > NEAR_ENOUGH * proven:
        found, proven = SampledLp(problem, 1.0, seed).whole(WHOLE_NODES, NEAR_ENOUGH / 4)
        other = work.begin(whole_vehicles(problem, found.vehicles), found.going)
        best, proven = max(best, other, key=work.value), min(proven, priced.bound)
    worked = best.slices
    convoys = work.packed(situation, best)
    convoys.safer()
    return Journeys(convoys, priced, min(proven, priced.bound), promised, worked, seed)


@dataclass(frozen=True)
class _Work:
    """How searches of one problem are begun and when they end."""

    problem: Problem
    priced: Priced
    promised: Told
    closed: np.ndarray | None
    slices: int | None
    seed: int
    keep: Kept | None

    @property
    def large(self) -> bool:
        """Whether the problem is a country's."""
        return self.problem.size >= LARGE

    def begin(self, vehicles: Ints, wishes: Ints) -> Search:
        """A search from these vehicles and wishes, worked to its end."""
        told, most = self.promised, self.priced.bound
        wished = wishes[wishes >= 0]
        search = Search(
            self.problem,
            self.priced.guide or self.priced.prices,
            self.seed,
            self.closed,
            told.kept,
            wished,
            told.pinned,
            None if self.keep is None else self.keep.vehicles,
        )
        give_back()
        kept = told.wishes >= 0
        if self.keep is not None:
            vehicles = joined(self.problem, self.keep.vehicles, vehicles)
        elif kept.any():
            # Who was told a trip keeps it before anybody else is seated: the vehicles for them come first.
            promised = vehicles_for(self.problem, told.wishes[kept])
            vehicles = joined(self.problem, promised, vehicles)
        search.start(vehicles, np.where(kept, told.wishes, wishes))
        near, todo = (LARGE_NEAR_ENOUGH, LARGE_SLICES) if self.large else (NEAR_ENOUGH, SLICES)
        todo, idle = todo if self.slices is None else self.slices, 0
        while search.slices < todo and (self.slices is not None or most - self.value(search) > near * most):
            before = self.value(search)
            search.improve(1)
            gained = self.value(search) > before
            idle = 0 if gained or self.keep is None else idle + 1
            if idle == SETTLED and self.slices is None:
                break
        return search

    def packed(self, situation: Situation, search: Search) -> Convoys:
        """The convoys of a search; where trips could not be packed as they were meant, it goes on for some rounds
        with a place less on them, and the best packed plan of all is taken.
        """
        none = self.slices == 0 or (self.large and search.slices < LARGE_ROUNDS_FROM)
        at, driving = search.finish() if none else search.best()
        give_back()
        before = None if self.keep is None else self.keep.aboard
        best = now = packed(situation, self.problem, at, driving, self.closed, before)
        for _ in range(0 if none else ROUNDS):
            if self.value(search) - now.value() <= LOST * self.priced.bound:
                break
            search.loosen(now.too_tight)
            search.start(driving, at)
            search.improve(1)
            at, driving = search.best()
            now = packed(situation, self.problem, at, driving, self.closed, before)
            best = max(best, now, key=self._quality)
        return best

    def _quality(self, convoys: Convoys) -> tuple[int, int]:
        """Journeys that had to be kept, then what all are worth."""
        return int((convoys.at[self.promised.pinned] >= 0).sum()), convoys.value()

    def value(self, search: Search) -> int:
        """What the best seating of a search is worth."""
        at, _ = search.best()
        return int(self.problem.option_value[at[at >= 0]].sum())


# --- the road ---------------------------------------------------------------------------------------------


def road_bounds(problem: Problem, convoys: Convoys) -> tuple[int, int]:
    """Least exposure, then least metres at no more exposure, for just these journeys on any of their roads.

    Parts of vehicles are allowed here, and seats are counted for each trip as a whole: what is driven can only
    cost more.
    """
    p, cells = problem, problem.cells
    going = np.flatnonzero(convoys.at >= 0)
    demand = np.zeros((int(cells.alike.max(initial=-1)) + 1, 3))
    group = cells.alike[p.option_cell[convoys.at[going]]]
    for kind, needed in enumerate((p.seats, p.special, p.stretchers)):
        np.add.at(demand[:, kind], group, needed[going])
    column = np.flatnonzero((demand.max(axis=1, initial=0) > 0)[cells.alike[cells.column_cell]])
    if not len(column):
        return 0, 0
    driven = [(cell, len(vehicles)) for cell, vehicles in convoys.aboard.items()]
    exposure = sum(int(p.exposure[cell]) * many for cell, many in driven)
    metres = sum(int(p.metres[cell]) * many for cell, many in driven)
    rows, high = _road_rows(problem, column, demand)
    per = p.exposure[cells.column_cell[column]].astype(float)
    most = p.column_count[column].astype(float)
    least = min(exposure, _least(per, most, high, rows))
    unit = float(per.max()) or 1.0
    no_more = (np.arange(len(column)), np.full(len(column), len(high)), per / unit)
    capped = (np.r_[rows[0], no_more[0]], np.r_[rows[1], no_more[1]], np.r_[rows[2], no_more[2]])
    per = p.metres[cells.column_cell[column]].astype(float)
    return least, min(metres, _least(per, most, np.r_[high, exposure / unit + 1e-6], capped))


def _road_rows(
    problem: Problem, column: Ints, demand: np.ndarray
) -> tuple[tuple[Ints, Ints, np.ndarray], np.ndarray]:
    """Vehicle rows at most full, and (turned round) the places of each trip at least what is needed."""
    cells, rows = problem.cells, problem.cells.vehicle_rows
    many = np.diff(rows.start)[column]
    row = rows.row[ranges(rows.start, column)]
    number = np.repeat(np.arange(len(column)), many)
    room = problem.fleet_room[cells.column_fleet[column], :3]
    group = cells.alike[cells.column_cell[column]]
    of_kind = [len(rows.names) + 3 * group + kind for kind in range(3)]
    terms = (
        np.concatenate([number, *[np.arange(len(column))] * 3]),
        np.concatenate([row, *of_kind]),
        np.concatenate([np.ones(len(row)), *[-room[:, kind].astype(float) for kind in range(3)]]),
    )
    return terms, np.r_[rows.capacity.astype(float), -demand.ravel()]


def _least(per: np.ndarray, most: np.ndarray, high: np.ndarray, terms: tuple[Ints, Ints, np.ndarray]) -> int:
    """The least whole cost, with room for the solver's rounding."""
    unit = float(per.max(initial=0)) or 1.0
    found = solved(-per / unit, most, high, terms)
    return max(0, int(np.ceil(float(per @ found) * (1 - 1e-7) - 1e-6)))
