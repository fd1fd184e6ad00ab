"""What changed from one plan to the next, for the people who were told the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from waythrough.terms.planned import Plan
from waythrough.terms.situation import Promise
from waythrough.terms.whys import Changes

Seat = tuple[str, date]
"""A destination and a calendar day: what a household was told."""


def changes(old: Plan, new: Plan) -> Changes:
    """What became of everybody's seat and of every convoy, by calendar day; trips before the new plan are past."""
    before, after = seats(old, since=new.first_day), seats(new)
    kept = [home for home, seat in before.items() if after.get(home) == seat]
    moved = [home for home, seat in before.items() if home in after and after[home][0] == seat[0]]
    gone_before, gone_after = convoys(old, since=new.first_day), convoys(new)
    return Changes(
        kept=len(kept),
        other_day=len(moved) - len(kept),
        other_destination=sum(1 for home in before if home in after and after[home][0] != before[home][0]),
        lost=tuple(sorted(home for home in before if home not in after)),
        gained=sum(1 for home in after if home not in before),
        convoys_kept=sum(1 for key in gone_before if key in gone_after),
        convoys_dropped=sum(1 for key in gone_before if key not in gone_after),
        convoys_new=sum(1 for key in gone_after if key not in gone_before),
    )


def seats(plan: Plan, since: date | None = None) -> Mapping[str, Seat]:
    """Each household's destination and day, as far as it lies on or after a day."""
    found = {
        seat.household: (trip.destination, plan.first_day + timedelta(days=trip.day))
        for trip in plan.returns
        for seat in trip.seats
    }
    return {home: seat for home, seat in found.items() if since is None or seat[1] >= since}


def convoys(plan: Plan, since: date | None = None) -> set[tuple[str, date]]:
    """Each convoy's route and day, as far as it lies on or after a day."""
    found = {(trip.route, plan.first_day + timedelta(days=trip.day)) for trip in plan.convoys}
    return {key for key in found if since is None or key[1] >= since}


def promises(old: Plan, first_day: date, days: int) -> tuple[Promise, ...]:
    """What people were told by an older plan, counted in the days of a new one; what is past or beyond is left out."""
    told = (
        Promise(home, destination, (day - first_day).days) for home, (destination, day) in seats(old).items()
    )
    return tuple(sorted((p for p in told if 0 <= p.day < days), key=lambda p: p.household))
