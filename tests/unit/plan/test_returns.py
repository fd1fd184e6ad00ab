"""Journeys: near their bound, legal to the last stretcher, kept as promised, the same every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unit.plan.invented import (
    four_sites,
    household,
    situation,
    with_destination,
    with_door,
    with_fleet,
    with_household,
)
from waythrough.plan import returns
from waythrough.plan.check import check
from waythrough.plan.generate import generate
from waythrough.plan.kernels import can_compile
from waythrough.plan.kernels.seats import search
from waythrough.plan.network import Network
from waythrough.plan.prices import bound
from waythrough.plan.problem import problem
from waythrough.plan.program import make
from waythrough.plan.promises import told
from waythrough.plan.returns import ReturnsPlan
from waythrough.plan.returns import priced as returns_priced
from waythrough.plan.returns.exact import exactly
from waythrough.plan.returns.priced import journeys_priced, price
from waythrough.plan.sample import Size, sample
from waythrough.plan.search import Search
from waythrough.plan.solver import Limits
from waythrough.plan.vehicles import whole_vehicles
from waythrough.terms.planned import Plan, ReturnTrip
from waythrough.terms.situation import FleetNow, Promise, Situation

SURE = Limits(gap=0.0, nodes=20_000)


def rules_of_people(given: Situation, plan: Plan) -> list[str]:
    return [f"{b.rule} {b.place} {b.found}" for b in check(given, plan)]


def returning(given: Situation, slices: int, seed: int = 0) -> ReturnsPlan:
    return returns.journeys(given, Network(given), Limits(), slices=slices, seed=seed, road=False)


def going(plan: Plan | ReturnsPlan) -> dict[str, tuple[str, int]]:
    return {seat.household: (trip.destination, trip.day) for trip in trips_of(plan) for seat in trip.seats}


def trips_of(plan: Plan | ReturnsPlan) -> tuple[ReturnTrip, ...]:
    return plan.returns if isinstance(plan, Plan) else plan.trips


def crowded() -> Situation:
    """The camp with every rule of the return side at work at once."""
    given = with_destination(situation(), "lake", per_week=17, per_day=12)
    given = with_door(given, "return plain", max_people=9)
    given = with_household(given, "birch", stretchers=1, special=1)
    given = with_fleet(given, "vans", stretcher_places=1, seats=6)
    homes = (*given.households, household("oak", 3, "port", "lake", weight=2), household("rowan", 5, "lake"))
    site = replace(given.sites[0], registration_per_day=11)
    return replace(given, households=tuple(sorted(homes, key=lambda h: h.id)), sites=(site,))


def test_the_exact_way_keeps_every_rule_of_people_and_places() -> None:
    plan = make(crowded(), SURE)
    assert check(crowded(), plan) == []
    assert "birch" in going(plan)


@pytest.mark.parametrize("seed", range(6))
def test_prices_never_beat_the_exact_way_and_come_near_it(seed: int) -> None:
    given = sample(Size(households=8, days=5, destinations=2, consenting=0.9, people_per_household=2), seed)
    whole = problem(given, Network(given))
    exact = exactly(given, whole, told(given, whole), SURE, road=False)
    priced = journeys_priced(given, whole)
    assert priced.value <= exact.convoys.value() <= exact.bound
    assert priced.bound >= exact.convoys.value()
    assert priced.value >= 0.9 * exact.convoys.value()


def test_a_country_with_stretchers_kin_desks_and_weekly_places_is_planned_soundly() -> None:
    given = generate(300, 28, 3)
    with_beds = tuple(replace(f, stretcher_places=1) if f.seats > 2 else f for f in given.fleets)
    homes = tuple(replace(h, stretchers=1) if n % 12 == 0 else h for n, h in enumerate(given.households))
    given = replace(given, fleets=with_beds, households=homes)
    plan = make(given, slices=2)
    assert rules_of_people(given, plan) == []
    aim = next(aim for aim in plan.aims if aim.name == "journeys")
    assert aim.gap is not None and aim.gap < 0.05
    assert plan.standby
    assert plan.slices == 2
    lying = {h.id for h in given.households if h.stretchers}
    assert lying & set(going(plan)), "somebody on a stretcher travels"


def test_the_certificate_proves_the_stated_bound() -> None:
    given = generate(900, 40, 2)
    found = returning(given, 0)
    assert found.method == "priced"
    assert found.certificate is not None
    assert found.value <= found.bound
    assert all(price > 0 for price in found.certificate.prices.values())


def test_the_same_seed_and_slices_give_the_same_journeys_and_another_seed_may_not() -> None:
    given = generate(200, 20, 4)
    once, again, other = (returning(given, 1, seed) for seed in (5, 5, 6))
    assert once == again
    assert (other.slices, other.seed) == (1, 6)


def test_more_slices_never_make_the_seating_worse() -> None:
    given = generate(300, 28, 5)
    whole = problem(given, Network(given))
    priced = price(whole)
    run = Search(whole, priced.prices)
    run.start(whole_vehicles(whole, priced.vehicles), priced.going)
    values = []
    for _ in range(3):
        at, _ = run.best()
        values.append(int(whole.option_value[at[at >= 0]].sum()))
        run.improve(1)
    assert values == sorted(values)
    assert values[-1] > values[0]


@pytest.mark.skipif(not can_compile(), reason="numba is not installed")
def test_compiled_and_plain_loops_seat_the_same_people(monkeypatch: pytest.MonkeyPatch) -> None:
    given = generate(200, 28, 6)
    whole = problem(given, Network(given))
    priced = price(whole)

    def seated(compiled: bool) -> tuple[list[int], list[int]]:
        monkeypatch.setattr(
            type(search), "sized", lambda self, steps: self.compiled if compiled else self.plain
        )
        run = Search(whole, priced.prices, seed=3)
        run.start(whole_vehicles(whole, priced.vehicles), priced.going)
        run.improve(2)
        at, driving = run.best()
        return at.tolist(), driving.tolist()

    assert seated(True) == seated(False)


@pytest.mark.parametrize("also", [False, True])
def test_parts_seat_the_same_people_one_by_one_as_together_and_never_too_many(
    monkeypatch: pytest.MonkeyPatch, also: bool
) -> None:
    """Four sites share places to be received; with a fleet for all of them (``also``) they are one part."""
    given = four_sites()
    if also:
        given = replace(given, fleets=(*given.fleets, FleetNow("all", "return", 1, 30, 2, 0)))
    whole = problem(given, Network(given))
    priced = price(whole)

    monkeypatch.setattr("waythrough.plan.search.PARTS_FROM", 1)

    def seated(at_once: int) -> tuple[list[int], list[int]]:
        monkeypatch.setattr("waythrough.plan.together.AT_ONCE", at_once)
        run = Search(whole, priced.prices, seed=3)
        assert len(run.districts) == (1 if also else 4)
        run.start(whole_vehicles(whole, priced.vehicles), priced.going)
        run.improve(2)
        at, driving = run.best()
        return at.tolist(), driving.tolist()

    found = seated(1)
    assert found == seated(2)
    at, driving = np.array(found[0]), np.array(found[1])
    cells, going = whole.cells, np.flatnonzero(at >= 0)
    for rows, use in (
        (cells.people_rows, np.bincount(whole.option_cell[at[going]], whole.people[going], len(cells.day))),
        (cells.vehicle_rows, driving),
    ):
        taken = np.bincount(rows.row, np.repeat(use, np.diff(rows.start)), len(rows.names))
        assert (taken <= rows.capacity).all()
    assert whole.option_value[at[going]].sum() > 0.85 * priced.bound
    assert (taken == cells.vehicle_rows.capacity).any(), "vehicles are scarce here"


@pytest.mark.slow
def test_rounds_with_a_place_less_where_packing_failed_never_end_worse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    better = 0
    for seed in range(4):
        given = generate(250, 28, seed)
        whole = problem(given, Network(given))
        with_rounds = journeys_priced(given, whole, 1)
        monkeypatch.setattr(returns_priced, "ROUNDS", 0)
        without = journeys_priced(given, whole, 1)
        monkeypatch.undo()
        assert with_rounds.value >= without.value
        assert with_rounds.slices == without.slices == 1
        better += with_rounds.value > without.value
    assert better


def test_loosened_trips_keep_one_place_of_that_kind_free() -> None:
    given = generate(300, 28, 5)
    whole = problem(given, Network(given))
    priced = price(whole)
    run = Search(whole, priced.prices)
    run.start(whole_vehicles(whole, priced.vehicles), priced.going)
    at, driving = run.best()

    def places_left(seated: np.ndarray, vehicles: np.ndarray) -> np.ndarray:
        cells, going = whole.cells, np.flatnonzero(seated >= 0)
        room = np.zeros(len(cells.day), np.int64)
        np.add.at(room, cells.column_cell, vehicles * whole.fleet_room[cells.column_fleet, 0])
        np.subtract.at(room, whole.option_cell[seated[going]], whole.seats[going])
        return room

    full = [
        cell for cell in set(whole.option_cell[at[at >= 0]].tolist()) if places_left(at, driving)[cell] == 0
    ]
    assert full
    run.loosen([(cell, 0) for cell in full])
    run.start(driving, at)
    again, vehicles = run.best()
    left = places_left(again, vehicles)
    assert all(left[cell] >= 1 for cell in full)


@pytest.mark.skipif(not can_compile(), reason="numba is not installed")
def test_a_plan_made_with_the_slices_another_took_is_that_plan() -> None:
    given = generate(2_300, 40, 1)
    whole = problem(given, Network(given))
    assert whole.size > returns_priced.EVERYBODY
    first = journeys_priced(given, whole)
    again = journeys_priced(given, whole, first.slices)
    assert first.convoys.trips() == again.convoys.trips()
    assert first.bound == again.bound


def test_a_large_problem_stops_early_and_keeps_no_boards(monkeypatch: pytest.MonkeyPatch) -> None:
    given = generate(300, 28, 5)
    whole = problem(given, Network(given))
    monkeypatch.setattr(returns_priced, "SLICES", 3)
    small = journeys_priced(given, whole)
    monkeypatch.setattr(returns_priced, "LARGE", 1)
    monkeypatch.setattr(returns_priced, "LARGE_SLICES", 1)
    large = journeys_priced(given, whole)
    assert (small.slices, large.slices) == (3, 1)
    assert large.convoys.trips() == journeys_priced(given, whole, 1).convoys.trips()
    run = Search(whole, large.priced.prices)
    run.start(whole_vehicles(whole, large.priced.vehicles), large.priced.going)
    at, driving = run.best()
    finished = run.finish()
    assert (finished[0].tolist(), finished[1].tolist()) == (at.tolist(), driving.tolist())
    assert run.districts == []


@pytest.mark.parametrize(("households", "twice"), [(900, False), (2_300, True)])
def test_the_mean_of_two_samples_leads_the_search_and_the_best_prices_prove(
    households: int, twice: bool
) -> None:
    given = generate(households, 40, 1)
    whole = problem(given, Network(given))
    priced = price(whole)
    assert (priced.guide is not None) == twice
    assert bound(whole, priced.prices) == priced.bound
    if priced.guide is not None:
        assert bound(whole, priced.guide) >= priced.bound


def test_few_vehicles_are_sent_one_after_the_other_and_none_too_many() -> None:
    """One bus, one van, one ambulance: rounded all at once they lose twice as much."""
    given = generate(400, 60, 1)
    whole = problem(given, Network(given))
    parts, sent = price(whole), price(whole, whole=True)
    assert parts.bound == sent.bound
    assert np.allclose(sent.vehicles, np.rint(sent.vehicles), atol=1e-6)
    assert not np.allclose(parts.vehicles, np.rint(parts.vehicles), atol=1e-6)
    rows = whole.cells.vehicle_rows
    taken = np.bincount(rows.row, np.repeat(sent.vehicles, np.diff(rows.start)), len(rows.names))
    assert (taken <= rows.capacity + 1e-6).all()
    better, before = journeys_priced(given, whole, 2), journeys_priced(given, whole, 2, priced=parts)
    assert better.value > before.value


def test_shut_cells_have_no_vehicle_when_they_are_sent_one_by_one() -> None:
    given = generate(300, 40, 2)
    whole = problem(given, Network(given))
    open_cells = price(whole, whole=True)
    shut = np.zeros(len(whole.cells.day), bool)
    shut[whole.cells.column_cell[np.flatnonzero(open_cells.vehicles)[::2]]] = True
    sent = price(whole, shut=shut, whole=True)
    assert sent.vehicles.sum() > 0
    assert sent.vehicles[shut[whole.cells.column_cell]].max() < 1e-6


# --- promises -----------------------------------------------------------------------------------------------


def promised(given: Situation, plan: Plan | ReturnsPlan, frozen_days: int = 0) -> Situation:
    """The situation of the next morning: everybody was told the plan."""
    told_to = [Promise(name, *at) for name, at in going(plan).items()]
    return replace(given, promised=tuple(sorted(told_to, key=lambda p: p.household)), frozen_days=frozen_days)


@pytest.mark.slow
@pytest.mark.parametrize("frozen", [0, 6])
def test_hardly_anybody_is_told_another_day_when_nothing_changed(frozen: int) -> None:
    """The vehicles are chosen anew, so a full trip may have to be packed another way; frozen days say so."""
    told, lost = 0, 0
    for seed in (6, 7, 8, 9):
        given = generate(250, 20, seed)
        plan = returning(given, 1)
        first, second = going(plan), going(returning(promised(given, plan, frozen), 0))
        told += len(first)
        lost += sum(second.get(home) != at for home, at in first.items())
    assert lost <= 0.02 * told


def test_of_plans_worth_the_same_the_one_people_were_told_is_chosen() -> None:
    given = with_household(situation(), "birch", choices=(), consents=(), weight=1)
    exact = make(given, SURE)
    kept = make(promised(given, exact), SURE)
    assert going(kept) == going(exact)


def test_frozen_days_stay_though_something_better_came_up() -> None:
    given = generate(250, 20, 8)
    first = returning(given, 1)
    frozen = promised(given, first, 8)
    # More coaches: a better plan would use them in the frozen days as well.
    more = replace(frozen, fleets=tuple(replace(f, count=f.count + 2) for f in frozen.fleets))
    second = make(more, slices=1)
    assert check(more, second) == []
    early = {h: at for h, at in going(first).items() if at[1] < 8}
    assert {h: at for h, at in going(second).items() if at[1] < 8} == early
    assert len(going(second)) >= len(going(first))


def test_a_promise_that_cannot_be_kept_in_frozen_days_is_told() -> None:
    given = generate(250, 20, 9)
    first = returning(given, 0)
    frozen = promised(given, first, 20)
    fewer = replace(
        frozen,
        fleets=tuple(
            replace(f, count=max(1, f.count - 2)) if f.id.startswith("coaches") else f for f in frozen.fleets
        ),
    )
    second = returning(fewer, 0)
    assert set(second.broken) == set(going(first)) - set(going(second))


def test_who_stands_by_may_travel_and_has_no_seat() -> None:
    given = generate(400, 28, 10)
    plan = returning(given, 0)
    waiting = [name for one in plan.standby for name in one.households]
    assert len(waiting) == len(set(waiting))
    assert not set(waiting) & set(going(plan))


def test_a_fleet_broken_down_leaves_an_empty_plan() -> None:
    given = replace(generate(120, 20, 1), fleets=(FleetNow("trucks", "aid", 3, 0, 0, 20_000_000),))
    found = returns.journeys(given, Network(given), Limits())
    assert (found.trips, found.value, found.method) == ((), 0, "none")
