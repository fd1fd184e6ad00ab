"""How long “why not?” takes in large cases: a household, a destination, an aim.

``python bench/why.py [HOUSEHOLDS …]`` (8000 where none is named). CPU seconds, one process; nobody is seated
beforehand, so every household has a reason to find.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))

from waythrough.plan import program
from waythrough.plan.generate import generate
from waythrough.plan.units import units
from waythrough.plan.why import why_destination, why_not
from waythrough.plan.why.targets import MOST_VULNERABLE, why_target


def cpu(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of a piece of work, and what it gave."""
    began = time.process_time()
    found = work()
    return time.process_time() - began, found


def measure(households: int) -> None:
    """One size, printed as one line of a table."""
    now = generate(households, 90, 1)
    nobody = replace(program.make(generate(20, 10, 1)), convoys=(), returns=())
    reading, (able, _) = cpu(lambda: units(now))
    one, _ = cpu(lambda: why_not(now, nobody, able[0].households[0].id))
    end, _ = cpu(lambda: why_destination(now, nobody, now.destinations[0].id))
    aim, found = cpu(lambda: why_target(now, nobody, MOST_VULNERABLE, 25))
    print(
        f"| {households:,} | {reading:.2f} | {one:.3f} | {end:.2f} | {aim:.2f} "
        f"({found.people:,} people, {len(found.levers)} names) |"
    )


if __name__ == "__main__":
    print("| households | reading consents | a household | a destination | an aim |")
    print("|---|---|---|---|---|")
    for size in sys.argv[1:] or ["8000"]:
        measure(int(size))
