"""What still stands of a plan of journeys after something changed: legal at once, nobody moved, nobody added.

Every seat is looked at in columns. Who may no longer travel as told is let off, whole kin groups at a time; then,
where places or vehicles became too few, those whose journeys are worth least. Everybody else keeps seat, day and
vehicle. What remains breaks no rule about people, so it can be acted on while a better plan is worked out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain, repeat
from operator import attrgetter

import numpy as np

from waythrough.plan.network import RETURN, Network
from waythrough.plan.problem.cells import Row, Uses, receives
from waythrough.plan.problem.units import Ints, column, grouped
from waythrough.terms.planned import Plan, ReturnTrip, Seat
from waythrough.terms.situation import FleetNow, Situation
from waythrough.terms.whys import LetOff, Standing

GONE, STOPPED, SHUT, CONSENT, ROOM = (
    "household_gone", "destination_stopped", "door_shut", "consent_ended", "no_room",
)  # fmt: skip
"""Why a household does not travel as told: it is not in the situation any more; movements to its destination are
stopped; the road is not open on that day; its consents do not cover that day; there is no place left, or it is needed
for others.
"""

CODES = ("", GONE, STOPPED, SHUT, CONSENT, ROOM)


def standing(situation: Situation, network: Network, plan: Plan) -> Standing:
    """What of a plan's journeys is still legal; trips before the situation's first day are past and left out.

    ``network`` knows what convoys take of doors with a cap on vehicles.
    """
    seats = _Seats(situation, network, plan)
    seats.let_off_who_may_not_go()
    seats.let_off_who_do_not_fit()
    seats.let_off_for_vehicles()
    seats.let_off_for_people()
    return Standing(seats.trips_left(), seats.those_let_off())


class Allowed:
    """On which days each household may leave for a destination, by its own consents and those of its kin.

    ``unit`` is the travel unit of each household (row), ``size`` how many households each unit has.
    """

    def __init__(self, situation: Situation) -> None:
        self.unit, _, start, (unit, end, first, last, worth) = grouped(situation)
        self.size = np.diff(start)
        self._ends, self._days = len(situation.destinations), situation.days + 1
        key = (unit * self._ends + end) * self._days + first
        order = np.argsort(key, kind="stable")
        self._key, self._last, self._worth = key[order], last[order], worth[order]

    def worth(self, row: Ints, end: Ints, day: Ints) -> Ints:
        """Worth per day left of each household's unit (row, number of the destination, day); −1 where it may not
        go.
        """
        there = (row >= 0) & (end >= 0) & (day >= 0) & (day < self._days - 1)
        if not len(self._key):
            return np.full(len(row), -1, np.int64)
        asked = (self.unit[row] * self._ends + end) * self._days + day
        at = np.searchsorted(self._key, asked, "right") - 1
        there &= at >= 0
        at = np.maximum(at, 0)
        there &= (self._key[at] // self._days == asked // self._days) & (self._last[at] >= day)
        return np.where(there, self._worth[at], -1)


class _Seats:
    """Every seat of the old plan as columns: its trip, vehicle, household and unit, and what it is let off for."""

    def __init__(self, situation: Situation, network: Network, plan: Plan) -> None:
        self.situation, self.network = situation, network
        self.later = (situation.first_day - plan.first_day).days
        self.trips = [trip for trip in plan.returns if trip.day >= self.later]
        many = np.array([len(trip.seats) for trip in self.trips], np.int64)
        self.trip = np.repeat(np.arange(len(many)), many)
        self.day = np.array([trip.day - self.later for trip in self.trips], np.int64)
        ids = situation.households.columns.ids
        number = dict(zip(ids, range(len(ids)), strict=True))
        each = list(chain.from_iterable(trip.seats for trip in self.trips))
        names = map(attrgetter("household"), each)
        self.row = np.fromiter(map(number.get, names, repeat(-1)), np.int64, len(each))
        vehicles = np.array([trip.vehicles for trip in self.trips], np.int64)
        self.vehicle = np.fromiter(map(attrgetter("vehicle"), each), np.int64, len(each))
        self.vehicle += (np.cumsum(vehicles) - vehicles)[self.trip]
        self.vehicle_trip = np.repeat(np.arange(len(vehicles)), vehicles)
        self.allowed = Allowed(situation)
        self.unit = np.where(self.row >= 0, self.allowed.unit[self.row], -1) if len(ids) else self.row
        self.code = np.zeros(len(self.row), np.int8)
        self.value = np.zeros(len(self.row), np.int64)
        self.fleets = {fleet.id: fleet for fleet in situation.fleets}

    @property
    def stands(self) -> np.ndarray:
        """True for each seat that is still its household's."""
        return self.code == 0

    @cached_property
    def needs(self) -> tuple[Ints, Ints, Ints, Ints]:
        """People, seats, special seats and stretcher places of each seat's household; nothing for those gone."""
        c = self.situation.households.columns
        there = self.row >= 0
        size, special, lying = (
            np.where(there, column(values)[self.row], 0) for values in (c.size, c.special, c.stretchers)
        )
        return size, size - lying, special, lying

    # --- rules, one after the other -----------------------------------------------------------------------

    def let_off_who_may_not_go(self) -> None:
        """Those gone, and those whose destination, road or consents no longer allow the day they were told."""
        number = {d.id: n for n, d in enumerate(self.situation.destinations)}
        end = np.array([number.get(trip.destination, -1) for trip in self.trips], np.int64)[self.trip]
        worth = self.allowed.worth(self.row, end, self.day[self.trip])
        self.value = np.maximum(worth, 0) * (2 * self.situation.days - self.day[self.trip])
        c = self.situation.households.columns
        site = {name: n for n, name in enumerate(c.site_names)}
        at = np.array([site.get(trip.site, -1) for trip in self.trips], np.int64)[self.trip]
        elsewhere = column(c.site)[self.row] != at if len(c.ids) else np.ones(len(at), bool)
        by_trip = np.array([CODES.index(self._trip_code(trip)) for trip in self.trips], np.int8)
        self._let_off(self.row < 0, GONE)
        for code in (STOPPED, SHUT):
            self._let_off(by_trip[self.trip] == CODES.index(code), code)
        self._let_off((worth < 0) | elsewhere, CONSENT)
        self._let_off(by_trip[self.trip] == CODES.index(ROOM), ROOM)

    def let_off_who_do_not_fit(self) -> None:
        """Where a vehicle has become smaller or a household larger: those of least value, until the rest fits."""
        for vehicle in self._too_full():
            aboard = np.flatnonzero(self.stands & (self.vehicle == vehicle))
            room = self._room(int(self.vehicle_trip[vehicle]))
            for seat in aboard[np.lexsort((self.row[aboard], self.value[aboard]))].tolist():
                rest = aboard[self.code[aboard] == 0]
                if all(
                    int(need[rest].sum()) <= most for need, most in zip(self.needs[1:], room, strict=True)
                ):
                    break
                self._let_off(np.arange(len(self.row)) == seat, ROOM)

    def let_off_for_vehicles(self) -> None:
        """Where vehicles became too few on a day: the vehicles whose passengers' journeys are worth least."""
        uses, rows = Uses(self.situation, self.network), defaultdict[Row, list[int]](list)
        capacity: dict[Row, int] = {}
        for n in np.unique(self.trip[self.stands]).tolist():
            trip = self.trips[n]
            fleet = self.fleets[trip.fleet]
            for row, most in uses.vehicles(self.network.routes[trip.route], fleet, int(self.day[n])):
                rows[row].append(n)
                capacity[row] = most
        driving = np.bincount(
            self.vehicle_trip[np.unique(self.vehicle[self.stands])], minlength=len(self.trips)
        )
        for row in sorted(r for r in rows if int(driving[rows[r]].sum()) > capacity[r]):
            self._fewer(rows[row], capacity[row])

    def let_off_for_people(self) -> None:
        """Where places to receive, register or pass people became too few: those whose journeys are worth least."""
        uses, rows = Uses(self.situation, self.network), defaultdict[Row, list[int]](list)
        capacity: dict[Row, int] = {}
        people = np.bincount(self.trip, weights=self.needs[0] * self.stands, minlength=len(self.trips))
        for n in np.flatnonzero(people).tolist():
            for row, most in uses.people(self.network.routes[self.trips[n].route], int(self.day[n])):
                rows[row].append(n)
                capacity[row] = most
        for row in sorted(r for r in rows if int(people[rows[r]].sum()) > capacity[r]):
            here = np.flatnonzero(self.stands & np.isin(self.trip, rows[row]))
            for seat in here[np.lexsort((self.unit[here], self.value[here]))].tolist():
                if int(self.needs[0][here[self.code[here] == 0]].sum()) <= capacity[row]:
                    break
                if self.code[seat] == 0:
                    self._let_off(np.arange(len(self.row)) == seat, ROOM)

    # --- helpers ------------------------------------------------------------------------------------------

    def _trip_code(self, trip: ReturnTrip) -> str:
        """What stands against a whole trip, or nothing."""
        ends: Mapping[str, object] = self._ends
        if trip.destination in ends and not ends[trip.destination]:
            return STOPPED
        route, day = self.network.routes.get(trip.route), trip.day - self.later
        if route is None or (route.site, route.end, route.purpose) != (trip.site, trip.destination, RETURN):
            return SHUT
        if not self.network.departures[trip.route] >> day & 1:
            return SHUT
        return "" if trip.fleet in {fleet.id for fleet in self._driving[trip.route]} else ROOM

    @cached_property
    def _ends(self) -> dict[str, bool]:
        return {end.id: receives(end) for end in self.situation.destinations}

    @cached_property
    def _driving(self) -> dict[str, list[FleetNow]]:
        return {name: self.network.fleets(route) for name, route in self.network.routes.items()}

    def _let_off(self, which: np.ndarray, code: str) -> None:
        """Let these off, and with them whoever of their kin would otherwise travel without them."""
        self.code[which & self.stands] = CODES.index(code)
        stands = np.flatnonzero(self.stands & (self.unit >= 0))
        unit, cell = self.unit[stands], self._cell[self.trip[stands]]
        apart = np.bincount(unit, minlength=len(self.allowed.size)) != self.allowed.size
        one = np.zeros(len(apart), np.int64)
        one[unit] = cell
        apart[unit[one[unit] != cell]] = True
        self.code[stands[apart[unit]]] = CODES.index(code)

    @cached_property
    def _cell(self) -> Ints:
        """A number for each trip, the same where route and day are."""
        number: dict[tuple[str, int], int] = {}
        return np.array([number.setdefault((t.route, t.day), len(number)) for t in self.trips], np.int64)

    def _room(self, trip: int) -> tuple[int, int, int]:
        fleet = self.fleets[self.trips[trip].fleet]
        return fleet.seats, fleet.special_seats, fleet.stretcher_places

    def _too_full(self) -> list[int]:
        """Vehicles with more aboard than they have places for."""
        stands, found = self.stands, np.zeros(len(self.vehicle_trip), bool)
        used = np.unique(self.trip[stands]).tolist()
        room = np.zeros((len(self.trips), 3), np.int64)
        for n in used:
            room[n] = self._room(n)
        for kind, need in enumerate(self.needs[1:]):
            aboard = np.bincount(self.vehicle, weights=need * stands, minlength=len(found))
            found |= aboard > room[self.vehicle_trip, kind]
        return np.flatnonzero(found).tolist()

    def _fewer(self, trips: list[int], most: int) -> None:
        """Let the vehicles of least value stay at home until at most so many of these trips' vehicles drive."""
        here = self.stands & np.isin(self.trip, trips)
        vehicles, at = np.unique(self.vehicle[here], return_inverse=True)
        worth = np.bincount(at, weights=self.value[here])
        for vehicle in vehicles[np.argsort(worth, kind="stable")].tolist():
            if len(np.unique(self.vehicle[self.stands & here])) <= most:
                break
            self._let_off(self.vehicle == vehicle, ROOM)

    # --- telling ------------------------------------------------------------------------------------------

    def trips_left(self) -> tuple[ReturnTrip, ...]:
        """The trips with whoever still stands, vehicles numbered anew where one stays at home."""
        start = np.searchsorted(self.trip, np.arange(len(self.trips) + 1)).tolist()
        stands, found = self.stands.tolist(), []
        whole = (
            np.bincount(self.trip, weights=self.stands, minlength=len(self.trips)).astype(np.int64).tolist()
        )
        for n, trip in enumerate(self.trips):
            if not whole[n]:
                continue
            if whole[n] < len(trip.seats):
                seats = [
                    s for s, here in zip(trip.seats, stands[start[n] : start[n + 1]], strict=True) if here
                ]
                number = {old: new for new, old in enumerate(sorted({seat.vehicle for seat in seats}))}
                seats = [Seat(seat.household, number[seat.vehicle]) for seat in seats]
                trip = replace(trip, vehicles=len(number), seats=tuple(seats))
            found.append(replace(trip, day=trip.day - self.later) if self.later else trip)
        return tuple(found)

    def those_let_off(self) -> tuple[LetOff, ...]:
        """Everybody who lost a seat, in order of household."""
        start = np.searchsorted(self.trip, np.arange(len(self.trips) + 1))
        found = []
        for seat in np.flatnonzero(~self.stands).tolist():
            trip = self.trips[self.trip[seat]]
            told = trip.seats[seat - int(start[self.trip[seat]])]
            day = trip.day - self.later
            found.append(LetOff(told.household, trip.destination, day, CODES[self.code[seat]]))
        return tuple(sorted(found, key=lambda one: one.household))
