"""The tables that people out and goods in are played with: one row for each road, site, lane, store or vehicle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate

import numpy as np

from waythrough.plan.aid import life_saving
from waythrough.plan.futures.families import Lane
from waythrough.plan.futures.policy import Policy
from waythrough.plan.kernels.futures import WORD, Feeding, Leaving
from waythrough.plan.network import AID, RETURN, Network, cycle_days
from waythrough.terms.situation import DoorNow, FleetNow, Good, RouteNow

MANY = 1 << 30
"""No limit stated, or one that nobody comes to: people, vehicles or rations. A future of people out stands in
numbers of 32 bits.
"""
PER_THOUSAND = 1_000
FLEET = 1 << 14
"""No fleet is counted as larger than sixteen thousand vehicles: their special seats are counted in thousandths."""


def leaving_table(
    network: Network,
    routes: Sequence[RouteNow],
    needs: np.ndarray,
    found: Sequence[Lane],
    policy: Policy,
) -> Leaving:
    """People out. ``needs`` are the special seats of a thousand people of each class; lanes are in their order."""
    s = network.situation
    sites = {site.id: n for n, site in enumerate(s.sites)}
    ends = {d.id: n for n, d in enumerate(s.destinations)}
    fleets = [f for f in s.fleets if f.purpose == RETURN]
    on = [
        (lane, n)
        for lane in found
        for n, route in enumerate(routes)
        if (sites[route.site], ends[route.end]) == (lane.site, lane.end)
    ]
    live = np.array([lane.live for lane, _ in on], np.int64).reshape(len(on), s.days).T
    waiting = live + np.array([lane.ended for lane, _ in on], np.int64).reshape(len(on), s.days).T
    large = _pairs(network, fleets, routes, lambda f: (-f.seats, f.id))
    special = _pairs(network, fleets, routes, lambda f: (-f.special_seats, -f.seats, f.id))
    return Leaving(
        lane_class=whole(lane.group for lane, _ in on),
        lane_road=whole(n for _, n in on),
        waiting=np.ascontiguousarray(np.stack([waiting, live], axis=2)),
        special=needs,
        site=whole(sites[r.site] for r in routes),
        out=whole(r.days_out for r in routes),
        end=whole(ends[r.end] for r in routes),
        most=whole(_most(network, r) for r in routes),
        fleet_from=_from(large),
        fleet_of=whole(f for pairs in (large, special) for pair in pairs for f, _ in pair),
        cycle_of=whole(c for pairs in (large, special) for pair in pairs for _, c in pair),
        pool=_pools(large, len(fleets)),
        count=whole(min(FLEET, f.count) for f in fleets),
        room=whole(max(1, f.seats * policy.filled_percent // 100) for f in fleets),
        places=whole(f.special_seats * PER_THOUSAND for f in fleets),
        register=whole(_limit(site.registration_per_day) for site in s.sites),
        in_all=whole(_limit(d.total) for d in s.destinations),
        per_week=whole(_limit(d.per_week) for d in s.destinations),
        per_day=whole(_limit(d.per_day) for d in s.destinations),
    )


def feeding_table(network: Network, routes: Sequence[RouteNow]) -> Feeding:
    """Goods in. Everybody eats, also those who have left: nobody is ever fed by being moved."""
    s, goods = network.situation, life_saving(network.situation)
    sites = {site.id: n for n, site in enumerate(s.sites)}
    stores = {store.id: n for n, store in enumerate(s.warehouses)}
    fleets = [f for f in s.fleets if f.purpose == AID]
    doors = {door.id: door for door in s.doors}
    people = np.array([_people(site.people, site.changes, s.days) for site in s.sites], np.int64)
    needed = np.zeros((len(s.sites), s.days + 1), np.int64)
    needed[:, :-1] = people[:, ::-1].cumsum(axis=1)[:, ::-1]
    pairs = _pairs(network, fleets, routes, lambda f: (-f.payload_g, f.id))
    receipts = sorted(
        (r.day, n, q, r.grams // good.grams_per_person_day)
        for n, warehouse in enumerate(s.warehouses)
        for r in warehouse.receipts
        for q, good in enumerate(goods)
        if r.good == good.id
    )

    cells = (len(s.sites), len(goods))

    def rations(at: Mapping[str, int], good: Good, otherwise: int = 0) -> int:
        return at[good.id] // good.grams_per_person_day if good.id in at else otherwise

    return Feeding(
        site=whole(sites[r.site] for r in routes),
        out=whole(r.days_out for r in routes),
        end=whole(stores[r.end] for r in routes),
        most=whole(_most(network, r) for r in routes),
        fleet_from=_from(pairs),
        fleet_of=whole(f for pair in pairs for f, _ in pair),
        cycle_of=whole(c for pair in pairs for _, c in pair),
        count=whole(f.count for f in fleets),
        room=whole(max(1, f.payload_g) for f in fleets),
        needed=needed,
        stock=whole(rations(site.stock_g, good) for site in s.sites for good in goods).reshape(cells),
        storage=whole(rations(site.storage_g, good, MANY) for site in s.sites for good in goods).reshape(
            cells
        ),
        store=whole(rations(w.stock_g, good) for w in s.warehouses for good in goods).reshape(-1, len(goods)),
        receipts=np.array(receipts, np.int64).reshape(-1, 4),
        grams=whole(good.grams_per_person_day for good in goods),
        allowed=whole(_allows(r, good.id, doors) for r in routes for good in goods).reshape(-1, len(goods)),
        spacing=whole(max(1, s.convoy_spacing_days) for _ in s.sites),
        least=whole(max(1, s.min_convoy_vehicles) for _ in s.sites),
    )


def starts_of(network: Network, route: RouteNow, known: dict[str, int]) -> list[int]:
    """Days on which a trip may start as far as doors do not say otherwise: none where somebody is not known."""
    nobody = network.nameless_zones(route) or any(d not in known for d, _ in network.passed[route.id])
    days = 0 if nobody else len(network.starts(route))
    return [int(t < days) for t in range(network.situation.days)]


def _pairs(
    network: Network,
    fleets: Sequence[FleetNow],
    routes: Sequence[RouteNow],
    order: Callable[[FleetNow], tuple[int | str, ...]],
) -> list[list[tuple[int, int]]]:
    """For each road the fleets that may drive it, by number, with the days that a trip keeps a vehicle."""
    number = {fleet.id: n for n, fleet in enumerate(fleets)}
    return [[(number[f.id], cycle_days(r, f)) for f in sorted(network.fleets(r), key=order)] for r in routes]


def _most(network: Network, route: RouteNow) -> int:
    """Vehicles a day, by the caps of the guarantees on the way."""
    doors = {door.id: door for door in network.situation.doors}
    here = [doors[d] for d, _ in network.passed[route.id] if d in doors]
    limits = [door.max_vehicles for door in here if door.max_vehicles is not None]
    if route.purpose == AID:
        return min([network.situation.max_convoy_vehicles, *limits])
    seats = max(fleet.seats for fleet in network.fleets(route))
    # People a day are kept as whole vehicles of them, and never as fewer than one.
    limits += [max(1, door.max_people // seats) for door in here if door.max_people is not None]
    return min([MANY, *limits])


def _people(people: int, changes: Sequence[int], days: int) -> list[int]:
    net = (*changes, *(0,) * days)[:days]
    return [max(0, people + change) for change in accumulate(net)]


def _allows(route: RouteNow, good: str, doors: dict[str, DoorNow]) -> bool:
    passed = {d for use in route.out for d in use.doors} | set(route.extra_doors)
    return all(not doors[d].goods or good in doors[d].goods for d in passed if d in doors)


def _limit(number: int | None) -> int:
    return MANY if number is None else min(MANY, number)


# --- arrays ---------------------------------------------------------------------------------------------------


def whole(values: Iterable[int]) -> np.ndarray:
    """Whole numbers in a row."""
    return np.array(list(values), np.int64)


def bits(rows: Sequence[Sequence[int]], columns: int) -> np.ndarray:
    """Marks as bits, lowest first. Shape (rows, words)."""
    words = max(1, -(-columns // WORD))
    ones = [sum(1 << n for n, is_set in enumerate(row) if is_set) for row in rows]
    split = [[b >> WORD * k & 0xFFFFFFFFFFFFFFFF for k in range(words)] for b in ones]
    return np.array(split, np.uint64).reshape(len(rows), words)


def _pools(pairs: Sequence[Sequence[tuple[int, int]]], fleets: int) -> np.ndarray:
    """For each fleet the first of those that stand in one pool with it: roads lead from one to the other."""
    pool = np.arange(fleets)
    for each in pairs:
        for f, _ in each[1:]:
            one, other = pool[f], pool[each[0][0]]
            pool[(pool == one) | (pool == other)] = min(one, other)
    return pool


def _from(lists: Sequence[Sequence[object]]) -> np.ndarray:
    return whole(accumulate(map(len, lists), initial=0))
