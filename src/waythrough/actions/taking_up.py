"""From a plan to movements: each departure written down as planned, with its manifest and its standby list.

A plan is a proposal of the day it was made. What it lists is checked again as things stand now, by the rules of
boarding; a line that no longer holds refuses the whole plan, so that nobody is told half of it.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waythrough.actions.choose import Chosen
from waythrough.actions.may_travel import SEATED, MayTravel
from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import draft_of, new_id, stands
from waythrough.plan.homes import sizes
from waythrough.terms.doing import VOLUNTARY_RETURN, Boarding, Movement
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import kind_of
from waythrough.terms.parties import Person
from waythrough.terms.people import Household
from waythrough.terms.planned import Plan
from waythrough.terms.problems import N_, InputRefused, Problem, Protected
from waythrough.terms.references import check_record
from waythrough.terms.situation import Situation
from waythrough.terms.states import can_follow
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


@dataclass(frozen=True)
class TakenUp:
    """What taking a plan up left: its movements as they stand now, and those still only planned that are not in it."""

    movements: tuple[Movement, ...]
    apart: tuple[Movement, ...]
    called_off: bool


class NotTakenUp(Problem):
    """A plan with lines that may not be written down as things stand now."""

    code = "movement.plan-not-taken-up"
    message = N_("The plan was not taken up; as things stand now it fails {count} times: {first}.")
    advice = N_("Nothing was written. First: {remedy} Then plan again: waythrough movements take-up")
    exit_code = 7


def check_may_take_up(actor: Person) -> None:
    """Refuse before anything is planned whom the writing would refuse."""
    check_can(actor, "record movement")
    check_can(actor, "record boarding")


def take_up(ws: Workspace, actor: Person, chosen: Chosen, call_off_others: bool = False) -> TakenUp:
    """Write every departure of a plan down as a planned movement, with the households' lines; all of it or nothing.

    One road has one movement of a kind on a day: a further plan adds to it what is new and never makes a second. Who
    is on which line goes into the vault. ``call_off_others`` withdraws movements that are only planned and not in
    this plan.

    Raises
    ------
    InputRefused
        The plan is another ledger's, or a trip of it would have left already.
    NotTakenUp
        Somebody on it may not travel, has a seat elsewhere, or lost one, as things stand now.
    """
    check_may_take_up(actor)
    trips = departures(chosen.plan)
    _check_ours(ws, chosen.situation, trips)
    people, ahead = sizes(chosen.situation), _ahead(ws)
    found = [(one, _movement(ws, chosen, one, people, ahead)) for one in trips]
    apart = _apart(ws, chosen.situation, {movement.id for _, movement in found})
    without = {movement.id for movement in apart} if call_off_others else set()
    rules, manifests = MayTravel(ws, without), _manifests(ws)
    refused = list(_untold(ws, manifests, without)) or [
        why
        for one, movement in found
        for why in _refusals(ws, rules, one, movement, manifests.get(movement.id, {}))
    ]
    if refused:
        raise NotTakenUp(
            count=len(refused),
            first="; ".join(why.fields["what"] for why in refused[:5]),
            remedy=refused[0].fields["remedy"].rstrip(".") + ".",
        )
    records: list[Any] = [replace(m, state="withdrawn_by_us") for m in apart] if call_off_others else []
    for one, movement in found:
        if ws.register("movement").get(movement.id) != movement:
            records.append(movement)
        records += _lines(ws, one, movement, manifests.get(movement.id, {}))
    if records:
        ws.append(_drafts(ws, records), actor.id)
    return TakenUp(tuple(movement for _, movement in found), tuple(apart), call_off_others)


# --- which movement ---------------------------------------------------------------------------------------

_Key = tuple[str, str, date]
_CALLED_OFF = ("cancelled_security", "cancelled_logistics", "withdrawn_by_us", "postponed_by_us")


def _check_ours(ws: Workspace, situation: Situation, trips: list[Departure]) -> None:
    """Refuse a plan of another ledger, of a day gone by, or on a road that is not recorded here."""
    if situation.ledger != ws.ledger.id:
        raise InputRefused(
            place="the situation of the plan",
            found=f"the ledger {situation.ledger[:12]}",
            allowed=f"this workspace's ({ws.ledger.id[:12]})",
            remedy="Plan from this workspace: waythrough movements take-up",
        )
    today = ws.today(ZoneInfo(situation.time_zone))
    for one in trips:
        ws.get("route", one.route)
        if (day := situation.day(one.day)) < today:
            raise InputRefused(
                place="the plan",
                found=f"a trip on {day}",
                allowed=f"trips from {today} on",
                remedy="Plan again from what is known today: waythrough movements take-up",
            )


def _ahead(ws: Workspace) -> dict[_Key, Movement]:
    """Movements that have not left, by kind, road and day; of several the one that is furthest on."""
    found: dict[_Key, Movement] = {}
    for movement in sorted(ws.register("movement").values(), key=lambda m: (m.state == "planned", m.id)):
        if movement.is_ahead:
            found.setdefault((movement.kind, movement.route, movement.window.first_day), movement)
    return found


def _apart(ws: Workspace, situation: Situation, taken: set[str]) -> list[Movement]:
    """Convoys and journeys of these sites that are only planned, for days the plan speaks of, and not in it."""
    sites = {site.id for site in situation.sites}
    last = situation.day(situation.days - 1)
    return [
        movement
        for key, movement in sorted(ws.register("movement").items(), key=lambda m: (m[1].window.start, m[0]))
        if movement.state == "planned"
        and movement.kind in (CONVOY, VOLUNTARY_RETURN)
        and movement.site in sites
        and movement.window.first_day <= last
        and key not in taken
    ]


def _movement(
    ws: Workspace, chosen: Chosen, one: Departure, people: Mapping[str, int], ahead: Mapping[_Key, Movement]
) -> Movement:
    """The movement of a departure: the one that is written down for that road and day, else a new one."""
    seats = sum(people[household] for household in one.aboard)
    day = chosen.situation.day(one.day)
    if stands_already := ahead.get((one.kind, one.route, day)):
        return replace(stands_already, vehicles=one.vehicles, people=seats)
    return Movement(
        id=_id_of(ws, one, day),
        site=one.site,
        kind=one.kind,
        route=one.route,
        window=window_of(chosen.situation, one.route, one.day),
        state="planned",
        vehicles=one.vehicles,
        people=seats,
    )


def _id_of(ws: Workspace, one: Departure, day: date) -> str:
    """Always the same one for a kind, road and day of a ledger; the next one where it was called off."""
    known: Mapping[str, Movement] = ws.register("movement")
    for n in itertools.count():
        key = f"{ws.ledger.id}/{one.kind}/{one.route}/{day}" + (f"/{n}" if n else "")
        ident = new_id("movement", key)
        if ident not in known:
            return ident
        if known[ident].state not in _CALLED_OFF:
            raise InputRefused(
                place=f"the plan's trip on {one.route}, {day}",
                found=f"{ident}, which has left already",
                allowed="one movement of a kind on a road and day",
                remedy="Plan again from what is known today: waythrough movements take-up",
            )
    raise AssertionError("counting has no end")


def window_of(situation: Situation, route: str, day: int) -> Window:
    """From the first hour of the day of departure to the last of the day on which the vehicles are back."""
    back = next(r for r in situation.routes if r.id == route).last_offset
    zone = ZoneInfo(situation.time_zone)
    start = datetime.combine(situation.day(day), time(), zone)
    return Window(start, datetime.combine(situation.day(day) + timedelta(days=back + 1), time(), zone))


# --- who is on it -----------------------------------------------------------------------------------------


def _manifests(ws: Workspace) -> dict[str, dict[str, Boarding]]:
    """Every line that is written down: movement → household → line."""
    found: dict[str, dict[str, Boarding]] = {}
    for line in ws.register("boarding").values():
        found.setdefault(line.movement, {})[line.household] = line
    return found


def _untold(
    ws: Workspace, manifests: Mapping[str, Mapping[str, Boarding]], without: set[str]
) -> Iterator[Protected]:
    """Journeys whose days are over, and nobody said whether they left: who is on them may be gone, or wait still."""
    for movement in _ahead(ws).values():
        over = movement.window.last_day < ws.today(movement.window.start.tzinfo or UTC)
        seated = any(line.state in SEATED for line in manifests.get(movement.id, {}).values())
        if over and seated and movement.id not in without:
            yield Protected(
                what=f"nobody said whether {movement.id} left on {movement.window.first_day}",
                remedy=f"Say so: waythrough movements move {movement.id} departed --on DAY, or withdrawn_by_us",
            )


def _refusals(
    ws: Workspace, rules: MayTravel, one: Departure, movement: Movement, written: Mapping[str, Boarding]
) -> Iterator[Protected]:
    """Why lines of a departure do not hold: of those the plan wants, and of those people were told before."""
    homes: Mapping[str, Household] = ws.register("household")
    wanted = dict.fromkeys(one.standby, "standby") | dict.fromkeys(one.aboard, "listed")
    for household, state in wanted.items():
        before = written.get(household)
        if household not in homes:
            yield Protected(what=f"{household} is not recorded", remedy="Plan from this workspace.")
        elif why := rules.why_not(movement, homes[household], state, movement.window.first_day):
            yield why
        elif before and state == "listed" and not _can_be_seated(before):
            yield Protected(
                what=f"{household} is on {movement.id} as {before.state} and cannot be listed again",
                remedy="Look at its line: waythrough movements show ID --lines.",
            )
    lost = [home for home, line in written.items() if line.state in SEATED and home not in one.aboard]
    if lost:
        # They were told a day. Nobody's seat goes to others before somebody has said so, and to them first.
        yield Protected(
            what=f"told a seat on {movement.id} and without one in this plan: {', '.join(lost)}",
            remedy="Tell them first, then give their seats up: "
            f"waythrough movements board {movement.id} standby {' '.join(lost)}",
        )


def _can_be_seated(line: Boarding) -> bool:
    return line.state in SEATED or can_follow("boarding", line.state, "listed")


def _lines(
    ws: Workspace, one: Departure, movement: Movement, written: Mapping[str, Boarding]
) -> Iterator[Boarding]:
    """The lines that are new or change: who is confirmed or aboard stays so, on the vehicle of the new plan."""
    today = ws.today(movement.window.start.tzinfo or UTC)
    for household in (*one.aboard, *one.standby):
        seat, before = one.aboard.get(household), written.get(household)
        state = "standby" if seat is None else "listed"
        if before is None:
            ident = new_id("boarding", f"{movement.id}/{household}")
            yield Boarding(ident, movement.id, household, state, today, seat)
        elif before.state in SEATED:
            if before.vehicle != seat and before.state != "boarded":
                yield replace(before, vehicle=seat)
        elif can_follow("boarding", before.state, state):
            yield replace(before, state=state, on=today, vehicle=seat)


def _drafts(ws: Workspace, records: list[Any]) -> list[Draft]:
    register = functools.cache(ws.register)
    new = {record.id for record in records}
    for record in records:
        check_record(record, lambda kind, ident: ident in new or ident in register(kind), register)
    return [
        draft_of(record, None, stands(ws, record) if record.id in register(kind_of(record)) else ())
        for record in records
    ]
