"""A small program of columns and rows, handed to HiGHS: one thread, one seed, limits on work and not on time.

HiGHS gives the same answer for the same program as long as it stops for work done; a clock would make plans
differ from laptop to laptop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

from waythrough.terms.problems import NoPlan

Terms = Sequence[tuple[int, float]]
INFINITE = float(highspy.kHighsInf)


@dataclass(frozen=True)
class Limits:
    """When a search stops: relative gap reached, or nodes visited."""

    gap: float = 1e-4
    nodes: int = 2_000

    def at_most(self, nodes: int, gap: float = 0.0) -> Limits:
        """The same limits, or these where they stop sooner."""
        return Limits(max(gap, self.gap), min(nodes, self.nodes))


@dataclass(frozen=True)
class Solution:
    """Values of the columns (shape: (columns,)), the aim reached, the proven bound, and row prices of an
    LP.
    """

    values: np.ndarray
    objective: float
    bound: float
    prices: np.ndarray


@dataclass
class Program:
    """Columns with bounds and cost, rows with bounds. Minimises unless ``maximise``."""

    maximise: bool = False
    cost: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)

    def column(self, high: float, cost: float = 0.0, *, whole: bool = False, low: float = 0.0) -> int:
        """Add a column between ``low`` and ``high``; gives its number."""
        self.cost.append(cost)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, terms: Terms, low: float = -INFINITE, high: float = INFINITE) -> int:
        """Add low ≤ Σ value·column ≤ high; gives its number. A row without terms is left out (−1)."""
        if not terms:
            return -1
        self.index.extend(column for column, _ in terms)
        self.value.extend(value for _, value in terms)
        self.starts.append(len(self.index))
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.row_low) - 1

    def solve(
        self,
        limits: Limits,
        *,
        start: np.ndarray | None = None,
        relaxed: bool = False,
        whole: set[int] | None = None,
        what: str = "the plan",
    ) -> Solution:
        """The best values found within the limits, with the bound HiGHS proved.

        ``relaxed`` allows parts everywhere; ``whole`` names the only columns that must be whole numbers.

        Raises
        ------
        NoPlan
            HiGHS found no values at all. Every program here allows doing nothing, so this is a defect.
        """
        if not self.cost:
            return Solution(np.zeros(0), 0.0, 0.0, np.zeros(len(self.row_low)))
        kinds = [not relaxed and (flag if whole is None else n in whole) for n, flag in enumerate(self.whole)]
        integer = any(kinds)
        highs = _highs(limits)
        highs.passModel(self._model(kinds))
        if start is not None and integer:
            given = highspy.HighsSolution()
            given.col_value = [float(v) for v in start]
            highs.setSolution(given)
        highs.run()
        info = highs.getInfo()
        status = highs.getModelStatus()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise NoPlan(
                what=f"the solver found nothing for {what}: {highs.modelStatusToString(status)}",
                remedy="Report this with the situation file: doing nothing should always be possible.",
            )
        found = highs.getSolution()
        bound = info.mip_dual_bound if integer else info.objective_function_value
        return Solution(
            np.asarray(found.col_value, dtype=float),
            float(info.objective_function_value),
            float(bound),
            np.asarray(found.row_dual, dtype=float) if not integer else np.zeros(0),
        )

    def relaxation(self) -> highspy.Highs:
        """The program with parts allowed everywhere, in a solver that keeps its place between changes."""
        highs = _highs(Limits())
        highs.passModel(self._model([False] * len(self.cost)))
        return highs

    def _model(self, whole: Sequence[bool]) -> highspy.HighsLp:
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = len(self.cost), len(self.row_low)
        lp.col_cost_ = np.array(self.cost, dtype=float)
        lp.col_lower_, lp.col_upper_ = np.array(self.low, dtype=float), np.array(self.high, dtype=float)
        lp.row_lower_, lp.row_upper_ = (
            np.array(self.row_low, dtype=float),
            np.array(self.row_high, dtype=float),
        )
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = np.array(self.starts, dtype=np.int32)
        lp.a_matrix_.index_ = np.array(self.index, dtype=np.int32)
        lp.a_matrix_.value_ = np.array(self.value, dtype=float)
        lp.sense_ = highspy.ObjSense.kMaximize if self.maximise else highspy.ObjSense.kMinimize
        if any(whole):
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            lp.integrality_ = [kinds[is_whole] for is_whole in whole]
        return lp


def version() -> str:
    """The solver and its version, as a plan records it."""
    return f"HiGHS {highspy.Highs().version()}"


def _highs(limits: Limits) -> highspy.Highs:
    highs = highspy.Highs()
    highs.silent()
    work: dict[str, int | float | str] = {
        "threads": 1,
        "parallel": "off",
        "random_seed": 7,
        "mip_rel_gap": limits.gap,
        "mip_max_nodes": limits.nodes,
        "mip_feasibility_tolerance": 1e-7,
        "primal_feasibility_tolerance": 1e-8,
    }
    for name, value in work.items():
        highs.setOptionValue(name, value)
    return highs


class Reopened:
    """A linear program kept open: bounds and costs change, and it is solved on from where it stood."""

    def __init__(self, program: Program, limits: Limits | None = None) -> None:
        self.count = len(program.cost)
        self._highs = _highs(limits or Limits())
        if self.count:
            self._highs.passModel(program._model([False] * self.count))

    def highs(self, columns: Sequence[int], highs: Sequence[float]) -> None:
        """New upper bounds; lower ones are 0."""
        n = len(columns)
        if n:
            at = np.array(columns, dtype=np.int32)
            self._highs.changeColsBounds(n, at, np.zeros(n), np.array(highs, dtype=float))

    def costs(self, columns: Sequence[int], costs: Sequence[float] | float) -> None:
        """New costs, one for each column or one for all."""
        n = len(columns)
        if n:
            every = np.broadcast_to(np.asarray(costs, dtype=float), (n,)).copy()
            self._highs.changeColsCost(n, np.array(columns, dtype=np.int32), every)

    def afresh(self) -> None:
        """Forget where it stood: far from there, a program made small first is solved sooner."""
        if self.count:
            self._highs.clearSolver()

    def best(self) -> tuple[np.ndarray, float]:
        """The least cost, with the columns that have it.

        Raises
        ------
        NoPlan
            HiGHS found no optimum.
        """
        if not self.count:
            return np.zeros(0), 0.0
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NoPlan(
                what=f"the solver stopped with {self._highs.modelStatusToString(self._highs.getModelStatus())}",
                remedy="Report this with the situation file.",
            )
        found = np.asarray(self._highs.getSolution().col_value, dtype=float)
        return found, float(self._highs.getInfo().objective_function_value)
