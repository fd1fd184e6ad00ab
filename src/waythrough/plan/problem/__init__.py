"""The journeys as whole numbers: who could ride on which trip, what that is worth, and what the trips share.

A *cell* is a trip that could start: a route on a day on which it is open and its destination receives. A
*unit* is a household, or the kin group that asked to travel together. An *option* is a unit on a cell, allowed
by every consent. There is no name and no fraction in what the search and the bound see.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from waythrough.plan.network import Network
from waythrough.plan.problem.cells import Cells, cells
from waythrough.plan.problem.units import Ints, Units, column, travel_units
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation

LARGEST_EXACT = 2**53
"""Whole numbers up to here survive every JSON reader."""


@dataclass(frozen=True)
class Problem:
    """The return side of a situation. All arrays are int64 but ``option_cell`` (int32).

    Units are in order of need then name; ``units`` has their names and members, ``cells`` the trips and rows.
    Of a unit: ``people`` in all, ``seats`` it takes (those on stretchers take none), ``special`` seats among
    them, ``stretchers``. Options of unit ``u`` are ``option_start[u]`` to ``option_start[u + 1]``, best value
    first, then by cell. ``fleet_room`` has a row per fleet: seats, special seats, stretcher places, vehicles;
    ``household_needs`` are the first three of each member of ``units``.
    """

    days: int
    units: Units
    cells: Cells
    people: Ints
    seats: Ints
    special: Ints
    stretchers: Ints
    option_start: Ints
    option_cell: np.ndarray
    option_value: Ints
    fleet_room: Ints
    exposure: Ints
    metres: Ints
    household_needs: tuple[Ints, Ints, Ints]

    @property
    def size(self) -> int:
        """How many units have an allowed day; some may have no option."""
        return len(self.people)

    @cached_property
    def option_unit(self) -> np.ndarray:
        """The unit of each option, int32."""
        return np.repeat(np.arange(self.size, dtype=np.int32), np.diff(self.option_start))

    @cached_property
    def column_count(self) -> Ints:
        """The most vehicles each vehicle column can have: all of its fleet."""
        return self.fleet_room[self.cells.column_fleet, 3]


def problem(situation: Situation, network: Network, also: Mapping[str, int] | None = None) -> Problem:
    """The return side of a situation as whole numbers.

    ``also`` gives days of departure on which a route is not open but might be (route → bits): their cells are
    there to be valued, and must be shut again in whatever makes a plan.

    Raises
    ------
    InputRefused
        Values together pass the largest whole number that every reader keeps exactly.
    """
    grid = cells(situation, network, also or {})
    units = travel_units(situation)
    c = situation.households.columns
    size, lying = column(c.size)[units.member], column(c.stretchers)[units.member]
    special = column(c.special)[units.member]
    room = _fleet_room(situation, grid)
    needs = (size - lying, special, lying)
    fits = _fits(situation, grid, room, units, needs)
    at = units.member_start[:-1]
    people, seats, special, lying = (
        np.add.reduceat(each, at) if len(at) else np.zeros(0, np.int64)
        for each in (size, size - lying, special, lying)
    )
    start, cell, value = _options(situation, network, grid, units, fits, people)
    if int(value[start[:-1][start[:-1] < start[1:]]].sum()) >= LARGEST_EXACT:
        raise InputRefused(
            place="the values of the journeys",
            found="a sum past the largest whole number every reader keeps exactly",
            allowed="sums below 2^53",
            remedy="Use smaller weights in the policy.",
        )
    exposure, metres = _road(network, grid)
    return Problem(
        situation.days,
        units,
        grid,
        people,
        seats,
        special,
        lying,
        start,
        cell,
        value,
        room,
        exposure,
        metres,
        needs,
    )


def _fleet_room(situation: Situation, grid: Cells) -> Ints:
    fleets = {f.id: f for f in situation.fleets}
    ours = [fleets[name] for name in grid.fleets]
    found = [(f.seats, f.special_seats, f.stretcher_places, f.count) for f in ours]
    return np.array(found, np.int64).reshape(-1, 4)


def _road(network: Network, grid: Cells) -> tuple[Ints, Ints]:
    """Exposure and metres of one vehicle on each cell."""
    each = [(network.exposure(network.routes[r]), network.metres(network.routes[r])) for r in grid.routes]
    per_route = np.array(each, np.int64).reshape(-1, 2)
    return per_route[grid.route, 0], per_route[grid.route, 1]


def _fits(situation: Situation, grid: Cells, room: Ints, units: Units, needs: tuple[Ints, ...]) -> np.ndarray:
    """Whether each of the route's vehicles is large enough for every household of a unit: (routes, units)."""
    fits = np.zeros((len(grid.routes), len(units.names)), bool)
    if not fits.size:
        return fits
    alike: dict[tuple[int, ...], np.ndarray] = {}
    for n in range(len(grid.routes)):
        first = grid.column_start[grid.start[n]] if grid.start[n] < grid.start[n + 1] else 0
        last = grid.column_start[grid.start[n] + 1] if grid.start[n] < grid.start[n + 1] else 0
        fleets = tuple(grid.column_fleet[first:last].tolist())
        if fleets not in alike:
            able = np.zeros(len(needs[0]), bool)
            for f in fleets:
                able |= np.logical_and.reduce([need <= room[f, k] for k, need in enumerate(needs)])
            alike[fleets] = np.logical_and.reduceat(able, units.member_start[:-1])
        fits[n] = alike[fleets]
    return fits


def _options(
    situation: Situation, network: Network, grid: Cells, units: Units, fits: np.ndarray, people: Ints
) -> tuple[Ints, np.ndarray, Ints]:
    """Every (unit, cell) with its value: by unit, best value first, then by cell. A unit larger than all the
    places for people on a cell has no option there.
    """
    most = grid.people_rows.least()
    c = situation.households.columns
    site_number = {name: n for n, name in enumerate(c.site_names)}
    end_number = {d.id: n for n, d in enumerate(situation.destinations)}
    site_of = units.site[units.allow_unit]
    many_units, most_worth = len(units.names), int(units.allow_worth.max(initial=0)) * 2 * situation.days
    one_number = _Packed.of(many_units, most_worth, len(grid.day))
    found = []
    for n, name in enumerate(grid.routes):
        route = network.routes[name]
        rows = np.flatnonzero(
            (site_of == site_number.get(route.site, -1))
            & (units.allow_end == end_number[route.end])
            & fits[n, units.allow_unit]
        )
        days = grid.day[grid.start[n] : grid.start[n + 1]]
        low = np.searchsorted(days, units.allow_first[rows])
        many = np.searchsorted(days, units.allow_last[rows], "right") - low
        row = np.repeat(rows, many)
        day = np.repeat(low - np.cumsum(many) + many, many) + np.arange(len(row))
        room = people[units.allow_unit[row]] <= most[day + grid.start[n]]
        row, day = row[room], day[room]
        value = units.allow_worth[row] * (2 * situation.days - days[day])
        option = (units.allow_unit[row], day + grid.start[n], value)
        found.append(one_number.pack(*option) if one_number else np.stack(option))
    if one_number:
        packed = np.concatenate([np.zeros(0, np.int64), *found])
        found.clear()
        return one_number.sorted(many_units, packed)
    unit, cell, value = np.concatenate([np.zeros((3, 0), np.int64), *found], axis=1)
    order = np.lexsort((cell, -value, unit))
    return _starts(many_units, unit), cell[order].astype(np.int32), value[order]


@dataclass(frozen=True)
class _Packed:
    """One number for each option, in the order wanted: by unit, best value first, then by cell.

    Sorting numbers is far quicker than sorting by three keys, and takes a third of the memory.
    """

    most: int
    value_bits: int
    cell_bits: int

    @classmethod
    def of(cls, units: int, most: int, cells: int) -> _Packed | None:
        """How to pack so many units and cells with values up to ``most``; None where no number is that long."""
        found = cls(most, most.bit_length(), cells.bit_length())
        return found if units.bit_length() + found.value_bits + found.cell_bits <= 62 else None

    def pack(self, unit: Ints, cell: Ints, value: Ints) -> Ints:
        """The options as numbers."""
        packed = unit << self.value_bits
        packed |= self.most - value
        packed <<= self.cell_bits
        packed |= cell
        return packed

    def sorted(self, units: int, packed: Ints) -> tuple[Ints, np.ndarray, Ints]:
        """Where each unit's options begin, and the options' cells and values, in order. Uses ``packed`` up."""
        packed.sort()
        cell = np.empty(len(packed), np.int32)
        np.bitwise_and(packed, (1 << self.cell_bits) - 1, out=cell, casting="unsafe")
        packed >>= self.cell_bits
        start = np.searchsorted(packed, np.arange(units + 1) << self.value_bits)
        packed &= (1 << self.value_bits) - 1
        return start, cell, np.subtract(self.most, packed, out=packed)


def _starts(units: int, unit: Ints) -> Ints:
    start = np.zeros(units + 1, np.int64)
    np.cumsum(np.bincount(unit, minlength=units), out=start[1:])
    return start
