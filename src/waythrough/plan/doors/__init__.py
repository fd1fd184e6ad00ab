"""What each door is worth: solve again with it open, or shut, and compare. For internal editions only.

Values are never read off prices, which would overrate a door many times over. A small case is solved again as it
stands, by the same integer programs as the plan; a large one on samples of its households. Two things save work
without changing an answer: a door that changes no route's days changes nothing, and doors that change the same
days are solved once. How far a value may vary with what the other doors do is played out in futures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from waythrough.plan.doors import convoys, sampled
from waythrough.plan.doors.asking import Asking
from waythrough.plan.doors.changes import OPENS as OPENS
from waythrough.plan.doors.changes import SHUTS as SHUTS
from waythrough.plan.doors.changes import STAYS_OPEN as STAYS_OPEN
from waythrough.plan.doors.changes import Change, Days, calendar, closings, openings, still_shut
from waythrough.plan.doors.changes import opened as opened
from waythrough.plan.doors.changes import shut as shut
from waythrough.plan.doors.exact import Exact
from waythrough.plan.doors.luck import FUTURES, Luck, Spread
from waythrough.plan.doors.ranks import Valued, ranked
from waythrough.plan.doors.worth import CEILING, INTEGER, NOTHING, SAMPLED, STILL_SHUT, UNCHANGED, Base, Worth
from waythrough.plan.network import AID, RETURN
from waythrough.plan.program import DEFAULT_LIMITS
from waythrough.plan.solver import Limits
from waythrough.plan.units import units
from waythrough.terms.planned import DoorValue, Plan
from waythrough.terms.situation import Situation

EXACT_HOMES = 1_500
"""Up to so many households with consents, a case is solved again as it stands."""

Made = tuple[Change, Days]


def door_values(
    situation: Situation,
    plan: Plan,
    *,
    from_day: int = 0,
    window_days: int = 10,
    pairs: bool = True,
    limits: Limits = DEFAULT_LIMITS,
    futures: int = FUTURES,
    exact: bool | None = None,
) -> list[DoorValue]:
    """What changes if doors opened from ``from_day`` for ``window_days`` days, or if open ones shut.

    Every door on a route that is not open all the time is tried alone; with ``pairs`` also every two doors
    that open days together which neither opens alone, and the smallest set that opens each route. Then
    every open door is tried shut. ``plan`` is the plan of the situation; its figures are what the changes
    are compared with. ``futures`` 0 leaves the intervals out. ``exact`` says whether to solve again as it
    stands; None decides by size.

    Gains come first, best first; values that cannot be told apart share a rank and name each other. Then
    losses, worst first.
    """
    base = Base(situation, plan)
    gains = [
        (change, change.days(base.network)) for change in openings(base.network, from_day, window_days, pairs)
    ]
    losses = [(change, change.days(base.network)) for change in closings(base.network, from_day)]
    made = [*gains, *losses]
    fed, moved = _worths(base, made, limits, _is_small(situation) if exact is None else exact)
    asking, spreads = Asking(base), _spreads(base, made, fed, moved, futures)
    found = [
        _valued(base, one, f, m, asking, spreads.get(one[0]))
        for one, f, m in zip(made, fed, moved, strict=True)
    ]
    return ranked(found[: len(gains)], 1) + ranked(found[len(gains) :], -1)


def _is_small(situation: Situation) -> bool:
    start = situation.households.columns.consent_start
    return sum(start[n] < start[n + 1] for n in range(len(start) - 1)) <= EXACT_HOMES


def _worths(base: Base, made: Sequence[Made], limits: Limits, exact: bool) -> tuple[list[Worth], list[Worth]]:
    """What each change is worth in person-days fed and in people moved; what changes no day is not solved."""
    if exact:
        bench = Exact(base, units(base.situation)[0], limits)
        return (
            _where_days_change(base, made, AID, lambda some: [bench.fed(*one) for one in some]),
            _where_days_change(base, made, RETURN, lambda some: [bench.journeys(*one) for one in some]),
        )
    return (
        _where_days_change(base, made, AID, lambda some: convoys.fed(base, some)),
        _where_days_change(base, made, RETURN, lambda some: sampled.journeys(base, some)),
    )


def _where_days_change(
    base: Base, made: Sequence[Made], purpose: str, solve: Callable[[Sequence[Made]], list[Worth]]
) -> list[Worth]:
    now = calendar(base.network, base.network.departures, purpose)
    some = [n for n, (_, days) in enumerate(made) if calendar(base.network, days, purpose) != now]
    found = [NOTHING] * len(made)
    for n, worth in zip(some, solve([made[n] for n in some]) if some else [], strict=True):
        found[n] = worth
    return found


def _spreads(
    base: Base, made: Sequence[Made], fed: Sequence[Worth], moved: Sequence[Worth], futures: int
) -> dict[Change, Spread]:
    """How far each change that changes days may vary over futures; nothing without futures."""
    some = [
        change
        for (change, _), f, m in zip(made, fed, moved, strict=True)
        if futures and not (f is NOTHING and m is NOTHING)
    ]
    return dict(zip(some, Luck(base, futures).spreads(some), strict=True)) if some else {}


def _valued(
    base: Base, made: Made, fed: Worth, moved: Worth, asking: Asking, spread: Spread | None
) -> Valued:
    change, _ = made
    value = DoorValue(
        change.doors,
        change.kind,
        change.from_day,
        change.window_days,
        fed.number,
        moved.number,
        note=_note(base, change, fed, moved),
        journeys_share=moved.share,
        ceiling=moved.ceiling,
        people_within=math.ceil(moved.error),
        person_days_within=math.ceil(fed.error),
    )
    if spread is not None:
        people, days, nothing = spread
        value = replace(value, moved_interval=people, fed_interval=days, nothing_in=nothing)
    if change.kind != SHUTS:
        chance, cases = asking.chance(change)
        usual, long = asking.last_days(change, fed.number > 0, moved.number > 0)
        value = replace(value, chance=chance, cases=cases, ask_by=usual, ask_by_if_slow=long)
    return Valued(value, fed, moved)


def _note(base: Base, change: Change, fed: Worth, moved: Worth) -> str:
    """How the value was found: a method, a colon, and what belongs to it."""
    methods = {fed.method, moved.method}
    if methods == {UNCHANGED}:
        others = still_shut(base.network, change)
        return f"{STILL_SHUT}: {', '.join(others)}" if others else UNCHANGED
    if CEILING in methods and methods <= {CEILING, UNCHANGED}:
        return f"{CEILING}: {moved.ceiling or 0.0:.4f}"
    if SAMPLED in methods:
        return f"{SAMPLED}: within {moved.error:.0f} people"
    return f"{INTEGER}: within {fed.error:.0f} person-days and {moved.error:.0f} people"
