"""From a solution to convoys one can send: whole rations, within every limit, over the fleets that go; and what the
room left over is used for.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from waythrough.plan.aid.eating import Population, short_of
from waythrough.plan.aid.rows import AidProgram, stock_rows, storage_rations
from waythrough.plan.network import Network
from waythrough.terms.planned import ConvoyTrip
from waythrough.terms.situation import Good, RouteNow, SiteNow, Situation

ROUNDED_AWAY = 3
"""Rations of one good that rounding may have taken from one convoy."""

At = tuple[str, int]
"""A convoy: its route and the day it leaves."""
Loads = dict[At, dict[str, int]]
"""Grams aboard each convoy by good."""


class Stores:
    """What may still be drawn from warehouses, day by day as receipts come in."""

    def __init__(self, situation: Situation) -> None:
        self.left = stock_rows(situation)

    def available(self, warehouse: str, good: str, day: int) -> int:
        """Grams that a convoy leaving on a day may take and no later one misses."""
        limits = self.left.get((warehouse, good), {})
        return max(0, min((grams for last, grams in limits.items() if day <= last), default=0))

    def draw(self, warehouse: str, good: str, day: int, grams: int) -> None:
        """Take so many grams; fewer than none puts some back."""
        limits = self.left[warehouse, good]
        for last in limits:
            if day <= last:
                limits[last] -= grams


def convoys(aid: AidProgram, values: np.ndarray) -> tuple[ConvoyTrip, ...]:
    """The trips of a solution, in order of day, route and fleet; loads in whole rations, within every limit."""
    vehicles = dict(sorted(_vehicles(aid, values).items(), key=lambda item: item[0][::-1]))
    filling = _Filling(aid, vehicles)
    for at in vehicles:
        for good in aid.goods:
            column = aid.loads.get((*at, good.id))
            if column is not None:
                filling.load(at, good, math.floor(values[column] * aid.scale + 1e-4))
    if aid.scale > 1:
        filling.top_up()
    return share(aid.situation, aid.network, vehicles, filling.loads)


def _vehicles(aid: AidProgram, values: np.ndarray) -> dict[At, list[tuple[str, int]]]:
    going: dict[At, list[tuple[str, int]]] = {}
    for (fleet, route, t), column in sorted(aid.trucks.items()):
        if (n := round(values[column])) > 0:
            going.setdefault((route, t), []).append((fleet, n))
    return going


class _Filling:
    """Loads growing ration by ration, never past what vehicles carry, warehouses hold and sites store."""

    def __init__(self, aid: AidProgram, vehicles: Mapping[At, list[tuple[str, int]]]) -> None:
        self.aid = aid
        self.stores = Stores(aid.situation)
        self.sites = {site.id: site for site in aid.situation.sites}
        self.loads: Loads = {at: {} for at in vehicles}
        self.spare = {at: sum(aid.fleet[f].payload_g * n for f, n in going) for at, going in vehicles.items()}
        self.arriving: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)

    def load(self, at: At, good: Good, rations: int) -> None:
        """Take as many of these rations aboard as fit."""
        route, t = self.aid.network.routes[at[0]], at[1]
        held = self.stores.available(route.end, good.id, t)
        ration = good.grams_per_person_day
        fits = min(rations, self.spare[at] // ration, held // ration)
        if fits > 0:
            self._take(at, good, fits * ration)

    def top_up(self) -> None:
        """Give back what rounding took: single rations, wherever one more still feeds somebody."""
        for at in self.loads:
            for good in self.aid.goods:
                for _ in range(ROUNDED_AWAY):
                    if not self._one_more_feeds(at, good):
                        break

    def _one_more_feeds(self, at: At, good: Good) -> bool:
        route, t, ration = self.aid.network.routes[at[0]], at[1], good.grams_per_person_day
        column = self.aid.loads.get((*at, good.id))
        held = self.stores.available(route.end, good.id, t)
        if column is None or self.spare[at] < ration or held < ration:
            return False
        before = self._short(route.site, good)
        self._take(at, good, ration)
        if self._short(route.site, good) < before and self._storable(route.site, good):
            return True
        self._take(at, good, -ration)
        return False

    def _take(self, at: At, good: Good, grams: int) -> None:
        route, t = self.aid.network.routes[at[0]], at[1]
        self.loads[at][good.id] = self.loads[at].get(good.id, 0) + grams
        self.spare[at] -= grams
        self.stores.draw(route.end, good.id, t, grams)
        days, arrival = self.arriving[route.site, good.id], t + route.days_out
        days[arrival] = days.get(arrival, 0) + grams

    def _short(self, site: str, good: Good) -> list[int]:
        """Person-days short at the site, for each population."""
        stock, came = self.sites[site].stock_g.get(good.id, 0), self.arriving[site, good.id]
        return [short_of(good, stock, came, people[site]) for people in self.aid.populations]

    def _storable(self, site: str, good: Good) -> bool:
        here = self.sites[site]
        return all(fits(here, good, self.arriving[site, good.id], p[site]) for p in self.aid.populations)


def fits(site: SiteNow, good: Good, arriving_g: Mapping[int, int], people: Sequence[int]) -> bool:
    """Whether the store holds, on the evening of each day on which some arrives, what is left of a good."""
    if good.id not in site.storage_g:
        return True
    stock, ration = site.stock_g.get(good.id, 0), good.grams_per_person_day
    for t, here in enumerate(people):
        stock += arriving_g.get(t, 0)
        stock -= min(here, stock // ration) * ration
        if arriving_g.get(t) and stock > site.storage_g[good.id]:
            return False
    return True


def share(
    situation: Situation, network: Network, vehicles: Mapping[At, Sequence[tuple[str, int]]], loads: Loads
) -> tuple[ConvoyTrip, ...]:
    """Each convoy's load over its fleets, filled one after the other."""
    payload = {fleet.id: fleet.payload_g for fleet in situation.fleets}
    trips = []
    for at, going in vehicles.items():
        route, left = network.routes[at[0]], dict(loads[at])
        for fleet, n in going:
            room, part = payload[fleet] * n, {}
            for good in sorted(left):
                part[good] = min(left[good], room)
                left[good] -= part[good]
                room -= part[good]
            carried = {good: grams for good, grams in part.items() if grams}
            trips.append(ConvoyTrip(route.id, route.end, route.site, at[1], fleet, n, carried))
    return tuple(trips)


# --- goods that are not life-saving -----------------------------------------------------------------------


@dataclass
class _Room:
    """The room left on one convoy."""

    route: RouteNow
    day: int
    grams: int


def fill_room(
    situation: Situation, network: Network, trips: Sequence[ConvoyTrip], people: Population
) -> tuple[ConvoyTrip, ...]:
    """The same trips with goods that are not life-saving loaded in the room left over.

    Trips are filled in order of arrival, the worse-off site first. A day's need at a time goes to the good of which
    the site has fewest days, up to its need to the last day, so that no good crowds out another.
    """
    goods = sorted(
        (g for g in situation.goods if not g.life_saving and g.grams_per_person_day > 0), key=lambda g: g.id
    )
    if not goods or not trips:
        return tuple(trips)
    filling = _Others(situation, network, trips, people, goods)
    for room in filling.rooms():
        filling.fill(room)
    vehicles: dict[At, list[tuple[str, int]]] = defaultdict(list)
    loads: Loads = defaultdict(dict)
    for trip in trips:
        at = (trip.route, trip.day)
        vehicles[at].append((trip.fleet, trip.vehicles))
        for good, grams in trip.load_g.items():
            loads[at][good] = loads[at].get(good, 0) + grams
    for at, more in filling.loaded.items():
        loads[at].update(more)
    return share(situation, network, vehicles, loads)


class _Others:
    def __init__(
        self,
        situation: Situation,
        network: Network,
        trips: Sequence[ConvoyTrip],
        people: Population,
        goods: Sequence[Good],
    ) -> None:
        self.situation, self.network, self.people, self.goods = situation, network, people, goods
        self.sites = {site.id: site for site in situation.sites}
        self.stores = Stores(situation)
        self.arriving: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        self.loaded: dict[At, dict[str, int]] = defaultdict(dict)
        payload = {fleet.id: fleet.payload_g for fleet in situation.fleets}
        self.spare: dict[At, int] = defaultdict(int)
        for trip in trips:
            self.spare[trip.route, trip.day] += payload[trip.fleet] * trip.vehicles - sum(
                trip.load_g.values()
            )

    def rooms(self) -> list[_Room]:
        """Convoys with room left, in order of arrival, the worse-off site first."""
        found = [_Room(self.network.routes[r], t, grams) for (r, t), grams in self.spare.items() if grams > 0]
        return sorted(
            found,
            key=lambda room: (
                room.day + room.route.days_out,
                -self.sites[room.route.site].severity,
                room.route.id,
            ),
        )

    def fill(self, room: _Room) -> None:
        """Fill one convoy."""
        open_yet = [g for g in self.goods if self.network.allows(room.route, g.id)]
        while open_yet:
            good = min(open_yet, key=lambda g: (self._days_held(room, g), g.id))
            grams = self._chunk(room, good)
            if grams <= 0:
                open_yet.remove(good)
                continue
            at = (room.route.id, room.day)
            self.loaded[at][good.id] = self.loaded[at].get(good.id, 0) + grams
            self.stores.draw(room.route.end, good.id, room.day, grams)
            self._arrive(room, good, grams)
            room.grams -= grams

    def _arrive(self, room: _Room, good: Good, grams: int) -> None:
        days, t = self.arriving[room.route.site, good.id], room.day + room.route.days_out
        days[t] = days.get(t, 0) + grams

    def _held(self, room: _Room, good: Good) -> int:
        """Grams of the good at the site in the morning of arrival, with what has been loaded for that day."""
        site, ration = self.sites[room.route.site], good.grams_per_person_day
        stock, came = site.stock_g.get(good.id, 0), self.arriving[site.id, good.id]
        for t in range(room.day + room.route.days_out):
            stock += came.get(t, 0)
            stock -= min(self.people[site.id][t], stock // ration) * ration
        return stock + came.get(room.day + room.route.days_out, 0)

    def _days_held(self, room: _Room, good: Good) -> int:
        here = self.people[room.route.site][room.day + room.route.days_out]
        return self._held(room, good) // max(1, here * good.grams_per_person_day)

    def _chunk(self, room: _Room, good: Good) -> int:
        """Up to a day's need, as far as it is needed, held, storable and fits."""
        site, ration = self.sites[room.route.site], good.grams_per_person_day
        arrival = room.day + room.route.days_out
        here, held = self.people[site.id][arrival], self._held(room, good)
        wanted = sum(self.people[site.id][arrival:]) - held // ration
        limits = [here, wanted, room.grams // ration]
        limits.append(self.stores.available(room.route.end, good.id, room.day) // ration)
        if (storage := storage_rations(site, good)) is not None:
            limits.append(storage + here - held // ration)
        return max(0, min(limits)) * ration
