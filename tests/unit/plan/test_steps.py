"""The plan as dated lines with gates: what must be true the day before."""

from __future__ import annotations

import pytest

from unit.plan.invented import consent, situation, with_door, with_household
from waythrough.plan.program import make
from waythrough.terms.planned import Gate, Plan


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make(situation())


def gates(plan: Plan, kind: str, trip: int) -> list[tuple[str, str]]:
    step = next(step for step in plan.steps if (step.kind, step.trip) == (kind, trip))
    return [(gate.code, gate.about) for gate in step.gates]


def test_every_trip_has_one_step_and_steps_come_day_by_day(plan: Plan) -> None:
    assert [step.day for step in plan.steps] == sorted(t.day for t in (*plan.convoys, *plan.returns))


def test_a_door_open_on_anothers_word_is_to_be_confirmed_in_the_partys_own(plan: Plan) -> None:
    assert ("confirm_in_own_word", "return hill") in gates(plan, "return", 0)
    convoys = [gates(plan, "convoy", n) for n in range(len(plan.convoys))]
    assert any(("door_open", "aid plain") in found for found in convoys)


def test_a_disputed_door_is_to_be_settled_first(plan: Plan) -> None:
    assert ("settle_dispute", "return plain") in gates(plan, "return", 1)


def test_conditions_of_a_door_stand_in_its_gate() -> None:
    told = make(with_door(situation(), "return hill", conditions="escort of the party"))
    gate = next(g for s in told.steps if s.kind == "return" for g in s.gates if g.about == "return hill")
    assert gate.fields["conditions"] == "escort of the party"
    assert gate.fields["from"] == gate.fields["to"] == "2031-03-02"


def test_consents_are_asked_again_and_only_counts_are_told(plan: Plan) -> None:
    step = next(step for step in plan.steps if (step.kind, step.trip) == ("return", 0))
    fields = {"households": "2", "adults": "4"}
    asked = Gate("reconfirm_consents", "camp", fields, "registrar", "standby_takes_seats")
    assert asked in step.gates
    assert "ash" not in str(step)


def test_vehicles_loads_reception_and_a_responsible_person_are_gates(plan: Plan) -> None:
    assert {code for code, _ in gates(plan, "convoy", 0)} == {
        "confirm_in_own_word",
        "vehicles_ready",
        "name_responsible",
        "load_ready",
    }
    assert ("reception_ready", "lake") in gates(plan, "return", 0)


def test_every_gate_names_who_sees_to_it_and_what_is_done_otherwise(plan: Plan) -> None:
    for step in plan.steps:
        for gate in step.gates:
            assert gate.see_to
            assert gate.otherwise


def test_a_convoy_short_of_vehicles_leaves_loads_behind_and_never_speaks_of_seats(plan: Plan) -> None:
    otherwise = {
        step.kind: gate.otherwise
        for step in plan.steps
        for gate in step.gates
        if gate.code == "vehicles_ready"
    }
    assert otherwise == {"convoy": "fewer_loads", "return": "go_with_fewer"}


def test_a_shut_door_is_waited_for_until_the_next_open_day_of_its_road_or_asked_at_again() -> None:
    told = make(with_door(situation(), "return hill", open_days=(1, 0, 0, 1, 1, 0, 0, 0, 0, 0)))
    doors = [g for s in told.steps if s.kind == "return" for g in s.gates if g.about == "return hill"]
    assert {g.otherwise for g in doors} <= {"next_open_day", "ask_again"}
    first = next(
        g
        for s in told.steps
        if s.kind == "return" and s.day == 0
        for g in s.gates
        if g.about == "return hill"
    )
    assert (first.otherwise, first.fields["next"]) == ("next_open_day", "2031-03-05")


def test_flagged_consents_behind_seats_are_counted() -> None:
    flagged = tuple(consent(f"ash-{n}", "lake", flagged=("pressure_reported",)) for n in range(2))
    assert make(with_household(situation(), "ash", consents=flagged)).flagged_consents == 2
    assert make(situation()).flagged_consents == 0
