"""Values to JSON and back."""

import dataclasses
from datetime import date

import pytest

from waythrough.terms.access import Answer, Request, Step
from waythrough.terms.codec import from_body, to_body
from waythrough.terms.estimates import Estimate
from waythrough.terms.kinds import KINDS, body_of
from waythrough.terms.problems import InputRefused
from waythrough.terms.when import Days

REQUEST = Request(
    "request-1",
    "site-1",
    "aid_convoy",
    "flour",
    ("un",),
    Days.parse("2018-10"),
    (Step("plan_approval", "door-1", 7),),
)


def test_a_record_comes_back_from_its_body_as_it_was():
    assert from_body(Request, {**body_of(REQUEST), "id": "request-1"}) == REQUEST


def test_days_may_be_written_short():
    answer = {"id": "a", "request": "r", "outcome": "denied", "on": "2019-03-02", "speaker": "p"}
    assert from_body(Answer, answer).on == Days.on(date(2019, 3, 2))


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"asked_by": "un"}, "asked_by"),
        ({"colour": "red"}, "colour"),
        ({"steps": [{"kind": "x"}]}, "steps"),
        ({"ours": "yes"}, "ours"),
        ({"asked_on": 20180101}, "asked_on"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(change, place):
    with pytest.raises(InputRefused, match=place):
        from_body(Request, {**to_body(REQUEST), **change})


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"steps": [{"kind": "plan_approval", "door": "door-1", "agreed_working_days": 7, "urgency": 2}]},
    ],
)
def test_what_a_newer_version_added_is_read_past_only_where_it_may_be(change):
    body = {**to_body(REQUEST), **change}
    assert from_body(Request, body, newer=True) == REQUEST
    with pytest.raises(InputRefused):
        from_body(Request, body)


def test_a_newer_field_does_not_excuse_a_wrong_one():
    with pytest.raises(InputRefused, match="asked_on"):
        from_body(Request, {**to_body(REQUEST), "colour": "red", "asked_on": 20180101}, newer=True)


def test_every_kind_has_an_id_and_a_frozen_value():
    for kind in KINDS.values():
        assert dataclasses.fields(kind)[0].name == "id"
        assert kind.__dataclass_params__.frozen


@pytest.mark.parametrize(("value", "low", "high"), [(float("nan"), 0, 1), (5, 6, 7), (1, 0, float("inf"))])
def test_an_estimate_is_finite_and_lies_in_its_interval(value, low, high):
    with pytest.raises(InputRefused):
        Estimate(value, low, high, 0.95, "people", "test", date(2019, 3, 28), ())
