"""Where a grant begins to hold, in ledgers with real logs: what the rules ask, the chain of commits must know."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.laptops import Laptop, meet, note, shown
from waythrough.ledger import grants, orders
from waythrough.terms.entries import Draft, Vaulted
from waythrough.terms.problems import DeviceNotEnrolled


@pytest.fixture
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Laptop, Laptop, Laptop]]:
    """Root, a keeper, and a laptop at the gate, with randomness of each test's own: no nonce comes twice."""
    rng = random.Random(request.node.name)
    root = Laptop(tmp_path, "root", rng)
    keeper, gate = (Laptop(tmp_path, name, rng, root) for name in ("one", "three"))
    yield root, keeper, gate
    for laptop in (root, keeper, gate):
        laptop.ledger.close()


def device(laptop: Laptop, name: str) -> grants.Device:
    found = laptop.device_now(name)
    assert found
    return found


def everyone_agrees(office: tuple[Laptop, ...]) -> None:
    meet(office)
    first, *others = (shown(laptop) for laptop in office)
    assert all(other == first for other in others)
    for laptop in office:
        assert laptop.ledger.verify().findings == ()


def test_a_laptop_that_revokes_itself_keeps_what_it_wrote_and_its_own_word(
    office: tuple[Laptop, Laptop, Laptop],
) -> None:
    root, _, gate = office
    gate.write([note("convoy", "passed at six")])
    gate.act(grants.revoke(device(gate, "three"), after=()))
    with pytest.raises(DeviceNotEnrolled):
        gate.write([note("convoy-2", "after the end")])
    everyone_agrees(office)
    assert device(root, "three").status == "revoked"
    assert [entry.aside for entry in root.ledger.log() if entry.author == "three"] == ["", ""]


def test_what_root_gives_while_a_laptop_revokes_itself_does_not_bring_it_back(
    office: tuple[Laptop, Laptop, Laptop],
) -> None:
    root, _, gate = office
    gate.act(grants.revoke(device(gate, "three"), after=gate.ledger.frontier()))
    root.act(grants.change(device(root, "three"), roles={"*": ["registrar"]}, after=root.ledger.frontier()))
    everyone_agrees(office)
    assert device(root, "three").status == "revoked"
    root.act(grants.change(device(root, "three"), roles={"*": ["registrar"]}, after=root.ledger.frontier()))
    everyone_agrees(office)
    gate.write([note("convoy-2", "back again")])
    everyone_agrees(office)


def test_a_laptop_that_gives_up_a_role_goes_on_with_the_others(office: tuple[Laptop, Laptop, Laptop]) -> None:
    root, keeper, _ = office
    own = device(keeper, "one")
    keeper.act(grants.change(own, roles={"*": ["registrar"]}, after=()))
    everyone_agrees(office)
    assert device(root, "one").roles == {"*": frozenset({"registrar"})}
    keeper.write([note("convoy", "left")])
    everyone_agrees(office)
    assert root.ledger.head("convoy")


def test_what_was_erased_before_its_author_was_cut_off_can_still_be_passed_on(
    office: tuple[Laptop, Laptop, Laptop], tmp_path: Path
) -> None:
    """Every copy has carried the order out by then; a new laptop must be able to join all the same."""
    root, keeper, gate = office
    body = Draft("household", "household-1", {"size": 4}, vaulted=Vaulted("what", "h-1", "valley"))
    gate.write([body])
    everyone_agrees(office)
    keeper.act(orders.erase("wish", subjects=["h-1"], reason="asked", day=keeper.clock.now.date()))
    everyone_agrees(office)
    root.act(grants.revoke(device(root, "one"), after=()))
    everyone_agrees((root, gate))
    assert root.ledger.world().erasures.honoured == set()
    new = Laptop(tmp_path, "new", random.Random(6), root)
    everyone_agrees((root, gate, new))
    (entry,) = new.ledger.history("household-1")
    assert entry.state == "erased"
    new.ledger.close()


def test_copies_may_differ_in_what_one_erased_before_it_was_cut_off_until_the_order_is_given_again(
    office: tuple[Laptop, Laptop, Laptop],
) -> None:
    root, keeper, gate = office
    gate.write([Draft("household", "household-1", {"size": 4}, vaulted=Vaulted("what", "h-1", "valley"))])
    everyone_agrees(office)
    keeper.act(orders.erase("wish", subjects=["h-1"], reason="asked", day=keeper.clock.now.date()))
    root.act(grants.revoke(device(root, "one"), after=()))
    everyone_agrees(office)
    for laptop in office:
        (waiting,) = laptop.ledger.world().erasures.pending()
        assert not waiting.waits
    assert [states(laptop) for laptop in office] == [["sealed"], ["erased"], ["open"]]
    root.act(orders.erase("again", subjects=["h-1"], reason="asked", day=root.clock.now.date()))
    everyone_agrees(office)
    assert [states(laptop) for laptop in office] == [["erased"]] * 3


def test_what_was_erased_by_its_id_alone_can_be_passed_on(
    office: tuple[Laptop, Laptop, Laptop], tmp_path: Path
) -> None:
    root, keeper, gate = office
    (slip,) = gate.write([note("household-1", "a name that slipped into the open")])
    everyone_agrees(office)
    keeper.act(orders.erase("slip", entries=[slip.id], reason="mistake", day=keeper.clock.now.date()))
    everyone_agrees(office)
    new = Laptop(tmp_path, "new", random.Random(7), root)
    everyone_agrees((root, gate, new))
    assert states(new) == ["erased"]
    new.ledger.close()


def states(laptop: Laptop) -> list[str]:
    return [entry.state for entry in laptop.ledger.history("household-1")]
