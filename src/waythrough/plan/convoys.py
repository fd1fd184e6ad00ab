"""The seating made into convoys: every family on a vehicle, no vehicle too many, safer roads, and who stands by.

The search counts seats trip by trip; here each household gets one. The few units for which there is no way to
pack the trip go to their next best trip, or wait.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from waythrough.plan.packing import WAYS, Family, Filled, Room, Vehicle, fill, pack, tried
from waythrough.plan.problem import Problem
from waythrough.plan.problem.cells import Rows
from waythrough.plan.problem.units import Ints, column, ranges
from waythrough.terms.planned import ReturnTrip, Seat, Standby
from waythrough.terms.situation import Situation

STANDBY_SHARE = 10
"""One person stands by for every so many on a trip, and one family at least."""
TRIED = 6
"""Units of least value that are left behind on trial where a trip cannot be packed."""


@dataclass
class Convoys:
    """Who rides on which vehicle of which cell, with what is left of every shared place.

    ``at`` is each unit's option or −1. ``riding`` lists the units of each cell, ``aboard`` its vehicles, ``before``
    the vehicles of an earlier plan: where no better way is found, families keep the vehicle they had.
    ``too_tight`` are the cells where not everybody meant for them could be packed, each with the kind of place that
    was missing (0 seats, 1 special seats, 2 stretcher places).
    """

    situation: Situation
    problem: Problem
    at: Ints
    before: Mapping[int, Sequence[Vehicle]] = field(default_factory=dict)
    riding: dict[int, list[int]] = field(default_factory=dict)
    aboard: dict[int, list[Vehicle]] = field(default_factory=dict)
    too_tight: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        p, c = self.problem, self.situation.households.columns
        self.people_left = p.cells.people_rows.capacity.tolist()
        self.vehicles_left = p.cells.vehicle_rows.capacity.tolist()
        self._start, self._member = p.units.member_start.tolist(), p.units.member.tolist()
        seats = (column(c.size) - column(c.stretchers)).tolist()
        self._family: list[Family] = list(zip(c.ids, seats, c.special, c.stretchers, strict=True))
        self._rooms = [
            (name, *room[:3]) for name, room in zip(p.cells.fleets, p.fleet_room.tolist(), strict=True)
        ]
        self._room_of = {room[0]: room for room in self._rooms}
        self._seats, self._fleet_of = p.seats.tolist(), p.cells.column_fleet.tolist()
        self._column_start = p.cells.column_start.tolist()
        self._people_rows, self._vehicle_rows = _lists(p.cells.people_rows), _lists(p.cells.vehicle_rows)
        self._columns = {
            (int(cell), self._rooms[fleet][0]): n
            for n, (cell, fleet) in enumerate(
                zip(p.cells.column_cell.tolist(), p.cells.column_fleet.tolist(), strict=True)
            )
        }

    # --- counting -----------------------------------------------------------------------------------------

    def families(self, units: list[int]) -> list[Family]:
        """Every household of the units."""
        family, members, start = self._family, self._member, self._start
        return [family[h] for unit in units for h in members[start[unit] : start[unit + 1]]]

    def household(self, row: int) -> Family:
        """A household by its row in the columns."""
        return self._family[row]

    def room(self, column: int) -> Room:
        """One empty vehicle of a vehicle column."""
        return self._rooms[self.problem.cells.column_fleet[column]]

    def rooms(self, cell: int) -> list[Room]:
        """The vehicles of a cell, empty."""
        return [self._room_of[vehicle.fleet] for vehicle in self.aboard.get(cell, ())]

    def ride(self, unit: int, option: int, sign: int) -> None:
        """Count a unit onto its option's cell (1) or off it (−1)."""
        cell = int(self.problem.option_cell[option])
        for row in self._people_rows[cell]:
            self.people_left[row] -= sign * int(self.problem.people[unit])
        self.at[unit] = option if sign > 0 else -1
        (self.riding.setdefault(cell, []).append if sign > 0 else self.riding[cell].remove)(unit)

    def drive(self, cell: int, vehicles: list[Vehicle]) -> None:
        """Let these vehicles drive on a cell, in place of those that did."""
        for sign, those in ((1, self.aboard.get(cell, [])), (-1, vehicles)):
            for vehicle in those:
                for row in self._vehicle_rows[self._columns[cell, vehicle.fleet]]:
                    self.vehicles_left[row] += sign
        self.aboard[cell] = vehicles
        if not vehicles:
            del self.aboard[cell]

    def free(self, cell: int) -> list[Room]:
        """One vehicle of each fleet that could join a cell, smallest first."""
        able = [
            self._rooms[self._fleet_of[n]]
            for n in range(self._column_start[cell], self._column_start[cell + 1])
            if all(self.vehicles_left[row] > 0 for row in self._vehicle_rows[n])
        ]
        return sorted(able, key=lambda room: (room[1], room[2], room[3], room[0]))

    # --- packing ------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Count everybody who has an option onto its cell, all at once."""
        p, rows = self.problem, self.problem.cells.people_rows
        going = np.flatnonzero(self.at >= 0)
        cell = p.option_cell[self.at[going]]
        order = np.argsort(cell, kind="stable")
        for each, unit in zip(cell[order].tolist(), going[order].tolist(), strict=True):
            self.riding.setdefault(each, []).append(unit)
        people = np.bincount(cell, p.people[going], len(p.cells.day)).astype(np.int64)
        taken = np.bincount(rows.row, np.repeat(people, np.diff(rows.start)), len(rows.names))
        self.people_left = (rows.capacity - taken.astype(np.int64)).tolist()

    def load(self, cell: int, rooms: list[Room]) -> list[int]:
        """Seat the units of a cell on these vehicles; gives back those for which no way was found, taken off."""
        families = self.families(self.riding[cell])
        vehicles, ways = tried(families, rooms)
        gone: list[int] = []
        if vehicles is None:
            vehicles, missing = self._as_before(cell, families, rooms)
            if missing:
                ways = ways or [fill(families, rooms, way) for way in range(WAYS)]
                self.too_tight.append((cell, max(2 if f[3] else 1 if f[2] else 0 for f in ways[0][1])))
                vehicles, gone = self._least_lost(cell, families, rooms, [*ways, (vehicles, missing)])
        for unit in gone:
            self.ride(unit, int(self.at[unit]), -1)
        self.drive(cell, [vehicle for vehicle in vehicles if vehicle.aboard])
        return gone

    def _least_lost(
        self, cell: int, families: list[Family], rooms: list[Room], ways: list[Filled]
    ) -> tuple[list[Vehicle], list[int]]:
        """The vehicles and the units left behind, in order, where least is lost: fewest who rode on this cell before,
        then least value.
        """
        p, units = self.problem, self.riding[cell]
        owner = {family[0]: unit for unit in units for family in self.families([unit])}
        had = {owner[name] for was in self.before.get(cell, ()) for name in was.aboard if name in owner}
        value = {unit: int(p.option_value[self.at[unit]]) for unit in units}

        def lost(left: set[int]) -> tuple[int, int]:
            return len(had & left), sum(value[unit] for unit in left)

        left_by_sums = [(vehicles, {owner[family[0]] for family in left}) for vehicles, left in ways]
        vehicles, gone = min(left_by_sums, key=lambda way: lost(way[1]))
        # Leaving one unit of little value behind may help more than leaving whom sums leave.
        for unit in sorted(value, key=lambda unit: (value[unit], unit))[:TRIED]:
            rest = [family for family in families if owner[family[0]] != unit]
            for way in (0, 2) if lost({unit}) < lost(gone) else ():
                others, left = fill(rest, rooms, way)
                more = {unit, *(owner[family[0]] for family in left)}
                if lost(more) < lost(gone):
                    vehicles, gone = others, more
        for vehicle in vehicles:
            for family in families:
                if owner[family[0]] in gone and family[0] in vehicle.aboard:
                    vehicle.take(family, -1)
        return vehicles, sorted(gone)

    def _as_before(
        self, cell: int, families: list[Family], rooms: list[Room]
    ) -> tuple[list[Vehicle], list[Family]]:
        """The vehicles of a cell with families where an earlier plan had them, and the families it had not."""
        free, home, vehicles = list(rooms), {family[0]: family for family in families}, list[Vehicle]()
        for was in self.before.get(cell, ()):
            room = next((room for room in free if room[0] == was.fleet), None)
            if room is not None:
                free.remove(room)
                vehicles.append(Vehicle(*room))
                for name in was.aboard:
                    if name in home and vehicles[-1].fits(home[name]):
                        vehicles[-1].take(home.pop(name))
        return vehicles + [Vehicle(*room) for room in free], list(home.values())

    def top_up(self, shut: np.ndarray | None) -> None:
        """Give seats that stay free to units that wait and fit as they are, most valuable journeys first."""
        p, room = self.problem, np.zeros(len(self.problem.cells.day), np.int64)
        for cell, vehicles in self.aboard.items():
            room[cell] = sum(vehicle.seats for vehicle in vehicles)
        waiting = np.flatnonzero(self.at < 0)
        chosen = ranges(p.option_start, waiting)
        seats = np.repeat(p.seats[waiting], np.diff(p.option_start)[waiting])
        chosen = chosen[room[p.option_cell[chosen]] >= seats]
        if shut is not None:
            chosen = chosen[~shut[chosen]]
        for option in chosen[np.argsort(-p.option_value[chosen], kind="stable")].tolist():
            unit, cell = int(p.option_unit[option]), int(p.option_cell[option])
            if self.at[unit] < 0 and cell in self.aboard and self._received(unit, cell):
                self._squeeze(unit, option, cell)

    def _squeeze(self, unit: int, option: int, cell: int) -> None:
        """Seat a unit where its families find room without anybody moving."""
        taken: list[tuple[Vehicle, Family]] = []
        for family in self.families([unit]):
            vehicle = min(
                (v for v in self.aboard[cell] if v.fits(family)), key=lambda v: v.seats, default=None
            )
            if vehicle is None:
                for other, seated in taken:
                    other.take(seated, -1)
                return
            vehicle.take(family)
            taken.append((vehicle, family))
        self.ride(unit, option, 1)

    def _received(self, unit: int, cell: int) -> bool:
        """Whether every people row of the cell has places for the unit."""
        people = int(self.problem.people[unit])
        return all(self.people_left[row] >= people for row in self._people_rows[cell])

    def add(self, unit: int, shut: np.ndarray | None = None, first: int = -1) -> bool:
        """Seat a unit on the best trip where it still can be packed, with one vehicle more if need be.

        The option ``first`` is tried before the others.
        """
        p = self.problem
        options = range(int(p.option_start[unit]), int(p.option_start[unit + 1]))
        for option in (*([first] if first >= 0 else []), *options):
            cell = int(p.option_cell[option])
            if shut is not None and shut[option]:
                continue
            if not self._received(unit, cell):
                continue
            packed = self._packed_with(cell, unit)
            if packed is not None:
                self.drive(cell, packed)
                self.ride(unit, option, 1)
                return True
        return False

    def _packed_with(self, cell: int, unit: int) -> list[Vehicle] | None:
        units, rooms = [*self.riding.get(cell, ()), unit], self.rooms(cell)
        missing = sum(self._seats[each] for each in units) - sum(room[1] for room in rooms)
        ways = [rooms] if rooms and missing <= 0 else []
        ways += [[*rooms, room] for room in self.free(cell) if missing <= room[1]]
        everybody = self.families(units) if ways else []
        for way in ways:
            packed = pack(everybody, way)
            if packed is not None:
                return [vehicle for vehicle in packed if vehicle.aboard]
        return None

    # --- the road -----------------------------------------------------------------------------------------

    def tighten(self) -> None:
        """Send home every vehicle a trip can do without."""
        for cell in sorted(self.aboard):
            needed = sum(self._seats[unit] for unit in self.riding[cell])
            rooms = self.rooms(cell)
            for room in sorted(set(rooms), key=lambda room: (room[1], room)):
                while len(rooms) > 1 and sum(each[1] for each in rooms) - room[1] >= needed and room in rooms:
                    fewer = list(rooms)
                    fewer.remove(room)
                    packed = pack(self.families(self.riding[cell]), fewer)
                    if packed is None:
                        break
                    self.drive(cell, [vehicle for vehicle in packed if vehicle.aboard])
                    rooms = self.rooms(cell)

    def safer(self) -> None:
        """Whole trips onto another road to the same end, where it is less exposed, or as much and shorter."""
        p, alike = self.problem, self.problem.cells.alike.tolist()
        cost = [(int(e), int(m), n) for n, (e, m) in enumerate(zip(p.exposure, p.metres, strict=True))]
        group: dict[int, list[int]] = {}
        for cell, key in enumerate(alike):
            group.setdefault(key, []).append(cell)
        for cell in sorted(self.aboard):
            better = sorted((o for o in group[alike[cell]] if cost[o] < cost[cell]), key=cost.__getitem__)
            for other in better:
                if other not in self.aboard and self._moved(cell, other):
                    break

    def _moved(self, cell: int, other: int) -> bool:
        units, vehicles = list(self.riding[cell]), self.aboard[cell]
        there = {unit: self._option(unit, other) for unit in units}
        if -1 in there.values() or any((other, v.fleet) not in self._columns for v in vehicles):
            return False
        here = {unit: int(self.at[unit]) for unit in units}
        self._all(units, here, -1)
        self.drive(cell, [])
        self._all(units, there, 1)
        self.drive(other, vehicles)
        if min(self.people_left, default=0) >= 0 and min(self.vehicles_left, default=0) >= 0:
            return True
        self._all(units, there, -1)
        self.drive(other, [])
        self._all(units, here, 1)
        self.drive(cell, vehicles)
        return False

    def _all(self, units: list[int], options: dict[int, int], sign: int) -> None:
        for unit in units:
            self.ride(unit, options[unit], sign)

    def _option(self, unit: int, cell: int) -> int:
        first, last = self.problem.option_start[unit], self.problem.option_start[unit + 1]
        found = np.flatnonzero(self.problem.option_cell[first:last] == cell)
        return int(first + found[0]) if len(found) else -1

    # --- telling ------------------------------------------------------------------------------------------

    def value(self) -> int:
        """What these journeys are worth."""
        return int(self.problem.option_value[self.at[self.at >= 0]].sum())

    def columns(self) -> list[int]:
        """The vehicle column of every vehicle."""
        return [self._columns[cell, v.fleet] for cell, vehicles in self.aboard.items() for v in vehicles]

    def in_order(self) -> list[int]:
        """Cells with a trip, in order of day and route."""
        cells = self.problem.cells
        return sorted(self.aboard, key=lambda c: (int(cells.day[c]), cells.routes[cells.route[c]]))

    def trips(self) -> tuple[ReturnTrip, ...]:
        """The trips, in order of day, route and fleet; vehicles numbered from 0, households in order of id."""
        cells, found = self.problem.cells, []
        routes = {route.id: route for route in self.situation.routes}
        for cell in self.in_order():
            route = routes[cells.routes[cells.route[cell]]]
            for fleet in sorted({vehicle.fleet for vehicle in self.aboard[cell]}):
                ours = sorted(sorted(v.aboard) for v in self.aboard[cell] if v.fleet == fleet)
                seats = tuple(Seat(household, n) for n, aboard in enumerate(ours) for household in aboard)
                day = int(cells.day[cell])
                found.append(ReturnTrip(route.id, route.site, route.end, day, fleet, len(ours), seats))
        return tuple(found)

    def standby(self, gain: Callable[[Ints], Ints]) -> tuple[Standby, ...]:
        """For each trip the waiting units it would gain most by (``gain`` of these options), each on one trip."""
        p, driven = self.problem, np.zeros(len(self.problem.cells.day), bool)
        driven[list(self.aboard)] = True
        waiting = np.flatnonzero((self.at < 0)[p.option_unit] & driven[p.option_cell])
        order = waiting[np.lexsort((p.option_unit[waiting], -gain(waiting), p.option_cell[waiting]))]
        start = np.searchsorted(p.option_cell[order], np.arange(len(p.cells.day) + 1))
        asked, found = set[int](), []
        for cell in self.in_order():
            wanted = 1 + sum(int(p.people[unit]) for unit in self.riding[cell]) // STANDBY_SHARE
            households: list[str] = []
            for option in order[start[cell] : start[cell + 1]].tolist():
                unit = int(p.option_unit[option])
                if wanted <= 0:
                    break
                if unit not in asked:
                    asked.add(unit)
                    wanted -= int(p.people[unit])
                    households += [family[0] for family in self.families([unit])]
            if households:
                route, day = p.cells.routes[p.cells.route[cell]], int(p.cells.day[cell])
                found.append(Standby(route, day, tuple(households)))
        return tuple(found)


def packed(
    situation: Situation,
    problem: Problem,
    at: Ints,
    driving: Ints,
    shut: np.ndarray | None,
    before: Mapping[int, Sequence[Vehicle]] | None = None,
) -> Convoys:
    """The convoys of a seating (option of each unit, vehicles on each column), every family on a vehicle; as they
    were ``before`` on a cell where that cannot be done otherwise.
    """
    convoys = Convoys(situation, problem, at.copy(), before or {})
    convoys.begin()
    start, left = problem.cells.column_start.tolist(), []
    for cell in sorted(convoys.riding):
        columns = range(start[cell], start[cell + 1])
        rooms = [convoys.room(n) for n in columns for _ in range(int(driving[n]))]
        left += convoys.load(cell, rooms)
    convoys.tighten()
    for unit in sorted(left, key=lambda unit: (-int(problem.option_value[at[unit]]), unit)):
        convoys.add(unit, shut, int(at[unit]))
    convoys.top_up(shut)
    return convoys


def _lists(rows: Rows) -> list[list[int]]:
    row, start = rows.row.tolist(), rows.start.tolist()
    return [row[first:last] for first, last in pairwise(start)]
