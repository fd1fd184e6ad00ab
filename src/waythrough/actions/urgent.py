"""Medical evacuations that wait: shown before everything else, with the days that are left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from waythrough.actions.gates import doors_of
from waythrough.actions.understand import board
from waythrough.actions.workspace import Workspace
from waythrough.terms.board import DoorState, Evacuation
from waythrough.terms.codes import code_list
from waythrough.terms.doing import MEDICAL_EVACUATION

DONE = frozenset({"facilitated", "impeded_accomplished", "withdrawn_by_us"})
"""What ends the wait. One that was impeded, cancelled or carried out in part leaves somebody waiting still."""


def evacuations(ws: Workspace, states: Sequence[DoorState] | None = None) -> list[Evacuation]:
    """Every evacuation that was asked for or planned and has not ended, the one with fewest days left first.

    Its doors are those of its request, or of its road; both are valued before any other door.
    """
    standing = {state.door: state for state in (board(ws) if states is None else states)}
    found = [*_asked(ws, standing), *_planned(ws, standing)]
    return sorted(found, key=lambda e: (e.needed_by is None, e.needed_by or date.max, e.record))


def _asked(ws: Workspace, standing: dict[str, DoorState]) -> Iterator[Evacuation]:
    ended = {done.request for done in ws.records("execution") if done.outcome in DONE}
    for request in ws.register("request").values():
        if request.type == MEDICAL_EVACUATION and request.id not in ended:
            by = request.needed_by.latest if request.needed_by else None
            yield _waits(ws, standing, request.id, request.subject, by, request.doors)


def _planned(ws: Workspace, standing: dict[str, DoorState]) -> Iterator[Evacuation]:
    final = code_list("movement_state").codes
    routes = ws.register("route")
    for movement in ws.register("movement").values():
        if movement.kind == MEDICAL_EVACUATION and not final[movement.state]["final"]:
            doors = tuple(met.door for met in doors_of(ws, routes[movement.route]) if met.door)
            by = movement.need_by.latest if movement.need_by else None
            yield _waits(ws, standing, movement.id, movement.note or movement.route, by, doors)


def _waits(
    ws: Workspace,
    standing: dict[str, DoorState],
    record: str,
    subject: str,
    by: date | None,
    doors: tuple[str, ...],
) -> Evacuation:
    is_open = [door for door in doors if door in standing and standing[door].open_on(ws.as_of)]
    return Evacuation(
        record=record,
        subject=subject,
        needed_by=by,
        days_left=(by - ws.as_of).days if by else None,
        shut=tuple(door for door in doors if door not in is_open),
        open=tuple(is_open),
    )
