"""What is erased: within the rights of who ordered it, above 20 only with another person, and nothing by mistake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from unit.ledger.worlds import DAY, World, print_of
from waythrough.ledger import orders
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
    assert ["to come" in reason for reason in why(world)] == [True]


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
    assert len(why(world)) == 1 and not world.erasures().pending()[0].waits


@pytest.mark.parametrize("erasure", [None, "", "A" * 32, ["a"], 5], ids=str)
def test_an_approval_that_names_no_erasure_approves_none(world: World, erasure: object) -> None:
    erase(world, "nour", *many(21))
    world.write("root", Draft("ledger.approval", "ledger.approval/x", {"erasure": erasure}))
    assert covered(world) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"subjects": []},
        {"subjects": ["house-1"], "reason": " "},
        {"entries": ["abc"]},
    ],
    ids=str,
)
def test_an_order_without_effect_is_refused_before_it_is_written(wrong: dict[str, Any]) -> None:
    with pytest.raises(DraftRefused):
        orders.erase("token", **{"reason": "asked", "day": DAY, **wrong})
