"""Each figure is taken in a fresh process, so that no measurement warms or fills the memory of the next."""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULT = "result "
BENCH = Path(__file__).parents[1]
SOURCE = BENCH.parent / "src"


@dataclass(frozen=True)
class Cost:
    """What one run took: wall and CPU seconds, the highest memory of the process, and what else it had to tell."""

    wall_s: float
    cpu_s: float
    memory_mb: float
    told: dict[str, Any] = field(default_factory=dict)


def run(function: str, **values: Any) -> Cost:
    """Run ``module.function`` of this package in a process of its own."""
    command = [sys.executable, "-m", "measures.child", function, json.dumps(values)]
    search = os.pathsep.join([str(BENCH), str(SOURCE)])
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": search}, stdout=subprocess.PIPE, text=True, check=False
    )
    last = next((line for line in reversed(done.stdout.splitlines()) if line.startswith(RESULT)), "")
    if done.returncode or not last:
        raise RuntimeError(f"{function} of {values} ended with {done.returncode}:\n{done.stdout}")
    return Cost(**json.loads(last.removeprefix(RESULT)))


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What the work gives, and the wall and CPU seconds it took, its child processes included."""
    gc.collect()
    wall, cpu = time.perf_counter(), _cpu()
    given = work()
    return given, time.perf_counter() - wall, _cpu() - cpu


def _cpu() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _main() -> None:
    module, _, name = sys.argv[1].partition(".")
    prepare = getattr(importlib.import_module(f"measures.{module}"), name)
    work = prepare(**json.loads(sys.argv[2]))  # makes ready what is not to be measured
    told, wall, cpu = timed(work)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cost = {"wall_s": wall, "cpu_s": cpu, "memory_mb": memory, "told": told or {}}
    print(RESULT + json.dumps(cost))


if __name__ == "__main__":
    _main()
