"""What each door is worth: solve again with it open, or shut, and compare. For internal editions only.

Prices of a relaxed program would overrate a door many times over, so every value here comes from the same
integer program as the plan. Two things save work without changing an answer: a door that changes no route's
days changes nothing, and doors that change the same days are solved once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations

from waythrough.plan import aid, returns
from waythrough.plan.network import Network
from waythrough.plan.program import DEFAULT_LIMITS
from waythrough.plan.solver import Limits
from waythrough.plan.units import Unit, units
from waythrough.terms.estimates import Estimate
from waythrough.terms.planned import DoorValue, Plan
from waythrough.terms.situation import DoorNow, Situation

OPENS, STAYS_OPEN, SHUTS = "opens", "stays_open", "shuts"
"""The changes that are valued: a shut door opens, an open one stays open past its window, an open one
shuts.
"""

INTEGER, UNCHANGED, STILL_SHUT = "solved_again", "no_day_changes", "still_shut"
"""How a value was found: by the integer program; without solving, because no route gains or loses a day; or
the same, because other doors (named after the colon) keep every route of this door shut."""

Calendar = tuple[tuple[str, int], ...]
"""Each route of a purpose with its open days as bits."""


def door_values(
    situation: Situation,
    plan: Plan,
    *,
    from_day: int = 0,
    window_days: int = 10,
    pairs: bool = True,
    limits: Limits = DEFAULT_LIMITS,
) -> list[DoorValue]:
    """What changes if doors opened from ``from_day`` for ``window_days`` days, or if open ones shut.

    Every door on a route that is not open all the time is tried alone; with ``pairs`` also every two doors
    that open days together which neither opens alone, and the smallest set that opens each route. Then
    every open door is tried shut. ``plan`` is the plan of the situation; its figures are what the changes
    are compared with.

    Gains come first, best first; values that the solver's gap cannot tell apart share a rank and name each
    other. Then losses, worst first.
    """
    network = Network(situation)
    bench = _Bench(situation, plan, units(situation)[0], limits)
    gains = []
    for doors in _sets(network, from_day, window_days, pairs):
        after = opened(situation, doors, from_day, window_days)
        change = STAYS_OPEN if all(_is_open(network, door) for door in doors) else OPENS
        value = bench.compare(after, doors, change, from_day, window_days)
        chance, cases = _outlook(situation, doors)
        gains.append(replace(value, ask_by=_ask_by(bench, value), chance=chance, cases=cases))
    losses = [
        bench.compare(shut(situation, (door,), from_day), (door,), SHUTS, from_day, situation.days - from_day)
        for door in _on_routes(network)
        if network.open_days[door] >> from_day
    ]
    return _ranked(gains, bench, 1) + _ranked(losses, bench, -1)


def opened(situation: Situation, doors: Iterable[str], from_day: int, window_days: int) -> Situation:
    """The situation with these doors open on the days of the window too."""
    return _with_days(situation, doors, lambda t, now: 1 if from_day <= t < from_day + window_days else now)


def shut(situation: Situation, doors: Iterable[str], from_day: int) -> Situation:
    """The situation with these doors shut from a day on."""
    return _with_days(situation, doors, lambda t, now: 0 if t >= from_day else now)


# --- comparing --------------------------------------------------------------------------------------------


@dataclass
class _Bench:
    """The base plan's figures, and what was solved already, by the days on which routes are open."""

    situation: Situation
    plan: Plan
    able: Sequence[Unit]
    limits: Limits
    unmet: dict[Calendar, int] = field(default_factory=dict)
    moved: dict[Calendar, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        base = Network(self.situation)
        self.base = {purpose: calendar(base, purpose) for purpose in ("aid", "return")}
        worth = next(aim.value for aim in self.plan.aims if aim.name == "journeys")
        self.unmet[self.base["aid"]] = self.plan.unmet_if_nobody_left
        self.moved[self.base["return"]] = (worth, self.plan.people_moved)
        self.worth = worth

    def compare(
        self, after: Situation, doors: tuple[str, ...], change: str, from_day: int, window_days: int
    ) -> DoorValue:
        """The value of a changed situation against the base plan."""
        network = Network(after)
        days = {purpose: calendar(network, purpose) for purpose in self.base}
        fed, moved, note = 0, 0, _unchanged(network, doors)
        if days != self.base:
            gap = self.limits.gap if days["return"] == self.base["return"] else returns.PACKED_LATER[1]
            note = f"{INTEGER}: gap {gap:g}"
            fed = self.plan.unmet_if_nobody_left - self._unmet(network, days["aid"])
            # The base plan stays possible when a door opens, and no new one appears when a door shuts.
            fed = min(0, fed) if change == SHUTS else max(0, fed)
            worth, people = self._moved(network, days["return"])
            better = worth < self.worth if change == SHUTS else worth > self.worth
            moved = people - self.plan.people_moved if better else 0
        return DoorValue(doors, change, from_day, window_days, fed, moved, note=note)

    def _unmet(self, network: Network, days: Calendar) -> int:
        if days not in self.unmet:
            first = aid.feed_everyone(network.situation, network, self.limits)
            people = aid.people_each_day(network.situation, {})
            self.unmet[days] = sum(aid.unmet_by_good(network.situation, first.convoys, people).values())
        return self.unmet[days]

    def _moved(self, network: Network, days: Calendar) -> tuple[int, int]:
        if days not in self.moved:
            found = returns.journeys(network.situation, network, self.able, self.limits, road=False)
            size = {h.id: h.size for h in network.situation.households}
            people = sum(size[seat.household] for trip in found.trips for seat in trip.seats)
            self.moved[days] = (found.value, people)
        return self.moved[days]


def calendar(network: Network, purpose: str) -> Calendar:
    """The open days of every route of a purpose."""
    return tuple((route.id, network.departures[route.id]) for route in network.of_purpose(purpose))


def _unchanged(network: Network, doors: Sequence[str]) -> str:
    """Why nothing changes: the fewest other doors that still keep the routes of these doors shut, if any
    do.
    """
    others = [
        network.shut(route, t)
        for route in network.situation.routes
        if any(door in doors for door, _ in network.passed[route.id]) and not network.nameless_zones(route)
        for t in network.starts(route)
    ]
    fewest = min((s for s in others if s - set(doors)), key=lambda s: (len(s), sorted(s)), default=None)
    if fewest is None or any(not s for s in others):
        return UNCHANGED
    return f"{STILL_SHUT}: {', '.join(sorted(fewest - set(doors)))}"


# --- which doors ------------------------------------------------------------------------------------------


def _sets(network: Network, from_day: int, window_days: int, pairs: bool) -> list[tuple[str, ...]]:
    """Door sets worth trying, singles first, each in order of ids."""
    window = set(range(from_day, min(from_day + window_days, network.situation.days)))
    closed = [
        door for door in _on_routes(network) if any(not network.open_days[door] >> t & 1 for t in window)
    ]
    found: dict[tuple[str, ...], None] = {(door,): None for door in closed}
    if not pairs:
        return list(found)
    alone = {
        door: Network(opened(network.situation, (door,), from_day, window_days)).departures for door in closed
    }
    for one, other in combinations(closed, 2):
        if _meet(network, one, other):
            both = Network(opened(network.situation, (one, other), from_day, window_days)).departures
            if any(both[r] != alone[one][r] | alone[other][r] for r in both):
                found[one, other] = None
    for doors in _smallest(network, window):
        found.setdefault(doors)
    return sorted(found, key=lambda doors: (len(doors), doors))


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


def _on_routes(network: Network) -> list[str]:
    """Doors that some route passes, in order of id."""
    return sorted(
        {door for passed in network.passed.values() for door, _ in passed if door in network.open_days}
    )


def _is_open(network: Network, door: str) -> bool:
    return network.open_days[door] != 0


def _with_days(situation: Situation, doors: Iterable[str], day: Callable[[int, int], int]) -> Situation:
    chosen = set(doors)

    def turn(door: DoorNow) -> DoorNow:
        if door.id not in chosen:
            return door
        return replace(door, open_days=tuple(day(t, now) for t, now in enumerate(door.open_days)))

    return replace(situation, doors=tuple(turn(door) for door in situation.doors))


# --- when to ask, and how sure ----------------------------------------------------------------------------


def _outlook(situation: Situation, doors: tuple[str, ...]) -> tuple[Estimate | None, int]:
    """Chance and cases of a single door. For sets no chance is given: doors of one party rarely answer
    apart.
    """
    known = {outlook.door: outlook for outlook in situation.outlooks}
    cases = min((known[door].cases if door in known else 0 for door in doors), default=0)
    chance = known[doors[0]].chance if len(doors) == 1 and doors[0] in known else None
    return chance if isinstance(chance, Estimate) else None, cases


def _ask_by(bench: _Bench, value: DoorValue) -> date | None:
    """The last day on which asking still helps: the last day an opening gives a useful day, less the usual
    delay.

    None when nothing is gained, or when nobody can say how long one of the doors takes to answer. The day
    may be past: then asking today is late already.
    """
    situation = bench.situation
    known = {outlook.door: outlook for outlook in situation.outlooks}
    delays = [known[door].delay_days if door in known else None for door in value.doors]
    waits = [math.ceil(delay.value) for delay in delays if isinstance(delay, Estimate)]
    if len(waits) < len(delays) or not (value.person_days_fed > 0 or value.people_moved > 0):
        return None
    for day in range(situation.days - 1, value.from_day - 1, -1):
        if _helps(bench, opened(situation, value.doors, day, value.window_days), value):
            return situation.first_day + timedelta(days=day - max(waits))
    return None


def _helps(bench: _Bench, after: Situation, value: DoorValue) -> bool:
    """True if a route gains a day on which somebody could be fed, or somebody who consented could travel."""
    network, base = Network(after), dict((*bench.base["aid"], *bench.base["return"]))
    for route in after.routes:
        gained = network.departures[route.id] & ~base[route.id]
        if not gained:
            continue
        if route.purpose == "aid" and value.person_days_fed > 0:
            return True
        if route.purpose == "return" and value.people_moved > 0:
            wanted = (
                c.days
                for u in bench.able
                if u.site == route.site
                for c in u.choices
                if c.destination == route.end
            )
            if any(days & gained for days in wanted):
                return True
    return False


# --- order ------------------------------------------------------------------------------------------------


def _ranked(values: list[DoorValue], bench: _Bench, sign: int) -> list[DoorValue]:
    """In order of people fed, then people moved, then fewest doors, then ids; ranks from 1, shared by ties.

    Values of nothing keep rank 0: there is no order among doors that change nothing.
    """
    values = sorted(
        values, key=lambda v: (-sign * v.person_days_fed, -sign * v.people_moved, len(v.doors), v.doors)
    )
    groups: list[list[DoorValue]] = []
    for value in values:
        if groups and _alike(groups[-1][0], value, bench):
            groups[-1].append(value)
        else:
            groups.append([value])
    ranked, rank = [], 1
    for group in groups:
        nothing = not group[0].person_days_fed and not group[0].people_moved
        for value in group:
            tied = () if nothing else tuple(other.doors for other in group if other.doors != value.doors)
            ranked.append(replace(value, rank=0 if nothing else rank, tied_with=tied))
        rank += len(group)
    return ranked


def _alike(one: DoorValue, other: DoorValue, bench: _Bench) -> bool:
    """True when the solver's gap is larger than the difference. Something is never alike to nothing."""
    if not (one.person_days_fed or one.people_moved) or not (other.person_days_fed or other.people_moved):
        return (one.person_days_fed, one.people_moved) == (other.person_days_fed, other.people_moved)
    sites = bench.situation.sites
    rations = sum(site.people for site in sites) * bench.situation.days
    rations *= len(aid.life_saving(bench.situation))
    people = max(bench.plan.people_moved + one.people_moved, 1)
    return (
        abs(one.person_days_fed - other.person_days_fed) <= 2 * bench.limits.gap * rations
        and abs(one.people_moved - other.people_moved) <= 2 * returns.PACKED_LATER[1] * people
    )
