"""Faults seldom come alone: a disk error while a power cut is recovered from, a kill while a full disk is mended."""

from __future__ import annotations

import random
import resource
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path

import apsw
import pytest

from faults.disk import MODELS, STYLES
from faults.driver import Driver, driven
from faults.judge import Tally, entries_in
from faults.killing import run
from faults.operations import Say, append, append_one, copied, make, opened, rebuild, rows
from faults.test_power_cut import Weakened, a_week, recorded
from faults.vfs import FailingVFS, Failure
from waythrough.terms.problems import Problem

pytestmark = [pytest.mark.slow, pytest.mark.torture]

PAIRS = 100


def test_a_disk_error_while_a_power_cut_is_recovered_from(arena: Path, figures: Callable[..., None]) -> None:
    recorder = recorded(arena / "written", a_week, Weakened("FULL"))
    tally, rng, struck = Tally(), random.Random(6), 0
    while struck < PAIRS:
        disk = recorder.disk_at(rng.randint(recorder.first, len(recorder.events)), rng.choice(MODELS))
        found = arena / "found"
        disk.cut(rng.choice(STYLES), rng).lay_out(found)
        code, for_ever = rng.choice((apsw.SQLITE_IOERR, apsw.SQLITE_FULL)), rng.random() < 0.5
        failure = Failure(code, rng.randint(1, 60), for_ever)
        said: list[str] = []
        try:
            with driven(Driver(FailingVFS(failure))):
                append_one(found, said.append)
        except Problem:
            pass  # a refusal is what should come of it; what was acknowledged is judged below
        struck += bool(failure.failed)
        tally.judge(found, [*disk.acknowledged, *said], f"cut, then act {failure.at} fails")
        shutil.rmtree(found)
    figures("power cut, then disk error", pairs=struck, lost=tally.lost, bad=tally.bad)
    assert tally.clean, tally.told[:10]


def fill_up(folder: Path, say: Say) -> None:
    """An import for which there is no room."""
    del say
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
    with opened(folder) as ledger, pytest.raises(Problem):
        append(ledger, rows("request", 3_000), "table", lambda what: None)


def test_a_kill_while_the_lists_are_rebuilt_after_a_full_disk(
    arena: Path, figures: Callable[..., None]
) -> None:
    ready = arena / "ready"
    ready.mkdir()
    make(ready)
    assert run(partial(fill_up, ready)).code == 0
    before, tally, rng = entries_in(ready), Tally(), random.Random(66)
    length = run(partial(rebuild, copied(ready, arena / "measured"))).seconds
    while tally.runs < PAIRS:
        place = copied(ready, arena / "killed")
        if run(partial(rebuild, place), kill_after=rng.random() * length).killed:
            tally.judge(place, before, "full, then killed")
        shutil.rmtree(place)
    figures("full disk, then kill -9 in rebuild", pairs=tally.runs, lost=tally.lost, bad=tally.bad)
    assert tally.clean, tally.told[:10]
