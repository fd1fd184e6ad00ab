"""Medical evacuations: before everything else, with the days that are left and the doors they wait at."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from waythrough.actions.choose import situation
from waythrough.actions.record import record
from waythrough.actions.urgent import evacuations
from waythrough.terms.access import Execution, Guarantee, Request, Step
from waythrough.terms.doing import Movement
from waythrough.terms.sayings import Figure
from waythrough.terms.when import Days, Window

ASKED = Request(
    "request-9", "site-ford", "medical_evacuation", "a child with meningitis", ("org-relief",),
    Days.parse("2030-05-18"), (Step("plan_approval", "door-return"),), needed_by=Days.parse("2030-05-22"),
)  # fmt: skip


def test_an_evacuation_that_was_asked_for_shows_its_clock_and_the_door_it_waits_at(ws, person) -> None:
    record(ws, person, ASKED)
    (one,) = evacuations(ws)
    assert (one.record, one.needed_by, one.days_left) == ("request-9", date(2030, 5, 22), 2)
    assert (one.shut, one.open) == (("door-return",), ())


def test_a_door_that_opened_is_waited_at_no_longer(ws, person) -> None:
    record(ws, person, ASKED)
    window = Window.parse("2030-05-20T00:00+03:00/2030-06-01T00:00+03:00")
    given = Guarantee(
        "guarantee-1", "party-south", ("door-return",), Days.parse("2030-05-19"), "party-south", window=window
    )
    record(ws, person, given, "source-letter")
    (one,) = evacuations(ws)
    assert (one.shut, one.open) == ((), ("door-return",))


def test_the_fewest_days_left_come_first_and_those_without_a_day_last(ws, person) -> None:
    for name, by in (
        ("request-8", None),
        ("request-7", Days.parse("2030-06-01")),
        ("request-6", Days.parse("2030-05-19")),
    ):
        record(ws, person, replace(ASKED, id=name, needed_by=by))
    record(ws, person, ASKED)
    assert [one.record for one in evacuations(ws)] == ["request-6", "request-9", "request-7", "request-8"]
    assert evacuations(ws)[0].days_left == -1


def test_what_was_carried_out_waits_no_longer_and_our_own_postponement_does(ws, person) -> None:
    record(ws, person, ASKED)
    record(ws, person, replace(ASKED, id="request-8"))
    done = Execution(
        "execution-1", "request-9", "facilitated", Days.parse("2030-05-19"), "org-relief", people=1
    )
    record(ws, person, done)
    record(ws, person, replace(done, id="execution-2", request="request-8", outcome="postponed_by_us"))
    assert [one.record for one in evacuations(ws)] == ["request-8"]


def test_a_planned_evacuation_waits_at_the_doors_of_its_road(ws, person) -> None:
    window = Window.parse("2030-05-22T00:00+03:00/2030-05-23T00:00+03:00")
    planned = Movement(
        "movement-9", "site-ford", "medical_evacuation", "route-out", window, "planned",
        need_by=Days.parse("2030-05-23"), note="two on stretchers", people=3, stretchers=2,
    )  # fmt: skip
    record(ws, person, planned)
    (one,) = evacuations(ws)
    assert (one.subject, one.days_left, one.shut) == ("two on stretchers", 3, ("door-return",))
    counted = Figure(
        "figure-1", "source-letter", "site-ford", "population", 2000.0, 2000.0, "people", "exact",
        Days.parse("2030-05-10"), "party-south",
    )  # fmt: skip
    record(ws, person, counted, "source-letter")
    (waiting,) = situation(ws, 14).evacuations
    assert (waiting.id, waiting.people, waiting.stretchers, waiting.last_day) == ("movement-9", 3, 2, 2)
    record(ws, person, replace(planned, state="cancelled_security"))
    assert situation(ws, 14).evacuations == ()
    assert evacuations(ws) == []
