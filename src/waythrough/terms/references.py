"""Which fields of a record name other records, hold codes, or count. One list, for every way in.

A path is ``kind.field``; ``field[]`` is each item of a list, ``field[].part`` a part of each item, ``field{}`` each
key of a mapping and ``field{}=`` each value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from waythrough.terms import codes
from waythrough.terms.kinds import kind_of
from waythrough.terms.problems import InputRefused
from waythrough.terms.spelling import nearest

SPEAKERS = ("party", "organisation")
POINTS = ("place", "site", "warehouse", "destination")

REFERENCES: dict[str, tuple[str, ...]] = {
    "site.place": ("place",),
    "zone.said_to_be_held_by": SPEAKERS,
    "zone.said_by": SPEAKERS,
    "leg.start": ("place",),
    "leg.end": ("place",),
    "leg.zone": ("zone",),
    "door.party": ("party",),
    "door.zone": ("zone",),
    "door.legs[]": ("leg",),
    "route.site": ("site",),
    "route.end": ("warehouse", "destination", "place"),
    "route.legs[]": ("leg",),
    "route.extra_doors[]": ("door",),
    "destination.place": ("place",),
    "destination.said_by": SPEAKERS,
    "protection_stop.destination": ("destination",),
    "protection_stop.speaker": SPEAKERS,
    "review.by": ("person",),
    "party.members[]": ("party",),
    "person.organisation": ("organisation",),
    "source.publisher": SPEAKERS,
    "document.source": ("source",),
    "document.outlet": SPEAKERS,
    "claim.source": ("source",),
    "claim.document": ("document",),
    "claim.chain[]": SPEAKERS,
    "claim.agents[]": SPEAKERS,
    "claim.targets[]": SPEAKERS,
    "figure.source": ("source",),
    "figure.site": ("site",),
    "figure.speaker": SPEAKERS,
    "figure.claim": ("claim",),
    "figure.repeats": ("figure",),
    "grade.by": ("person",),
    "request.site": ("site",),
    "request.asked_by[]": SPEAKERS,
    "request.steps[].door": ("door",),
    "answer.request": ("request", "invitation"),
    "answer.speaker": SPEAKERS,
    "answer.doors[]": ("door",),
    "answer.goods[]": ("commodity",),
    "guarantee.goods[]": ("commodity",),
    "guarantee.giver": ("party",),
    "guarantee.doors[]": ("door",),
    "guarantee.speaker": SPEAKERS,
    "guarantee.request": ("request",),
    "performance.guarantee": ("guarantee",),
    "performance.speaker": SPEAKERS,
    "execution.request": ("request",),
    "execution.speaker": SPEAKERS,
    "notification.site": ("site",),
    "notification.party": ("party",),
    "meeting.site": ("site",),
    "meeting.attended[]": SPEAKERS,
    "meeting.absent[]": SPEAKERS,
    "meeting.speaker": SPEAKERS,
    "invitation.site": ("site",),
    "invitation.inviters[]": SPEAKERS,
    "invitation.invited": SPEAKERS,
    "invitation.speaker": SPEAKERS,
    "household.site": ("site",),
    "identity.household": ("household",),
    "intention.household": ("household",),
    "intention.destination": ("destination",),
    "consent.household": ("household",),
    "consent.destination": ("destination",),
    "warehouse.place": ("place",),
    "warehouse.said_by": SPEAKERS,
    "stock.at": ("site", "warehouse"),
    "stock.commodity": ("commodity",),
    "stock.speaker": SPEAKERS,
    "fleet.base": POINTS,
    "fleet.speaker": SPEAKERS,
    "fleet.routes[]": ("route",),
    "movement.site": ("site",),
    "movement.route": ("route",),
    "boarding.movement": ("movement",),
    "boarding.household": ("household",),
    "closure_check.site": ("site",),
    "closure_check.by": ("person",),
    "incident.site": ("site",),
    "incident.speaker": SPEAKERS,
    "incident.destination": ("destination",),
    "policy.zone_risk{}": ("zone",),
    "plan.site": ("site",),
    "reading.document": ("document",),
}

CODED: dict[str, str] = {
    "place.kind": "place_kind",
    "place.precision": "position_precision",
    "leg.state": "leg_state",
    "destination.criteria{}": "durable_solution",
    "destination.criteria{}=": "criterion_state",
    "review.outcome": "review_outcome",
    "party.kind": "party_kind",
    "organisation.kind": "organisation_kind",
    "source.kind": "source_kind",
    "door.purpose": "purpose",
    "route.purpose": "purpose",
    "request.type": "request_type",
    "request.steps[].kind": "step_kind",
    "answer.outcome": "answer",
    "execution.outcome": "execution",
    "performance.outcome": "performance",
    "person.roles[]": "role",
    "figure.counts": "counted",
    "figure.vague": "vague",
    "figure.source_class": "source_class",
    "claim.modality": "modality",
    "claim.polarity": "polarity",
    "claim.type": "claim_type",
    "household.needs[]": "need",
    "household.bands{}": "age_band",
    "household.left_how": "left_how",
    "intention.wish": "wish",
    "intention.concerns[]": "concern",
    "consent.purpose": "consent_purpose",
    "consent.decision": "consent_decision",
    "consent.movement_kind": "movement_kind",
    "fleet.vehicle": "vehicle",
    "incident.type": "incident_type",
    "release.edition": "edition",
    "movement.kind": "movement_kind",
    "movement.state": "movement_state",
    "boarding.state": "boarding_state",
    "closure_check.item": "closure_check",
    "closure_check.state": "criterion_state",
    "grade.reliability": "admiralty_reliability",
    "grade.credibility": "admiralty_credibility",
    "policy.need_weights{}": "need",
}

SIGNED = frozenset({"lat", "lon", "low", "high"})
"""Numbers that may be below zero: points on the globe, and figures of any kind."""
AT_LEAST = {"household.size": 1, "route.days_cycle": 1, "fleet.cycle_days": 1}
"""What a number must reach; every other must not be below zero."""

Exists = Callable[[str, str], bool]
"""(kind, id) → whether such a record is known."""


def named(record: Any) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every other record this one names: (path, id, kinds it may be). Empty and absent references are left out."""
    yield from _found(record, REFERENCES)


def coded(record: Any) -> Iterator[tuple[str, str, str]]:
    """Every code this record holds: (path, code, list)."""
    yield from _found(record, CODED)


def check_record(record: Any, exists: Exists, known: Callable[[str], Iterable[str]], place: str = "") -> None:
    """Refuse a record whose codes are not in their lists, that names what nobody recorded, or that counts below zero.

    ``known(kind)`` gives the ids recorded of a kind, to suggest the nearest. ``place`` names file and row.
    """
    lead = f"{place}, " if place else ""
    _check_numbers(record, lead)
    for path, code, list_name in coded(record):
        codes.check(list_name, code, lead + path)
    for path, ident, kinds in named(record):
        if not any(exists(kind, ident) for kind in kinds):
            ids = [known_id for kind in kinds for known_id in known(kind)]
            raise InputRefused(
                place=lead + path,
                found=f"“{ident}”, which is not a recorded {' or '.join(kinds)}",
                allowed=f"the id of a recorded {' or '.join(kinds)}, such as {nearest(ident, ids)}",
                remedy=f"Correct the id, or record the {kinds[0]} first.",
            )


def _check_numbers(record: Any, lead: str) -> None:
    for each in fields(record):
        value = getattr(record, each.name)
        if each.name in SIGNED or isinstance(value, bool) or not isinstance(value, (int, float)):
            continue
        least = AT_LEAST.get(f"{kind_of(record)}.{each.name}", 0)
        if not (math.isfinite(value) and value >= least):
            raise InputRefused(
                place=f"{lead}{kind_of(record)}.{each.name}",
                found=str(value),
                allowed=f"a number from {least}",
                remedy="Correct it; what is not known is left out, never written as another number.",
            )


def _found(record: Any, table: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    kind = kind_of(record)
    for path, meaning in table.items():
        if path.startswith(f"{kind}."):
            field = path.partition(".")[2]
            for value in _values(record, field):
                if value:
                    yield path, value, meaning


def _values(record: Any, field: str) -> Iterable[str]:
    name, bracket, part = field.partition("[]")
    if bracket:
        items = getattr(record, name)
        return [getattr(item, part[1:]) for item in items] if part else list(items)
    if field.endswith("{}="):
        return list(getattr(record, field[:-3]).values())
    if field.endswith("{}"):
        return list(getattr(record, field[:-2]))
    return [getattr(record, field)]
