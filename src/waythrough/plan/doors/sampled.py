"""Large cases: prices from a program over a sample of households, and what those prices prove for everybody.

For each change a linear program over the sample is solved again, on from where it stood. What the sample itself
comes to is a poor estimate: it has a few heavy families too many or too few. Its *prices* are much better, because
what they prove of everybody's journeys lies above the true best by only the square of their error. So the value of
a change is the difference of two proven bounds, each at the prices of its own program; it is never read off the
prices of the situation as it is. Those are used upwards only: a change that cannot pass what is reached already by
more than a hair, at any of a few ways to price its new trips, is not solved again.

docs/explanation/doors.md tells how far this lies from solving everything again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from waythrough.plan.doors.apart import Apart
from waythrough.plan.doors.changes import SHUTS, Change, Days, calendar
from waythrough.plan.doors.worth import CEILING, SAMPLED, Base, Worth
from waythrough.plan.network import RETURN
from waythrough.plan.prices import Prices
from waythrough.plan.prices.lp import Relaxed, SampledLp, sample
from waythrough.plan.problem import Problem, problem
from waythrough.plan.problem.parts import part_of_sites
from waythrough.plan.problem.units import ranges
from waythrough.plan.together import AT_ONCE, together

UNITS_PER_ROOT, UNITS_MOST = 5.0, 1_000
"""Units in a sample, for each square root of all units: 330 of 4,300. More than a thousand take too long."""
ROUGHLY = 4
"""The first, rough program has this part of the sample."""
MISSING, MISSING_OF_A_LOSS = 1e-4, 1e-3
"""A program is done when all that options not in it could add is this part of its value; a loss is large."""
EVERYBODY = 12_000
"""Up to so many units prices are held against all of them; above, against a sample of so many."""
NEAR_ENOUGH = 5e-3
"""A loss worked out site by site is solved with all sites if more than this part of their worth may be wrong."""
HOPELESS = 5e-4
"""A change that cannot add more than this share of the journeys' worth is not solved again."""
NOT_TOLD_APART, OF_ALL_LOSSES = 3e-3, 1.2e-2
"""People these shares of all who travel apart are as many, for all that a sample tells; measured. The second is how
far it may be off in how many travel as things are: the same for every loss, and hardly at all for an opening."""


@dataclass(frozen=True)
class _Solved:
    """What the journeys could be worth with the cells of one change, and how many people travel then.

    ``ceiling`` is how much more than now its cheapest proof allows, where none was solved.
    """

    worth: float
    people: float
    ceiling: float | None = None
    skipped: bool = False


def journeys(base: Base, changes: Sequence[tuple[Change, Days]], share: float | None = None) -> list[Worth]:
    """What each change is worth to the journeys; ``share`` of the units in the program (None: enough)."""
    network = base.network
    also: dict[str, int] = {}
    for _, days in changes:
        for route, bits in days.items():
            also[route] = also.get(route, 0) | bits
    whole = problem(base.situation, network, also)
    if not len(whole.option_cell):
        # Nobody could leave on any of these days, whatever the doors do.
        return [Worth(0, 0.0, CEILING, ceiling=0.0) for _ in changes]
    if share is None:
        share = min(UNITS_MOST, UNITS_PER_ROOT * math.sqrt(whole.size)) / max(whole.size, 1)
    # What is alike in its days is solved once.
    first = {calendar(network, days, RETURN): (change.kind, days) for change, days in changes}
    shut = _shut(whole, network.departures)
    proof = _Proof(whole)

    program = _Program(proof, _near(whole, min(share, 1.0), shut), shut)
    solved = program.changes([(kind, _shut(whole, days)) for kind, days in first.values()])
    found = {key: _worth(program.now, each) for key, each in zip(first, solved, strict=True)}
    return [found[calendar(network, days, RETURN)] for _, days in changes]


def _near(whole: Problem, share: float, shut: np.ndarray) -> SampledLp:
    """The sample's program, beginning near the prices of a rough one; over everybody, with every option."""
    if share >= 1.0:
        return SampledLp(whole, 1.0)
    rough = SampledLp(whole, share / ROUGHLY).solve(shut)
    return SampledLp(whole, share, near=rough.prices, missing=MISSING)


def _worth(now: _Solved, found: _Solved) -> Worth:
    whole, error = max(now.worth, 1.0), NOT_TOLD_APART * max(now.people, 1.0)
    ceiling = None if found.ceiling is None else found.ceiling / whole
    shared = OF_ALL_LOSSES * max(now.people, 1.0) if ceiling is None else 0.0
    if found.skipped:
        return Worth(0, 0.0, CEILING, error=error, ceiling=ceiling)
    share = (found.worth - now.worth) / whole
    share = max(0.0, share) if found.ceiling is not None else min(0.0, share)
    number = round(found.people - now.people)
    return Worth(number, share, SAMPLED, error=error + shared, shared=shared, ceiling=ceiling)


def _shut(whole: Problem, days: Days) -> np.ndarray:
    """The cells on which nobody can start. Shape (cells,)."""
    cells = whole.cells
    bits = [days[route] for route in cells.routes]
    at = zip(cells.route.tolist(), cells.day.tolist(), strict=True)
    return np.array([not bits[route] >> day & 1 for route, day in at], bool)


@dataclass
class _Program:
    """The sample's program, with the situation as it is solved first."""

    proof: _Proof
    program: SampledLp
    shut: np.ndarray

    def __post_init__(self) -> None:
        self.start: Relaxed = self.program.solve(self.shut)
        self.now = _Solved(self.proof.bound(self.start.prices, self.shut), self.start.people)
        several = int(part_of_sites(self.proof.whole).max(initial=0)) > 0
        self.apart = (
            Apart(self.program, self.shut, self.start) if several and self.program.share < 1.0 else None
        )

    def changes(self, made: Sequence[tuple[str, np.ndarray]]) -> list[_Solved]:
        """Each change, by its kind and the cells that are shut after it.

        Losses are solved site by site where that comes near enough: they are large, and need not be known as
        finely. Openings are first looked at by prices alone. What is left is solved with all sites.
        """
        losses = [n for n, (kind, _) in enumerate(made) if kind == SHUTS]
        gains = [n for n, (kind, _) in enumerate(made) if kind != SHUTS]
        ceilings = dict(zip(gains, together(self._ceiling, [made[n][1] for n in gains]), strict=True))
        found = {n: solved for n, solved in ceilings.items() if solved.skipped}
        if self.apart is not None:
            solved_apart = self.apart.solve([made[n][1] for n in losses], MISSING_OF_A_LOSS)
            for n, (prices, people, wrong) in zip(losses, solved_apart, strict=True):
                if wrong <= NEAR_ENOUGH * self.now.worth:
                    found[n] = self._lost(made[n][1], prices, people)
        rest = [n for n in range(len(made)) if n not in found]
        missing = [MISSING if n in ceilings else MISSING_OF_A_LOSS for n in rest]
        for n, after in zip(rest, self._again([made[n][1] for n in rest], missing), strict=True):
            if n in ceilings:
                found[n] = self._gained(made[n][1], after, ceilings[n])
            else:
                found[n] = self._lost(made[n][1], after.prices, after.people)
        return [found[n] for n in range(len(made))]

    def _ceiling(self, shut: np.ndarray) -> _Solved:
        """The most an opening can add, by prices alone; skipped if that is next to nothing."""
        fresh = self.shut & ~shut
        most = min(self.proof.bound(prices, shut) for prices in self._guesses(fresh))
        ceiling = max(0.0, most - self.now.worth)
        if ceiling <= HOPELESS * self.now.worth:
            return _Solved(self.now.worth, self.start.people, ceiling, skipped=True)
        return _Solved(most, self.start.people, ceiling)

    def _gained(self, shut: np.ndarray, after: Relaxed, ceiling: _Solved) -> _Solved:
        # The base plan stays possible when a door opens.
        worth = max(self.now.worth, min(ceiling.worth, self.proof.bound(after.prices, shut)))
        return _Solved(worth, max(self.start.people, after.people), ceiling.ceiling)

    def _lost(self, shut: np.ndarray, prices: Prices, people: float) -> _Solved:
        return _Solved(min(self.now.worth, self.proof.bound(prices, shut)), people)

    def _again(self, several: Sequence[np.ndarray], missing: Sequence[float]) -> list[Relaxed]:
        """The whole program with each of these cells shut, by copies of it side by side.

        Each is solved from the situation as it is: prices that lie near those of it leave about as much
        unproven, and the difference is nearer the truth.
        """
        abreast = min(AT_ONCE, len(several))
        copies = [self.program, *(self.program.copied() for _ in range(1, abreast))]

        def lane(first: int) -> list[Relaxed]:
            program, found = copies[first], []
            stand = program.keep()
            for n in range(first, len(several), abreast):
                program.back_to(stand)
                program.missing = missing[n]
                found.append(program.solve(several[n]))
            return found

        lanes = together(lane, range(abreast))
        return [lanes[n % abreast][n // abreast] for n in range(len(several))]

    def _guesses(self, fresh: np.ndarray) -> list[Prices]:
        """Ways to price the new trips: like the nearest day of their road, and at what their vehicles cost."""
        whole, prices = self.proof.whole, self.start.prices
        return [like_neighbours(whole, prices, fresh), at_cost(whole, prices, fresh)]


@dataclass
class _Proof:
    """What whole prices prove of the journeys, for all units or, of very many, for a large sample of them."""

    whole: Problem

    def __post_init__(self) -> None:
        p = self.whole
        able = np.flatnonzero(np.diff(p.option_start))
        chosen = able if len(able) <= EVERYBODY else sample(p, EVERYBODY / len(able), seed=1)
        self.scale = int(p.people[chosen].sum()) / max(int(p.people[able].sum()), 1)
        many = np.diff(p.option_start)[chosen]
        self.before = np.cumsum(many) - many
        option, unit = ranges(p.option_start, chosen), np.repeat(chosen, many)
        self.cell, self.value = p.option_cell[option], p.option_value[option]
        # Nearly everybody takes a seat each and nothing else; what the others need besides is few numbers.
        self.people = p.people[unit]
        self.others = [
            (each, np.flatnonzero(need[unit]), need[unit][need[unit] != 0])
            for each, need in (
                ("special", p.special),
                ("stretchers", p.stretchers),
                ("seats", p.seats - p.people),
            )
        ]

    def bound(self, prices: Prices, shut: np.ndarray) -> float:
        """The most any journeys can be worth with these cells shut, by these prices."""
        p, cells = self.whole, self.whole.cells
        room, at = p.fleet_room[cells.column_fleet], cells.column_cell
        earned = room[:, 0] * prices.seats[at] + room[:, 1] * prices.special[at]
        earned += room[:, 2] * prices.stretchers[at] - cells.vehicle_rows.priced(prices.vehicle_rows)
        earned = np.where(shut[at], 0, np.maximum(earned, 0) * p.column_count)
        shared = int(prices.people_rows @ cells.people_rows.capacity)
        shared += int(prices.vehicle_rows @ cells.vehicle_rows.capacity)
        return float(shared + int(earned.sum())) + self._units(prices, shut) / self.scale

    def _units(self, prices: Prices, shut: np.ndarray) -> float:
        """The best each unit could choose for itself, nothing where everything costs more than it is worth."""
        if not len(self.cell):
            return 0.0
        dear = np.iinfo(np.int64).max >> 20
        per_person = prices.seats + self.whole.cells.people_rows.priced(prices.people_rows)
        profit = self.value - np.where(shut, dear, per_person)[self.cell] * self.people
        for each, at, needed in self.others:
            profit[at] -= getattr(prices, each)[self.cell[at]] * needed
        return float(np.maximum(np.maximum.reduceat(profit, self.before), 0).sum())


def like_neighbours(whole: Problem, prices: Prices, fresh: np.ndarray) -> Prices:
    """The fresh cells priced as the nearest other cell of their route."""
    cells = whole.cells
    source = np.arange(len(cells.day))
    for n in range(len(cells.routes)):
        here = np.arange(cells.start[n], cells.start[n + 1])
        old = here[~fresh[here]]
        if len(old):
            apart = np.abs(cells.day[here][:, None] - cells.day[old][None, :])
            source[here] = np.where(fresh[here], old[apart.argmin(axis=1)], here)
    seats, special, lying = (each[source] for each in (prices.seats, prices.special, prices.stretchers))
    return Prices(seats, special, lying, prices.people_rows, prices.vehicle_rows)


def at_cost(whole: Problem, prices: Prices, fresh: np.ndarray) -> Prices:
    """Seats on the fresh cells as dear as they can be before a vehicle there earns anything, other places free."""
    cells, dearest = whole.cells, np.iinfo(np.int64).max
    seats_of = whole.fleet_room[cells.column_fleet, 0]
    cost = cells.vehicle_rows.priced(prices.vehicle_rows)
    least = np.full(len(cells.day), dearest)
    np.minimum.at(least, cells.column_cell, np.where(seats_of > 0, cost // np.maximum(seats_of, 1), dearest))
    seats = np.where(fresh, np.where(least == dearest, 0, least), prices.seats)
    special, lying = (np.where(fresh, 0, each) for each in (prices.special, prices.stretchers))
    return Prices(seats, special, lying, prices.people_rows, prices.vehicle_rows)
