"""A memory that runs out may end the program, but never harms the ledger."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from faults.judge import Tally, entries_in
from faults.killing import run
from faults.operations import OPERATIONS, Operation, Say, copied

_testcapi = pytest.importorskip("_testcapi", reason="this Python has no switch to make its memory run out")

pytestmark = pytest.mark.slow

FULL, FAST = 300, 16
LONGEST_SECONDS = 30.0
SHORTAGE = 50
STARVED = [one for one in OPERATIONS if one.name in ("append", "import", "sync", "erase")]


def starve(operation: Operation, folder: Path, first: int, last: int, say: Say) -> None:
    """Do it while the allocations from the first up to the last fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a starved program still tries to say
    said: list[str] = []
    _testcapi.set_nomemory(first, last)
    try:
        operation.run(folder, said.append)
    finally:
        _testcapi.remove_mem_hooks()
        for what in said:
            say(what)


def allocations(operation: Operation, ready: Path, arena: Path) -> int:
    """About how many allocations the operation makes: the first power of two that it does not come to."""
    count = 1_024
    while True:
        place = copied(ready, arena / f"counted {count}")
        ended = run(partial(starve, operation, place, count, count + 1), kill_after=LONGEST_SECONDS)
        if ended.code == 0:
            return count
        count *= 2


@pytest.mark.parametrize("operation", STARVED, ids=lambda one: one.name)
def test_memory_that_runs_out_never_harms_the_ledger(
    operation: Operation, arena: Path, torture: bool, figures: Callable[..., None]
) -> None:
    ready = arena / "ready"
    ready.mkdir()
    operation.prepare(ready)
    before, most = entries_in(ready), allocations(operation, ready, arena)
    points = (FULL if torture else FAST) // len(STARVED)
    tally, rng, ends = Tally(), random.Random(operation.name), {"finished": 0, "refused": 0, "crashed": 0}
    for n in range(points):
        # Evenly over the whole work first, at random places after that; one allocation, or a shortage.
        first = 1 + most * n // (points // 2) if n < points // 2 else rng.randint(1, most)
        place = copied(ready, arena / str(n))
        last = first + (1 if n % 2 else SHORTAGE)
        ended = run(partial(starve, operation, place, first, last), kill_after=LONGEST_SECONDS)
        ends["finished" if ended.code == 0 else "crashed" if ended.code < 0 else "refused"] += 1
        tally.judge(place, [*before, *ended.said], f"{operation.name}, allocation {first}")
        shutil.rmtree(place)
    figures(f"out of memory, {operation.name}", points=points, **ends, lost=tally.lost, bad_ledgers=tally.bad)
    assert tally.clean, tally.told
    assert ends["finished"] < points
