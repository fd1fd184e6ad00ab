"""Families onto vehicles: whole, exactly, and None only when there is no way."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from waythrough.plan.convoys import packed
from waythrough.plan.generate import generate
from waythrough.plan.network import Network
from waythrough.plan.packing import WAYS, Family, Room, fill, pack
from waythrough.plan.problem import Problem, problem


def possible(families: list[Family], rooms: list[Room]) -> bool:
    return any(
        all(
            sum(f[kind] for f, at in zip(families, places, strict=True) if at == n) <= room[kind]
            for n, room in enumerate(rooms)
            for kind in (1, 2, 3)
        )
        for places in itertools.product(range(len(rooms)), repeat=len(families))
    )


def test_a_way_is_found_exactly_when_there_is_one_on_300_random_trips() -> None:
    luck = random.Random(3)
    found = 0
    for _ in range(300):
        families = [
            (f"h{n}", luck.randint(1, 6), int(luck.random() < 0.3), int(luck.random() < 0.2))
            for n in range(luck.randint(1, 6))
        ]
        rooms = [
            ("bus", luck.randint(3, 9), luck.randint(0, 2), luck.randint(0, 1))
            for _ in range(luck.randint(1, 3))
        ]
        packed = pack(families, rooms)
        assert (packed is not None) == possible(families, rooms)
        if packed is not None:
            found += 1
            assert sorted(h for vehicle in packed for h in vehicle.aboard) == sorted(f[0] for f in families)
            assert all(min(v.seats, v.special, v.stretchers) >= 0 for v in packed)
    assert 50 < found < 250


def test_a_tight_trip_that_first_fit_misses_is_packed() -> None:
    sizes = {"a": 4, "b": 4, "c": 3, "d": 3, "e": 2, "f": 2}
    families = [(name, size, 0, 0) for name, size in sizes.items()]
    assert pack(families, [("bus", 9, 0, 0), ("bus", 9, 0, 0)]) is not None


def test_nothing_is_packed_where_seats_are_too_few_in_all() -> None:
    assert pack([("a", 5, 0, 0), ("b", 5, 0, 0)], [("bus", 9, 0, 0)]) is None
    assert pack([("a", 1, 1, 0)], [("bus", 9, 0, 0)]) is None
    assert pack([("a", 1, 0, 1)], [("bus", 9, 0, 0)]) is None


def test_a_full_convoy_of_a_country_is_filled_to_the_last_seat() -> None:
    luck = random.Random(11)
    for _ in range(50):
        rooms = [("coach", 45, 1, 0)] * luck.randint(3, 12) + [("van", 12, 4, 0)] * luck.randint(0, 4)
        left, families = sum(room[1] for room in rooms), []
        while left:
            size = min(left, luck.randint(1, 10))
            families.append((f"h{len(families):03d}", size, int(len(families) < len(rooms) // 2), 0))
            left -= size
        packed = pack(families, rooms)
        assert packed is not None
        assert all(vehicle.seats == 0 for vehicle in packed)


def test_families_with_a_special_need_leave_no_seat_to_those_with_none() -> None:
    assert pack([("a", 2, 2, 0), ("b", 2, 0, 0)], [("bus", 2, 2, 0), ("bus", 2, 0, 0)]) is not None


def test_whoever_sums_leave_over_is_named_and_everybody_else_is_aboard() -> None:
    families = [("a", 6, 0, 0), ("b", 6, 0, 0), ("c", 5, 0, 0), ("d", 1, 1, 0)]
    for way in range(WAYS):
        vehicles, left = fill(families, [("bus", 7, 1, 0), ("bus", 9, 0, 0)], way)
        aboard = [name for vehicle in vehicles for name in vehicle.aboard]
        assert sorted([*aboard, *(family[0] for family in left)]) == ["a", "b", "c", "d"]
        assert left
        assert all(min(v.seats, v.special, v.stretchers) >= 0 for v in vehicles)


@pytest.mark.parametrize("seed", range(3))
def test_nobody_waits_who_would_fit_into_a_free_seat_as_it_is(seed: int) -> None:
    given = generate(500, 28, seed)
    whole = problem(given, Network(given))
    # A coach each for a few trips, with one unit aboard: everybody else may be topped up.
    driving, at = np.zeros(len(whole.cells.column_cell), np.int64), np.full(whole.size, -1, np.int64)
    for unit in range(0, whole.size, 40):
        option = int(whole.option_start[unit])
        cell = int(whole.option_cell[option])
        columns = range(int(whole.cells.column_start[cell]), int(whole.cells.column_start[cell + 1]))
        coach = max(columns, key=lambda n: int(whole.fleet_room[whole.cells.column_fleet[n], 0]))
        if not driving[list(columns)].any():
            driving[coach], at[unit] = 1, option
    convoys = packed(given, whole, at, driving, None)
    assert convoys.aboard
    topped = 0
    for option in range(len(whole.option_cell)):
        unit, cell = int(whole.option_unit[option]), int(whole.option_cell[option])
        families = convoys.families([unit])
        if convoys.at[unit] >= 0:
            topped += at[unit] < 0
        elif (
            len(families) == 1
            and min(convoys.people_left[r] for r in rows_of(whole, cell)) >= whole.people[unit]
        ):
            assert not any(vehicle.fits(families[0]) for vehicle in convoys.aboard.get(cell, ()))
    assert topped


def rows_of(whole: Problem, cell: int) -> list[int]:
    rows = whole.cells.people_rows
    return rows.row[rows.start[cell] : rows.start[cell + 1]].tolist()
