"""Reasons that could show who in a household did not allow something are told together where they are few."""

from __future__ import annotations

from waythrough.terms.whys import CONSENTS_INCOMPLETE, FEW, few_together, hushed


def test_of_few_households_it_is_not_told_which_consent_is_missing() -> None:
    counted = {"refused": 1, "adult_without_consent": FEW - 1, "no_data_consent": FEW, "door_shut": 2}
    assert few_together(counted) == {
        CONSENTS_INCOMPLETE: FEW,
        "no_data_consent": FEW,
        "door_shut": 2,
    }
    assert sum(few_together(counted).values()) == sum(counted.values())


def test_reasons_about_roads_and_wishes_stay_as_they_are() -> None:
    assert {hushed(code) for code in ("door_shut", "wishes_to_stay", "no_seat")} == {
        "door_shut",
        "wishes_to_stay",
        "no_seat",
    }
    assert hushed("refused") == CONSENTS_INCOMPLETE
