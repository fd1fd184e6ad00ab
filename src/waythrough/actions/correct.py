"""A correction is a new revision that names what it corrects; nothing is ever changed in place."""

from __future__ import annotations

import json
from collections.abc import Sequence

from waythrough.actions.boarding import check_corrected_line
from waythrough.actions.moving import check_corrected_movement
from waythrough.actions.permissions import check_can
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import revise
from waythrough.terms.codec import from_body
from waythrough.terms.doing import Boarding, Movement
from waythrough.terms.entries import Entry
from waythrough.terms.kinds import KINDS, PERSONAL
from waythrough.terms.parties import Person
from waythrough.terms.problems import InputRefused, NotFound, Protected

GUARDED = frozenset({"consent", "plan", "release", "review", "exercise"})
"""Kinds that are never corrected field by field: what a person decided is recorded anew, by its own action."""


def correct(
    ws: Workspace, actor: Person, ident: str, changes: Sequence[str], told: str | None = None
) -> Entry:
    """Write a new revision of a record with some fields changed; ``changes`` are FIELD=JSON (or plain text)."""
    head = ws.standing(ident)
    if head is None:
        raise NotFound(what="record", id=ident, near="use the record's id, as `waythrough log` prints it")
    if head.kind in GUARDED:
        raise Protected(
            what=f"a {head.kind} is never corrected field by field",
            remedy="Record what the person decided now, as a record of its own.",
        )
    check_can(actor, _permission(head.kind))
    body = {**head.entries[-1].body, **dict(_change(text) for text in changes)}
    kind = KINDS.get(head.kind)
    if kind is None:
        raise NotFound(
            what="record kind", id=head.kind, near="this version does not know it; update the program"
        )
    corrected = from_body(kind, {**body, "id": ident}, ident)
    if isinstance(corrected, Movement):
        check_corrected_movement(ws, corrected)
    elif isinstance(corrected, Boarding):
        check_corrected_line(ws, corrected)
    return revise(ws, actor, corrected, told)


def _permission(kind: str) -> str:
    """Who registers people also keeps their records right, and says again in time that they are still there."""
    if kind in ("movement", "boarding"):
        return f"record {kind}"
    if kind in PERSONAL:
        return "record household"
    return "record request" if kind == "request" else "settle conflict"


def _change(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputRefused(
            place="correction", found=repr(text), allowed="FIELD=VALUE", remedy="Write for example low=41700."
        )
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value
