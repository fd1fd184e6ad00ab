"""Prices prove a bound whoever chose them; a sample's prices prove nearly as much as everybody's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.plan.invented import four_sites, situation
from waythrough.plan.generate import generate
from waythrough.plan.network import Network
from waythrough.plan.prices import Prices, bound, from_names, mean, no_prices
from waythrough.plan.prices import lp as prices_lp
from waythrough.plan.prices.lp import SampledLp, lifted, sample, scrambled
from waythrough.plan.problem import Problem, problem
from waythrough.plan.problem.parts import cut, part_of_sites
from waythrough.plan.program import make
from waythrough.plan.sample import Size
from waythrough.plan.sample import sample as invented
from waythrough.plan.solver import Limits

few = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def camp() -> Problem:
    here = situation()
    return problem(here, Network(here))


def any_prices(p: Problem, seed: int) -> Prices:
    luck = np.random.Generator(np.random.PCG64(seed))
    return Prices(
        *(luck.integers(0, 40, len(p.cells.day)) for _ in range(3)),
        luck.integers(0, 40, len(p.cells.people_rows.names)),
        luck.integers(0, 200, len(p.cells.vehicle_rows.names)),
    )


@pytest.mark.slow
@few
@given(st.integers(0, 10_000))
def test_no_prices_whatever_prove_less_than_the_best_plan(seed: int) -> None:
    p = camp()
    best = next(aim.value for aim in make(situation(), Limits(1e-9, 10_000)).aims if aim.name == "journeys")
    assert bound(p, any_prices(p, seed)) >= best
    assert bound(p, lifted(p, any_prices(p, seed))) >= best


def test_without_prices_the_bound_is_everybodys_best_journey() -> None:
    p = camp()
    firsts = p.option_start[:-1][np.diff(p.option_start) > 0]
    assert bound(p, no_prices(p.cells)) == int(p.option_value[firsts].sum())


def slow_bound(p: Problem, prices: dict[str, int]) -> int:
    """The bound as the plan's reader would count it, row by row and option by option."""
    cells = p.cells
    price = lambda *name: prices.get("|".join(map(str, name)), 0)  # noqa: E731
    total = sum(
        price(*name) * int(room)
        for rows in (cells.people_rows, cells.vehicle_rows)
        for name, room in zip(rows.names, rows.capacity, strict=True)
    )
    trip = [(cells.routes[r], int(t)) for r, t in zip(cells.route, cells.day, strict=True)]

    def rows_of(rows: object, member: int) -> int:
        return sum(price(*rows.names[n]) for n in rows.row[rows.start[member] : rows.start[member + 1]])  # type: ignore[attr-defined]

    kinds = ("seats", "special", "stretchers")
    for column, (cell, fleet) in enumerate(zip(cells.column_cell, cells.column_fleet, strict=True)):
        room = p.fleet_room[fleet]
        earns = sum(int(room[k]) * price(kind, *trip[cell]) for k, kind in enumerate(kinds))
        total += int(room[3]) * max(0, earns - rows_of(cells.vehicle_rows, column))
    for unit in range(p.size):
        gains = [0]
        for option in range(p.option_start[unit], p.option_start[unit + 1]):
            cell = p.option_cell[option]
            uses = (p.seats[unit], p.special[unit], p.stretchers[unit])
            paid = sum(int(n) * price(kind, *trip[cell]) for n, kind in zip(uses, kinds, strict=True))
            gains.append(
                int(p.option_value[option]) - paid - int(p.people[unit]) * rows_of(cells.people_rows, cell)
            )
        total += max(gains)
    return total


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_the_one_counted_row_by_row_from_the_certificate(seed: int) -> None:
    here = invented(Size(households=50, days=12, consenting=0.8), seed)
    p = problem(here, Network(here))
    for prices in (any_prices(p, seed), SampledLp(p, 1.0).solve().prices):
        assert bound(p, prices) == slow_bound(p, prices.by_name(p.cells))
        back = from_names(p.cells, prices.by_name(p.cells))
        assert bound(p, back) == bound(p, prices)


def test_everybodys_prices_prove_the_programs_own_value_and_a_samples_nearly_so() -> None:
    here = generate(1_000, 60, 3)
    p = problem(here, Network(here))
    everybody = SampledLp(p, 1.0).solve()
    full = bound(p, everybody.prices)
    assert everybody.value - 1 <= full <= everybody.value * 1.001
    for seed in range(3):
        part = bound(p, SampledLp(p, 0.4, seed).solve().prices)
        assert full * 0.9999 <= part <= full * 1.02


def test_a_program_that_begins_with_few_options_ends_where_all_would() -> None:
    here = generate(700, 50, 8)
    p = problem(here, Network(here))
    everything = SampledLp(p, 0.6, 1).solve()
    begun = SampledLp(p, 0.6, 1, near=SampledLp(p, 0.2, 2).solve().prices).solve()
    assert everything.value * 0.999 <= begun.value <= everything.value * (1 + 1e-9)
    assert bound(p, begun.prices) <= bound(p, everything.prices) * 1.002
    blind = SampledLp(p, 0.6, 1, near=no_prices(p.cells)).solve()
    assert everything.value * 0.999 <= blind.value <= everything.value * (1 + 1e-9)


def test_the_mean_of_prices_proves_no_more_than_their_mean_bound() -> None:
    here = generate(1_000, 60, 4)
    p = problem(here, Network(here))
    several = [SampledLp(p, 0.3, seed).solve().prices for seed in range(3)]
    bounds = [bound(p, prices) for prices in several]
    # Rounding down can cost up to one point for each place.
    assert bound(p, mean(several)) <= sum(bounds) / 3 * 1.0005


def test_dearer_seats_where_vehicles_still_lose_never_prove_less() -> None:
    here = generate(600, 40, 5)
    p = problem(here, Network(here))
    for seed in range(5):
        prices = any_prices(p, seed)
        assert bound(p, lifted(p, prices)) <= bound(p, prices)


def test_shut_cells_take_nobody_and_open_again() -> None:
    here = generate(600, 40, 6)
    p = problem(here, Network(here))
    program = SampledLp(p, 1.0)
    shut = p.cells.day < 20
    all_open, fewer, again = program.solve(), program.solve(shut), program.solve()
    assert fewer.value < all_open.value
    assert abs(again.value - all_open.value) <= 1e-6 * all_open.value
    assert not fewer.vehicles[shut[p.cells.column_cell]].any()
    assert fewer.value - 1 <= bound(p, fewer.prices, shut) <= fewer.value * 1.01
    # A program that never knew the shut cells proves the same.
    without = bound(p, SampledLp(p, 1.0).solve(shut).prices, shut)
    assert abs(without - bound(p, fewer.prices, shut)) <= 0.005 * without


def test_a_sample_is_the_same_every_time_and_spread_over_everybody() -> None:
    here = generate(2_000, 40, 7)
    p = problem(here, Network(here))
    one, other = sample(p, 0.25, 1), sample(p, 0.25, 1)
    assert np.array_equal(one, other)
    assert not np.array_equal(one, sample(p, 0.25, 2))
    able = np.flatnonzero(np.diff(p.option_start))
    assert len(one) == round(0.25 * len(able))
    assert len(np.unique(one)) == len(one)
    mean_people = p.people[able].mean()
    assert abs(p.people[one].mean() - mean_people) < 0.05 * mean_people


def test_mixed_numbers_are_the_published_ones() -> None:
    # SplitMix64 of seed 1234567 (Steele, Lea, Flood 2014): its first output, by the reference code.
    state = np.array([1234567], np.int64)
    assert [int(x) for x in scrambled(state, 0)] == [6457827717110365317]


# --- in parts -----------------------------------------------------------------------------------------------


def several_sites() -> Problem:
    here = four_sites()
    return problem(here, Network(here))


def test_a_program_begun_in_parts_ends_where_one_begun_whole_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    p = several_sites()
    assert len(set(part_of_sites(p).tolist())) == 4
    shut = p.cells.day % 5 == 0

    def values(part_from: int, near: Prices | None) -> list[float]:
        monkeypatch.setattr(prices_lp, "PARTS_FROM", part_from)
        return [SampledLp(p, 0.9, 1, near=near).solve(s).value for s in (None, shut)]

    whole, parts = values(10**9, None), values(1, None)
    assert parts == pytest.approx(whole, rel=1e-9)
    some = SampledLp(p, 0.2, 2).solve().prices
    assert values(1, some) == pytest.approx(whole, rel=1e-3)
    full = SampledLp(p, 1.0).solve()
    assert full.value - 1 <= bound(p, full.prices) <= full.value * 1.001
    rows = p.cells.people_rows
    weeks = np.array([name[0] == "week" for name in rows.names])
    assert full.prices.people_rows[weeks].any(), (
        "places to be received are scarce, so the parts had to give way"
    )


def test_sites_that_share_vehicles_or_caps_are_one_part() -> None:
    here = generate(20_001, 10, 3)
    everywhere = replace(here, fleets=(replace(here.fleets[0], routes=()), *here.fleets[1:]))
    assert set(part_of_sites(problem(everywhere, Network(everywhere))).tolist()) == {0}
    doors = tuple(replace(door, max_people=50) for door in here.doors)
    capped = replace(here, doors=doors)
    assert len(set(part_of_sites(problem(capped, Network(capped))).tolist())) < 4


def test_parts_at_the_prices_of_the_whole_prove_its_bound_together() -> None:
    """Every term of the bound belongs to one part, but places to be received, which are paid for once."""
    p = several_sites()
    prices = SampledLp(p, 1.0).solve().prices
    part, room = part_of_sites(p), p.cells.people_rows
    total = int(prices.people_rows @ room.stated) + int(prices.vehicle_rows @ p.cells.vehicle_rows.stated)
    for n in range(int(part.max()) + 1):
        units = np.flatnonzero(part[p.units.site] == n)
        cells = np.flatnonzero(part[p.cells.site] == n)
        one = cut(p, units, cells, room.capacity, p.cells.vehicle_rows.capacity)
        mine = one.prices(prices)
        grid = one.problem.cells
        total += bound(one.problem, mine) - int(mine.people_rows @ grid.people_rows.stated)
        total -= int(mine.vehicle_rows @ grid.vehicle_rows.stated)
    assert total == bound(p, prices)
