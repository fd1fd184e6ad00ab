"""Knocks: what one party did with one request, as a wait that ended in a yes, a no, or not yet.

A request still open tells only that the wait is longer than it has been so far: it is censored, not counted
as a refusal. The same holds for what we withdrew or postponed ourselves, from the day we did.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from waythrough.assess.accounts import CLOSES, NO_SIDE, OPENS, Holders, Told, newest_per_speaker
from waythrough.assess.doors import Facts
from waythrough.terms.access import CLOSING, OPENING, Answer, Invitation, Request
from waythrough.terms.kinds import Known
from waythrough.terms.places import Door
from waythrough.terms.when import Days

VAGUE_DAYS = 31
"""Dates known less exactly than a month do not say how long anybody waited."""


@dataclass(frozen=True)
class Knock:
    """One request, or invitation, put to one party.

    ``outcome`` is opens, closes, contested (accounts differ, the party silent) or empty while no answer is
    known. ``days`` from asking to the answer, to our ending it, or to ``as_of``; None where the dates are too
    vague to say. ``exact`` is False where a day had to be placed in the middle of a month.
    """

    request: str
    party: str
    outcome: str
    days: float | None
    days_to_outcome: float | None
    exact: bool
    still_open: bool
    window_days: int | None = None

    @property
    def answered(self) -> bool:
        """True if a yes or a no came, even one that is contested."""
        return self.outcome != ""


def knocks(
    doors: Iterable[Known[Door]],
    facts: Facts,
    invitations: Iterable[Known[Invitation]] = (),
    answers: Sequence[Known[Answer]] = (),
) -> list[Knock]:
    """Every request put to every party by the day of ``facts``, sorted by party and request.

    A party with several doors for one request counts once: opened when every door that answered opened. An
    invitation counts for the party invited; ``answers`` are needed for those, as they concern no door.
    """
    holders = Holders(doors)
    found = []
    for request in facts.requests.values():
        if request.asked_on.earliest > facts.as_of:
            continue
        by_party: dict[str, list[str]] = {}
        for id in request.doors:
            door = holders.on(id, request.asked_on.latest)
            if door is not None:
                by_party.setdefault(door.party, []).append(id)
        found += [_at_doors(request, party, ids, facts) for party, ids in by_party.items()]
    for item in invitations:
        if item.known_on <= facts.as_of and item.record.sent_on.earliest <= facts.as_of:
            found.append(_at_table(item.record, answers, facts))
    return sorted(found, key=lambda k: (k.party, k.request))


def _at_doors(request: Request, party: str, doors: Sequence[str], facts: Facts) -> Knock:
    voices = facts.voices(party)
    told = [t for door in doors for t in facts.told.get(door, []) if t.matter == request.id]
    # A performance tells how a promise was kept, long after the answer: it is no answer.
    told = [t for t in told if t.account.says in ("opens", "closes", "neither")]
    deciding = _deciding(told, voices)
    windows = [
        (t.account.window.last_day - t.account.window.first_day).days + 1
        for t in deciding
        if t.account.window
    ]
    verdict = _verdict(deciding, told)
    held = min(windows) if windows and verdict is not None and verdict.outcome == OPENS else None
    return _knock(request.id, party, request.asked_on, verdict, facts, held)


def _deciding(told: Sequence[Told], voices: frozenset[str]) -> list[Told]:
    """The party's own last word if it gave one, else the last of each other speaker that takes a side."""
    own = [t for t in told if t.speaker in voices and t.side != NO_SIDE]
    if own:
        newest = max(own, key=lambda t: t.age_key)
        return [t for t in own if t.account.on == newest.account.on]
    return [t for t in newest_per_speaker(told) if t.side != NO_SIDE]


class _Verdict(NamedTuple):
    """What stands, the day the first answer came, and the day the one that stands did."""

    outcome: str
    first: date
    decided: date


def _verdict(deciding: Sequence[Told], told: Sequence[Told]) -> _Verdict | None:
    if not deciding:
        return None
    speakers = {t.speaker for t in deciding}
    sides = {t.side for t in deciding}
    # Whoever told it first: the party's own word may repeat, weeks later, an answer it had given long before, and
    # those weeks are no wait.
    decided = min(t.account.on for t in told if t.side in sides)
    first = min([decided, *(t.account.on for t in told if t.side != NO_SIDE and t.speaker in speakers)])
    if len(sides) == 1:
        return _Verdict(sides.pop(), first, decided)
    # One party that says yes and no on one day has not said yes.
    return _Verdict("contested" if len(speakers) > 1 else CLOSES, first, decided)


def _at_table(invitation: Invitation, answers: Sequence[Known[Answer]], facts: Facts) -> Knock:
    voices = facts.voices(invitation.invited)
    said = sorted(
        (
            k.record
            for k in answers
            if k.record.request == invitation.id and k.known_on <= facts.as_of
            if k.record.outcome in OPENING | CLOSING
        ),
        key=lambda a: (a.on.latest, a.id),
    )
    own = [a for a in said if a.speaker in voices]
    deciding = own[-1:] or list({a.speaker: a for a in said}.values())
    sides = {OPENS if a.outcome in OPENING else CLOSES for a in deciding}
    verdict = None
    if sides:
        on = min(a.on.latest for a in (own or said))
        verdict = _Verdict(sides.pop() if len(sides) == 1 else "contested", on, deciding[-1].on.latest)
    return _knock(invitation.id, invitation.invited, invitation.sent_on, verdict, facts, None)


def _knock(
    request: str, party: str, asked: Days, verdict: _Verdict | None, facts: Facts, window_days: int | None
) -> Knock:
    ended = [e.on.latest for e in facts.ends.get(request, [])]
    if verdict is None:
        # An open wait is at least as long as since the last day it can have been asked.
        until = min([*ended, facts.as_of])
        days = float(max(0, (until - asked.latest).days))
        return Knock(request, party, "", days, days, asked.exact, not ended)
    # For a wait that ended, the middle of a vague date is the fairest single day; of a very vague one there
    # is none.
    width = asked.latest - asked.earliest
    start = asked.earliest + width / 2
    first = decided = None
    if width.days <= VAGUE_DAYS:
        first = float(max(0, (verdict.first - start).days))
        decided = float(max(0, (verdict.decided - start).days))
    return Knock(request, party, verdict.outcome, first, decided, asked.exact, False, window_days)
