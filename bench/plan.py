"""The journeys at four sizes: our planner beside three solvers and two rules of thumb, one table a run.

    python bench/plan.py                  1,000 households, all contenders (a minute or two each for the solvers)
    python bench/plan.py 8000 80000       these sizes; solvers only where they end within the limit
    BENCH=full python bench/plan.py       all four sizes, three seeds
    BENCH_SECONDS=0 python bench/plan.py  without the solvers

Every contender reads the same situation file in a process of its own. *own gap* is to the bound it proved itself,
*below* is how far its plan stays under the best bound of the row's case. Solvers and rules count seats for a trip or
fill vehicles first fit; only our plan has manifests, and it is the one that the checker judges. *unmet* are person-days
below the life-saving threshold as if nobody left: no journey may change them, and convoys have a table of their own
(bench/aid.py).
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measures import child
from measures.child import Cost

from waythrough.plan.files import save
from waythrough.plan.generate import generate

FULL = os.environ.get("BENCH") == "full"
SIZES = (1_000, 8_000, 80_000, 200_000) if FULL else (1_000,)
SEEDS = (1, 2, 3) if FULL else (1,)
DAYS = int(os.environ.get("BENCH_DAYS", 90))
SECONDS = float(os.environ.get("BENCH_SECONDS", 60))
"""What each solver gets. Building its model is not counted, which flatters it."""
SLICES = 12
"""Slices of search of our longer run. A slice is fixed work, about a second at 8,000 households."""
LARGEST = {"HiGHS": 8_000, "CP-SAT": 8_000, "SCIP": 8_000, "rules": 200_000}
"""Above these a solver has no plan within its time (PLAN says how that was found): not run."""


@dataclass(frozen=True)
class Line:
    """One contender on one case."""

    who: str
    cost: Cost

    @property
    def value(self) -> int:
        return int(self.cost.told["value"])

    @property
    def bound(self) -> float | None:
        return self.cost.told["bound"]


def main() -> None:
    """Measure the sizes asked for."""
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print(f"{DAYS} days, solvers {SECONDS:g} s on two threads, {os.cpu_count()} cores")
    for households in sizes:
        for seed in SEEDS:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "s.json"
                save(generate(households, DAYS, seed), path)
                table(households, seed, [*contenders(households, str(path))])


def contenders(households: int, path: str) -> list[Line]:
    """Every contender that can be expected to end."""
    found = [
        Line("waythrough, as it comes", child.run("planner.quick", path=path)),
        Line(f"waythrough, {SLICES} slices", child.run("planner.thorough", path=path, slices=SLICES)),
    ]
    for who, name in (("HiGHS", "highs"), ("CP-SAT", "cp_sat"), ("SCIP", "scip")):
        if households <= LARGEST[who] and SECONDS:
            found.append(Line(f"{who} monolith", child.run(f"monolith.{name}", path=path, seconds=SECONDS)))
    if households <= LARGEST["rules"]:
        found.append(Line("rule: most in need first", child.run("field_rules.most_in_need", path=path)))
        found.append(Line("rule: first come first served", child.run("field_rules.first_come", path=path)))
    return found


def table(households: int, seed: int, lines: list[Line]) -> None:
    """Print one case."""
    best = min(line.bound for line in lines if line.bound is not None)
    print(f"\n{households:,} households, seed {seed}; best bound {best:,.0f}")
    print(
        f"{'':32}{'own gap':>9}{'below':>9}{'people':>9}{'unmet':>12}{'wall s':>9}{'CPU s':>8}{'MB':>7}  checker"
    )
    for line in lines:
        own = f"{(line.bound - line.value) / line.bound:9.2%}" if line.bound else f"{'–':>9}"
        below = f"{(best - line.value) / best:9.2%}" if best else f"{'–':>9}"
        unmet = f"{line.cost.told['unmet']:12,}" if "unmet" in line.cost.told else f"{'–':>12}"
        print(
            f"{line.who:32}{own}{below}{line.cost.told['people']:9,}{unmet}{line.cost.wall_s:9.2f}{line.cost.cpu_s:8.1f}"
            f"{line.cost.memory_mb:7.0f}  {line.cost.told.get('checker', '–')}"
        )


if __name__ == "__main__":
    main()
