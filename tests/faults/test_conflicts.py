"""Two decisions on one request are both kept: none is lost, none is merged into a third that nobody made."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from faults.laptops import Laptop, meet, note, shown
from waythrough.terms.entries import Draft

# Laptops draw seeded random bytes, the same in every history that is played again, so nonces are the same too.
pytestmark = pytest.mark.usefixtures("nonces_by_hand")

FAST, FULL = 1_000, 10_000
AT_ONCE = 500


@pytest.fixture
def laptops(arena: Path) -> Iterator[list[Laptop]]:
    rng = random.Random(11)
    root = Laptop(arena, "root", rng)
    made = [root, *(Laptop(arena, name, rng, root) for name in ("one", "two"))]
    yield made
    for laptop in made:
        laptop.ledger.close()


@dataclass
class Model:
    """What people decided, by record: the text of each entry, and which entries it replaces. Nothing else."""

    said: dict[str, dict[str, tuple[str, tuple[str, ...]]]] = field(default_factory=dict)

    def add(self, record: str, entry: str, text: str, corrects: tuple[str, ...]) -> None:
        self.said.setdefault(record, {})[entry] = (text, corrects)

    def standing(self, record: str) -> set[str]:
        replaced = {one for _, corrects in self.said[record].values() for one in corrects}
        return self.said[record].keys() - replaced


def decide(laptop: Laptop, records: list[str], rng: random.Random, model: Model, apart: str) -> None:
    """This laptop's own decisions, made on what it sees: a correction of all it sees standing, or of one account."""
    drafts: list[Draft] = []
    for record in records:
        head = laptop.ledger.head(record)
        standing = [entry.id for entry in head.entries] if head else []
        chosen = standing if rng.random() < 0.7 else standing[:1]
        drafts.append(note(record, f"{laptop.name} {apart} {rng.getrandbits(32)}", chosen))
    for entry in laptop.write(drafts):
        model.add(entry.record, entry.id, entry.body["text"], entry.corrects)


def check(laptop: Laptop, records: list[str], model: Model) -> int:
    """Every decision is there as it was made, and nothing else; the conflict shows. How many were in conflict."""
    stands = {head.record: {entry.id for entry in head.entries} for head in laptop.ledger.heads("note")}
    contested = {head.record for head in laptop.ledger.contested()}
    conflicts = 0
    for record in records:
        kept = {entry.id: (entry.body["text"], entry.corrects) for entry in laptop.ledger.history(record)}
        assert kept == model.said[record]
        assert stands[record] == model.standing(record)
        assert (record in contested) == (len(stands[record]) > 1)
        conflicts += len(stands[record]) > 1
    return conflicts


@pytest.mark.slow
def test_no_decision_is_lost_or_merged_in_ten_thousand_conflicts(
    laptops: list[Laptop], torture: bool, figures: Callable[..., None]
) -> None:
    rng, model = random.Random(11), Model()
    conflicts, decisions, round_number = 0, 0, 0
    while conflicts < (FULL if torture else FAST):
        records = [f"request-{round_number}-{n}" for n in range(AT_ONCE)]
        decide(laptops[0], records, rng, model, "asks")
        meet(laptops)
        for laptop in laptops:
            for turn in range(rng.randint(1, 2)):
                decide(laptop, records, rng, model, f"decides {turn}")
        meet(laptops)
        found = {check(laptop, records, model) for laptop in laptops}
        assert len(found) == 1, "every laptop shows the same conflicts"
        conflicts += found.pop()
        settle(rng.choice(laptops), records, model)
        meet(laptops)
        assert not any(laptop.ledger.contested() for laptop in laptops)
        decisions += sum(len(model.said[record]) for record in records)
        round_number += 1
    assert shown(laptops[0]) == shown(laptops[1]) == shown(laptops[2])
    figures("two decisions on one request", conflicts=conflicts, decisions=decisions, lost=0, merged=0)


def settle(laptop: Laptop, records: list[str], model: Model) -> None:
    """A named person settles each conflict with an entry that names every account."""
    drafts = [
        note(head.record, f"settled by {laptop.name}", [entry.id for entry in head.entries])
        for head in laptop.ledger.contested()
    ]
    for entry in laptop.write(drafts):
        model.add(entry.record, entry.id, entry.body["text"], entry.corrects)
