"""Writing one record down: its references and codes looked at, its source beside it, its day of being known."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date
from typing import Any

from waythrough.actions.workspace import Workspace
from waythrough.terms.entries import Draft, Entry
from waythrough.terms.kinds import body_of, kind_of
from waythrough.terms.parties import Person
from waythrough.terms.places import ProtectionStop
from waythrough.terms.problems import InputRefused
from waythrough.terms.references import Exists, check_record
from waythrough.terms.sayings import Source

Told = str | Source | None


def new_id(kind: str, key: str | None = None) -> str:
    """An opaque id that begins with the kind: fresh, or always the same one for the same idempotency key."""
    return f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:8] if key else secrets.token_hex(4)}"


def revise(ws: Workspace, actor: Person, record: Any, told: Told = None, key: str | None = None) -> Entry:
    """Write a new revision of a record: it names every revision that stands, so a conflict is settled by it."""
    return write(ws, actor, record, told, corrects=stands(ws, record), key=key)


def stands(ws: Workspace, record: Any) -> tuple[str, ...]:
    """The entries that stand for a record: what its new revision corrects."""
    head = ws.ledger.head(record.id)
    return tuple(entry.id for entry in head.entries) if head else ()


def write(
    ws: Workspace,
    actor: Person,
    record: Any,
    told: Told,
    *,
    corrects: tuple[str, ...] = (),
    key: str | None = None,
) -> Entry:
    """Check codes and references, then append one commit: the source if it is new, and the record."""
    return ws.append(drafts_of(ws, record, told, corrects), actor.id, key)[-1]


def drafts_of(ws: Workspace, record: Any, told: Told = None, corrects: tuple[str, ...] = ()) -> list[Draft]:
    """What `write` would write of one record, checked and not yet written: its source if it is new, and itself."""
    drafts: list[Draft] = []
    source = ws.get("source", told) if isinstance(told, str) else told
    if isinstance(told, Source):
        # The first organisation of a workspace is known from its own words: nobody was recorded before it.
        check_record(told, _known_with(ws, record), ws.register)
        drafts.append(draft_of(told, None))
    check_record(record, _known_with(ws, told), ws.register)
    _check_told(ws, record, source)
    _check_happened(ws, record)
    drafts.append(draft_of(record, source, corrects))
    return drafts


def _known_with(ws: Workspace, coming: Any) -> Exists:
    """Whether a record is known, or is the one that comes in the same commit."""
    new = None if coming is None or isinstance(coming, str) else (kind_of(coming), coming.id)
    return lambda kind, ident: (kind, ident) == new or ident in ws.register(kind)


def draft_of(record: Any, source: Source | None, corrects: tuple[str, ...] = ()) -> Draft:
    """The draft of a record told by a source."""
    return Draft(
        kind=kind_of(record),
        record=record.id,
        body=body_of(record),
        corrects=corrects,
        known_on=_known_on(record, source),
        source=source.id if source else None,
    )


def _known_on(record: Any, source: Source | None) -> date | None:
    """The day the words were known; None is the day they are recorded.

    What an adult or a household says to us is known on the day it was said: a withdrawal counts from that day on, in
    every plan, whenever somebody types it in, and no publication of ours dates it.
    """
    if isinstance(record, Source):
        return record.published.latest
    if said := {"consent": "given_on", "intention": "asked_on"}.get(kind_of(record)):
        day: date = getattr(record, said)
        return day
    return source.published.latest if source else None


def _check_told(ws: Workspace, record: Any, source: Source | None) -> None:
    """What somebody else says stands only with where we heard it. What we say ourselves needs no other witness.

    A protection stop is the exception: nobody is kept from protecting people for want of a reference.
    """
    speaker = "" if isinstance(record, ProtectionStop) else getattr(record, "speaker", "")
    if source is None and speaker and speaker not in ws.register("organisation"):
        raise InputRefused(
            place=f"{kind_of(record)} said by {speaker}",
            found="no source",
            allowed="a recorded source, or where it was heard",
            remedy="Add --source ID, or --heard TITLE --heard-from PARTY --heard-on DAY.",
        )


def _check_happened(ws: Workspace, record: Any) -> None:
    """An answer, an execution or a performance is told after it happened, never before."""
    if kind_of(record) in ("answer", "execution", "performance"):
        today = ws.clock().date()
        if record.on.earliest > today:
            raise InputRefused(
                place=f"{kind_of(record)}.on",
                found=str(record.on.earliest),
                allowed=f"{today} or earlier",
                remedy="Correct the day; what is only announced is a claim, with its source.",
            )
