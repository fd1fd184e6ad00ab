"""What was acknowledged survives a killed process, and many writers never cross each other."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft

SEED = bytes(range(32))
WRITERS, ACTS = 4, 25

pytestmark = pytest.mark.skipif(os.name != "posix", reason="starts and kills processes as POSIX systems do")
processes = multiprocessing.get_context("fork")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "valley.way"
    Ledger.create(made, title="Valley camp", author="Amina Example", device=DeviceKey.from_seed(SEED)).close()
    return made


def keep_writing(path: Path, name: str, acts: int, told: Connection) -> None:
    """Append, and tell the parent of each act only after it was acknowledged to us."""
    with Ledger.open(path, device=DeviceKey.from_seed(SEED)) as ledger:
        for n in range(acts):
            drafts = [Draft("note", f"{name}/{n}/{m}", {"n": n, "words": "x" * 50}) for m in range(1 + n % 3)]
            for entry in ledger.append(drafts, author=name, key=f"{name}/{n}"):
                told.send(entry.id)
    told.close()


def start(path: Path, name: str, acts: int) -> tuple[multiprocessing.process.BaseProcess, Connection]:
    ours, theirs = processes.Pipe(duplex=False)
    process = processes.Process(target=keep_writing, args=(path, name, acts, theirs))
    process.start()
    theirs.close()
    return process, ours


def told_by(pipe: Connection) -> list[str]:
    ids = []
    try:
        while True:
            ids.append(pipe.recv())
    except EOFError:
        return ids


def test_four_processes_write_at_once_and_nothing_is_lost_or_refused(path: Path) -> None:
    writers = [start(path, f"writer-{n}", ACTS) for n in range(WRITERS)]
    told = [one for _, pipe in writers for one in told_by(pipe)]
    for process, _ in writers:
        process.join()
        assert process.exitcode == 0
    with Ledger.open(path) as ledger:
        verification = ledger.verify()
        assert verification.sound, verification.findings
        assert verification.commits == 1 + WRITERS * ACTS
        assert {entry.id for entry in ledger.log(limit=10_000)} >= set(told)
        assert len(ledger.heads("note")) == len(told)


def test_a_killed_writer_loses_nothing_that_was_acknowledged(path: Path) -> None:
    rng = random.Random(5)
    told: list[str] = []
    for kill in range(10):
        process, pipe = start(path, f"writer-{kill}", 100_000)
        if kill % 2:  # every other one is killed while it still opens the file, or writes for the first time
            pipe.poll(30)
        time.sleep(rng.random() * 0.1)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        told += told_by(pipe)
        with Ledger.open(path) as ledger:
            assert ledger.verify().sound
    with Ledger.open(path) as ledger:
        kept = {entry.id for entry in ledger.log(limit=1_000_000)}
        assert len(told) >= 5, "the writers were killed before they wrote anything: the test shows nothing"
        assert set(told) <= kept
        before = ledger.heads()
        ledger.rebuild()
        assert ledger.heads() == before


def test_an_act_repeated_by_two_processes_at_once_is_written_once(path: Path) -> None:
    writers = [start(path, "same-person", ACTS) for _ in range(3)]
    told = [told_by(pipe) for _, pipe in writers]
    for process, _ in writers:
        process.join()
    assert told[0] == told[1] == told[2]
    with Ledger.open(path) as ledger:
        assert ledger.verify().commits == 1 + ACTS
