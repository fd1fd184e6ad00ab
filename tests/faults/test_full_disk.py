"""A disk that is really full: said aloud, nothing lost, and the same act again is written once there is room."""

from __future__ import annotations

import errno
import os
import resource
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from unittest import mock

import pytest

from faults.judge import Tally, entries_in
from faults.killing import run
from faults.operations import AUTHOR, Say, append, back_up, copied, household, make, note, opened, rows
from waythrough.ledger.last import InFolder
from waythrough.terms.entries import Draft
from waythrough.terms.problems import BackupRefused, NotWritten, Problem

pytestmark = pytest.mark.slow

REFUSED = "refused"
LARGEST_FILE = 400_000
ROOM, BALLAST = "3m", 1_500_000


def write_until_refused(folder: Path, say: Say) -> None:
    """Acts of all sizes, some with new keys, until one is refused; nothing else may come out than a refusal."""
    with opened(folder) as ledger:
        for n in range(10_000):
            try:
                append(ledger, acts(n), f"act {n}", say)
            except Problem:
                say(f"{REFUSED} {n}")
                return


def acts(n: int) -> list[Draft]:
    """What act n writes."""
    return [note(f"{n}/{m}", m) for m in range(1 + n % 3)] + ([household(100 + n)] if n % 5 == 0 else [])


def write_within_a_limit(folder: Path, say: Say) -> None:
    """The same where no file may grow beyond a size, as under a quota."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, resource.RLIM_INFINITY))
    write_until_refused(folder, say)


def check_it_goes_on(place: Path, before: list[str], said: list[str]) -> Tally:
    """Nothing acknowledged is lost, and the refused act is written once now."""
    assert said[-1].startswith(REFUSED), "the disk was never full"
    refused = int(said[-1].split()[1])
    tally = Tally()
    tally.judge(place, [*before, *said[:-1]], "full")
    told: list[str] = []
    with opened(place) as ledger:
        append(ledger, acts(refused), f"act {refused}", told.append)
    tally.judge(place, [*before, *said[:-1], *told], "full, and then done again")
    due = len(before) + sum(len(acts(n)) for n in range(refused + 1))
    assert len(entries_in(place)) == due
    return tally


def test_a_quota_is_reported_and_nothing_is_lost(arena: Path, figures: Callable[..., None]) -> None:
    make(arena)
    before = entries_in(arena)
    ended = run(partial(write_within_a_limit, arena))
    assert ended.code == 0
    tally = check_it_goes_on(arena, before, ended.said)
    figures("full disk, quota", acknowledged=tally.acknowledged, lost=tally.lost, bad=tally.bad)
    assert tally.clean, tally.told


@pytest.fixture
def small_disk(arena: Path) -> Iterator[Path]:
    """A disk of three megabytes."""
    place = arena / "small"
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", place], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"a small disk cannot be made here: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.torture
def test_a_small_disk_is_reported_and_nothing_is_lost(
    arena: Path, small_disk: Path, figures: Callable[..., None]
) -> None:
    ready = arena / "ready"
    ready.mkdir()
    make(ready)
    place = copied(ready, small_disk / "laptop")
    before = entries_in(place)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(BALLAST))
    ended = run(partial(write_until_refused, place))
    assert ended.code == 0
    assert shutil.disk_usage(small_disk).free < 200_000
    ballast.unlink()
    tally = check_it_goes_on(place, before, ended.said)
    figures(f"full disk, {ROOM} tmpfs", acknowledged=tally.acknowledged, lost=tally.lost, bad=tally.bad)
    assert tally.clean, tally.told


def test_an_import_that_does_not_fit_is_refused_whole(arena: Path) -> None:
    def import_much(folder: Path, say: Say) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, resource.RLIM_INFINITY))
        with opened(folder) as ledger, pytest.raises(Problem):
            append(ledger, rows("request", 3_000), "table", say)

    make(arena)
    before = entries_in(arena)
    assert run(partial(import_much, arena)).code == 0
    tally = Tally()
    assert tally.judge(arena, before, "an import that does not fit"), tally.told
    assert entries_in(arena) == before


def test_a_device_that_cannot_remember_what_it_wrote_says_so_and_doubles_nothing(arena: Path) -> None:
    make(arena)
    before, full = entries_in(arena), OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    told: list[str] = []
    with opened(arena) as ledger:
        with (
            mock.patch.object(InFolder, "remember", side_effect=full),
            pytest.raises(NotWritten, match="space"),
        ):
            append(ledger, [note("alone", 0)], "alone", told.append)
        append(ledger, [note("alone", 0)], "alone", told.append)
    assert sorted([*before, *told]) == sorted(entries_in(arena))


def test_a_backup_that_does_not_fit_is_refused_and_leaves_nothing(arena: Path) -> None:
    def back_up_within_a_limit(folder: Path, say: Say) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, resource.RLIM_INFINITY))
        with pytest.raises(BackupRefused, match="cannot be written"):
            back_up(folder, say)

    make(arena)
    with opened(arena) as ledger:
        noise = [Draft("note", f"noise/{n}", {"words": secrets.token_hex(1_000)}) for n in range(100)]
        ledger.append(noise, author=AUTHOR)
    there = sorted(arena.iterdir())
    assert run(partial(back_up_within_a_limit, arena)).code == 0
    assert sorted(arena.iterdir()) == there
