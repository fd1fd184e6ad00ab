"""The program of convoys: which columns and rows say how many vehicles leave, with what, and who eats.

Loads are counted in *rations*: what one person needs of one good on one day. A program may hold all sites or some
of them; what sites share (vehicles, stock in warehouses, caps at doors) are rows with a name, so that the same
program can take what others leave or pay a price for it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from waythrough.plan.aid.eating import Population, until_first
from waythrough.plan.network import AID, Network, cycle_days
from waythrough.plan.solver import Program
from waythrough.terms.situation import FleetNow, Good, RouteNow, SiteNow, Situation

Row = tuple[str, str, str, int]
"""Name of what is shared: ``("fleet", fleet, "", day)``, ``("stock", warehouse, good, day)`` (drawn up to that day)
or ``("cap", door, "", day)``."""
Room = Mapping[Row, float]
"""How much of a shared thing may be used, in vehicles or in the program's rations."""

WHOLE_RATIONS_UP_TO = 500
"""Up to this many rations over the horizon loads are whole numbers in the program itself; above, they are
counted in thousands, rounded down, and topped up ration by ration where that still feeds somebody."""


@dataclass
class AidProgram:
    """The program of one or two populations that eat the same loads: as if nobody left, and those who remain.

    ``trucks`` maps (fleet, route, day), ``goes`` (route, day), ``marks`` (site, day) and ``loads`` (route, day,
    good) to columns; ``fed`` lists, for each population, the columns of rations eaten; ``without`` is what each
    population eats on days that no convoy can reach. ``shared`` holds what each shared row is used by, and
    ``row_of`` the row itself once the program is closed.
    """

    situation: Situation
    network: Network
    goods: Sequence[Good]
    populations: Sequence[Population]
    sites: Collection[str]
    scale: int = 1_000
    program: Program = field(default_factory=lambda: Program(maximise=True))
    trucks: dict[tuple[str, str, int], int] = field(default_factory=dict)
    goes: dict[tuple[str, int], int] = field(default_factory=dict)
    marks: dict[tuple[str, int], int] = field(default_factory=dict)
    loads: dict[tuple[str, int, str], int] = field(default_factory=dict)
    fed: list[list[tuple[int, SiteNow]]] = field(default_factory=list)
    without: list[int] = field(default_factory=list)
    shared: dict[Row, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    row_of: dict[Row, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fleet = {fleet.id: fleet for fleet in self.situation.fleets}
        self.stock = stock_rows(self.situation)
        self.routes = [r for r in self.network.of_purpose(AID) if r.site in self.sites]
        for route in self.routes:
            self._add_route(route)
        self._add_spacing()
        self._share()
        for population in self.populations:
            self._add_eating(population)

    def close(self, room: Room) -> None:
        """Add the shared rows, each with its room."""
        for row, terms in sorted(self.shared.items()):
            self.row_of[row] = self.program.row(terms, high=room[row])

    # --- what is asked of it ------------------------------------------------------------------------------

    def aim_at_fed(self, which: int, *, severity: bool = False) -> None:
        """Aim: most rations eaten by population ``which``; with ``severity`` each counts as often as its site is
        badly off.
        """
        self.program.maximise = True
        self.program.cost = [0.0] * len(self.program.cost)
        for column, site in self.fed[which]:
            self.program.cost[column] = float(site.severity if severity else 1)

    def keep_at_least(self, value: float) -> None:
        """Hard from now on: the present aim stays at this value or above."""
        # A hair below, or rounding inside the solver could leave nothing feasible.
        self.program.row(self._aim(), low=value * (1 - 1e-9) - 1e-7)

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
        self.program.row(self._aim(), high=value * (1 + 1e-9) + 1e-7)

    def unmet_bound(self, which: int, bound: float) -> int:
        """The fewest unmet person-days that a bound on rations eaten leaves possible."""
        demand = sum(sum(self.populations[which][site]) for site in self.sites) * len(self.goods)
        slack = 1e-6 + 1e-7 * demand
        return max(0, math.ceil(demand - self.without[which] - bound * self.scale - slack))

    def _aim(self) -> list[tuple[int, float]]:
        return [(column, cost) for column, cost in enumerate(self.program.cost) if cost]

    # --- convoys ------------------------------------------------------------------------------------------

    def _add_route(self, route: RouteNow) -> None:
        fleets = self.network.fleets(route)
        goods = [g for g in self.goods if self._held(route.end, g) > 0 and self.network.allows(route, g.id)]
        if goods and fleets:
            for t in self.network.days(route.id):
                self._add_convoy(route, t, fleets, [g for g in goods if self._held(route.end, g, t) > 0])

    def _held(self, warehouse: str, good: Good, day: int | None = None) -> int:
        """Rations that may be drawn up to a day, or over the horizon."""
        limits = self.stock.get((warehouse, good.id), {})
        last = self.situation.days - 1 if day is None else day
        grams = next((grams for until, grams in limits.items() if last <= until), 0)
        return grams // good.grams_per_person_day

    def _add_convoy(self, route: RouteNow, t: int, fleets: list[FleetNow], goods: list[Good]) -> None:
        if not goods:
            return
        s = self.situation
        least, most = max(1, s.min_convoy_vehicles), s.max_convoy_vehicles
        trucks = [self.program.column(min(fleet.count, most), whole=True) for fleet in fleets]
        self.trucks.update({(f.id, route.id, t): n for f, n in zip(fleets, trucks, strict=True)})
        every = [(n, 1.0) for n in trucks]
        if least > 1:
            go = self.goes[route.id, t] = self.program.column(1, whole=True)
            self.program.row([*every, (go, -float(least))], low=0)
            # No more vehicles than there are, times yes or no: the tightest row keeps the relaxation honest.
            for n, fleet in zip(trucks, fleets, strict=True):
                self.program.row([(n, 1), (go, -float(min(fleet.count, most)))], high=0)
            if sum(fleet.count for fleet in fleets) > most:
                self.program.row([*every, (go, -float(most))], high=0)
        elif sum(fleet.count for fleet in fleets) > most:
            self.program.row(every, high=most)
        people = max(max(p[route.site]) for p in self.populations)
        # Tonnes, or less where vehicles carry less: coefficients far from one make a solver lose its footing.
        unit = min(1e6, max(fleet.payload_g for fleet in fleets))
        carried = [(n, -f.payload_g / unit) for n, f in zip(trucks, fleets, strict=True)]
        for good in goods:
            useful = people * (s.days - t - route.days_out)
            rations = min(self._held(route.end, good, t), useful)
            q = self.program.column(rations / self.scale, whole=self.scale == 1)
            self.loads[route.id, t, good.id] = q
            carried.append((q, good.grams_per_person_day * self.scale / unit))
        self.program.row(carried, high=0)

    def _add_spacing(self) -> None:
        """Convoys to one site leave on days at least so many days apart; on one day several may leave."""
        spacing, most = self.situation.convoy_spacing_days, self.situation.max_convoy_vehicles
        if spacing <= 1:
            return
        going: dict[tuple[str, int], dict[str, list[tuple[str, int]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for (fleet, route, t), column in self.trucks.items():
            going[self.network.routes[route].site, t][route].append((fleet, column))
        for at, by_route in sorted(going.items()):
            mark = self.marks[at] = self.program.column(1, whole=True)
            by_fleet: dict[str, list[tuple[int, float]]] = defaultdict(list)
            for route, columns in by_route.items():
                if (route, at[1]) in self.goes:
                    self.program.row([(self.goes[route, at[1]], 1), (mark, -1.0)], high=0)
                elif sum(self.fleet[fleet].count for fleet, _ in columns) > most:
                    self.program.row([(n, 1) for _, n in columns] + [(mark, -float(most))], high=0)
                for fleet, n in columns:
                    by_fleet[fleet].append((n, 1))
            for fleet, terms in sorted(by_fleet.items()):
                self.program.row([*terms, (mark, -float(self.fleet[fleet].count))], high=0)
        for site, t in self.marks:
            window = [self.marks[site, u] for u in range(t, t + spacing) if (site, u) in self.marks]
            if len(window) > 1:
                self.program.row([(mark, 1) for mark in window], high=1)

    # --- what sites share ---------------------------------------------------------------------------------

    def _share(self) -> None:
        for (name, route_id, t), column in self.trucks.items():
            route = self.network.routes[route_id]
            for day in range(t, min(t + cycle_days(route, self.fleet[name]), self.situation.days)):
                self.shared["fleet", name, "", day].append((column, 1))
            for door, offset in sorted(self.network.passed[route_id]):
                if door in self.network.caps:
                    self.shared["cap", door, "", t + offset].append((column, 1))
        for (route_id, t, good), column in self.loads.items():
            end = self.network.routes[route_id].end
            for until in self.stock[end, good]:
                if t <= until:
                    self.shared["stock", end, good, until].append((column, 1))

    # --- who eats -----------------------------------------------------------------------------------------

    def _add_eating(self, population: Population) -> None:
        """Who eats what arrives. Days before the first possible arrival are settled already."""
        coming: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for (route, t, name), column in self.loads.items():
            at = self.network.routes[route]
            coming[at.site, name][t + at.days_out].append(column)
        fed, without = [], 0
        for site in self.situation.sites:
            if site.id not in self.sites:
                continue
            for good in self.goods:
                arriving = coming[site.id, good.id]
                first = min(arriving, default=self.situation.days)
                held = site.stock_g.get(good.id, 0) // good.grams_per_person_day
                eaten, held = until_first(held, population[site.id], first)
                without += eaten
                fed += [(n, site) for n in self._add_stock(site, good, held, arriving, population[site.id])]
        self.fed.append(fed)
        self.without.append(without)

    def _add_stock(
        self, site: SiteNow, good: Good, held: int, arriving: Mapping[int, list[int]], people: Sequence[int]
    ) -> list[int]:
        """Stock at the next possible arrival = stock at this one + what arrived − what is eaten between; nobody
        eats more than a ration a day. Gives the columns of rations eaten.
        """
        starts, fed, stock = sorted(arriving), list[int](), -1
        storage = storage_rations(site, good)
        for first, last in pairwise([*starts, self.situation.days]):
            eaten = self.program.column(sum(people[first:last]) / self.scale)
            left = self.program.column(math.inf)
            before = [(stock, -1.0)] if stock >= 0 else []
            known = held / self.scale if stock < 0 else 0.0
            came = [(q, -1.0) for q in arriving[first]]
            self.program.row([(eaten, 1.0), (left, 1.0), *came, *before], low=known, high=known)
            if storage is not None:
                # What is left when the day of arrival is over fits the store. A store overfull from the first
                # may stay so, and takes nothing.
                room = max(storage + people[first], held) / self.scale
                self.program.row([(n, -v) for n, v in came + before], high=room - known)
            held -= min(held, sum(people[first:last]))
            stock = left
            fed.append(eaten)
        return fed


def storage_rations(site: SiteNow, good: Good) -> int | None:
    """Whole rations of a good that fit a site's store beside the part of a ration in stock; None without a limit."""
    if good.id not in site.storage_g:
        return None
    ration = good.grams_per_person_day
    return (site.storage_g[good.id] - site.stock_g.get(good.id, 0) % ration) // ration


def stock_rows(situation: Situation) -> dict[tuple[str, str], dict[int, int]]:
    """Grams that may be drawn from each warehouse of each good up to a day, (warehouse, good) → last day →
    grams: one day before each receipt, and the end.
    """
    found: dict[tuple[str, str], dict[int, int]] = {}
    for warehouse in situation.warehouses:
        for good in situation.goods:
            came = [r for r in warehouse.receipts if r.good == good.id and r.day < situation.days]
            ends = sorted({r.day - 1 for r in came if r.day > 0} | {situation.days - 1})
            at_first = warehouse.stock_g.get(good.id, 0)
            found[warehouse.id, good.id] = {
                last: at_first + sum(r.grams for r in came if r.day <= last) for last in ends
            }
    return found


def whole_room(situation: Situation, network: Network, scale: int) -> dict[Row, float]:
    """All there is of what sites share."""
    room: dict[Row, float] = {}
    grams = {good.id: good.grams_per_person_day for good in situation.goods}
    for fleet in situation.fleets:
        room.update({("fleet", fleet.id, "", day): fleet.count for day in range(situation.days)})
    for door in network.caps:
        room.update({("cap", door, "", day): network.cap(door, day) or 0 for day in range(situation.days)})
    for (warehouse, good), limits in stock_rows(situation).items():
        for last, held in limits.items():
            room["stock", warehouse, good, last] = held // grams[good] / scale if grams[good] else 0.0
    return room
