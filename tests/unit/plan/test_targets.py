"""Aims somebody set: whether they can be reached, and what would have to give way."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

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
from waythrough.plan.generate import generate
from waythrough.plan.program import make
from waythrough.plan.why import targets_program
from waythrough.plan.why.targets import why_target
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation
from waythrough.terms.whys import TargetWhy

NEVER = (0,) * DAYS


NOBODY_GOES = replace(make(situation()), convoys=(), returns=())


def asked(given: Situation, group: str = "everyone", by: int = DAYS - 1) -> TargetWhy:
    return why_target(given, NOBODY_GOES, group, by)


def levers(why: TargetWhy) -> set[tuple[str, str]]:
    return {(lever.kind, lever.about) for lever in why.levers}


def one_family(**changes: object) -> Situation:
    return situation(households=(household("oak", 6, "lake", **changes),))


def test_an_aim_that_can_be_reached_needs_nothing() -> None:
    given = one_family()
    why = why_target(given, make(given), "everyone", DAYS - 1)
    assert (why.people, why.possible, why.planned, why.levers) == (6, 6, 6, ())


def test_a_shut_door_is_named_with_the_people_it_keeps() -> None:
    why = asked(with_door(one_family(), "return hill", open_days=NEVER))
    assert (why.possible, why.people) == (0, 6)
    (lever,) = why.levers
    assert (lever.kind, lever.about, lever.alone, lever.without) == ("door", "return hill", 6, 6)


def test_two_doors_that_only_help_together_are_both_named_and_neither_helps_alone() -> None:
    given = situation(households=(household("oak", 6, "port"),))
    for name in ("return hill", "return plain"):
        given = with_door(given, name, open_days=NEVER)
    why = asked(given)
    assert levers(why) == {("door", "return hill"), ("door", "return plain")}
    assert {lever.alone for lever in why.levers} == {0}


def test_places_of_a_week_are_named_and_a_second_cause_is_not_blamed() -> None:
    homes = tuple(household(f"oak {n}", 6, "lake") for n in range(4))
    given = with_destination(situation(households=homes), "lake", per_day=None, per_week=12, total=None)
    given = with_fleet(given, "coaches", count=9)
    why = asked(given, by=6)
    assert levers(why) == {("reception", "lake")}
    assert why.possible == 12
    assert sum(lever.without for lever in why.levers) == 12


def test_vehicles_are_named_where_seats_are_what_is_missing() -> None:
    homes = tuple(household(f"oak {n}", 6, "lake") for n in range(4))
    given = with_destination(situation(households=homes), "lake", per_day=None, total=99)
    given = with_fleet(with_fleet(given, "coaches", count=0), "vans", cycle_days=DAYS)
    assert levers(asked(given)) == {("vehicles", "vans")}


def test_consents_that_begin_too_late_are_to_be_asked_anew_not_passed_over() -> None:
    late = tuple(consent(f"oak-{n}", "lake", first=5) for n in range(2))
    why = asked(one_family(consents=late), by=3)
    assert levers(why) == {("consent_dates", "")}


def test_whoever_said_no_or_chose_only_a_stopped_destination_never_gives_way() -> None:
    homes = (
        household("oak", 6, "lake"),
        household("elm", 4, "port", refused=True),
        household("fir", 3, "port"),
    )
    why = asked(with_destination(situation(households=homes), "lake", stopped=True))
    assert why.never == {"refused": 4, "stopped": 6}
    assert (why.people, why.possible, why.levers) == (13, 3, ())


def test_the_most_vulnerable_are_those_of_the_highest_weight() -> None:
    homes = (household("oak", 6, "lake", weight=5), household("elm", 4, "lake"))
    given = with_household(situation(households=homes), "elm", size=5)
    assert asked(given, "most-vulnerable").people == 6
    assert asked(given, "weight-1").people == 11
    assert asked(given, "weight-6").people == 0


@pytest.mark.parametrize(
    ("group", "by"), [("everyone", DAYS), ("everyone", -1), ("the-tall", 3), ("weight-x", 3)]
)
def test_a_group_or_a_day_nobody_knows_is_refused(group: str, by: int) -> None:
    with pytest.raises(InputRefused):
        asked(one_family(), group, by)


def test_taking_any_name_of_the_set_away_leaves_somebody_behind() -> None:
    given = situation()
    given = with_door(with_door(given, "return hill", open_days=NEVER), "return plain", open_days=NEVER)
    given = replace(with_fleet(given, "coaches", count=1), consent_margin_days=0)
    why = asked(given, by=4)
    assert why.levers
    assert all(lever.without > 0 for lever in why.levers)


def test_consents_of_very_many_are_rounded_outward_so_a_bound_stays_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = generate(300, 40, 3)
    exact = why_target(given, NOBODY_GOES, "everyone", 20)
    assert exact.rounded_days == 1
    for most in (2_000, 1_000, 500, 1):
        monkeypatch.setattr(targets_program, "MOST_COLUMNS", most)
        rounded = why_target(given, NOBODY_GOES, "everyone", 20)
        assert rounded.possible >= exact.possible
        assert (rounded.people, rounded.never) == (exact.people, exact.never)
    assert rounded.rounded_days == 21


# --- wheelchairs and stretchers ---------------------------------------------------------------------------


def test_a_patient_no_vehicle_can_carry_keeps_nobody_else_and_is_named() -> None:
    homes = (household("oak", 6, "lake", stretchers=1), household("elm", 4, "lake"))
    why = asked(situation(households=homes))
    assert (why.people, why.possible, why.never) == (10, 4, {"vehicle_too_small": 6})
    assert why.levers == ()


def test_few_special_seats_bound_those_who_need_them_and_leave_the_others_alone() -> None:
    homes = (*(household(f"oak {n}", 2, "lake", special=1) for n in range(3)), household("elm", 4, "lake"))
    given = situation(households=homes)
    given = with_fleet(with_fleet(given, "coaches", count=0), "vans", cycle_days=DAYS)
    why = asked(given)
    assert (why.possible, why.people) == (6, 10)


def with_patients(given: Situation, seed: int) -> Situation:
    """Some of the households with people who lie down or need a special seat, and some vehicles for them."""
    luck = Random(seed)
    homes = []
    for home in given.households:
        lying = luck.choice((0, 0, 0, 1, 2)) if home.size > 2 else 0
        special = luck.choice((0, 0, 1, 2)) if home.size - lying > 2 else 0
        homes.append(replace(home, stretchers=lying, special=special))
    fleets = tuple(
        replace(f, stretcher_places=luck.choice((0, 1, 2)), special_seats=luck.choice((0, 1, 3)))
        if f.purpose == "return"
        else f
        for f in given.fleets
    )
    return replace(given, households=tuple(homes), fleets=fleets, goods=())


@pytest.mark.parametrize("most", [8_000, 60, 1])
@pytest.mark.parametrize("seed", range(6))
def test_never_fewer_could_travel_than_the_plan_moves(
    monkeypatch: pytest.MonkeyPatch, seed: int, most: int
) -> None:
    monkeypatch.setattr(targets_program, "MOST_COLUMNS", most)
    given = with_patients(generate(60, 16, seed, "one-road" if seed % 2 else "country"), seed)
    plan = make(given, slices=1)
    for group in ("everyone", "most-vulnerable", "weight-2"):
        for day in (0, 4, 9, 15):
            why = why_target(given, plan, group, day)
            assert why.planned <= why.possible <= why.people - sum(why.never.values())
