"""Convoys in: how many vehicles leave which warehouse on which day, and with what, so that fewest people go
short.

The first aim counts person-days below the life-saving threshold, once for each life-saving good that is
short on a day, over the horizon. Counting goods one by one keeps the aim honest where one good can be
brought and another cannot: bringing food still counts on the days when water is short.

Loads are counted in *rations*: what one person needs of one good on one day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from waythrough.plan.network import Network, cycle_days
from waythrough.plan.solver import Limits, Program, Solution
from waythrough.terms.planned import ConvoyTrip
from waythrough.terms.situation import FleetNow, Good, RouteNow, Situation

Population = Mapping[str, Sequence[int]]
"""People at each site on each day (shape of each: (days,))."""

WHOLE_RATIONS_UP_TO = 500
"""Up to this many rations over the horizon loads are whole numbers in the program itself; above, they are
counted in thousands, rounded down, and topped up ration by ration where that still feeds somebody."""
ROUNDED_AWAY = 3
"""Rations of one good that rounding may have taken from one convoy."""

ROAD_NODES, ROAD_GAP = 15, 5e-3
"""How long the last aims are searched: the aims about people come first, in time as in order."""


def life_saving(situation: Situation) -> list[Good]:
    """The goods the first aim counts, in order of id."""
    return sorted(
        (good for good in situation.goods if good.life_saving and good.grams_per_person_day > 0),
        key=lambda good: good.id,
    )


def people_each_day(situation: Situation, leaving: Mapping[tuple[str, int], int]) -> Population:
    """People at each site day by day, when ``leaving[site, day]`` people leave on a day (never fewer than
    none).
    """
    return {
        site.id: [
            max(0, site.people - sum(n for (at, day), n in leaving.items() if at == site.id and day <= t))
            for t in range(situation.days)
        ]
        for site in situation.sites
    }


def unmet_by_good(situation: Situation, convoys: Sequence[ConvoyTrip], people: Population) -> dict[str, int]:
    """Person-days short of each life-saving good, if every good is eaten as it comes and nothing is held
    back.
    """
    days_out = {route.id: route.days_out for route in situation.routes}
    arriving: dict[tuple[str, int, str], int] = {}
    for trip in convoys:
        for name, grams in trip.load_g.items():
            key = (trip.site, trip.day + days_out[trip.route], name)
            arriving[key] = arriving.get(key, 0) + grams
    unmet = {}
    for good in life_saving(situation):
        unmet[good.id] = 0
        for site in situation.sites:
            stock = site.stock_g.get(good.id, 0)
            for t in range(situation.days):
                stock += arriving.get((site.id, t, good.id), 0)
                fed = min(people[site.id][t], stock // good.grams_per_person_day)
                stock -= fed * good.grams_per_person_day
                unmet[good.id] += people[site.id][t] - fed
    return unmet


@dataclass
class AidProgram:
    """The program of one or two populations that eat the same loads: as if nobody left, and those who remain.

    ``trucks`` maps (fleet, route, day) and ``loads`` (route, day, good) to columns; ``fed`` lists the
    columns of rations eaten by each population.
    """

    situation: Situation
    network: Network
    populations: Sequence[Population]
    program: Program = field(default_factory=lambda: Program(maximise=True))
    trucks: dict[tuple[str, str, int], int] = field(default_factory=dict)
    loads: dict[tuple[str, int, str], int] = field(default_factory=dict)
    fed: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.goods = life_saving(self.situation)
        self.fleet = {fleet.id: fleet for fleet in self.situation.fleets}
        self.demand = [sum(map(sum, p.values())) * len(self.goods) for p in self.populations]
        self.scale = 1 if max(self.demand, default=0) <= WHOLE_RATIONS_UP_TO else 1_000
        self._add_trucks_and_loads()
        self._add_spacing()
        self._add_fleets()
        self._add_warehouses()
        self._add_caps()
        for population in self.populations:
            self._add_eating(population)

    # --- what is built ------------------------------------------------------------------------------------

    def _add_trucks_and_loads(self) -> None:
        stock = {w.id: w.stock_g for w in self.situation.warehouses}
        for route in self.network.of_purpose("aid"):
            held = stock.get(route.end, {})
            goods = [g for g in self.goods if held.get(g.id, 0) >= g.grams_per_person_day]
            fleets = self.network.fleets(route)
            if goods and fleets:
                for t in self.network.days(route.id):
                    self._add_convoy(route, t, fleets, goods, held)

    def _add_convoy(
        self, route: RouteNow, t: int, fleets: list[FleetNow], goods: list[Good], held: Mapping[str, int]
    ) -> None:
        s = self.situation
        least, most = max(1, s.min_convoy_vehicles), s.max_convoy_vehicles
        trucks = [self.program.column(min(fleet.count, most), whole=True) for fleet in fleets]
        self.trucks.update({(f.id, route.id, t): column for f, column in zip(fleets, trucks, strict=True)})
        goes: list[tuple[int, float]] = []
        if least > 1:
            goes = [(self.program.column(1, whole=True), 1.0)]
            self.program.row([(n, 1) for n in trucks] + [(goes[0][0], -float(most))], high=0)
            self.program.row([(n, 1) for n in trucks] + [(goes[0][0], -float(least))], low=0)
        else:
            self.program.row([(n, 1) for n in trucks], high=most)
        people = max(max(p[route.site]) for p in self.populations)
        # Tonnes, or less where vehicles carry less: coefficients far from one make a solver lose its footing.
        unit = min(1e6, max(fleet.payload_g for fleet in fleets))
        carried = []
        for good in goods:
            useful = people * (s.days - t - route.days_out)
            rations = min(held[good.id] // good.grams_per_person_day, useful)
            q = self.program.column(rations / self.scale, whole=self.scale == 1)
            self.loads[route.id, t, good.id] = q
            carried.append((q, good.grams_per_person_day * self.scale / unit))
        payload = [(n, -f.payload_g / unit) for n, f in zip(trucks, fleets, strict=True)]
        self.program.row(carried + payload, high=0)

    def _add_spacing(self) -> None:
        """Convoys to one site leave on days at least so many days apart; on one day several may leave."""
        spacing = self.situation.convoy_spacing_days
        if spacing <= 1:
            return
        most = self.situation.max_convoy_vehicles
        routes = self.network.routes
        going: dict[str, dict[int, dict[str, list[int]]]] = {}
        for (_, route, t), column in self.trucks.items():
            going.setdefault(routes[route].site, {}).setdefault(t, {}).setdefault(route, []).append(column)
        for days in going.values():
            marks = {}
            for t, by_route in sorted(days.items()):
                marks[t] = self.program.column(1, whole=True)
                for columns in by_route.values():
                    self.program.row([(n, 1) for n in columns] + [(marks[t], -float(most))], high=0)
            for t in marks:
                self.program.row([(marks[u], 1) for u in range(t, t + spacing) if u in marks], high=1)

    def _add_fleets(self) -> None:
        busy: dict[tuple[str, int], list[tuple[int, float]]] = {}
        for (fleet, route, t), column in self.trucks.items():
            kept = cycle_days(self.network.routes[route], self.fleet[fleet])
            for day in range(t, min(t + kept, self.situation.days)):
                busy.setdefault((fleet, day), []).append((column, 1))
        for (fleet, _), terms in sorted(busy.items()):
            self.program.row(terms, high=self.fleet[fleet].count)

    def _add_warehouses(self) -> None:
        drawn: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for (route, _, good), column in self.loads.items():
            drawn.setdefault((self.network.routes[route].end, good), []).append((column, 1))
        stock = {w.id: w.stock_g for w in self.situation.warehouses}
        grams = {good.id: good.grams_per_person_day for good in self.goods}
        for (warehouse, good), terms in sorted(drawn.items()):
            self.program.row(terms, high=(stock[warehouse][good] // grams[good]) / self.scale)

    def _add_caps(self) -> None:
        passing: dict[tuple[str, int], list[tuple[int, float]]] = {}
        for (_, route, t), column in self.trucks.items():
            for door, offset in sorted(self.network.passed[route]):
                if door in self.network.caps:
                    passing.setdefault((door, t + offset), []).append((column, 1))
        for (door, _), terms in sorted(passing.items()):
            self.program.row(terms, high=self.network.caps[door])

    def _add_eating(self, population: Population) -> None:
        """Stock today = stock yesterday + what arrived − what is eaten; nobody eats more than a ration a
        day.
        """
        arriving: dict[tuple[str, int, str], list[int]] = {}
        for (route, t, name), column in self.loads.items():
            at = self.network.routes[route]
            arriving.setdefault((at.site, t + at.days_out, name), []).append(column)
        fed = []
        for site in self.situation.sites:
            for good in self.goods:
                held = site.stock_g.get(good.id, 0) // good.grams_per_person_day / self.scale
                stock = -1
                for t in range(self.situation.days):
                    eaten = self.program.column(population[site.id][t] / self.scale)
                    left = self.program.column(math.inf)
                    terms = [(eaten, 1.0), (left, 1.0)]
                    terms += [(q, -1.0) for q in arriving.get((site.id, t, good.id), ())]
                    terms += [(stock, -1.0)] if stock >= 0 else []
                    self.program.row(terms, low=0.0 if stock >= 0 else held, high=0.0 if stock >= 0 else held)
                    stock = left
                    fed.append(eaten)
        self.fed.append(fed)

    # --- what is asked of it ------------------------------------------------------------------------------

    def aim_at_fed(self, which: int) -> None:
        """Aim: most rations eaten by population ``which``."""
        self.program.maximise = True
        self.program.cost = [0.0] * len(self.program.cost)
        for column in self.fed[which]:
            self.program.cost[column] = 1.0

    def keep_fed(self, which: int, rations: float) -> None:
        """Hard from now on: population ``which`` eats at least so much (in the program's unit)."""
        # A hair below, or rounding inside the solver could leave nothing feasible.
        self.program.row([(column, 1) for column in self.fed[which]], low=rations * (1 - 1e-9) - 1e-7)

    def aim_at_least(self, per_vehicle: Mapping[str, int]) -> float:
        """Aim: least of what one vehicle costs on each route (``per_vehicle``); gives the unit it is
        counted in.
        """
        unit = float(max(per_vehicle.values(), default=0) or 1)
        self.program.maximise = False
        self.program.cost = [0.0] * len(self.program.cost)
        for (_, route, _), column in self.trucks.items():
            self.program.cost[column] = per_vehicle[route] / unit
        return unit

    def keep_at_most(self, value: float) -> None:
        """Hard from now on: the present aim stays at this value or below."""
        terms = [(column, cost) for column, cost in enumerate(self.program.cost) if cost]
        self.program.row(terms, high=value * (1 + 1e-9) + 1e-7)

    def unmet_bound(self, which: int, bound: float) -> int:
        """The fewest unmet person-days that the solver's bound on rations eaten leaves possible."""
        slack = 1e-6 + 1e-7 * self.demand[which]
        return max(0, math.ceil(self.demand[which] - bound * self.scale - slack))

    def convoys(self, solution: Solution) -> tuple[ConvoyTrip, ...]:
        """The trips of a solution, in order of day, route and fleet; loads in whole rations, within every
        limit.
        """
        grams = {good.id: good.grams_per_person_day for good in self.goods}
        left = {(w.id, g): n for w in self.situation.warehouses for g, n in w.stock_g.items()}
        vehicles = dict(sorted(self._vehicles(solution.values).items(), key=lambda i: i[0][::-1]))
        loads: dict[tuple[str, int], dict[str, int]] = {at: {} for at in vehicles}
        spare = {at: sum(self.fleet[f].payload_g * n for f, n in vehicles[at]) for at in vehicles}
        for at, load in loads.items():
            end = self.network.routes[at[0]].end
            for good in grams:
                column = self.loads.get((*at, good))
                wanted = 0 if column is None else math.floor(solution.values[column] * self.scale + 1e-4)
                fits = min(wanted, spare[at] // grams[good], left.get((end, good), 0) // grams[good])
                if fits > 0:
                    load[good] = fits * grams[good]
                    spare[at] -= load[good]
                    left[end, good] -= load[good]
        if self.scale > 1:
            self._top_up(loads, spare, left)
        return tuple(trip for at, fleets in vehicles.items() for trip in self._share(at, fleets, loads[at]))

    def _top_up(
        self,
        loads: dict[tuple[str, int], dict[str, int]],
        spare: dict[tuple[str, int], int],
        left: dict[tuple[str, str], int],
    ) -> None:
        """Give back what rounding took: single rations, wherever one more still feeds somebody."""
        best = self._short(loads)
        for at, load in loads.items():
            end = self.network.routes[at[0]].end
            for good in self.goods:
                ration = good.grams_per_person_day
                for _ in range(ROUNDED_AWAY):
                    if spare[at] < ration or left.get((end, good.id), 0) < ration:
                        break
                    load[good.id] = load.get(good.id, 0) + ration
                    now = self._short(loads)
                    if now >= best:
                        load[good.id] -= ration
                        break
                    best = now
                    spare[at] -= ration
                    left[end, good.id] -= ration

    def _short(self, loads: Mapping[tuple[str, int], Mapping[str, int]]) -> list[int]:
        """Unmet person-days of each population with these loads."""
        routes = self.network.routes
        trips = [ConvoyTrip(r, routes[r].end, routes[r].site, t, "", 1, g) for (r, t), g in loads.items()]
        return [sum(unmet_by_good(self.situation, trips, people).values()) for people in self.populations]

    def _vehicles(self, values: np.ndarray) -> dict[tuple[str, int], list[tuple[str, int]]]:
        going: dict[tuple[str, int], list[tuple[str, int]]] = {}
        for (fleet, route, t), column in sorted(self.trucks.items()):
            if (n := round(values[column])) > 0:
                going.setdefault((route, t), []).append((fleet, n))
        return going

    def _share(
        self, at: tuple[str, int], fleets: list[tuple[str, int]], load: Mapping[str, int]
    ) -> list[ConvoyTrip]:
        """One convoy's load over its fleets, filled one after the other."""
        route, t = self.network.routes[at[0]], at[1]
        left = dict(load)
        trips = []
        for fleet, n in fleets:
            spare = self.fleet[fleet].payload_g * n
            part = {}
            for good in sorted(left):
                part[good] = min(left[good], spare)
                left[good] -= part[good]
                spare -= part[good]
            carried = {good: grams for good, grams in part.items() if grams}
            trips.append(ConvoyTrip(route.id, route.end, route.site, t, fleet, n, carried))
        return trips


@dataclass(frozen=True)
class AidPlan:
    """Convoys with the bound of each aim they were made for, in person-days, risk-weighted minutes and
    metres.
    """

    convoys: tuple[ConvoyTrip, ...]
    unmet_full_bound: int
    unmet_left_bound: int
    exposure_bound: int
    metres_bound: int


@dataclass(frozen=True)
class FirstAim:
    """The first aim reached as if nobody left: rations fed in the program's unit, and the bound on unmet."""

    fed: float
    unmet_bound: int
    solution: Solution
    convoys: tuple[ConvoyTrip, ...]


def feed_everyone(situation: Situation, network: Network, limits: Limits) -> FirstAim:
    """The first aim: fewest unmet person-days with the population as if nobody left."""
    aid = AidProgram(situation, network, [people_each_day(situation, {})])
    aid.aim_at_fed(0)
    found = aid.program.solve(limits, what="the convoys")
    return FirstAim(found.objective, aid.unmet_bound(0, found.bound), found, aid.convoys(found))


def finish(
    situation: Situation,
    network: Network,
    first: FirstAim,
    leaving: Mapping[tuple[str, int], int],
    limits: Limits,
) -> AidPlan:
    """Loads again for those who remain, then least exposure, then least distance, giving up nothing before.

    What the first aim reached for everyone stays hard: if the journeys do not happen, the same loads still
    feed as many as could be fed.
    """
    full, left = people_each_day(situation, {}), people_each_day(situation, leaving)
    aid = AidProgram(situation, network, [full, left] if leaving else [full])
    aid.keep_fed(0, first.fed)
    found, left_bound = first.solution, first.unmet_bound
    if leaving:
        aid.aim_at_fed(1)
        found = aid.program.solve(limits, start=aid_start(aid, first.solution), what="the loads")
        left_bound = aid.unmet_bound(1, found.bound)
        aid.keep_fed(1, found.objective)
    bounds, ways = [], [first.convoys, aid.convoys(found)]
    for per_vehicle in (network.exposure, network.metres):
        unit = aid.aim_at_least({route.id: per_vehicle(route) for route in network.of_purpose("aid")})
        if any(aid.program.cost):
            found = aid.program.solve(
                limits.at_most(ROAD_NODES, ROAD_GAP), start=found.values, what="the road"
            )
            aid.keep_at_most(found.objective)
            bounds.append(max(0, math.ceil(found.bound * unit * (1 - 1e-7) - 1e-6)))
            ways.append(aid.convoys(found))
        else:
            bounds.append(0)
    # Rounding loads may cost a later way one ration that an earlier one still brings: the order decides.
    best = min(ways, key=lambda way: (*_unmet(situation, way, (full, left)), *_road(network, way)))
    return AidPlan(best, first.unmet_bound, left_bound, bounds[0], bounds[1])


def _unmet(
    situation: Situation, convoys: Sequence[ConvoyTrip], populations: Sequence[Population]
) -> list[int]:
    return [sum(unmet_by_good(situation, convoys, people).values()) for people in populations]


def _road(network: Network, convoys: Sequence[ConvoyTrip]) -> list[int]:
    return [
        sum(per_vehicle(network.routes[trip.route]) * trip.vehicles for trip in convoys)
        for per_vehicle in (network.exposure, network.metres)
    ]


def aid_start(aid: AidProgram, earlier: Solution) -> np.ndarray:
    """An earlier solution as a start for a program with one population more; HiGHS fills in what they eat."""
    extra = len(aid.program.cost) - len(earlier.values)
    return np.concatenate([earlier.values, np.zeros(extra)])
