"""What changed from one plan to the next, for the people who were told the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from waythrough.plan.standing import ROOM
from waythrough.terms.planned import Plan, ReturnTrip
from waythrough.terms.situation import Promise
from waythrough.terms.whys import Change, Changes, Journey, Standing


def changes(old: Plan, new: Plan, why: Mapping[str, str] | None = None) -> Changes:
    """What became of everybody's seat and of every convoy, by calendar day; trips before the new plan are past.

    ``why`` has the codes of what stands against journeys people were told of, by household.
    """
    before, after = seats(old.returns, old.first_day, since=new.first_day), seats(new.returns, new.first_day)
    gone_before, gone_after = convoys(old, since=new.first_day), convoys(new)
    return Changes(
        kept=sum(1 for home, told in before.items() if after.get(home) == told),
        changed=changed(before, after, why or {}),
        convoys_kept=len(gone_before & gone_after),
        convoys_dropped=len(gone_before - gone_after),
        convoys_new=len(gone_after - gone_before),
    )


def changed(
    before: Mapping[str, Journey], after: Mapping[str, Journey], why: Mapping[str, str]
) -> tuple[Change, ...]:
    """Everybody whose journey is not what it was, in order of household."""
    found = (
        Change(home, before.get(home), after.get(home))
        for home in sorted({*before, *after})
        if before.get(home) != after.get(home)
    )
    return tuple(one if one.was is None else replace(one, code=why.get(one.household, ROOM)) for one in found)


def reasons(stands: Standing) -> Mapping[str, str]:
    """Code of what stands against the journey each household was told of, where something does."""
    return {one.household: one.code for one in stands.let_off}


def seats(trips: Iterable[ReturnTrip], first_day: date, since: date | None = None) -> Mapping[str, Journey]:
    """Each household's destination and day, as far as it lies on or after a day."""
    found = {
        seat.household: Journey(trip.destination, first_day + timedelta(days=trip.day))
        for trip in trips
        for seat in trip.seats
    }
    return {home: told for home, told in found.items() if since is None or told.day >= since}


def convoys(plan: Plan, since: date | None = None) -> set[tuple[str, date]]:
    """Each convoy's route and day, as far as it lies on or after a day."""
    found = {(trip.route, plan.first_day + timedelta(days=trip.day)) for trip in plan.convoys}
    return {key for key in found if since is None or key[1] >= since}


def promises(old: Plan, first_day: date, days: int) -> tuple[Promise, ...]:
    """What people were told by an older plan, counted in the days of a new one; what is past or beyond is left out."""
    told = (
        Promise(home, journey.destination, (journey.day - first_day).days)
        for home, journey in seats(old.returns, old.first_day).items()
    )
    return tuple(sorted((p for p in told if 0 <= p.day < days), key=lambda p: p.household))
