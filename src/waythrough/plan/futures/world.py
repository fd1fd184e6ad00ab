"""A situation and a policy as the whole numbers that futures are played with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from waythrough.plan.aid import life_saving
from waythrough.plan.futures.beliefs import LEVELS, WHOLE, answered, shares_by_day
from waythrough.plan.futures.families import Lane, lanes
from waythrough.plan.futures.policy import ASK_SHUT, Policy
from waythrough.plan.kernels.futures import WORD, World
from waythrough.plan.network import Network, cycle_days
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import DoorNow, RouteNow, Situation

MANY = 1 << 40
"""No limit stated."""
RENEW_DAYS = 14
"""A door whose window ends is asked again so many days before."""
WAITING = ("waiting", "no_answer")


@dataclass(frozen=True)
class Board:
    """A world, and what its numbers stand for.

    ``unknown`` are doors somebody would ask at, without a forecast: they stay as they are. ``cases`` is how
    many decided requests the least known of the others rests on.
    """

    world: World
    doors: tuple[str, ...]
    parties: tuple[str, ...]
    routes: tuple[str, ...]
    unknown: tuple[str, ...]
    cases: int


def board(situation: Situation, policy: Policy) -> Board:
    """The world of a situation under a policy.

    Raises
    ------
    InputRefused
        A trip takes longer than two months on the road.
    """
    network = Network(situation)
    doors = tuple(sorted(situation.doors, key=lambda door: door.id))
    parties = tuple(sorted({door.party for door in doors}))
    outward = _return_routes(network)
    aid = _aid_routes(network)
    for route in (*outward, *aid):
        _check_length(route)
    classes, found = lanes(situation)
    beliefs = _beliefs(situation, doors, policy)
    world = World(
        **_door_tables(situation, doors, parties, beliefs, policy),
        **_route_tables(network, doors, parties, (*outward, *aid), policy),
        **_family_tables(situation, outward, found),
        **_aid_tables(situation, aid),
        classes=classes,
        longest=1 + max((_longest(route, network) for route in (*outward, *aid)), default=0),
    )
    unknown = tuple(d.id for d in doors if beliefs[d.id][0] < 0 and beliefs[d.id][1] >= 0)
    known = {d.id for d in doors if beliefs[d.id][0] >= 0}
    cases = min((outlook.cases for outlook in situation.outlooks if outlook.door in known), default=0)
    names = (tuple(d.id for d in doors), parties, tuple(r.id for r in (*outward, *aid)))
    return Board(world, *names, unknown, cases)


# --- doors ----------------------------------------------------------------------------------------------------


def asked_on(door: DoorNow, policy: Policy, days: int) -> int:
    """The day on which an answer begins to be awaited at a door; -1 if nobody asks there."""
    if door.id in policy.ask_on:
        return policy.ask_on[door.id]
    if door.state in WAITING:
        return 0
    if policy.ask != ASK_SHUT or all(door.open_days):
        return -1
    if not any(door.open_days):
        return 0
    last = max(t for t, is_open in enumerate(door.open_days) if is_open)
    return max(0, last - RENEW_DAYS) if last < days - 1 else -1


@dataclass(frozen=True)
class _Curves:
    rows: np.ndarray
    of_door: dict[str, tuple[int, int, int]]

    def __getitem__(self, door: str) -> tuple[int, int, int]:
        return self.of_door[door]


def _beliefs(situation: Situation, doors: Sequence[DoorNow], policy: Policy) -> _Curves:
    """Each door's row of answers (-1 unknown), the day it is asked, and how long a yes holds."""
    known = {outlook.door: outlook for outlook in situation.outlooks}
    rows: list[np.ndarray] = []
    number: dict[tuple[object, ...], int] = {}
    found = {}
    for door in doors:
        outlook, row = known.get(door.id), -1
        asked = asked_on(door, policy, situation.days)
        if outlook is not None and asked >= 0:
            key = (outlook.chance, outlook.delay_days, outlook.horizon_days)
            if key not in number:
                shares = answered(outlook, situation.days)
                number[key] = -1 if shares is None else len(rows)
                rows += [] if shares is None else [shares]
            row = number[key]
        window = outlook.window_days if outlook and outlook.window_days else policy.window_days
        found[door.id] = (row, asked, window)
    return _Curves(np.array(rows) if rows else np.zeros((1, LEVELS, situation.days), np.int64), found)


def _door_tables(
    situation: Situation,
    doors: Sequence[DoorNow],
    parties: Sequence[str],
    curves: _Curves,
    policy: Policy,
) -> dict[str, np.ndarray]:
    of = [curves[door.id] for door in doors]
    share = WHOLE // 100
    return {
        "party": _whole(parties.index(door.party) for door in doors),
        "curve": _whole(row for row, _, _ in of),
        "asked": _whole(asked for _, asked, _ in of),
        "holds": _whole(window for _, _, window in of),
        "known": _bits([door.open_days for door in doors], situation.days),
        "answered": curves.rows,
        "suspended": shares_by_day(policy.suspended_per_1000_days / 1000, situation.days),
        "together": _whole(policy.together_percent * share for _ in parties),
        "impeded": _whole(policy.impeded_percent * share for _ in parties),
    }


# --- routes ---------------------------------------------------------------------------------------------------


def _return_routes(network: Network) -> list[RouteNow]:
    places = {d.id: d for d in network.situation.destinations}

    def receives(route: RouteNow) -> bool:
        place = places.get(route.end)
        if place is None or place.stopped:
            return False
        return not (place.per_day is None and place.per_week is None and place.total is None)

    return [r for r in network.of_purpose("return") if receives(r) and network.fleets(r)]


def _aid_routes(network: Network) -> list[RouteNow]:
    """Worst-off sites first, then the least exposed road."""
    severity = {site.id: site.severity for site in network.situation.sites}
    stores = {warehouse.id for warehouse in network.situation.warehouses}
    found = [r for r in network.of_purpose("aid") if r.end in stores and network.fleets(r)]
    return sorted(found, key=lambda r: (-severity.get(r.site, 1), network.exposure(r), r.id))


def _route_tables(
    network: Network,
    doors: Sequence[DoorNow],
    parties: Sequence[str],
    routes: Sequence[RouteNow],
    policy: Policy,
) -> dict[str, np.ndarray]:
    s = network.situation
    door_number = {door.id: n for n, door in enumerate(doors)}
    site_number = {site.id: n for n, site in enumerate(s.sites)}
    fleet_number = {fleet.id: n for n, fleet in enumerate(s.fleets)}
    passed = [sorted(network.passed[r.id]) for r in routes]
    met = [
        sorted({parties.index(doors[door_number[d]].party) for d, _ in p if d in door_number}) for p in passed
    ]
    ends = {e.id: n for n, e in enumerate(s.destinations)} | {e.id: n for n, e in enumerate(s.warehouses)}
    pairs = [[(f, cycle_days(r, f)) for f in sorted(network.fleets(r), key=_largest)] for r in routes]
    return {
        "starts": _bits([_starts(network, r, door_number) for r in routes], s.days),
        "door_from": _from(passed),
        "door_of": _whole(door_number.get(d, 0) for p in passed for d, _ in p),
        "offset_of": _whole(offset for p in passed for _, offset in p),
        "party_from": _from(met),
        "party_of": _whole(p for m in met for p in m),
        "site": _whole(site_number[r.site] for r in routes),
        "out": _whole(r.days_out for r in routes),
        "end": _whole(ends[r.end] for r in routes),
        "most": _whole(_most(network, r) for r in routes),
        "fleet_from": _from(pairs),
        "fleet_of": _whole(fleet_number[f.id] for pair in pairs for f, _ in pair),
        "cycle_of": _whole(cycle for pair in pairs for _, cycle in pair),
        "vehicles": _whole(f.count for f in s.fleets),
        "room": _whole(
            max(1, f.payload_g if f.purpose == "aid" else f.seats * policy.filled_percent // 100)
            for f in s.fleets
        ),
    }


def _starts(network: Network, route: RouteNow, known: dict[str, int]) -> list[int]:
    """Days on which a trip may start as far as doors do not say otherwise: none where somebody is not known."""
    nobody = network.nameless_zones(route) or any(d not in known for d, _ in network.passed[route.id])
    days = 0 if nobody else len(network.starts(route))
    return [int(t < days) for t in range(network.situation.days)]


def _largest(fleet: object) -> tuple[int, int, str]:
    seats, payload = getattr(fleet, "seats", 0), getattr(fleet, "payload_g", 0)
    return -payload, -seats, getattr(fleet, "id", "")


def _most(network: Network, route: RouteNow) -> int:
    """Vehicles a day, by the caps of the guarantees on the way."""
    doors = {door.id: door for door in network.situation.doors}
    here = [doors[d] for d, _ in network.passed[route.id] if d in doors]
    limits = [door.max_vehicles for door in here if door.max_vehicles is not None]
    if route.purpose == "aid":
        return min([network.situation.max_convoy_vehicles, *limits])
    seats = max(fleet.seats for fleet in network.fleets(route))
    # People a day are kept as whole vehicles of them, and never as fewer than one.
    limits += [max(1, door.max_people // seats) for door in here if door.max_people is not None]
    return min([MANY, *limits])


def _longest(route: RouteNow, network: Network) -> int:
    """Days until the last of a trip is over: its vehicles are back, its load or people are there."""
    return max(route.last_offset, *(cycle_days(route, fleet) for fleet in network.fleets(route)))


def _check_length(route: RouteNow) -> None:
    if route.last_offset >= WORD:
        raise InputRefused(
            place=f"route {route.id}",
            found=f"{route.last_offset} days on the road",
            allowed=f"fewer than {WORD}",
            remedy="Correct the route.",
        )


# --- people and goods -----------------------------------------------------------------------------------------


def _family_tables(
    situation: Situation, outward: Sequence[RouteNow], found: Sequence[Lane]
) -> dict[str, np.ndarray]:
    sites = {site.id: n for n, site in enumerate(situation.sites)}
    ends = {d.id: n for n, d in enumerate(situation.destinations)}
    on = [
        (lane, n)
        for lane in found
        for n, route in enumerate(outward)
        if (sites[route.site], ends[route.end]) == (lane.site, lane.end)
    ]
    by_day = [
        [(lane.group, n, lane.live[t], lane.ended[t]) for lane, n in on if lane.live[t]]
        for t in range(situation.days)
    ]
    return {
        "lane_from": _from(by_day),
        "lane_class": _whole(group for day in by_day for group, _, _, _ in day).astype(np.uint64),
        "lane_route": _whole(n for day in by_day for _, n, _, _ in day).astype(np.uint64),
        "started": _whole(live + ended for day in by_day for _, _, live, ended in day),
        "ended": _whole(ended for day in by_day for _, _, _, ended in day),
        "daily": _whole(_limit(d.per_day) for d in situation.destinations),
        "weekly": _whole(_limit(d.per_week) for d in situation.destinations),
        "total": _whole(_limit(d.total) for d in situation.destinations),
        "register": _whole(_limit(site.registration_per_day) for site in situation.sites),
    }


def _aid_tables(situation: Situation, aid: Sequence[RouteNow]) -> dict[str, np.ndarray]:
    """Everybody eats, also those who have left: nobody is ever fed by being moved."""
    s, goods = situation, life_saving(situation)
    doors = {door.id: door for door in s.doors}
    grams = [good.grams_per_person_day for good in goods]
    people = np.array([_people(site.people, site.changes, s.days) for site in s.sites], np.int64).T
    receipts = sorted(
        (r.day, n, q, r.grams // good.grams_per_person_day)
        for n, warehouse in enumerate(s.warehouses)
        for r in warehouse.receipts
        for q, good in enumerate(goods)
        if r.good == good.id
    )
    needed = np.zeros((s.days + 1, len(s.sites)), np.int64)
    needed[:-1] = people[::-1].cumsum(axis=0)[::-1]
    return {
        "people": np.ascontiguousarray(people),
        "needed": needed,
        "stock": _table(
            [[x.stock_g.get(g.id, 0) // g.grams_per_person_day for g in goods] for x in s.sites], grams
        ),
        "storage": _table(
            [[_rations(x.storage_g.get(g.id), g.grams_per_person_day) for g in goods] for x in s.sites], grams
        ),
        "store": _table(
            [[x.stock_g.get(g.id, 0) // g.grams_per_person_day for g in goods] for x in s.warehouses], grams
        ),
        "receipts": _table(receipts, range(4)),
        "grams": _whole(grams),
        "allowed": _table([[int(_allows(r, g.id, doors)) for g in goods] for r in aid], grams),
        "spacing": _whole(max(1, s.convoy_spacing_days) for _ in s.sites),
        "least": _whole(max(1, s.min_convoy_vehicles) for _ in s.sites),
    }


def _people(people: int, changes: Sequence[int], days: int) -> list[int]:
    net = (*changes, *(0,) * days)[:days]
    return [max(0, people + change) for change in accumulate(net)]


def _allows(route: RouteNow, good: str, doors: dict[str, DoorNow]) -> bool:
    passed = {d for use in route.out for d in use.doors} | set(route.extra_doors)
    return all(not doors[d].goods or good in doors[d].goods for d in passed if d in doors)


def _rations(grams: int | None, each: int) -> int:
    return MANY if grams is None else grams // each


def _limit(places: int | None) -> int:
    return MANY if places is None else places


# --- arrays ---------------------------------------------------------------------------------------------------


def _whole(values: object) -> np.ndarray:
    return np.array(list(values), np.int64)  # type: ignore[call-overload]


def _table(rows: Sequence[Sequence[int]], columns: Sequence[int] | range) -> np.ndarray:
    return np.array(list(rows), np.int64).reshape(len(rows), len(columns))


def _from(lists: Sequence[Sequence[object]]) -> np.ndarray:
    return _whole(accumulate(map(len, lists), initial=0))


def _bits(rows: Sequence[Sequence[int]], days: int) -> np.ndarray:
    """Days as bits, lowest first. Shape (rows, words)."""
    words = -(-days // WORD)
    bits = [sum(1 << t for t, is_set in enumerate(row) if is_set) for row in rows]
    split = [[b >> WORD * k & 0xFFFFFFFFFFFFFFFF for k in range(words)] for b in bits]
    return np.array(split, np.uint64).reshape(len(rows), words)
