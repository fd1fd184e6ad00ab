"""Convoys: the proven gap, the time and the memory they take, beside a solver given everything at once and a rule
of thumb.

Each figure is taken in a process of its own. ``python bench/aid.py [one|four|ten] …`` measures some cases; without
a name one site, and all where ``BENCH=full``. ``BENCH_SECONDS`` is how long the peers may take (10; 60 where full).
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from typing import Any

from measures import child
from measures.child import Cost

FULL = os.environ.get("BENCH") == "full"
SECONDS = float(os.environ.get("BENCH_SECONDS", "60" if FULL else "10"))
GAP, NODES = 1e-4, 2_000
CASES: dict[str, list[list[Any]]] = {
    "one": [["country", 8_000, 1], *(["hard", 8_000, seed] for seed in (1, 2, 3))],
    "four": [["country", 80_000, 1], ["hard", 80_000, 1]],
    "ten": [["country", 200_000, 1], ["hard", 200_000, 1]],
}
"""``country``: the sites, stores, trucks and doors of an invented country. ``hard``: as many, vehicles for seven
tenths of the need, convoys 4 to 8 days apart and of a third of a site's vehicles at least."""


def main() -> None:
    """Measure the cases asked for."""
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, peers {SECONDS:g} s; 90 days")
    print(f"{'':34}{'wall s':>8}{'CPU s':>8}{'MB':>6}{'unmet person-days':>19}{'proven gap':>12}  check")
    for name in sys.argv[1:] or (CASES if FULL else ["one"]):
        for case in CASES[name]:
            report(case)


def report(case: list[Any]) -> None:
    """One case: what it is, then one line for each way to plan it."""
    told = child.run("aiding.size", case=case).told
    print(
        f"\n{' '.join(map(str, case))}: {told['sites']} sites, {told['warehouses']} warehouses, "
        f"{told['open']:.0%} of route-days open, {told['need']:,} person-days of need"
    )
    first = line("first aim", child.run("aiding.ours", case=case, gap=GAP, nodes=NODES))
    line("every aim of aid", child.run("aiding.whole_aid", case=case, gap=GAP, nodes=NODES))
    line("HiGHS, whole program", child.run("aiding.highs", case=case, seconds=SECONDS))
    if told["sites"] == 1 and importlib.util.find_spec("pyscipopt"):
        line("SCIP, whole program", child.run("aiding.scip", case=case, seconds=SECONDS))
    line("rule of thumb", child.run("aiding.field_rule", case=case), first.told["bound"])


def line(what: str, cost: Cost, bound: int | None = None) -> Cost:
    """Print one line; a rule of thumb proves nothing, so its gap is taken to our bound."""
    unmet, proved = cost.told["unmet"], cost.told["bound"] if bound is None else bound
    gap = (unmet - proved) / unmet if unmet else 0.0
    verdict = "holds" if not cost.told["broken"] else f"{cost.told['broken']} rules broken"
    print(
        f"  {what:32}{cost.wall_s:8.1f}{cost.cpu_s:8.1f}{cost.memory_mb:6.0f}{unmet:19,}{gap:11.2%}"
        f"{'' if bound is None else '*'}  {verdict}",
        flush=True,
    )
    return cost


if __name__ == "__main__":
    main()
