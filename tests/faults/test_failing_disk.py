"""A disk that fails or is full is reported, never silent; and the same act again completes the work, once."""

from __future__ import annotations

import random
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import apsw
import pytest

from faults.driver import Driver, driven
from faults.judge import Tally, entries_in
from faults.operations import AUTHOR, OPERATIONS, Operation, Say, append_one, copied, make, note, opened
from faults.vfs import FailingVFS, Failure
from waythrough.terms.problems import Problem

pytestmark = pytest.mark.slow

FAST_POINTS = 4
"""Of each operation and way to fail; in `make torture` every point until the operation passes untouched."""

WAYS = {
    "error once": (apsw.SQLITE_IOERR, False),
    "error for ever": (apsw.SQLITE_IOERR, True),
    "full once": (apsw.SQLITE_FULL, False),
    "full for ever": (apsw.SQLITE_FULL, True),
}


@dataclass
class Outcome:
    """What many failures came to."""

    tally: Tally
    reported: int = 0
    kept_though_reported: int = 0
    doubled: int = 0
    unsettled: list[str] = field(default_factory=list)


def strike(operation: Operation, ready: Path, place: Path, failure: Failure, outcome: Outcome) -> None:
    """Let one operation fail, look at what it left, and do it again on a disk that is well."""
    copied(ready, place)
    before = entries_in(place)
    said: list[str] = []
    try:
        with driven(Driver(FailingVFS(failure))):
            operation.run(place, said.append)
        refused = False
    except Problem:
        refused = True
    assert not apsw.connections(), f"the file stays open after {operation.name} was refused"
    what = f"{operation.name}, act {failure.at} on the disk"
    outcome.tally.judge(place, [*before, *said], what)
    outcome.reported += refused
    told = {one for line in said for one in line.split()}
    outcome.kept_though_reported += refused and not set(entries_in(place)) <= {*before, *told}
    again: list[str] = []
    operation.run(place, again.append)
    outcome.tally.judge(place, [*before, *said, *again], f"{what}, then done again")
    if amiss := operation.settled(place):
        outcome.unsettled.append(f"{what}: {amiss}")
    outcome.doubled += len(entries_in(place)) != len(before) + operation.new
    shutil.rmtree(place)


def prepared(operation: Operation, arena: Path) -> Path:
    """A folder in which the operation may begin."""
    ready = arena / "ready"
    ready.mkdir()
    operation.prepare(ready)
    return ready


def acts_of(operation: Operation, ready: Path, arena: Path) -> int:
    """How many acts on the disk the operation takes when nothing fails."""
    place, failure = arena / "counted", Failure(None, 0, for_ever=False)
    copied(ready, place)
    with driven(Driver(FailingVFS(failure))):
        operation.run(place, lambda what: None)
    shutil.rmtree(place)
    return failure.acts


# One act in place of ten: every act on the disk is tried, four times over.
STRUCK = [replace(one, run=append_one, new=1) if one.name == "append" else one for one in OPERATIONS]


@pytest.mark.parametrize("operation", STRUCK, ids=lambda one: one.name)
def test_no_failure_of_the_disk_is_silent_or_loses_what_was_acknowledged(
    operation: Operation, arena: Path, torture: bool, figures: Callable[..., None]
) -> None:
    ready = prepared(operation, arena)
    acts = range(1, acts_of(operation, ready, arena) + 1)
    rng, outcome = random.Random(operation.name), Outcome(Tally())
    for way, (code, for_ever) in WAYS.items():
        for at in acts if torture else rng.sample(acts, min(FAST_POINTS, len(acts))):
            failure = Failure(code, at, for_ever)
            strike(operation, ready, arena / f"{way} {at}", failure, outcome)
            assert failure.failed, f"{operation.name} did not come to act {at}, where it should have failed"
    figures(
        f"disk fails, {operation.name}",
        failures=outcome.tally.runs // 2,
        of_acts=len(acts),
        reported=outcome.reported,
        kept_though_reported=outcome.kept_though_reported,
        lost=outcome.tally.lost,
        bad=outcome.tally.bad,
        doubled=outcome.doubled,
    )
    assert outcome.tally.clean, outcome.tally.told[:10]
    assert not outcome.doubled
    assert not outcome.unsettled


# --- planted bugs -------------------------------------------------------------------------------------------


def test_a_failure_that_nobody_reports_is_caught(arena: Path, figures: Callable[..., None]) -> None:
    (operation,) = (one for one in OPERATIONS if one.name == "append")
    ready = prepared(operation, arena)
    outcome = Outcome(Tally())
    for at in range(1, acts_of(operation, ready, arena) + 1, 7):
        place, failure = arena / str(at), Failure(None, at, for_ever=True)
        copied(ready, place)
        said: list[str] = []
        with driven(Driver(FailingVFS(failure))):
            try:
                operation.run(place, said.append)
            except Problem:
                outcome.reported += 1
        outcome.tally.judge(place, said, f"writes from {at} on dropped in silence")
    figures("disk fails, control: nobody says so", points=outcome.tally.runs, lost=outcome.tally.lost)
    assert outcome.tally.lost


def test_doing_it_again_without_the_key_is_caught(arena: Path, figures: Callable[..., None]) -> None:
    def append_without_key(folder: Path, say: Say) -> None:
        with opened(folder) as ledger:
            drafts = [note(secrets.token_hex(4), 0)]
            say(" ".join(entry.id for entry in ledger.append(drafts, author=AUTHOR)))

    operation = Operation("append without a key", make, append_without_key, new=1)
    ready = prepared(operation, arena)
    outcome = Outcome(Tally())
    for at in range(1, acts_of(operation, ready, arena) + 1):
        strike(operation, ready, arena / "struck", Failure(apsw.SQLITE_IOERR, at, for_ever=True), outcome)
    figures(
        "disk fails, control: done again without the key",
        points=outcome.tally.runs // 2,
        doubled=outcome.doubled,
    )
    assert outcome.doubled
