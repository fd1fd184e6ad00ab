"""Laptops that hold the same commits say the same, whatever happened on the way and in whatever order it arrived."""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conftest import TORTURE
from faults.laptops import Laptop, commits, meet, note, shown
from servers import Server
from waythrough.ledger import grants, orders
from waythrough.ledger.parcels import Parcel
from waythrough.terms.entries import Draft, Vaulted
from waythrough.terms.problems import ActRefused, DeviceNotEnrolled, ParcelRefused, Protected

# Laptops draw seeded random bytes, the same in every history that is played again, so nonces are the same too.
pytestmark = pytest.mark.usefixtures("nonces_by_hand")

FAST, FAST_STEPS = 300, 14
FULL, FULL_STEPS = 5000, 40
FAST_ON_SERVER = 40
PARTS = 10 if TORTURE else 3
"""The number is looked at in parts, so that several processors share it."""
NAMES = ("root", "one", "two", "three", "four")
RECORDS = ("bridge", "gate", "convoy")
HOUSES = ("house-1", "house-2")
MEMORY = Path("/dev/shm")  # noqa: S108  # a fixed name, but every folder made in it is new and ours

whom = st.integers(0, len(NAMES) - 1)
COUNTED: Counter[str] = Counter()
"""What all machines of a run did together, and in how many the control went wrong."""


class Laptops(RuleBasedStateMachine):
    """Three to five laptops, and the letters between them: late, twice, in part, or never."""

    server: ClassVar[Server | None] = None
    """Where the copies are kept; None for a file on each laptop."""

    @initialize(laptops=st.integers(3, 5), seed=st.integers(0, 2**32 - 1))
    def begin(self, laptops: int, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        self.rng = random.Random(seed)
        self.numbers = count()
        root = self.begun(NAMES[0], None)
        self.laptops = [root, *(self.begun(name, root) for name in NAMES[1:laptops])]
        self.post: list[tuple[Laptop, list[Parcel]]] = []
        self.backups: dict[str, bytes] = {}
        self.latest = max(laptop.clock.now for laptop in self.laptops)
        for laptop in self.laptops[:2]:
            # Two first words, said apart: whoever keeps only what arrives last will keep different ones.
            laptop.write([note(RECORDS[0], self.text())])
        COUNTED["machines"] += 1

    def begun(self, name: str, source: Laptop | None) -> Laptop:
        return Laptop(self.folder, name, self.rng, source, self.server.new() if self.server else "")

    def laptop(self, n: int) -> Laptop:
        return self.laptops[n % len(self.laptops)]

    def trying(self, what: str, work: Callable[[], object]) -> None:
        """Do what a person does; that the program may say no is part of it."""
        try:
            work()
            COUNTED[what] += 1
        except (DeviceNotEnrolled, ActRefused, Protected):
            COUNTED[f"{what} refused"] += 1

    def text(self) -> str:
        return f"said {next(self.numbers)}"

    # --- what people write --------------------------------------------------------------------------------

    @rule(who=whom, record=st.sampled_from(RECORDS), only=st.booleans())
    def write(self, who: int, record: str, only: bool) -> None:
        """A first word, or a correction of all that stands, or of only one account."""
        laptop = self.laptop(who)
        head = laptop.ledger.head(record)
        standing = [entry.id for entry in head.entries] if head else []
        draft = note(record, self.text(), standing[: 1 if only else None])
        alongside = not standing and bool(laptop.ledger.history(record))
        self.trying("appends", lambda: laptop.write([draft], alongside=alongside))

    @rule(who=whom, house=st.sampled_from(HOUSES), days=st.sampled_from([None, 5, 500]))
    def write_about_a_household(self, who: int, house: str, days: int | None) -> None:
        laptop = self.laptop(who)
        until = laptop.clock.now.date() + timedelta(days=days) if days else None
        draft = Draft(
            "household", f"{house}/{next(self.numbers)}", {"size": 4},
            vaulted=Vaulted("what", house, "valley", until),
        )  # fmt: skip
        self.trying("appends", lambda: laptop.write([draft]))

    @rule(who=whom, house=st.sampled_from(HOUSES), reason=st.sampled_from(["asked", "retention"]))
    def erase(self, who: int, house: str, reason: str) -> None:
        laptop = self.laptop(who)
        draft = orders.erase(
            str(next(self.numbers)), subjects=[house], reason=reason, day=laptop.clock.now.date()
        )
        self.trying("erasures", lambda: laptop.act(draft))

    # --- who may ------------------------------------------------------------------------------------------

    @rule(who=whom, about=whom, knows=st.booleans())
    def revoke(self, who: int, about: int, knows: bool) -> None:
        laptop = self.laptop(who)
        device = laptop.device_now(self.laptop(about).name)
        if device:
            after = laptop.ledger.frontier() if knows else ()
            self.trying("revocations", lambda: laptop.act(grants.revoke(device, after=after)))

    @rule(who=whom, about=whom)
    def give_roles(self, who: int, about: int) -> None:
        laptop = self.laptop(who)
        device = laptop.device_now(self.laptop(about).name)
        if device:
            draft = grants.change(
                device, roles={"*": ["data_protection_officer", "keeper"]}, after=laptop.ledger.frontier()
            )
            self.trying("grants", lambda: laptop.act(draft))

    # --- what happens to the machines ---------------------------------------------------------------------

    @rule(who=whom, hours=st.integers(-12, 12))
    def set_the_clock(self, who: int, hours: int) -> None:
        self.move(self.laptop(who), self.laptop(who).clock.now + timedelta(hours=hours))

    @rule(who=whom, forwards=st.booleans())
    def be_forty_days_off(self, who: int, forwards: bool) -> None:
        self.move(self.laptop(who), self.laptop(who).clock.now + timedelta(days=40 if forwards else -40))

    def move(self, laptop: Laptop, now: datetime) -> None:
        laptop.clock.now = now
        self.latest = max(self.latest, now)

    @rule(who=whom)
    def restart(self, who: int) -> None:
        self.laptop(who).restart()

    @precondition(lambda self: self.server is None)
    @rule(who=whom)
    def back_up(self, who: int) -> None:
        self.backups[self.laptop(who).name] = self.laptop(who).copy_of_file()

    @precondition(lambda self: self.backups)
    @rule(who=whom)
    def put_back(self, who: int) -> None:
        if whole := self.backups.get(self.laptop(who).name):
            self.laptop(who).put_back(whole)
            COUNTED["put back"] += 1

    # --- what happens on the way --------------------------------------------------------------------------

    @rule(sender=whom, to=whom, whole=st.booleans(), part=st.integers(1, 6), at_once=st.booleans())
    def send(self, sender: int, to: int, whole: bool, part: int, at_once: bool) -> None:
        """What the other lacks; whole, or the first few commits; taken in at once, or some day."""
        one, other = self.laptop(sender), self.laptop(to)
        parcels = one.give(other)[: None if whole else part]
        if at_once:
            self.arrive(other, parcels)
        else:
            self.post.append((other, parcels))

    @rule(sender=whom, to=whom)
    def send_everything(self, sender: int, to: int) -> None:
        self.post.append((self.laptop(to), list(self.laptop(sender).ledger.parcels())))

    @precondition(lambda self: self.post)
    @rule(letter=st.integers(0, 20), again=st.booleans())
    def deliver(self, letter: int, again: bool) -> None:
        """Any letter, not the oldest; it may come again."""
        at = letter % len(self.post)
        self.arrive(*(self.post[at] if again else self.post.pop(at)))

    def arrive(self, laptop: Laptop, parcels: list[Parcel]) -> None:
        before = commits(laptop)
        try:
            laptop.take(parcels)
            COUNTED["delivered"] += 1
        except ParcelRefused as refused:
            # Letters that came in the wrong order: refused whole, and what is missing will be sent again.
            assert any(word in refused.sentence() for word in ("is missing", "never enrolled", "corrects"))
            assert commits(laptop) == before
            COUNTED["delivered too early"] += 1

    @precondition(lambda self: self.post)
    @rule(letter=st.integers(0, 20))
    def lose(self, letter: int) -> None:
        self.post.pop(letter % len(self.post))

    # --- and in the end they all meet -----------------------------------------------------------------------

    def teardown(self) -> None:
        if not hasattr(self, "laptops"):
            return
        try:
            if sys.exc_info()[0] is None:
                self.they_agree()
        finally:
            for laptop in self.laptops:
                laptop.ledger.close()
            shutil.rmtree(self.folder)

    def they_agree(self) -> None:
        COUNTED["control diverged"] += len({tuple(last_by_arrival(laptop)) for laptop in self.laptops}) > 1
        for laptop in self.laptops:
            laptop.clock.now = self.latest
        meet(self.laptops)
        COUNTED["control diverged after all met"] += (
            len({tuple(last_by_arrival(one)) for one in self.laptops}) > 1
        )
        first, *others = [shown(laptop) for laptop in self.laptops]
        for other in others:
            for what, due in first.items():
                assert other[what] == due, what
        assert not first["forks"]
        some = self.rng.choice(self.laptops)
        assert some.ledger.verify().findings == ()
        some.ledger.rebuild()
        assert shown(some) == first
        COUNTED["contested"] += len(first["contested"])
        COUNTED["entries"] += len(first["entries"])


def last_by_arrival(laptop: Laptop) -> list[tuple[str, bytes]]:
    """The control: one row per record, and whatever arrives last overwrites it."""
    rows = {
        line.meta.split(b'"record":"')[1].split(b'"')[0].decode(): line.body_hash
        for parcel in laptop.ledger.parcels()
        for line in parcel.lines
        if b'"kind":"note"' in line.meta
    }
    return sorted(rows.items())


def run(machine: type[Laptops], part: int, machines: int, steps: int) -> dict[str, int]:
    """Play a part of the histories: each part draws its own, the same ones whenever it is played."""
    COUNTED.clear()
    run_state_machine_as_test(
        seed(part)(machine),
        settings=settings(
            max_examples=machines // PARTS,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        ),
    )
    return {name: COUNTED[name] for name in sorted(COUNTED)}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_laptops_converge_whatever_happened_on_the_way(
    part: int, torture: bool, figures: Callable[..., None]
) -> None:
    machine = type("Files", (Laptops,), {})
    counted = run(machine, part, *((FULL, FULL_STEPS) if torture else (FAST, FAST_STEPS)))
    figures(f"laptops converge, part {part + 1}", **counted)
    assert counted["control diverged after all met"] > 0, "the control must diverge"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_copies_on_a_server_converge_too(
    part: int, postgres: Server, torture: bool, figures: Callable[..., None]
) -> None:
    machine = type("Copies", (Laptops,), {"server": postgres})
    counted = run(machine, 1000 + part, *((FULL, FULL_STEPS) if torture else (FAST_ON_SERVER, FAST_STEPS)))
    figures(f"copies on a server converge, part {part + 1}", **counted)
    assert counted["control diverged after all met"] > 0, "the control must diverge"
