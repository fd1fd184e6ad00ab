"""What an order destroys: the bodies it covers, and the keys that nothing else needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from unit.ledger.keyring_in_mind import KeyringInMind
from waythrough.ledger import Ledger, grants, orders
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import ERASED, SEALED, Draft, Vaulted

AMINA = "Amina Example"
NOW = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)
NORTH, SOUTH = "site-north", "site-south"


class Told(KeyringInMind):
    """A keyring that writes down what it is told to destroy."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[tuple[dict[str, set[str] | None], bool]] = []

    def destroy_many(self, subjects: Mapping[str, Collection[str] | None], forever: bool) -> int:
        self.orders.append(
            (
                {subject: None if vaults is None else set(vaults) for subject, vaults in subjects.items()},
                forever,
            )
        )
        return sum(self.destroy(subject, vaults) for subject, vaults in subjects.items())


class Desk:
    """A keeper who is trusted with data protection in the north only, and three entries about one household."""

    def __init__(self, path: Path) -> None:
        self.keys = Told()
        self.ledger = Ledger.create(
            path,
            title="Valley",
            author=AMINA,
            clock=lambda: NOW,
            device=DeviceKey.from_seed(bytes(range(32))),
            keyring=self.keys,
        )
        (self.me,) = self.ledger.world().members.laptops()
        self.who = self.write("who/north", Vaulted("who", "hh-1", NORTH, date(2027, 1, 1)))
        self.what = self.write("what/north", Vaulted("what", "hh-1", NORTH))
        self.south = self.write("what/south", Vaulted("what", "hh-1", SOUTH))
        self.other = self.write("what/other", Vaulted("what", "hh-2", NORTH))

    def write(self, record: str, vaulted: Vaulted) -> str:
        return self.ledger.append([Draft("note", record, {"a": 1}, vaulted=vaulted)], author=AMINA)[0].id

    def order(self, token: str, reason: str = "asked", **what: object) -> None:
        self.ledger.act([orders.erase(token, reason=reason, day=NOW.date(), **what)], author=AMINA)  # type: ignore[arg-type]

    def states(self) -> dict[str, str]:
        named = {"who": self.who, "what": self.what, "south": self.south, "other": self.other}
        found = {name: self.ledger.find(one) for name, one in named.items()}
        return {name: getattr(one, "state", "") for name, one in found.items()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "valley.way")
    yield made
    made.ledger.close()


def test_bodies_and_keys_of_the_classes_named_go_and_no_others(desk: Desk) -> None:
    desk.order("1", subjects=["hh-1"], classes=["what"])
    assert desk.states() == {"who": SEALED, "what": ERASED, "south": ERASED, "other": "open"}
    assert desk.keys.orders == [({"hh-1": {"what"}}, True)]
    assert set(desk.keys.known) == {("who", "hh-1"), ("what", "hh-2")}


def test_a_key_stays_while_a_body_under_it_is_kept_at_another_site(desk: Desk) -> None:
    roles = {"*": {"keeper"}, NORTH: {"data_protection_officer"}}
    desk.ledger.act([grants.change(desk.me, after=desk.ledger.frontier(), roles=roles)], author=AMINA)
    desk.order("1", subjects=["hh-1"])
    assert desk.states() == {"who": ERASED, "what": ERASED, "south": "open", "other": "open"}
    assert desk.keys.orders == [({"hh-1": {"who"}}, True)]
    assert set(desk.keys.known) == {("what", "hh-1"), ("what", "hh-2")}


def test_what_is_past_its_day_goes_and_the_subject_may_come_back(desk: Desk) -> None:
    desk.order("1", reason="retention", subjects=["hh-1"])
    assert desk.states() == {"who": ERASED, "what": "open", "south": "open", "other": "open"}
    assert desk.keys.orders == [({"hh-1": {"who"}}, False)]


def test_an_entry_without_a_subject_takes_no_key_with_it(desk: Desk) -> None:
    (noted,) = desk.ledger.append([Draft("note", "open", {"a": 1})], author=AMINA)
    desk.order("1", entries=[noted.id])
    assert desk.ledger.find(noted.id).state == ERASED  # type: ignore[union-attr]
    assert desk.keys.orders == []
    assert len(desk.keys.known) == 3
