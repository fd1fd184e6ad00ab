"""What is erased: within the rights of who ordered it, above 20 only with another person, and nothing by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from unit.ledger.worlds import DAY, World, key, print_of
from waythrough.ledger import grants, orders
from waythrough.ledger.acts import Act
from waythrough.terms.entries import Draft
from waythrough.terms.problems import DraftRefused
from waythrough.terms.roles import HEAD, PROTECTION, REGISTRAR, VIEWER

OLD = "a" * 32
"""The id of an entry of format 1: it has no subject."""


@pytest.fixture
def world() -> World:
    """Nour is trusted with data protection everywhere, Sami in the valley, Lina by the river; Omar registers people."""
    world = World()
    world.enrol("root", "nour", PROTECTION)
    world.enrol("root", "sami", valley=[PROTECTION])
    world.enrol("root", "lina", river=[PROTECTION])
    world.enrol("root", "omar", REGISTRAR, HEAD, VIEWER)
    return world


def erase(world: World, by: str, *subjects: str, reason: str = "asked", **more: Any) -> Act:
    written = {name: more.pop(name) for name in ("person", "after", "epoch") if name in more}
    draft = orders.erase(
        str(len(world.acts)), subjects=subjects, reason=reason, day=more.pop("day", DAY), **more
    )
    return world.write(by, draft, **written)


def approve(world: World, by: str, erasure: Act, **written: Any) -> Act:
    return world.write(by, orders.approve(erasure.entry, by=print_of(by)), **written)


def covered(world: World, subject: str | None = "house-1", **more: Any) -> str | None:
    asked: dict[str, Any] = {
        "entry": "e" * 32,
        "vault": "what",
        "site": "valley",
        "keep_until": None,
        **more,
        "subject": subject,
    }
    return world.erasures().covers(**asked)


def many(n: int) -> list[str]:
    return [f"house-{number}" for number in range(n)]


def why(world: World) -> list[str]:
    return [pending.why for pending in world.erasures().pending()]


# --- within one's rights ------------------------------------------------------------------------------------


def test_an_erasure_by_data_protection_covers_every_entry_of_its_subject(world: World) -> None:
    act = erase(world, "nour", "house-1")
    for vault in ("who", "what", "text", "author"):
        for site in ("valley", "river", ""):
            assert covered(world, vault=vault, site=site, keep_until=date(2030, 1, 1)) == act.entry
    assert covered(world, "house-2") is None
    assert world.erasures().honoured == {act.entry}
    assert world.erasures().pending() == []


def test_an_erasure_reaches_the_sites_where_its_author_is_trusted(world: World) -> None:
    act = erase(world, "sami", "house-1")
    assert [covered(world, site=site) for site in ("valley", "river", "")] == [act.entry, None, None]
    erasures = world.erasures()
    assert erasures.subjects("valley") == {("house-1", "*")}
    assert erasures.subjects("river") == erasures.subjects() == frozenset()


def test_an_erasure_of_some_classes_leaves_the_others(world: World) -> None:
    act = erase(world, "nour", "house-1", classes=["who", "text"])
    assert [covered(world, vault=vault) for vault in ("who", "text", "what")] == [act.entry, act.entry, None]
    assert world.erasures().subjects() == {("house-1", "who"), ("house-1", "text")}


def test_an_erasure_of_no_class_covers_nothing(world: World) -> None:
    erase(world, "nour", "house-1", classes=[])
    assert covered(world) is None
    assert world.erasures().subjects() == frozenset()


def test_an_entry_of_format_1_is_erased_by_its_id(world: World) -> None:
    act = erase(world, "nour", entries=[OLD], classes=["who"])
    assert covered(world, None, entry=OLD, vault=None, site="") == act.entry
    assert covered(world, "house-1", entry=OLD) is None
    assert covered(world, None) is None


def test_trust_at_one_site_does_not_reach_entries_that_name_none(world: World) -> None:
    erase(world, "sami", entries=[OLD])
    assert covered(world, None, entry=OLD, vault=None, site="") is None


def test_the_ledgers_own_entries_are_never_erased(world: World) -> None:
    cut = world.revoke("root", "omar")
    erase(world, "nour", entries=[cut.entry, world.genesis.entry])
    assert covered(world, None, entry=cut.entry, vault=None, site="") is None
    assert covered(world, None, entry=world.genesis.entry, vault=None, site="") is None


def test_of_two_erasures_that_cover_an_entry_the_same_one_is_named_everywhere(world: World) -> None:
    acts = [erase(world, "nour", "house-1") for _ in range(4)]
    assert covered(world) == min(act.entry for act in acts)


# --- two persons --------------------------------------------------------------------------------------------


def test_twenty_may_be_erased_alone_and_twenty_one_wait(world: World) -> None:
    erase(world, "nour", *many(20))
    assert covered(world) is not None
    assert why(world) == []
    act = erase(world, "nour", *(f"tent-{n}" for n in range(20)), entries=[OLD])
    assert covered(world, "tent-1") is None
    assert [(one.act, one.waits) for one in world.erasures().pending()] == [(act, True)]
    approve(world, "root", act, person="Root")
    assert covered(world, "tent-1") == act.entry
    assert world.erasures().pending() == []


def test_an_approval_reaches_the_sites_that_both_are_trusted_at(world: World) -> None:
    everywhere = erase(world, "nour", *many(30))
    approve(world, "sami", everywhere)
    assert [covered(world, site=site) for site in ("valley", "river", "")] == [everywhere.entry, None, None]
    approve(world, "lina", everywhere)
    assert covered(world, site="river") == everywhere.entry
    here = erase(world, "sami", *(f"tent-{n}" for n in range(30)))
    approve(world, "lina", here)
    assert covered(world, "tent-1") is None
    approve(world, "nour", here)
    assert [covered(world, "tent-1", site=site) for site in ("valley", "river")] == [here.entry, None]


@pytest.mark.parametrize(
    ("ordered_as", "approved_as", "approved"),
    [
        ("Nour", "Root", True),
        ("Sami", "Root", True),  # whoever ordered it, it is neither of them who approves
        ("Root", "Root", False),
        (" rOOT ", "Root", False),
        ("Nour", "Nour", False),
        ("Nour", "nour", False),
    ],
)
def test_another_person_is_another_by_the_device_and_by_every_name_that_was_typed(
    world: World, ordered_as: str, approved_as: str, approved: bool
) -> None:
    act = erase(world, "nour", *many(21), person=ordered_as)
    approve(world, "root", act, person=approved_as)
    assert (covered(world) is not None) is approved


def test_a_name_typed_on_the_device_of_somebody_who_has_it_is_not_another(world: World) -> None:
    """Whoever orders as Sami on Nour's laptop is, for all we know, Sami or Nour: neither may approve."""
    act = erase(world, "nour", *many(21), person="Sami")
    approve(world, "sami", act)
    assert covered(world) is None


def test_a_device_of_which_nobody_knows_whose_it_is_is_no_second_person(world: World) -> None:
    for name in ("mute", "dumb"):
        draft = grants.enrol(key(name), name=name, person="x", roles={"*": [PROTECTION]}, box_key="age1x")
        world.write("root", replace(draft, body={**draft.body, "person": " "}))
    act = erase(world, "nour", *many(21))
    approve(world, "mute", act)
    assert covered(world) is None
    other = erase(world, "mute", *(f"tent-{n}" for n in range(21)))
    approve(world, "nour", other)
    approve(world, "dumb", other)
    assert covered(world, "tent-1") is None


# --- purges -------------------------------------------------------------------------------------------------


def test_any_enrolled_device_purges_what_is_past_its_day(world: World) -> None:
    act = erase(world, "omar", *many(200), reason="retention", day=DAY)
    yesterday, tomorrow = DAY - timedelta(days=1), DAY + timedelta(days=1)
    assert [covered(world, keep_until=day) for day in (yesterday, DAY, tomorrow, None)] == [
        act.entry, None, None, None,
    ]  # fmt: skip
    assert world.erasures().subjects() == frozenset(), "the same household may be recorded again"


def test_a_purge_up_to_a_day_to_come_waits_for_nobody(world: World) -> None:
    erase(world, "omar", "house-1", reason="retention", day=DAY + timedelta(days=1))
    assert covered(world, keep_until=DAY - timedelta(days=400)) is None
    (pending,) = world.erasures().pending()
    assert (pending.why, pending.waits) == (
        f"it purges up to {DAY + timedelta(days=1)}, a day to come",
        False,
    )


def test_a_purge_is_final_for_nobody_and_an_erasure_for_good(world: World) -> None:
    purge = erase(world, "omar", "house-1", reason="retention", day=DAY)
    order = erase(world, "nour", "house-2")
    erasures = world.erasures()
    assert (erasures.is_final(purge.entry), erasures.is_final(order.entry)) == (False, True)
    assert erasures.subjects() == {("house-2", "*")}
    assert erasures.named() == ({"house-1", "house-2"}, frozenset())


def test_every_order_that_can_be_read_is_listed_oldest_first(world: World) -> None:
    first = erase(world, "nour", "house-1", day=DAY - timedelta(days=2), entries=[OLD])
    last = erase(world, "omar", "house-2", day=DAY)  # he may not: it is listed all the same
    middle = erase(world, "nour", "house-3", day=DAY - timedelta(days=1))
    world.write("nour", Draft("ledger.erasure", "ledger.erasure/x", {}))
    found = world.erasures().orders()
    assert [one.act for one in found] == [first, middle, last]
    assert [one.names for one in found] == [2, 1, 1]


@pytest.mark.parametrize(
    ("by", "found"),
    [
        ("omar", f"its device did not hold the role {PROTECTION}"),
        ("stranger", "its commit does not count: not_enrolled"),
    ],
)
def test_why_an_order_has_no_effect_is_said_and_waits_for_nobody(world: World, by: str, found: str) -> None:
    act = erase(world, by, "house-1")
    assert world.erasures().pending() == [orders.Pending(act, found, False)]
    waits = erase(world, "nour", *many(21))
    why_not = f"it names 21, and no other person with the role {PROTECTION} has approved it"
    assert orders.Pending(waits, why_not, True) in world.erasures().pending()


def test_what_is_written_says_what_it_is_about_and_by_which_device() -> None:
    assert orders.approve("e1", by=b"\x01") == Draft(
        "ledger.approval", "ledger.approval/e1/01", {"erasure": "e1"}
    )
    assert orders.receipt("e1", keys=2, bodies=3, by=b"\x01") == Draft(
        "ledger.receipt", "ledger.receipt/e1/01", {"erasure": "e1", "keys": 2, "bodies": 3}
    )
    order = orders.erase(
        "t", subjects=["b", "a", "b"], entries=[OLD, OLD], reason="asked", day=DAY, classes=["who", "what"]
    )
    said = {"subjects": ["a", "b"], "entries": [OLD], "reason": "asked", "day": DAY.isoformat()}
    assert order == Draft("ledger.erasure", "ledger.erasure/t", {**said, "classes": ["what", "who"]})
    plain = orders.erase("t", subjects=["a"], reason="asked", day=DAY)
    assert plain.body == {**said, "subjects": ["a"], "entries": []}


# --- carried out --------------------------------------------------------------------------------------------


def test_receipts_tell_who_has_erased_and_who_has_not_yet(world: World) -> None:
    act = erase(world, "nour", "house-1")
    owing = {device.name for device in world.erasures().owing(act.entry)}
    assert owing == {"root", "nour", "sami", "lina", "omar"}
    world.write("nour", orders.receipt(act.entry, keys=2, bodies=3, by=print_of("nour")))
    world.write("stranger", orders.receipt(act.entry, keys=0, bodies=0, by=print_of("root")))
    world.revoke("root", "omar")
    world.write("omar", orders.receipt(act.entry, keys=9, bodies=9, by=print_of("omar")))
    erasures = world.erasures()
    assert erasures.receipts(act.entry) == [orders.Receipt(print_of("nour"), 2, 3)]
    assert {device.name: device.status for device in erasures.owing(act.entry)} == {
        "root": "enrolled", "sami": "enrolled", "lina": "enrolled", "omar": "revoked",
    }  # fmt: skip


@pytest.mark.parametrize("body", [{}, {"keys": -1}, {"keys": True}, {"keys": "2"}, {"bodies": None}], ids=str)
def test_a_receipt_that_counts_nothing_is_none(world: World, body: Mapping[str, Any]) -> None:
    act = erase(world, "nour", "house-1")
    said = {"erasure": act.entry, "bodies": 1, "keys": 1} if body else {}
    world.write("nour", Draft("ledger.receipt", "ledger.receipt/x", {**said, **body}))
    assert world.erasures().receipts(act.entry) == []


def test_a_receipt_or_approval_that_cannot_be_read_hides_no_other(world: World) -> None:
    act = erase(world, "nour", *many(21))
    for kind in ("ledger.receipt", "ledger.approval"):
        world.write("sami", Draft(kind, f"{kind}/x", {"erasure": 5}))
    world.write("sami", Draft("ledger.receipt", "ledger.receipt/y", {"erasure": act.entry, "keys": "two"}))
    approve(world, "root", act, person="Root")
    for n, name in enumerate(("root", "nour")):
        world.write(name, orders.receipt(act.entry, keys=n, bodies=7, by=print_of(name)))
    assert covered(world) == act.entry
    assert set(world.erasures().receipts(act.entry)) == {
        orders.Receipt(print_of("root"), 0, 7),
        orders.Receipt(print_of("nour"), 1, 7),
    }


def test_what_waits_is_listed_by_entry_wherever_it_was_written(world: World) -> None:
    acts = [erase(world, "omar", f"house-{n}") for n in range(9)]
    found = [one.act.entry for one in world.erasures().pending()]
    assert found == sorted(act.entry for act in acts)


def excused(world: World, subject: str | None = "house-1", **more: Any) -> str | None:
    asked: dict[str, Any] = {
        "entry": "e" * 32, "vault": "what", "site": "valley", "keep_until": None, **more, "subject": subject,
    }  # fmt: skip
    return world.erasures().excuses(**asked)


def test_a_body_destroyed_before_its_orders_author_was_cut_off_is_not_called_withheld(world: World) -> None:
    seen = world.seen()
    act = erase(world, "nour", "house-1", classes=["who"], entries=[OLD])
    assert excused(world, vault="who") == covered(world, vault="who") == act.entry
    world.revoke("root", "nour", after=seen)
    assert covered(world, vault="who") is None
    assert excused(world, vault="who") == act.entry
    assert excused(world, None, entry=OLD, vault=None, site="") == act.entry
    assert [excused(world, vault="what"), excused(world, "house-2", vault="who")] == [None, None]


def test_what_excuses_a_missing_body_is_asked_of_the_entry_itself(world: World) -> None:
    """Of the order as it holds, and of the order as it held before its author was cut off."""
    seen = world.seen()
    day = DAY - timedelta(days=3)
    here = erase(world, "sami", "house-1")
    purge = erase(world, "omar", "house-3", reason="retention", day=DAY)
    old = erase(world, "nour", entries=[OLD])
    for _ in range(2):
        assert [excused(world, site=site) for site in ("valley", "river", "")] == [here.entry, None, None]
        assert [excused(world, "house-3", keep_until=until) for until in (day, DAY, None)] == [
            purge.entry, None, None,
        ]  # fmt: skip
        assert [excused(world, None, entry=one) for one in (OLD, "b" * 32)] == [old.entry, None]
        for name in ("sami", "nour", "omar"):
            world.revoke("root", name, after=seen)


def test_only_what_its_author_once_had_the_right_to_erase_excuses_a_missing_body(world: World) -> None:
    erase(world, "omar", "house-1")
    erase(world, "stranger", "house-1")
    erase(world, "lina", "house-1")
    erase(world, "sami", "house-1", *(f"house-{n}" for n in range(2, 40)))
    world.revoke("root", "lina", after=[])
    world.revoke("root", "sami", after=[])
    assert excused(world, site="valley") is None


# --- malformed ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spoilt",
    [
        {"subjects": "house-1"},
        {"subjects": []},
        {"subjects": [["house-1"]]},
        {"subjects": [""]},
        {"subjects": None},
        {"entries": 4},
        {"reason": ""},
        {"reason": ["asked"]},
        {"day": None},
        {"day": "20190401"},
        {"day": "soon"},
        {"classes": "who"},
        {"classes": [1]},
    ],
    ids=str,
)
def test_an_erasure_that_cannot_be_read_erases_nothing_and_says_why(
    world: World, spoilt: dict[str, Any]
) -> None:
    act = erase(world, "nour", "house-1")
    world.acts[-1] = replace(act, body={**act.body, **spoilt})
    assert covered(world) is None
    (pending,) = world.erasures().pending()
    assert pending.act == world.acts[-1] and pending.waits is False
    (field,) = spoilt
    assert field in pending.why or pending.why == "it names nothing to erase"


@pytest.mark.parametrize("erasure", [None, "", "A" * 32, ["a"], 5], ids=str)
def test_an_approval_that_names_no_erasure_approves_none(world: World, erasure: object) -> None:
    erase(world, "nour", *many(21))
    world.write("root", Draft("ledger.approval", "ledger.approval/x", {"erasure": erasure}))
    assert covered(world) is None


@pytest.mark.parametrize(
    ("wrong", "found", "remedy"),
    [
        ({"subjects": []}, "it names nothing to erase", "Name at least one subject or entry."),
        ({"subjects": ["house-1"], "reason": " "}, "it gives no reason", "Say why, with a code."),
        ({"entries": ["abc"]}, "'abc' is no entry id", "Name entries by all 32 hexadecimal digits."),
    ],
    ids=str,
)
def test_an_order_without_effect_is_refused_before_it_is_written(
    wrong: dict[str, Any], found: str, remedy: str
) -> None:
    with pytest.raises(DraftRefused) as refused:
        orders.erase("token", **{"reason": "asked", "day": DAY, **wrong})
    assert refused.value.fields == {"place": "the order to erase", "found": found, "remedy": remedy}
