"""Manifests: who is on which line, and what became of each household.

The manifest is gone through again at departure, because people may not come, and because a consent taken back that
morning counts that morning. Nobody boards who was not asked again after the clearance arrived.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from waythrough.actions.gates import door_gates, doors_of, has_gates_ahead, lines, today_of
from waythrough.actions.may_travel import MayTravel, check_takes_people
from waythrough.actions.permissions import check_can
from waythrough.actions.understand import board
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import Told, drafts_of, new_id, stands
from waythrough.plan.consents import asked_again
from waythrough.plan.manifests import REACHED
from waythrough.terms import states
from waythrough.terms.codes import code_list
from waythrough.terms.doing import Boarding, Movement
from waythrough.terms.entries import Draft, Entry
from waythrough.terms.parties import Person
from waythrough.terms.people import Household
from waythrough.terms.places import Route
from waythrough.terms.problems import InputRefused, Protected

PENDING = ("listed", "standby", "confirmed")
"""Lines of which nobody yet knows whether they are aboard."""


FREE_A_SEAT = ("no_show", "declined_at_boarding", "withdrawn", "removed_by_authority")
"""What may become of a household before the vehicle leaves that gives its seats to others."""


def record_boarding(
    ws: Workspace, actor: Person, boarding: Boarding, told: Told = None, key: str | None = None
) -> Entry:
    """Write down a household's line of a manifest, or its next state. One household has one line of a movement.

    Raises
    ------
    Protected
        The household would be listed, confirmed or let aboard without the live consent of every adult on that day,
        without having been asked again, before the clearance, or on a day the movement does not run.
    """
    check_can(actor, "record boarding")
    return ws.append(_line_drafts(ws, MayTravel(ws), boarding, told), actor.id, key)[-1]


def board_households(
    ws: Workspace, actor: Person, movement_id: str, state: str, households: tuple[str, ...], on: date
) -> list[Entry]:
    """The same next state for several households of a manifest: for all of them, or nothing is written."""
    check_can(actor, "record boarding")
    rules = MayTravel(ws)
    drafts: list[Draft] = []
    for household in dict.fromkeys(households):
        line = Boarding(new_id("boarding"), movement_id, household, state, on)
        drafts += _line_drafts(ws, rules, line)
    return list(ws.append(drafts, actor.id))


def check_corrected_line(ws: Workspace, line: Boarding) -> None:
    """A correction puts nobody on a manifest, or aboard, whom the rules keep off; what was not so is taken back."""
    movement: Movement = ws.get("movement", line.movement)
    _check_happened(ws, movement, line)
    if line.state in PENDING:
        check_takes_people(movement, line.household)
    if line.state in (*PENDING, "boarded"):
        _check_allowed(MayTravel(ws), movement, ws.get("household", line.household), line)
    if line.state == "confirmed":
        _check_asked_again(ws, movement, ws.get("household", line.household))


def _line_drafts(ws: Workspace, rules: MayTravel, boarding: Boarding, told: Told = None) -> list[Draft]:
    """A household's line or its next state, checked, as it will be written."""
    movement: Movement = ws.get("movement", boarding.movement)
    home: Household = ws.get("household", boarding.household)
    before = lines(ws, movement).get(home.id)
    states.check_can_follow("boarding", before.state if before else states.NOTHING, boarding.state)
    _check_happened(ws, movement, boarding)
    if boarding.state in (*PENDING, "boarded"):
        _check_may_travel(ws, rules, movement, home, boarding)
    if before is None:
        return drafts_of(ws, boarding, told)
    seat = before.vehicle if boarding.vehicle is None else boarding.vehicle
    kept = replace(boarding, id=before.id, vehicle=seat)
    return drafts_of(ws, kept, told, stands(ws, kept))


def tally(ws: Workspace, movement: Movement) -> dict[str, int]:
    """Households on the manifest by state, in the order of the code list. Counts only, for any of us."""
    counts = Counter(line.state for line in lines(ws, movement).values())
    return {code: counts[code] for code in code_list("boarding_state").codes if counts[code]}


def next_standby(ws: Workspace, movement: Movement) -> list[Boarding]:
    """Households that may take a seat that comes free, in the order in which they were put on the list.

    Who may not travel any more, or has a seat elsewhere meanwhile, is not called upon.
    """
    rules, homes = MayTravel(ws), ws.register("household")
    day = movement.window.first_day
    return [
        line
        for line in lines(ws, movement).values()
        if line.state == "standby"
        and line.household in homes
        and rules.why_not(movement, homes[line.household], "listed", day) is None
    ]


def _check_happened(ws: Workspace, movement: Movement, boarding: Boarding) -> None:
    """A line is told on its day or later, and nobody arrives with a movement that has not left."""
    today = today_of(ws, movement)
    if boarding.on > today:
        raise InputRefused(
            place="boarding.on",
            found=str(boarding.on),
            allowed=f"{today} or earlier",
            remedy="Write it down on the day it happens.",
        )
    if boarding.state in REACHED and has_gates_ahead(movement):
        raise InputRefused(
            place=f"{boarding.household} on {movement.id}",
            found=boarding.state,
            allowed="a movement that has departed",
            remedy=f"Write down first that it left: waythrough movements move {movement.id} departed",
        )


def _check_may_travel(
    ws: Workspace, rules: MayTravel, movement: Movement, home: Household, boarding: Boarding
) -> None:
    check_takes_people(movement, home.id)
    _check_allowed(rules, movement, home, boarding)
    if boarding.state == "confirmed":
        _check_asked_again(ws, movement, home)


def _check_allowed(rules: MayTravel, movement: Movement, home: Household, boarding: Boarding) -> None:
    day = boarding.on if boarding.state == "boarded" else movement.window.first_day
    if not movement.window.covers(day):
        raise Protected(
            what=f"{home.id} aboard on {day}, when {movement.id} does not run",
            remedy="Correct the day, or give the movement its new window first.",
        )
    if refused := rules.why_not(movement, home, boarding.state, day):
        raise refused


def _check_asked_again(ws: Workspace, movement: Movement, home: Household) -> None:
    route: Route = ws.get("route", movement.route)
    shut = [one.gate for one in door_gates(ws, movement, route) if not one.passed]
    if shut:
        raise Protected(
            what=f"{home.id} cannot be asked again yet: the clearance of {shut[0].about} has not arrived",
            remedy="Ask again once every door is open for the day, so that people decide on what is true.",
        )
    cleared = _cleared_on(ws, route)
    if not asked_again(home, ws.records("consent"), route.end, movement.kind, cleared):
        raise Protected(
            what=f"{home.id} was not asked again after the clearance" + (f" of {cleared}" if cleared else ""),
            remedy="Ask each adult alone and record it: waythrough record consent … --reconfirmed-on DAY.",
        )


def _cleared_on(ws: Workspace, route: Route) -> date | None:
    """The day of the newest answer on a road, of the parties that hold its doors; None where none is known.

    Known only to the month, it is at the latest the day on which we knew it.
    """
    doors, parties = ws.register("door"), ws.register("party")
    met = {name.door for name in doors_of(ws, route) if name.door}
    voices = {door: {doors[door].party, *parties[doors[door].party].members} for door in met}
    answers = [
        min(account.on, account.known_on)
        for state in board(ws)
        if state.door in met
        for account in state.accounts
        if account.says in ("opens", "closes") and account.speaker in voices[state.door]
    ]
    return max(answers, default=None)
