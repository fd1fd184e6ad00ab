"""What was acknowledged survives a power cut under SQLite and SQLCipher as installed, and under PostgreSQL.

They run on a disk of their own, mounted for the test, which forgets what was not synced (`faults.lossy`).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from faults.disk import MODELS
from faults.judge import Tally, entries_in
from faults.killing import run
from faults.operations import HOME, SEALED_FILE, SERVER, Say, keep_writing, make, opened
from servers import Server, programs

pytestmark = [pytest.mark.slow, pytest.mark.torture]

CUTS, CONTROL_CUTS = 60, 20
STYLES = ("dropped", "shuffled", "torn")
"""Not “kept”, which every program survives, nor “garbled”: PostgreSQL counts on sectors that are whole."""


@pytest.fixture
def lossy() -> Any:
    """The disk that forgets. It takes FUSE, which many machines keep from containers."""
    try:
        from faults import lossy
    except (ImportError, OSError) as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    return lossy


# --- files --------------------------------------------------------------------------------------------------


@contextmanager
def at_home(folder: Path) -> Iterator[None]:
    """The device of this laptop is the one that opens sealed files."""
    with mock.patch.dict(os.environ, WAYTHROUGH_HOME=str(folder / HOME)):
        yield


def write_with(module: Any, level: str, folder: Path, say: Say) -> None:
    """Keep writing: with the store's own durability, the log put into the file every 40 pages; or with less of it."""

    class Weakened(module.Connection):
        def execute(self, statement: str, *values: Any) -> Any:
            if statement != "PRAGMA synchronous=FULL":
                return super().execute(statement, *values)
            if level == "FULL":
                super().execute("PRAGMA wal_autocheckpoint=40")
            return super().execute(f"PRAGMA synchronous={level}")

    connect = partial(module.connect, factory=Weakened)
    with at_home(folder), mock.patch.object(module, "connect", connect):
        keep_writing(folder, say)


def cut_files(lossy: Any, module: Any, level: str, sealed: bool, cuts: int, arena: Path) -> Tally:
    """Cut the power of a laptop's disk at random moments while it is written to."""
    ready, rng, tally = arena / "ready", random.Random(f"{module.__name__} {level}"), Tally()
    ready.mkdir()
    if sealed:
        (ready / SEALED_FILE).touch()
    with at_home(ready):
        make(ready)
        assert (ready / HOME / "device.json").exists()
    there = ids_at_home(ready)
    while tally.runs < cuts:
        disk, found, style, model = arena / "disk", arena / "found", rng.choice(STYLES), rng.choice(MODELS)
        with lossy.mounted(ready, disk, model):
            ended = run(partial(write_with, module, level, disk), kill_after=rng.uniform(0.3, 2.0))
            assert ended.killed
            lossy.cut(disk, style, rng.getrandbits(32), found)
        with at_home(found):
            tally.judge(found, [*there, *ended.said], f"cut {tally.runs}, {style}, {model}")
        shutil.rmtree(found)
    return tally


def ids_at_home(folder: Path) -> list[str]:
    """The entries there before, asked of the ledger: a sealed file tells nobody else."""
    with at_home(folder), opened(folder) as ledger:
        return [entry.id for entry in ledger.log(limit=1_000)]


@pytest.mark.parametrize("sealed", [False, True], ids=["SQLite", "SQLCipher"])
def test_a_power_cut_loses_nothing_that_was_acknowledged(
    sealed: bool, lossy: Any, arena: Path, figures: Callable[..., None]
) -> None:
    module = pytest.importorskip("sqlcipher3.dbapi2") if sealed else sqlite3
    tally = cut_files(lossy, module, "FULL", sealed, CUTS, arena)
    shutil.rmtree(arena / "ready")
    weak = cut_files(lossy, module, "NORMAL", sealed, CONTROL_CUTS, arena)
    figures(
        f"power cut, mounted, {'SQLCipher' if sealed else 'SQLite as installed'}",
        cuts=tally.runs,
        acknowledged=tally.acknowledged,
        lost=tally.lost,
        bad=tally.bad,
        control_synchronous_NORMAL_loses=f"{weak.lost} of {weak.runs}",
    )
    assert tally.clean, tally.told[:10]
    assert weak.lost > 0.5 * weak.runs


# --- a server -----------------------------------------------------------------------------------------------


def pull_the_plug(server: Server) -> None:
    """End every process of the server at once; none gets to say anything to another."""
    process = server._process
    assert process is not None
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    for child in children:
        with suppress(ProcessLookupError):  # it saw that the first of them was gone, and went too
            os.kill(int(child), signal.SIGKILL)
    process.wait()
    until = time.monotonic() + 30
    while any(is_alive(child) for child in children):
        assert time.monotonic() < until, "the server's processes do not end"
        time.sleep(0.01)
    server._process = None


def is_alive(process: str) -> bool:
    """True while a process can still do anything."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def own(folder: Path, like: Path) -> None:
    """Give a folder with all in it to the server's user."""
    found = like.stat()
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, found.st_uid, found.st_gid)


def cut_server(lossy: Any, arena: Path, cuts: int, options: dict[str, str], **settings: str) -> Tally:
    """Cut the power of a server's disk at random moments while a laptop writes to it."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed; `make system` says which package brings it")
    server, laptop, tally = Server.begin(folder, **settings), arena / "laptop", Tally()
    try:
        laptop.mkdir()
        (laptop / SERVER).write_text(server.new(**options))
        make(laptop)
        there = entries_in(laptop)
        server.stop()
        ready = server.data.rename(server.folder / "ready")
        rng = random.Random(f"server {settings}")
        while tally.runs < cuts:
            one_cut(lossy, server, ready, laptop, there, tally, rng)
    finally:
        server.end()
    return tally


def one_cut(
    lossy: Any, server: Server, ready: Path, laptop: Path, there: list[str], tally: Tally, rng: random.Random
) -> None:
    """One life of the server on the lossy disk, and what it says in its next."""
    disk, found, style, model = (
        server.folder / "disk",
        server.folder / "found",
        rng.choice(STYLES),
        rng.choice(MODELS),
    )
    with lossy.mounted(ready, disk, model):
        server.data.symlink_to(disk)
        server.start()
        ended = run(partial(keep_writing, laptop), kill_after=rng.uniform(0.5, 2.5))
        pull_the_plug(server)
        lossy.cut(disk, style, rng.getrandbits(32), found)
    server.data.unlink()
    own(found, ready)
    server.data.symlink_to(found)
    try:
        server.start()
    except RuntimeError as error:
        tally.bad += 1
        tally.told.append(f"cut {tally.runs}, {style}, {model}: {error}")
        tally.runs += 1
    else:
        tally.judge(laptop, [*there, *ended.said], f"cut {tally.runs}, {style}, {model}")
        server.stop("immediate")
    server.data.unlink()
    shutil.rmtree(found)


def test_a_power_cut_of_the_server_loses_nothing_that_was_acknowledged(
    lossy: Any, arena: Path, figures: Callable[..., None]
) -> None:
    tally = cut_server(lossy, arena, CUTS, {})
    shutil.rmtree(arena / "laptop")
    weak = cut_server(lossy, arena, CONTROL_CUTS, {"unsafe": "fsync-off"}, fsync="off")
    figures(
        "power cut, mounted, PostgreSQL",
        cuts=tally.runs,
        acknowledged=tally.acknowledged,
        lost=tally.lost,
        bad_or_not_started=tally.bad,
        control_fsync_off_loses=f"{weak.lost + weak.bad} of {weak.runs}",
    )
    assert tally.clean, tally.told[:10]
    assert weak.lost + weak.bad > 0.5 * weak.runs
