"""A plan's departures written down as movements, once, with their manifest and standby list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from unit.plan.invented import household, situation
from waythrough.actions import boarding, moving
from waythrough.actions.boarding import tally
from waythrough.actions.choose import Chosen
from waythrough.actions.gates import lines
from waythrough.actions.record import record
from waythrough.actions.taking_up import NotTakenUp, TakenUp, departures, take_up
from waythrough.actions.writing import revise
from waythrough.plan.program import make
from waythrough.terms.doing import Incident
from waythrough.terms.people import Consent, Household
from waythrough.terms.planned import Standby
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Promise
from waythrough.terms.when import Days

RETURN = "voluntary_return_movement"
TODAY = date(2030, 5, 20)


def chosen(ledger: str = "another ledger", *homes: str) -> Chosen:
    """The named families, one if none is, that go by the road of the workspace from the day after today on."""
    families = tuple(replace(household(name, 4, "lake"), site="site-ford") for name in homes or ("hh-1",))
    base = situation(households=families)
    names = {"to lake": "route-out"}
    here = replace(
        base,
        ledger=ledger,
        as_of=TODAY,
        first_day=TODAY + timedelta(days=1),
        sites=(replace(base.sites[0], id="site-ford"),),
        routes=tuple(
            replace(r, id=names.get(r.id, r.id), site="site-ford")
            for r in base.routes
            if r.purpose == "return" and r.id in names
        ),
        fleets=tuple(replace(f, routes=()) for f in base.fleets if f.id == "coaches"),
    )
    return Chosen(here, make(here))


def agree(ws, person, home: str = "hh-1") -> None:
    for adult in (f"{home}/a", f"{home}/b"):
        for purpose, where, kind in (("travel", "dest-mill", RETURN), ("data", "", "")):
            yes = Consent(
                f"{adult}-{purpose}", home, adult, purpose, "given", "text-1", date(2030, 5, 15),
                date(2030, 5, 15), date(2030, 9, 30), destination=where, movement_kind=kind,
            )  # fmt: skip
            record(ws, person, yes)


@pytest.fixture
def plan(ws, person) -> Chosen:
    """The plan of this workspace, with everybody's consent."""
    agree(ws, person)
    return chosen(ws.ledger.id)


def on_day(plan: Chosen, day: int) -> Chosen:
    """The same plan, its doors open only from that day on."""
    shut = tuple(
        replace(door, open_days=tuple(int(n >= day) for n in range(plan.situation.days)))
        for door in plan.situation.doors
    )
    later = replace(plan.situation, doors=shut)
    return Chosen(later, make(later))


def nothing_written(ws) -> bool:
    return not ws.records("movement") and not ws.records("boarding")


def test_every_departure_becomes_a_planned_movement_with_its_lines(ws, person, plan) -> None:
    (made,) = take_up(ws, person, plan).movements
    kept = ws.get("movement", made.id)
    assert (kept.state, kept.people, kept.vehicles) == ("planned", 4, 1)
    assert kept.window.first_day == plan.situation.day(departures(plan.plan)[0].day)
    assert tally(ws, kept) == {"listed": 1}
    assert lines(ws, kept)["hh-1"].vehicle == 0


def test_the_same_plan_again_writes_nothing_new(ws, person, plan) -> None:
    first = take_up(ws, person, plan)
    assert take_up(ws, person, plan) == first
    # What people were told changes the situation's hash; the movement stays the same one.
    promised = (Promise("hh-1", "lake", plan.plan.returns[0].day),)
    told = replace(plan.situation, promised=promised)
    assert take_up(ws, person, Chosen(told, make(told))) == first
    assert len(ws.ledger.history(first.movements[0].id)) == 1
    assert len(ws.records("boarding")) == 1


def test_a_plan_of_another_ledger_is_refused(ws, person) -> None:
    agree(ws, person)
    with pytest.raises(InputRefused, match="the ledger another"):
        take_up(ws, person, chosen())
    assert nothing_written(ws)


def test_a_trip_whose_day_is_past_is_refused(ws, person, plan) -> None:
    ws.clock = lambda: datetime(2030, 6, 30, 12, tzinfo=UTC)
    with pytest.raises(InputRefused, match="trips from 2030-06-30 on"):
        take_up(ws, person, plan)
    assert nothing_written(ws)


def test_a_household_whose_consent_does_not_stand_refuses_the_whole_plan(ws, person) -> None:
    record(ws, person, Household("hh-2", "site-ford", 4, ("hh-2/a", "hh-2/b"), synthetic=True))
    agree(ws, person)
    with pytest.raises(NotTakenUp, match="hh-2 may not travel on") as refused:
        take_up(ws, person, chosen(ws.ledger.id, "hh-1", "hh-2"))
    assert "plan again" in refused.value.remedy()
    assert refused.value.exit_code == 7
    assert nothing_written(ws)


def test_nobody_is_listed_for_a_destination_under_a_stop(ws, person, plan) -> None:
    harm = Incident(
        "incident-1", "site-ford", "arrest", Days.parse("2030-05-18"), "party-north", "people were arrested",
        destination="dest-mill",
    )  # fmt: skip
    record(ws, person, harm, "source-letter")
    with pytest.raises(NotTakenUp, match="people were arrested"):
        take_up(ws, person, plan)
    assert nothing_written(ws)


def test_a_household_listed_on_one_day_is_not_listed_on_another_too(ws, person, plan) -> None:
    (first,) = take_up(ws, person, plan).movements
    later = on_day(plan, 5)
    with pytest.raises(NotTakenUp, match=f"has a seat on {first.id} already"):
        take_up(ws, person, later)
    assert len(ws.records("movement")) == 1


def test_a_movement_not_in_the_new_plan_stays_until_it_is_called_off_in_words(ws, person, plan) -> None:
    (first,) = take_up(ws, person, plan).movements
    nobody = replace(plan.situation, households=())
    empty = Chosen(nobody, make(nobody))
    assert take_up(ws, person, empty) == TakenUp((), (first,), False)
    assert ws.get("movement", first.id).state == "planned"
    later = take_up(ws, person, on_day(plan, 5), call_off_others=True)
    assert [movement.id for movement in later.apart] == [first.id]
    assert ws.get("movement", first.id).state == "withdrawn_by_us"
    assert tally(ws, later.movements[0]) == {"listed": 1}
    # Once called off, the same road and day may be planned anew, as another movement.
    again = take_up(ws, person, plan, call_off_others=True).movements[0]
    assert (again.id != first.id, again.window) == (True, first.window)


def test_who_was_told_and_lost_the_seat_is_named_before_anything_is_written(ws, person, plan) -> None:
    record(ws, person, Household("hh-2", "site-ford", 4, ("hh-2/a", "hh-2/b"), synthetic=True))
    agree(ws, person, "hh-2")
    (made,) = take_up(ws, person, plan).movements
    with pytest.raises(NotTakenUp, match=f"told a seat on {made.id} and without one in this plan: hh-1"):
        take_up(ws, person, chosen(ws.ledger.id, "hh-2"))
    boarding.board_households(ws, person, made.id, "standby", ("hh-1",), TODAY)
    take_up(ws, person, chosen(ws.ledger.id, "hh-2"))
    assert tally(ws, made) == {"listed": 1, "standby": 1}


def test_a_journey_of_which_nobody_said_whether_it_left_is_asked_about_first(ws, person, plan) -> None:
    (first,) = take_up(ws, person, plan).movements
    ws.clock = lambda: datetime(2030, 6, 30, 12, tzinfo=UTC)
    later = replace(plan.situation, as_of=date(2030, 6, 30), first_day=date(2030, 7, 1))
    late = Chosen(later, make(later))
    with pytest.raises(NotTakenUp, match=f"nobody said whether {first.id} left") as refused:
        take_up(ws, person, late)
    assert f"movements move {first.id} departed --on DAY" in refused.value.remedy()
    moving.move(ws, person, first.id, "withdrawn_by_us")
    assert len(take_up(ws, person, late).movements) == 1


def test_a_confirmed_household_stays_confirmed_when_a_plan_is_taken_up_again(ws, person, plan) -> None:
    (made,) = take_up(ws, person, plan).movements
    revise(ws, person, replace(lines(ws, made)["hh-1"], state="confirmed"))
    record(ws, person, Household("hh-2", "site-ford", 4, ("hh-2/a", "hh-2/b"), synthetic=True))
    agree(ws, person, "hh-2")
    take_up(ws, person, chosen(ws.ledger.id, "hh-1", "hh-2"))
    assert tally(ws, made) == {"listed": 1, "confirmed": 1}
    assert ws.get("movement", made.id).people == 8


def test_vehicles_of_two_fleets_on_one_road_and_day_are_one_departure_with_its_standby_list() -> None:
    plan = chosen().plan
    trip = plan.returns[0]
    waits = (Standby(trip.route, trip.day, ("hh-2",)),)
    two = replace(plan, returns=(trip, replace(trip, fleet="vans", seats=())), standby=waits)
    (found,) = departures(two)
    assert found.vehicles == 2 * trip.vehicles
    assert found.standby == ("hh-2",)
