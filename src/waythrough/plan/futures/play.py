"""Many futures at once, on as many processors as asked for; the numbers do not depend on how many."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from waythrough.plan.futures import many
from waythrough.plan.kernels import can_compile
from waythrough.plan.kernels.feeding import feeding
from waythrough.plan.kernels.futures import World, roads
from waythrough.plan.kernels.leaving import leaving

COMPILED, NUMPY = "compiled", "numpy"
PAYS = 20_000
"""Futures from which loading, and the first time compiling, the compiled loop is quicker than numpy."""
SHARE = 2_048
"""Futures that one processor takes at a time: their roads stay in its cache from one loop to the next."""


@dataclass(frozen=True)
class Played:
    """What came of each future. Shapes: (futures, weeks), (futures, weeks), (2, futures).

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
    weeks = -(-world.days // 7)
    played = Played(
        np.zeros((number, weeks), np.int64),
        np.zeros((number, weeks), np.int64),
        np.zeros((2, number), np.int64),
    )

    def part(begin: int) -> None:
        rows = slice(begin, min(number, begin + SHARE))
        run(world, seed, start + begin, played.moved[rows], played.unmet[rows], played.first[:, rows])

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
    if name == NUMPY:
        return many.run
    return partial(loops, roads.compiled, leaving.compiled, feeding.compiled)


def loops(
    roads: Callable[..., None],
    leaving: Callable[..., None],
    feeding: Callable[..., None],
    world: World,
    seed: int,
    start: int,
    moved: np.ndarray,
    unmet: np.ndarray,
    first: np.ndarray,
) -> None:
    """The three loops one after another, compiled or plain, for futures ``start`` and after."""
    out, aid, horizon = world.leaving, world.feeding, world.horizon
    road = np.zeros((len(moved), *world.answers.starts.shape), np.uint64)
    roads(*world.answers, seed, start, road)
    ways = [np.ascontiguousarray(part) for part in (road[:, : world.outward], road[:, world.outward :])]
    awake, goes = np.zeros(out.rises.shape[1], np.uint64), np.zeros(world.outward, np.uint64)
    leaving(*out, np.zeros_like(out.fresh), awake, goes, ways[0], horizon, moved, first[0])
    feeding(*aid, np.zeros_like(aid.fresh), ways[1], horizon, unmet, first[1])
