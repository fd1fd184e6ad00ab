"""A log signed twice at one place is proved, and harms nothing; a restored backup never signs one twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from faults.laptops import Laptop, meet, note, shown
from waythrough.ledger.header import unpack
from waythrough.ledger.keys import signed
from waythrough.ledger.store import StoredCommit

# Laptops draw seeded random bytes, the same in every history that is played again, so nonces are the same too.
pytestmark = pytest.mark.usefixtures("nonces_by_hand")

FAST, FULL = 60, 500
CLONES, ALL_CLONES = 20, 100
HISTORY = (
    "write",
    "write",
    "write",
    "back up",
    "put back",
    "put back",
    "tell",
    "hear",
    "restart",
    "move the clock",
)


@pytest.fixture
def office(arena: Path) -> Iterator[Callable[[int], list[Laptop]]]:
    """Makes root and a second laptop, in a folder of their own."""
    made: list[Laptop] = []

    def make(seed: int) -> list[Laptop]:
        folder = arena / str(seed)
        folder.mkdir()
        rng = random.Random(seed)
        root = Laptop(folder, "root", rng)
        made[:] = [root, Laptop(folder, "one", rng, root)]
        return list(made)

    yield make
    for laptop in made:
        laptop.ledger.close()


def write(laptop: Laptop, rng: random.Random) -> None:
    laptop.write([note(f"{laptop.name}-{rng.getrandbits(64)}", "seen")])


@pytest.mark.slow
def test_a_cloned_laptop_gives_a_proof_in_every_copy(
    office: Callable[[int], list[Laptop]], torture: bool, figures: Callable[..., None]
) -> None:
    proved = 0
    for seed in range(ALL_CLONES if torture else CLONES):
        rng = random.Random(seed)
        root, one = office(seed)
        write(one, rng)
        clone = one.cloned("clone")
        for laptop in (one, clone):
            for _ in range(rng.randint(1, 3)):
                write(laptop, rng)
        meet([root, one, clone])
        forks = root.ledger.forks()
        assert all(places(laptop) == places(root) for laptop in (one, clone))
        assert {fork.log for fork in forks} == {forks[0].log}
        for fork in forks:
            assert len({commit.header for commit in fork.commits}) == 2
            for header, signature in fork.commits:
                assert signed(one.device.public, signature, header)
                assert (unpack(header).log, unpack(header).sequence) == (fork.log, fork.sequence)
        proved += 1
        both_branches_count_and_neither_goes_on(forks[0].log, [one, clone], root, rng)
        for laptop in (root, one, clone):
            laptop.ledger.close()
    figures("cloned laptops", clones=proved, proved_in_every_copy=proved)


def places(laptop: Laptop) -> list[tuple[int, set[StoredCommit]]]:
    return [(fork.sequence, set(fork.commits)) for fork in laptop.ledger.forks()]


def both_branches_count_and_neither_goes_on(
    forked: bytes, halves: list[Laptop], root: Laptop, rng: random.Random
) -> None:
    assert not [entry for entry in root.ledger.log(limit=1000) if entry.aside]
    proofs = places(root)
    before = max(tip.sequence for tip in root.ledger.frontier() if tip.log == forked)
    for laptop in halves:
        write(laptop, rng)
    meet([root, *halves])
    assert max(tip.sequence for tip in root.ledger.frontier() if tip.log == forked) == before
    assert places(root) == proofs
    assert root.ledger.verify().findings == ()
    assert shown(root) == shown(halves[0]) == shown(halves[1])


@pytest.mark.slow
def test_a_restored_laptop_never_forks_its_log(
    office: Callable[[int], list[Laptop]], torture: bool, figures: Callable[..., None]
) -> None:
    restored = 0
    histories = FULL if torture else FAST
    for seed in range(histories):
        laptops = office(seed)
        restored += live(laptops, random.Random(seed))
        meet(laptops)
        assert [laptop.ledger.forks() for laptop in laptops] == [[], []], f"history {seed}"
        assert shown(laptops[0]) == shown(laptops[1])
        for laptop in laptops:
            laptop.ledger.close()
    figures("restored laptops", histories=histories, restores=restored, forks=0)
    assert restored > histories


def live(laptops: list[Laptop], rng: random.Random) -> int:
    """A week of backups and restores on both laptops, in any order; how many restores there were."""
    backups = {laptop.name: [laptop.copy_of_file()] for laptop in laptops}
    restored = 0
    for _ in range(rng.randint(6, 14)):
        laptop, other = rng.sample(laptops, 2)
        what = rng.choice(HISTORY)
        if what == "write":
            write(laptop, rng)
        elif what == "back up":
            backups[laptop.name].append(laptop.copy_of_file())
        elif what == "put back":
            laptop.put_back(rng.choice(backups[laptop.name]))
            write(laptop, rng)
            restored += 1
        elif what == "tell":
            other.take(laptop.give(other))
        elif what == "hear":
            laptop.take(other.give(laptop))
        elif what == "restart":
            laptop.restart()
        elif what == "move the clock":
            laptop.clock.now += rng.choice([-1, 1]) * (laptop.clock.now - laptop.clock.now.replace(hour=3))
    return restored
