"""A situation and a policy as the whole numbers that futures are played with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from waythrough.plan.futures.beliefs import LEVELS, WHOLE, answered, shares_by_day
from waythrough.plan.futures.families import lanes
from waythrough.plan.futures.policy import ASK_SHUT, Policy
from waythrough.plan.futures.rates import rates
from waythrough.plan.futures.tables import bits, feeding_table, leaving_table, starts_of, whole
from waythrough.plan.kernels.futures import PARTS, WORD, Answers, World
from waythrough.plan.network import AID, RETURN, Network
from waythrough.terms.futures import PartyRates
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import DoorNow, RouteNow, Situation

RENEW_DAYS = 14
"""A door whose window ends is asked again so many days before."""
WAITING = ("waiting", "no_answer")


@dataclass(frozen=True)
class Roads:
    """What opens which road, and what its numbers stand for.

    ``unknown`` are doors somebody would ask at, without a forecast: they stay as they are. ``cases`` is how
    many decided requests the least known of the others rests on. ``rates`` are of parties with a record of yeses.
    """

    answers: Answers
    doors: tuple[str, ...]
    parties: tuple[str, ...]
    routes: tuple[str, ...]
    unknown: tuple[str, ...]
    cases: int
    rates: tuple[PartyRates, ...]


@dataclass(frozen=True)
class Board:
    """A world, and what its numbers stand for: as `Roads`."""

    world: World
    doors: tuple[str, ...]
    parties: tuple[str, ...]
    routes: tuple[str, ...]
    unknown: tuple[str, ...]
    cases: int
    rates: tuple[PartyRates, ...]


def board(situation: Situation, policy: Policy) -> Board:
    """The world of a situation under a policy.

    Raises
    ------
    InputRefused
        A trip takes longer than two months on the road.
    """
    network = Network(situation)
    outward, aid = _return_routes(network), _aid_routes(network)
    roads = roads_of(network, (*outward, *aid), policy)
    needs, found = lanes(situation)
    world = World(
        roads.answers,
        leaving_table(network, outward, needs, found, policy),
        feeding_table(network, aid),
    )
    return Board(world, roads.doors, roads.parties, roads.routes, roads.unknown, roads.cases, roads.rates)


def roads_of(network: Network, routes: Sequence[RouteNow], policy: Policy) -> Roads:
    """The doors of a situation as they are believed to answer, and these roads through them.

    Raises
    ------
    InputRefused
        A trip takes longer than two months on the road.
    """
    for route in routes:
        _check_length(route)
    situation = network.situation
    doors = tuple(sorted(situation.doors, key=lambda door: door.id))
    parties = tuple(sorted({door.party for door in doors}))
    beliefs = _beliefs(situation, doors, policy)
    unknown = tuple(d.id for d in doors if beliefs[d.id][0] < 0 and beliefs[d.id][1] >= 0)
    known = {d.id for d in doors if beliefs[d.id][0] >= 0}
    cases = min((outlook.cases for outlook in situation.outlooks if outlook.door in known), default=0)
    ends = rates(situation, parties, policy)
    answers = _answers(network, doors, parties, routes, beliefs, policy, ends)
    names = (tuple(d.id for d in doors), parties, tuple(r.id for r in routes))
    told = tuple(each for each in ends.values() if each.open_days or each.tried)
    return Roads(answers, *names, unknown, cases, told)


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


def _answers(
    network: Network,
    doors: Sequence[DoorNow],
    parties: Sequence[str],
    routes: Sequence[RouteNow],
    curves: _Curves,
    policy: Policy,
    ends: Mapping[str, PartyRates],
) -> Answers:
    days, share = network.situation.days, WHOLE // 100
    of = [curves[door.id] for door in doors]
    number = {door.id: n for n, door in enumerate(doors)}
    passed = [sorted(network.passed[r.id]) for r in routes]
    met = [sorted({parties.index(doors[number[d]].party) for d, _ in p if d in number}) for p in passed]
    return Answers(
        party=whole(parties.index(door.party) for door in doors),
        curve=whole(row for row, _, _ in of),
        asked=whole(asked for _, asked, _ in of),
        holds=whole(window for _, _, window in of),
        known=bits([door.open_days for door in doors], days),
        answered=curves.rows,
        rate=whole(parties.index(door.party) for door in doors),
        suspended=np.array(
            [shares_by_day(ends[party].suspended_per_1000_days / 1000, days) for party in parties]
        ).reshape(-1, days),
        below=bits(np.tri(days + 1, days, -1, dtype=int).tolist(), days),
        together=whole(policy.together_percent * share for _ in parties),
        impeded=whole(int(ends[party].impeded_percent * (1 << PARTS) / 100) for party in parties),
        starts=bits([starts_of(network, r, number) for r in routes], days),
        door_from=whole(accumulate(map(len, passed), initial=0)),
        door_of=whole(number.get(d, 0) for p in passed for d, _ in p),
        offset_of=whole(offset for p in passed for _, offset in p),
        party_from=whole(accumulate(map(len, met), initial=0)),
        party_of=whole(p for m in met for p in m),
    )


# --- routes ---------------------------------------------------------------------------------------------------


def _return_routes(network: Network) -> list[RouteNow]:
    places = {d.id: d for d in network.situation.destinations}

    def receives(route: RouteNow) -> bool:
        place = places.get(route.end)
        if place is None or place.stopped:
            return False
        return not (place.per_day is None and place.per_week is None and place.total is None)

    return [r for r in network.of_purpose(RETURN) if receives(r) and network.fleets(r)]


def _aid_routes(network: Network) -> list[RouteNow]:
    """Worst-off sites first, then the least exposed road."""
    severity = {site.id: site.severity for site in network.situation.sites}
    stores = {warehouse.id for warehouse in network.situation.warehouses}
    found = [r for r in network.of_purpose(AID) if r.end in stores and network.fleets(r)]
    return sorted(found, key=lambda r: (-severity.get(r.site, 1), network.exposure(r), r.id))


def _check_length(route: RouteNow) -> None:
    if route.last_offset >= WORD:
        raise InputRefused(
            place=f"route {route.id}",
            found=f"{route.last_offset} days on the road",
            allowed=f"fewer than {WORD}",
            remedy="Correct the route.",
        )
