"""Which role an own entry needs, and which devices are given which keys: truth tables."""

from __future__ import annotations

import pytest

from unit.ledger.worlds import World, key
from waythrough.ledger import grants
from waythrough.ledger.members import OPENS, RIGHTS, may
from waythrough.terms import codes
from waythrough.terms.roles import KEEPER, PROTECTION, ROLES


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("vault", sorted(OPENS))
@pytest.mark.parametrize("role", sorted(ROLES))
def test_keys_go_to_the_roles_that_need_them_at_their_site(world: World, vault: str, role: str) -> None:
    world.enrol("root", "truck", valley=[role])
    opened = {site: vault_names(world, site, vault) for site in ("valley", "river")}
    assert ("truck" in opened["valley"]) == (role in OPENS[vault])
    assert "truck" not in opened["river"]


def vault_names(world: World, site: str, vault: str) -> set[str]:
    return {device.name for device in world.members().recipients(site, vault)}


def test_a_keeper_as_such_a_revoked_device_and_one_without_a_box_are_given_no_keys(world: World) -> None:
    world.enrol("root", "keeper", KEEPER)
    world.enrol("root", "gone", *ROLES)
    world.revoke("root", "gone")
    world.write("root", grants.enrol(key("server"), name="server", person="", roles={"*": ROLES}))
    world.enrol("root", "officer", PROTECTION)
    for vault in OPENS:
        assert vault_names(world, "valley", vault) == {"officer"}
    assert vault_names(world, "valley", "of a newer version") == set()


def test_rights_as_a_table() -> None:
    table = {
        "ledger.device": {KEEPER},
        "ledger.admission": {KEEPER},
        "ledger.erasure": {PROTECTION},
        "ledger.approval": {PROTECTION},
        "ledger.receipt": ROLES,
        "ledger.checkpoint": ROLES,
        "ledger.read": ROLES,
        "ledger.epoch": ROLES,
    }
    assert table.keys() >= RIGHTS.keys()
    for kind, roles in table.items():
        assert {role for role in ROLES if may(kind, {"*": frozenset({role})})} == roles
        assert {role for role in ROLES if may(kind, {"valley": frozenset({role})}, "valley")} == roles


def test_the_roles_are_those_of_the_code_list() -> None:
    assert codes.code_list("role").codes.keys() == ROLES
