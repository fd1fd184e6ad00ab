"""How each request stands as of a day, step by step: for the board, the table and the report.

Answer and execution are kept apart, competing accounts stand side by side, and the order in which they stand
is fixed: by day, then by speaker.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from waythrough.assess.accounts import (
    BY_US,
    CLOSES,
    NO_SIDE,
    OPENS,
    Holders,
    Told,
    neutral_order,
    newest_per_speaker,
)
from waythrough.assess.doors import Facts
from waythrough.terms.access import Answer, Execution, Guarantee, Performance, Request, Step
from waythrough.terms.board import Account, RequestState, StepState
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Party
from waythrough.terms.places import Door

LEAST_FIRST = ("partially_granted", "granted_with_conditions", "granted", "guarantee", "performed")
"""A request whose every step has a yes is worth no more than its weakest yes."""


def request_states(
    doors: Sequence[Known[Door]],
    parties: Sequence[Known[Party]],
    requests: Sequence[Known[Request]],
    answers: Sequence[Known[Answer]],
    guarantees: Sequence[Known[Guarantee]],
    performances: Sequence[Known[Performance]],
    executions: Sequence[Known[Execution]],
    as_of: date,
) -> list[RequestState]:
    """How every request known by ``as_of`` stands, newest first, then by id.

    Requests dated after ``as_of`` are left out: they were announced, not put.
    """
    facts = Facts.gather(parties, requests, answers, guarantees, performances, executions, as_of)
    holders = Holders(doors)
    told = _told_about(facts)
    done = _executions_about(executions, as_of)
    states = [
        _state(request, told.get(request.id, []), done.get(request.id, []), holders, facts)
        for request in facts.requests.values()
        if request.asked_on.earliest <= as_of
    ]
    return sorted(states, key=lambda s: (-s.asked_on.toordinal(), s.request))


def _told_about(facts: Facts) -> dict[str, list[tuple[str, Told]]]:
    found: dict[str, list[tuple[str, Told]]] = {}
    for door, rows in facts.told.items():
        for told in rows:
            found.setdefault(told.matter, []).append((door, told))
    return found


def _executions_about(
    executions: Sequence[Known[Execution]], as_of: date
) -> dict[str, list[Known[Execution]]]:
    found: dict[str, list[Known[Execution]]] = {}
    for item in executions:
        if item.known_on <= as_of:
            found.setdefault(item.record.request, []).append(item)
    return found


def _state(
    request: Request,
    told: Sequence[tuple[str, Told]],
    done: Sequence[Known[Execution]],
    holders: Holders,
    facts: Facts,
) -> RequestState:
    ends = facts.ends.get(request.id, [])
    steps = tuple(
        _step(step, request, [t for door, t in told if door == step.door], holders, facts)
        for step in request.steps
    )
    state, disputed_by = _from_executions(ends) or _from_steps(steps, [t for _, t in told])
    return RequestState(
        request.id,
        state,
        facts.as_of,
        min(request.asked_on.latest, facts.as_of),
        _days_waited(request, steps, ends, facts.as_of),
        steps,
        _side_by_side([t for _, t in told], done),
        disputed_by,
    )


def _from_executions(ends: Sequence[Execution]) -> tuple[str, tuple[str, ...]] | None:
    """What became of it by each speaker's last account; contested where they differ; None if nothing did."""
    if not ends:
        return None
    last = {e.speaker: e.outcome for e in ends}
    outcomes = set(last.values())
    if len(outcomes) == 1:
        return outcomes.pop(), ()
    return "contested", tuple(sorted(last))


def _from_steps(steps: Sequence[StepState], told: Sequence[Told]) -> tuple[str, tuple[str, ...]]:
    states = {step.state for step in steps}
    if "contested" in states:
        return "contested", tuple(t.speaker for t in newest_per_speaker(told) if t.side != NO_SIDE)
    for state in ("closed", "no_answer", "waiting"):
        if state in states:
            return (_newest_code(told, CLOSES) if state == "closed" else state), ()
    if "in_between" in states:
        return _newest_code(told, NO_SIDE), ()
    if "lapsed" in states:
        return "lapsed", ()
    codes = {t.account.code for t in newest_per_speaker(told) if t.side == OPENS}
    weakest = min(codes, key=LEAST_FIRST.index, default="waiting")
    return ("granted" if weakest in ("guarantee", "performed") else weakest), ()


def _newest_code(told: Sequence[Told], side: str) -> str:
    newest = max((t for t in told if t.side == side), key=lambda t: t.age_key)
    return "guarantee_not_kept" if newest.account.says == "broken" else newest.account.code


def _step(step: Step, request: Request, told: Sequence[Told], holders: Holders, facts: Facts) -> StepState:
    door = holders.on(step.door, request.asked_on.latest)
    party = door.party if door else ""
    side, answered_on = _settle(told, facts.voices(party))
    agreed = step.agreed_working_days
    if agreed is None and door is not None:
        agreed = door.answer_working_days
    ends = facts.ends.get(request.id, [])
    until = answered_on or (ends[0].on.latest if ends else facts.as_of)
    week = facts.week(party)
    waited = week.working_days(request.asked_on.latest, min(until, facts.as_of)) if week else None
    if side == "waiting" and ends:
        side = "ended"
    elif side == "open" and all(facts.term(t).over for t in told if t.side == OPENS):
        side = "lapsed"
    elif side == "waiting" and agreed is not None and waited is not None and waited > agreed:
        side = "no_answer"
    return StepState(step.kind, step.door, party, side, answered_on, waited, agreed)


def _settle(told: Sequence[Told], voices: frozenset[str]) -> tuple[str, date | None]:
    """What was answered at one step, and when:

    the party's own word first, else the others' where they agree.
    """
    last = newest_per_speaker(told)
    own = [t for t in last if t.speaker in voices and t.side != NO_SIDE]
    sided = [max(own, key=lambda t: t.age_key)] if own else [t for t in last if t.side != NO_SIDE]
    if not sided:
        return ("in_between" if told else "waiting"), None
    sides = {t.side for t in sided}
    # The first account of that answer says when it came, whoever gave it; later ones repeat it.
    answered_on = min(t.account.on for t in told if t.side in sides)
    if len(sides) > 1:
        return "contested", answered_on
    return ("open" if OPENS in sides else "closed"), answered_on


def _days_waited(request: Request, steps: Sequence[StepState], ends: Sequence[Execution], as_of: date) -> int:
    answered = [step.answered_on for step in steps]
    if steps and all(day is not None for day in answered):
        until = max(day for day in answered if day is not None)
    else:
        until = ends[0].on.latest if ends else as_of
    return max(0, (min(until, as_of) - request.asked_on.latest).days)


def _side_by_side(told: Sequence[Told], done: Sequence[Known[Execution]]) -> tuple[Account, ...]:
    """Every account once, answers and executions together, by day and then by speaker."""
    unique = {(t.account.ref, t.account.known_on, t.account.code, t.speaker): t for t in told}
    rows = [(neutral_order(t)[:2], t.account) for t in unique.values()]
    rows += [((e.record.on.latest, e.record.speaker), _of_execution(e)) for e in done]
    return tuple(account for _, account in sorted(rows, key=lambda row: (row[0], row[1].ref, row[1].code)))


def _of_execution(known: Known[Execution]) -> Account:
    done = known.record
    return Account(
        speaker=done.speaker,
        says="executed" if done.outcome not in BY_US else "ended_by_us",
        code=done.outcome,
        on=done.on.latest,
        known_on=known.known_on,
        ref=done.id,
        source=known.source,
        words=done.words,
    )
