"""What a plan is told beyond the records of doors and roads: what households were already promised."""

from __future__ import annotations

import dataclasses
import json
from datetime import date

from unit.actions.test_moving import JOURNEY, agree, line
from waythrough.actions.choose import Chosen, keep_plan, told
from waythrough.actions.moving import move
from waythrough.actions.record import record
from waythrough.plan import files
from waythrough.plan.generate import generate
from waythrough.plan.program import make
from waythrough.terms.situation import Promise

FIRST = date(2030, 5, 21)


def test_whoever_has_a_line_on_a_coming_journey_was_promised_its_day(ws, person) -> None:
    record(ws, person, JOURNEY)
    agree(ws, person)
    assert told(ws, FIRST, 28) == ()
    record(ws, person, line("listed"))
    assert told(ws, FIRST, 28) == (Promise("hh-1", "dest-mill", 1),)
    assert told(ws, date(2030, 5, 23), 28) == ()


def test_standby_and_journeys_that_were_called_off_promise_nothing(ws, person) -> None:
    record(ws, person, JOURNEY)
    agree(ws, person)
    record(ws, person, line("standby"))
    assert told(ws, FIRST, 28) == ()
    record(ws, person, dataclasses.replace(line("listed")))
    move(ws, person, "movement-1", "cancelled_security")
    assert told(ws, FIRST, 28) == ()


def test_a_plan_written_down_says_what_it_does_and_names_nobody(ws, person) -> None:
    now = generate(60, 14, 3)
    chosen = Chosen(now, make(now, slices=1))
    entry = keep_plan(ws, person, chosen)
    written = json.dumps(entry.body)
    seated = {seat.household for trip in chosen.plan.returns for seat in trip.seats}
    assert seated
    assert not [home for home in now.households.columns.ids if f'"{home}"' in written]
    assert entry.body["plan"]["people_moved"] == chosen.plan.people_moved
    assert entry.body["plan_sha256"] == files.sha256(chosen.plan)
