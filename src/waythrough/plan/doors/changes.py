"""The changes to doors that are worth trying, and the days on which routes are open after each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

from waythrough.plan.network import Network
from waythrough.terms.situation import DoorNow, Situation

OPENS, STAYS_OPEN, SHUTS = "opens", "stays_open", "shuts"
"""The changes that are valued: a shut door opens, an open one stays open past its window, an open one
shuts.
"""

Days = Mapping[str, int]
"""Days of departure by route, as bits."""


@dataclass(frozen=True)
class Change:
    """Doors that open from a day for so many days, or shut from that day on."""

    doors: tuple[str, ...]
    kind: str
    from_day: int
    window_days: int

    def doors_days(self, network: Network) -> dict[str, int]:
        """The open days of the doors concerned after the change, as bits."""
        if self.kind == SHUTS:
            before = (1 << self.from_day) - 1
            return {door: network.open_days[door] & before for door in self.doors}
        window = (1 << self.window_days) - 1 << self.from_day & (1 << network.situation.days) - 1
        return {door: network.open_days[door] | window for door in self.doors}

    def days(self, network: Network) -> dict[str, int]:
        """The days of departure of every route after the change."""
        return departures(network, self.doors_days(network))

    def made(self, situation: Situation) -> Situation:
        """The situation after the change."""
        network = Network(situation)
        after = self.doors_days(network)

        def turn(door: DoorNow) -> DoorNow:
            if door.id not in after:
                return door
            return replace(door, open_days=tuple(after[door.id] >> t & 1 for t in range(situation.days)))

        return replace(situation, doors=tuple(turn(door) for door in situation.doors))


def opened(situation: Situation, doors: Iterable[str], from_day: int, window_days: int) -> Situation:
    """The situation with these doors open on the days of the window too."""
    return Change(tuple(doors), OPENS, from_day, window_days).made(situation)


def shut(situation: Situation, doors: Iterable[str], from_day: int) -> Situation:
    """The situation with these doors shut from a day on."""
    return Change(tuple(doors), SHUTS, from_day, situation.days - from_day).made(situation)


def departures(network: Network, changed: Mapping[str, int]) -> dict[str, int]:
    """Days of departure of every route where some doors have other days than the network knows."""
    days = network.open_days | changed if changed else network.open_days  # type: ignore[operator]
    found = {}
    for route in network.situation.routes:
        passed = network.passed[route.id]
        if not any(door in changed for door, _ in passed):
            found[route.id] = network.departures[route.id]
            continue
        bits = 0 if network.nameless_zones(route) else (1 << len(network.starts(route))) - 1
        for door, offset in passed:
            bits &= days.get(door, 0) >> offset
        found[route.id] = bits
    return found


def openings(network: Network, from_day: int, window_days: int, pairs: bool) -> list[Change]:
    """Changes by which doors would open, singles first, each in order of ids.

    Every door on a route that is not open throughout the window is tried alone; with ``pairs`` also every
    two doors that open days together which neither opens alone, and the smallest sets that open each route.
    """
    window = set(range(from_day, min(from_day + window_days, network.situation.days)))
    closed = [d for d in on_routes(network) if any(not network.open_days[d] >> t & 1 for t in window)]

    def change(*doors: str) -> Change:
        kind = STAYS_OPEN if all(network.open_days[door] for door in doors) else OPENS
        return Change(doors, kind, from_day, window_days)

    found: dict[tuple[str, ...], Change] = {(door,): change(door) for door in closed}
    if pairs:
        alone = {door: found[door,].days(network) for door in closed}
        for one, other in combinations(closed, 2):
            if _meet(network, one, other):
                both = change(one, other).days(network)
                if any(both[r] != alone[one][r] | alone[other][r] for r in both):
                    found[one, other] = change(one, other)
        for doors in _smallest(network, window):
            found.setdefault(doors, change(*doors))
    return [found[doors] for doors in sorted(found, key=lambda doors: (len(doors), doors))]


def closings(network: Network, from_day: int) -> list[Change]:
    """Every open door on a route, shut from a day on."""
    last = network.situation.days - from_day
    return [
        Change((d,), SHUTS, from_day, last) for d in on_routes(network) if network.open_days[d] >> from_day
    ]


def on_routes(network: Network) -> list[str]:
    """Doors that some route passes, in order of id."""
    return sorted(
        {door for passed in network.passed.values() for door, _ in passed if door in network.open_days}
    )


def calendar(network: Network, days: Days, purpose: str) -> tuple[tuple[str, int], ...]:
    """The open days of every route of a purpose."""
    return tuple((route.id, days[route.id]) for route in network.of_purpose(purpose))


def still_shut(network: Network, change: Change) -> tuple[str, ...]:
    """The fewest other doors that keep the routes of these doors shut all the time; none if they do not."""
    after = network.open_days | change.doors_days(network)  # type: ignore[operator]
    others = [
        frozenset(d for d, offset in network.passed[route.id] if not after.get(d, 0) >> (t + offset) & 1)
        for route in network.situation.routes
        if any(door in change.doors for door, _ in network.passed[route.id])
        and not network.nameless_zones(route)
        for t in network.starts(route)
    ]
    if any(not s for s in others):
        return ()
    rest = [s for s in others if s - set(change.doors)]
    return tuple(
        sorted(min(rest, key=lambda s: (len(s), sorted(s)), default=frozenset()) - set(change.doors))
    )


def _meet(network: Network, one: str, other: str) -> bool:
    """True if some route passes both doors."""
    return any({one, other} <= {door for door, _ in passed} for passed in network.passed.values())


def _smallest(network: Network, window: set[int]) -> list[tuple[str, ...]]:
    """For each route, the smallest sets of shut doors that open it on a day whose trip falls into the
    window.
    """
    found = []
    for route in network.situation.routes:
        if network.nameless_zones(route) or network.departures[route.id]:
            continue
        sets = {network.shut(route, t) for t in network.starts(route) if {t, t + route.last_offset} <= window}
        size = min(map(len, sets), default=0)
        found += [tuple(sorted(s)) for s in sets if len(s) == size]
    return sorted(found)
