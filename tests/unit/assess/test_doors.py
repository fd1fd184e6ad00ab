"""The board's rule, branch by branch."""

from __future__ import annotations

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
    window,
)
from waythrough.assess.doors import board
from waythrough.terms.board import DoorState

PARTIES = [known(VALE, "2030-01-01"), known(RIDGE, "2030-01-01")]
FEB = window("2030-02-01", "2030-02-10")


def rows(**records: Any) -> dict[str, Any]:
    kinds = ("requests", "answers", "guarantees", "performances", "executions")
    return {"doors": [door()], "parties": PARTIES, **{kind: [] for kind in kinds}, **records}


def gate(as_of: str, **records: Any) -> DoorState:
    (state,) = board(**rows(**records), as_of=day(as_of))
    return state


# --- nothing yet --------------------------------------------------------------------------------------------


def test_a_door_nobody_asked_at_is_not_asked() -> None:
    assert gate("2030-02-01").state == "not_asked"


def test_what_was_published_after_the_day_is_not_seen() -> None:
    later = {
        "requests": [request("r1", "2030-01-10")],
        "answers": [answer("r1", "vale", "granted", "2030-01-12", window=FEB, known="2030-01-20")],
    }
    assert gate("2030-01-15", **later).state == "waiting"
    assert gate("2030-01-20", **later).state == "open"


# --- waiting and silence ------------------------------------------------------------------------------------


def test_silence_is_not_refusal_however_long_it_lasts() -> None:
    state = gate("2032-01-15", requests=[request("r1", "2030-01-10")])
    assert state.state == "waiting"
    assert state.waiting_since == day("2030-01-10")


def test_past_the_agreed_working_days_there_is_no_answer() -> None:
    # 2030-01-10 is a Thursday; the Vale rests on Friday and Saturday, so five working days end on the 17th.
    asked = [request("r1", "2030-01-10", agreed=5)]
    assert gate("2030-01-17", requests=asked).state == "waiting"
    late = gate("2030-01-20", requests=asked)
    assert (late.state, late.working_days_waited, late.agreed_working_days) == ("no_answer", 6, 5)


def test_waits_are_counted_by_the_partys_own_working_week() -> None:
    doors = [door("gate", "vale"), door("pass", "ridge")]
    states = board(
        **rows(doors=doors, requests=[request("r1", "2030-01-10", "gate", "pass")]), as_of=day("2030-01-17")
    )
    assert [s.working_days_waited for s in states] == [5, 6]


def test_without_a_recorded_working_week_none_is_assumed() -> None:
    state = gate("2030-03-10", parties=[], requests=[request("r1", "2030-01-10", agreed=5)])
    assert (state.state, state.working_days_waited) == ("waiting", None)
    assert "not recorded" in state.note


def test_the_steps_agreement_goes_before_the_doors() -> None:
    asked = [request("r1", "2030-01-10", agreed=30)]
    assert gate("2030-01-24", doors=[door(agreed=5)], requests=asked).state == "waiting"
    assert (
        gate("2030-01-24", doors=[door(agreed=5)], requests=[request("r1", "2030-01-10")]).state
        == "no_answer"
    )


def test_in_principle_is_no_yes_and_no_silence_either() -> None:
    state = gate(
        "2030-03-24",
        requests=[request("r1", "2030-01-10", agreed=5)],
        answers=[answer("r1", "vale", "granted_in_principle", "2030-01-12")],
    )
    assert state.state == "waiting"


@pytest.mark.parametrize("outcome", ["withdrawn_by_us", "postponed_by_us"])
def test_what_we_ended_ourselves_no_longer_waits_and_counts_against_nobody(outcome: str) -> None:
    state = gate(
        "2030-03-24",
        requests=[request("r1", "2030-01-10", agreed=5)],
        executions=[execution("r1", "us", outcome, "2030-01-20")],
    )
    assert state.state == "not_asked"


def test_a_request_only_announced_for_later_does_not_wait() -> None:
    assert gate("2030-01-05", requests=[request("r1", "2030-01-10", known="2030-01-01")]).state == "not_asked"


def test_a_newer_request_waits_after_an_older_refusal() -> None:
    state = gate(
        "2030-02-05",
        requests=[request("r1", "2030-01-10"), request("r2", "2030-02-01")],
        answers=[answer("r1", "vale", "denied", "2030-01-12")],
    )
    assert (state.state, state.request) == ("waiting", "r2")


def test_a_request_older_than_the_refusal_does_not_hide_it() -> None:
    state = gate(
        "2030-02-05",
        requests=[request("r1", "2030-01-10"), request("r0", "2030-01-09")],
        answers=[answer("r1", "vale", "denied", "2030-01-12")],
    )
    assert (state.state, state.request) == ("closed", "r1")


def test_a_newer_request_does_not_shut_an_open_door() -> None:
    state = gate(
        "2030-02-05",
        requests=[request("r1", "2030-01-10"), request("r2", "2030-02-01")],
        answers=[answer("r1", "vale", "granted", "2030-01-12", window=FEB)],
    )
    assert (state.state, state.request) == ("open", "r1")


# --- its own word -------------------------------------------------------------------------------------------


def granted(as_of: str, *more: Any, **records: Any) -> DoorState:
    """The Vale granted the request for the first ten days of February; ``more`` are further answers."""
    yes = answer("r1", "vale", "granted", "2030-01-12", window=FEB, conditions="by day")
    records.setdefault("requests", [request("r1", "2030-01-10")])
    return gate(as_of, answers=[yes, *more], **records)


def test_own_word_governs_its_own_door() -> None:
    state = granted("2030-01-20", answer("r1", "ridge", "denied", "2030-01-15"))
    assert (state.state, state.own_word, state.window) == ("open", True, FEB)
    assert state.disputed_by == ("ridge",)
    assert state.conditions == "by day"


def test_a_members_word_is_the_partys_own() -> None:
    state = granted("2030-01-20", answer("r1", "vale-roads", "denied", "2030-01-15"))
    assert (state.state, state.own_word) == ("closed", True)


def test_own_refusal_closes_and_names_who_says_otherwise() -> None:
    state = gate(
        "2030-01-20",
        requests=[request("r1", "2030-01-10")],
        answers=[
            answer("r1", "vale", "denied", "2030-01-12"),
            answer("r1", "ridge", "granted", "2030-01-12"),
        ],
    )
    assert (state.state, state.own_word, state.disputed_by) == ("closed", True, ("ridge",))


def test_an_account_older_than_sixty_days_before_no_longer_disputes() -> None:
    old = answer("r1", "ridge", "denied", "2029-11-01")
    assert granted("2030-01-20", old).disputed_by == ()
    assert granted("2030-01-20", answer("r1", "ridge", "denied", "2029-11-20")).disputed_by == ("ridge",)


def test_who_says_a_closed_door_opened_for_something_else_differs() -> None:
    state = gate(
        "2030-01-20",
        requests=[request("r1", "2030-01-10"), request("r2", "2030-01-13")],
        answers=[
            answer("r1", "vale", "denied", "2030-01-12"),
            answer("r2", "harbour", "granted", "2030-01-15"),
        ],
    )
    assert (state.state, state.own_word, state.disputed_by) == ("closed", True, ("harbour",))


def test_an_earlier_yes_to_something_else_does_not_differ_with_a_no() -> None:
    state = gate(
        "2030-01-20",
        requests=[request("r1", "2030-01-10"), request("r2", "2030-01-03")],
        answers=[
            answer("r1", "vale", "denied", "2030-01-12"),
            answer("r2", "harbour", "granted", "2030-01-05"),
        ],
    )
    assert (state.state, state.disputed_by) == ("closed", ())


def test_an_account_of_another_matter_does_not_dispute_a_yes() -> None:
    asked = [request("r1", "2030-01-10"), request("r2", "2030-01-10")]
    assert (
        granted("2030-01-20", answer("r2", "ridge", "denied", "2030-01-15"), requests=asked).disputed_by == ()
    )


def test_the_same_speaker_changing_disputes_no_longer() -> None:
    changed = [
        answer("r1", "ridge", "denied", "2030-01-15"),
        answer("r1", "ridge", "granted", "2030-01-16"),
    ]
    assert granted("2030-01-20", *changed).disputed_by == ()


def test_revoked_closes() -> None:
    state = granted("2030-02-03", answer("r1", "vale", "revoked", "2030-02-02"))
    assert (state.state, state.own_word) == ("closed", True)


def test_a_yes_and_a_no_of_one_day_send_nobody_out() -> None:
    assert granted("2030-01-20", answer("r1", "vale", "denied", "2030-01-12")).state == "closed"


def test_a_yes_taken_back_to_in_principle_is_no_yes_any_more() -> None:
    assert (
        granted("2030-01-20", answer("r1", "vale", "granted_in_principle", "2030-01-14")).state == "waiting"
    )


def test_open_up_to_the_windows_last_day_then_lapsed() -> None:
    assert granted("2030-02-10").state == "open"
    assert granted("2030-02-11").state == "lapsed"


def test_a_standing_yes_holds_until_revoked() -> None:
    records = {"requests": [request("r1", "2030-01-10")]}
    yes = answer("r1", "vale", "granted", "2030-01-12", standing=True)
    state = gate("2032-01-01", answers=[yes], **records)
    assert (state.state, state.window) == ("open", None)
    no = answer("r1", "vale", "revoked", "2031-01-01")
    assert gate("2032-01-01", answers=[yes, no], **records).state == "closed"


def test_a_standing_yes_is_disputed_by_recent_accounts_of_the_door() -> None:
    said = [answer("r1", "ridge", "denied", "2030-01-08"), answer("r0", "harbour", "denied", "2029-06-01")]
    state = gate(
        "2030-02-01",
        requests=[request("r0", "2029-06-01"), request("r1", "2030-01-05")],
        answers=said,
        guarantees=[guarantee("g1", "vale", "2030-01-12", standing=True)],
    )
    assert (state.state, state.disputed_by) == ("open", ("ridge",))


def test_a_standing_yes_outlasts_a_later_window() -> None:
    standing = guarantee("g1", "vale", "2030-01-02", standing=True)
    assert granted("2030-03-01", guarantees=[standing]).state == "open"


def test_but_not_a_refusal_in_between() -> None:
    standing = guarantee("g1", "vale", "2030-01-02", standing=True)
    no = answer("r0", "vale", "denied", "2030-01-05")
    asked = [request("r0", "2030-01-01"), request("r1", "2030-01-10")]
    assert granted("2030-03-01", no, guarantees=[standing], requests=asked).state == "lapsed"


def test_a_yes_without_end_lapses_after_thirty_days_and_says_it_was_computed() -> None:
    records = {
        "requests": [request("r1", "2030-01-10")],
        "answers": [answer("r1", "vale", "granted", "2030-01-12")],
    }
    last = gate("2030-02-10", **records)
    assert last.state == "open" and "computed" in last.note
    assert last.window is not None and last.window.last_day == day("2030-02-10")
    assert gate("2030-02-11", **records).state == "lapsed"


def test_a_yes_without_end_ends_with_what_became_of_the_request() -> None:
    records = {
        "requests": [request("r1", "2030-01-10")],
        "answers": [answer("r1", "vale", "granted", "2030-01-12")],
        "executions": [
            execution("r1", "harbour", "facilitated", "2030-01-18"),
            execution("r1", "us", "not_started", "2030-01-15"),
        ],
    }
    assert gate("2030-01-17", **records).state == "open"
    assert gate("2030-01-18", **records).state == "lapsed"


def test_a_yes_without_end_outlives_our_own_postponement() -> None:
    records = {
        "requests": [request("r1", "2030-01-10")],
        "answers": [answer("r1", "vale", "granted", "2030-01-12")],
        "executions": [execution("r1", "us", "postponed_by_us", "2030-01-18")],
    }
    assert gate("2030-02-01", **records).state == "open"


def test_an_execution_before_the_yes_does_not_end_it() -> None:
    state = gate(
        "2030-01-20",
        requests=[request("r1", "2030-01-10")],
        answers=[answer("r1", "vale", "granted", "2030-01-12")],
        executions=[execution("r1", "us", "postponed_by_us", "2030-01-11")],
    )
    assert state.state == "open"


def test_an_execution_never_changes_the_answer() -> None:
    state = granted(
        "2030-02-05", executions=[execution("r1", "us", "impeded_not_accomplished", "2030-02-03")]
    )
    assert state.state == "open"


def test_after_its_own_yes_ran_out_only_newer_words_of_others_count() -> None:
    before = answer("r1", "ridge", "denied", "2030-01-11")
    after = answer("r1", "ridge", "denied", "2030-02-02")
    assert granted("2030-02-20", before).state == "lapsed"
    state = granted("2030-02-20", after)
    assert (state.state, state.own_word, state.on_word_of) == ("closed", False, "ridge")


def test_another_who_retells_the_yes_without_its_end_does_not_prolong_it() -> None:
    assert granted("2030-02-12", answer("r1", "ridge", "granted", "2030-01-30")).state == "lapsed"
    assert (
        granted("2030-02-12", answer("r1", "ridge", "granted", "2030-01-30", standing=True)).state == "open"
    )


# --- only the word of others --------------------------------------------------------------------------------


def others(as_of: str, *accounts: Any, **records: Any) -> DoorState:
    return gate(as_of, requests=[request("r1", "2030-01-10")], answers=list(accounts), **records)


def test_open_on_anothers_word_says_on_whose() -> None:
    state = others(
        "2030-01-20",
        answer("r1", "ridge", "granted", "2030-01-12", window=FEB),
        answer("r1", "harbour", "granted_with_conditions", "2030-01-13", window=FEB),
    )
    assert (state.state, state.own_word, state.on_word_of) == ("open", False, "harbour")


def test_closed_on_anothers_word() -> None:
    state = others("2030-01-20", answer("r1", "ridge", "denied", "2030-01-12"))
    assert (state.state, state.own_word, state.on_word_of) == ("closed", False, "ridge")


def test_two_speakers_who_differ_leave_it_contested() -> None:
    state = others(
        "2030-01-20",
        answer("r1", "ridge", "denied", "2030-01-12"),
        answer("r1", "harbour", "granted", "2030-01-13", window=FEB),
    )
    assert (state.state, state.on_word_of, state.disputed_by) == ("contested", None, ("harbour", "ridge"))


def test_one_speaker_who_changes_does_not_contest_itself() -> None:
    state = others(
        "2030-01-20",
        answer("r1", "ridge", "denied", "2030-01-12"),
        answer("r1", "ridge", "granted", "2030-01-13", window=FEB),
    )
    assert (state.state, state.disputed_by) == ("open", ())


def test_anothers_yes_lapses_with_its_window() -> None:
    assert others("2030-02-11", answer("r1", "ridge", "granted", "2030-01-12", window=FEB)).state == "lapsed"


def test_the_newest_matter_decides() -> None:
    asked = [request("r1", "2030-01-10"), request("r2", "2030-01-10")]
    state = gate(
        "2030-01-20",
        requests=asked,
        answers=[
            answer("r1", "ridge", "denied", "2030-01-12"),
            answer("r2", "harbour", "granted", "2030-01-14"),
        ],
    )
    assert (state.state, state.request) == ("open", "r2")


# --- guarantees and their performance -----------------------------------------------------------------------


def test_a_guarantee_opens_and_a_broken_one_closes() -> None:
    given = guarantee("g1", "ridge", "2030-01-12", window=FEB)
    assert gate("2030-01-20", guarantees=[given]).state == "open"
    broken = performance("g1", "ridge", "not_performed", "2030-02-01")
    assert gate("2030-02-02", guarantees=[given], performances=[broken]).state == "closed"


def test_own_guarantee_said_by_another_to_be_broken_stays_open_and_disputed() -> None:
    given = guarantee("g1", "vale", "2030-01-12", window=FEB)
    broken = performance("g1", "ridge", "partly", "2030-02-01")
    state = gate("2030-02-02", guarantees=[given], performances=[broken])
    assert (state.state, state.own_word, state.disputed_by) == ("open", True, ("ridge",))


def test_kept_by_one_account_and_broken_by_another_is_contested() -> None:
    state = gate(
        "2030-02-02",
        guarantees=[guarantee("g1", "ridge", "2030-01-12", window=FEB)],
        performances=[
            performance("g1", "ridge", "performed", "2030-02-01"),
            performance("g1", "harbour", "not_performed", "2030-02-01"),
        ],
    )
    assert state.state == "contested"


def test_a_guarantee_for_a_request_answers_it() -> None:
    state = gate(
        "2030-01-20",
        requests=[request("r1", "2030-01-10")],
        guarantees=[guarantee("g1", "vale", "2030-01-12", window=FEB, request="r1")],
    )
    assert (state.state, state.request) == ("open", "r1")


def test_an_answer_for_one_door_does_not_open_the_other() -> None:
    states = board(
        **rows(
            doors=[door("gate"), door("pass", "ridge")],
            requests=[request("r1", "2030-01-10", "gate", "pass")],
            answers=[answer("r1", "vale", "granted", "2030-01-12", doors=("gate",), window=FEB)],
        ),
        as_of=day("2030-01-20"),
    )
    assert [(s.door, s.state) for s in states] == [("gate", "open"), ("pass", "waiting")]


def test_an_answer_to_an_invitation_opens_no_door() -> None:
    assert (
        gate("2030-01-20", answers=[answer("invitation-1", "vale", "granted", "2030-01-12")]).state
        == "not_asked"
    )


# --- limits written into a yes ------------------------------------------------------------------------------


def test_an_open_door_has_the_limits_its_own_account_names() -> None:
    given = guarantee("g1", "vale", "2030-01-20", "gate", window=FEB, max_vehicles=10, max_people=200)
    state = gate("2030-02-02", guarantees=[given])
    assert (state.state, state.max_vehicles, state.max_people, state.goods) == ("open", 10, 200, ())


def test_a_limit_only_another_tells_of_still_holds_and_the_tightest_counts() -> None:
    asked = [request("r1", "2030-01-10")]
    answers = [
        answer("r1", "vale", "granted", "2030-01-12", window=FEB),
        answer("r1", "ridge", "granted", "2030-01-13", window=FEB, max_vehicles=8, goods=("flour",)),
        answer("r1", "un", "granted", "2030-01-13", window=FEB, max_vehicles=5),
    ]
    state = gate("2030-02-02", requests=asked, answers=answers)
    assert (state.own_word, state.max_vehicles, state.goods) == (True, 5, ("flour",))


def test_limits_of_another_matter_and_of_a_shut_door_say_nothing() -> None:
    asked = [request("r1", "2030-01-10"), request("r2", "2030-01-11")]
    answers = [
        answer("r1", "vale", "granted", "2030-01-12", window=FEB),
        answer("r2", "ridge", "granted", "2030-01-13", window=FEB, max_people=3),
    ]
    assert gate("2030-02-02", requests=asked, answers=answers).max_people is None
    shut = [answer("r1", "vale", "denied", "2030-01-14", max_people=3)]
    assert gate("2030-02-02", requests=asked[:1], answers=shut).max_people is None
