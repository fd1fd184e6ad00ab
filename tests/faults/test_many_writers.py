"""Eight processes write to one ledger at once, in the ways people do; nothing is lost, refused or crossed."""

from __future__ import annotations

import io
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import pytest

from waythrough.cli.app import run
from waythrough.ledger import Ledger
from waythrough.ledger.lines import OWN_KINDS
from waythrough.ledger.server import is_address
from waythrough.terms.entries import Draft

pytestmark = pytest.mark.skipif(os.name != "posix", reason="starts processes as POSIX systems do")
processes = multiprocessing.get_context("fork")

PERSON = "person-1"


def waythrough(*words: str) -> None:
    """A command, as typed; anything but success is this process's failure."""
    said = io.StringIO()
    try:
        with redirect_stdout(said), redirect_stderr(said):
            run(list(words))
    except SystemExit as left:
        assert not left.code, said.getvalue()


def by_library(where: str, name: str, acts: int, folder: Path) -> None:
    """Commit after commit from one open ledger, as a program does."""
    with Ledger.open(where) as ledger:
        for n in range(acts):
            ledger.append([Draft("note", f"{name}-{n}", {"n": n})], author=PERSON, key=f"{name}-{n}")


def by_command(where: str, name: str, acts: int, folder: Path) -> None:
    """One command after another, each of which opens the workspace anew."""
    for n in range(acts):
        what = [
            "record",
            "organisation",
            "--id",
            f"{name}-{n}",
            "--names",
            f"en={name} {n}",
            "--kind",
            "other",
        ]
        waythrough(*what, "--source", "source-notebook", "-C", where, "--by", PERSON)


def by_import(where: str, name: str, acts: int, folder: Path) -> None:
    """One table after another."""
    for n in range(acts):
        table = folder / f"{name}-{n}.csv"
        row = f"{name}-{n},A bridge,crossing,10.1,20.1,estimated,ours,source-notebook"
        table.write_text(f"id,name_en,kind,lat,lon,precision,basis,source\n{row}\n")
        waythrough("import", str(table), "-C", where, "--by", PERSON)


class Writers(NamedTuple):
    """Processes that write in one way, how many acts each does, and the kind of record they leave."""

    way: Callable[[str, str, int, Path], None]
    processes: int
    fast: int
    full: int
    kind: str


WRITERS = (
    Writers(by_library, 4, 14, 840, "note"),
    Writers(by_command, 3, 2, 180, "organisation"),
    Writers(by_import, 1, 2, 100, "place"),
)
"""4 x 840 + 3 x 180 + 100 = 4,000 acts at the full number."""


@pytest.fixture(params=["file", "server"])
def where(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A workspace with what the tables refer to, on a laptop whose key all of its processes use."""
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    file = request.param == "file"
    made = str(tmp_path / "valley.way") if file else request.getfixturevalue("postgres").new()
    waythrough("init", made, "--person", "A. K.")
    first = ["--heard", "who we are", "--heard-from", "our-team", "--heard-on", "2021-03-01", "-C", made]
    waythrough(
        "record", "organisation", "--id", "our-team", "--names", "en=Our team", "--kind", "other", *first
    )
    source = ["--title", "Our notebook", "--publisher", "our-team", "--published", "2021-03-01"]
    waythrough("record", "source", "--id", "source-notebook", *source, "-C", made)
    return made


def written(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Kind and record of every entry but the ledger's own."""
    entries = ledger.log(limit=1_000_000)
    return ((entry.kind, entry.record) for entry in entries if not entry.kind.startswith(OWN_KINDS))


def work(writers: Writers, where: str, name: str, acts: int, folder: Path, told: Connection) -> None:
    try:
        writers.way(where, name, acts, folder)
        told.send("")
    except BaseException as wrong:  # noqa: BLE001  # the parent fails with it
        told.send(f"{name}: {wrong!r}"[:2000])  # a longer one could be torn by another's


def test_eight_processes_write_at_once_and_nothing_is_lost_or_refused(
    where: str, tmp_path: Path, torture: bool, figures: Callable[..., None]
) -> None:
    with Ledger.open(where) as ledger:
        before = Counter(written(ledger))
    pipe, theirs = processes.Pipe(duplex=False)
    started, due = [], Counter[tuple[str, str]]()
    for writers in WRITERS:
        acts = writers.full if torture else writers.fast
        for n in range(writers.processes):
            name = f"{writers.kind}-{n}"
            due.update((writers.kind, f"{name}-{act}") for act in range(acts))
            started.append(
                processes.Process(target=work, args=(writers, where, name, acts, tmp_path, theirs))
            )
    for process in started:
        process.start()
    failed = [said for _ in started if (said := pipe.recv())]
    for process in started:
        process.join()
    assert failed == []
    with Ledger.open(where) as ledger:
        verification = ledger.verify()
        done, forks = Counter(written(ledger)) - before, ledger.forks()
        logs = {entry.log for entry in ledger.log(limit=1_000_000)}
        assert verification.sound, verification.findings
    lost, doubled = due - done, done - due
    kept_in = "a server" if is_address(where) else "a file"
    figures(
        f"eight processes at once, {kept_in}",
        acts=len(due),
        lost=len(lost),
        doubled=len(doubled),
        forks=len(forks),
        refused=len(failed),
    )
    assert len(logs) == 1, "a process took what another one wrote for a sign that the laptop was copied"
    assert (lost, doubled, forks) == (Counter(), Counter(), [])
