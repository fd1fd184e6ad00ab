"""Who said what about a door: answers, guarantees and performances as accounts, each with its speaker.

Everything else in this room that asks “what did they answer?” asks it here, so there is one reading of the
records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol, TypeVar

from waythrough.terms.access import CLOSING, OPENING, Answer, Execution, Guarantee, Performance, Request
from waythrough.terms.board import Account
from waythrough.terms.codes import code_list
from waythrough.terms.kinds import Known
from waythrough.terms.places import Door
from waythrough.terms.when import Window

UNDATED_YES_DAYS = 30
"""How long a yes counts that names no end and is not standing. A starting value of ours."""

BY_US = frozenset(c for c, row in code_list("execution").codes.items() if row["whose"] == "us")
"""Executions that say nothing about any party: we ended the request ourselves."""
RUNS_ON = frozenset({"not_started"})
"""Executions after which the request still waits for its answer."""

OPENS, CLOSES, NO_SIDE = "opens", "closes", ""


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_HasId)


@dataclass(frozen=True)
class Told:
    """An account with the matter it is about: a request, or a guarantee that answers none.

    ``since`` is the day from which a yes without an end is counted.
    """

    account: Account
    matter: str
    request: str | None
    since: date

    @property
    def side(self) -> str:
        """Opens, closes or neither.

        A promise said to be kept speaks for the door, one said to be broken against.
        """
        return {"opens": OPENS, "kept": OPENS, "closes": CLOSES, "broken": CLOSES}.get(
            self.account.says, NO_SIDE
        )

    @property
    def speaker(self) -> str:
        """Whose account it is."""
        return self.account.speaker

    @property
    def age_key(self) -> tuple[Any, ...]:
        """Sorts older before newer.

        On one and the same day the more careful account comes last and so governs: when the records cannot
        say which of two words of one speaker came first, nobody is sent through the door.
        """
        caution = ("neither", "opens", "kept", "closes", "broken").index(self.account.says)
        return (self.account.on, self.account.known_on, caution, self.account.ref)


@dataclass(frozen=True)
class Term:
    """How long a yes holds:

    its window (None if standing), whether that is over, and whether we computed the end.
    """

    window: Window | None
    over: bool
    computed: bool = False


def known_by(records: Iterable[Known[R]], as_of: date) -> dict[str, Known[R]]:
    """The records known by that day, by id; of several revisions that stand, the newest known.

    Answers and other accounts are not passed through here: there both revisions stand side by side.
    """
    found: dict[str, Known[R]] = {}
    for item in sorted(records, key=lambda k: (k.known_on, k.entry)):
        if item.known_on <= as_of:
            found[item.record.id] = item
    return found


class Holders:
    """Who held each door when. A door keeps its past: an old answer is the answer of whoever held it then."""

    def __init__(self, doors: Iterable[Known[Door]]) -> None:
        self._revisions: dict[str, list[Known[Door]]] = {}
        for item in sorted(doors, key=lambda k: (k.known_on, k.entry)):
            self._revisions.setdefault(item.record.id, []).append(item)

    def on(self, door: str, day: date) -> Door | None:
        """The door as it was known by a day; as first described, if that was later; None if it never was."""
        revisions = self._revisions.get(door, [])
        known = [item for item in revisions if item.known_on <= day]
        # A door may be described after it was first knocked on; that is no news about the request.
        return (known[-1:] or revisions[:1])[0].record if revisions else None


def tell(
    requests: Iterable[Known[Request]],
    answers: Iterable[Known[Answer]],
    guarantees: Iterable[Known[Guarantee]],
    performances: Iterable[Known[Performance]],
    as_of: date,
) -> dict[str, list[Told]]:
    """Every account known by ``as_of``, per door, in neutral order: by day, then by speaker.

    Answers to invitations name no request and so concern no door.
    """
    asked = known_by(requests, as_of)
    given = known_by(guarantees, as_of)
    doors: dict[str, list[Told]] = {}
    for answer in answers:
        if answer.known_on <= as_of and answer.record.request in asked:
            for door in _doors_of(answer.record, asked[answer.record.request].record):
                doors.setdefault(door, []).append(_of_answer(answer))
    for guarantee in guarantees:
        if guarantee.known_on <= as_of:
            for door in guarantee.record.doors:
                doors.setdefault(door, []).append(_of_guarantee(guarantee))
    for performance in performances:
        if performance.known_on <= as_of and performance.record.guarantee in given:
            promise = given[performance.record.guarantee].record
            for door in promise.doors:
                doors.setdefault(door, []).append(_of_performance(performance, promise))
    return {door: sorted(told, key=neutral_order) for door, told in doors.items()}


def neutral_order(told: Told) -> tuple[Any, ...]:
    """By day, then by speaker: no party's account always stands first."""
    return (told.account.on, told.speaker, *told.age_key)


def ends_of(executions: Iterable[Known[Execution]], as_of: date) -> dict[str, list[Execution]]:
    """Per request, the executions that ended it by ``as_of``, oldest first.

    Announced ones have not happened.
    """
    ended: dict[str, list[Execution]] = {}
    for item in executions:
        done = item.record
        if item.known_on <= as_of and done.on.earliest <= as_of and done.outcome not in RUNS_ON:
            ended.setdefault(done.request, []).append(done)
    return {
        request: sorted(rows, key=lambda e: (e.on.latest, e.speaker, e.outcome, e.id))
        for request, rows in ended.items()
    }


def term_of(told: Told, ends: dict[str, list[Execution]], as_of: date) -> Term:
    """How long this yes holds, as of a day.

    A yes that names a window ends with it, a standing one when it is revoked. Any other was for what had been
    asked: it ends with the first thing that is said to have become of the request, or else after
    `UNDATED_YES_DAYS`, because a yes from long ago is no reason to send people out today.
    """
    account = told.account
    if account.window is not None:
        return Term(account.window, account.window.last_day < as_of)
    if account.standing:
        return Term(None, False)
    ended = [e for e in ends.get(told.request or "", []) if _uses_up_a_yes(e)]
    done = [e.on.latest for e in ended if e.on.latest >= told.since]
    end = done[0] if done else told.since + timedelta(days=UNDATED_YES_DAYS)
    window = Window(_midnight(told.since), _midnight(end)) if end > told.since else None
    return Term(window, end <= as_of, computed=True)


def _uses_up_a_yes(done: Execution) -> bool:
    """True once nothing more is expected.

    A yes outlives a postponement; a code we do not know ends it, with care.
    """
    return bool(code_list("execution").codes.get(done.outcome, {}).get("final", True))


def newest_per_speaker(told: Sequence[Told]) -> list[Told]:
    """What each speaker said last: its newest account replaces its older ones."""
    last: dict[str, Told] = {}
    for item in sorted(told, key=lambda t: t.age_key):
        last[item.speaker] = item
    return [last[speaker] for speaker in sorted(last)]


def _doors_of(answer: Answer, request: Request) -> tuple[str, ...]:
    return tuple(door for door in request.doors if not answer.doors or door in answer.doors)


def _of_answer(known: Known[Answer]) -> Told:
    answer = known.record
    says = "opens" if answer.outcome in OPENING else "closes" if answer.outcome in CLOSING else "neither"
    account = Account(
        speaker=answer.speaker,
        says=says,
        code=answer.outcome,
        on=answer.on.latest,
        known_on=known.known_on,
        ref=answer.id,
        source=known.source,
        window=answer.window,
        standing=answer.standing,
        words=answer.words,
        conditions=answer.conditions,
        max_vehicles=answer.max_vehicles,
        max_people=answer.max_people,
        goods=answer.goods,
    )
    return Told(account, answer.request, answer.request, account.on)


def _of_guarantee(known: Known[Guarantee]) -> Told:
    promise = known.record
    account = Account(
        speaker=promise.speaker,
        says="opens",
        code="guarantee",
        on=promise.given_on.latest,
        known_on=known.known_on,
        ref=promise.id,
        source=known.source,
        window=promise.window,
        standing=promise.standing,
        words=promise.words,
        conditions=promise.conditions,
        max_vehicles=promise.max_vehicles,
        max_people=promise.max_people,
        goods=promise.goods,
    )
    return Told(account, promise.request or promise.id, promise.request, account.on)


def _of_performance(known: Known[Performance], promise: Guarantee) -> Told:
    done = known.record
    account = Account(
        speaker=done.speaker,
        says="kept" if done.outcome == "performed" else "broken",
        code=done.outcome,
        on=done.on.latest,
        known_on=known.known_on,
        ref=done.id,
        source=known.source,
        window=promise.window,
        standing=promise.standing,
        words=done.words,
        max_vehicles=promise.max_vehicles,
        max_people=promise.max_people,
        goods=promise.goods,
    )
    return Told(account, promise.request or promise.id, promise.request, promise.given_on.latest)


def _midnight(day: date) -> datetime:
    # The computed end of a yes is a whole day; it belongs to no zone, and UTC keeps it the same everywhere.
    return datetime.combine(day, time(), UTC)
