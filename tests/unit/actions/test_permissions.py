"""The truth table of permissions, read back row by row."""

import pytest

from waythrough.actions.permissions import MAY, can, check_can
from waythrough.actions.record import _PERMISSION
from waythrough.cli.record import DAILY, REGISTER
from waythrough.terms.codes import code_list
from waythrough.terms.parties import Person
from waythrough.terms.problems import NotYours
from waythrough.terms.roles import KEEPER

ROLES = list(code_list("role").codes)

# Written out by hand: y where the role may. A change of the table is a change of this page.
TABLE = """
                        head access movement site information registrar protection viewer
record request           y     y      .       .      .           .         .        .
record step              y     y      .       .      .           .         .        .
record answer            y     y      .       y      .           .         .        .
record execution         y     y      y       y      .           .         .        .
record guarantee         y     y      .       .      .           .         .        .
record performance       y     y      y       y      .           .         .        .
record notification      y     y      .       .      .           .         .        .
record invitation        y     y      .       .      .           .         .        .
record meeting           y     y      .       y      .           .         .        .
record consent           .     .      .       .      .           y         y        .
record household         .     .      .       .      .           y         y        .
record identity          .     .      .       .      .           y         y        .
read names               .     .      .       .      .           y         y        .
erase                    .     .      .       .      .           .         y        .
purge                    y     .      .       y      y           y         y        .
reveal author            y     .      .       .      .           .         y        .
record figure            y     .      .       y      y           .         .        .
record incident          y     y      y       y      .           .         y        .
record movement          y     .      y       .      .           .         .        .
record boarding          .     .      y       .      .           y         y        .
see manifest             .     .      y       .      .           y         y        .
record closure_check     y     .      .       y      .           .         y        .
record place             y     .      .       .      y           .         .        .
record party             y     y      .       .      y           .         .        .
record person            y     .      .       .      .           .         .        .
record source            y     y      .       y      y           .         .        .
record stock             y     .      y       y      y           .         .        .
record protection_stop   y     y      y       y      y           y         y        .
lift stop                y     .      .       .      .           .         y        .
settle conflict          y     y      .       .      .           .         .        .
import                   y     .      .       .      y           .         .        .
review claims            y     y      .       .      y           .         .        .
record policy            y     .      .       .      .           .         .        .
make plan                y     y      y       .      y           .         .        .
see inside               y     y      y       y      y           y         y        .
publish internal         y     y      y       .      y           .         .        .
publish public           y     .      .       .      y           .         .        .
"""
COLUMNS = {
    "head": "head_of_office",
    "access": "access_officer",
    "movement": "movement_officer",
    "site": "site_coordinator",
    "information": "information_officer",
    "registrar": "registrar",
    "protection": "data_protection_officer",
    "viewer": "viewer",
}


def rows():
    header, *lines = TABLE.strip().splitlines()
    for line in lines:
        action, cells = line[:25].strip(), line[25:].split()
        for column, cell in zip(header.split(), cells, strict=True):
            yield action, COLUMNS[column], cell == "y"


@pytest.mark.parametrize(("action", "role", "may"), list(rows()))
def test_role_may_or_may_not(action, role, may):
    person = Person("person-1", "A. K.", (role,))
    assert can(person, action) is may
    if not may:
        with pytest.raises(NotYours) as refused:
            check_can(person, action)
        assert refused.value.exit_code == 7


def test_the_page_lists_every_action_and_every_role():
    assert {action for action, _, _ in rows()} == set(MAY)
    assert set(COLUMNS.values()) == set(ROLES) - {KEEPER}


def test_keeping_the_ledger_is_a_right_of_devices_and_gives_nothing_to_do_here():
    assert not [action for action in MAY if can(Person("person-1", "A. K.", (KEEPER,)), action)]


@pytest.mark.parametrize("kind", [*DAILY, *REGISTER])
def test_every_kind_that_can_be_recorded_is_somebodys_to_record(kind):
    action = f"record {_PERMISSION.get(kind, kind)}"
    everybody = Person("person-1", "A. K.", tuple(ROLES))
    assert can(everybody, action), action


def test_an_action_nobody_listed_is_nobodys():
    assert not can(Person("person-1", "A. K.", tuple(ROLES)), "open the vault")
