"""What changed between two plans, for those who were told the first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from unit.plan.invented import household, situation
from waythrough.plan.changes import changes, promises
from waythrough.plan.program import make
from waythrough.terms.planned import Plan, ReturnTrip, Seat
from waythrough.terms.situation import Promise
from waythrough.terms.whys import GAINED, LOST, OTHER_DAY, OTHER_DESTINATION, Journey

BASE = make(situation(households=(household("oak", 4, "lake"),)))


def plan(*going: tuple[str, str, int], later: int = 0) -> Plan:
    """A plan in which these households go to these places on these days."""
    trips = tuple(
        ReturnTrip(f"to {end}", "camp", end, day, "vans", 1, (Seat(home, 0),)) for home, end, day in going
    )
    return replace(BASE, convoys=(), returns=trips, first_day=BASE.first_day + timedelta(days=later))


def test_who_keeps_moves_loses_and_gains_is_counted_once() -> None:
    old = plan(("a", "lake", 1), ("b", "lake", 2), ("c", "lake", 3), ("d", "lake", 4))
    new = plan(("a", "lake", 1), ("b", "lake", 5), ("c", "port", 3), ("e", "lake", 4))
    what = changes(old, new)
    assert what.kept == 1
    assert {one.household: one.what for one in what.changed} == {
        "b": OTHER_DAY,
        "c": OTHER_DESTINATION,
        "d": LOST,
        "e": GAINED,
    }
    (lost,) = what.those(LOST)
    assert (lost.was, lost.now) == (Journey("lake", old.first_day + timedelta(days=4)), None)


def test_a_plan_made_later_is_compared_by_the_calendar_and_what_is_past_is_not_lost() -> None:
    old = plan(("a", "lake", 1), ("b", "lake", 4))
    new = plan(("b", "lake", 1), later=3)
    what = changes(old, new)
    assert (what.kept, what.changed) == (1, ())
    assert promises(old, new.first_day, new.days) == (Promise("b", "lake", 1),)


def test_convoys_are_compared_by_road_and_day() -> None:
    made = make(situation())
    what = changes(made, replace(made, convoys=made.convoys[1:]))
    assert (what.convoys_kept, what.convoys_dropped, what.convoys_new) == (len(made.convoys) - 1, 1, 0)
