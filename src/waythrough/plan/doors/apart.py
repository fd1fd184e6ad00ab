"""Sites that share nothing but places to be received: the loss of a door is solved again only where it changes days.

The places to be received keep the prices they have as things are. What that leaves unproven makes a loss look a little
smaller than it is: docs/explanation/doors.md tells how little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import highspy
import numpy as np

from waythrough.plan.prices import Prices
from waythrough.plan.prices.lp import Relaxed, SampledLp
from waythrough.plan.problem import LARGEST_EXACT, Problem
from waythrough.plan.problem.parts import RECEPTION, Part, cut, part_of_sites
from waythrough.plan.problem.units import Ints
from waythrough.plan.together import together


@dataclass
class _Site:
    """The program of one part, with people paying for their reception at the prices of the whole."""

    part: Part
    program: SampledLp
    start: Relaxed
    stand: highspy.HighsBasis


@dataclass
class Apart:
    """The program over a sample, part by part. ``shut`` marks the cells that are shut as things are, and ``start`` is
    what the whole program found then.
    """

    program: SampledLp
    shut: np.ndarray
    start: Relaxed
    sites: dict[int, _Site] = field(default_factory=dict)

    def __post_init__(self) -> None:
        whole = self.program.problem
        self.part = part_of_sites(whole)
        self.part_of_cell = self.part[whole.cells.site]
        rows = whole.cells.people_rows
        self.shared = np.array([name[0] in RECEPTION for name in rows.names], bool)
        self.paid = rows.priced(np.where(self.shared, self.start.prices.people_rows, 0))

    def solve(self, several: Sequence[np.ndarray], missing: float) -> list[tuple[Prices, float, float]]:
        """For each of several changes, given by the cells that are shut after it: prices, how many people travel then
        (see `SampledLp.missing` for ``missing``), and how much of what the prices prove is paid for places that nobody
        takes: about so much may be wrong with it.
        """
        touched = [np.unique(self.part_of_cell[shut != self.shut]).tolist() for shut in several]

        def of_site(n: int) -> dict[bytes, Relaxed]:
            return self._afters(
                n, [shut for shut, at in zip(several, touched, strict=True) if n in at], missing
            )

        numbers = sorted({n for at in touched for n in at})
        afters = dict(zip(numbers, together(of_site, numbers), strict=True))
        return [self._joined(shut, at, afters) for shut, at in zip(several, touched, strict=True)]

    def _afters(self, n: int, several: Sequence[np.ndarray], missing: float) -> dict[bytes, Relaxed]:
        """One site after each of these changes, by its own cells that are shut: doors often shut the same ones."""
        site, found = self._site(n), dict[bytes, Relaxed]()
        site.program.missing = missing
        for shut in several:
            mine = shut[site.part.cells]
            if mine.tobytes() not in found:
                site.program.back_to(site.stand)
                found[mine.tobytes()] = site.program.solve(mine)
        return found

    def _joined(
        self, shut: np.ndarray, touched: Sequence[int], afters: Mapping[int, Mapping[bytes, Relaxed]]
    ) -> tuple[Prices, float, float]:
        prices = Prices(*(each.copy() for each in vars(self.start.prices).values()))
        people, used = self.start.people, self.start.used.copy()
        for n in touched:
            site = self.sites[n]
            after = afters[n][shut[site.part.cells].tobytes()]
            people += after.people - site.start.people
            used[site.part.people_rows] += after.used - site.start.used
            _put(prices, site.part, after.prices, self.shared)
        rows = self.program.problem.cells.people_rows
        empty = np.where(self.shared, np.maximum(0.0, rows.capacity - used), 0.0)
        return prices, people, float(prices.people_rows @ empty)

    def _site(self, n: int) -> _Site:
        if n not in self.sites:
            part = self._part(n)
            program = SampledLp(
                part.problem, 1.0, near=part.prices(self.start.prices), scale=self.program.scale,
                missing=self.program.missing,
            )  # fmt: skip
            start = program.solve(self.shut[part.cells])
            self.sites[n] = _Site(part, program, start, program.keep())
        return self.sites[n]

    def _part(self, n: int) -> Part:
        """The problem of one part, with the price of being received taken off what a journey is worth."""
        p: Problem = self.program.problem
        cells = np.flatnonzero(self.part_of_cell == n)
        sample: Ints = self.program.sample
        units = sample[self.part[p.units.site[sample]] == n]
        rows = p.cells.people_rows
        endless = np.where(self.shared, LARGEST_EXACT, rows.capacity)
        found = cut(p, units, cells, endless, p.cells.vehicle_rows.capacity)
        inner = found.problem
        cost = self.paid[cells][inner.option_cell] * inner.people[inner.option_unit]
        return replace(found, problem=replace(inner, option_value=inner.option_value - cost))


def _put(prices: Prices, part: Part, found: Prices, shared: np.ndarray) -> None:
    """Write a part's prices among those of the whole; places to be received keep theirs."""
    prices.seats[part.cells] = found.seats
    prices.special[part.cells] = found.special
    prices.stretchers[part.cells] = found.stretchers
    own = ~shared[part.people_rows]
    prices.people_rows[part.people_rows[own]] = found.people_rows[own]
    prices.vehicle_rows[part.vehicle_rows] = found.vehicle_rows
