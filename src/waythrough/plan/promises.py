"""What people were told by the last published plan: kept where nothing is lost by it, and in frozen days always.

Fourth aim: of two seatings worth the same, the one that keeps more promises is better. In the frozen days the
promises come before everything but the law: who was told a day there and may still travel stays seated, and
nobody else is brought into those days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from waythrough.plan.problem import Problem
from waythrough.plan.problem.units import Ints
from waythrough.terms.situation import Situation


@dataclass(frozen=True)
class Told:
    """Promises as options of a problem.

    ``kept`` are the options that keep one (sorted; None where nobody was told anything), ``wishes`` the first
    of them for each unit or −1, ``frozen`` marks the units promised for a frozen day, ``frozen_days`` is how
    many days are frozen. ``stays`` marks the units whose journey is kept whatever else it may be worth (None where
    there are none). ``too_many`` marks the units promised for a frozen day that are more people than there now are
    places: each rule allows their journey, and yet nobody can bring them.
    """

    kept: Ints | None
    wishes: Ints
    frozen: np.ndarray
    frozen_days: int
    stays: np.ndarray | None = None
    too_many: np.ndarray | None = None

    @property
    def pinned(self) -> np.ndarray:
        """Units that stay where they begin: those whose journey still stands, else those promised for a frozen day.
        Who no longer may travel as told takes no place from who may.
        """
        return self.frozen if self.stays is None else self.stays

    def keeping(self, wishes: Ints) -> Told:
        """The same, and every unit with a wish (an option, −1 none) keeps it: its journey still stands."""
        stays = wishes >= 0
        kept = np.union1d(np.zeros(0, np.int64) if self.kept is None else self.kept, wishes[stays])
        return replace(self, kept=kept, wishes=wishes, stays=stays)

    def closed(self, problem: Problem, shut: np.ndarray | None) -> np.ndarray | None:
        """Options that may not be taken (shape: (options,)), or None where all may."""
        if not self.frozen_days and self.stays is None and shut is None:
            return None
        cell = problem.option_cell
        found = np.zeros(len(cell), bool) if shut is None else shut[cell]
        if self.frozen_days or self.stays is not None:
            keeps = np.zeros(len(cell), bool)
            if self.kept is not None:
                keeps[self.kept] = True
            early = problem.cells.day[cell] < self.frozen_days
            found |= (early | (self.frozen | self.pinned)[problem.option_unit]) & ~keeps
        return found


def told(situation: Situation, problem: Problem) -> Told:
    """The promises of a situation that can still be kept, each household's consents and doors being what they
    are.
    """
    wishes, frozen = np.full(problem.size, -1, np.int64), np.zeros(problem.size, bool)
    if not situation.promised or not problem.size:
        return Told(None, wishes, frozen, situation.frozen_days)
    place, day = _promised(situation, problem)
    end = {d.id: n for n, d in enumerate(situation.destinations)}
    ends = {route.id: end.get(route.end, -1) for route in situation.routes}
    cells = problem.cells
    cell_end = np.array([ends[name] for name in cells.routes], np.int64)[cells.route]
    unit, cell = problem.option_unit, problem.option_cell
    kept = np.flatnonzero((cell_end[cell] == place[unit]) & (cells.day[cell] == day[unit]))
    first, at = np.unique(unit[kept], return_index=True)
    wishes[first] = kept[at]
    frozen[first] = day[first] < situation.frozen_days
    too_many = _too_many(problem, cell_end, place, np.where(wishes < 0, day, -1), situation.frozen_days)
    return Told(kept, wishes, frozen, situation.frozen_days, too_many=too_many)


def _too_many(problem: Problem, cell_end: Ints, place: Ints, day: Ints, frozen_days: int) -> np.ndarray:
    """Units without an option for what they were told (``place``, ``day``) of a frozen day, though their consents allow
    it and the road is driven: there are fewer places than people.
    """
    units, cells = problem.units, problem.cells
    unit, soon = units.allow_unit, (day >= 0) & (day < frozen_days)
    told = soon[unit] & (units.allow_end == place[unit])
    told &= (units.allow_first <= day[unit]) & (day[unit] <= units.allow_last)
    driven = set(zip(cells.site.tolist(), cell_end.tolist(), cells.day.tolist(), strict=True))
    found = np.zeros(problem.size, bool)
    for one in np.unique(unit[told]).tolist():
        found[one] = (int(units.site[one]), int(place[one]), int(day[one])) in driven
    return found


def _promised(situation: Situation, problem: Problem) -> tuple[Ints, Ints]:
    """Destination (number) and day each unit was told; −2 where its households were told different things."""
    ids = situation.households.columns.ids
    row = dict(zip(ids, range(len(ids)), strict=True))
    end = {d.id: n for n, d in enumerate(situation.destinations)}
    place, day = np.full(len(ids), -2, np.int64), np.full(len(ids), -2, np.int64)
    for promise in situation.promised:
        if promise.household in row and promise.destination in end:
            place[row[promise.household]] = end[promise.destination]
            day[row[promise.household]] = promise.day
    member, start = problem.units.member, problem.units.member_start[:-1]
    alike = np.minimum.reduceat(place[member], start) == np.maximum.reduceat(place[member], start)
    alike &= np.minimum.reduceat(day[member], start) == np.maximum.reduceat(day[member], start)
    return np.where(alike, place[member][start], -2), np.where(alike, day[member][start], -2)
