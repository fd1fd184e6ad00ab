"""Recording, the daily work: what was asked, answered, promised, done, allowed, counted.

Every action reads: may they, is it so, write it down. It returns the entry it wrote. ``told`` says where we heard it:
the id of a recorded source, or a new Source that is written down in the same commit. ``known_on`` of the entry is the
last day on which the source can have been published; without a source the words are known by being recorded.
"""

from __future__ import annotations

import dataclasses
import zoneinfo
from collections.abc import Callable
from typing import Any

from waythrough.actions.boarding import record_boarding
from waythrough.actions.moving import record_movement
from waythrough.actions.permissions import check_can
from waythrough.actions.policies import record_policy
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import Told, new_id, revise, write
from waythrough.terms import states
from waythrough.terms.access import Answer, Execution, Performance, Request, Step
from waythrough.terms.doing import Incident
from waythrough.terms.entries import ERASED, Draft, Entry
from waythrough.terms.kinds import body_of, kind_of
from waythrough.terms.parties import Person
from waythrough.terms.people import Consent, Household, Identity
from waythrough.terms.places import ProtectionStop, Review, Site
from waythrough.terms.problems import InputRefused, Protected
from waythrough.terms.spelling import nearest

# --- asking ------------------------------------------------------------------------------------------------


def record_request(
    ws: Workspace, actor: Person, request: Request, told: Told = None, key: str | None = None
) -> Entry:
    """Write down a dated ask at one or more doors."""
    check_can(actor, "record request")
    if not request.steps:
        raise InputRefused(
            place="request.steps",
            found="no step",
            allowed="at least one step, each addressed to a door",
            remedy="Name the door that was knocked on, with --step KIND:DOOR.",
        )
    return write(ws, actor, request, told, key=key)


def record_step(ws: Workspace, actor: Person, request_id: str, step: Step, told: Told = None) -> Entry:
    """Add a step to a request: a further letter, committee or clearance that turned out to be needed."""
    check_can(actor, "record step")
    request: Request = ws.get("request", request_id)
    return revise(ws, actor, dataclasses.replace(request, steps=(*request.steps, step)), told)


def record_answer(
    ws: Workspace, actor: Person, answer: Answer, told: Told = None, key: str | None = None
) -> Entry:
    """Write down what a party answered, and where we heard it.

    Accounts by different speakers stand side by side; one speaker's own accounts must follow each other.
    """
    check_can(actor, "record answer")
    _check_doors_were_asked(ws, answer)
    _check_not_before(answer.on.latest, "answer.on", _asked_on(ws, answer.request), "the day it was asked")
    said_before = [
        a
        for a in ws.records("answer")
        if (a.request, a.speaker) == (answer.request, answer.speaker) and a.id != answer.id
    ]
    same_doors = [
        a for a in said_before if not a.doors or not answer.doors or set(a.doors) & set(answer.doors)
    ]
    states.check_can_follow("request", same_doors[-1].outcome if same_doors else "sent", answer.outcome)
    return write(ws, actor, answer, told, key=key)


def record_execution(
    ws: Workspace, actor: Person, execution: Execution, told: Told = None, key: str | None = None
) -> Entry:
    """Write down what really happened after an answer. Apart from the answer, whichever it was."""
    check_can(actor, "record execution")
    request: Request = ws.get("request", execution.request)
    _check_not_before(execution.on.latest, "execution.on", request.asked_on.earliest, "the day it was asked")
    return write(ws, actor, execution, told, key=key)


def record_performance(
    ws: Workspace, actor: Person, performance: Performance, told: Told = None, key: str | None = None
) -> Entry:
    """Write down whether a guarantee was kept, as someone tells it."""
    check_can(actor, "record performance")
    ws.get("guarantee", performance.guarantee)
    states.check_can_follow("guarantee", "given", performance.outcome)
    return write(ws, actor, performance, told, key=key)


# --- people ------------------------------------------------------------------------------------------------


def record_consent(
    ws: Workspace, actor: Person, consent: Consent, told: Told = None, key: str | None = None
) -> Entry:
    """Write down what one adult allows, refuses or takes back. A withdrawal counts at once.

    Refused for protection when it was not asked in private, or when a consent to travel names no destination
    or kind of movement: a consent to anything is a consent to nothing. A refusal or withdrawal that names none
    covers all.
    """
    check_can(actor, "record consent")
    _check_adult(ws, "consent", consent)
    if consent.decision == "given" and not consent.asked_in_private:
        raise Protected(
            what=f"the consent of {consent.adult} was not asked in private",
            remedy="Ask again, each adult alone, and record that.",
        )
    if consent.decision == "given" and consent.purpose == "travel" and not _names_a_journey(consent):
        raise Protected(
            what="a consent to travel without a destination and a kind of movement",
            remedy="Name both: people consent to one destination and one kind of movement.",
        )
    if consent.valid_until < consent.valid_from:
        raise InputRefused(
            place="consent.valid_until",
            found=f"{consent.valid_from} to {consent.valid_until}",
            allowed="an end on or after the start",
            remedy="Exchange the two days, or correct the one that is wrong.",
        )
    _check_reconfirmed(ws, consent)
    earlier = [c for c in ws.records("consent") if _same_matter(c, consent) and c.id != consent.id]
    states.check_can_follow("consent", earlier[-1].decision if earlier else states.NOTHING, consent.decision)
    return write(ws, actor, consent, told, key=key)


def _check_reconfirmed(ws: Workspace, consent: Consent) -> None:
    """Asked again is asked later than, or on, the day of the yes; never on a day that has not come."""
    site: Site = ws.get("site", ws.get("household", consent.household).site)
    again, today = consent.reconfirmed_on, ws.today(zoneinfo.ZoneInfo(site.time_zone))
    if again and not consent.given_on <= again <= today:
        raise InputRefused(
            place="consent.reconfirmed_on",
            found=str(again),
            allowed=f"a day from {consent.given_on}, when it was given, to {today}",
            remedy="Correct the day on which the adult was asked again.",
        )


def record_household(
    ws: Workspace, actor: Person, household: Household, told: Told = None, key: str | None = None
) -> Entry:
    """Write down a household. One whose time of keeping had run out may be written down anew under its id."""
    check_can(actor, "record household")
    head = ws.ledger.head(household.id)
    if head and all(entry.state == ERASED for entry in head.entries):
        return revise(ws, actor, household, told, key=key)
    return write(ws, actor, household, told, key=key)


def record_identity(
    ws: Workspace, actor: Person, identity: Identity, told: Told = None, key: str | None = None
) -> Entry:
    """Write down who somebody is. It goes into the vault, under a key of that one's own.

    The same id again is said anew as a whole: a correction needs no reading of what stands.
    """
    check_can(actor, "record identity")
    if identity.adult:
        _check_adult(ws, "identity", identity)
    return revise(ws, actor, identity, told, key=key)


# --- doing -------------------------------------------------------------------------------------------------


def lift_stop(ws: Workspace, actor: Person, stop_id: str, reason: str) -> Entry:
    """A named person has reviewed a protection stop, or a report of harm, and lifts it, with the reason."""
    check_can(actor, "lift stop")
    stop: ProtectionStop | Incident = ws.register("incident").get(stop_id) or ws.get(
        "protection_stop", stop_id, "protection stop or incident"
    )
    if not reason.strip():
        raise Protected(
            what="a stop lifted without a reason", remedy="Say what was found, and by whom it was checked."
        )
    return write(ws, actor, Review(new_id("review"), stop.id, "stop_lifted", actor.id, reason), None)


# --- the rest: permission, references and codes are all there is to check ----------------------------------


def record_plain(
    ws: Workspace, actor: Person, record: Any, told: Told = None, key: str | None = None
) -> Entry:
    """Write down a record whose only rules are who may write it and that what it names exists."""
    check_can(actor, f"record {_PERMISSION.get(kind_of(record), kind_of(record))}")
    if isinstance(record, Site):
        _check_site(record)
    return write(ws, actor, record, told, key=key)


_PERMISSION = {
    "site": "place",
    "zone": "place",
    "leg": "place",
    "door": "place",
    "route": "place",
    "destination": "place",
    "warehouse": "place",
    "commodity": "stock",
    "fleet": "stock",
    "organisation": "party",
    "claim": "source",
    "document": "source",
    "intention": "household",
    "grade": "source",
}

Recorder = Callable[[Workspace, Person, Any, Told, str | None], Entry]

RECORDERS: dict[str, Recorder] = {
    "request": record_request,
    "answer": record_answer,
    "execution": record_execution,
    "performance": record_performance,
    "consent": record_consent,
    "household": record_household,
    "identity": record_identity,
    "movement": record_movement,
    "boarding": record_boarding,
    "policy": record_policy,
}
"""Kinds with rules of their own; every other kind is recorded by `record_plain`."""


def record(ws: Workspace, actor: Person, value: Any, told: Told = None, key: str | None = None) -> Entry:
    """Record any value by the action of its kind."""
    recorder = RECORDERS.get(kind_of(value), record_plain)
    return recorder(ws, actor, value, told, key)


# --- correcting --------------------------------------------------------------------------------------------


def settle(ws: Workspace, actor: Person, record_id: str, keep: str, reason: str) -> Entry:
    """A named person settles a contested record by keeping one of its revisions, with a reason."""
    check_can(actor, "settle conflict")
    head = ws.standing(record_id)
    chosen = [entry for entry in (head.entries if head else ()) if entry.id.startswith(keep)]
    if len(chosen) != 1 or head is None:
        raise InputRefused(
            place=record_id,
            found=keep,
            allowed=", ".join(entry.id[:12] for entry in (head.entries if head else ())) or "no such record",
            remedy="Name the revision to keep by the first digits of its entry.",
        )
    review = Review(new_id("review"), record_id, "settled", actor.id, reason)
    kept = Draft(
        kind=head.kind,
        record=record_id,
        body=chosen[0].body,
        corrects=tuple(entry.id for entry in head.entries),
        source=chosen[0].source,
    )
    return ws.append([kept, Draft("review", review.id, body_of(review))], actor.id)[0]


# --- helpers -----------------------------------------------------------------------------------------------


def _check_site(site: Site) -> None:
    zones = zoneinfo.available_timezones()
    if site.time_zone not in zones:
        raise InputRefused(
            place="site.time_zone",
            found=repr(site.time_zone),
            allowed=f"a name of the time zone database, such as {nearest(site.time_zone, zones, 2)}",
            remedy="Every window of the site is read in its zone; correct it.",
        )
    if not (len(site.country) in (2, 3) and site.country.isascii() and site.country.isupper()):
        raise InputRefused(
            place="site.country",
            found=repr(site.country),
            allowed="an ISO 3166 code of two or three capital letters",
            remedy="Take it from the record, never from a map.",
        )


def _check_doors_were_asked(ws: Workspace, answer: Answer) -> None:
    request = ws.register("request").get(answer.request)
    if request is None:
        ws.get("invitation", answer.request, "request or invitation")
        return
    for door in answer.doors:
        if door not in request.doors:
            raise InputRefused(
                place="answer.doors",
                found=door,
                allowed=", ".join(request.doors),
                remedy=f"Name doors that request {request.id} was addressed to, or record the step to that door first.",
            )


def _asked_on(ws: Workspace, asked: str) -> Any:
    request = ws.register("request").get(asked)
    return request.asked_on.earliest if request else ws.get("invitation", asked).sent_on.earliest


def _check_not_before(day: Any, place: str, first: Any, what: str) -> None:
    if day < first:
        raise InputRefused(
            place=place,
            found=str(day),
            allowed=f"{first} or later, {what}",
            remedy="Correct the day that is wrong.",
        )


def _check_adult(ws: Workspace, kind: str, said: Consent | Identity) -> None:
    household = ws.get("household", said.household)
    if said.adult not in household.adults:
        raise InputRefused(
            place=f"{kind}.adult",
            found=said.adult,
            allowed=", ".join(household.adults),
            remedy="Name one of the household's adults.",
        )


def _names_a_journey(consent: Consent) -> bool:
    return bool(consent.destination and consent.movement_kind)


def _same_matter(one: Consent, other: Consent) -> bool:
    return (one.household, one.adult, one.purpose, one.destination, one.movement_kind) == (
        other.household,
        other.adult,
        other.purpose,
        other.destination,
        other.movement_kind,
    )
