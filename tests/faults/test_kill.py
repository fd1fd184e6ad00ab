"""What was acknowledged survives a process killed at any moment of any operation."""

from __future__ import annotations

import contextlib
import math
import os
import random
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from unittest import mock

import pytest

from faults.judge import Tally, entries_in
from faults.killing import Ended, run, usual_seconds
from faults.operations import OPERATIONS, SERVER, Operation, Say, append, copied, make, note, opened
from servers import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="kills processes as POSIX systems do"),
]

FULL, FAST, CONTROL = 600, 60, 20
FULL_ON_A_SERVER, FAST_ON_A_SERVER = 200, 6
ON_A_SERVER = [one for one in OPERATIONS if one.name not in ("create", "upgrade")]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_a_kill_at_any_moment_loses_nothing_that_was_acknowledged(
    operation: Operation, arena: Path, torture: bool, figures: Callable[..., None]
) -> None:
    ready = arena / "ready"
    ready.mkdir()
    operation.prepare(ready)
    places = (copied(ready, arena / str(n)) for n in count())
    kills = math.ceil((FULL if torture else FAST) / len(OPERATIONS))
    kill_often(operation, places, kills, "SQLite", figures)


@pytest.mark.parametrize("operation", ON_A_SERVER, ids=lambda one: one.name)
def test_a_kill_of_a_servers_client_loses_nothing_that_was_acknowledged(
    operation: Operation, arena: Path, postgres: Server, torture: bool, figures: Callable[..., None]
) -> None:
    def laptops() -> Iterator[Path]:
        for n in count():
            laptop = arena / str(n)
            laptop.mkdir()
            (laptop / SERVER).write_text(postgres.new())
            operation.prepare(laptop)
            yield laptop

    kills = math.ceil((FULL_ON_A_SERVER if torture else FAST_ON_A_SERVER) / len(ON_A_SERVER))
    kill_often(operation, laptops(), kills, "PostgreSQL", figures)


def kill_often(
    operation: Operation, places: Iterator[Path], kills: int, keeper: str, figures: Callable[..., None]
) -> None:
    """Kill the operation at moments drawn over all of it, each time in a new place."""
    length = usual_seconds(lambda: partial(operation.run, next(places)))
    rng, tally, too_late = random.Random(f"kill {operation.name}"), Tally(), 0
    while tally.runs < kills:
        place = next(places)
        there = entries_in(place)
        ended = run(partial(operation.run, place), kill_after=rng.random() * length * 1.1)
        too_late += not ended.killed
        assert ended.killed or ended.code == 0
        if ended.killed:
            tally.judge(place, [*there, *ended.said], f"kill {tally.runs} of {operation.name}")
            check_it_can_be_finished(operation, place, ended)
        shutil.rmtree(place)
    figures(
        f"kill -9 in {operation.name}, {keeper}",
        kills=tally.runs,
        acknowledged=tally.acknowledged,
        lost=tally.lost,
        bad=tally.bad,
        projections_differ=tally.differing,
        of_ms=round(length * 1000),
    )
    assert tally.clean, tally.told
    assert too_late < 3 * kills, (
        "nearly every kill came after the work was done: the moments are not drawn over it"
    )


def test_an_acknowledgement_before_the_commit_is_caught(arena: Path, figures: Callable[..., None]) -> None:
    # The planted bug: ten acts are said to be done while the one transaction that holds them is still open.
    make(arena)
    tally, rng = Tally(), random.Random("hasty")
    works = (partial(append_hastily, arena, name=f"hasty {n}") for n in range(100))
    length = usual_seconds(lambda: next(works))
    for n in range(CONTROL):
        ended = run(next(works), kill_after=rng.uniform(0.3, 1.0) * length)
        tally.judge(arena, ended.said if ended.killed else [], f"kill {n}")
    figures("kill -9, control: acknowledged before the commit", kills=tally.runs, lost=tally.lost)
    assert tally.lost
    assert not tally.bad


def append_hastily(folder: Path, say: Say, name: str) -> None:
    """Acts that are acknowledged before they are committed."""
    with contextlib.ExitStack() as until_the_end:
        ledger = until_the_end.enter_context(opened(folder))
        writer = until_the_end.enter_context(ledger._store.writing())
        with mock.patch.object(ledger._store, "writing", lambda: contextlib.nullcontext(writer)):
            for n in range(10):
                append(ledger, [note(f"{name}/{n}", n)], f"{name}/{n}", say)


def check_it_can_be_finished(operation: Operation, place: Path, ended: Ended) -> None:
    """The same acts again complete the work, and what was acknowledged before the kill is not written twice."""
    again = run(partial(operation.run, place))
    assert again.code == 0
    assert set(ended.said) <= set(again.said)
    after = Tally()
    assert not operation.settled(place), operation.settled(place)
    assert after.judge(place, again.said, f"{operation.name}, finished after a kill"), after.told
