"""Whole-number prices of everything journeys share, and the bound that any such prices prove.

Whatever the prices, no plan can be worth more than: every place paid for, plus what vehicles earn over their
own costs, plus the best each unit could choose for itself (weak duality). Each term is a whole number, so the
bound is exact and needs no solver; anybody can count it again from a plan's certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from waythrough.plan.problem import Problem
from waythrough.plan.problem.cells import Cells
from waythrough.plan.problem.units import Ints

CHUNK = 1 << 19
"""Options looked at in one go; keeps the working memory small."""


@dataclass(frozen=True)
class Prices:
    """Price of a seat, a special seat and a stretcher place on each cell; of each people and vehicle row."""

    seats: Ints
    special: Ints
    stretchers: Ints
    people_rows: Ints
    vehicle_rows: Ints

    def by_name(self, cells: Cells) -> dict[str, int]:
        """The prices that are not nothing, by the name of their row: a plan's certificate."""
        found = {}
        for kind, prices in (
            ("seats", self.seats),
            ("special", self.special),
            ("stretchers", self.stretchers),
        ):
            for cell in np.flatnonzero(prices).tolist():
                where = f"{kind}|{cells.routes[cells.route[cell]]}|{cells.day[cell]}"
                found[where] = int(prices[cell])
        for rows, prices in (
            (cells.people_rows, self.people_rows),
            (cells.vehicle_rows, self.vehicle_rows),
        ):
            for n in np.flatnonzero(prices).tolist():
                found["|".join(map(str, rows.names[n]))] = int(prices[n])
        return dict(sorted(found.items()))


def no_prices(cells: Cells) -> Prices:
    """Everything free."""
    rows = (len(cells.people_rows.names), len(cells.vehicle_rows.names))
    return Prices(*(np.zeros(many, np.int64) for many in (*(len(cells.day),) * 3, *rows)))


def from_names(cells: Cells, certificate: Mapping[str, int]) -> Prices:
    """The prices a certificate states, for the cells and rows that are there; others are left out."""
    prices = no_prices(cells)
    places = {
        (cells.routes[r], int(t)): n
        for n, (r, t) in enumerate(zip(cells.route.tolist(), cells.day.tolist(), strict=True))
    }
    people = {"|".join(map(str, name)): n for n, name in enumerate(cells.people_rows.names)}
    vehicles = {"|".join(map(str, name)): n for n, name in enumerate(cells.vehicle_rows.names)}
    for name, price in certificate.items():
        kind, rest = name.split("|", 1)
        if kind in ("seats", "special", "stretchers"):
            route, day = rest.rsplit("|", 1)
            if (route, int(day)) in places:
                getattr(prices, kind)[places[route, int(day)]] = price
        elif name in people:
            prices.people_rows[people[name]] = price
        elif name in vehicles:
            prices.vehicle_rows[vehicles[name]] = price
    return prices


def mean(several: list[Prices]) -> Prices:
    """The mean of several prices, rounded down: it proves at most their mean bound, and often less."""
    return Prices(
        *(
            np.floor_divide(sum(getattr(p, name) for p in several), len(several))
            for name in ("seats", "special", "stretchers", "people_rows", "vehicle_rows")
        )
    )


def bound(problem: Problem, prices: Prices, shut: np.ndarray | None = None) -> int:
    """The most any journeys can be worth, by these prices. ``shut`` marks cells on which nobody travels."""
    cells = problem.cells
    total = int(prices.people_rows @ cells.people_rows.stated)
    total += int(prices.vehicle_rows @ cells.vehicle_rows.stated)
    earned = np.maximum(vehicle_profit(problem, prices), 0) * problem.column_count
    if shut is not None:
        earned = earned[~shut[cells.column_cell]]
    total += int(earned.sum())
    for first, last in _chunks(problem):
        profits = profit(problem, prices, first, last)
        if shut is not None:
            low, high = problem.option_start[first], problem.option_start[last]
            profits[shut[problem.option_cell[low:high]]] = 0
        total += int(_best(problem, profits, first, last).sum())
    return total


def vehicle_profit(problem: Problem, prices: Prices) -> Ints:
    """What the places of one vehicle earn on each vehicle column, less what its rows cost."""
    cells, room = problem.cells, problem.fleet_room[problem.cells.column_fleet]
    at = cells.column_cell
    earned = room[:, 0] * prices.seats[at] + room[:, 1] * prices.special[at]
    earned += room[:, 2] * prices.stretchers[at]
    return earned - cells.vehicle_rows.priced(prices.vehicle_rows)


def profit(problem: Problem, prices: Prices, first: int, last: int) -> Ints:
    """What each option of the units ``first`` to ``last`` is worth above the price of all it uses."""
    start = problem.option_start
    low, high = int(start[first]), int(start[last])
    cell = problem.option_cell[low:high]
    per_person = problem.cells.people_rows.priced(prices.people_rows)
    many = np.diff(start[first : last + 1])
    people, seats = problem.people[first:last], problem.seats[first:last]
    if np.array_equal(people, seats):
        found = problem.option_value[low:high] - (per_person + prices.seats)[cell] * np.repeat(people, many)
    else:
        found = problem.option_value[low:high] - per_person[cell] * np.repeat(people, many)
        found -= prices.seats[cell] * np.repeat(seats, many)
        found -= prices.stretchers[cell] * np.repeat(problem.stretchers[first:last], many)
    found -= prices.special[cell] * np.repeat(problem.special[first:last], many)
    return found


def profit_of(problem: Problem, prices: Prices, options: Ints) -> Ints:
    """What each of these options is worth above the price of all it uses."""
    cell, unit = problem.option_cell[options], problem.option_unit[options]
    per_person = problem.cells.people_rows.priced(prices.people_rows)
    found = problem.option_value[options] - per_person[cell] * problem.people[unit]
    found -= prices.seats[cell] * problem.seats[unit]
    found -= prices.special[cell] * problem.special[unit]
    return found - prices.stretchers[cell] * problem.stretchers[unit]


def _best(problem: Problem, profits: Ints, first: int, last: int) -> Ints:
    """Each unit's best profit, nothing where every option loses."""
    start = problem.option_start[first : last + 1] - problem.option_start[first]
    some = start[:-1] < start[1:]
    return np.maximum(np.maximum.reduceat(profits, start[:-1][some]), 0) if some.any() else profits[:0]


def _chunks(problem: Problem) -> list[tuple[int, int]]:
    """Ranges of units with about ``CHUNK`` options each."""
    start, found, first = problem.option_start, [], 0
    while first < problem.size:
        last = int(np.searchsorted(start, start[first] + CHUNK, "right")) - 1
        last = min(max(last, first + 1), problem.size)
        found.append((first, last))
        first = last
    return found
