"""A file and a server say the same: what happens in one history happens alike in both, to the byte."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from conftest import TORTURE
from faults.laptops import Laptop, note, shown
from servers import Server
from waythrough.ledger import grants, orders
from waythrough.ledger.lists import FOLDS
from waythrough.terms.entries import Draft, Vaulted
from waythrough.terms.problems import Problem

# Two copies of one history seal the same bodies under the same keys and nonces: that they do is the point here.
pytestmark = pytest.mark.usefixtures("nonces_by_hand")

FAST, FULL = 20, 1000
FEWEST, MOST = 6, 20
PARTS = 10 if TORTURE else 1
"""The full number is looked at in parts, so that several processors share it."""

# Names that a database could take for one another, or put in another order than the file does.
RECORDS = ("bridge", "Bridge", "bridge/ä", "мост", "%", "_", "\\")
HOUSES = ("house-1", "house-2")
COUNTED: Counter[str] = Counter()


class Team:
    """Two laptops' copies of one ledger. What they were refused is part of their history."""

    def __init__(self, folder: Path, seed: int, server: Server | None) -> None:
        rng = random.Random(seed)
        root = Laptop(folder, "root", rng, None, server.new() if server else "")
        self.laptops = [root, Laptop(folder, "one", rng, root, server.new() if server else "")]
        self.refused: list[tuple[int, str, str]] = []
        self._said = 0

    def live(self, steps: Sequence[Step]) -> None:
        """Do one thing after another."""
        for number, (what, who, record, n) in enumerate(steps):
            laptop, other = self.laptops[who], self.laptops[1 - who]
            self._said += 1
            try:
                getattr(self, what)(laptop, other, RECORDS[record], n)
            except Problem as problem:
                self.refused.append((number, problem.code, problem.sentence()))

    def write(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        """A first word, or a correction of the first ``n`` accounts that stand, or a word beside them."""
        head = laptop.ledger.head(record)
        standing = [entry.id for entry in head.entries][:n] if head else []
        laptop.write([note(record, f"said {self._said}", standing)], alongside=n == 0)

    def write_many(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        day = laptop.clock.now.date() - timedelta(days=n)
        laptop.write(
            [Draft("row", f"{record}/{self._said}/{k}", {"n": k}, known_on=day) for k in range(3 * n)]
        )

    def repeat(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        for _ in range(2):
            laptop.ledger.append([note(f"form/{n}/{record}", "once")], author=laptop.name, key=f"form {n}")

    def write_about_a_household(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        until = laptop.clock.now.date() + timedelta(days=5) if n > 1 else None
        kept = Vaulted("what", HOUSES[n % 2], "valley", until)
        laptop.write([Draft("household", f"{record}/{self._said}", {"size": n}, vaulted=kept)])

    def erase(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        reason = "asked" if n % 2 else "retention"
        today = laptop.clock.now.date()
        laptop.act(orders.erase(str(self._said), subjects=[HOUSES[n // 2 % 2]], reason=reason, day=today))

    def revoke(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        if device := laptop.device_now(other.name):
            laptop.act(grants.revoke(device, after=laptop.ledger.frontier() if n else ()))

    def send(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        parcels = laptop.give(other)
        other.take(parcels[:n] if n else parcels)

    def turn_the_clock(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        laptop.clock.now += timedelta(hours=(-12, 5, 30, 24 * 9)[n])

    def rebuild(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        laptop.ledger.rebuild()

    def restart(self, laptop: Laptop, other: Laptop, record: str, n: int) -> None:
        laptop.restart()

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.ledger.close()


Step = tuple[str, int, int, int]

WHAT = (
    "write", "write", "write", "write_many", "repeat", "write_about_a_household", "erase", "revoke", "send", "send",
    "turn_the_clock", "rebuild", "restart",
)  # fmt: skip
STEP = st.tuples(
    st.sampled_from(WHAT), st.integers(0, 1), st.integers(0, len(RECORDS) - 1), st.integers(0, 3)
)


def rows(laptop: Laptop) -> dict[str, object]:
    """All that is stored, byte for byte, and in the order in which it is handed over."""
    with laptop.ledger._store.reading() as reader:
        lists = {fold.name: sorted(reader.raw_list(fold), key=repr) for fold in FOLDS}
        return {"commits": list(reader.raw_commits()), "entries": list(reader.raw_lines()), **lists}


def answers(laptop: Laptop) -> dict[str, object]:
    """What people read, in every way there is to ask."""
    ledger, today = laptop.ledger, laptop.clock.now.date()
    newest = ledger.log(limit=5)
    verification = ledger.verify()
    return {
        "shown": shown(laptop),
        "by day": {
            days: (ledger.heads(as_of=day), ledger.contested(as_of=day), ledger.kinds(as_of=day))
            for days in (-400, -2, -1, 0, 1, 9)
            for day in [today + timedelta(days=days)]
        },
        "records": {record: (ledger.head(record), ledger.history(record)) for record in RECORDS},
        "pages": [newest, ledger.log(limit=5, before=newest[-1].id)],
        "found": [ledger.find(entry.id[:length]) for entry in newest for length in (8, 32)],
        "days": (ledger.first_known(), ledger.last_known()),
        "verified": (verification.commits, verification.entries, verification.findings),
    }


def everything(team: Team) -> list[object]:
    return [team.refused, *((rows(laptop), answers(laptop)) for laptop in team.laptops)]


def agree(server: Server, steps: Sequence[Step], seed: int) -> None:
    folder = Path(tempfile.mkdtemp())
    teams = []
    try:
        for where in (None, server):
            teams.append(Team(folder, seed, where))
            teams[-1].live(steps)
        on_file, on_server = map(everything, teams)
        assert on_file == on_server
        COUNTED["histories"] += 1
        COUNTED["commits"] += sum(len(copy[0]["commits"]) for copy in on_file[1:])  # type: ignore[index]
        COUNTED["refusals"] += len(on_file[0])  # type: ignore[arg-type]
    finally:
        for team in teams:
            team.close()
        shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_the_same_history_gives_the_same_bytes_and_answers_in_a_file_and_on_a_server(
    part: int, postgres: Server, torture: bool, figures: Callable[..., None]
) -> None:
    @seed(part)
    @settings(
        max_examples=(FULL if torture else FAST) // PARTS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEP, min_size=FEWEST, max_size=MOST), st.integers(0, 2**32 - 1))
    def look(steps: list[Step], drawn: int) -> None:
        agree(postgres, steps, drawn)

    COUNTED.clear()
    look()
    figures(f"a file and a server agree, part {part + 1}", **COUNTED)


def test_one_history_with_everything_in_it_is_the_same_in_a_file_and_on_a_server(postgres: Server) -> None:
    rng = random.Random(20)
    steps = [(what, rng.randrange(2), rng.randrange(len(RECORDS)), rng.randrange(4)) for what in WHAT * 2]
    rng.shuffle(steps)
    agree(postgres, steps, 7)
