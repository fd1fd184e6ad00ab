"""Movements and their manifests: what must be true before one starts, who is aboard, what became of each household.

The manifest is gone through again at departure, because people may not come, and because a consent taken back that
morning counts that morning. Nobody boards who was not asked again after the clearance arrived.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from waythrough.actions.permissions import check_can
from waythrough.actions.policies import in_force
from waythrough.actions.understand import board, speaker_names
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import Told, new_id, revise, write
from waythrough.plan.consents import allowed_on, asked_again
from waythrough.plan.gather import why_stopped
from waythrough.terms import states
from waythrough.terms.codes import code_list
from waythrough.terms.doing import Boarding, Movement
from waythrough.terms.entries import Entry
from waythrough.terms.parties import Person
from waythrough.terms.people import Consent, Household
from waythrough.terms.places import Route
from waythrough.terms.planned import Gate
from waythrough.terms.problems import N_, Problem, Protected

PENDING = ("listed", "standby", "confirmed")
"""Lines of which nobody yet knows whether they are aboard."""


@dataclass(frozen=True)
class GateState:
    """One thing that must be true before a movement starts, and whether it is."""

    gate: Gate
    passed: bool


class GatesShut(Problem):
    """A movement that may not start: what it needs is not all in place."""

    code = "movement.gates-shut"
    message = N_("{movement} may not start: {count} of the things it needs are not in place, first {first}.")
    advice = N_("See them all: waythrough movements show {movement}. Nothing was written.")
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
    ManifestOpen
        It is said to have left, and nobody went through its manifest.
    """
    check_can(actor, "record movement")
    before = ws.register("movement").get(movement.id)
    states.check_can_follow("movement", before.state if before else states.NOTHING, movement.state)
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
) -> Entry:
    """The next state of a movement that is recorded; everything else of it stays as it was."""
    movement: Movement = ws.get("movement", movement_id)
    changed = replace(
        movement, state=state, note=note or movement.note, responsible=responsible or movement.responsible
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
    movement: Movement = ws.get("movement", boarding.movement)
    home: Household = ws.get("household", boarding.household)
    before = lines(ws, movement).get(home.id)
    states.check_can_follow("boarding", before.state if before else states.NOTHING, boarding.state)
    if boarding.state in (*PENDING, "boarded"):
        _check_may_travel(ws, movement, home, boarding)
    if before is None:
        return write(ws, actor, boarding, told, key=key)
    seat = before.vehicle if boarding.vehicle is None else boarding.vehicle
    return revise(ws, actor, replace(boarding, id=before.id, vehicle=seat), told, key=key)


def board_households(
    ws: Workspace, actor: Person, movement_id: str, state: str, households: tuple[str, ...], on: date
) -> list[Entry]:
    """The same next state for several households of a manifest, one after the other."""
    return [
        record_boarding(ws, actor, Boarding(new_id("boarding"), movement_id, household, state, on))
        for household in households
    ]


# --- what must be true --------------------------------------------------------------------------------------


def gates(ws: Workspace, movement: Movement) -> list[GateState]:
    """Everything that must be true before a movement starts, in the order it is met, and whether it is."""
    route: Route = ws.get("route", movement.route)
    return [
        *_door_gates(ws, movement, route),
        GateState(
            Gate("vehicles_ready", movement.id, {"vehicles": str(movement.vehicles)}), movement.vehicles > 0
        ),
        GateState(Gate("name_responsible", movement.route), bool(movement.responsible.strip())),
        *(_people_gates(ws, movement, route) if carries_people(movement) else ()),
    ]


def _door_gates(ws: Workspace, movement: Movement, route: Route) -> Iterator[GateState]:
    standing = {state.door: state for state in board(ws)}
    window = movement.window
    days = [
        window.first_day + timedelta(days=n) for n in range((window.last_day - window.first_day).days + 1)
    ]
    for name in doors_of(ws, route):
        if not name.door:
            yield GateState(Gate("no_door_recorded", name.zone), False)
            continue
        state, door = standing[name.door], ws.register("door")[name.door]
        is_open = all(state.open_on(day) for day in days)
        code = "door_open" if state.own_word or not is_open else "confirm_in_own_word"
        code = "settle_dispute" if is_open and state.disputed_by else code
        fields = {"party": door.party, "from": days[0].isoformat(), "to": days[-1].isoformat()}
        fields |= {"conditions": state.conditions} if state.conditions else {}
        yield GateState(Gate(code, name.door, fields), is_open and code == "door_open")


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
    homes = ws.register("household")
    gone = [
        line for line in asked if not _allows(ws, movement, homes[line.household], movement.window.first_day)
    ]
    yield GateState(Gate("consents_live", movement.site, {"households": str(len(gone))}), not gone)


def stop_reasons(ws: Workspace, destination: str) -> list[str]:
    """Why nobody is brought to a destination, by stops and by reports of harm; empty where nothing stands."""
    return why_stopped(
        destination,
        list(ws.register("protection_stop").values()),
        list(ws.register("incident").values()),
        ws.records("review"),
        speaker_names(ws),
    )


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
    shut = [state.gate for state in gates(ws, movement) if not state.passed]
    if shut:
        raise GatesShut(movement=movement.id, count=len(shut), first=f"{shut[0].code} ({shut[0].about})")


def _check_manifest(ws: Workspace, movement: Movement) -> None:
    if carries_people(movement):
        open_lines = [b for b in lines(ws, movement).values() if b.state in ("listed", "confirmed")]
        if open_lines:
            raise ManifestOpen(movement=movement.id, count=len(open_lines))


def _check_may_travel(ws: Workspace, movement: Movement, home: Household, boarding: Boarding) -> None:
    day = boarding.on if boarding.state == "boarded" else movement.window.first_day
    if not movement.window.covers(day):
        raise Protected(
            what=f"{home.id} aboard on {day}, when {movement.id} does not run",
            remedy="Correct the day, or give the movement its new window first.",
        )
    if not _allows(ws, movement, home, day):
        # Which adult it is, the others do not see.
        raise Protected(
            what=f"{home.id} may not travel on {day}: not every adult's consent to this journey stands",
            remedy="Ask each adult alone and record the answer; a no keeps the household off the list.",
        )
    if boarding.state == "confirmed":
        _check_asked_again(ws, movement, home)


def _check_asked_again(ws: Workspace, movement: Movement, home: Household) -> None:
    route: Route = ws.get("route", movement.route)
    shut = [one.gate for one in _door_gates(ws, movement, route) if not one.passed]
    if shut:
        raise Protected(
            what=f"{home.id} cannot be asked again yet: the clearance of {shut[0].about} has not arrived",
            remedy="Ask again once every door is open for the day, so that people decide on what is true.",
        )
    if not asked_again(home, ws.records("consent"), route.end, movement.kind):
        raise Protected(
            what=f"{home.id} was not asked again after the clearance",
            remedy="Ask each adult alone and record it: waythrough record consent … --reconfirmed-on DAY.",
        )


def _allows(ws: Workspace, movement: Movement, home: Household, day: date) -> bool:
    """By what everybody said until now: a withdrawal of this very day counts."""
    if home.id in ws.contested or not home.present:
        return False
    route: Route = ws.get("route", movement.route)
    policy = in_force(ws)
    consents: list[Consent] = ws.records("consent")
    unread = {one.subject for one in ws.unread("consent")}
    margin = policy.consent_margin_days if policy else 0
    return home.id not in unread and allowed_on(home, consents, route.end, movement.kind, day, margin)
