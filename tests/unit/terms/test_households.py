"""Households say the same one by one and in columns, and columns that do not hold together are refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from waythrough.plan.sample import Size, sample
from waythrough.terms.codec import from_body, to_body
from waythrough.terms.households import Columns, ConsentNow, HouseholdNow, Households
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation

HOME = HouseholdNow(
    id="h1", site="camp", size=4, special=1, weight=2, adults=("a", "b"), choices=("north", "south"),
    consents=(
        ConsentNow("b", "south", "voluntary_return_movement", -3, 9, "c1", ("given_under_need",)),
        ConsentNow("gone", "north", "visit", 0, 4, "c2"),
    ),
    data_consent={"b": 40}, kin_group="kin", wishes_to_leave=False, stretchers=1,
)  # fmt: skip
PLAIN = replace(
    HOME,
    id="h2",
    adults=(),
    choices=(),
    consents=(),
    data_consent={},
    kin_group="",
    wishes_to_leave=None,
    refused=True,
)


def through_json(households: Households) -> Households:
    body = json.loads(json.dumps(households.to_body()))
    return from_body(Households, body, "s.json")


def test_a_household_comes_back_from_the_columns_as_it_went_in() -> None:
    again = through_json(Households([HOME, PLAIN]))
    assert again.rows == (HOME, PLAIN)
    assert again == Households([HOME, PLAIN])
    assert again.row(1) == PLAIN
    assert len(again) == 2


def test_columns_are_64_bit_whole_numbers_without_a_copy() -> None:
    columns = Households([HOME, PLAIN]).columns
    assert columns.size.typecode == "q"
    assert list(columns.consent_start) == [0, 2, 2]
    assert list(columns.data_until) == [-1, 40]


@pytest.mark.parametrize("seed", range(8))
def test_an_invented_situation_is_the_same_by_hand_and_in_columns(seed: int) -> None:
    made = sample(Size(), seed)
    body = json.loads(json.dumps(to_body(made)))
    assert from_body(Situation, body) == made
    by_hand = {**body, "households": [to_body(home) for home in made.households]}
    assert from_body(Situation, by_hand) == made
    assert tuple(from_body(Situation, body).households) == made.households.rows


def test_no_households_are_households_too() -> None:
    assert through_json(Households()).rows == ()
    assert Households() == Households(columns=Columns())


@pytest.mark.parametrize(
    ("column", "value", "place"),
    [
        ("size", [4], ".size"),
        ("size", [4, 1.5], ".size[1]"),
        ("size", [4, 2**70], ".size[1]"),
        ("size", "44", ".size"),
        ("site", [0, 1], ".site[1]"),
        ("ids", ["h1", 2], ".ids[1]"),
        ("ids", ["h1", "h1"], ".ids"),
        ("choice_start", [0, 3, 2], ".choice_start"),
        ("consent_adult", [1, 7], ".consent_adult[1]"),
        ("consent_other", {}, ".consent_adult[1]"),
        ("consent_other", {"x": "y"}, ".consent_other"),
        ("consent_flags", {"0": "y"}, ".consent_flags.0"),
        ("wishes", [0, 2], ".wishes[1]"),
        ("colour", [1, 2], ".colour"),
    ],
)
def test_columns_that_do_not_hold_together_are_refused_with_their_place(
    column: str, value: object, place: str
) -> None:
    body = {**Households([HOME, PLAIN]).to_body(), column: value}
    with pytest.raises(InputRefused) as refused:
        from_body(Households, body, "s.json")
    assert refused.value.fields["place"] == f"s.json{place}"


def test_households_that_are_neither_a_list_nor_columns_are_refused() -> None:
    with pytest.raises(InputRefused, match=r"s\.json"):
        from_body(Households, 7, "s.json")


def test_a_situation_takes_any_sequence_of_households() -> None:
    made = sample(Size(households=3), 1)
    assert replace(made, households=made.households.rows) == made  # type: ignore[arg-type]
