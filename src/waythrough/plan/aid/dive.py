"""A first good plan of convoys, fast: solve with parts allowed, settle the clearest yes and no, and solve again.

Every step starts from the solution before it, so a whole dive costs little more than the first solution. It never
backs up far: what a step makes impossible is settled the other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from waythrough.plan.aid.rows import AidProgram
from waythrough.plan.solver import Solution
from waythrough.terms.problems import NoPlan

SURE = 1e-6
"""How far from whole a number may be and count as whole."""
BETTER = 1e-4
"""Rations (in the program's unit) by which a change must be better to be kept."""
HARDLY = 2e-5
"""Share of all that is eaten which every vehicle on the road every day would weigh as much as."""


@dataclass(frozen=True)
class Way:
    """One way down: the share of open yes-or-no questions settled in one step, and whether days come before
    convoys or together with them.
    """

    at_once: float
    days_first: bool


FASTEST = Way(0.1, days_first=True)
WAYS = (FASTEST, Way(0.03, days_first=False), Way(0.03, days_first=True), Way(0.01, days_first=False))
"""Which way ends best differs from case to case; where a dive is short, all are tried."""
LARGE = 6_000
"""With more columns than this the first solution comes from the interior: from the corners it takes several times
as long."""


class Dive:
    """A program on its way from parts to whole numbers, with the solver that follows each step.

    ``bound`` is the most there is with parts allowed everywhere, ``prices`` what a little more of each shared row
    would add to it.

    Raises
    ------
    NoPlan
        The solver failed where sending nothing is possible.
    """

    def __init__(self, aid: AidProgram) -> None:
        self.aid = aid
        self.highs = aid.program.relaxation()
        self.cost = np.array(aid.program.cost)
        if len(aid.program.cost) > LARGE:
            self.highs.setOptionValue("solver", "ipm")
        solved = self._solved()
        self.highs.setOptionValue("solver", "simplex")
        solved = solved or self._solved()
        if solved is None:
            raise NoPlan(
                what="the solver found nothing for the convoys, with parts allowed",
                remedy="Report this with the situation file: sending nothing should always be possible.",
            )
        self.values, self.objective = solved
        self.bound = self.objective
        self._prefer_safe_roads()
        price = np.asarray(self.highs.getSolution().row_dual, dtype=float)
        self.prices = {row: float(price[n]) for row, n in aid.row_of.items() if price[n] > 0}
        self.mark_of = {column: at for at, column in aid.marks.items()}
        self.settled: dict[int, float] = {}

    def down(self, way: Way = FASTEST) -> bool:
        """Settle the days and which convoys go on them; False where nothing whole was possible."""
        days, convoys = sorted(self.aid.marks.values()), sorted(self.aid.goes.values())
        for columns in (days, convoys) if way.days_first else (sorted(days + convoys),):
            while parted := self._parted([n for n in columns if n not in self.settled]):
                answers = self._clearest(parted, columns, way.at_once)
                if not (self._try(answers) or self._one_way_or_other(parted[0], (1.0, 0.0))):
                    return False
            if columns and not self._try({n: float(round(self.values[n])) for n in columns}):
                return False
        return True

    def restart(self) -> None:
        """Open every answer again, as before the first dive."""
        every = sorted(self.settled)
        low, high = self.aid.program.low, self.aid.program.high
        self._set(every, [low[n] for n in every], [high[n] for n in every])
        self.settled = {}
        self.values, self.objective = self._solved() or (self.values, self.objective)

    def again(self, columns: Sequence[int]) -> bool:
        """Open these answers and settle them anew; everything stays as it was unless more is eaten then."""
        answers, values, objective = dict(self.settled), self.values, self.objective
        opened = [n for n in columns if n in answers]
        for n in opened:
            del self.settled[n]
        self._set(opened, [0.0] * len(opened), [1.0] * len(opened))
        solved = self._solved()
        if solved is not None and solved[1] > objective + BETTER:
            self.values, self.objective = solved
            if self.down() and self.objective > objective + BETTER:
                return True
        self.settled, self.values, self.objective = answers, values, objective
        every = sorted(answers)
        self._set(every, [answers[n] for n in every], [answers[n] for n in every])
        return False

    def vehicles(self) -> Solution | None:
        """Settle how many vehicles go, and give the whole plan; None where nothing whole was possible."""
        solved = self._solved()
        if solved is None:
            return None
        self.values, self.objective = solved
        columns = sorted(self.aid.trucks.values())
        while parted := self._parted([n for n in columns if n not in self.settled]):
            up = {n: float(np.ceil(self.values[n])) for n in parted[: max(1, len(parted) // 5)]}
            ways = (float(np.ceil(self.values[parted[0]])), float(np.floor(self.values[parted[0]])))
            if not (self._try(up) or self._one_way_or_other(parted[0], ways)):
                return None
        if not self._try({n: float(round(self.values[n])) for n in columns}):
            return None
        return Solution(self.values, self.objective, self.bound, np.zeros(0))

    def _prefer_safe_roads(self) -> None:
        """From here on, among plans that feed as many, the one with fewer and safer journeys: many are alike."""
        aid = self.aid
        exposure = {route.id: aid.network.exposure(route) for route in aid.routes}
        worst = max(exposure.values(), default=0)
        trips = sum(fleet.count for fleet in aid.fleet.values()) * aid.situation.days
        if worst and trips:
            each = HARDLY * self.bound / trips / worst
            for (_, route, _), column in aid.trucks.items():
                self.highs.changeColCost(column, -each * exposure[route])

    # --- steps --------------------------------------------------------------------------------------------

    def _clearest(self, parted: Sequence[int], columns: Sequence[int], at_once: float) -> dict[int, float]:
        """Yes to the likeliest and to all that are at yes already; no to days too near them."""
        answers = {n: 1.0 for n in columns if n not in self.settled and self.values[n] >= 1 - SURE}
        for n in parted[: max(1, int(at_once * len(parted)))]:
            answers[n] = 0.0 if self._too_near(n, answers) else 1.0
        return answers

    def _too_near(self, column: int, answers: dict[int, float]) -> bool:
        if column not in self.mark_of:
            return False
        site, t = self.mark_of[column]
        apart = self.aid.situation.convoy_spacing_days
        near = (self.aid.marks.get((site, u)) for u in range(t - apart + 1, t + apart) if u != t)
        return any(n is not None and (answers.get(n) or self.settled.get(n)) for n in near)

    def _parted(self, columns: Sequence[int]) -> list[int]:
        """Columns that are not whole, those with the largest part first."""
        part = {n: self.values[n] - np.floor(self.values[n]) for n in columns}
        open_yet = [n for n in columns if SURE < part[n] < 1 - SURE]
        return sorted(open_yet, key=lambda n: (-part[n], n))

    def _one_way_or_other(self, column: int, ways: Sequence[float]) -> bool:
        return any(self._try({column: way}) for way in ways)

    def _try(self, answers: dict[int, float]) -> bool:
        """Settle these if something is still possible then; else leave them as they were."""
        columns = sorted(answers)
        self._set(columns, [answers[n] for n in columns], [answers[n] for n in columns])
        solved = self._solved()
        if solved is None:
            low, high = self.aid.program.low, self.aid.program.high
            self._set(
                columns,
                [self.settled.get(n, low[n]) for n in columns],
                [self.settled.get(n, high[n]) for n in columns],
            )
            return False
        self.settled.update(answers)
        self.values, self.objective = solved
        return True

    def _set(self, columns: list[int], low: list[float], high: list[float]) -> None:
        self.highs.changeColsBounds(
            len(columns), np.array(columns, np.int32), np.array(low, float), np.array(high, float)
        )

    def _solved(self) -> tuple[np.ndarray, float] | None:
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        values = np.asarray(self.highs.getSolution().col_value, dtype=float)
        return values, float(values @ self.cost)
