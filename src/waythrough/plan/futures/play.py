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
from waythrough.plan.kernels import feeding as goods_in
from waythrough.plan.kernels import leaving as people_out
from waythrough.plan.kernels.feeding import feeding
from waythrough.plan.kernels.futures import Feeding, Leaving, World, roads
from waythrough.plan.kernels.leaving import leaving

COMPILED, NUMPY = "compiled", "numpy"
PAYS = 20_000
"""Futures from which loading, and the first time compiling, the compiled loop is quicker than numpy."""
SHARE = 2_048
"""Futures that one processor takes at a time: their roads stay in its cache from one loop to the next."""
SIDE_BY_SIDE = 512
"""Futures that the compiled loops play at once: enough that what is looked up for all of them costs each next to
nothing, few enough that where they stand stays in the cache.
"""


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
    # Week by week in memory, as they are written.
    moved, unmet = np.zeros((weeks, number), np.int64), np.zeros((weeks, number), np.int64)
    played = Played(moved.T, unmet.T, np.zeros((2, number), np.int64))

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
    for begin in range(0, len(moved), SIDE_BY_SIDE):
        rows = slice(begin, begin + SIDE_BY_SIDE)
        side = len(moved[rows])
        if begin == 0 or side < SIDE_BY_SIDE:
            road = np.empty((*world.answers.starts.shape, side), np.uint64)
            gone, short = (np.empty((moved.shape[1], side), np.int64) for _ in range(2))
            out, aid = _room_to_leave(world.leaving, side), _room_to_feed(world.feeding, side)
        roads(*world.answers, seed, start + begin, road)
        leaving(*world.leaving, *out, road[: world.outward], gone, first[0, rows])
        feeding(*world.feeding, *aid, road[world.outward :], short, first[1, rows])
        moved[rows], unmet[rows] = gone.T, short.T


def _room_to_leave(out: Leaving, side: int) -> tuple[Any, ...]:
    """What `leaving` writes in: days that vehicles stay away and people travel, and one more; numbers; lists."""
    days, ring, ahead = len(out.waiting), _most(out.cycle_of), _most(out.out)
    fleets, roads = len(out.room), len(out.site)
    of = (fleets, len(out.special), len(out.register), len(out.in_all), roads)
    state = np.zeros((people_out.state_rows(*of, days, ring, ahead), side), np.int32)
    # A number is written down before it is known whether it stays, so a list has one place more.
    lists = np.zeros((roads + 1, side + 1), np.uint32)
    return ring, ahead, state, lists, np.zeros((side + 1, 5), np.int64)


def _room_to_feed(aid: Feeding, side: int) -> tuple[Any, ...]:
    """What `feeding` writes in, as for those who leave."""
    ring, ahead = _most(aid.cycle_of), _most(aid.out)
    of = (len(aid.room), aid.stock.size, aid.store.size, len(aid.spacing), len(aid.site))
    state = np.zeros((goods_in.state_rows(*of, ring, ahead), side), np.int64)
    return ring, ahead, state, np.zeros(side + 1, np.uint32)


def _most(days: np.ndarray) -> int:
    """One more than the most days."""
    return int(days.max(initial=0)) + 1
