"""The board: each door, who holds it, its state, who said so, and how long it has kept a request waiting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from waythrough.publish.desk import Desk, alphabet
from waythrough.publish.numbers import Run
from waythrough.publish.texts import told
from waythrough.publish.words import Said
from waythrough.terms.board import STATES, Account, DoorState
from waythrough.terms.places import Door


@dataclass(frozen=True)
class SpokenLine:
    """What one speaker said about a door, in the same grammar for everyone."""

    sentence: Said
    quote: Run | None
    ref: Markup


@dataclass(frozen=True)
class DoorRow:
    """One door as the board shows it."""

    id: str
    door: Run
    party: Run
    purpose: Any
    state: str
    word: Any
    lines: tuple[Said, ...]
    accounts: tuple[SpokenLine, ...]


def board(desk: Desk) -> list[DoorRow]:
    """Every door of the report: open ones first, then by the order of states, party and name."""
    doors = {door.id: door for door in desk.report.doors}
    rows = []
    for state in sorted((one for one in desk.report.states if one.door in doors), key=_order(desk, doors)):
        door = doors[state.door]
        rows.append(
            DoorRow(
                id=door.id,
                door=desk.name(door.id),
                party=desk.name(door.party),
                purpose=desk.words.label("purpose", door.purpose),
                state=state.state,
                word=desk.words.label("door_state", state.state),
                lines=tuple(_lines(desk, state, door.party)),
                accounts=tuple(_spoken(desk, account) for account in _in_order(desk, state.accounts)),
            )
        )
    return rows


def _order(desk: Desk, doors: Mapping[str, Door]) -> Callable[[DoorState], tuple[int, str, str]]:
    return lambda one: (
        STATES.index(one.state),
        alphabet(desk.name(doors[one.door].party)),
        alphabet(desk.name(one.door)),
    )


def tally(desk: Desk) -> list[tuple[str, Said]]:
    """How many doors stand in each state: state, sentence. States without a door are left out."""
    count = desk.words.count
    known = {door.id for door in desk.report.doors}
    numbers = dict.fromkeys(STATES, 0)
    for state in desk.report.states:
        numbers[state.state] += state.door in known
    sentences = {
        "open": lambda n: count("{n} door open", "{n} doors open", n),
        "contested": lambda n: count("{n} door contested", "{n} doors contested", n),
        "waiting": lambda n: count("{n} door waiting", "{n} doors waiting", n),
        "no_answer": lambda n: count(
            "{n} door with no answer recorded", "{n} doors with no answer recorded", n
        ),
        "closed": lambda n: count("{n} door closed", "{n} doors closed", n),
        "lapsed": lambda n: count("{n} door lapsed", "{n} doors lapsed", n),
        "not_asked": lambda n: count("{n} door not asked", "{n} doors not asked", n),
    }
    return [(code, sentences[code](n)) for code, n in numbers.items() if n]


def _lines(desk: Desk, state: DoorState, party: str) -> list[Said]:
    say = desk.words.say
    lines = []
    if state.state == "open":
        lines.append(_how_long(desk, state))
    if state.state == "lapsed" and state.window:
        lines.append(say("The window was {window}.", window=desk.window(state.window)))
    if state.own_word:
        lines.append(_own_word(desk, state, party))
    elif state.on_word_of:
        lines.append(say("On the word of {speaker}.", speaker=desk.name(state.on_word_of)))
    if state.disputed_by:
        lines.append(say("Said otherwise by {speakers}.", speakers=desk.names(state.disputed_by)))
    if state.waiting_since:
        lines.append(say("Asked on {day}.", day=state.waiting_since))
    lines += waited(desk, state)
    if state.note and desk.internal:
        lines.append(say("Note: {note}", note=told(desk, state.note)))
    if state.conditions and desk.internal:
        lines.append(say("Conditions: {conditions}", conditions=state.conditions))
    return lines


def _own_word(desk: Desk, state: DoorState, party: str) -> Said:
    """The party's own say; where a body it belongs to spoke for it, that body is named."""
    say, side = desk.words.say, "opens" if state.state in ("open", "lapsed") else "closes"
    spoke = {one.speaker for one in state.accounts if one.says == side}
    members = {one.id: one.members for one in desk.report.parties}
    bodies = {one for one in spoke if party in members.get(one, ()) or one in members.get(party, ())}
    if party in spoke or not bodies:
        return say("{party} said so itself.", party=desk.name(party))
    return say("Said for {party} by {speakers}.", party=desk.name(party), speakers=desk.names(bodies))


def waited(desk: Desk, state: DoorState) -> list[Said]:
    """The party's own working days a request has waited, and how many were agreed."""
    if state.working_days_waited is None:
        return []
    lines = [
        desk.words.count(
            "{n} working day has passed.", "{n} working days have passed.", state.working_days_waited
        )
    ]
    if state.agreed_working_days is None:
        lines.append(desk.words.say("No answer time was agreed."))
    else:
        lines.append(
            desk.words.count(
                "The agreed answer time is {n} working day.",
                "The agreed answer time is {n} working days.",
                state.agreed_working_days,
            )
        )
    return lines


def _how_long(desk: Desk, state: DoorState) -> Said:
    say = desk.words.say
    if state.window is None:
        return say("Open until revoked.")
    if not desk.tells(state.window):
        return say("For how long is not given here.")
    if state.window.first_day > state.as_of:
        return say("Open in the window {window}.", window=desk.window(state.window))
    return say("Open until {end}.", end=desk.words.numbers.moment(state.window.end))


def _in_order(desk: Desk, accounts: tuple[Account, ...]) -> list[Account]:
    return sorted(accounts, key=lambda one: (alphabet(desk.name(one.speaker)), one.on, one.ref))


def _spoken(desk: Desk, account: Account) -> SpokenLine:
    return SpokenLine(
        sentence=desk.words.say(
            "{speaker} {said}, {day}.",
            speaker=desk.name(account.speaker),
            said=desk.words.label("says", account.says),
            day=account.on,
        ),
        quote=desk.quote(account.words, account.source),
        ref=desk.ref(account.ref, account.words, account.source),
    )
