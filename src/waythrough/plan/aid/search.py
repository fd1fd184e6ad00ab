"""The most that can be eaten: a dive for a good plan, then a search with the proof of how good it is.

Work is counted in steps and nodes, never in seconds, and luck is drawn from a fixed seed: the same program gives the
same plan on every run.
"""

from __future__ import annotations

import random

from waythrough.plan.aid.dive import WAYS, Dive
from waythrough.plan.aid.prices import gain_bound
from waythrough.plan.aid.rows import AidProgram, Room
from waythrough.plan.solver import Limits, Solution

SMALL = 450
"""Up to this many columns of whole numbers the solver's own search is best."""
MIDDLE = ((600, 20), (1_200, 1))
"""Up to so many columns of whole numbers the solver searches on from the plan, as many nodes as stand beside: its cuts
at the first node already prove more than prices do, and beyond it becomes slow."""
STEPS, COLUMNS_A_STEP = 32, 150_000
"""Tries to settle a part of the days anew, in larger programs: as many as there are, or as these columns in all
allow."""
WINDOW_DAYS = 14
SITES_TOGETHER = 2
BOUND_NODES, BOUND_GAP = 1, 1e-3
"""How long each site's own program is searched for the bound by prices."""


def most(aid: AidProgram, room: Room, limits: Limits, what: str) -> Solution:
    """The best values found for the present aim (rations eaten by population 0), with the bound proved."""
    if aid.scale == 1 or not aid.trucks:
        # So small that its loads are whole numbers too, or nothing to send.
        return aid.program.solve(limits, what=what)
    dive = Dive(aid)
    if sum(aid.program.whole) <= SMALL:
        found = _best_dive(dive, limits.gap)
        done = found is not None and _near(found.objective, found.bound, limits.gap)
        return found if found is not None and done else _searched(aid, dive.bound, found, limits, what)
    found = _shaken(dive, limits)
    if found is None:
        return _searched(aid, dive.bound, None, limits, what)
    if _near(found.objective, found.bound, limits.gap):
        return found
    for size, nodes in MIDDLE:
        if sum(aid.program.whole) <= size:
            return _searched(aid, dive.bound, found, limits.at_most(nodes, BOUND_GAP), what)
    bound = gain_bound(aid, room, dive.prices, limits.at_most(BOUND_NODES, BOUND_GAP))
    return Solution(found.values, found.objective, min(found.bound, bound), found.prices)


def _best_dive(dive: Dive, gap: float) -> Solution | None:
    """The best of every way down, or the first within the gap."""
    best: Solution | None = None
    for way in WAYS:
        found = dive.vehicles() if dive.down(way) else None
        if found is not None and (best is None or found.objective > best.objective):
            best = found
        if best is not None and _near(best.objective, best.bound, gap):
            return best
        dive.restart()
    return best


def _near(objective: float, bound: float, gap: float) -> bool:
    return bound - objective <= gap * max(1.0, abs(bound))


def _searched(aid: AidProgram, bound: float, start: Solution | None, limits: Limits, what: str) -> Solution:
    """The solver's own search, from what a dive found."""
    found = aid.program.solve(limits, start=None if start is None else start.values, what=what)
    best = found if start is None or found.objective >= start.objective else start
    return Solution(best.values, best.objective, min(found.bound, bound), best.prices)


def _shaken(dive: Dive, limits: Limits) -> Solution | None:
    """One way down; then a fortnight of all sites settled anew, or six weeks of two sites, in turn, as long as there
    is work left.
    """
    if not dive.down():
        return None
    aid, luck = dive.aid, random.Random(7)
    sites = sorted(aid.sites)
    place = {n: (aid.network.routes[route].site, t) for (route, t), n in aid.goes.items()}
    place |= {n: at for at, n in aid.marks.items()}
    steps = min(STEPS, limits.nodes, COLUMNS_A_STEP // len(aid.program.cost))
    for step in range(steps):
        if _near(dive.objective, dive.bound, limits.gap):
            break
        if step % 2:
            some, width = set(luck.sample(sites, min(SITES_TOGETHER, len(sites)))), 3 * WINDOW_DAYS
        else:
            some, width = set(sites), WINDOW_DAYS
        first = luck.randrange(-width // 2, aid.situation.days)
        dive.again([n for n, (site, t) in place.items() if site in some and first <= t < first + width])
    return dive.vehicles()
