"""Grants that cannot be read: no effect, a reason, and never a crash."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.ledger.worlds import World, key
from waythrough.terms.entries import Draft
from waythrough.terms.roles import KEEPER


@pytest.fixture
def world() -> World:
    return World()


TIP = {"log": "00" * 20, "sequence": 0, "commit": "00" * 32}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"status": "admired"},
        {"status": None},
        {"after": None},
        {"after": {"log": 1}},
        {"after": ["tip"]},
        {"after": [{**TIP, "log": "00"}]},
        {"after": [{**TIP, "sequence": -1}]},
        {"after": [{**TIP, "sequence": True}]},
        {"after": [{**TIP, "sequence": 1.5}]},
        {"after": [{**TIP, "commit": "zz" * 32}]},
        {"roles": None},
        {"roles": ["keeper"]},
        {"roles": {"*": "keeper"}},
        {"roles": {"*": [["keeper"]]}},
        {"roles": {"": ["keeper"]}},
        {"roles": {"*": [None]}},
        {"public_key": None},
        {"public_key": "AB" * 32},
        {"public_key": key("other").hex()},
        {"name": 7},
        {"person": {}},
        {"box_key": []},
    ],
    ids=str,
)
def test_a_grant_that_cannot_be_read_has_no_effect_and_says_why(
    world: World, spoilt: dict[str, object]
) -> None:
    act = world.enrol("root", "truck", KEEPER)
    world.acts[-1] = replace(act, body={**act.body, **spoilt})
    assert world.aside(world.commit("truck")) == "not_enrolled"
    assert world.why(world.acts[-1])


@pytest.mark.parametrize(
    "record", ["ledger.device", "ledger.device/", "ledger.device/zz", "device/" + "00" * 16]
)
def test_a_grant_whose_record_names_no_device_has_no_effect(world: World, record: str) -> None:
    world.acts.append(replace(world.enrol("root", "truck", KEEPER), record=record, entry="f" * 32))
    assert world.why(world.acts[-1])


def test_a_revocation_is_understood_even_if_only_its_cut_can_be_read(world: World) -> None:
    world.enrol("root", "truck", KEEPER)
    act = world.revoke("root", "truck")
    world.acts[-1] = replace(act, body={"status": "revoked", "after": [], "roles": 3, "box_key": 4})
    assert world.aside(world.commit("truck")) == "revoked"
    assert world.device("truck").name == "truck"


def test_an_own_kind_of_a_newer_version_has_no_effect(world: World) -> None:
    before = world.members().devices()
    world.write(
        "root", Draft("ledger.horoscope", "ledger.horoscope", {"public_key": [1], "status": "revoked"})
    )
    assert world.members().devices() == before
    assert world.members().unheeded() == []
