"""The kinds of record and the value each one's body describes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from waythrough.terms import access, doing, parties, people, places, sayings, supply
from waythrough.terms.codec import from_body, to_body
from waythrough.terms.entries import Body, Entry

KINDS: dict[str, type[Any]] = {
    "place": places.Place,
    "site": places.Site,
    "zone": places.Zone,
    "leg": places.Leg,
    "door": places.Door,
    "route": places.Route,
    "destination": places.Destination,
    "protection_stop": places.ProtectionStop,
    "review": places.Review,
    "party": parties.Party,
    "organisation": parties.Organisation,
    "person": parties.Person,
    "source": sayings.Source,
    "document": sayings.Document,
    "claim": sayings.Claim,
    "figure": sayings.Figure,
    "grade": sayings.Grade,
    "request": access.Request,
    "answer": access.Answer,
    "guarantee": access.Guarantee,
    "performance": access.Performance,
    "execution": access.Execution,
    "notification": access.Notification,
    "meeting": access.Meeting,
    "invitation": access.Invitation,
    "household": people.Household,
    "intention": people.Intention,
    "consent": people.Consent,
    "commodity": supply.Commodity,
    "warehouse": supply.Warehouse,
    "stock": supply.Stock,
    "fleet": supply.Fleet,
    "movement": doing.Movement,
    "incident": doing.Incident,
    "policy": doing.Policy,
    "plan": doing.PlanRecord,
    "release": doing.Release,
    "exercise": doing.Exercise,
    "reading": doing.Reading,
}

T = TypeVar("T")


@dataclass(frozen=True)
class Known(Generic[T]):
    """A record as the ledger gave it: with its entry, the day its words were known, and where they came from."""

    record: T
    entry: str
    known_on: date
    source: str | None = None


_NAMES = {kind: name for name, kind in KINDS.items()}

PERSONAL = frozenset({"household", "intention", "consent"})
"""Kinds about people's choices: never in a public edition, never listed one by one outside the role."""


def kind_of(record: Any) -> str:
    """The kind name of a record value."""
    return _NAMES[type(record)]


def body_of(record: Any) -> Body:
    """The JSON body of a record, without its id (the entry carries it)."""
    body: dict[str, Any] = to_body(record)
    body.pop("id")
    return body


def record_of(entry: Entry) -> Any:
    """The record an entry describes; None if this version does not know the kind.

    Such an entry is carried and shown as unknown.
    """
    kind = KINDS.get(entry.kind)
    return None if kind is None else from_body(kind, {**entry.body, "id": entry.record}, entry.record)
