"""What was acknowledged survives a power cut: the file as it may be found, from everything SQLite asked of the disk."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.disk import MODELS, STYLES
from faults.driver import Driver, Rewrite, driven
from faults.judge import Tally
from faults.operations import (
    append,
    create,
    erase,
    household,
    import_rows,
    make_new,
    make_old,
    note,
    opened,
    rebuild,
    rows,
    upgrade,
)
from faults.vfs import Recorder, RecordingVFS, names_watched

pytestmark = pytest.mark.slow

FULL, FAST, CONTROL = 5_000, 300, 200


def a_week(folder: Path, recorder: Recorder) -> None:
    """The workspace is made, opened, written, imported into, rebuilt and closed, again and again."""
    say = recorder.acknowledge
    make_new(folder)
    recorder.found_there()
    create(folder, say)
    for day in range(3):
        with opened(folder) as ledger:
            for n in range(6):
                append(ledger, [note(f"{day}/{n}", n)], f"{day}/{n}", say)
            append(ledger, rows(f"table {day}", 25), f"table {day}", say)
            append(ledger, [note(f"{day}/last", 0)], f"{day}/last", say)
            append(ledger, [household(day)], f"{day}/household", say)
    erase(folder, say)
    rebuild(folder, say)
    import_rows(folder, say)


def an_old_file(folder: Path, recorder: Recorder) -> None:
    """A workspace of the first format is brought up, and used."""
    make_old(folder)
    recorder.found_there()
    upgrade(folder, recorder.acknowledge)
    for _ in range(2):
        upgrade(folder, recorder.acknowledge)


class Weakened:
    """The store's own statements, with at most its durability changed.

    The log is moved into the file every 40 pages and not every 1,000, so that a small history meets this often.
    """

    def __init__(self, level: str) -> None:
        self.level = level
        self.changed = 0

    def __call__(self, statement: str) -> str:
        if statement != "PRAGMA synchronous=FULL":
            return statement
        self.changed += 1
        return f"PRAGMA synchronous={self.level}; PRAGMA wal_autocheckpoint=40"


def recorded(folder: Path, history: Callable[[Path, Recorder], None], rewrite: Rewrite) -> Recorder:
    """Everything done to the disk in a history."""
    folder.mkdir()
    recorder = Recorder(folder)
    with driven(Driver(RecordingVFS(recorder), rewrite)), names_watched(recorder):
        history(folder, recorder)
    return recorder


def cut_often(recorder: Recorder, images: int, arena: Path, rng: random.Random) -> Tally:
    """The ledger as found after cuts at random moments, in every style and model alike."""
    tally = Tally()
    kinds = [(style, model) for style in STYLES for model in MODELS]
    while tally.runs < images:
        style, model = kinds[tally.runs % len(kinds)]
        moment = rng.randint(recorder.first, len(recorder.events))
        disk = recorder.disk_at(moment, model)
        found = arena / "found"
        disk.cut(style, rng).lay_out(found)
        place = f"cut after {moment} of {len(recorder.events)} acts on the disk, {style}, {model}"
        tally.judge(found, disk.acknowledged, place)
        shutil.rmtree(found)
    return tally


@pytest.mark.parametrize("history", [a_week, an_old_file], ids=lambda one: one.__name__)
def test_a_power_cut_loses_nothing_that_was_acknowledged(
    history: Callable[[Path, Recorder], None],
    arena: Path,
    torture: bool,
    figures: Callable[..., None],
) -> None:
    whole = Weakened("FULL")
    recorder = recorded(arena / "written", history, whole)
    assert whole.changed, "the store no longer asks for the durability this test believes it has"
    images = int((FULL if torture else FAST) * (0.9 if history is a_week else 0.1))
    tally = cut_often(recorder, images, arena, random.Random(2))
    figures(
        f"power cut, SQLite, {history.__name__.replace('_', ' ')}",
        images=tally.runs,
        acknowledged=tally.acknowledged,
        lost=tally.lost,
        corrupt=tally.bad,
        projections_differ=tally.differing,
    )
    assert tally.clean, tally.told[:10]


def test_a_ledger_that_does_not_wait_for_the_disk_is_caught(
    arena: Path, figures: Callable[..., None]
) -> None:
    # The planted bug: a commit is acknowledged before the disk has it.
    weak = Weakened("NORMAL")
    recorder = recorded(arena / "written", a_week, weak)
    tally = cut_often(recorder, CONTROL, arena, random.Random(3))
    figures(
        "power cut, SQLite, control: synchronous=NORMAL",
        images=tally.runs,
        lost=f"{tally.lost} ({tally.lost / tally.runs:.0%})",
        corrupt=tally.bad,
    )
    assert weak.changed
    assert tally.lost > 0.1 * tally.runs
