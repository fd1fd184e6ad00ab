"""How long the ledger takes to write, read and verify, in wall and CPU seconds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft

AUTHOR = "Amina Example"
WORDS = "what somebody said about somewhere, as long as such words usually are; " * 2
ENTRIES, ROUNDS, ACTS = 20_000, 3, 400


def main() -> None:
    """Import twice, so that everything else is measured on 40,000 entries."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.way"
        with Ledger.create(
            path, title="Bench", author=AUTHOR, device=DeviceKey.from_seed(bytes(32))
        ) as ledger:
            measure(ledger)
        print(f"{'bytes an entry':46} {path.stat().st_size / (2 * ENTRIES + ACTS):8.0f}")


def measure(ledger: Ledger) -> None:
    """Print each figure as it comes."""
    for kind in ("figure", "request"):
        timed(
            f"append {ENTRIES:,} entries in one commit",
            lambda kind=kind: ledger.append(drafts(kind), author=AUTHOR),
        )
    for _ in range(ROUNDS):
        timed(f"what stands, one kind of {ENTRIES:,}", lambda: ledger.heads("figure"))
        timed("the same as of a day", lambda: ledger.heads("figure", as_of=date(2019, 1, 20)))
        timed("a page of the log, 50 entries", ledger.log)
        timed(f"verify {2 * ENTRIES:,} entries", ledger.verify)
    singles = sorted(timed("", lambda n=n: single(ledger, n)) for n in range(ACTS))
    for share in (50, 99):
        print(
            f"{f'one entry on disk, {share} % within (ms)':46} {singles[ACTS * share // 100 - 1] * 1000:8.1f}"
        )


def drafts(kind: str) -> list[Draft]:
    """Rows of an import, as varied as they come."""
    return [
        Draft(
            kind,
            f"{kind}/{n}",
            {
                "low": n,
                "high": n + 1.5,
                "unit": "people",
                "words": WORDS,
                "claims": ["a", "b"],
                "as_of": None,
            },
            known_on=date(2019, 1, 1 + n % 28),
        )
        for n in range(ENTRIES)
    ]


def single(ledger: Ledger, n: int) -> None:
    """One act of one entry."""
    ledger.append([Draft("note", f"note/{n}", {"n": n})], author=AUTHOR, key=str(n))


def timed(what: str, work: Callable[[], Any]) -> float:
    """Run once; print wall and CPU seconds under a name; return the wall seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if what:
        print(f"{what:46} {wall:8.3f} {cpu:8.3f}")
    return wall


if __name__ == "__main__":
    main()
