"""Fields that name other records, and fields that hold codes."""

import dataclasses
import re

import pytest

from waythrough.terms import codes
from waythrough.terms.access import Request, Step
from waythrough.terms.kinds import KINDS, kind_of
from waythrough.terms.people import Household
from waythrough.terms.places import Destination, Place
from waythrough.terms.problems import InputRefused
from waythrough.terms.references import CODED, REFERENCES, check_record, coded, named
from waythrough.terms.supply import Fleet
from waythrough.terms.when import Days


@pytest.mark.parametrize("path", [*REFERENCES, *CODED])
def test_every_path_names_a_field_of_its_kind(path):
    kind, field = path.split(".", 1)
    name = re.match(r"\w+", field)[0]
    assert name in {f.name for f in dataclasses.fields(KINDS[kind])}


@pytest.mark.parametrize("kinds", REFERENCES.values())
def test_every_kind_named_exists(kinds):
    assert set(kinds) <= set(KINDS)


REQUEST = Request("r", "site-1", "", "flour", ("org-1",), Days.parse("2018-10-01"), (Step("", "door-9"),))


def test_what_a_record_names_is_found_inside_its_lists():
    assert [(ident, kinds[0]) for _, ident, kinds in named(REQUEST)] == [
        ("site-1", "site"),
        ("org-1", "party"),
        ("door-9", "door"),
    ]


def test_an_unknown_reference_is_refused_with_the_nearest_known_one():
    ids = {"site": ["site-1"], "organisation": ["org-1"], "door": ["door-1", "door-2"]}
    with pytest.raises(InputRefused, match="door-9.*door-1"):
        check_record(REQUEST, lambda kind, ident: ident in ids.get(kind, []), lambda kind: ids.get(kind, []))


@pytest.mark.parametrize("list_name", sorted(set(CODED.values())))
def test_every_list_a_field_holds_is_shipped(list_name):
    assert list_name in codes.names()


def test_keys_and_values_of_a_mapping_are_checked_apart():
    place = Destination("d", {"en": "Lowfield"}, "p", None, None, "org-1", {"safety": "partly"})
    assert list(coded(place)) == [
        ("destination.criteria{}", "safety", "durable_solution"),
        ("destination.criteria{}=", "partly", "criterion_state"),
    ]
    with pytest.raises(InputRefused, match="not_met"):
        odd = Destination("d", {"en": "Lowfield"}, "p", None, None, "org-1", {"safety": "perhaps"})
        check_record(odd, lambda kind, ident: True, lambda kind: [])


LORRIES = ("fleet-1", {"en": "Lorries"}, "place-1", "truck")


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (Fleet(*LORRIES, -1, "org-1"), "count"),
        (Fleet(*LORRIES, 3, "org-1", seats=-14), "seats"),
        (Fleet(*LORRIES, 3, "org-1", payload_kg=float("nan")), "payload_kg"),
        (Household("hh-1", "site-1", 0, ()), "size"),
    ],
)
def test_a_number_below_what_can_be_is_refused_by_the_name_of_its_field(record, field):
    with pytest.raises(InputRefused, match=f"{kind_of(record)}.{field}"):
        check_record(record, lambda kind, ident: True, lambda kind: [])


def test_points_and_figures_may_be_below_zero():
    check_record(
        Place("place-1", {"en": "South"}, "town", -12.5, -70.25, "estimated", ""), lambda *_: True, list
    )
