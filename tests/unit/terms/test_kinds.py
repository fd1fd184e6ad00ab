"""Kinds of record: what a newer version wrote, and whose data a body is."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime

import pytest

from waythrough.terms.entries import WHAT, WHO, Entry
from waythrough.terms.kinds import KINDS, PERSONAL, VAULT, record_of, unknown_fields
from waythrough.terms.problems import InputRefused

DOOR = {"names": {"en": "North road"}, "party": "party-north", "zone": "zone-1", "purpose": "aid"}
HOUSEHOLD = {"site": "site-1", "size": 4, "adults": ["hh-1/a"]}


def entry(kind, body):
    return Entry(
        id="0" * 32,
        kind=kind,
        record=f"{kind}-1",
        body=body,
        corrects=(),
        known_on=date(2030, 5, 1),
        valid_from=None,
        valid_to=None,
        source=None,
        author="person-1",
        at=datetime(2030, 5, 1, tzinfo=UTC),
        log="0" * 40,
        sequence=0,
        index=0,
    )


def test_an_unknown_kind_is_carried_as_nothing_we_know():
    assert record_of(entry("drone", {"height": 3})) is None
    assert unknown_fields(entry("drone", {"height": 3})) == ("height",)


def test_a_field_of_a_newer_version_is_read_past_and_named():
    newer = entry("door", {**DOOR, "toll": 5})
    assert record_of(newer) == record_of(entry("door", DOOR))
    assert unknown_fields(newer) == ("toll",)
    assert unknown_fields(entry("door", DOOR)) == ()


@pytest.mark.parametrize("kind", ["household", "consent"])
def test_what_somebody_allows_is_read_whole_or_not_at_all(kind):
    with pytest.raises(InputRefused, match="not_with"):
        record_of(entry(kind, {"not_with": "hh-2", **HOUSEHOLD}))


def test_every_kind_about_people_goes_into_the_vault():
    assert set(VAULT) >= PERSONAL
    assert {VAULT[kind].vault for kind in PERSONAL} == {WHO, WHAT}


@pytest.mark.parametrize("kind", VAULT)
def test_the_fields_that_name_a_subject_are_fields_of_the_kind(kind):
    fields = {f.name for f in dataclasses.fields(KINDS[kind])}
    assert set(VAULT[kind].subject) <= fields
