"""The first page: what to ask now, what is open, what waits, what the plan does with its gap, or what blocks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from waythrough.publish import board, plans
from waythrough.publish.desk import Desk
from waythrough.publish.words import Said
from waythrough.terms.board import DoorState
from waythrough.terms.planned import DoorValue

SOON_DAYS = 3
"""A window that ends within three days (72 hours) is said on the first page."""


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


def first_page(desk: Desk) -> FirstPage:
    """Everything of the first page in the edition of the desk."""
    say = desk.words.say
    best = next((value for value in plans.ranked(desk) if not plans._shuts(value)), None)
    shown = _next(desk, best) if desk.internal and best else None
    return FirstPage(
        next=shown,
        no_next=say("No door has been valued yet: a plan and its door values are needed for that.")
        if desk.internal and shown is None
        else None,
        tally=tuple(board.tally(desk)),
        open=tuple(_open(desk)),
        waiting=tuple(_waiting(desk)),
        soon=tuple(_soon(desk)),
        plan=tuple(plans.headline(desk)) or (say("There is no plan."),),
        blockers=tuple(plans.blockers(desk)),
    )


def _next(desk: Desk, value: DoorValue) -> Next:
    say, words = desk.words.say, desk.words
    ask = words.count(
        "Ask {party} for this door: {doors}.",
        "Ask {party} for these doors together: {doors}.",
        len(value.doors),
        party=plans.holders(desk, value.doors),
        doors=words.numbers.join(desk.name(door) for door in value.doors),
    )
    plan = desk.report.plan
    opens = (plan.first_day if plan else desk.report.as_of) + timedelta(days=value.from_day)
    when = words.count(
        "If it opens on {day} and stays open {n} day:",
        "If it opens on {day} and stays open {n} days:",
        value.window_days,
        day=opens,
    )
    lines: list[Any] = [
        words.count(
            "{n} more person-day above the life-saving threshold",
            "{n} more person-days above the life-saving threshold",
            value.person_days_fed,
        ),
        words.count(
            "{n} more person could travel by their own choice",
            "{n} more people could travel by their own choice",
            value.people_moved,
        ),
    ]
    if value.ask_by:
        lines.append(say("Asking helps until {day}.", day=value.ask_by))
    lines.append(say("Chance of a yes: {chance}.", chance=plans.chance(desk, value.chance, value.cases)))
    if value.tied_with:
        tied = words.numbers.join(desk.name(door) for doors in value.tied_with for door in doors)
        lines.append(say("Not distinguishable from: {doors}.", doors=tied))
    return Next(ask, when, tuple(lines))


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
    """Those past the agreed time first, then the longest wait."""
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
    return found


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
