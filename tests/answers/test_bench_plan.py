"""The table of planners at a small size: every contender has its line, ours is proven and judged, rules stay behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_our_planner_stands_beside_three_solvers_and_two_rules_in_one_run() -> None:
    done = subprocess.run(
        [sys.executable, "bench/plan.py", "300"],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "BENCH_SECONDS": "3"},
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    print(done.stdout)
    lines = {
        match[1].strip(): match[2] for match in re.finditer(r"(?m)^(\S.{30,31}?)\s{2,}(.*)$", done.stdout)
    }
    for peer in ("HiGHS monolith", "CP-SAT monolith", "SCIP monolith"):
        assert peer in lines
    for ours in (line for who, line in lines.items() if who.startswith("waythrough")):
        assert ours.endswith("every rule holds")
        assert percent(ours, 0) < 4, "our own proof"
    for rule in ("rule: most in need first", "rule: first come first served"):
        assert percent(lines[rule], -1) > 5, "a rule of thumb stays far below the bound"


def percent(line: str, at: int) -> float:
    return float(re.findall(r"(\d+\.\d+)%", line)[at])
