"""Families onto vehicles: whole, exactly, and None only when there is no way."""

from __future__ import annotations

import itertools
import random

from waythrough.plan.packing import Family, pack


def possible(families: list[Family], rooms: list[tuple[str, int, int]]) -> bool:
    return any(
        all(
            sum(f[1] for f, at in zip(families, places, strict=True) if at == n) <= room[1]
            and sum(f[2] for f, at in zip(families, places, strict=True) if at == n) <= room[2]
            for n, room in enumerate(rooms)
        )
        for places in itertools.product(range(len(rooms)), repeat=len(families))
    )


def test_a_way_is_found_exactly_when_there_is_one_on_300_random_trips() -> None:
    luck = random.Random(3)
    found = 0
    for _ in range(300):
        families = [
            (f"h{n}", luck.randint(1, 6), int(luck.random() < 0.3)) for n in range(luck.randint(1, 6))
        ]
        rooms = [("bus", luck.randint(3, 9), luck.randint(0, 2)) for _ in range(luck.randint(1, 3))]
        packed = pack(families, rooms)
        assert (packed is not None) == possible(families, rooms)
        if packed is not None:
            found += 1
            assert sorted(h for vehicle in packed for h in vehicle.aboard) == sorted(f[0] for f in families)
            assert all(vehicle.seats >= 0 and vehicle.special >= 0 for vehicle in packed)
    assert 50 < found < 250


def test_a_tight_trip_that_first_fit_misses_is_packed() -> None:
    families = [("a", 4, 0), ("b", 4, 0), ("c", 3, 0), ("d", 3, 0), ("e", 2, 0), ("f", 2, 0)]
    assert pack(families, [("bus", 9, 0), ("bus", 9, 0)]) is not None


def test_nothing_is_packed_where_seats_are_too_few_in_all() -> None:
    assert pack([("a", 5, 0), ("b", 5, 0)], [("bus", 9, 0)]) is None
    assert pack([("a", 1, 1)], [("bus", 9, 0)]) is None
