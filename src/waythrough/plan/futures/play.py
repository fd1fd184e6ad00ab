"""Many futures at once, on as many processors as asked for; the numbers do not depend on how many."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from waythrough.plan.futures import many
from waythrough.plan.kernels import can_compile
from waythrough.plan.kernels import futures as kernel
from waythrough.plan.kernels.futures import World

COMPILED, NUMPY = "compiled", "numpy"
PAYS = 20_000
"""Futures from which loading, and the first time compiling, the compiled loop is quicker than numpy."""
SHARE = 4_096
"""Futures that one processor takes at a time."""


@dataclass(frozen=True)
class Played:
    """What came of each future. Shapes: (futures, weeks), (futures, weeks), (futures, 2).

    ``moved`` people left in each week; ``unmet`` person-days were short in it; ``first`` is the first day of
    a journey and of a convoy, the number of days where there was none.
    """

    moved: np.ndarray
    unmet: np.ndarray
    first: np.ndarray


def play(
    world: World, number: int, seed: int, *, start: int = 0, threads: int = 0, engine: str | None = None
) -> Played:
    """Futures ``start`` to ``start + number`` of a world.

    ``threads`` 0 means one for each processor. ``engine`` None takes whichever is quicker for so many; both
    give the same numbers.
    """
    run = _engine(engine or (COMPILED if number >= PAYS and can_compile() else NUMPY))
    weeks = -(-len(world.people) // 7)
    played = Played(
        np.zeros((number, weeks), np.int64),
        np.zeros((number, weeks), np.int64),
        np.zeros((number, 2), np.int64),
    )

    def part(begin: int) -> None:
        rows = slice(begin, min(number, begin + SHARE))
        run(
            world,
            seed,
            start + begin,
            start + rows.stop,
            played.moved[rows],
            played.unmet[rows],
            played.first[rows],
        )

    parts = range(0, number, SHARE)
    at_once = min(threads or os.cpu_count() or 1, len(parts))
    if at_once <= 1:
        for begin in parts:
            part(begin)
    else:
        # A compiled loop and most of numpy let go of the interpreter while they work.
        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(part, parts))
    return played


def _engine(name: str) -> Callable[..., Any]:
    return kernel.run.compiled if name == COMPILED else many.run
