"""What users of today's tools complain of when people work offline, told as what happens here instead.

Each story names the thread it answers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from faults.laptops import Laptop, meet, note, shown
from ledger_team import Team
from waythrough.ledger import grants, orders, stick
from waythrough.terms.entries import Draft, Vaulted
from waythrough.terms.problems import ParcelRefused


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Laptop, Laptop, Laptop]]:
    """Root at the office, one at the gate, two on the road: three laptops without any network."""
    rng = random.Random(3)
    root = Laptop(tmp_path, "root", rng)
    gate, road = (Laptop(tmp_path, name, rng, root) for name in ("one", "two"))
    yield root, gate, road
    for laptop in (root, gate, road):
        laptop.ledger.close()


def texts(laptop: Laptop, record: str) -> set[str]:
    head = laptop.ledger.head(record)
    return {entry.body["text"] for entry in head.entries} if head else set()


def about(n: int, body: dict[str, object]) -> Draft:
    """A household that somebody registered in the valley."""
    return Draft("household", f"household-{n}", body, vaulted=Vaulted("what", f"h-{n}", "valley"))


def test_two_offline_devices_change_one_field_and_neither_is_overwritten(
    office: tuple[Laptop, Laptop, Laptop],
) -> None:
    """primeroIMS/primero#508: two offline devices edit one field, and the last to come silently wins."""
    root, gate, road = office
    (asked,) = root.write([note("request-7", "asked for 20 April")])
    meet(office)
    gate.write([note("request-7", "granted for 20 April", [asked.id])])
    road.write([note("request-7", "granted for 23 April", [asked.id])])
    meet(office)
    for laptop in office:
        assert texts(laptop, "request-7") == {"granted for 20 April", "granted for 23 April"}
        assert [head.record for head in laptop.ledger.contested()] == ["request-7"]
    both = [entry.id for entry in root.ledger.head("request-7").entries]
    root.write([note("request-7", "granted for 23 April, says their letter", both)])
    meet(office)
    for laptop in office:
        assert texts(laptop, "request-7") == {"granted for 23 April, says their letter"}
        assert len(laptop.ledger.history("request-7")) == 4, "what was put aside can still be read"


def test_updates_that_arrive_out_of_order_break_nothing(office: tuple[Laptop, Laptop, Laptop]) -> None:
    """getodk/central#669, #698 and #805: offline updates that arrive before what they update break the record."""
    root, gate, road = office
    meet(office)
    (first,) = gate.write([note("tank", "full")])
    (second,) = gate.write([note("tank", "half full", [first.id])])
    gate.write([note("tank", "empty", [second.id])])
    letters = [[parcel] for parcel in gate.give(root)]
    with pytest.raises(ParcelRefused, match="before it is missing"):
        root.take(letters[2])
    assert texts(root, "tank") == set(), "an update of something unknown waits; nothing half is shown"
    for letter in (letters[0], letters[0], letters[1], letters[1], letters[2], letters[0]):
        root.take(letter)
    assert texts(root, "tank") == {"empty"}
    assert len(root.ledger.history("tank")) == 3, "what came twice is there once"
    road.take([parcel for letter in letters for parcel in letter])
    assert shown(road)["heads"] == shown(root)["heads"]


def test_any_order_of_the_senders_gives_the_same(
    office: tuple[Laptop, Laptop, Laptop], tmp_path: Path
) -> None:
    """getodk/central#805, once more: three people, every order in which their work can arrive."""
    root, *_ = office
    (asked,) = root.write([note("request-7", "asked")])
    meet(office)
    for laptop in office:
        laptop.write([note("request-7", f"seen by {laptop.name}", [asked.id])])
        laptop.write([note(f"note by {laptop.name}", "seen")])
    rng, found = random.Random(4), []
    for n, order in enumerate(permutations(office)):
        reader = Laptop(tmp_path, f"reader-{n}", rng, root)
        for laptop in order:
            reader.take(laptop.give(reader))
        found.append(shown(reader)["heads"])
        reader.ledger.close()
    assert found[0] and all(one == found[0] for one in found)


def test_offline_and_online_give_the_same(office: tuple[Laptop, Laptop, Laptop]) -> None:
    """getodk/collect#6309: the same edits give another result offline than online."""
    root, gate, road = office
    meet(office)
    standing: list[str] = []
    for n in range(6):
        (entry,) = gate.write([note("tank", f"{60 - n} cm", standing)])
        standing = [entry.id]
        root.take(gate.give(root))  # root is online: it takes every change as it is made
    road.take(gate.give(road))  # road was away for weeks, and takes everything at once
    meet([root, road])
    assert shown(root) == shown(road)
    assert texts(road, "tank") == {"55 cm"}


def test_erasing_a_person_leaves_the_published_count(office: tuple[Laptop, Laptop, Laptop]) -> None:
    """crownshy/comhairle#1068: erasing a person breaks counts that were already published."""
    root, gate, _ = office
    households = [about(n, {"size": 4, "phone": f"07-{n}"}) for n in range(3)]
    gate.write(households)
    meet(office)
    published = len(root.ledger.heads("household"))
    gate.act(orders.erase("wish", subjects=["h-1"], reason="asked", day=gate.clock.now.date()))
    meet(office)
    for laptop in office:
        found = {head.record: head.entries[0] for head in laptop.ledger.heads("household")}
        assert len(found) == published, "the counted token stays"
        assert found["household-1"].state == "erased" and found["household-1"].body == {}
        assert b"07-1" not in laptop.path.read_bytes()
        assert laptop.ledger.verify().findings == ()
    (order,) = root.ledger.world().erasures.honoured
    assert root.ledger.world().erasures.owing(order) == [], "everyone has said that it is gone"


@pytest.mark.usefixtures("nonces_by_hand")  # the laptops draw the same random bytes in every story
def test_sealed_records_do_not_vanish_from_analysis(office: tuple[Laptop, Laptop, Laptop]) -> None:
    """ropensci/ruODK#30: encrypted records are missing from the tables an analyst gets, without a word."""
    _, gate, road = office
    gate.write([about(n, {"size": n}) for n in range(1, 4)])
    meet(office)
    own, others = gate.ledger.heads("household"), road.ledger.heads("household")
    assert [head.record for head in own] == [head.record for head in others]
    assert {head.entries[0].state for head in own} == {"open"}
    assert {head.entries[0].state for head in others} == {"sealed"}, (
        "without the key they are shown as sealed"
    )
    assert sum(head.entries[0].body["size"] for head in own) == 6, (
        "with it the analyst never leaves the encryption"
    )


def test_two_posts_without_network_work_by_stick(tmp_path: Path) -> None:
    """f-eld-ch/sitrep#1124: works with no network, and posts exchange their work by USB stick."""
    team, folder = Team(tmp_path), tmp_path / "stick"
    folder.mkdir()
    upper, lower = team.first, team.join("boris")
    upper.write("road", {"by": "upper post"})
    lower.write("river", {"by": "lower post"})
    for laptop in (upper, lower, upper):
        assert stick.visit(laptop.post, folder).refused == []
    for laptop in (upper, lower):
        assert {head.record for head in laptop.ledger.heads("note")} == {"road", "river"}
    for path in folder.iterdir():
        assert b"lower post" not in path.read_bytes(), "whoever finds the stick reads nothing"
    team.close()


def test_a_laptop_sold_with_its_key_on_it_writes_no_more(office: tuple[Laptop, Laptop, Laptop]) -> None:
    """What follows from working offline: the office cannot reach the laptop that is gone, and need not."""
    root, gate, road = office
    road.write([note("convoy", "left at six")])
    meet(office)
    lost = root.device_now("two")
    assert lost
    root.act(grants.revoke(lost, after=root.ledger.frontier()))
    road.write([note("convoy-2", "written by whoever found it")])
    meet([root, gate])
    gate.take(road.give(gate))
    assert texts(gate, "convoy") == {"left at six"}
    assert texts(gate, "convoy-2") == set()
    (kept,) = [entry for entry in gate.ledger.log() if entry.record == "convoy-2"]
    assert kept.aside == "revoked", "kept, and shown as set aside"
