"""How a request stands: answer apart from execution, accounts side by side, our own endings no fault."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from unit.assess.records import (
    RIDGE,
    VALE,
    answer,
    day,
    door,
    execution,
    guarantee,
    known,
    performance,
    request,
)
from waythrough.assess.requests import request_states
from waythrough.terms.board import RequestState

PARTIES = [known(VALE, "2030-01-01"), known(RIDGE, "2030-01-01")]
DOORS = [door("gate", "vale"), door("pass", "ridge", agreed=3)]
KINDS = ("requests", "answers", "guarantees", "performances", "executions")


def states(as_of: str, **records: Any) -> list[RequestState]:
    given = {"doors": DOORS, "parties": PARTIES, **{kind: [] for kind in KINDS}, **records}
    return request_states(**given, as_of=day(as_of))


def one(as_of: str, *answers: Any, **records: Any) -> RequestState:
    """A request at both doors, asked on a Thursday."""
    records.setdefault("requests", [request("r1", "2030-01-10", "gate", "pass")])
    (state,) = states(as_of, answers=list(answers), **records)
    return state


def test_waiting_says_how_many_steps_of_how_many_are_answered() -> None:
    state = one("2030-01-12", answer("r1", "vale", "granted", "2030-01-11", doors=("gate",)))
    assert (state.state, state.answered, len(state.steps), state.days_waited) == ("waiting", 1, 2, 2)
    assert [(s.state, s.answered_on, s.working_days_waited) for s in state.steps] == [
        ("open", day("2030-01-11"), 0),
        ("waiting", None, 2),
    ]


def test_no_answer_is_counted_at_the_door_that_is_late_and_only_there() -> None:
    state = one("2030-01-20")
    assert (state.state, state.working_days_over) == ("no_answer", 5)
    assert [s.state for s in state.steps] == ["waiting", "no_answer"]


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("granted", "granted"), "granted"),
        (("granted", "granted_with_conditions"), "granted_with_conditions"),
        (("partially_granted", "granted_with_conditions"), "partially_granted"),
        (("granted", "denied"), "denied"),
        (("granted", "revoked"), "revoked"),
        (("granted", "referred"), "referred"),
        (("granted_in_principle", "granted"), "granted_in_principle"),
    ],
)
def test_a_request_is_worth_its_weakest_step(outcomes: tuple[str, str], expected: str) -> None:
    said = [
        answer("r1", "vale", outcomes[0], "2030-01-11", doors=("gate",)),
        answer("r1", "ridge", outcomes[1], "2030-01-12", doors=("pass",)),
    ]
    assert one("2030-01-13", *said).state == expected


def test_others_who_differ_contest_a_step_until_its_party_speaks() -> None:
    said = [
        answer("r1", "harbour", "granted", "2030-01-11", doors=("gate",)),
        answer("r1", "ridge", "denied", "2030-01-11", doors=("gate",)),
    ]
    state = one("2030-01-12", *said)
    assert (state.state, state.disputed_by) == ("contested", ("harbour", "ridge"))
    own = answer("r1", "vale", "denied", "2030-01-12", doors=("gate",))
    assert one("2030-01-12", *said, own).state == "denied"


def test_what_became_of_it_stands_before_what_was_answered() -> None:
    state = one(
        "2030-02-01",
        answer("r1", "vale", "denied", "2030-01-11"),
        executions=[execution("r1", "us", "facilitated", "2030-01-20")],
    )
    assert state.state == "facilitated"
    assert state.steps[0].state == "closed"


def test_two_accounts_of_what_became_of_it_are_contested() -> None:
    done = [
        execution("r1", "us", "cancelled_security", "2030-01-20"),
        execution("r1", "vale", "facilitated", "2030-01-20"),
    ]
    state = one("2030-02-01", executions=done)
    assert (state.state, state.disputed_by) == ("contested", ("us", "vale"))


def test_withdrawn_by_us_stops_the_clock_and_no_step_is_late() -> None:
    state = one("2030-06-01", executions=[execution("r1", "us", "withdrawn_by_us", "2030-01-12")])
    assert (state.state, state.days_waited, state.working_days_over) == ("withdrawn_by_us", 2, 0)
    assert {s.state for s in state.steps} == {"ended"}


def test_accounts_stand_by_day_and_then_by_speaker_answers_and_executions_together() -> None:
    state = one(
        "2030-02-01",
        answer("r1", "vale", "granted", "2030-01-11"),
        answer("r1", "ridge", "denied", "2030-01-11"),
        guarantees=[guarantee("g1", "harbour", "2030-01-11", request="r1")],
        performances=[performance("g1", "harbour", "performed", "2030-01-20")],
        executions=[execution("r1", "harbour", "facilitated", "2030-01-15")],
    )
    told = [(a.on.day, a.speaker, a.code) for a in state.accounts]
    assert told == [
        (11, "harbour", "guarantee"),
        (11, "ridge", "denied"),
        (11, "vale", "granted"),
        (15, "harbour", "facilitated"),
        (20, "harbour", "performed"),
    ]


def test_a_yes_nobody_used_in_time_has_lapsed() -> None:
    state = one("2030-03-01", answer("r1", "vale", "granted", "2030-01-11"))
    assert (state.state, state.answered) == ("lapsed", 2)


def test_a_step_belongs_to_who_held_the_door_when_it_was_asked() -> None:
    later = replace(door("gate", "ridge"), known_on=day("2031-01-01"), entry="z")
    given = {"doors": [*DOORS, later], "parties": PARTIES, **{kind: [] for kind in KINDS}}
    given["requests"] = [request("r1", "2030-01-10"), request("r2", "2031-02-01")]
    newest, oldest = request_states(**given, as_of=day("2031-03-01"))
    assert (newest.steps[0].party, oldest.steps[0].party) == ("ridge", "vale")


def test_newest_request_first_and_announced_ones_left_out() -> None:
    asked = [
        request("r1", "2030-01-10"),
        request("r2", "2030-01-12"),
        request("r3", "2030-03-01", known="2030-01-01"),
    ]
    assert [s.request for s in states("2030-01-13", requests=asked)] == ["r2", "r1"]


@pytest.mark.parametrize("seed", range(20))
def test_any_order_of_rows_gives_the_same_table(seed: int) -> None:
    rng = random.Random(seed)
    outcomes = ["granted", "denied", "granted_in_principle", "revoked"]
    records: dict[str, list[Any]] = {
        "requests": [request(f"r{n}", f"2030-01-0{rng.randint(1, 4)}", "gate", "pass") for n in range(3)],
        "answers": [
            answer(
                f"r{rng.randrange(3)}", s, rng.choice(outcomes), f"2030-01-0{rng.randint(4, 6)}", id=f"a{n}"
            )
            for n, s in enumerate(["vale", "ridge", "harbour", "us"])
        ],
        "executions": [execution("r0", s, "facilitated", "2030-01-08") for s in ("us", "vale")],
    }
    first = states("2030-01-09", **records)
    assert states("2030-01-09", **{k: rng.sample(v, len(v)) for k, v in records.items()}) == first
