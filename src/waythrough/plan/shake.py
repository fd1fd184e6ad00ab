"""Better seats by search: seat whoever still can be, let units move up, and now and then empty a trip and refill it."""

from __future__ import annotations

import random
from collections.abc import Sequence

from waythrough.plan.seating import Departure, Options, Seating
from waythrough.plan.units import Unit

ROUNDS = 150
"""How often a trip or two are emptied and refilled. Work, not time, so that every machine ends at the same plan."""


def improve(seating: Seating, able: Sequence[Unit], open_to: Options) -> None:
    """Seat whoever still can be, then let each unit move to a better journey while one is free."""
    for _ in range(2):
        changed = False
        for unit in sorted(able, key=lambda u: (-open_to.of[u.id][0][2], u.id)):
            at = seating.riding.get(unit.id)
            changed |= _better(seating, unit, at, open_to.of[unit.id])
        if not changed:
            return


def _better(seating: Seating, unit: Unit, at: Departure | None, ways: Sequence[tuple[str, int, int]]) -> bool:
    now = next((worth for route, t, worth in ways if (route, t) == at), 0)
    for route, t, worth in ways:
        if worth <= now:
            return False
        if not seating.received_ok(unit.people, seating.network.routes[route], t):
            continue
        # Seat first, in mind: a unit gives up its place only when the other one is certain.
        if at is None:
            if seating.add(unit, (route, t)):
                return True
        elif seating.swap(unit, (route, t)):
            return True
    return False


def shake(seating: Seating, able: Sequence[Unit], open_to: Options) -> None:
    """Empty one or two trips, refill them in another order, and keep what is worth at least as much.

    The order is drawn from a generator with a fixed seed: the same seating always ends the same.
    """
    luck = random.Random(7)
    best = seating.worth()
    for _ in range(ROUNDS):
        trips = sorted(seating.vehicles)
        if not trips:
            return
        before = seating.snapshot()
        emptied = set(luck.sample(trips, k=min(len(trips), luck.choice((1, 1, 2)))))
        for name in [name for name, at in seating.riding.items() if at in emptied]:
            seating.remove(seating.units[name])
        waiting = [unit for unit in able if unit.id not in seating.riding]
        keys = {unit.id: open_to.of[unit.id][0][2] / unit.people * luck.uniform(0.6, 1.4) for unit in waiting}
        for unit in sorted(waiting, key=lambda u: (-keys[u.id], u.id)):
            _better(seating, unit, None, open_to.of[unit.id])
        worth = seating.worth()
        if worth < best:
            seating.restore(before)
        best = max(best, worth)
