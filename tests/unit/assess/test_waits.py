"""Waits: silence is a wait that has not ended, and what we ended ourselves is held against nobody."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unit.assess.records import RIDGE, VALE, answer, day, door, execution, known, request
from waythrough.assess.waits import aalen_johansen, kaplan_meier, waiting
from waythrough.terms.access import Invitation
from waythrough.terms.estimates import Waiting
from waythrough.terms.problems import InputRefused
from waythrough.terms.when import Days

DOORS = [door("gate", "vale"), door("arch", "vale"), door("pass", "ridge")]


def waits(as_of: str, requests: list[Any], answers: list[Any] | None = None, **more: Any) -> Waiting:
    return waiting(VALE, requests, answers or [], day(as_of), doors=DOORS, **more)


def test_silence_is_a_wait_not_a_refusal() -> None:
    result = waits("2030-02-10", [request("r1", "2030-01-10")])
    assert (result.asked, result.known, result.open_now, result.longest_open_days) == (1, 0, 1, 31)
    assert result.median_days is None and "no answer" in result.reason


def test_no_request_says_so() -> None:
    assert waits("2030-02-10", []).reason == "no request was put to this party"
    assert waits("2030-02-10", [request("r1", "2030-01-10", "pass")]).asked == 0


def test_the_median_is_from_the_curve_with_open_waits_censored() -> None:
    asked = [request(f"r{n}", "2030-01-01") for n in range(4)]
    came = [answer(f"r{n}", "vale", "denied", f"2030-01-{n * 5 + 6:02d}") for n in range(3)]
    result = waits("2030-03-01", asked, came)
    assert (result.known, result.asked, result.median_days) == (3, 4, 12.5)
    assert waits("2030-01-08", asked, came).reason == "fewer than half of the requests have been answered"


def test_a_yes_and_a_no_end_a_wait_alike() -> None:
    asked = [request("r1", "2030-01-01")]
    for outcome in ("granted", "denied"):
        assert waits("2030-03-01", asked, [answer("r1", "vale", outcome, "2030-01-11")]).median_days == 10
    in_principle = [answer("r1", "vale", "granted_in_principle", "2030-01-11")]
    assert waits("2030-03-01", asked, in_principle).open_now == 1


def test_whoever_told_the_answer_first_says_when_it_came() -> None:
    asked = [request("r1", "2030-01-01")]
    told = [answer("r1", "ridge", "denied", "2030-01-03"), answer("r1", "vale", "denied", "2030-01-21")]
    assert waits("2030-03-01", asked, told).median_days == 2
    assert waits("2030-03-01", asked, told[1:]).median_days == 20


def test_what_others_told_of_the_other_side_is_no_answer_of_the_party() -> None:
    asked = [request("r1", "2030-01-01")]
    told = [answer("r1", "ridge", "granted", "2030-01-03"), answer("r1", "vale", "denied", "2030-01-21")]
    assert waits("2030-03-01", asked, told).median_days == 20


def test_an_answer_is_of_the_party_that_held_the_door_then() -> None:
    passed_on = [*DOORS, replace(door("gate", "ridge"), known_on=day("2031-01-01"), entry="z")]
    asked = [request("r1", "2030-01-01"), request("r2", "2031-02-01")]
    counted = [waiting(p, asked, [], day("2031-03-01"), doors=passed_on).asked for p in (VALE, RIDGE)]
    assert counted == [1, 1]


@pytest.mark.parametrize("outcome", ["withdrawn_by_us", "postponed_by_us"])
def test_what_we_ended_waits_no_longer_and_is_not_counted_against_the_party(outcome: str) -> None:
    asked = [request("r1", "2030-01-01"), request("r2", "2030-01-01")]
    ended = [execution("r1", "us", outcome, "2030-01-03")]
    result = waits("2030-06-01", asked, [answer("r2", "vale", "granted", "2030-01-06")], executions=ended)
    assert (result.open_now, result.longest_open_days, result.median_days) == (0, None, 5)


def test_a_party_with_two_doors_is_asked_once() -> None:
    assert waits("2030-02-01", [request("r1", "2030-01-01", "gate", "arch", "pass")]).asked == 1


def test_an_answer_at_another_partys_door_ends_no_wait_here() -> None:
    asked = [request("r1", "2030-01-01", "gate", "pass")]
    result = waits("2030-02-01", asked, [answer("r1", "ridge", "granted", "2030-01-05", doors=("pass",))])
    assert (result.known, result.open_now) == (0, 1)


def test_days_too_vague_to_count_are_left_out_and_said() -> None:
    asked = [request("r1", "2029", known="2030-01-01"), request("r2", "2030-01-01")]
    came = [answer("r1", "vale", "granted", "2030-01-02"), answer("r2", "vale", "granted", "2030-01-05")]
    result = waits("2030-02-01", asked, came)
    assert (result.asked, result.known, result.median_days) == (2, 1, 4)
    assert "1 of 2 requests" in result.reason


def test_invitations_count_for_the_party_invited() -> None:
    sent = Invitation(
        "i1", "site", ("us",), "vale", Days.parse("2030-01-20"), Days.parse("2030-01-10"), "roads"
    )
    other = Invitation(
        "i2", "site", ("us",), "ridge", Days.parse("2030-01-20"), Days.parse("2030-01-10"), "roads"
    )
    invited = [known(sent, "2030-01-10"), known(other, "2030-01-10")]
    assert waits("2030-02-01", [], invitations=invited).open_now == 1
    no = [answer("i1", "vale", "denied", "2030-01-13")]
    assert waits("2030-02-01", [], no, invitations=invited).median_days == 3


def test_a_table_of_another_party_uses_its_own_doors() -> None:
    asked = [request("r1", "2030-01-01", "pass")]
    result = waiting(RIDGE, asked, [], day("2030-01-11"), doors=DOORS)
    assert (result.party, result.asked, result.longest_open_days) == ("ridge", 1, 10)


def test_no_request_gives_an_empty_curve_and_all_answered_ends_at_zero() -> None:
    assert kaplan_meier([], []).at(10) == 1.0
    curve = kaplan_meier([2, 2, 5], [True, True, True])
    assert curve.share == (pytest.approx(1 / 3), pytest.approx(0.0))
    assert curve.low[-1] == curve.high[-1] == pytest.approx(0.0)


@pytest.mark.parametrize("days", [[-1.0], [float("nan")], [float("inf")], [1.0, 2.0]])
def test_impossible_waits_are_refused(days: list[float]) -> None:
    with pytest.raises(InputRefused):
        kaplan_meier(days, [True])


CASES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3)), max_size=25)


@given(CASES, st.randoms(use_true_random=False))
def test_any_order_of_rows_gives_the_same_curve(cases: list[tuple[int, int]], rng: random.Random) -> None:
    mixed = rng.sample(cases, len(cases))

    def curves(rows: list[tuple[int, int]]) -> Any:
        days, outcome = [float(d) for d, _ in rows], [o for _, o in rows]
        return kaplan_meier(days, [o > 0 for o in outcome]), aalen_johansen(days, outcome, 12)

    assert curves(mixed) == curves(cases)


@given(CASES)
def test_outcomes_and_those_still_waiting_make_everyone(cases: list[tuple[int, int]]) -> None:
    days, outcome = [float(d) for d, _ in cases], [o for _, o in cases]
    curve = kaplan_meier(days, [o > 0 for o in outcome])
    reached = aalen_johansen(days, outcome, 12)
    assert sum(reached.values()) + curve.at(12) == pytest.approx(1.0)
    assert all(
        0 <= low <= s + 1e-12 and s <= high + 1e-12 <= 1 + 1e-9
        for s, low, high in zip(curve.share, curve.low, curve.high, strict=True)
    )
