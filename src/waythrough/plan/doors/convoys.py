"""Large cases, aid side: all convoys in one linear program, kept in memory and solved on from where it stood.

Vehicles may be parts of vehicles in it. A value is the change in the most that could be eaten: an opening is worth
at most about that much, and what is lost by a door that shuts is about that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from waythrough.plan import aid
from waythrough.plan.aid.rows import AidProgram, whole_room
from waythrough.plan.doors.changes import SHUTS, Change, Days, calendar
from waythrough.plan.doors.worth import SAMPLED, Base, Worth
from waythrough.plan.network import AID, Network
from waythrough.plan.solver import Reopened


@dataclass(frozen=True)
class _Wider(Network):
    """A network in which every day stands that any of the changes opens."""

    also: Days = field(default_factory=dict)

    @property
    def departures(self) -> dict[str, int]:
        """Route id → days on which a trip may start as things are, or after one of the changes."""
        now = Network(self.situation).departures
        return {route: bits | self.also.get(route, 0) for route, bits in now.items()}


def fed(base: Base, changes: Sequence[tuple[Change, Days]]) -> list[Worth]:
    """What each change is worth in person-days fed, by the linear program over all convoys."""
    also: dict[str, int] = {}
    for _, days in changes:
        for route, bits in days.items():
            also[route] = also.get(route, 0) | bits
    whole = _program(base, also)
    opened = Reopened(whole.program)
    columns = list(whole.trucks.values())
    full = [whole.program.high[n] for n in columns]

    def eaten(days: Days) -> float:
        highs = [
            high if days[route] >> t & 1 else 0.0
            for (_, route, t), high in zip(whole.trucks, full, strict=True)
        ]
        opened.highs(columns, highs)
        return opened.best()[1] * whole.scale

    known = {calendar(base.network, base.network.departures, AID): eaten(base.network.departures)}
    now = next(iter(known.values()))
    found = []
    for change, days in changes:
        at = calendar(base.network, days, AID)
        if at not in known:
            known[at] = eaten(days)
        more = known[at] - now
        more = min(0.0, more) if change.kind == SHUTS else max(0.0, more)
        found.append(
            Worth(int(np.rint(more)), more / max(base.rations, 1), SAMPLED, error=1e-6 * base.rations)
        )
    return found


def _program(base: Base, also: Days) -> AidProgram:
    """Everybody's rations as if nobody left, over all days that are open now or after one of the changes."""
    s, goods = base.situation, aid.life_saving(base.situation)
    everyone, sites = aid.people_each_day(s, {}), frozenset(site.id for site in s.sites)
    whole = AidProgram(s, _Wider(s, also=also), goods, [everyone], sites)
    whole.close(whole_room(s, base.network, whole.scale))
    whole.aim_at_fed(0)
    return whole
