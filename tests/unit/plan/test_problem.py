"""Journeys as whole numbers: the columns say what the rules of consent, doors and seats say one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unit.plan.invented import consent, household, situation, with_destination, with_door, with_household
from waythrough.plan.network import Network
from waythrough.plan.problem import Problem, _Packed, problem
from waythrough.plan.problem.units import runs
from waythrough.plan.sample import Size, sample
from waythrough.plan.seating import options
from waythrough.plan.units import units
from waythrough.terms.situation import FleetNow, SiteNow, Situation


def told(p: Problem) -> dict[str, list[tuple[str, int, int]]]:
    """Unit → (route, day, value) of each option, in order."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for unit, cell, value in zip(p.option_unit, p.option_cell, p.option_value, strict=True):
        trip = (p.cells.routes[p.cells.route[cell]], int(p.cells.day[cell]), int(value))
        found.setdefault(p.units.names[unit], []).append(trip)
    return found


def made(given: Situation) -> Problem:
    return problem(given, Network(given))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("households", [7, 60, 250])
def test_the_columns_say_what_is_said_household_by_household(households: int, seed: int) -> None:
    given = sample(Size(households=households, days=20, consenting=0.8), seed)
    able, _ = units(given)
    one_by_one = options(given, Network(given), able)
    p = made(given)
    assert list(p.units.names) == [unit.id for unit in able]
    places = {d.id: min(d.per_day or 10**6, d.total or 10**6) for d in given.destinations}
    ends = {route.id: places.get(route.end, 0) for route in given.routes}
    # A family larger than all the places of a day has no journey there.
    wanted = {
        unit.id: [trip for trip in sorted(one_by_one.of.get(unit.id, ())) if unit.people <= ends[trip[0]]]
        for unit in able
    }
    assert {name: sorted(trips) for name, trips in told(p).items()} == {n: t for n, t in wanted.items() if t}
    assert p.people.tolist() == [unit.people for unit in able]
    ids = given.households.columns.ids
    starts = p.units.member_start.tolist()
    for unit, first, last in zip(able, starts, starts[1:], strict=False):
        assert [ids[h] for h in p.units.member[first:last]] == [h.id for h in unit.households]


def test_options_come_best_first() -> None:
    for trips in told(made(sample(Size(households=60), 3))).values():
        assert [value for _, _, value in trips] == sorted((value for _, _, value in trips), reverse=True)


def test_days_with_holes_between_two_consents_are_kept() -> None:
    twice = tuple(
        consent(adult, "lake", first, last)
        for adult in ("ash-0", "ash-1")
        for first, last in ((0, 2), (5, 60))
    )
    given = with_household(situation(), "ash", consents=twice, choices=("lake",))
    days = {day for route, day, _ in told(made(given))["ash"] if route == "to lake"}
    assert days == {0, 1, 5, 6}
    able, _ = units(given)
    assert sorted(told(made(given))["ash"]) == sorted(options(given, Network(given), able).of["ash"])


def test_runs_of_days_are_read_from_bits() -> None:
    assert runs(0b1011100) == [(2, 4), (6, 6)]
    assert runs(0) == []


def test_a_family_on_stretchers_takes_stretcher_places_and_no_seats() -> None:
    given = with_household(situation(), "ash", stretchers=1)
    assert "ash" not in told(made(given)), "no vehicle has a place to lie down"
    ambulance = FleetNow("ambulance", "return", 1, 3, 0, 0, (), 1, 1)
    p = made(replace(given, fleets=(*given.fleets, ambulance)))
    unit = p.units.names.index("ash")
    assert (p.people[unit], p.seats[unit], p.stretchers[unit]) == (4, 3, 1)
    assert "ash" in told(p)


def test_shared_places_are_rows_by_name() -> None:
    given = with_destination(situation(), "lake", per_week=25)
    given = with_door(given, "return plain", max_people=9)
    given = replace(given, sites=(replace(given.sites[0], registration_per_day=12),))
    rows = made(given).cells.people_rows
    capacity = dict(zip(rows.names, rows.capacity.tolist(), strict=True))
    assert capacity["day", "lake", 0] == 20
    assert capacity["week", "lake", 0] == 25
    assert capacity["total", "lake", 0] == 60
    assert capacity["site", "camp", 0] == 12
    assert capacity["people", "return plain", 2] == 9
    assert ("week", "port", 0) not in capacity


def test_a_destination_with_weekly_places_only_receives_people() -> None:
    given = with_destination(situation(), "lake", per_day=None, total=None, per_week=9)
    assert any(route == "to lake" for route, _, _ in told(made(given))["birch"])


def test_days_that_might_open_are_cells_when_asked_for() -> None:
    given = with_door(situation(), "return plain", open_days=(0,) * 10)
    network = Network(given)
    assert not any(route == "to port" for trips in told(made(given)).values() for route, _, _ in trips)
    p = problem(given, network, {"to port": 1 << 3})
    assert {day for route, day, _ in told(p)["cedar"] if route == "to port"} == {3}


def test_nobody_and_nowhere_make_an_empty_problem() -> None:
    assert made(replace(situation(), households=())).size == 0
    assert not len(made(replace(situation(), fleets=())).option_cell)
    stranger = replace(household("oak", 3, "lake"), site="elsewhere")
    empty = replace(situation(), households=(stranger,), sites=(SiteNow("elsewhere", 3, {}),))
    assert made(empty).size == 1
    assert not len(made(empty).option_cell)


def test_options_too_long_for_one_number_come_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    given = sample(Size(households=120, days=20, consenting=0.8), 5)
    quick = made(given)
    monkeypatch.setattr(_Packed, "of", classmethod(lambda *_: None))
    slow = made(given)
    assert len(quick.option_cell) > 100
    for name in ("option_start", "option_cell", "option_value"):
        assert getattr(quick, name).tolist() == getattr(slow, name).tolist()
        assert getattr(quick, name).dtype == getattr(slow, name).dtype
