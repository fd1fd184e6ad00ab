"""Small cases: the same integer programs as the plan's, solved again for each change of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from waythrough.plan import aid, evacuations, returns
from waythrough.plan.doors.changes import SHUTS, Change, Days, calendar
from waythrough.plan.doors.worth import INTEGER, Base, Worth
from waythrough.plan.network import AID, RETURN
from waythrough.plan.solver import Limits
from waythrough.plan.units import Unit

Calendar = tuple[tuple[str, int], ...]


@dataclass
class Exact:
    """What was solved already, by the days on which routes are open."""

    base: Base
    able: Sequence[Unit]
    limits: Limits
    unmet: dict[Calendar, int] = field(default_factory=dict)
    moved: dict[Calendar, tuple[int, int]] = field(default_factory=dict)

    def journeys(self, change: Change, days: Days) -> Worth:
        """What the change is worth to the journeys."""
        at = calendar(self.base.network, days, RETURN)
        if at not in self.moved:
            after = replace(self.base.network, situation=change.made(self.base.situation))
            found = returns.journeys(after.situation, after, self.limits, road=False)
            size = {h.id: h.size for h in after.situation.households}
            people = sum(size[seat.household] for trip in found.trips for seat in trip.seats)
            self.moved[at] = (found.value, people)
        worth, people = self.moved[at]
        # The base plan stays possible when a door opens, and no new one appears when a door shuts.
        better = worth < self.base.worth if change.kind == SHUTS else worth > self.base.worth
        if not better:
            return Worth(0, 0.0, INTEGER, error=self._gap_people(people))
        share = (worth - self.base.worth) / max(self.base.worth, 1)
        return Worth(people - self.base.people, share, INTEGER, error=self._gap_people(people))

    def fed(self, change: Change, days: Days) -> Worth:
        """What the change is worth to those who wait for aid, in person-days."""
        at = calendar(self.base.network, days, AID)
        if at not in self.unmet:
            after = evacuations.network(change.made(self.base.situation))
            first = aid.feed_everyone(after.situation, after, self.limits)
            people = aid.people_each_day(after.situation, {})
            self.unmet[at] = sum(aid.unmet_by_good(after.situation, first.convoys, people).values())
        fed = self.base.unmet - self.unmet[at]
        fed = min(0, fed) if change.kind == SHUTS else max(0, fed)
        return Worth(fed, fed / max(self.base.rations, 1), INTEGER, error=self.limits.gap * self.base.rations)

    def _gap_people(self, people: int) -> float:
        return returns.NOISE * max(people, self.base.people, 1)
