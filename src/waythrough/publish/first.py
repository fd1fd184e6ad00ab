"""The first page: what to ask now, what is open, what waits, what the plan does with its gap, or what blocks it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from waythrough.publish import board, plans, values
from waythrough.publish.desk import Desk
from waythrough.publish.door_words import explained
from waythrough.publish.words import Said
from waythrough.terms.board import DoorState
from waythrough.terms.planned import DoorValue

SOON_DAYS = 3
"""A window that ends within three days (72 hours) is said on the first page."""

MORE_BLOCKERS = 2
"""Causes besides doors that the first page has room for; the plan's section has them all."""


@dataclass(frozen=True)
class Next:
    """The door to knock on next, internal only."""

    ask: Said
    when: Said
    lines: tuple[Any, ...]


@dataclass(frozen=True)
class FirstPage:
    """What a tired reader sees before anything else."""

    next: Next | None
    no_next: Said | None
    tally: tuple[tuple[str, Said], ...]
    open: tuple[Any, ...]
    waiting: tuple[Any, ...]
    soon: tuple[Any, ...]
    plan: tuple[Said, ...]
    blockers: tuple[Said, ...]
    more_blockers: bool


def first_page(desk: Desk) -> FirstPage:
    """Everything of the first page in the edition of the desk."""
    say = desk.words.say
    best = next(iter(values.gains(desk)), None)
    shown = _next(desk, best) if best else None
    doors, others = plans.door_blockers(desk), plans.other_blockers(desk)
    return FirstPage(
        next=shown,
        no_next=_no_next(desk) if desk.internal and shown is None else None,
        tally=tuple(board.tally(desk)),
        open=tuple(_open(desk)),
        waiting=tuple(_waiting(desk)),
        soon=tuple(_soon(desk)),
        plan=tuple(plans.headline(desk)) or (say("There is no plan."),),
        blockers=(*doors, *others[:MORE_BLOCKERS]),
        more_blockers=len(others) > MORE_BLOCKERS,
    )


def _no_next(desk: Desk) -> Said:
    if desk.report.values:
        return desk.words.say("No door that was tried would change the plan by opening, alone or in a pair.")
    return desk.words.say("No door has been valued yet: a plan and its door values are needed for that.")


def _next(desk: Desk, value: DoorValue) -> Next:
    words = desk.words
    if len(value.doors) == 1:
        ask = words.say(
            "Ask {party} for this door: {doors}.",
            party=values.holders(desk, value.doors),
            doors=desk.name(value.doors[0]),
        )
    else:
        ask = words.say(
            "Ask for these doors together: {doors}.",
            doors=words.numbers.join(values.door_and_party(desk, door) for door in value.doors),
        )
    plan = desk.report.plan
    opens = (plan.first_day if plan else desk.report.as_of) + timedelta(days=value.from_day)
    when = words.count(
        "Open from {day} for {n} day, this would mean:",
        "Open from {day} for {n} days, this would mean:",
        value.window_days,
        day=opens,
    )
    return Next(ask, when, tuple(_worth(desk, value)))


def _worth(desk: Desk, value: DoorValue) -> Iterator[Any]:
    """What is gained and how far that varies, until when asking helps, and the chance at each door.

    A gain of nothing is not said.
    """
    say, words = desk.words.say, desk.words
    if value.person_days_fed:
        yield words.count(
            "{n} more person-day above the life-saving threshold, of {all} below it as if nobody left",
            "{n} more person-days above the life-saving threshold, of {all} below it as if nobody left",
            value.person_days_fed,
            all=words.numbers.number(desk.report.plan.unmet_if_nobody_left if desk.report.plan else 0),
        )
    if value.people_moved:
        yield words.count(
            "{n} more person could travel by their own choice",
            "{n} more people could travel by their own choice",
            value.people_moved,
        )
    if value.ask_by and value.ask_by < desk.report.as_of:
        yield say("Asking would have helped until {day}: with the usual wait it is late.", day=value.ask_by)
    elif value.ask_by:
        yield say("Asking helps until {day}.", day=value.ask_by)
    yield from explained(desk, value)
    if len(value.doors) == 1:
        yield say("Chance of a yes: {chance}.", chance=values.chance(desk, value.chance, value.cases))
    else:
        for door, chance in values.chances(desk, value.doors):
            yield say("Chance of a yes, {door}: {chance}.", door=door, chance=chance)
    if tied := values.ties(desk, value):
        yield tied


def _named(desk: Desk, state: DoorState, extra: Any) -> Markup | Said:
    door = next(door for door in desk.report.doors if door.id == state.door)
    return desk.words.say(
        "{door} ({party}): {state}", door=desk.name(door.id), party=desk.name(door.party), state=extra
    )


def _states(desk: Desk, *wanted: str) -> list[DoorState]:
    known = {door.id for door in desk.report.doors}
    return [state for state in desk.report.states if state.state in wanted and state.door in known]


def _open(desk: Desk) -> list[Any]:
    lines = []
    for state in _states(desk, "open"):
        how_long = _how_long(desk, state)
        if state.disputed_by:
            how_long = desk.words.say(
                "{state}; said otherwise by {speakers}",
                state=how_long,
                speakers=desk.names(state.disputed_by),
            )
        lines.append(_named(desk, state, how_long))
    return lines


def _how_long(desk: Desk, state: DoorState) -> Any:
    if state.window is None:
        return desk.words.say("until revoked")
    if not desk.tells(state.window):
        return desk.words.label("door_state", "open")
    moment = desk.words.numbers.moment
    if state.window.first_day > desk.report.as_of:
        return desk.words.say(
            "from {start} until {end}", start=moment(state.window.start), end=moment(state.window.end)
        )
    return desk.words.say("until {end}", end=moment(state.window.end))


def _waiting(desk: Desk) -> list[Any]:
    """Those past the agreed time first, then the longest wait; then invitations that stand."""
    waiting = sorted(
        _states(desk, "no_answer", "waiting"),
        key=lambda one: (one.state != "no_answer", one.waiting_since or date.max, one.door),
    )
    found = []
    for state in waiting:
        word: Any = desk.words.label("door_state", state.state)
        if state.waiting_since:
            word = desk.words.say("{state}, asked on {day}", state=word, day=state.waiting_since)
        found.append(_named(desk, state, word))
    return found + _invited(desk)


def _invited(desk: Desk) -> list[Any]:
    """Invitations to a meeting still to come that nobody has answered yet, the next meeting first."""
    answered = {known.record.request for known in desk.report.answers}
    standing = [
        known.record
        for known in desk.report.invitations
        if known.record.meeting_on.latest >= desk.report.as_of and known.record.id not in answered
    ]
    return [
        desk.words.say(
            "{who} invited {party} on {day}, for a meeting on {meeting}.",
            who=desk.names(invitation.inviters),
            party=desk.name(invitation.invited),
            day=invitation.sent_on,
            meeting=invitation.meeting_on,
        )
        for invitation in sorted(standing, key=lambda one: (one.meeting_on.earliest, one.id))
    ]


def _soon(desk: Desk) -> list[Any]:
    """Open doors whose window ends within 72 hours; for the team only, as the public is not told the day."""
    if not desk.internal:
        return []
    limit = desk.report.as_of + timedelta(days=SOON_DAYS)
    return [
        _named(desk, state, desk.words.say("ends {end}", end=desk.words.numbers.moment(state.window.end)))
        for state in _states(desk, "open")
        if state.window and state.window.last_day <= limit
    ]
