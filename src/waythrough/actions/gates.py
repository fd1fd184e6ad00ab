"""What must be true before a movement starts: doors, vehicles, whoever answers for it, and each household's consent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, timedelta

from waythrough.actions.may_travel import MayTravel, stop_reasons
from waythrough.actions.understand import board
from waythrough.actions.workspace import Workspace
from waythrough.terms.board import DoorState
from waythrough.terms.codes import code_list
from waythrough.terms.doing import Boarding, Movement
from waythrough.terms.places import Route
from waythrough.terms.planned import Gate


@dataclass(frozen=True)
class GateState:
    """One thing that must be true before a movement starts, and whether it is.

    None where nobody said, and the record has no place to say it: one of us looks before it starts.
    """

    gate: Gate
    passed: bool | None


def carries_people(movement: Movement) -> bool:
    """True where people travel, so that consents gate the seats."""
    return code_list("movement_kind").codes.get(movement.kind, {"people": True}).get("people") is True


def has_gates_ahead(movement: Movement) -> bool:
    """True until it leaves: of one that left or was called off, today's doors say nothing."""
    return movement.is_ahead or movement.state == "postponed_by_us"


def today_of(ws: Workspace, movement: Movement) -> date:
    """Today where the movement runs."""
    return ws.today(movement.window.start.tzinfo or UTC)


def gates(ws: Workspace, movement: Movement) -> list[GateState]:
    """Everything that must be true before a movement starts, in the order it is met, and whether it is.

    Judged as of the day it leaves, once that is said.
    """
    route: Route = ws.get("route", movement.route)
    vehicles = Gate("vehicles_ready", movement.id, {"vehicles": str(movement.vehicles)})
    return [
        *door_gates(ws, movement, route),
        # How many are planned says nothing of how many stand there; one of us looks.
        GateState(vehicles, None if movement.vehicles > 0 else False),
        GateState(Gate("name_responsible", movement.route), bool(movement.responsible.strip())),
        *(_people_gates(ws, movement, route) if carries_people(movement) else ()),
    ]


def door_gates(ws: Workspace, movement: Movement, route: Route) -> Iterator[GateState]:
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


def lines(ws: Workspace, movement: Movement) -> dict[str, Boarding]:
    """The manifest: each household's line, by household."""
    return {b.household: b for b in ws.register("boarding").values() if b.movement == movement.id}
