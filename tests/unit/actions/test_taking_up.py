"""A plan's departures written down as movements, once, with their manifest and standby list."""

from __future__ import annotations

from dataclasses import replace

from unit.plan.invented import household, situation
from waythrough.actions.choose import Chosen
from waythrough.actions.moving import lines, tally
from waythrough.actions.taking_up import departures, take_up
from waythrough.plan.program import make
from waythrough.terms.planned import Standby


def chosen() -> Chosen:
    """One family that goes by the road of the workspace."""
    base = situation(households=(replace(household("hh-1", 4, "lake"), site="site-ford"),))
    names = {"to lake": "route-out"}
    here = replace(
        base,
        sites=(replace(base.sites[0], id="site-ford"),),
        routes=tuple(
            replace(r, id=names.get(r.id, r.id), site="site-ford")
            for r in base.routes
            if r.purpose == "return"
        ),
        fleets=tuple(replace(f, routes=()) for f in base.fleets),
    )
    return Chosen(here, make(here))


def test_every_departure_becomes_a_planned_movement_with_its_lines(ws, person) -> None:
    (made,) = take_up(ws, person, chosen())
    kept = ws.get("movement", made.id)
    assert (kept.state, kept.people, kept.vehicles) == ("planned", 4, 1)
    assert kept.window.first_day == chosen().situation.day(departures(chosen().plan)[0].day)
    assert tally(ws, kept) == {"listed": 1}
    assert lines(ws, kept)["hh-1"].vehicle == 0


def test_the_same_plan_again_writes_nothing_new(ws, person) -> None:
    (first,) = take_up(ws, person, chosen())
    assert [movement.id for movement in take_up(ws, person, chosen())] == [first.id]
    assert len(ws.ledger.history(first.id)) == 1
    assert len(ws.records("boarding")) == 1


def test_vehicles_of_two_fleets_on_one_road_and_day_are_one_departure_with_its_standby_list() -> None:
    plan = chosen().plan
    trip = plan.returns[0]
    waits = (Standby(trip.route, trip.day, ("hh-2",)),)
    two = replace(plan, returns=(trip, replace(trip, fleet="vans", seats=())), standby=waits)
    (found,) = departures(two)
    assert found.vehicles == 2 * trip.vehicles
    assert found.standby == ("hh-2",)
