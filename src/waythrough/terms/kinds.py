"""The kinds of record and the value each one's body describes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from waythrough.terms import access, doing, parties, people, places, sayings, supply
from waythrough.terms.codec import from_body, to_body
from waythrough.terms.entries import TEXT, WHAT, WHO, Body, Entry
from waythrough.terms.problems import InputRefused

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
    "identity": people.Identity,
    "intention": people.Intention,
    "consent": people.Consent,
    "commodity": supply.Commodity,
    "warehouse": supply.Warehouse,
    "stock": supply.Stock,
    "fleet": supply.Fleet,
    "movement": doing.Movement,
    "boarding": doing.Boarding,
    "closure_check": doing.ClosureCheck,
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

PERSONAL = frozenset({"household", "identity", "intention", "consent", "boarding"})
"""Kinds about people at a site: never in a public edition, never listed one by one outside the role."""


@dataclass(frozen=True)
class VaultRule:
    """Where the bodies of a kind are kept: the class, and the fields that may name whose they are.

    The first of these fields that is filled names the subject: a household, an adult, a document. A kind that names a
    claim belongs to whatever the claim belongs to.
    """

    vault: str
    subject: tuple[str, ...]


VAULT: dict[str, VaultRule] = {
    "household": VaultRule(WHAT, ("id",)),
    "intention": VaultRule(WHAT, ("household",)),
    "consent": VaultRule(WHAT, ("household",)),
    "boarding": VaultRule(WHAT, ("household",)),
    "identity": VaultRule(WHO, ("adult", "household")),
    # Words of a document can hold private names: they can be erased with everything that was drafted from them.
    "document": VaultRule(TEXT, ("id",)),
    "reading": VaultRule(TEXT, ("document",)),
    "claim": VaultRule(TEXT, ("document",)),
    "figure": VaultRule(TEXT, ("claim",)),
}
"""The kinds whose bodies go into the vault."""


def kind_of(record: Any) -> str:
    """The kind name of a record value."""
    return _NAMES[type(record)]


def body_of(record: Any) -> Body:
    """The JSON body of a record, without its id (the entry carries it)."""
    body: dict[str, Any] = to_body(record)
    body.pop("id")
    return body


READ_WHOLE = frozenset({"household", "consent"})
"""Kinds that are read whole or not at all: a field that a newer version added may narrow what somebody allows."""


def record_of(entry: Entry) -> Any:
    """The record an entry describes; None if this version does not know the kind.

    Such an entry is carried and shown as unknown. Of a known kind, fields that only a newer version knows are
    read past.

    Raises
    ------
    InputRefused
        Even so it is no such record, or it must be read whole and cannot be.
    """
    kind = KINDS.get(entry.kind)
    if kind is None:
        return None
    body = {**entry.body, "id": entry.record}
    try:
        return from_body(kind, body, entry.record)
    except InputRefused:
        if entry.kind in READ_WHOLE:
            raise
        return from_body(kind, body, entry.record, newer=True)


def unknown_fields(entry: Entry) -> tuple[str, ...]:
    """The fields of an entry's body that this version does not know; all of them, if it does not know the kind."""
    if entry.kind.startswith("ledger."):
        return ()  # the ledger's own, which are nobody's record
    kind = KINDS.get(entry.kind)
    known = {f.name for f in dataclasses.fields(kind)} if kind else set()
    return tuple(sorted(set(entry.body) - known))
