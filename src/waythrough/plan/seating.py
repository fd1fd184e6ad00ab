"""Who rides where and when, kept legal at every moment: seats, fleets, reception places, vehicle caps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from waythrough.plan.network import Network, cycle_days
from waythrough.plan.packing import Family, Vehicle, pack
from waythrough.plan.units import Unit, value
from waythrough.terms.planned import ReturnTrip, Seat
from waythrough.terms.situation import FleetNow, RouteNow, Situation

Departure = tuple[str, int]
"""A route and the day a trip starts on it."""


Counts = tuple[
    defaultdict[tuple[str, int], int],
    defaultdict[tuple[str, int], int],
    defaultdict[tuple[str, int], int],
    defaultdict[str, int],
]
Snapshot = tuple[dict[Departure, list[Vehicle]], dict[str, Departure], dict[str, Unit], Counts]


@dataclass(frozen=True)
class Options:
    """Where and when each unit may travel: consents, stops, stated reception, open doors, and a seat that
    is big enough, all at once. ``of[unit.id]`` lists (route, day, value), best first.
    """

    of: dict[str, list[tuple[str, int, int]]]
    fleets: dict[str, list[FleetNow]]


def options(situation: Situation, network: Network, units: Iterable[Unit]) -> Options:
    """Every (route, day) open to each unit, with the value of the journey; best first, ties by day and
    route.
    """
    ends = {d.id: d for d in situation.destinations}
    routes: dict[tuple[str, str], list[RouteNow]] = defaultdict(list)
    fleets = {}
    for route in network.of_purpose("return"):
        end = ends.get(route.end)
        fleets[route.id] = network.fleets(route)
        if end and not end.stopped and (end.per_day, end.total) != (None, None) and fleets[route.id]:
            routes[route.site, route.end].append(route)
    of = {}
    for unit in units:
        found = []
        for choice in unit.choices:
            for route in routes.get((unit.site, choice.destination), ()):
                # Places to lie down are not counted here, so nobody who needs one is seated.
                if any(h.stretchers for h in unit.households):
                    continue
                if not all(any(f.seats >= h.size and f.special_seats >= h.special for f in fleets[route.id])
                           for h in unit.households):  # fmt: skip
                    continue
                days = choice.days & network.departures[route.id]
                found += [
                    (route.id, t, value(situation.days, choice.worth, t))
                    for t in range(situation.days)
                    if days >> t & 1
                ]
        if found:
            of[unit.id] = sorted(found, key=lambda option: (-option[2], option[1], option[0]))
    return Options(of, fleets)


@dataclass
class Seating:
    """A set of return trips that breaks no rule. Every change is made whole or not at all."""

    situation: Situation
    network: Network
    fleets: dict[str, list[FleetNow]]
    vehicles: dict[Departure, list[Vehicle]] = field(default_factory=dict)
    riding: dict[str, Departure] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ends = {d.id: d for d in self.situation.destinations}
        self.fleet = {f.id: f for f in self.situation.fleets}
        self.busy: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.passing: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.received: defaultdict[tuple[str, int], int] = defaultdict(int)
        self.received_in_all: defaultdict[str, int] = defaultdict(int)

    # --- asking -------------------------------------------------------------------------------------------

    def received_ok(self, people: int, route: RouteNow, t: int) -> bool:
        """True if the destination still has places for so many on the day they arrive."""
        end = self.ends[route.end]
        return not (
            (end.per_day is not None and self.received[end.id, t + route.days_out] + people > end.per_day)
            or (end.total is not None and self.received_in_all[end.id] + people > end.total)
        )

    def vehicle_free(self, fleet: FleetNow, route: RouteNow, t: int) -> bool:
        """True if one vehicle more of the fleet is free for the trip and no door's cap stands against it."""
        days = range(t, min(t + cycle_days(route, fleet), self.situation.days))
        return all(self.busy[fleet.id, day] < fleet.count for day in days) and all(
            self.passing[door, t + offset] < cap
            for door, offset in self.network.passed[route.id]
            if (cap := self.network.cap(door, t + offset)) is not None
        )

    def worth(self) -> int:
        """The second aim: the value of every journey together."""
        total = 0
        for name, (route, t) in self.riding.items():
            end = self.network.routes[route].end
            choice = next(c for c in self.units[name].choices if c.destination == end)
            total += value(self.situation.days, choice.worth, t)
        return total

    def families(self, departure: Departure) -> list[Family]:
        """Every household of a trip."""
        return [
            (h.id, h.size, h.special)
            for name, at in self.riding.items()
            if at == departure
            for h in self.units[name].households
        ]

    # --- changing -----------------------------------------------------------------------------------------

    def add(self, unit: Unit, departure: Departure) -> bool:
        """Seat a unit on a trip if it can be done, with another vehicle where one is free; False if it
        cannot.
        """
        route = self.network.routes[departure[0]]
        if not self.received_ok(unit.people, route, departure[1]):
            return False
        wanted = [(h.id, h.size, h.special) for h in unit.households]
        placed = self._place(departure, wanted)
        if placed is None:
            return False
        self.vehicles[departure] = placed
        self._count_unit(unit, departure, +1)
        return True

    def remove(self, unit: Unit) -> None:
        """Take a unit off its trip; vehicles left empty are sent home."""
        departure = self.riding[unit.id]
        gone = {h.id: h for h in unit.households}
        for vehicle in self.vehicles[departure]:
            for household in [h for h in vehicle.aboard if h in gone]:
                vehicle.aboard.remove(household)
                vehicle.seats += gone[household].size
                vehicle.special += gone[household].special
        self._count_unit(unit, departure, -1)
        self._set(departure, [v for v in self.vehicles[departure] if v.aboard])

    def swap(self, unit: Unit, departure: Departure) -> bool:
        """Move a unit to another trip, if that can be done; otherwise all stays as it was."""
        before = self.riding[unit.id]
        vehicles = [Vehicle(v.fleet, v.seats, v.special, list(v.aboard)) for v in self.vehicles[before]]
        self.remove(unit)
        if self.add(unit, departure):
            return True
        if before not in self.vehicles:
            self.vehicles[before] = []
        self._set(before, vehicles)
        self._count_unit(unit, before, +1)
        return False

    def snapshot(self) -> Snapshot:
        """Everything that changes, to come back to."""
        vehicles = {
            at: [Vehicle(v.fleet, v.seats, v.special, list(v.aboard)) for v in vs]
            for at, vs in self.vehicles.items()
        }
        counts = (self.busy.copy(), self.passing.copy(), self.received.copy(), self.received_in_all.copy())
        return vehicles, dict(self.riding), dict(self.units), counts

    def restore(self, snapshot: Snapshot) -> None:
        """Back to an earlier state; the snapshot is used up."""
        self.vehicles, self.riding, self.units, counts = snapshot
        self.busy, self.passing, self.received, self.received_in_all = counts

    def start(self, departure: Departure, counts: dict[str, int], units: list[Unit]) -> list[Unit]:
        """Begin a trip with the vehicles and units a program chose; gives back the units that were not
        seated.
        """
        route = self.network.routes[departure[0]]
        rooms: list[Vehicle] = []
        for fleet_id, n in sorted(counts.items()):
            fleet = self.fleet[fleet_id]
            for _ in range(n):
                if self.vehicle_free(fleet, route, departure[1]):
                    rooms.append(Vehicle(fleet.id, fleet.seats, fleet.special_seats))
                    self._count_vehicle(rooms[-1], departure, +1)
        self.vehicles[departure] = rooms
        families = [(h.id, h.size, h.special) for unit in units for h in unit.households]
        packed = pack(families, [self._room(v) for v in rooms])
        if packed is not None:
            self.vehicles[departure] = packed
            for unit in units:
                self._count_unit(unit, departure, +1)
            left = []
        else:
            left = [unit for unit in units if not self.add(unit, departure)]
        self._set(departure, [v for v in self.vehicles[departure] if v.aboard])
        return left

    def tighten(self) -> None:
        """Send home every vehicle a trip can do without."""
        for departure in sorted(self.vehicles):
            families = self.families(departure)
            while len(self.vehicles[departure]) > 1:
                smaller = self._without_one(departure, families)
                if smaller is None:
                    break
                self._set(departure, smaller)

    def move_trip(self, departure: Departure, route: RouteNow) -> bool:
        """Let a whole trip use another route with the same end and days out, if its vehicles may and doors
        allow.
        """
        t = departure[1]
        old = self.vehicles[departure]
        if (route.id, t) in self.vehicles or not self.network.departures[route.id] >> t & 1:
            return False
        allowed = {f.id for f in self.fleets[route.id]}
        if any(v.fleet not in allowed for v in old):
            return False
        for vehicle in old:
            self._count_vehicle(vehicle, departure, -1)
        taken = []
        for vehicle in old:
            if not self.vehicle_free(self.fleet[vehicle.fleet], route, t):
                break
            self._count_vehicle(vehicle, (route.id, t), +1)
            taken.append(vehicle)
        if len(taken) < len(old):
            for vehicle in taken:
                self._count_vehicle(vehicle, (route.id, t), -1)
            for vehicle in old:
                self._count_vehicle(vehicle, departure, +1)
            return False
        del self.vehicles[departure]
        self.vehicles[route.id, t] = old
        self.riding = {name: (route.id, t) if at == departure else at for name, at in self.riding.items()}
        return True

    def trips(self) -> tuple[ReturnTrip, ...]:
        """The trips, in order of day, route and fleet; vehicles numbered from 0, households in order of
        id.
        """
        found = []
        for (route_id, t), vehicles in sorted(self.vehicles.items(), key=lambda i: (i[0][1], i[0][0])):
            route = self.network.routes[route_id]
            for fleet in sorted({v.fleet for v in vehicles}):
                ours = sorted(sorted(v.aboard) for v in vehicles if v.fleet == fleet and v.aboard)
                seats = tuple(Seat(h, n) for n, aboard in enumerate(ours) for h in aboard)
                found.append(ReturnTrip(route_id, route.site, route.end, t, fleet, len(ours), seats))
        return tuple(found)

    # --- counting -----------------------------------------------------------------------------------------

    def _place(self, departure: Departure, wanted: list[Family]) -> list[Vehicle] | None:
        """The trip's vehicles with ``wanted`` aboard too: as they stand, packed anew, or with vehicles
        more.
        """
        now = self.vehicles.get(departure, [])
        placed = _squeeze(now, wanted)
        if placed is None and now and sum(v.seats for v in now) >= sum(f[1] for f in wanted):
            placed = pack(self.families(departure) + wanted, [self._room(v) for v in now])
        return placed or self._with_more(departure, now, wanted)

    def _with_more(
        self, departure: Departure, now: list[Vehicle], wanted: list[Family]
    ) -> list[Vehicle] | None:
        route, more = self.network.routes[departure[0]], list[Vehicle]()
        # Smallest vehicles first: a van that is enough leaves the coach for others.
        for fleet in sorted(self.fleets[route.id], key=lambda f: (f.seats, f.special_seats, f.id)):
            while self.vehicle_free(fleet, route, departure[1]) and len(more) < len(wanted):
                if not any(fleet.seats >= f[1] and fleet.special_seats >= f[2] for f in wanted):
                    break
                more.append(Vehicle(fleet.id, fleet.seats, fleet.special_seats))
                self._count_vehicle(more[-1], departure, +1)
                placed = _squeeze(now + more, wanted)
                if placed is not None:
                    return placed
        for vehicle in more:
            self._count_vehicle(vehicle, departure, -1)
        return None

    def _without_one(self, departure: Departure, families: list[Family]) -> list[Vehicle] | None:
        now = self.vehicles[departure]
        kinds = sorted({v.fleet for v in now}, key=lambda f: (self.fleet[f].seats, f))
        for fleet in kinds:
            rooms = [self._room(v) for v in now]
            rooms.remove(next(self._room(v) for v in now if v.fleet == fleet))
            packed = pack(families, rooms)
            if packed is not None:
                return [v for v in packed if v.aboard]
        return None

    def _room(self, vehicle: Vehicle) -> tuple[str, int, int]:
        fleet = self.fleet[vehicle.fleet]
        return (fleet.id, fleet.seats, fleet.special_seats)

    def _set(self, departure: Departure, vehicles: list[Vehicle]) -> None:
        # Most changes seat a family on the vehicles already there: only those that come or go are counted anew.
        one = {v.fleet: v for v in (*self.vehicles[departure], *vehicles)}
        more = Counter(v.fleet for v in vehicles)
        more.subtract(v.fleet for v in self.vehicles[departure])
        for fleet, by in more.items():
            if by:
                self._count_vehicle(one[fleet], departure, by)
        self.vehicles[departure] = vehicles
        if not vehicles:
            del self.vehicles[departure]

    def _count_vehicle(self, vehicle: Vehicle, departure: Departure, by: int) -> None:
        route, t = self.network.routes[departure[0]], departure[1]
        for day in range(t, min(t + cycle_days(route, self.fleet[vehicle.fleet]), self.situation.days)):
            self.busy[vehicle.fleet, day] += by
        for door, offset in self.network.passed[route.id]:
            self.passing[door, t + offset] += by

    def _count_unit(self, unit: Unit, departure: Departure, by: int) -> None:
        route = self.network.routes[departure[0]]
        self.received[route.end, departure[1] + route.days_out] += by * unit.people
        self.received_in_all[route.end] += by * unit.people
        if by > 0:
            self.riding[unit.id] = departure
            self.units[unit.id] = unit
        else:
            del self.riding[unit.id], self.units[unit.id]


def _squeeze(vehicles: list[Vehicle], wanted: list[Family]) -> list[Vehicle] | None:
    """The vehicles with ``wanted`` put where least room is left over, nobody moved; None if one finds no
    place.
    """
    after = [Vehicle(v.fleet, v.seats, v.special, list(v.aboard)) for v in vehicles]
    for household, size, special in sorted(wanted, key=lambda f: (-f[2], -f[1], f[0])):
        able = [v for v in after if v.fits(size, special)]
        if not able:
            return None
        best = min(able, key=lambda v: (v.seats - size, v.special - special))
        best.aboard.append(household)
        best.seats -= size
        best.special -= special
    return after
