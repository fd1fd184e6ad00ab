"""Which doors are open as of a day, and on whose word.

The rule, in order:

1. The party that holds a door is believed about its own door: its newest word governs, and others who differ
   are named beside it.
2. Only where it has said nothing that still holds do others' words count, the newest matter first. All for a
   yes: open on another's word. All for a no: closed. Both: contested, until somebody says something newer.
3. A request put since then and not yet answered is waiting; past the agreed working days of that party it has
   had no answer. That is silence, not refusal. What we withdrew or postponed ourselves waits for nobody.
4. A door nobody has asked at is not asked.

What was executed never changes what was answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from waythrough.assess.accounts import (
    CLOSES,
    NO_SIDE,
    OPENS,
    Term,
    Told,
    ends_of,
    known_by,
    newest_per_speaker,
    tell,
    term_of,
)
from waythrough.terms.access import Answer, Execution, Guarantee, Performance, Request
from waythrough.terms.board import DoorState
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Party
from waythrough.terms.places import Door
from waythrough.terms.when import WorkingWeek

DISPUTE_DAYS = 60
"""How much older than a party's own word another's may be and still dispute it. A starting value of ours."""


def board(
    doors: Sequence[Known[Door]],
    parties: Sequence[Known[Party]],
    requests: Sequence[Known[Request]],
    answers: Sequence[Known[Answer]],
    guarantees: Sequence[Known[Guarantee]],
    performances: Sequence[Known[Performance]],
    executions: Sequence[Known[Execution]],
    as_of: date,
) -> list[DoorState]:
    """The state of every door as of a day, sorted by door id.

    Only what was known by ``as_of`` counts, whatever else is passed in; the order of the rows does not
    matter. A window of the result says when the door is or will be open; where a yes named no end, the window
    is computed and ``note`` says so.
    """
    facts = Facts.gather(parties, requests, answers, guarantees, performances, executions, as_of)
    return [_state_of(item.record, facts) for _, item in sorted(known_by(doors, as_of).items())]


@dataclass(frozen=True)
class Facts:
    """What was known by a day, sorted by what it is about. Shared by the board and the table of requests."""

    parties: dict[str, Party]
    requests: dict[str, Request]
    told: dict[str, list[Told]]
    ends: dict[str, list[Execution]]
    as_of: date

    @classmethod
    def gather(
        cls,
        parties: Iterable[Known[Party]],
        requests: Iterable[Known[Request]],
        answers: Iterable[Known[Answer]],
        guarantees: Iterable[Known[Guarantee]],
        performances: Iterable[Known[Performance]],
        executions: Iterable[Known[Execution]],
        as_of: date,
    ) -> Facts:
        """Sort the records known by ``as_of``."""
        requests = list(requests)
        return cls(
            {i: k.record for i, k in known_by(parties, as_of).items()},
            {i: k.record for i, k in known_by(requests, as_of).items()},
            tell(requests, answers, guarantees, performances, as_of),
            ends_of(executions, as_of),
            as_of,
        )

    def voices(self, party: str) -> frozenset[str]:
        """The party and its members: whose word about its doors is its own."""
        known = self.parties.get(party)
        return frozenset({party, *(known.members if known else ())})

    def week(self, party: str) -> WorkingWeek | None:
        """The working days of a party; None if the party is not recorded, so that no weekend is assumed."""
        known = self.parties.get(party)
        return known.week if known else None

    def term(self, told: Told) -> Term:
        """How long a yes holds."""
        return term_of(told, self.ends, self.as_of)


class _Ruling(NamedTuple):
    """What the accounts come to, before any newer request is looked at."""

    state: str
    by: Told
    term: Term | None = None
    own_word: bool = False
    disputed_by: tuple[str, ...] = ()


def _state_of(door: Door, facts: Facts) -> DoorState:
    told = facts.told.get(door.id, [])
    voices = facts.voices(door.party)
    own = [t for t in told if t.speaker in voices]
    others = [t for t in told if t.speaker not in voices]
    ruling = _by_own_word(own, others, facts)
    if ruling is None or ruling.state == "lapsed":
        ruling = _by_others(others, own, ruling, facts) or ruling
    accounts = tuple(t.account for t in told)
    if ruling is None or ruling.state != "open":
        asked = _unanswered(door, told, ruling, facts)
        if asked is not None:
            return replace(_waiting(door, asked, told, facts), accounts=accounts)
    if ruling is None:
        return DoorState(door.id, "not_asked", facts.as_of, accounts=accounts)
    ruled = replace(_ruled(door, ruling, facts), accounts=accounts)
    return _limited(ruled, ruling.by, told) if ruled.state == "open" else ruled


# --- 1. its own word ----------------------------------------------------------------------------------------


def _by_own_word(own: Sequence[Told], others: Sequence[Told], facts: Facts) -> _Ruling | None:
    """The party's newest own word:

    open or closed; lapsed if it was a yes and is over; None if there is none.
    """
    newest_first = sorted((t for t in own if _takes_a_side(t, own)), key=lambda t: t.age_key, reverse=True)
    if not newest_first:
        return None
    newest = newest_first[0]
    if newest.side == CLOSES:
        return _Ruling("closed", newest, None, True, _differing(newest, others, OPENS))
    term = facts.term(newest)
    if not term.over:
        return _Ruling("open", newest, term, True, _differing(newest, others, CLOSES))
    earlier = _earlier_yes_that_holds(newest_first[1:], facts)
    if earlier is not None:
        return _Ruling("open", earlier, facts.term(earlier), True, _differing(earlier, others, CLOSES))
    return _Ruling("lapsed", newest, term, True)


def _takes_a_side(told: Told, among: Sequence[Told]) -> bool:
    """True for a yes or no that the same speaker has not since taken back to “in principle” or “referred”."""
    same = [t for t in among if t.matter == told.matter and t.speaker == told.speaker]
    return told.side != NO_SIDE and max(same, key=lambda t: t.age_key).side != NO_SIDE


def _earlier_yes_that_holds(older: Sequence[Told], facts: Facts) -> Told | None:
    """An older own yes that the party gave an end of its own, or none until revoked, and has not closed
    since.

    A standing yes is not used up by a later yes to one convoy.
    """
    for told in older:
        if told.side == CLOSES:
            return None
        term = facts.term(told)
        if not term.over and not term.computed:
            return told
    return None


def _differing(own: Told, others: Sequence[Told], side: str) -> tuple[str, ...]:
    """Other speakers whose last account takes the other side and is not long out of date.

    A yes to one request is disputed by accounts of that request, a standing yes by any account of the door. A no is
    about the door as well, but only a later yes differs with it: an earlier one was for something else.
    """
    since = own.account.on - timedelta(days=DISPUTE_DAYS)
    same = [t for t in others if (t.matter == own.matter or own.account.standing) and t.account.on >= since]
    later = [t for t in others if own.side == CLOSES and t.account.on > own.account.on]
    return tuple(t.speaker for t in newest_per_speaker([*same, *later]) if t.side == side)


# --- 2. only the word of others -----------------------------------------------------------------------------


def _by_others(
    others: Sequence[Told], own: Sequence[Told], lapsed: _Ruling | None, facts: Facts
) -> _Ruling | None:
    """What the others say about the newest matter.

    Where the party's own yes has run out, what others had said before it is past too: the party has spoken
    since.
    """
    since = lapsed.by.account.on if lapsed else date.min
    groups: dict[str, list[Told]] = {}
    for told in others:
        groups.setdefault(told.matter, []).append(told)
    sided = [
        [t for t in newest_per_speaker(group) if t.side != NO_SIDE and t.account.on >= since]
        for group in groups.values()
    ]
    sided = [group for group in sided if group]
    if not sided:
        return None
    newest = max(sided, key=lambda group: max(t.age_key for t in group))
    return _agree(newest, own, facts)


def _agree(group: Sequence[Told], own: Sequence[Told], facts: Facts) -> _Ruling:
    by = max(group, key=lambda t: t.age_key)
    opening = [t for t in group if t.side == OPENS]
    if len(opening) < len(group):
        if opening:
            return _Ruling("contested", by, disputed_by=tuple(t.speaker for t in group))
        return _Ruling("closed", by)
    terms = [(t, _retold(t, own, facts)) for t in opening]
    holding = [pair for pair in terms if not pair[1].over]
    by, term = max(holding or terms, key=lambda pair: pair[0].age_key)
    return _Ruling("open" if holding else "lapsed", by, term)


def _retold(told: Told, own: Sequence[Told], facts: Facts) -> Term:
    """How long a yes holds that another tells.

    A yes told without an end has the end its giver gave it, if any.
    """
    term = facts.term(told)
    if not term.computed:
        return term
    theirs = [t for t in own if t.matter == told.matter and t.side == OPENS and not facts.term(t).computed]
    return facts.term(max(theirs, key=lambda t: t.age_key)) if theirs else term


# --- 3. asked and not yet answered --------------------------------------------------------------------------


def _unanswered(door: Door, told: Sequence[Told], ruling: _Ruling | None, facts: Facts) -> Request | None:
    """The newest request at the door, put since the ruling, that has neither answer nor end."""
    answered = {t.matter for t in told if _takes_a_side(t, told)}
    after = ruling.by.account.on if ruling else date.min
    waiting = [
        r
        for r in facts.requests.values()
        if door.id in r.doors
        and r.id not in answered
        and r.id not in facts.ends
        and r.asked_on.earliest <= facts.as_of
        and r.asked_on.latest > after
    ]
    return max(waiting, key=lambda r: (r.asked_on.latest, r.id), default=None)


def _waiting(door: Door, request: Request, told: Sequence[Told], facts: Facts) -> DoorState:
    since = min(request.asked_on.latest, facts.as_of)
    week = facts.week(door.party)
    waited = week.working_days(since, facts.as_of) if week else None
    agreed = agreed_days(request, door)
    # An answer "in principle" or "referred" is an answer, though not yet a yes: no silence to speak of.
    heard = any(t.matter == request.id for t in told)
    late = waited is not None and agreed is not None and waited > agreed and not heard
    return DoorState(
        door.id,
        "no_answer" if late else "waiting",
        facts.as_of,
        request=request.id,
        waiting_since=since,
        working_days_waited=waited,
        agreed_working_days=agreed,
        note=_week_note(door.party, week),
    )


def _week_note(party: str, week: WorkingWeek | None) -> str:
    """What the count of working days rests on, where that is not the party's own week."""
    if week is None:
        return f"The working days of {party} are not recorded, so none were counted."
    if not week.rest_days:
        return f"The rest days of {party} are not recorded, so every day was counted as a working day."
    return ""


def agreed_days(request: Request, door: Door) -> int | None:
    """Working days agreed for an answer at this door:

    the step's, else the door's; None if nothing was agreed.
    """
    steps = [s.agreed_working_days for s in request.steps if s.door == door.id]
    agreed = [days for days in steps if days is not None]
    return max(agreed) if agreed else door.answer_working_days


# --- 4. said plainly ----------------------------------------------------------------------------------------


def _ruled(door: Door, ruling: _Ruling, facts: Facts) -> DoorState:
    by = ruling.by
    note = ""
    if ruling.term is not None and ruling.term.computed:
        note = "The yes named no end; its end is computed from what became of the request, or from its age."
    return DoorState(
        door.id,
        ruling.state,
        facts.as_of,
        window=ruling.term.window if ruling.term else None,
        own_word=ruling.own_word,
        on_word_of=None if ruling.own_word or ruling.state == "contested" else by.speaker,
        disputed_by=ruling.disputed_by,
        conditions=by.account.conditions if ruling.state == "open" else "",
        request=by.request,
        agreed_working_days=door.answer_working_days,
        note=note,
    )


def _limited(state: DoorState, by: Told, told: Sequence[Told]) -> DoorState:
    """The door with the limits of its yes: those its own account names, else the tightest that others tell of it.

    Who was told of no limit may simply not have been told: an account without one does not lift another's.
    """
    same = [by.account, *(t.account for t in told if t.matter == by.matter and t.side == OPENS)]
    goods = [set(account.goods) for account in same if account.goods]
    allowed = set(by.account.goods) or (set.intersection(*goods) or goods[0] if goods else set())
    return replace(
        state,
        max_vehicles=_tightest(by.account.max_vehicles, [account.max_vehicles for account in same]),
        max_people=_tightest(by.account.max_people, [account.max_people for account in same]),
        goods=tuple(sorted(allowed)),
    )


def _tightest(own: int | None, all_told: Sequence[int | None]) -> int | None:
    named = [limit for limit in all_told if limit is not None]
    return own if own is not None else min(named, default=None)
