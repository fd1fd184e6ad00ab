"""From a plan to movements: each departure written down as planned, with its manifest and its standby list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waythrough.actions.choose import Chosen
from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import draft_of, new_id
from waythrough.plan.homes import sizes
from waythrough.terms.doing import VOLUNTARY_RETURN, Boarding, Movement
from waythrough.terms.parties import Person
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation
from waythrough.terms.when import Window

CONVOY = "aid_convoy"


@dataclass
class Departure:
    """Everything of a plan that leaves on one route on one day."""

    kind: str
    route: str
    site: str
    day: int
    vehicles: int = 0
    aboard: dict[str, int] = field(default_factory=dict)
    """Household → its vehicle, counted over all fleets of the departure."""
    standby: tuple[str, ...] = ()


def departures(plan: Plan) -> list[Departure]:
    """The departures of a plan in order of day; vehicles of several fleets on one road and day go together."""
    found: dict[tuple[int, str, str], Departure] = {}
    for trip in plan.convoys:
        key = (trip.day, CONVOY, trip.route)
        found.setdefault(key, Departure(CONVOY, trip.route, trip.site, trip.day)).vehicles += trip.vehicles
    for out in plan.returns:
        key = (out.day, VOLUNTARY_RETURN, out.route)
        one = found.setdefault(key, Departure(VOLUNTARY_RETURN, out.route, out.site, out.day))
        one.aboard |= {seat.household: one.vehicles + seat.vehicle for seat in out.seats}
        one.vehicles += out.vehicles
    for waiting in plan.standby:
        if (kept := found.get((waiting.day, VOLUNTARY_RETURN, waiting.route))) is not None:
            kept.standby = waiting.households
    return [found[key] for key in sorted(found)]


def take_up(ws: Workspace, actor: Person, chosen: Chosen) -> list[Movement]:
    """Write every departure of a plan down as a planned movement, with the households' lines; all of it or nothing.

    The same plan again writes nothing new. Who is on which line goes into the vault.
    """
    check_can(actor, "record movement")
    check_can(actor, "record boarding")
    known = ws.register("movement")
    people = sizes(chosen.situation)
    made: list[Movement] = []
    records: list[Any] = []
    for one in departures(chosen.plan):
        movement = _movement(chosen, one, sum(people[household] for household in one.aboard))
        made.append(movement)
        if movement.id not in known:
            records += [movement, *_lines(ws, chosen, one, movement)]
    if records:
        key = f"take up {chosen.plan.situation_sha256} {actor.id} {len(records)}"
        ws.append([draft_of(record, None) for record in records], actor.id, key)
    return made


def _movement(chosen: Chosen, one: Departure, people: int) -> Movement:
    key = f"{chosen.plan.situation_sha256}/{one.kind}/{one.route}/{one.day}"
    return Movement(
        id=new_id("movement", key),
        site=one.site,
        kind=one.kind,
        route=one.route,
        window=window_of(chosen.situation, one.route, one.day),
        state="planned",
        vehicles=one.vehicles,
        people=people,
    )


def window_of(situation: Situation, route: str, day: int) -> Window:
    """From the first hour of the day of departure to the last of the day on which the vehicles are back."""
    back = next(r for r in situation.routes if r.id == route).last_offset
    zone = ZoneInfo(situation.time_zone)
    start = datetime.combine(situation.day(day), time(), zone)
    return Window(start, datetime.combine(situation.day(day) + timedelta(days=back + 1), time(), zone))


def _lines(ws: Workspace, chosen: Chosen, one: Departure, movement: Movement) -> Iterator[Boarding]:
    today = ws.clock().date()
    order: defaultdict[str, int | None] = defaultdict(lambda: None, one.aboard)
    for household in (*one.aboard, *one.standby):
        state = "listed" if household in one.aboard else "standby"
        key = f"{movement.id}/{household}"
        yield Boarding(new_id("boarding", key), movement.id, household, state, today, order[household])
