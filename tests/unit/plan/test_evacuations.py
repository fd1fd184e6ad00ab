"""Medical evacuations: the first day they can arrive, before everything else, or the doors to knock on."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from unit.plan.invented import door, route, situation
from waythrough.plan.check import check
from waythrough.plan.evacuations import first, vehicles_for, waiting
from waythrough.plan.network import Network
from waythrough.plan.problem import problem
from waythrough.plan.program import make
from waythrough.terms.doing import Movement
from waythrough.terms.places import Route
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import EvacuationNow, FleetNow, Situation
from waythrough.terms.when import Days, Window

PATIENTS = EvacuationNow("patients", "camp", 2, escorts=1, stretchers=1, last_day=6)
AMBULANCE = FleetNow("ambulance", "evacuation", 1, 3, 0, 0, (), 1, 1)


def ill(*evacuations: EvacuationNow, opens: int = 3, shuts: int = 8, **changes: Any) -> Situation:
    """The invented situation with a road to a clinic, one ambulance, and people who must reach it."""
    base = situation()
    doors = (*base.doors, door("evacuation plain", opens, shuts))
    routes = (*base.routes, route("to clinic", "evacuation", "clinic", "plain", back=1))
    fleets = (*base.fleets, AMBULANCE)
    return replace(
        base, **{"doors": doors, "routes": routes, "fleets": fleets, "evacuations": evacuations} | changes
    )


def test_patients_leave_on_the_first_day_the_road_is_open_for_them() -> None:
    plan = make(ill(PATIENTS))
    (trip,) = plan.evacuations
    assert (trip.route, trip.day, trip.fleet, trip.vehicles) == ("to clinic", 3, "ambulance", 1)
    assert check(ill(PATIENTS), plan) == []


def test_a_step_says_what_must_be_true_before_they_leave() -> None:
    (step,) = (one for one in make(ill(PATIENTS)).steps if one.kind == "evacuation")
    assert [gate.code for gate in step.gates] == [
        "confirm_in_own_word", "vehicles_ready", "name_responsible", "patients_agree", "reception_ready",
    ]  # fmt: skip
    assert step.gates[-1].fields == {"people": "3"}


def test_no_day_in_time_names_the_door_to_knock_on() -> None:
    given = ill(replace(PATIENTS, last_day=2))
    plan = make(given)
    assert plan.evacuations == ()
    blocker = plan.blockers[0]
    assert (blocker.about, blocker.code, blocker.doors) == ("evacuation", "doors_shut", ("evacuation plain",))
    assert blocker.fields["evacuation"] == "patients"
    assert check(given, plan) == []


def test_every_smallest_set_of_doors_is_named_where_several_would_do() -> None:
    base = ill(replace(PATIENTS, last_day=2))
    other = route("over hill", "evacuation", "clinic", "hill", back=1)
    given = replace(base, routes=(*base.routes, other), doors=(*base.doors, door("evacuation hill", 9)))
    assert {one.doors for one in first(given).blockers} == {("evacuation hill",), ("evacuation plain",)}


def test_the_last_day_is_that_of_arrival() -> None:
    far = replace(route("to clinic", "evacuation", "clinic", "plain", back=3), cycle_days=4)
    far = replace(far, out=tuple(replace(use, day_offset=2) for use in far.out))
    base = ill(replace(PATIENTS, last_day=4), opens=0)
    given = replace(base, routes=(*base.routes[:-1], far))
    assert [trip.day for trip in first(given).trips] == [0]
    late = replace(given, evacuations=(replace(PATIENTS, last_day=1),))
    assert first(late).trips == ()


def test_fewest_days_left_go_first_when_vehicles_are_short() -> None:
    calm, urgent = replace(PATIENTS, id="a", last_day=None), replace(PATIENTS, id="b", last_day=5)
    given = ill(calm, urgent)
    assert [(trip.evacuation, trip.day) for trip in first(given).trips] == [("b", 3), ("a", 5)]
    assert check(given, make(given)) == []


def test_where_all_vehicles_are_away_in_time_that_is_said() -> None:
    one, other = replace(PATIENTS, id="a", last_day=4), replace(PATIENTS, id="b", last_day=4)
    found = first(ill(one, other))
    assert [trip.evacuation for trip in found.trips] == ["a"]
    assert [(b.code, b.fields["evacuation"]) for b in found.blockers] == [("no_vehicle_free", "b")]


def test_their_vehicles_are_taken_before_any_return_seat_is_given() -> None:
    sitting = replace(PATIENTS, stretchers=0, escorts=0)
    given = ill(sitting, opens=0, fleets=situation().fleets)
    found = first(given)
    (trip,) = found.trips
    assert (trip.day, trip.fleet) == (0, "vans")
    rows = problem(given, found.network).cells.vehicle_rows
    left = {row: int(n) for row, n in zip(rows.names, rows.capacity, strict=True)}
    assert (left["fleet", "vans", 0], left["fleet", "vans", 2]) == (0, 1)
    plan = make(given)
    assert not [ride for ride in plan.returns if ride.fleet == "vans" and ride.day <= 1]
    assert check(given, plan) == []


def test_patients_still_count_as_people_who_need_to_eat() -> None:
    assert make(ill(PATIENTS)).unmet_if_nobody_left == make(situation()).unmet_if_nobody_left


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"evacuations": (replace(PATIENTS, people=0, stretchers=0),)}, "people_not_stated"),
        ({"evacuations": (replace(PATIENTS, last_day=-1),)}, "needed_by_passed"),
        ({"evacuations": (replace(PATIENTS, site="elsewhere"),)}, "no_route"),
        ({"evacuations": (replace(PATIENTS, people=9, stretchers=9),)}, "no_fleet"),
        ({"fleets": ()}, "no_fleet"),
    ],
)
def test_what_keeps_patients_is_said_by_its_own_code(changes: dict[str, Any], code: str) -> None:
    given = ill(PATIENTS, **changes)
    assert [one.code for one in first(given).blockers] == [code]
    assert not [b for b in check(given, make(given)) if b.rule.startswith("evacuation")]


def test_nobody_is_brought_to_a_stopped_destination() -> None:
    base = ill(PATIENTS)
    road = replace(base.routes[-1], end="lake")
    ends = tuple(replace(end, stopped=end.id == "lake") for end in base.destinations)
    given = replace(base, routes=(*base.routes[:-1], road), destinations=ends)
    assert [one.code for one in first(given).blockers] == ["destination_stopped"]


@pytest.mark.parametrize(
    ("people", "escorts", "lying", "vehicles"), [(2, 1, 1, 1), (4, 0, 0, 2), (3, 0, 3, 3), (1, 6, 1, 2)]
)
def test_as_many_vehicles_as_hold_everyone_and_no_more(
    people: int, escorts: int, lying: int, vehicles: int
) -> None:
    assert vehicles_for(EvacuationNow("p", "camp", people, escorts, lying), AMBULANCE) == vehicles


def test_a_vehicle_without_stretcher_places_takes_nobody_lying_down() -> None:
    assert vehicles_for(PATIENTS, replace(AMBULANCE, stretcher_places=0)) is None


def test_random_evacuations_always_pass_the_check() -> None:
    luck = random.Random("evacuations")
    left = behind = 0
    for _ in range(15):
        some = tuple(
            EvacuationNow(
                f"patients {n}", "camp", people := luck.randint(1, 4), luck.randint(0, 2),
                luck.randint(0, min(1, people)), luck.choice((None, *range(10))),
            )
            for n in range(luck.randint(1, 4))
        )  # fmt: skip
        base = ill(*some, opens=luck.randint(0, 5), shuts=luck.randint(5, 9))
        caps = {"max_vehicles": luck.choice((None, 1, 2)), "max_people": luck.choice((None, 4, 9))}
        doors = (*base.doors[:-1], replace(base.doors[-1], **caps))
        ambulances = replace(AMBULANCE, count=luck.randint(1, 2))
        given = replace(base, doors=doors, fleets=(*base.fleets[:-1], ambulances))
        plan = make(given)
        assert check(given, plan) == []
        left += len(plan.evacuations)
        behind += len(given.evacuations) - len(plan.evacuations)
    assert left > 8
    assert behind > 2


def movement(**changes: Any) -> Movement:
    window = Window.parse("2031-03-04T00:00+00:00/2031-03-05T00:00+00:00")
    base = Movement(
        "movement-1", "camp", "medical_evacuation", "to clinic", window, "planned", people=2,
        need_by=Days.parse("2031-03-08"), escorts=1, stretchers=1,
    )  # fmt: skip
    return replace(base, **changes)


ROAD = Route("to clinic", {"en": "to clinic"}, "camp", "clinic", "evacuation", ("leg",))


def gathered(*movements: Movement, road: Route = ROAD) -> tuple[EvacuationNow, ...]:
    return waiting(movements, [road], ["camp"], date(2031, 3, 2))


def test_a_planned_evacuation_waits_with_its_number_and_its_clock() -> None:
    (one,) = gathered(movement())
    assert one == EvacuationNow("movement-1", "camp", 2, 1, 1, last_day=6, route="to clinic")


def test_what_left_or_is_something_else_does_not_wait() -> None:
    assert gathered(movement(state="departed"), movement(kind="convoy"), movement(site="elsewhere")) == ()


def test_a_road_for_another_purpose_is_no_road_for_patients() -> None:
    (one,) = gathered(movement(), road=replace(ROAD, purpose="return"))
    assert one.route == ""


def test_more_lying_down_than_there_are_is_refused() -> None:
    with pytest.raises(InputRefused):
        gathered(movement(stretchers=3))


def test_without_evacuations_nothing_is_taken() -> None:
    network = first(situation()).network
    assert (dict(network.taken), dict(network.busy)) == ({}, {})
    assert network.departures == Network(situation()).departures
