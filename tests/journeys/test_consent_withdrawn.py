"""Consent taken back stops every use: here from the next command on, elsewhere from the next sync, in any order."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from journeys.test_two_laptops import Desk, write_card
from waythrough.actions.workspace import Workspace

FAST, FULL = 3, 60
DAYS = ("2017-06-12", "2017-06-13")
"""On which it is taken back: the last day on which some of them gave it, and the day as of which the example looks."""

COUNTED: Counter[str] = Counter()


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """Each laptop here makes what it needs; the shipped cases need not be loaded for it."""
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def desk(wt, tmp_path, monkeypatch) -> Callable[[str], Desk]:
    return lambda name: Desk(tmp_path / name, tmp_path / f"{name}-home", wt, monkeypatch)


@pytest.fixture
def pair(desk, tmp_path) -> tuple[Desk, Desk]:
    """A laptop on which people are registered, and a planner's; both hold the invented site."""
    amina, boris, stick = desk("amina"), desk("boris"), tmp_path / "stick"
    stick.mkdir()
    amina("demo", "--case", "tirsa", "-q")
    words = write_card(boris, stick / "boris.card")
    amina("device", "enrol", stick / "boris.card", "--person", "p-movement", "--words", words)
    for who in (amina, boris, amina, boris):
        who("sync", stick)
    return amina, boris


class Office:
    """Copies of the two laptops, and what is known on each of who took consent back."""

    def __init__(self, pair: Sequence[Desk], folder: Path) -> None:
        self.folder = folder
        self.amina, self.boris = (self._copy(one) for one in pair)
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.asked: dict[str, tuple[str, ...]] = _travellers(self.amina)
        self.withdrawn: set[str] = set()
        self.told: set[str] = set()
        self._count = 0

    def withdraw(self, n: int) -> None:
        """One adult of a household that has not yet done so takes it back; those in the plan come first."""
        waiting = [home for home in self.asked if home not in self.withdrawn]
        home = waiting[n % min(len(waiting), 12)]
        adults, day = self.asked[home], DAYS[n % len(DAYS)]
        self.amina(
            *("record", "consent", "--household", home, "--adult", adults[n % len(adults)]),
            *("--purpose", "travel", "--decision", "withdrawn", "--text-version", "text-1"),
            *("--given-on", day, "--valid-from", day, "--valid-until", day, "--by", "p-registrar"),
        )
        self.withdrawn.add(home)
        COUNTED["withdrawn"] += 1

    def sync(self, n: int) -> None:
        self.amina("sync", self.stick)
        self.boris("sync", self.stick)
        self.told = set(self.withdrawn)

    def plan(self, n: int) -> None:
        self._plans(self.amina, self.withdrawn)

    def publish(self, n: int) -> None:
        self._publishes(self.amina, self.withdrawn)

    def plan_elsewhere(self, n: int) -> None:
        self._plans(self.boris, self.told)

    def publish_elsewhere(self, n: int) -> None:
        self._publishes(self.boris, self.told, "--edition", "internal")

    def _plans(self, who: Desk, gone: set[str], *more: str) -> None:
        file = self._new("plan.json")
        done = who("plan", "--json", "--out", file, *more)
        seated = {one["household"] for trip in done.json["plan"]["returns"] for one in trip["seats"]}
        assert seated & gone == set()
        self._silent(gone, done.out, file.read_text("utf-8"))
        COUNTED["plans"] += 1
        COUNTED["seats"] += len(seated)

    def _publishes(self, who: Desk, gone: set[str], *more: str) -> None:
        folder = self._new("report")
        said = who("publish", "--out", folder, *more)
        self._silent(gone, said.out, said.err, *(path.read_text("utf-8") for path in folder.iterdir()))
        COUNTED["reports"] += 1

    def _silent(self, gone: set[str], *texts: str) -> None:
        assert [home for home in sorted(gone) for text in texts if home in text] == []

    def _new(self, name: str) -> Path:
        self._count += 1
        return self.folder / f"{self._count}-{name}"

    def _copy(self, desk: Desk) -> Desk:
        copy = Desk(self.folder / desk.folder.name, self.folder / desk.home.name, desk.call, desk.patch)
        shutil.copytree(desk.folder, copy.folder)
        shutil.copytree(desk.home, copy.home)
        return copy


def _travellers(who: Desk) -> dict[str, tuple[str, ...]]:
    """The adults of each household that agreed to travel, those with a seat in the plan first."""
    plan = who("plan", "--json").json["plan"]
    seated = {one["household"] for trip in plan["returns"] for one in trip["seats"]}
    assert len(seated) > 3, "with nobody seated, nothing would be shown"
    with Workspace.open(who.way) as ws:
        adults = {home.id: home.adults for home in ws.records("household")}
        agreed = {one.household for one in ws.records("consent") if one.purpose == "travel"}
    return {
        home: adults[home] for home in sorted(agreed | seated, key=lambda home: (home not in seated, home))
    }


STEP = st.tuples(
    st.sampled_from(
        ["withdraw", "withdraw", "plan", "publish", "sync", "plan_elsewhere", "publish_elsewhere"]
    ),
    st.integers(0, 99),
)


@pytest.mark.slow
def test_whoever_took_consent_back_has_no_seat_in_any_plan_or_report_from_then_on(
    pair, tmp_path_factory, torture, figures
):
    @settings(
        max_examples=FULL if torture else FAST,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # a step takes seconds: the first example that fails must do
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEP, min_size=2, max_size=7))
    def look(steps: list[tuple[str, int]]) -> None:
        office = Office(pair, tmp_path_factory.mktemp("office"))
        # Whatever else happens, somebody takes it back, and in the end both laptops plan and tell.
        for what, n in [("plan", 0), ("withdraw", 0), *steps, ("plan", 0), ("publish", 0)]:
            getattr(office, what)(n)
        for what in ("sync", "plan_elsewhere", "publish_elsewhere"):
            getattr(office, what)(0)
        shutil.rmtree(office.folder)

    COUNTED.clear()
    look()
    assert COUNTED["withdrawn"] and COUNTED["seats"]
    figures("consent taken back", appearances_after_it=0, **COUNTED)
