"""Who may: rights come down by rank, a cut holds from where it was made, and the least of what is contested holds."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from unit.ledger.worlds import World, key, print_of
from waythrough.ledger import grants
from waythrough.ledger.acts import GENESIS, Tip
from waythrough.ledger.members import Members
from waythrough.terms.entries import Draft
from waythrough.terms.roles import ACCESS, HEAD, KEEPER, REGISTRAR, ROLES, VIEWER


@pytest.fixture
def world() -> World:
    return World()


# --- enrolment ----------------------------------------------------------------------------------------------


def test_root_and_recovery_code_hold_every_role_at_every_site(world: World) -> None:
    for device in ("root", "paper"):
        tip = world.commit(device)
        assert world.aside(tip) == ""
        assert world.roles(tip) == {"*": set(ROLES)}


def test_a_device_that_nobody_enrolled_does_not_count(world: World) -> None:
    assert world.aside(world.commit("stranger")) == "not_enrolled"


def test_an_enrolment_counts_for_what_the_device_wrote_before_it_too(world: World) -> None:
    early = world.commit("truck")
    world.enrol("root", "truck", ACCESS)
    late = world.commit("truck")
    assert [world.aside(tip) for tip in (early, late)] == ["", ""]
    assert world.roles(early) == {"*": {ACCESS}}


def test_a_device_without_the_keeper_role_enrols_nobody(world: World) -> None:
    world.enrol("root", "truck", HEAD)
    act = world.enrol("truck", "friend", VIEWER)
    assert world.aside(world.commit("friend")) == "not_enrolled"
    assert "keeper" in world.why(act)


def test_who_can_change_whom_is_known_beforehand(world: World) -> None:
    """The same rule for showing a button as for what has effect."""
    world.enrol("root", "keeper", "keeper")
    world.enrol("keeper", "gate", "registrar")
    members = world.members()
    for by, about, can in (
        ("root", "keeper", True),
        ("keeper", "gate", True),
        ("keeper", "somebody new", True),
        ("keeper", "root", False),
        ("keeper", "keeper", False),
        ("gate", "somebody new", False),
        ("nobody", "gate", False),
    ):
        assert members.can_change(print_of(by), print_of(about)) is can, (by, about)


def test_keeping_one_site_is_not_keeping_the_ledger(world: World) -> None:
    world.enrol("root", "truck", valley=[KEEPER])
    world.enrol("truck", "friend", VIEWER)
    assert world.aside(world.commit("friend")) == "not_enrolled"


def test_a_stranger_enrols_neither_itself_nor_others(world: World) -> None:
    own, other = world.enrol("stranger", "stranger", KEEPER), world.enrol("stranger", "friend", KEEPER)
    assert [world.aside(world.commit(name)) for name in ("stranger", "friend")] == ["not_enrolled"] * 2
    assert world.why(own) and world.why(other)


def test_every_key_named_anywhere_is_known_to_check_signatures_with(world: World) -> None:
    world.enrol("stranger", "friend", KEEPER)
    assert world.members().keys() == {print_of(name): key(name) for name in ("root", "paper", "friend")}


def test_a_newer_versions_role_is_carried(world: World) -> None:
    world.enrol("root", "truck", "drone_pilot")
    assert world.roles(world.commit("truck")) == {"*": {"drone_pilot"}}


# --- rank ---------------------------------------------------------------------------------------------------


def test_rank_is_one_more_than_that_of_the_most_senior_who_enrolled_it(world: World) -> None:
    world.enrol("root", "head", KEEPER)
    world.enrol("head", "truck", ACCESS)
    world.enrol("truck", "friend", ACCESS)
    ranks = {device.name: device.rank for device in world.members().devices()}
    assert ranks == {"": -1, "root": 0, "head": 1, "truck": 2}
    world.enrol("root", "truck", ACCESS)
    assert world.device("truck").rank == 1


@pytest.mark.parametrize(
    ("by", "about", "heeded"),
    [
        ("paper", "root", True),
        ("paper", "truck", True),
        ("root", "paper", False),
        ("root", "head", True),
        ("root", "truck", True),
        ("head", "root", False),
        ("head", "deputy", False),
        ("head", "truck", True),
        ("truck", "head", False),
        ("truck", "truck", True),
        ("root", "root", True),
    ],
)
def test_only_a_senior_or_the_device_itself_revokes(world: World, by: str, about: str, heeded: bool) -> None:
    world.enrol("root", "head", KEEPER)
    world.enrol("root", "deputy", KEEPER)
    world.enrol("head", "truck", KEEPER)
    assert world.members().can_change(print_of(by), print_of(about)) == (heeded and by != about)
    act = world.revoke(by, about)
    assert (world.aside(world.commit(about)) == "revoked") == heeded
    assert bool(world.why(act)) != heeded


def test_two_keepers_who_revoke_each_other_both_stay(world: World) -> None:
    for name in ("head", "deputy"):
        world.enrol("root", name, KEEPER)
    seen = world.seen()
    world.revoke("head", "deputy", after=seen)
    world.revoke("deputy", "head", after=seen)
    assert [world.aside(world.commit(name)) for name in ("head", "deputy")] == ["", ""]


def test_a_junior_does_not_lift_what_a_senior_settled(world: World) -> None:
    world.enrol("root", "head", KEEPER)
    world.enrol("head", "truck", ACCESS)
    world.revoke("root", "truck")
    world.change("head", "truck", ACCESS)
    assert world.aside(world.commit("truck")) == "revoked"


# --- the cut ------------------------------------------------------------------------------------------------


def test_a_cut_keeps_what_was_seen_and_sets_aside_what_was_not(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    seen = world.commit("truck")
    world.revoke("root", "truck", after=[seen])
    unseen = world.commit("truck")
    other_log = world.commit("truck", epoch=7)
    assert [world.aside(tip) for tip in (seen, unseen, other_log)] == ["", "revoked", "revoked"]


def test_a_fork_from_before_the_cut_is_not_covered_by_it(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    first = world.commit("truck")
    seen = world.commit("truck", after=first)
    world.revoke("root", "truck", after=[seen])
    forged = world.commit("truck", after=first)
    assert [world.aside(tip) for tip in (first, seen, forged)] == ["", "", "revoked"]


def test_both_branches_of_a_fork_count_where_the_keeper_saw_both(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    first = world.commit("truck")
    left, right = world.commit("truck", after=first), world.commit("truck", after=first)
    world.revoke("root", "truck", after=[left, right])
    assert [world.aside(tip) for tip in (first, left, right)] == ["", "", ""]
    assert world.aside(world.commit("truck", after=left)) == "revoked"


def test_a_stolen_keeper_gains_nothing_by_enrolling_accomplices_after_the_cut(world: World) -> None:
    world.enrol("root", "head", KEEPER)
    world.enrol("head", "honest", ACCESS)
    seen = world.seen()
    backdated = world.enrol("head", "accomplice", KEEPER)
    world.enrol("accomplice", "second", KEEPER)
    world.revoke("root", "head", after=seen)
    world.enrol("head", "third", KEEPER)
    found = [world.aside(world.commit(name)) for name in ("honest", "accomplice", "second", "third", "head")]
    assert found == ["", "not_enrolled", "not_enrolled", "not_enrolled", "revoked"]
    assert "revoked" in world.why(backdated)


def test_what_a_stolen_keeper_revoked_after_the_cut_comes_back(world: World) -> None:
    world.enrol("root", "head", KEEPER)
    world.enrol("head", "truck", ACCESS)
    seen, kept = world.seen(), world.commit("truck")
    world.revoke("head", "truck", after=[])
    assert world.aside(kept) == "revoked"
    world.revoke("root", "head", after=seen)
    assert world.aside(kept) == ""


def test_a_keeper_puts_a_cut_right_that_came_too_early(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    seen = world.commit("truck")
    world.revoke("root", "truck", after=[seen])
    honest = world.commit("truck")
    world.change("root", "truck", ACCESS, after=[seen])
    assert world.aside(honest) == ""


def test_changed_roles_hold_from_where_they_were_given(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    before = world.commit("truck")
    world.change("root", "truck", REGISTRAR)
    after = world.commit("truck")
    assert world.roles(before) == {"*": {ACCESS}}
    assert world.roles(after) == {"*": {REGISTRAR}}


def test_the_recovery_code_replaces_a_stolen_root(world: World) -> None:
    seen = world.seen()
    world.enrol("root", "accomplice", KEEPER)
    world.revoke("paper", "root", after=seen)
    world.enrol("paper", "new", *ROLES)
    found = [world.aside(world.commit(name)) for name in ("root", "accomplice", "new")]
    assert found == ["revoked", "not_enrolled", ""]
    assert world.members().can_change(print_of("new"), print_of("accomplice"))


def test_the_recovery_code_may_leave_root_with_fewer_roles(world: World) -> None:
    world.change("paper", "root", KEEPER)
    assert world.roles(world.commit("root")) == {"*": {KEEPER}}
    assert not world.device("root").contested


# --- giving up ----------------------------------------------------------------------------------------------


def test_a_device_gives_up_roles_and_cannot_take_them_back(world: World) -> None:
    world.enrol("root", "truck", ACCESS, REGISTRAR)
    world.change("truck", "truck", ACCESS)
    assert world.roles(world.commit("truck")) == {"*": {ACCESS}}
    world.change("truck", "truck", ACCESS, REGISTRAR, KEEPER)
    assert world.roles(world.commit("truck")) == {"*": {ACCESS}}
    world.change("root", "truck", REGISTRAR)
    assert world.roles(world.commit("truck")) == {"*": {REGISTRAR}}


def test_a_device_that_revokes_itself_keeps_what_it_wrote(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    first = world.commit("truck")
    own = world.revoke("truck", "truck", after=[])
    assert [world.aside(tip) for tip in (first, own.tip, world.commit("truck"))] == ["", "", "revoked"]


def test_a_device_that_was_cut_gives_up_nothing_more(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    world.commit("truck", epoch=3)
    seen = world.seen()
    world.revoke("root", "truck", after=seen)
    vandal = world.revoke("truck", "truck", after=[])
    assert [world.aside(tip) for tip in seen] == [""] * len(seen)
    assert "revoked" in world.why(vandal)


# --- contested ----------------------------------------------------------------------------------------------


def test_of_two_unsettled_grants_the_least_holds_and_is_shown(world: World) -> None:
    for name in ("head", "deputy"):
        world.enrol("root", name, KEEPER)
    world.enrol("head", "truck", ACCESS, valley=[REGISTRAR, VIEWER])
    seen = world.device("truck")
    world.write("head", grants.change(seen, roles={"*": [ACCESS], "valley": [VIEWER]}, after=()))
    world.write("deputy", grants.change(seen, roles={"valley": [ACCESS, REGISTRAR]}, after=()))
    assert world.roles(world.commit("truck")) == {"valley": {ACCESS}}
    assert world.device("truck").contested
    world.change("root", "truck", HEAD)
    assert world.roles(world.commit("truck")) == {"*": {HEAD}}
    assert not world.device("truck").contested


def test_a_revocation_beside_another_grant_wins(world: World) -> None:
    for name in ("head", "deputy"):
        world.enrol("root", name, KEEPER)
    world.enrol("head", "truck", ACCESS)
    seen = world.device("truck")
    world.write("head", grants.change(seen, roles={"*": [REGISTRAR]}, after=()))
    world.write("deputy", grants.revoke(seen, after=()))
    assert world.aside(world.commit("truck")) == "revoked"
    assert world.device("truck").contested


def test_nothing_is_encrypted_to_a_box_key_that_is_contested(world: World) -> None:
    world.enrol("root", "truck", REGISTRAR)
    seen = world.device("truck")
    for box_key in ("age1one", "age1two"):
        world.write("root", grants.change(seen, box_key=box_key, after=()))
    assert world.device("truck").box_key == ""
    assert world.members().recipients("valley", "who") == []


def test_two_like_grants_are_not_contested(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    world.enrol("root", "truck", ACCESS)
    assert not world.device("truck").contested


# --- genesis ------------------------------------------------------------------------------------------------


def test_a_second_genesis_makes_nobody_root(world: World) -> None:
    body = {"ledger": "00" * 16, "title": "Mine", "root_key": key("stranger").hex()}
    act = world.write("stranger", Draft(GENESIS, GENESIS, body))
    assert world.aside(world.commit("stranger")) == "not_enrolled"
    assert world.aside(world.commit("root")) == ""
    assert world.why(act)


def test_where_nobody_says_which_genesis_is_ours_nobody_is_believed(world: World) -> None:
    body = {"ledger": "00" * 16, "title": "Mine", "root_key": key("stranger").hex()}
    world.write("stranger", Draft(GENESIS, GENESIS, body))
    members = Members.of(world.acts, world)
    assert {members.aside(*world.commit(name)) for name in ("root", "stranger")} == {"not_enrolled"}
    assert len(members.unheeded()) == 2


def test_a_genesis_that_another_key_signed_begins_nothing() -> None:
    world = World()
    body = {"ledger": "00" * 16, "title": "Valley", "root_key": key("other").hex()}
    world.acts = [replace(world.genesis, body=body)]
    assert world.aside(world.commit("other")) == world.aside(world.commit("root")) == "not_enrolled"


@pytest.mark.parametrize("recovery", [key("root").hex(), "short", 7, ["x"]])
def test_a_genesis_with_a_strange_recovery_key_begins_nothing(recovery: object) -> None:
    world = World()
    world.acts = [replace(world.genesis, body={**world.genesis.body, "recovery_key": recovery})]
    assert world.aside(world.commit("root")) == "not_enrolled"


def test_a_ledger_of_format_1_has_its_root_alone() -> None:
    world = World(recovery=None)
    assert [device.rank for device in world.members().devices()] == [0]
    assert world.aside(world.commit("root")) == ""


# --- admissions ---------------------------------------------------------------------------------------------


def test_a_keeper_admits_a_commit_from_a_clock_far_ahead(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    early = world.commit("truck")
    world.write("truck", grants.admit(early.commit, "mine", by=print_of("truck")))
    assert world.members().admitted == frozenset()
    world.write("root", grants.admit(early.commit, "the battery was flat", by=print_of("root")))
    assert world.members().admitted == {early.commit}


def test_a_commit_that_waits_for_its_clock_has_no_effect_until_it_is_admitted(world: World) -> None:
    act = world.enrol("root", "truck", ACCESS)
    tip = world.commit("truck")
    waiting = {"genesis": world.genesis.commit, "ahead": {act.commit, tip.commit}}
    assert Members.of(world.acts, world, **waiting).aside(*tip) == "not_enrolled"
    world.write("paper", grants.admit(act.commit, "clock of 2099", by=print_of("paper")))
    members = Members.of(world.acts, world, **waiting)
    assert members.aside(*tip) == ""
    assert members.admitted == {act.commit}


def test_an_admission_that_waits_itself_needs_another_first(world: World) -> None:
    world.enrol("root", "head", KEEPER)
    wanted = world.commit("root")
    second = world.write("head", grants.admit(wanted.commit, "seen", by=print_of("head")))
    ahead = {wanted.commit, second.commit}
    assert Members.of(world.acts, world, ahead=ahead).admitted == frozenset()
    world.write("root", grants.admit(second.commit, "seen", by=print_of("root")))
    assert Members.of(world.acts, world, ahead=ahead).admitted == ahead


def test_an_admission_that_names_no_commit_has_no_effect(world: World) -> None:
    act = world.write("root", Draft("ledger.admission", "ledger.admission/x", {"commit": "?"}))
    assert world.members().admitted == frozenset()
    assert world.why(act)


def test_an_admission_that_cannot_be_read_stops_no_other(world: World) -> None:
    world.enrol("root", "truck", ACCESS)
    wanted = world.commit("truck")
    unread = world.write("root", Draft("ledger.admission", "ledger.admission/x", {"commit": 7}))
    vain = world.write("truck", grants.admit(wanted.commit, "mine", by=print_of("truck")))
    world.write("root", grants.admit(wanted.commit, "seen", by=print_of("root")))
    assert world.members().admitted == {wanted.commit}
    assert "commit" in world.why(unread)
    assert world.why(vain) == f"its device did not hold the role {KEEPER} at every site"
    assert {one.act.commit for one in world.members().unheeded()} == {unread.commit, vain.commit}


# --- what has no effect, and what is known ------------------------------------------------------------------


def test_a_grant_that_cannot_be_read_stops_no_other_and_says_why(world: World) -> None:
    world.enrol("root", "keeper", KEEPER)
    act = world.write("keeper", Draft("ledger.device", "ledger.device/x", {"public_key": 7}))
    world.enrol("keeper", "gate", REGISTRAR)
    assert world.why(act) == "its record is not 16 bytes in hexadecimal digits"
    assert [one.act for one in world.members().unheeded()] == [act]
    assert world.device("gate").rank == 2


def test_who_gives_up_a_role_is_heard_in_what_follows(world: World) -> None:
    world.enrol("root", "keeper", KEEPER, REGISTRAR)
    world.change("keeper", "keeper", KEEPER)
    world.enrol("keeper", "gate", REGISTRAR)
    assert world.members().unheeded() == []
    assert world.device("gate").roles == {"*": {REGISTRAR}}


def test_why_a_grant_has_no_effect_is_said(world: World) -> None:
    world.enrol("root", "keeper", KEEPER)
    world.enrol("keeper", "second", KEEPER)
    for act, found in (
        (world.enrol("stranger", "friend", REGISTRAR), "its device is not enrolled"),
        (
            world.revoke("second", "keeper"),
            "the device it is about is not junior to the one that wrote it",
        ),
        (
            world.enrol("second", "root", VIEWER),
            "the device it is about is not junior to the one that wrote it",
        ),
    ):
        assert world.why(act) == found


def test_why_a_genesis_begins_nothing_is_said() -> None:
    world = World()
    mine = {"ledger": "00" * 16, "title": "Mine", "root_key": key("stranger").hex()}
    second = world.write("stranger", Draft(GENESIS, GENESIS, mine))
    assert world.why(second) == "the ledger began before it"
    members = Members.of(world.acts, world)
    assert {one.act.commit: one.why for one in members.unheeded()} == {
        act.commit: "another entry claims to begin the ledger too" for act in (world.genesis, second)
    }
    spoilt = replace(world.genesis, body={**world.genesis.body, "recovery_key": key("root").hex()})
    stray = world.enrol("root", "gate", REGISTRAR)
    members = Members.of([spoilt, stray], world)
    assert {one.act.commit: one.why for one in members.unheeded()} == {
        spoilt.commit: "its recovery key is its root key",
        stray.commit: "its device is not enrolled",
    }


def test_who_holds_a_copy_who_may_write_and_who_is_given_which_keys(world: World) -> None:
    world.enrol("root", "gate", valley=[REGISTRAR])
    world.enrol("root", "head", HEAD)
    world.enrol("root", "lost", REGISTRAR)
    boxless = grants.enrol(key("mute"), name="mute", person="M", roles={"*": [REGISTRAR]})
    world.write("root", boxless)
    world.revoke("root", "lost")
    members = world.members()
    assert members.device(print_of("nobody")) is None
    assert members.devices()[0].name == "", "the recovery code, which has no name"
    assert {one.name for one in members.laptops()} == {"root", "gate", "head", "lost", "mute"}
    assert {one.name for one in members.enrolled()} == {"root", "gate", "head", "mute"}

    def given(site: str, vault: str) -> set[str]:
        return {one.name for one in members.recipients(site, vault)}

    assert given("valley", "who") == {"gate"}
    assert given("river", "who") == set()
    assert given("valley", "what") == {"gate", "head"}
    assert given("river", "author") == {"head"}


# --- order of arrival ---------------------------------------------------------------------------------------


def test_late_grants_and_any_order_of_arrival_give_the_same() -> None:
    world = World()
    world.enrol("root", "head", KEEPER)
    world.enrol("head", "truck", ACCESS)
    seen = world.seen()
    world.change("head", "truck", REGISTRAR, after=seen)
    world.enrol("root", "truck", REGISTRAR)
    world.revoke("root", "head", after=seen)
    tips = [Tip(act.log, act.sequence, act.commit) for act in world.acts] + [world.commit("truck")]
    expected = None
    for seed in range(20):
        members = world.members(random.Random(seed))
        found = [members.roles(*tip) for tip in tips], members.devices(), members.unheeded()
        expected = expected or found
        assert found == expected
