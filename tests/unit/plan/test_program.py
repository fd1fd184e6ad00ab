"""The plan: what it may never do, whatever the situation, and what it must do when it can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.plan.invented import (
    DAYS,
    consent,
    household,
    situation,
    with_destination,
    with_door,
    with_fleet,
    with_household,
)
from waythrough.plan.check import check
from waythrough.plan.files import canonical, sha256
from waythrough.plan.program import make
from waythrough.plan.sample import Size, sample
from waythrough.plan.solver import Limits
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

QUICK = Limits(gap=1e-4, nodes=100)
SMALL = Size(households=7, days=5, destinations=2, warehouses=1, consenting=0.8, people_per_household=2)
small = st.builds(
    lambda seed, zones: sample(replace(SMALL, zones=zones), seed), st.integers(0, 30), st.integers(1, 3)
)
few = settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


PLANS: dict[str, Plan] = {}


def quick(given_situation: Situation) -> Plan:
    """The plan with a small limit on work; made once for each situation, as several tests look at it."""
    key = sha256(given_situation)
    if key not in PLANS:
        PLANS[key] = make(given_situation, QUICK)
    return PLANS[key]


def seated(plan: Plan) -> dict[str, tuple[str, int]]:
    return {seat.household: (trip.destination, trip.day) for trip in plan.returns for seat in trip.seats}


# --- for every situation ----------------------------------------------------------------------------------


@few
@given(small)
def test_no_plan_breaks_a_rule(given_situation: Situation) -> None:
    assert check(given_situation, quick(given_situation)) == []


@few
@given(small)
def test_nobody_is_seated_without_the_live_consent_of_every_adult(given_situation: Situation) -> None:
    plan = quick(given_situation)
    margin = given_situation.consent_margin_days
    for home in given_situation.households:
        if home.id in seated(plan):
            destination, day = seated(plan)[home.id]
            assert home.adults
            assert not home.refused
            for adult in home.adults:
                assert any(
                    c.adult == adult and c.destination == destination and c.first <= day <= c.last - margin
                    for c in home.consents
                )
                assert home.data_consent[adult] >= day


@few
@given(small)
def test_no_vehicle_passes_a_shut_door_on_its_way_out_or_home(given_situation: Situation) -> None:
    plan = quick(given_situation)
    routes = {route.id: route for route in given_situation.routes}
    doors = {d.id: d.open_days for d in given_situation.doors}
    for trip in (*plan.convoys, *plan.returns):
        for use in (*routes[trip.route].out, *routes[trip.route].back):
            assert all(doors[name][trip.day + use.day_offset] for name in use.doors)


@few
@given(small)
def test_no_family_and_no_kin_group_is_split(given_situation: Situation) -> None:
    plan = quick(given_situation)
    rows = [seat.household for trip in plan.returns for seat in trip.seats]
    assert len(rows) == len(set(rows))
    for home in given_situation.households:
        kin = [h.id for h in given_situation.households if h.kin_group and h.kin_group == home.kin_group]
        if home.id in seated(plan):
            assert len({seated(plan).get(name) for name in kin}) <= 1


@few
@given(small)
def test_aid_is_planned_alike_whoever_leaves(given_situation: Situation) -> None:
    """The first aim gains nothing by moving people: it is the same when nobody has asked to go."""
    nobody = replace(
        given_situation, households=tuple(replace(h, consents=()) for h in given_situation.households)
    )
    with_journeys, without = quick(given_situation), quick(nobody)
    assert without.people_moved == 0
    assert with_journeys.unmet_if_nobody_left == without.unmet_if_nobody_left


@few
@given(small, st.data())
def test_an_opened_door_never_leaves_more_people_short(
    given_situation: Situation, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([d.id for d in given_situation.doors]))
    opened = with_door(given_situation, name, open_days=(1,) * given_situation.days)
    assert quick(opened).unmet_if_nobody_left <= quick(given_situation).unmet_if_nobody_left


@few
@given(small)
def test_the_same_situation_gives_the_same_plan(given_situation: Situation) -> None:
    assert canonical(make(given_situation, QUICK)) == canonical(quick(given_situation))


@pytest.mark.parametrize(("households", "seed"), [(60, 2), (250, 2)])
def test_larger_plans_are_sound_and_near_their_bound(households: int, seed: int) -> None:
    given_situation = sample(Size(households=households), seed)
    plan = make(given_situation)
    assert check(given_situation, plan) == []
    by_name = {aim.name: aim for aim in plan.aims}
    assert plan.people_moved > 0
    assert (by_name["journeys"].gap or 0) < 0.01
    assert (by_name["unmet_if_nobody_left"].gap or 0) < 0.005


# --- one story at a time ----------------------------------------------------------------------------------


def test_revoked_consent_removes_the_household_from_the_next_plan() -> None:
    before = situation()
    assert "birch" in seated(make(before))
    after = make(with_household(before, "birch", consents=(consent("birch-0", "lake"),)))
    assert "birch" not in seated(after)
    assert "ash" in seated(after)
    assert after.not_seated["adult_without_consent"] == 1


def test_one_refusal_keeps_the_household_off_though_all_consented() -> None:
    assert "ash" not in seated(make(with_household(situation(), "ash", refused=True)))


def test_kin_whose_choices_do_not_meet_need_a_conversation_and_stay_for_now() -> None:
    plan = make(
        with_household(
            situation(),
            "fir",
            choices=("lake",),
            consents=(consent("fir-0", "lake"), consent("fir-1", "lake")),
        )
    )
    assert not {"elm", "fir"} & set(seated(plan))
    assert plan.not_seated["conversation_needed"] == 2


def test_a_stopped_destination_receives_nobody_and_others_go_on() -> None:
    plan = make(with_destination(situation(), "lake", stopped=True, stop_reason="harm reported"))
    assert {destination for destination, _ in seated(plan).values()} == {"port"}
    assert plan.not_seated["stopped"] == 1


def test_a_destination_where_nobody_stated_reception_places_receives_nobody() -> None:
    plan = make(with_destination(situation(), "lake", per_day=None, total=None))
    assert "lake" not in {destination for destination, _ in seated(plan).values()}


def test_most_needy_household_goes_first_when_there_is_room_for_one() -> None:
    narrow = replace(
        situation(households=(household("ash", 5, "lake"), household("birch", 5, "lake", weight=3))),
        fleets=situation().fleets[:1],
    )
    plan = make(with_fleet(narrow, "coaches", seats=5, cycle_days=2))
    assert seated(plan)["birch"][1] < seated(plan)["ash"][1]


def test_a_family_larger_than_every_vehicle_is_told_so() -> None:
    plan = make(situation(households=(household("oak", 15, "lake"),)))
    assert dict(plan.not_seated) == {"vehicle_too_small": 1}


def test_loads_are_planned_for_those_who_remain_and_both_figures_told() -> None:
    plan = make(situation())
    assert plan.unmet_if_nobody_left == 50
    assert plan.unmet_person_days == 0
    assert plan.people_moved == 22


def test_a_plan_that_cannot_move_anything_has_no_gap_and_names_what_blocks_it() -> None:
    shut = replace(situation(), doors=tuple(replace(d, open_days=(0,) * DAYS) for d in situation().doors))
    plan = make(shut)
    assert plan.does_nothing
    assert plan.gap is None
    assert check(shut, plan) == []
    assert [(b.about, b.code, b.doors) for b in plan.blockers] == [
        ("aid", "doors_shut", ("aid hill",)),
        ("aid", "doors_shut", ("aid plain",)),
        ("return", "doors_shut", ("return hill",)),
    ]


def test_the_safer_road_is_taken_when_it_costs_nothing_that_comes_first() -> None:
    both = situation()
    detour = replace(
        both.routes[2], id="lake by plain", out=both.routes[3].out[1:], back=both.routes[3].out[1:]
    )
    open_all = replace(
        both,
        routes=(*both.routes, detour),
        doors=tuple(replace(d, open_days=(1,) * DAYS) for d in both.doors),
    )
    plan = make(with_fleet(open_all, "coaches", routes=()))
    assert {trip.route for trip in plan.returns if trip.destination == "lake"} == {"lake by plain"}
