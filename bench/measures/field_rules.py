"""Two rules that a tired dispatcher keeps in the head: who is most in need goes first, or who consented first.

Each family takes its first day on which everything it needs is free; a vehicle is called whenever the families so
far do not fit the ones already called. No family is asked to wait for another's sake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from waythrough.plan.files import load_situation
from waythrough.plan.network import Network
from waythrough.plan.problem import Problem, problem
from waythrough.terms.situation import Situation


def most_in_need(path: str) -> Callable[[], dict[str, Any]]:
    """Heaviest need first, on the earliest day with a seat."""
    situation, made = _read(path)
    per_person = np.array([_need(situation, made, u) for u in range(made.size)])
    return lambda: seat(made, np.lexsort((np.arange(made.size), -per_person)))


def first_come(path: str) -> Callable[[], dict[str, Any]]:
    """Who could leave first is served first."""
    _, made = _read(path)
    day = made.cells.day[made.option_cell]
    first = np.full(made.size, made.days)
    np.minimum.at(first, made.option_unit, day)
    return lambda: seat(made, np.lexsort((np.arange(made.size), first)))


def _read(path: str) -> tuple[Situation, Problem]:
    situation = load_situation(Path(path))
    return situation, problem(situation, Network(situation))


def _need(situation: Situation, made: Problem, unit: int) -> int:
    weight = situation.households.columns.weight
    members = made.units.member[made.units.member_start[unit] : made.units.member_start[unit + 1]]
    return max(weight[int(m)] for m in members)


def seat(made: Problem, order: np.ndarray) -> dict[str, Any]:
    """Seat the units one by one in an order; what that moves and is worth in the second aim."""
    cells = made.cells
    free_people, free_vehicles = cells.people_rows.capacity.tolist(), cells.vehicle_rows.capacity.tolist()
    people_rows = _members(cells.people_rows.start, cells.people_rows.row)
    vehicle_rows = _members(cells.vehicle_rows.start, cells.vehicle_rows.row)
    room: dict[int, list[list[int]]] = defaultdict(list)
    sizes = np.stack([np.asarray(made.seats), made.special, made.stretchers], 1).tolist()
    by_day = _by_day(made)
    value = people = 0
    for unit in order.tolist():
        for option in by_day[made.option_start[unit] : made.option_start[unit + 1]].tolist():
            cell, moved = int(made.option_cell[option]), int(made.people[unit])
            if any(free_people[row] < moved for row in people_rows[cell]):
                continue
            vehicle = _vehicle(made, cell, sizes[unit], room[cell], vehicle_rows, free_vehicles)
            if vehicle is None:
                continue
            for kind in range(3):
                vehicle[kind] -= sizes[unit][kind]
            for row in people_rows[cell]:
                free_people[row] -= moved
            value, people = value + int(made.option_value[option]), people + moved
            break
    return {"value": value, "people": people, "bound": None}


def _vehicle(
    made: Problem,
    cell: int,
    need: list[int],
    called: list[list[int]],
    rows: list[list[int]],
    free: list[int],
) -> list[int] | None:
    """A vehicle of the trip with room, or a new one; a kin group larger than any vehicle waits."""
    for vehicle in called:
        if all(vehicle[k] >= need[k] for k in range(3)):
            return vehicle
    for column in range(made.cells.column_start[cell], made.cells.column_start[cell + 1]):
        places = made.fleet_room[made.cells.column_fleet[column], :3].tolist()
        if all(places[k] >= need[k] for k in range(3)) and all(free[row] > 0 for row in rows[column]):
            for row in rows[column]:
                free[row] -= 1
            called.append(places)
            return called[-1]
    return None


def _members(start: np.ndarray, row: np.ndarray) -> list[list[int]]:
    return [row[start[m] : start[m + 1]].tolist() for m in range(len(start) - 1)]


def _by_day(made: Problem) -> np.ndarray:
    """Options of each unit in order of day, then value."""
    day = made.cells.day[made.option_cell]
    return np.lexsort((-made.option_value, day, made.option_unit))
