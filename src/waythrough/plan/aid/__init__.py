"""Convoys in: how many vehicles leave which warehouse on which day, and with what, so that fewest people go
short.

The first aim counts person-days below the life-saving threshold, once for each life-saving good that is
short on a day, over the horizon. Counting goods one by one keeps the aim honest where one good can be
brought and another cannot: bringing food still counts on the days when water is short.

Among loads that leave equally many person-days short, those are chosen that serve the worse-off sites first
(`SiteNow.severity`): a second key, never traded against the first. Goods that are not life-saving ride in the room
left over when every aim is settled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from waythrough.plan.aid.dive import LARGE
from waythrough.plan.aid.eating import (
    Population,
    arriving,
    life_saving,
    people_each_day,
    unmet_by_good,
    unmet_by_site,
)
from waythrough.plan.aid.loads import convoys, fill_room, fits
from waythrough.plan.aid.road import road_bounds
from waythrough.plan.aid.rows import WHOLE_RATIONS_UP_TO, AidProgram, Room, whole_room
from waythrough.plan.aid.search import most
from waythrough.plan.network import Network
from waythrough.plan.solver import Limits, Solution
from waythrough.terms.planned import ConvoyTrip
from waythrough.terms.situation import RouteNow, Situation

__all__ = [
    "AidPlan",
    "FirstAim",
    "Population",
    "feed_everyone",
    "finish",
    "life_saving",
    "people_each_day",
    "unmet_by_good",
]

ROAD_NODES, ROAD_GAP = 15, 1.2e-2
"""How long the last aims are searched: the aims about people come first, in time as in order."""
FIXED_CALENDAR_ABOVE = 400
"""With more columns of whole numbers than this, the days of convoys stay as the first aim settled them."""


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
    aid, room = _program(situation, network, [people_each_day(situation, {})])
    aid.aim_at_fed(0)
    found = most(aid, room, limits, "the convoys")
    return FirstAim(found.objective, aid.unmet_bound(0, found.bound), found, convoys(aid, found.values))


def finish(
    situation: Situation,
    network: Network,
    first: FirstAim,
    leaving: Mapping[tuple[str, int], int],
    limits: Limits,
) -> AidPlan:
    """Loads again for those who remain, then least exposure, then least distance, giving up nothing before.

    What the first aim reached for everyone stays hard: if the journeys do not happen, the same loads still
    feed as many as could be fed, as far as stores hold what those who leave do not eat.
    """
    full, left = people_each_day(situation, {}), people_each_day(situation, leaving)
    return _Finish(situation, network, first, [full, left] if leaving else [full], limits).plan()


class _Finish:
    """The aims after the first, one after the other."""

    def __init__(
        self,
        situation: Situation,
        network: Network,
        first: FirstAim,
        populations: Sequence[Population],
        limits: Limits,
    ) -> None:
        self.situation, self.network, self.first, self.limits = situation, network, first, limits
        self.populations = populations
        self.aid, _ = _program(situation, network, populations, _left_at_doors(network, first.convoys))
        self.ways = [first.convoys]
        self.values = _start(self.aid, first.solution)
        self.fixed = sum(self.aid.program.whole) > FIXED_CALENDAR_ABOVE
        if self.fixed:
            self._keep_calendar()

    def plan(self) -> AidPlan:
        left_bound = self._feed()
        self._worst_off_first()
        exposure, metres = self._road()
        possible = [way for way in self.ways if self._storable(way)]
        # Rounding loads may cost a later way one ration that an earlier one still brings: the order decides.
        best = min(possible, key=self._in_order)
        best = fill_room(self.situation, self.network, best, self.populations[-1])
        return AidPlan(best, self.first.unmet_bound, left_bound, exposure, metres)

    # --- aims ---------------------------------------------------------------------------------------------

    def _feed(self) -> int:
        """Keep what everyone eats, then the most for those who remain; gives the bound on who goes short."""
        self.aid.aim_at_fed(0)
        if len(self.populations) == 1:
            self.aid.keep_at_least(self.first.fed)
            return self.first.unmet_bound
        fed = self.first.fed
        if any(site.storage_g for site in self.situation.sites):
            # What those who leave do not eat has to be stored: the first loads may no longer fit.
            fed = self._solve("the loads for everyone").objective
        self.aid.keep_at_least(fed)
        self.aid.aim_at_fed(1)
        relaxed = self._relaxed("the bound for those who remain")
        found = self._solve("the loads for those who remain")
        self.aid.keep_at_least(found.objective)
        # Fewer people never eat more than all together: the first bound holds for those who remain as well.
        fewer = sum(sum(map(sum, p.values())) * s for p, s in zip(self.populations, (1, -1), strict=True))
        bound = max(0, self.first.unmet_bound - fewer * len(self.aid.goods))
        proved = relaxed if self.fixed else found.bound
        return bound if proved is None else max(bound, self.aid.unmet_bound(1, proved))

    def _worst_off_first(self) -> None:
        """Among plans that feed as many, those that serve the worse-off sites; in large ones vehicles stay as they
        are.
        """
        if len({site.severity for site in self.situation.sites}) < 2:
            return
        last = len(self.populations) - 1
        self.aid.aim_at_fed(last, severity=True)
        found = self._solve("the worst-off sites first")
        self.aid.keep_at_least(found.objective)

    def _road(self) -> tuple[int, int]:
        """Least exposure, then least distance; gives both bounds."""
        costs = [self._costs(per_vehicle) for per_vehicle in (self.network.exposure, self.network.metres)]
        bounds = road_bounds(self.aid, self.first.fed, costs)
        for n, per_route in enumerate(costs):
            unit = self.aid.aim_at_least(per_route)
            if any(self.aid.program.cost):
                relaxed = self._relaxed("the bound of the road") or 0.0
                found = self._solve("the road", self.limits.at_most(ROAD_NODES, ROAD_GAP))
                self.aid.keep_at_most(found.objective)
                least = relaxed if self.fixed else found.bound
                bounds[n] = max(bounds[n], math.ceil(least * unit * (1 - 1e-7) - 1e-6))
        return bounds[0], bounds[1]

    def _relaxed(self, what: str) -> float | None:
        """The best there is for the present aim with every day open again and parts of convoys allowed; None where
        it is not needed, or too large to ask.
        """
        program = self.aid.program
        if not self.fixed or len(program.cost) > LARGE:
            return None
        settled, program.high = program.high, self.open_high
        best = program.solve(self.limits, relaxed=True, what=what).objective
        program.high = settled
        return best

    def _costs(self, per_vehicle: Callable[[RouteNow], int]) -> dict[str, int]:
        return {route.id: per_vehicle(route) for route in self.network.of_purpose("aid")}

    # --- how ----------------------------------------------------------------------------------------------

    def _solve(self, what: str, limits: Limits | None = None) -> Solution:
        """Solve for the present aim and remember the way found. In large programs the aims about people move loads
        alone, which is quick; only the road (with limits of its own) may leave vehicles at home.
        """
        program = self.aid.program
        low, high = program.low, program.high
        if self.fixed and limits is None:
            columns = {*self.aid.trucks.values(), *self.aid.goes.values(), *self.aid.marks.values()}
            kept = {n: float(round(self.values[n])) for n in columns}
            program.low = [kept.get(n, v) for n, v in enumerate(low)]
            program.high = [kept.get(n, v) for n, v in enumerate(high)]
        found = program.solve(limits or self.limits, start=self.values, what=what)
        program.low, program.high = low, high
        self.values = found.values
        self.ways.append(convoys(self.aid, found.values))
        return found

    def _keep_calendar(self) -> None:
        """No convoy on other days and no more vehicles than the first aim settled: what remains is small."""
        columns = {*self.aid.trucks.values(), *self.aid.goes.values(), *self.aid.marks.values()}
        self.open_high = list(self.aid.program.high)
        for n in columns:
            self.aid.program.high[n] = min(self.aid.program.high[n], round(self.values[n]))

    def _storable(self, way: Sequence[ConvoyTrip]) -> bool:
        loads = arriving(self.situation, way)
        return all(
            fits(site, good, loads.get((site.id, good.id), {}), self.populations[-1][site.id])
            for site in self.situation.sites
            for good in self.aid.goods
        )

    def _in_order(self, way: Sequence[ConvoyTrip]) -> list[int]:
        """What the aims say of a way, the first one first."""
        found = [sum(unmet_by_good(self.situation, way, people).values()) for people in self.populations]
        severity = {site.id: site.severity for site in self.situation.sites}
        short = unmet_by_site(self.situation, way, self.populations[-1])
        found.append(sum(severity[site] * n for (site, _), n in short.items()))
        routes = self.network.routes
        for per_vehicle in (self.network.exposure, self.network.metres):
            found.append(sum(per_vehicle(routes[trip.route]) * trip.vehicles for trip in way))
        return found


def _program(
    situation: Situation, network: Network, populations: Sequence[Population], less: Room | None = None
) -> tuple[AidProgram, Room]:
    goods = life_saving(situation)
    rations = max(sum(map(sum, people.values())) for people in populations) * len(goods)
    scale = 1 if rations <= WHOLE_RATIONS_UP_TO else 1_000
    sites = frozenset(site.id for site in situation.sites)
    aid = AidProgram(situation, network, goods, populations, sites, scale)
    room = {**whole_room(situation, network, scale), **(less or {})}
    aid.close(room)
    return aid, room


def _left_at_doors(network: Network, first: Sequence[ConvoyTrip]) -> Room:
    """At doors with a cap that journeys pass too, later aims stay with what the first one used: the rest is
    promised to the journeys.
    """
    both = network.shared_caps
    return {
        ("cap", door, "", day): n for (door, day), n in network.passing(first).items() if door in both
    } | {
        ("cap", door, "", day): 0
        for door in both
        for day in range(network.situation.days)
        if (door, day) not in network.passing(first)
    }


def _start(aid: AidProgram, earlier: Solution) -> np.ndarray:
    """An earlier solution as a start for a program with one population more; HiGHS fills in what they eat."""
    extra = len(aid.program.cost) - len(earlier.values)
    return np.concatenate([earlier.values, np.zeros(extra)])
