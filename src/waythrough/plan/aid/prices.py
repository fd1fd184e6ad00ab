"""A bound for many sites at once: what sites share gets a price, and each site then answers for itself.

Whatever the prices (none below 0), no plan feeds more than all that is shared, paid for, plus what each site would
at most gain if it bought at these prices alone (Lagrange; Geoffrion 1974, Mathematical Programming Study 2,
82-114). Each site's gain is proved as a whole-number program of one site, which is small, so the bound is tighter
than the one with parts of convoys allowed everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from waythrough.plan.aid.rows import AidProgram, Room, Row
from waythrough.plan.solver import Limits

Prices = Mapping[Row, float]
"""Rations (in the program's unit) that one unit of a shared row costs; a row not named is free."""


def gain_bound(aid: AidProgram, room: Room, prices: Prices, limits: Limits) -> float:
    """The most that population 0 can eat by any plan, proved at these prices (in the program's unit)."""
    paid = sum(price * room[row] for row, price in prices.items())
    return paid + sum(_gain(aid, site, room, prices, limits) for site in sorted(aid.sites))


def alone(aid: AidProgram, site: str, room: Room, prices: Prices) -> AidProgram:
    """The program of one site that pays for what it shares with others."""
    one = AidProgram(aid.situation, aid.network, aid.goods, aid.populations[:1], frozenset({site}), aid.scale)
    one.close(room)
    one.aim_at_fed(0)
    for row, terms in one.shared.items():
        for column, used in terms:
            one.program.cost[column] -= prices.get(row, 0.0) * used
    return one


def _gain(aid: AidProgram, site: str, room: Room, prices: Prices, limits: Limits) -> float:
    one = alone(aid, site, room, prices)
    relaxed = one.program.solve(limits, relaxed=True, what=f"the bound of {site}").objective
    if limits.nodes == 0:
        return relaxed
    return min(relaxed, one.program.solve(limits, what=f"the bound of {site}").bound)
