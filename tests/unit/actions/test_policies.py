"""Who may set weights, and what no weight may ever go by."""

from __future__ import annotations

from typing import Any

import pytest

from waythrough.actions.policies import BARRED, WeightBarred, in_force
from waythrough.actions.record import record
from waythrough.terms.doing import Policy
from waythrough.terms.problems import InputRefused, NotYours
from waythrough.terms.when import Days


def policy(person: Any, **changes: Any) -> Policy:
    base = {"id": "policy-1", "approved_by": person.id, "approved_on": Days.parse("2030-05-01")}
    return Policy(**(base | {"need_weights": {"wheelchair": 3}, "zone_risk": {"zone-river": 2}} | changes))


def test_a_table_that_a_known_person_approved_is_in_force_from_its_day(ws, person) -> None:
    assert in_force(ws) is None
    record(ws, person, policy(person))
    assert in_force(ws).id == "policy-1"


@pytest.mark.parametrize(
    "key", [*sorted(BARRED), "Ethnic group", "origin=north", "party:any", "party-south", "place-town"]
)
def test_no_weight_goes_by_who_people_are_and_the_refusal_names_the_field(ws, person, key) -> None:
    for field in ("need_weights", "zone_risk"):
        with pytest.raises(WeightBarred) as refused:
            record(ws, person, policy(person, **{field: {key: 2}}))
        assert f"policy.{field}" in str(refused.value)
        assert key in str(refused.value)
        assert refused.value.exit_code == 7
    assert in_force(ws) is None


def test_a_table_nobody_known_approved_or_that_lies_ahead_is_refused(ws, person) -> None:
    for changes in (
        {"approved_by": ""},
        {"approved_by": "somebody"},
        {"approved_on": Days.parse("2030-06-01")},
    ):
        with pytest.raises(InputRefused, match="approved"):
            record(ws, person, policy(person, **changes))


def test_weights_below_one_and_risks_below_nothing_are_refused(ws, person) -> None:
    for changes in ({"need_weights": {"wheelchair": 0}}, {"zone_risk": {"zone-river": -1}}):
        with pytest.raises(InputRefused):
            record(ws, person, policy(person, **changes))
    record(ws, person, policy(person, zone_risk={"zone-river": 0}))


def test_a_zone_nobody_recorded_has_no_risk(ws, person) -> None:
    with pytest.raises(InputRefused, match="zone"):
        record(ws, person, policy(person, zone_risk={"zone-sea": 2}))


def test_only_the_head_of_office_sets_weights(ws, person) -> None:
    from dataclasses import replace

    with pytest.raises(NotYours):
        record(ws, replace(person, roles=("movement_officer",)), policy(person))
