"""Movements and their manifests: what must be true before one starts, who is aboard, what became of each household.

The manifest is gone through again at departure, because people may not come, and because a consent taken back that
morning counts that morning. Nobody boards who was not asked again after the clearance arrived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta

from waythrough.actions.may_travel import MayTravel, check_takes_people, stop_reasons
from waythrough.actions.permissions import check_can
from waythrough.actions.understand import board
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import Told, drafts_of, new_id, revise, stands, write
from waythrough.plan.consents import asked_again
from waythrough.plan.manifests import REACHED
from waythrough.terms import states
from waythrough.terms.board import DoorState
from waythrough.terms.codes import code_list
from waythrough.terms.doing import Boarding, Movement
from waythrough.terms.entries import Draft, Entry
from waythrough.terms.parties import Person
from waythrough.terms.people import Household
from waythrough.terms.places import Route
from waythrough.terms.planned import Gate
from waythrough.terms.problems import N_, InputRefused, Problem, Protected

PENDING = ("listed", "standby", "confirmed")
"""Lines of which nobody yet knows whether they are aboard."""


@dataclass(frozen=True)
class GateState:
    """One thing that must be true before a movement starts, and whether it is.

    None where nobody said, and the record has no place to say it: one of us looks before it starts.
    """

    gate: Gate
    passed: bool | None


class GatesShut(Problem):
    """A movement that may not start: what it needs is not all in place."""

    code = "movement.gates-shut"
    message = N_("{movement} may not start: {count} of the things it needs are not in place, first {first}.")
    advice = N_("See them all: waythrough movements show {movement}. Nothing was written.")
    exit_code = 7


class NotItsDay(Problem):
    """A movement said to leave on a day that is not in its window."""

    code = "movement.not-its-day"
    message = N_("{movement} does not leave on {day}: it runs from {first} to {last}.")
    advice = N_(
        "Write it down on the day it leaves, or afterwards with --on DAY. If it goes on another day, it is put off and "
        "planned again. Nothing was written."
    )
    exit_code = 7


class ManifestOpen(Problem):
    """A movement that would leave before its manifest was gone through."""

    code = "movement.manifest-open"
    message = N_("{movement} may not leave: of {count} households on its manifest nobody said who came.")
    advice = N_("Go through the manifest: waythrough movements board {movement} STATE HOUSEHOLD…")
    exit_code = 7


def carries_people(movement: Movement) -> bool:
    """True where people travel, so that consents gate the seats."""
    return code_list("movement_kind").codes.get(movement.kind, {"people": True}).get("people") is True


# --- recording --------------------------------------------------------------------------------------------


def record_movement(
    ws: Workspace, actor: Person, movement: Movement, told: Told = None, key: str | None = None
) -> Entry:
    """Write down a movement, or its next state: the same id again is the next state of that movement.

    Raises
    ------
    GatesShut
        It is said to have passed its gates, and a door, a consent, a vehicle or we ourselves are not ready.
    NotItsDay
        It is said to have left, and the day is not one of its window.
    ManifestOpen
        It is said to have left, and nobody went through its manifest.
    """
    check_can(actor, "record movement")
    before = ws.register("movement").get(movement.id)
    states.check_can_follow("movement", before.state if before else states.NOTHING, movement.state)
    if movement.state == "departed":
        movement = replace(movement, left_on=movement.left_on or today_of(ws, movement))
        _check_its_day(ws, movement)
    elif has_gates_ahead(movement):
        movement = replace(movement, left_on=None)
    if movement.state in ("gates_passed", "departed"):
        _check_gates(ws, movement)
    if movement.state == "departed":
        _check_manifest(ws, movement)
    if before is None:
        return write(ws, actor, movement, told, key=key)
    return revise(ws, actor, movement, told, key=key)


def move(
    ws: Workspace,
    actor: Person,
    movement_id: str,
    state: str,
    told: Told = None,
    note: str = "",
    responsible: str = "",
    left_on: date | None = None,
) -> Entry:
    """The next state of a movement that is recorded; everything else of it stays as it was.

    ``left_on`` is the day it left, where that is written down later; None is today.
    """
    movement: Movement = ws.get("movement", movement_id)
    if left_on and state != "departed":
        raise InputRefused(
            place="--on",
            found=f"{left_on} with {state}",
            allowed="the day on which it departed",
            remedy="Leave the day out: other states are known from when they are written down.",
        )
    changed = replace(
        movement,
        state=state,
        note=note or movement.note,
        responsible=responsible or movement.responsible,
        left_on=left_on or movement.left_on,
    )
    return record_movement(ws, actor, changed, told)


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


def check_corrected_movement(ws: Workspace, movement: Movement) -> None:
    """A correction leads nothing past its gates, and nothing on the road that never left."""
    before: Movement = ws.get("movement", movement.id)
    if movement.state == "gates_passed":
        _check_gates(ws, movement)
    if movement.left_on and movement.left_on != before.left_on:
        _check_its_day(ws, movement)
    if movement.state in _ON_THE_ROAD and before.state not in _ON_THE_ROAD:
        raise Protected(
            what=f"{movement.id} has not left, and a correction does not send it off",
            remedy=f"Write down what happens, one after the other: waythrough movements move {movement.id} STATE",
        )


_ON_THE_ROAD = ("departed", "arrived", "arrived_in_part", "turned_back")


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


# --- what must be true --------------------------------------------------------------------------------------


def gates(ws: Workspace, movement: Movement) -> list[GateState]:
    """Everything that must be true before a movement starts, in the order it is met, and whether it is.

    Judged as of the day it leaves, once that is said.
    """
    route: Route = ws.get("route", movement.route)
    vehicles = Gate("vehicles_ready", movement.id, {"vehicles": str(movement.vehicles)})
    return [
        *_door_gates(ws, movement, route),
        # How many are planned says nothing of how many stand there; one of us looks.
        GateState(vehicles, None if movement.vehicles > 0 else False),
        GateState(Gate("name_responsible", movement.route), bool(movement.responsible.strip())),
        *(_people_gates(ws, movement, route) if carries_people(movement) else ()),
    ]


def _door_gates(ws: Workspace, movement: Movement, route: Route) -> Iterator[GateState]:
    standing = _doors_for(ws, movement)
    first, last = movement.left_on or movement.window.first_day, movement.window.last_day
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for name in doors_of(ws, route):
        if not name.door:
            yield GateState(Gate("no_door_recorded", name.zone), False)
            continue
        door = ws.register("door")[name.door]
        state = standing.get(name.door) or DoorState(name.door, "not_asked", ws.as_of)
        is_open = all(state.open_on(day) for day in days)
        code = "door_open" if state.own_word or not is_open else "confirm_in_own_word"
        code = "settle_dispute" if is_open and state.disputed_by else code
        fields = {"party": door.party, "from": days[0].isoformat(), "to": days[-1].isoformat()}
        fields |= {"conditions": state.conditions} if state.conditions else {}
        yield GateState(Gate(code, name.door, fields), is_open and code == "door_open")


def _doors_for(ws: Workspace, movement: Movement) -> dict[str, DoorState]:
    """The board as of today; of a movement that left before, as of the day on which it left."""
    left = movement.left_on
    return {state.door: state for state in board(ws.at(left) if left and left < ws.as_of else ws)}


def has_gates_ahead(movement: Movement) -> bool:
    """True until it leaves: of one that left or was called off, today's doors say nothing."""
    return movement.is_ahead or movement.state == "postponed_by_us"


@dataclass(frozen=True)
class Met:
    """A door met on a route; without one, the zone for which nobody recorded any."""

    door: str
    zone: str


def doors_of(ws: Workspace, route: Route) -> list[Met]:
    """Every door of a route, once, in the order it is met from the site."""
    legs, doors = ws.register("leg"), ws.register("door")
    met: dict[Met, None] = {}
    for leg in (legs[name] for name in route.legs):
        ours = [
            door.id
            for door in doors.values()
            if (door.zone, door.purpose) == (leg.zone, route.purpose)
            and (not door.legs or leg.id in door.legs)
        ]
        met |= dict.fromkeys(Met(door, leg.zone) for door in sorted(ours) or [""])
    met |= dict.fromkeys(Met(door, doors[door].zone) for door in route.extra_doors)
    return list(met)


def _people_gates(ws: Workspace, movement: Movement, route: Route) -> Iterator[GateState]:
    reasons = stop_reasons(ws, route.end)
    yield GateState(
        Gate("no_stop", route.end, {"reason": "; ".join(reasons)} if reasons else {}), not reasons
    )
    aboard = lines(ws, movement).values()
    asked = [line for line in aboard if line.state in ("confirmed", "boarded")]
    waiting = [line for line in aboard if line.state == "listed"]
    fields = {"confirmed": str(len(asked)), "households": str(len(asked) + len(waiting))}
    yield GateState(Gate("reconfirm_consents", movement.site, fields), bool(asked) and not waiting)
    homes, rules = ws.register("household"), MayTravel(ws)
    day = movement.left_on or movement.window.first_day
    gone = [line for line in asked if not rules.allows(movement, homes[line.household], day)]
    yield GateState(Gate("consents_live", movement.site, {"households": str(len(gone))}), not gone)


# --- the manifest -------------------------------------------------------------------------------------------


def lines(ws: Workspace, movement: Movement) -> dict[str, Boarding]:
    """The manifest: each household's line, by household."""
    return {b.household: b for b in ws.register("boarding").values() if b.movement == movement.id}


def tally(ws: Workspace, movement: Movement) -> dict[str, int]:
    """Households on the manifest by state, in the order of the code list. Counts only, for any of us."""
    counts = Counter(line.state for line in lines(ws, movement).values())
    return {code: counts[code] for code in code_list("boarding_state").codes if counts[code]}


FREE_A_SEAT = ("no_show", "declined_at_boarding", "withdrawn", "removed_by_authority")
"""What may become of a household before the vehicle leaves that gives its seats to others."""


def next_standby(ws: Workspace, movement: Movement) -> list[Boarding]:
    """Households that may take a seat that comes free, in the order in which they were put on the list."""
    return [line for line in lines(ws, movement).values() if line.state == "standby"]


# --- rules --------------------------------------------------------------------------------------------------


def _check_gates(ws: Workspace, movement: Movement) -> None:
    shut = [state.gate for state in gates(ws, movement) if state.passed is False]
    if shut:
        raise GatesShut(movement=movement.id, count=len(shut), first=f"{shut[0].code} ({shut[0].about})")


def _check_manifest(ws: Workspace, movement: Movement) -> None:
    if carries_people(movement):
        open_lines = [b for b in lines(ws, movement).values() if b.state in ("listed", "confirmed")]
        if open_lines:
            raise ManifestOpen(movement=movement.id, count=len(open_lines))


def today_of(ws: Workspace, movement: Movement) -> date:
    """Today where the movement runs."""
    return ws.today(movement.window.start.tzinfo or UTC)


def _check_its_day(ws: Workspace, movement: Movement) -> None:
    day, window = movement.left_on, movement.window
    if day is None or not window.covers(day) or day > today_of(ws, movement):
        raise NotItsDay(movement=movement.id, day=day, first=window.first_day, last=window.last_day)


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
    shut = [one.gate for one in _door_gates(ws, movement, route) if not one.passed]
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
