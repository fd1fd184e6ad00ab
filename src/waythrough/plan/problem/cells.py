"""Trips that could start, and what they share: a cell is a route on a day on which it is open and received.

Rows come in two families. People rows are places for people: reception by day, week and in all, the
registration desk, caps on people at doors. Vehicle rows are places for vehicles: fleets on their cycles, caps
on vehicles at doors. Every name is ``kind|id|day``; it is by these names that a plan's certificate gives its
prices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from waythrough.plan.network import RETURN, Network, cycle_days
from waythrough.terms.situation import DestinationNow, FleetNow, RouteNow, Situation

Ints = np.ndarray
Row = tuple[str, str, int]
"""Kind, id and day of a shared row."""

WEEK = 7
"""Days of a week of reception, counted from day 0 of the plan."""


@dataclass(frozen=True)
class Rows:
    """Shared rows with their capacity, and which members (cells or vehicle columns) use one of each.

    Member ``m`` uses the rows ``row[start[m] : start[m + 1]]``. ``stated`` is the capacity as somebody wrote it
    down; where evacuations or convoys of aid have taken some of it already, ``capacity`` is less.
    """

    names: tuple[Row, ...]
    capacity: Ints
    stated: Ints
    start: Ints
    row: Ints

    def priced(self, prices: Ints) -> Ints:
        """What one person (or vehicle) pays on each member at these prices of the rows."""
        paid = np.r_[0, np.cumsum(prices[self.row])]
        return paid[self.start[1:]] - paid[self.start[:-1]]

    def least(self) -> Ints:
        """The smallest capacity among each member's rows; 2^53 for a member without rows."""
        found = np.full(len(self.start) - 1, 1 << 53, np.int64)
        some = self.start[:-1] < self.start[1:]
        if some.any():
            found[some] = np.minimum.reduceat(self.capacity[self.row], self.start[:-1][some])
        return found


@dataclass(frozen=True)
class Cells:
    """Cells in order of route and day, vehicle columns in order of cell and fleet, and their shared rows.

    Cells with the same number in ``alike`` are the same trip by another road: one site and day of departure,
    one destination and day of arrival. ``site`` is the number of a cell's site among those of households, −1 where
    nobody is there.
    """

    routes: tuple[str, ...]
    route: Ints
    day: Ints
    start: Ints
    alike: Ints
    site: Ints
    people_rows: Rows
    fleets: tuple[str, ...]
    column_cell: Ints
    column_fleet: Ints
    column_start: Ints
    vehicle_rows: Rows


def receives(end: DestinationNow | None) -> bool:
    """True where movements are not stopped and somebody stated how many people can be received."""
    return (
        end is not None and not end.stopped and (end.per_day, end.per_week, end.total) != (None, None, None)
    )


def cells(situation: Situation, network: Network, also: Mapping[str, int]) -> Cells:
    """Every cell, its vehicle columns and rows. ``also`` gives further days of departure, route → bits."""
    ends = {d.id: d for d in situation.destinations}
    routes = [
        route
        for route in network.of_purpose(RETURN)
        if receives(ends.get(route.end)) and network.fleets(route)
    ]
    days = {r.id: network.departures[r.id] | also.get(r.id, 0) for r in routes}
    at = [(n, t) for n, r in enumerate(routes) for t in range(situation.days) if days[r.id] >> t & 1]
    fleets = sorted({f.id: f for r in routes for f in network.fleets(r)}.items())
    number = {name: n for n, (name, _) in enumerate(fleets)}
    columns = [(c, number[f.id]) for c, (n, _) in enumerate(at) for f in network.fleets(routes[n])]
    route_of, day_of = _array(n for n, _ in at), _array(t for _, t in at)
    trips = [(routes[n].site, routes[n].end, t, routes[n].days_out) for n, t in at]
    groups = {trip: k for k, trip in enumerate(sorted(set(trips)))}
    here = {name: n for n, name in enumerate(situation.households.columns.site_names)}
    uses = Uses(situation, network)
    driven = _rows(uses.vehicles(routes[at[c][0]], fleets[f][1], at[c][1]) for c, f in columns)
    return Cells(
        routes=tuple(r.id for r in routes),
        route=route_of,
        day=day_of,
        start=np.searchsorted(route_of, np.arange(len(routes) + 1)),
        alike=_array(groups[trip] for trip in trips),
        site=_array(here.get(routes[n].site, -1) for n, _ in at),
        people_rows=uses.stated(_rows(uses.people(routes[n], t) for n, t in at)),
        fleets=tuple(name for name, _ in fleets),
        column_cell=_array(c for c, _ in columns),
        column_fleet=_array(f for _, f in columns),
        column_start=np.searchsorted(_array(c for c, _ in columns), np.arange(len(at) + 1)),
        vehicle_rows=uses.stated(driven),
    )


class Uses:
    """The shared rows a trip uses, with what is left: of people for each aboard, of vehicles for each driving."""

    def __init__(self, situation: Situation, network: Network) -> None:
        self.days, self.network = situation.days, network
        self._ends = {d.id: d for d in situation.destinations}
        self._desk = {
            s.id: s.registration_per_day for s in situation.sites if s.registration_per_day is not None
        }
        self._caps = {d.id: d.max_people for d in situation.doors if d.max_people is not None}
        self._fleets = {f.id: f.count for f in situation.fleets}

    def stated(self, rows: Rows) -> Rows:
        """The rows with their capacity as somebody wrote it down, where those planned first have taken some of it."""
        written = {"people": self._caps, "fleet": self._fleets, "cap": self.network.caps}
        most = [written.get(kind, {}).get(what, -1) for kind, what, _ in rows.names]
        return replace(rows, stated=np.maximum(rows.capacity, _array(most)))

    def people(self, route: RouteNow, t: int) -> Iterator[tuple[Row, int]]:
        """Reception, the registration desk, and doors with a cap on people, leaving on day ``t``."""
        end, arrival = self._ends[route.end], t + route.days_out
        if end.per_day is not None:
            yield ("day", end.id, arrival), end.per_day
        if end.per_week is not None:
            yield ("week", end.id, arrival // WEEK), end.per_week
        if end.total is not None:
            yield ("total", end.id, 0), end.total
        if route.site in self._desk:
            yield ("site", route.site, t), self._desk[route.site]
        if self._caps:
            for door, offset in sorted(self.network.passed_loaded(route)):
                if door in self._caps:
                    at = (door, t + offset)
                    yield ("people", *at), max(0, self._caps[door] - self.network.crowd.get(at, 0))

    def vehicles(self, route: RouteNow, fleet: FleetNow, t: int) -> Iterator[tuple[Row, int]]:
        """The fleet on every day the trip keeps its vehicles, and doors with a cap on vehicles."""
        for day in range(t, min(t + cycle_days(route, fleet), self.days)):
            yield ("fleet", fleet.id, day), self.network.free(fleet, day)
        if self.network.caps:
            for door, offset in sorted(self.network.passed[route.id]):
                if (cap := self.network.cap(door, t + offset)) is not None:
                    yield ("cap", door, t + offset), cap


def _rows(members: Iterable[Iterable[tuple[Row, int]]]) -> Rows:
    capacity: dict[Row, int] = {}
    used = []
    for member in members:
        mine = list(member)
        capacity.update(mine)
        used.append([name for name, _ in mine])
    names = sorted(capacity)
    number = {name: n for n, name in enumerate(names)}
    start = np.zeros(len(used) + 1, np.int64)
    np.cumsum([len(mine) for mine in used], out=start[1:])
    there = _array(capacity[name] for name in names)
    return Rows(
        tuple(names), there, there, start,
        _array(number[name] for mine in used for name in mine),
    )  # fmt: skip


def _array(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)
