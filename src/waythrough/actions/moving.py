"""Movements from plan to arrival: nothing starts past its gates, or leaves before its manifest was gone through."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from waythrough.actions.gates import carries_people, gates, has_gates_ahead, lines, today_of
from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import Told, revise, write
from waythrough.terms import states
from waythrough.terms.doing import Movement
from waythrough.terms.entries import Entry
from waythrough.terms.parties import Person
from waythrough.terms.problems import N_, InputRefused, Problem, Protected


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


def _check_gates(ws: Workspace, movement: Movement) -> None:
    shut = [state.gate for state in gates(ws, movement) if state.passed is False]
    if shut:
        raise GatesShut(movement=movement.id, count=len(shut), first=f"{shut[0].code} ({shut[0].about})")


def _check_manifest(ws: Workspace, movement: Movement) -> None:
    if carries_people(movement):
        open_lines = [b for b in lines(ws, movement).values() if b.state in ("listed", "confirmed")]
        if open_lines:
            raise ManifestOpen(movement=movement.id, count=len(open_lines))


def _check_its_day(ws: Workspace, movement: Movement) -> None:
    day, window = movement.left_on, movement.window
    if day is None or not window.covers(day) or day > today_of(ws, movement):
        raise NotItsDay(movement=movement.id, day=day, first=window.first_day, last=window.last_day)
