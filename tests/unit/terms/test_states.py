"""What may follow what, as truth tables, and the few rules that protect someone."""

from __future__ import annotations

from itertools import product

import pytest

from waythrough.terms import access, codes, states
from waythrough.terms.problems import CannotFollow, InputRefused
from waythrough.terms.states import NOTHING, allowed, can_follow, check_can_follow

YES = "granted granted_with_conditions partially_granted"
ANSWERS = f"{YES} granted_in_principle denied referred revoked"
OURS = "postponed_by_us withdrawn_by_us"
OFF = "no_show declined_at_boarding withdrawn removed_by_authority"
CALLED_OFF = "cancelled_security cancelled_logistics withdrawn_by_us"

# Written by hand, apart from the moves themselves: each state with everything that may follow it.
TABLE = {
    "request": {
        NOTHING: "draft sent",
        "draft": "sent withdrawn_by_us",
        "sent": f"acknowledged {ANSWERS} {OURS} executed",
        "acknowledged": f"{ANSWERS} {OURS} executed",
        "granted": f"{YES} revoked referred {OURS} executed",
        "granted_with_conditions": f"{YES} revoked referred {OURS} executed",
        "partially_granted": f"{YES} revoked referred {OURS} executed",
        "granted_in_principle": f"{YES} denied referred revoked {OURS} executed",
        "denied": f"{YES} granted_in_principle referred executed",
        "referred": f"sent {YES} granted_in_principle denied {OURS} executed",
        "revoked": f"{YES} granted_in_principle referred executed",
        "postponed_by_us": f"sent withdrawn_by_us {ANSWERS} executed",
        "withdrawn_by_us": ANSWERS,
        "executed": f"executed {OURS} {ANSWERS}",
    },
    "guarantee": {
        NOTHING: "given",
        "given": "given performed partly not_performed revoked over",
        "performed": "given performed partly not_performed revoked over",
        "partly": "given performed partly not_performed revoked over",
        "not_performed": "given performed partly not_performed revoked over",
        "revoked": "given performed partly not_performed",
        "over": "given performed partly not_performed",
    },
    "consent": {
        NOTHING: "given refused withdrawn",
        "given": "given reconfirmed refused withdrawn expired",
        "reconfirmed": "given reconfirmed refused withdrawn expired",
        "refused": "given refused withdrawn",
        "withdrawn": "given refused withdrawn",
        "expired": "given refused withdrawn",
    },
    "movement": {
        NOTHING: "planned",
        "planned": f"gates_passed postponed_by_us obstructed_by_residents {CALLED_OFF}",
        "gates_passed": f"planned departed postponed_by_us obstructed_by_residents {CALLED_OFF}",
        "departed": "arrived arrived_in_part turned_back obstructed_by_residents",
        "postponed_by_us": f"planned {CALLED_OFF}",
        "arrived": "",
        "arrived_in_part": "",
        "turned_back": "",
        "cancelled_security": "",
        "cancelled_logistics": "",
        "withdrawn_by_us": "",
        "obstructed_by_residents": "",
    },
    "boarding": {
        NOTHING: "listed standby",
        "listed": f"standby confirmed {OFF}",
        "standby": f"listed confirmed {OFF}",
        "confirmed": f"boarded {OFF}",
        "boarded": "declined_at_boarding withdrawn removed_by_authority disembarked arrived",
        "withdrawn": "listed standby",
        "no_show": "",
        "declined_at_boarding": "",
        "removed_by_authority": "",
        "disembarked": "",
        "arrived": "",
    },
}
CELLS = [
    (machine, state, then, then in row.split())
    for machine, rows in TABLE.items()
    for (state, row), then in product(rows.items(), [name for name in rows if name])
]


@pytest.mark.parametrize(("machine", "state", "then", "may"), CELLS)
def test_what_may_follow_what(machine: str, state: str, then: str, may: bool) -> None:
    assert can_follow(machine, state, then) is may
    if may:
        check_can_follow(machine, state, then)
    else:
        with pytest.raises(CannotFollow):
            check_can_follow(machine, state, then)


@pytest.mark.parametrize("machine", states.MACHINES)
def test_the_table_here_has_every_state_of_the_machine(machine: str) -> None:
    assert set(TABLE[machine]) - {NOTHING} == set(states.states(machine))


@pytest.mark.parametrize("machine", states.MACHINES)
def test_states_of_a_machine_are_codes_with_words(machine: str) -> None:
    assert set(states.states(machine)) <= set(codes.code_list(f"{machine}_state").codes)


@pytest.mark.parametrize("machine", states.MACHINES)
def test_no_move_is_listed_twice_and_each_has_its_reason(machine: str) -> None:
    moves = states.MACHINES[machine]
    pairs = [(move.state, move.next) for move in moves]
    assert len(pairs) == len(set(pairs))
    assert all(move.reason.endswith(".") for move in moves)


@pytest.mark.parametrize("machine", states.MACHINES)
def test_every_state_can_be_reached_from_nothing(machine: str) -> None:
    reached, edge = {NOTHING}, {NOTHING}
    while edge:
        edge = {then for state in edge for then in allowed(machine, state)} - reached
        reached |= edge
    assert reached == set(TABLE[machine])


def test_a_refused_move_names_what_may_follow() -> None:
    with pytest.raises(CannotFollow) as refusal:
        check_can_follow("movement", "planned", "departed")
    assert "“departed” cannot follow “planned”" in refusal.value.sentence()
    assert "gates_passed" in refusal.value.remedy()
    assert refusal.value.exit_code == 4


def test_a_refused_move_from_an_end_says_that_it_is_finished() -> None:
    with pytest.raises(CannotFollow) as refusal:
        check_can_follow("movement", "arrived", "planned")
    assert "finished" in refusal.value.remedy()


@pytest.mark.parametrize(("state", "then"), [("asleep", "sent"), ("sent", "asleep"), ("sent", "no_answer")])
def test_a_word_that_is_no_state_is_refused_with_the_words_that_are(state: str, then: str) -> None:
    with pytest.raises(InputRefused, match="acknowledged"):
        check_can_follow("request", state, then)


def test_silence_can_not_be_written_down() -> None:
    assert not {"waiting", "no_answer", "lapsed", "contested"} & set(states.states("request"))


def test_every_answer_a_party_can_give_is_a_state_of_a_request() -> None:
    assert set(codes.code_list("answer").codes) == set(ANSWERS.split())
    assert set(ANSWERS.split()) <= set(states.states("request"))
    assert set(YES.split()) == access.OPENING


@pytest.mark.parametrize("state", ["denied", "revoked"])
def test_a_refusal_can_not_be_turned_into_our_own_withdrawal(state: str) -> None:
    assert not can_follow("request", state, "withdrawn_by_us")


@pytest.mark.parametrize("state", [NOTHING, *states.states("consent")])
def test_a_withdrawal_is_taken_whatever_stood_before(state: str) -> None:
    assert can_follow("consent", state, "withdrawn")


@pytest.mark.parametrize("state", ["refused", "withdrawn", "expired"])
def test_a_consent_that_ended_can_not_be_reconfirmed_but_only_asked_anew(state: str) -> None:
    assert not can_follow("consent", state, "reconfirmed")
    assert can_follow("consent", state, "given")


def test_states_that_end_a_movement_in_the_list_are_those_nothing_follows() -> None:
    rows = codes.code_list("movement_state").codes
    assert {code for code, row in rows.items() if row["final"]} == {
        state for state in states.states("movement") if not allowed("movement", state)
    }
