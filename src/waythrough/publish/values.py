"""What each door is worth, in three groups: if it opened, if it shut, and what changes nothing alone; with chances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waythrough.publish.desk import Desk
from waythrough.publish.door_words import CEILING, explained
from waythrough.publish.numbers import Run
from waythrough.publish.texts import told
from waythrough.publish.words import Said
from waythrough.terms.estimates import Estimate, NotComputable, Outlook
from waythrough.terms.planned import DoorValue
from waythrough.terms.problems import N_

SHUTS, STILL_SHUT = "shuts", "still_shut:"
"""The planner's words for a door that is taken to shut, and for one whose roads other doors keep shut."""


@dataclass(frozen=True)
class ValueLine:
    """What a set of doors is worth, internal only."""

    rank: Run
    doors: Run
    parties: Run
    change: Said
    fed: Any
    moved: Any
    ask_by: Any
    chance: Any
    ties: Said | None
    explained: tuple[Said, ...]


def gains(desk: Desk) -> list[DoorValue]:
    """Doors that would help if they opened, the most helpful first; empty in the public edition."""
    return [value for value in _valued(desk) if value.change != SHUTS and _matters(value)]


def losses(desk: Desk) -> list[DoorValue]:
    """Open doors that would be missed if they shut, the worst loss first; empty in the public edition."""
    return [value for value in _valued(desk) if value.change == SHUTS and _matters(value)]


def unchanged(desk: Desk) -> list[DoorValue]:
    """Doors that change nothing alone; there is no order among them. Empty in the public edition."""
    return [value for value in _valued(desk) if not _matters(value)]


def _valued(desk: Desk) -> list[DoorValue]:
    found = desk.report.values if desk.internal else ()
    return sorted(found, key=lambda value: (value.rank, -value.person_days_fed, -value.people_moved))


def _matters(value: DoorValue) -> bool:
    # Rank 0 says that the plan made again is no better and no worse.
    return value.rank > 0 and bool(value.person_days_fed or value.people_moved)


def line(desk: Desk, value: DoorValue) -> ValueLine:
    """One door value in words."""
    words = desk.words
    return ValueLine(
        rank=words.numbers.number(value.rank) if _matters(value) else words.numbers.code("–"),
        doors=words.numbers.join(desk.name(door) for door in value.doors),
        parties=holders(desk, value.doors),
        change=change(desk, value),
        fed=_varying(
            desk, words.count("{n} person-day", "{n} person-days", value.person_days_fed), value.fed_interval
        ),
        moved=_varying(
            desk, words.count("{n} person", "{n} people", value.people_moved), value.moved_interval
        ),
        ask_by=_ask_by(desk, value),
        chance=_chance_of(desk, value),
        ties=ties(desk, value),
        explained=tuple(explained(desk, value)),
    )


def _varying(desk: Desk, said: Said, interval: Estimate | None) -> Said:
    """A change, with how far it varies over futures of the other doors."""
    if interval is None:
        return said
    return desk.words.say(
        "{change}; over futures {range}",
        change=said,
        range=desk.words.numbers.range(round(interval.low), round(interval.high)),
    )


def _ask_by(desk: Desk, value: DoorValue) -> Any:
    """The last day on which asking still helps, by the usual wait; and by a slow one, where that is sooner."""
    if value.ask_by is None:
        return desk.words.say("no last day computed")
    slow = value.ask_by_if_slow
    if slow is None or slow >= value.ask_by:
        return desk.words.numbers.date(value.ask_by)
    return desk.words.say("{day}; {slow} if the answer is slow", day=value.ask_by, slow=slow)


def lines(desk: Desk, values: Iterable[DoorValue]) -> list[ValueLine]:
    """Several door values in words, in the order given."""
    return [line(desk, value) for value in values]


def ties(desk: Desk, value: DoorValue) -> Said | None:
    """Which other doors are worth as much, as far as the plan can tell."""
    if not value.tied_with:
        return None
    sets = (desk.words.numbers.join(map(desk.name, doors)) for doors in value.tied_with)
    return desk.words.say("Not distinguishable from: {doors}.", doors=desk.words.numbers.join(sets))


def no_change(desk: Desk) -> list[Said]:
    """A sentence for each reason why doors change nothing alone: other doors, or nobody to gain by it."""
    groups: dict[tuple[bool, str], list[DoorValue]] = {}
    hopeless = [value for value in unchanged(desk) if value.note.startswith(CEILING)]
    for value in unchanged(desk):
        if value in hopeless:
            continue
        groups.setdefault((value.change == SHUTS, _others(value)), []).append(value)
    join = desk.words.numbers.join
    said = [
        desk.words.say(
            _NO_CHANGE[shuts, bool(others)],
            doors=join(_together(desk, value.doors) for value in found),
            still=join(desk.name(door) for door in others.split(", ")),
        )
        for (shuts, others), found in groups.items()
    ]
    if hopeless:
        doors = join(_together(desk, value.doors) for value in hopeless)
        said.append(desk.words.say("Opened, next to nothing changes: {doors}.", doors=doors))
    return said


_NO_CHANGE = {
    (False, True): N_("Opened alone, nothing changes: {doors}. Still shut then: {still}."),
    (False, False): N_(
        "Opened alone, nothing changes: {doors}. No other door is in the way; supplies, vehicles, places or consents "
        "are missing."
    ),
    (True, True): N_("If it shut, nothing changes: {doors}. Roads through it are shut already by: {still}."),
    (True, False): N_("If it shut, the plan stays as good: {doors}."),
}
"""By whether the doors shut, and whether other doors keep their roads shut."""


def _others(value: DoorValue) -> str:
    return value.note.removeprefix(STILL_SHUT).strip() if value.note.startswith(STILL_SHUT) else ""


def _together(desk: Desk, doors: Iterable[str]) -> Any:
    names = [desk.name(door) for door in doors]
    if len(names) == 1:
        return names[0]
    return desk.words.say("{doors} together", doors=desk.words.numbers.join(names))


def door_and_party(desk: Desk, door: str) -> Any:
    """A door with the party that holds it, so that several can stand in a row."""
    party = next((one.party for one in desk.report.doors if one.id == door), None)
    if party is None:
        return desk.name(door)
    return desk.words.say("{door} ({party})", door=desk.name(door), party=desk.name(party))


def holders(desk: Desk, doors: Iterable[str]) -> Run:
    """The parties that hold these doors."""
    party = {door.id: door.party for door in desk.report.doors}
    return desk.names(party.get(door, door) for door in doors)


def change(desk: Desk, value: DoorValue) -> Said:
    """From when, and for how long, the doors are taken to be open or shut."""
    plan = desk.report.plan
    day = (plan.first_day if plan else desk.report.as_of) + timedelta(days=value.from_day)
    if value.change == SHUTS:
        return desk.words.count(
            "if shut from {day}, for {n} day", "if shut from {day}, for {n} days", value.window_days, day=day
        )
    return desk.words.count(
        "if open from {day}, for {n} day", "if open from {day}, for {n} days", value.window_days, day=day
    )


# --- chances -----------------------------------------------------------------------------------------------


def _chance_of(desk: Desk, value: DoorValue) -> Any:
    if value.change == SHUTS:
        return desk.words.numbers.code("–")
    if len(value.doors) > 1:
        # Doors of one party rarely answer apart, so the chances of several are never multiplied.
        return desk.words.say("not computed for doors together")
    return chance(desk, value.chance, value.cases)


def chance(desk: Desk, found: Estimate | NotComputable | None, cases: int) -> Any:
    """A chance as a share with its interval, and plainly how little it rests on."""
    say = desk.words.say
    if isinstance(found, NotComputable):
        return say("Not computable: {reason}", reason=told(desk, found.reason))
    if found is None:
        return say("no chance computed")
    shown = desk.words.numbers.chance(found)
    if cases == 0:
        return say("{chance}; no decided case here: taken from other parties, may not hold", chance=shown)
    if cases == 1:
        return say("{chance}, from one decided case only", chance=shown)
    return desk.words.count(
        "{chance}, from {n} decided case", "{chance}, from {n} decided cases", cases, chance=shown
    )


def chances(desk: Desk, doors: Iterable[str]) -> list[tuple[Run, Any]]:
    """The chance of a yes at each of several doors, by name, as far as one was computed."""
    known = {outlook.door: outlook for outlook in desk.report.outlooks}
    return [
        (desk.name(door), chance(desk, known[door].chance, known[door].cases))
        for door in doors
        if door in known
    ]


@dataclass(frozen=True)
class OutlookLine:
    """What is believed about one door, internal only."""

    door: Run
    party: Run
    chance: Any
    delay: Any
    note: Any


def outlooks(desk: Desk) -> list[OutlookLine]:
    """What is believed about waiting and closed doors; empty in the public edition."""
    return [_outlook(desk, one) for one in desk.report.outlooks] if desk.internal else []


def _outlook(desk: Desk, outlook: Outlook) -> OutlookLine:
    delay = outlook.delay_days
    return OutlookLine(
        door=desk.name(outlook.door),
        party=holders(desk, (outlook.door,)),
        chance=chance(desk, outlook.chance, outlook.cases),
        delay=desk.words.say("{days} days", days=desk.words.numbers.interval(delay))
        if isinstance(delay, Estimate)
        else desk.words.say("Not computable: {reason}", reason=told(desk, delay.reason)),
        note=desk.words.count("within {n} day", "within {n} days", outlook.horizon_days),
    )
