"""The last day on which asking still helps, and how likely a yes is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from waythrough.plan.doors.changes import Change, Days
from waythrough.plan.doors.worth import Base
from waythrough.plan.network import AID, RETURN
from waythrough.plan.problem.units import travel_units
from waythrough.terms.estimates import Estimate


@dataclass
class Asking:
    """When to ask, for one situation."""

    base: Base

    def __post_init__(self) -> None:
        situation = self.base.situation
        self.known = {outlook.door: outlook for outlook in situation.outlooks}
        names = situation.households.columns.site_names
        units = travel_units(situation)
        self.wanted: dict[tuple[str, str], int] = {}
        """Site and destination → days on which somebody there consented to go there, as bits."""
        ends = [d.id for d in situation.destinations]
        rows = zip(
            units.site[units.allow_unit].tolist(),
            units.allow_end.tolist(),
            units.allow_first.tolist(),
            units.allow_last.tolist(),
            strict=True,
        )
        for site, end, first, last in set(rows):
            at = (names[site], ends[end])
            self.wanted[at] = self.wanted.get(at, 0) | (1 << last + 1) - (1 << first)

    def chance(self, change: Change) -> tuple[Estimate | None, int]:
        """Chance and cases of a single door. For sets no chance is given: doors of one party rarely answer
        apart.
        """
        cases = min((self.known[d].cases if d in self.known else 0 for d in change.doors), default=0)
        if len(change.doors) != 1 or change.doors[0] not in self.known:
            return None, cases
        chance = self.known[change.doors[0]].chance
        return (chance if isinstance(chance, Estimate) else None), cases

    def last_days(self, change: Change, feeds: bool, moves: bool) -> tuple[date | None, date | None]:
        """The last day on which asking still helps if the wait is the usual one, and if it is a long one.

        The last day on which an opening gives a useful day, less the middle of the wait for a yes and less
        its upper limit; of several doors the slowest. None when nothing is gained, or when nobody can say how
        long one of the doors takes to answer. A day may be past: then asking today is late already.
        """
        delays = [self.known[d].delay_days if d in self.known else None for d in change.doors]
        waits = [delay for delay in delays if isinstance(delay, Estimate)]
        if len(waits) < len(delays) or not (feeds or moves):
            return None, None
        last = self._last_opening(change, feeds, moves)
        if last is None:
            return None, None
        usual, long = (max(math.ceil(of(w)) for w in waits) for of in _MIDDLE_AND_LONG)
        opens = self.base.situation.first_day + timedelta(days=last)
        return opens - timedelta(days=usual), opens - timedelta(days=long)

    def _last_opening(self, change: Change, feeds: bool, moves: bool) -> int | None:
        network = self.base.network
        for day in range(self.base.situation.days - 1, change.from_day - 1, -1):
            later = Change(change.doors, change.kind, day, change.window_days)
            if self._helps(later.days(network), feeds, moves):
                return day
        return None

    def _helps(self, days: Days, feeds: bool, moves: bool) -> bool:
        """True if a route gains a day on which somebody could be fed, or somebody who consented could travel."""
        for route in self.base.situation.routes:
            gained = days[route.id] & ~self.base.network.departures[route.id]
            if route.purpose == AID and feeds and gained:
                return True
            if route.purpose == RETURN and moves and gained & self.wanted.get((route.site, route.end), 0):
                return True
        return False


_MIDDLE_AND_LONG: tuple[Callable[[Estimate], float], ...] = (lambda w: w.value, lambda w: w.high)
