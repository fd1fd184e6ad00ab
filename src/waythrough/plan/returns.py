"""People out, by their own consent: most journeys honoured, soonest for those in most danger, then least
exposure.

Three ways, chosen by size alone, so that the same situation is always solved the same way:

* *exact*: every vehicle is a bin of its own in the integer program; the answer is proven to the solver's gap;
* *classes*: units that are alike are counted together; seats are counted for each trip, vehicles are whole
numbers,
  and families are packed afterwards, exactly;
* *priced*: as classes, but the program first runs with parts of families allowed, which gives the bound and
the
  prices of seats and places; the integer program then keeps each class's best-priced journeys.

Whatever the way, the trips come out of ``Seating``, which cannot break a rule, and are checked again
elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from waythrough.plan.network import Network
from waythrough.plan.rows import Shared, road_bound, whole_bound
from waythrough.plan.seating import Departure, Options, Seating, options
from waythrough.plan.shake import improve, shake
from waythrough.plan.solver import Limits, Solution
from waythrough.plan.units import Unit
from waythrough.terms.planned import ReturnTrip
from waythrough.terms.situation import Situation

EXACT_UP_TO = 160
"""Household-on-vehicle columns up to which every vehicle is a bin of its own."""
CLASSES_UP_TO = 900
"""Journey columns up to which the classes program keeps all of them."""
BEST_PRICED = 6
"""Journeys each class keeps in the priced program."""
GOOD_ENOUGH = 3e-3
"""Distance from the bound at which the priced way stops looking for more."""
PACKED_LATER = (10, 2e-3)
"""Nodes and gap for programs that count seats only: packing comes after, so the last tenth of a percent is
noise.
"""


@dataclass(frozen=True)
class ReturnsPlan:
    """Trips with the second aim's value and bound, and bounds on what the trips cost in exposure and metres.

    By the exact method the last two hold for any trips of the same value; by the others for just these
    journeys.
    """

    trips: tuple[ReturnTrip, ...]
    value: int
    bound: int
    exposure_bound: int
    metres_bound: int
    method: str


def journeys(
    situation: Situation, network: Network, units: Sequence[Unit], limits: Limits, *, road: bool = True
) -> ReturnsPlan:
    """The trips that honour most consented journeys, and among the trips for these, those with least
    exposure.
    """
    open_to = options(situation, network, units)
    able = [unit for unit in units if unit.id in open_to.of]
    if not able:
        return ReturnsPlan((), 0, 0, 0, 0, "none")
    bins = _bins(situation, network, able, open_to)
    if sum(len(b) * len(u) for b, u in bins.values()) <= EXACT_UP_TO:
        return _exact(situation, network, able, open_to, bins, limits, road)
    return _by_classes(situation, network, able, open_to, limits, road)


# --- exact ------------------------------------------------------------------------------------------------

Bins = dict[Departure, tuple[list[tuple[str, int]], list[Unit]]]


def _bins(situation: Situation, network: Network, able: Sequence[Unit], open_to: Options) -> Bins:
    """For each trip: its possible vehicles as (fleet, number), and the units that could be aboard."""
    aboard: dict[Departure, list[Unit]] = defaultdict(list)
    for unit in able:
        for route, t, _ in open_to.of[unit.id]:
            aboard[route, t].append(unit)
    bins: Bins = {}
    for departure in sorted(aboard):
        households = sum(len(unit.households) for unit in aboard[departure])
        fleets = open_to.fleets[departure[0]]
        rooms = [(f.id, n) for f in fleets for n in range(min(f.count, households))]
        bins[departure] = (rooms, [u for u in aboard[departure] for _ in u.households])
    return bins


def _exact(
    situation: Situation,
    network: Network,
    able: Sequence[Unit],
    open_to: Options,
    bins: Bins,
    limits: Limits,
    road: bool,
) -> ReturnsPlan:
    shared = Shared(situation, network)
    program, goes = shared.program, dict[tuple[str, Departure], int]()
    fleet = {f.id: f for f in situation.fleets}
    for unit in able:
        for route, t, worth in open_to.of[unit.id]:
            goes[unit.id, (route, t)] = program.column(1, whole=True)
            shared.journey(goes[unit.id, (route, t)], unit.people, worth, (route, t))
        program.row([(goes[unit.id, (r, t)], 1) for r, t, _ in open_to.of[unit.id]], high=1)
    sits: dict[tuple[str, Departure], list[tuple[str, int, int]]] = defaultdict(list)
    for departure, (rooms, aboard) in bins.items():
        households = {h.id: (h, unit) for unit in aboard for h in unit.households}
        before: dict[str, int] = {}
        for name, number in rooms:
            used = program.column(1, whole=True)
            shared.vehicle(used, name, departure)
            seated = {h: program.column(1, whole=True) for h in households}
            for h, column in seated.items():
                sits[h, departure].append((name, number, column))
            program.row(
                [(c, households[h][0].size) for h, c in seated.items()] + [(used, -fleet[name].seats)], high=0
            )
            program.row(
                [(c, households[h][0].special) for h, c in seated.items()]
                + [(used, -fleet[name].special_seats)],
                high=0,
            )
            # Vehicles of a fleet are alike: the first ones are used first.
            if name in before:
                program.row([(used, 1), (before[name], -1)], high=0)
            before[name] = used
        for h, (_, unit) in households.items():
            program.row([(c, 1) for _, _, c in sits[h, departure]] + [(goes[unit.id, departure], -1)], 0, 0)
    shared.close()
    shared.aim_at_value()
    found = program.solve(limits, what="the journeys")
    reached = round(sum(w * round(found.values[c]) for c, _, w, _ in shared.going))
    bound = whole_bound(found.bound)
    shared.keep_value(reached)
    roads = []
    for per_vehicle in shared.road_costs() if road else ():
        unit_cost = shared.aim_at_least(per_vehicle)
        if any(program.cost):
            found = program.solve(limits.at_most(200), start=found.values, what="the road")
            shared.keep_at_most(found.objective)
        roads.append(road_bound(found.bound, unit_cost) if any(program.cost) else 0)
    roads = roads or [0, 0]
    seating = Seating(situation, network, open_to.fleets)
    for departure, (rooms, aboard) in bins.items():
        _seat_exactly(seating, departure, rooms, aboard, sits, found.values)
    return ReturnsPlan(seating.trips(), reached, max(bound, reached), roads[0], roads[1], "exact")


def _seat_exactly(
    seating: Seating,
    departure: Departure,
    rooms: list[tuple[str, int]],
    aboard: list[Unit],
    sits: Mapping[tuple[str, Departure], list[tuple[str, int, int]]],
    values: np.ndarray,
) -> None:
    used: dict[str, set[int]] = defaultdict(set)
    going = []
    for unit in {u.id: u for u in aboard}.values():
        places = [
            (name, n)
            for h in unit.households
            for name, n, c in sits[h.id, departure]
            if round(values[c]) == 1
        ]
        if places:
            going.append(unit)
            for name, n in places:
                used[name].add(n)
    left = seating.start(departure, {name: len(numbers) for name, numbers in used.items()}, going)
    if left:
        raise AssertionError(f"units {[unit.id for unit in left]} did not fit the vehicles chosen for them")


# --- by classes -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class UnitClass:
    """Units alike in everything the program sees; ``units`` in order of need, then id."""

    units: tuple[Unit, ...]
    options: tuple[tuple[str, int, int], ...]


def classes(able: Sequence[Unit], open_to: Options) -> list[UnitClass]:
    """Units grouped by site, sizes, special seats and options; in order of the first unit."""
    groups: dict[object, list[Unit]] = {}
    for unit in able:
        sizes = tuple(sorted((h.size, h.special) for h in unit.households))
        groups.setdefault((unit.site, sizes, tuple(open_to.of[unit.id])), []).append(unit)
    return [UnitClass(tuple(members), tuple(open_to.of[members[0].id])) for members in groups.values()]


def _by_classes(
    situation: Situation, network: Network, able: Sequence[Unit], open_to: Options, limits: Limits, road: bool
) -> ReturnsPlan:
    alike = classes(able, open_to)
    full = ClassProgram(situation, network, alike, open_to)
    full.shared.aim_at_value()
    if len(full.shared.going) <= CLASSES_UP_TO:
        found = full.shared.program.solve(limits.at_most(*PACKED_LATER), what="the journeys")
        seating, bound, method = _seated(full, found.values, able), found.bound, "classes"
    else:
        relaxed = full.shared.program.solve(limits, relaxed=True, what="the journeys")
        seating, bound, method = _priced(full, relaxed, able, limits), relaxed.bound, "priced"
        if bound - seating.worth() > GOOD_ENOUGH * bound:
            # Where vehicles are few, half a vehicle flatters the bound: whole ones prove more, and seat better.
            found = full.shared.program.solve(
                limits.at_most(*PACKED_LATER), whole=full.shared.vehicle_columns(), what="the journeys"
            )
            other, bound = _priced(full, found, able, limits, relaxed.prices), min(bound, found.bound)
            seating = max(seating, other, key=Seating.worth)
    if bound - seating.worth() > GOOD_ENOUGH * bound:
        shake(seating, able, open_to)
    seating.tighten()
    _safer_routes(seating)
    reached = seating.worth()
    roads = road_bounds(seating, limits) if road else [0, 0]
    return ReturnsPlan(seating.trips(), reached, max(whole_bound(bound), reached), roads[0], roads[1], method)


def _priced(
    full: ClassProgram,
    found: Solution,
    able: Sequence[Unit],
    limits: Limits,
    prices: np.ndarray | None = None,
) -> Seating:
    """The integer program over each class's best-priced journeys, seated."""
    chosen = full.best_priced(found.values, found.prices if prices is None else prices)
    chosen.shared.aim_at_value()
    whole = chosen.shared.program.solve(limits.at_most(*PACKED_LATER), what="the journeys")
    return _seated(chosen, whole.values, able)


def _seated(program: ClassProgram, values: np.ndarray, able: Sequence[Unit]) -> Seating:
    seating = program.seat(values)
    improve(seating, able, program.open_to)
    return seating


@dataclass
class ClassProgram:
    """Whole numbers of each class on each trip, whole vehicles; seats counted for each trip."""

    situation: Situation
    network: Network
    alike: Sequence[UnitClass]
    open_to: Options
    shared: Shared = field(init=False)
    columns: dict[tuple[int, Departure], int] = field(default_factory=dict)
    vehicles: dict[tuple[str, Departure], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shared = Shared(self.situation, self.network)
        program = self.shared.program
        seats: dict[Departure, list[tuple[int, float]]] = defaultdict(list)
        special: dict[Departure, list[tuple[int, float]]] = defaultdict(list)
        for number, group in enumerate(self.alike):
            first = group.units[0]
            mine = []
            for route, t, worth in group.options:
                column = program.column(len(group.units), whole=True)
                self.columns[number, (route, t)] = column
                self.shared.journey(column, first.people, worth, (route, t))
                seats[route, t].append((column, first.people))
                if first.special:
                    special[route, t].append((column, first.special))
                mine.append((column, 1.0))
            program.row(mine, high=len(group.units))
        for departure in sorted(seats):
            self._add_vehicles(departure, seats[departure], special[departure])
        self.shared.close()

    def _add_vehicles(
        self, departure: Departure, seats: list[tuple[int, float]], special: list[tuple[int, float]]
    ) -> None:
        program, carried, suited = self.shared.program, list(seats), list(special)
        for fleet in self.open_to.fleets[departure[0]]:
            column = program.column(fleet.count, whole=True)
            self.vehicles[fleet.id, departure] = column
            self.shared.vehicle(column, fleet.id, departure)
            carried.append((column, -fleet.seats))
            suited.append((column, -fleet.special_seats))
        program.row(carried, high=0)
        if special:
            program.row(suited, high=0)

    def best_priced(self, values: np.ndarray, prices: np.ndarray) -> ClassProgram:
        """The same program with each class's journeys cut down to those used or nearly as good at these
        prices.
        """
        program = self.shared.program
        reduced = np.array(program.cost)
        rows = np.repeat(np.arange(len(prices)), np.diff(np.array(program.starts)))
        np.subtract.at(reduced, np.array(program.index), np.array(program.value) * prices[rows])
        kept = []
        for number, group in enumerate(self.alike):
            ranked = sorted(
                group.options,
                key=lambda o: (
                    values[self.columns[number, (o[0], o[1])]] < 1e-6,
                    -round(reduced[self.columns[number, (o[0], o[1])]], 3),
                    o[1],
                    o[0],
                ),
            )
            kept.append(UnitClass(group.units, tuple(ranked[:BEST_PRICED])))
        return ClassProgram(self.situation, self.network, kept, self.open_to)

    def seat(self, values: np.ndarray) -> Seating:
        """Name the units of each class one by one, and pack each trip; who does not fit is left for
        ``improve``.
        """
        going: dict[Departure, list[Unit]] = defaultdict(list)
        for number, group in enumerate(self.alike):
            waiting = list(group.units)
            for route, t, _ in group.options:
                for _ in range(min(round(values[self.columns[number, (route, t)]]), len(waiting))):
                    going[route, t].append(waiting.pop(0))
        seating = Seating(self.situation, self.network, self.open_to.fleets)
        for departure in sorted(going, key=lambda d: (d[1], d[0])):
            counts = {
                fleet: n
                for (fleet, at), column in sorted(self.vehicles.items())
                if at == departure and (n := round(values[column]))
            }
            seating.start(departure, counts, going[departure])
        return seating


def road_bounds(seating: Seating, limits: Limits) -> list[int]:
    """Least exposure, then least metres at no more exposure, for just these journeys on any of their routes.

    Seats are counted for each trip as a whole, so the packing of families can only cost more than this.
    """
    shared = Shared(seating.situation, seating.network)
    program = shared.program
    demand: dict[tuple[str, str, int, int], list[int]] = defaultdict(lambda: [0, 0])
    for name, (route_id, t) in seating.riding.items():
        route, unit = seating.network.routes[route_id], seating.units[name]
        wanted = demand[route.site, route.end, t, route.days_out]
        wanted[0] += unit.people
        wanted[1] += unit.special
    for (site, end, t, days_out), (people, special) in sorted(demand.items()):
        seats, suited = list[tuple[int, float]](), list[tuple[int, float]]()
        for route in seating.network.of_purpose("return"):
            if (route.site, route.end, route.days_out) == (site, end, days_out) and (
                seating.network.departures[route.id] >> t & 1
            ):
                for fleet in seating.fleets[route.id]:
                    column = program.column(fleet.count, whole=True)
                    shared.vehicle(column, fleet.id, (route.id, t))
                    seats.append((column, fleet.seats))
                    suited.append((column, fleet.special_seats))
        program.row(seats, low=people)
        program.row(suited, low=special)
    shared.close()
    bounds = []
    for per_vehicle in shared.road_costs():
        unit_cost = shared.aim_at_least(per_vehicle)
        cost = sum(per_vehicle[d[0]] * len(vehicles) for d, vehicles in seating.vehicles.items())
        if any(program.cost):
            found = program.solve(limits.at_most(*PACKED_LATER), what="the road")
            bounds.append(min(cost, road_bound(found.bound, unit_cost)))
            shared.keep_at_most(cost / unit_cost)
        else:
            bounds.append(0)
    return bounds


def _safer_routes(seating: Seating) -> None:
    """Whole trips onto another road to the same end and day, where that is less exposed, or as much and
    shorter.
    """
    network = seating.network
    cost = {r.id: (network.exposure(r), network.metres(r), r.id) for r in network.of_purpose("return")}
    for departure in sorted(seating.vehicles):
        here = network.routes[departure[0]]
        others = [
            r
            for r in network.of_purpose("return")
            if (r.site, r.end, r.days_out) == (here.site, here.end, here.days_out)
            and cost[r.id] < cost[here.id]
        ]
        for route in sorted(others, key=lambda r: cost[r.id]):
            if seating.move_trip(departure, route):
                break
