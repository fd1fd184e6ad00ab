"""A ledger of a million entries, beside its peers: one table per database.

Small by default, so that it ends in a few minutes; ``BENCH=full`` takes the million. Each figure is the best of
``BENCH_ROUNDS`` runs (3; 1 where full), each run in a process of its own.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from measures import child, eventsourced, historied
from measures.child import Cost
from measures.servers import POSTGRES, Database, Files, postgres

FULL = os.environ.get("BENCH") == "full"
ENTRIES = int(os.environ.get("BENCH_ENTRIES", 1_000_000 if FULL else 20_000))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 1 if FULL else 3))
APART = ENTRIES // 10
"""Entries that each of two copies has and the other lacks."""

KIND = 30_000
ACTS = 400


class Line(NamedTuple):
    """One line of the table: what, our figure, the target, and the peer's figure, if there is a peer."""

    what: str
    ours: Cost
    target_s: float | None = None
    peer: str = ""
    theirs: Cost | None = None


def main() -> None:
    """Measure on each database there is."""
    asked = set(sys.argv[1:]) or {"sqlite", "postgresql"}
    print(
        f"{ENTRIES:,} entries, best of {ROUNDS}; {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        if "sqlite" in asked:
            report(Files(Path(folder)), Path(folder))
    if "postgresql" in asked:
        with postgres() as server:
            if server is None:
                print("PostgreSQL is not installed: not measured.")
            else:
                print("\nPostgreSQL:", ", ".join(f"{name}={value}" for name, value in POSTGRES.items()))
                report(server, None)


def report(database: Database, folder: Path | None) -> None:
    """Measure one database and print its table."""
    print(f"\n== {database.name}")
    print(f"eventsourcing: {eventsourced.SETTINGS[database.name]}")
    print(f"django-simple-history: {historied.SETTINGS[database.name]}\n")
    print(f"{'':42}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'target':>9}  peer")
    for line in _lines(database):
        show(line)
    _size(database)
    _singles(database, folder)


def _lines(database: Database) -> Iterator[Line]:
    """Each line as soon as it is measured."""
    count = {"count": ENTRIES}
    imports = _best(database, "ours.fill", [count | {"where": place} for place in _places(database, "m")])
    appended = _best(
        database,
        "eventsourced.fill",
        [count | {"where": database.eventsourcing(f"{n}")} for n in range(ROUNDS)],
    )
    yield Line("import, lists in step", imports, 240, "eventsourcing append", appended)
    brought = _best(
        database, "historied.fill", [count | {"where": database.django(f"{n}")} for n in range(ROUNDS)]
    )
    yield Line("", imports, None, "simple-history import", brought)
    bare = [count | {"where": place} for place in _places(database, "bare")]
    yield Line(
        "import, entries alone",
        _best(database, "ours.fill_without_lists", bare),
        120,
        "eventsourcing append",
        appended,
    )
    here = {"where": database.ledger("m0")}
    yield Line("full verify", _best(database, "ours.verify", [here] * ROUNDS), 60)
    replayed = [count | {"where": database.eventsourcing("0")}] * ROUNDS
    yield Line(
        "rebuild",
        _best(database, "ours.rebuild", [here] * ROUNDS),
        90,
        "eventsourcing replay",
        _best(database, "eventsourced.replay", replayed),
    )
    yield from _others(database)


def _others(database: Database) -> Iterator[Line]:
    child.run("ours.fill", where=database.ledger("kinds"), count=KIND, kind="request")
    kinds = {"where": database.ledger("kinds"), "kind": "request"}
    yield Line(f"what stands, one kind of {KIND:,}", _best(database, "ours.heads", [kinds] * ROUNDS), 0.5)
    for what, size, target_s in (("commits of 1,000", 1_000, 60), ("single entries", 1, 180)):
        runs = [
            {"here": database.ledger(f"a{size}_{n}"), "there": database.ledger(f"b{size}_{n}")}
            | {"count": APART, "size": size}
            for n in range(ROUNDS)
        ]
        yield Line(
            f"sync {APART:,} + {APART:,}, {what}",
            _best(database, "syncing.apart", runs),
            target_s,
        )


def _places(database: Database, name: str) -> list[str]:
    return [database.ledger(f"{name}{n}") for n in range(ROUNDS)]


def _best(database: Database, function: str, runs: list[dict[str, Any]]) -> Cost:
    """The run that took least wall time; a server's CPU seconds are counted with it.

    But not those of two copies brought together: there the server was busier with making them ready.
    """
    costs = []
    for values in runs:
        before = database.cpu_s()
        cost = child.run(function, **values)
        server = 0.0 if function.startswith("syncing.") else database.cpu_s() - before
        spent = cost.cpu_s + server
        costs.append(Cost(cost.wall_s, spent, cost.memory_mb, cost.told))
    return min(costs, key=lambda cost: cost.wall_s)


def show(line: Line) -> None:
    """Print a line. Targets are for the million; a figure over its target is marked."""
    ours, target = line.ours, line.target_s
    due = f"{target:8.1f}{'!' if ours.wall_s > target else ' '}" if target and FULL else " " * 9
    beside = ""
    if line.theirs:
        ratio = ours.wall_s / line.theirs.wall_s
        beside = (
            f"{line.peer} {line.theirs.wall_s:.1f} s (CPU {line.theirs.cpu_s:.1f}); ours is {ratio:.2f} of it"
        )
    print(
        f"{line.what:42}{ours.wall_s:9.2f}{ours.cpu_s:9.2f}{ours.memory_mb:7.0f}{due}  {beside}", flush=True
    )


def _size(database: Database) -> None:
    if database.name == "sqlite":
        size = child.run("ours.size", where=database.ledger("m0")).told["bytes"]
        print(f"file: {size / 1e6:.0f} MB, {size / ENTRIES:.0f} bytes an entry (target 700)")


def _singles(database: Database, folder: Path | None) -> None:
    """One entry at a time, each on disk before the next; the disk's own sync in the same minute."""
    ours = child.run("ours.singles", where=database.ledger("m0"), count=ACTS).told["ms"]
    disk = child.run("disk.fsync", folder=str(folder or tempfile.gettempdir()), count=ACTS).told["ms"]
    for name, took, target in (
        ("one entry, durable", ours, "target 15 and 80"),
        ("the disk's fsync", disk, ""),
    ):
        half, most = statistics.median(took), statistics.quantiles(took, n=100)[98]
        print(f"{name}: half within {half:.1f} ms, 99 % within {most:.1f} ms  {target}")


if __name__ == "__main__":
    main()
