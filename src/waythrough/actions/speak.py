"""The same sentences as the report's, for a terminal: one wording everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from waythrough.actions.why import Why
from waythrough.publish import plans, values
from waythrough.publish import why_words as whys
from waythrough.publish.by_day import MapDay, by_day
from waythrough.publish.content import Report
from waythrough.publish.desk import Desk
from waythrough.publish.movement_words import movement_gate
from waythrough.publish.urgent import urgent
from waythrough.publish.words import Words
from waythrough.terms.planned import DoorValue, Gate
from waythrough.terms.whys import Changes, Standing

_ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class Spoken:
    """A plan in words: what it does, what blocks it, who has no seat, and what goes on which day with its gates."""

    headline: tuple[str, ...]
    blockers: tuple[str, ...]
    not_seated: tuple[str, ...]
    days: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class SpokenValue:
    """One row of a ranking of doors, in words: its cells, and what is told beneath it."""

    cells: tuple[str, ...]
    more: tuple[str, ...]


@dataclass(frozen=True)
class SpokenValues:
    """Doors if they opened, or if they shut: each has ranks of its own."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[SpokenValue, ...]


@dataclass(frozen=True)
class SpokenRanking:
    """What each door is worth: rankings, then what changes nothing."""

    rankings: tuple[SpokenValues, ...]
    title: str
    unchanged: tuple[str, ...]


def plan_words(report: Report, language: str = "en") -> Spoken:
    """The plan of a report in words, internal edition."""
    desk = Desk(report, "internal", Words(language))
    days = tuple(
        (
            _text(day.day),
            tuple(
                _text(line)
                for trip in day.trips
                for line in (
                    trip.what,
                    *trip.more,
                    *(f"  {_text(plans.before(desk, g))}" for g in trip.gates),
                )
            ),
        )
        for day in plans.day_by_day(desk)
    )
    return Spoken(
        tuple(_text(line) for line in plans.headline(desk)),
        tuple(_text(line) for line in plans.blockers(desk)),
        tuple(_text(line) for line in plans.not_seated(desk)),
        days,
    )


def map_days(report: Report) -> tuple[MapDay, ...]:
    """The plan of a report as data for a map of each day; nothing where there is no plan."""
    if report.plan is None or report.situation is None:
        return ()
    return by_day(report.plan, report.situation)


def urgent_words(report: Report, language: str = "en") -> list[str]:
    """Medical evacuations that wait, in words; said before anything else."""
    return [_text(line) for line in urgent(Desk(report, "internal", Words(language)))]


def ranking_words(report: Report, language: str = "en") -> SpokenRanking:
    """What each door is worth, in words: gains best first, losses worst first, and what changes nothing."""
    desk = Desk(report, "internal", Words(language))
    say = desk.words.say
    heads = [say(word) for word in ("Rank", "Door", "Party", "Change", "Fed", "Travel")]
    asked = [*heads, say("Ask by"), say("Chance of a yes")]
    return SpokenRanking(
        tuple(
            SpokenValues(
                _text(say(title)), tuple(map(_text, columns)), _spoken_values(desk, found, len(columns))
            )
            for title, columns, found in (
                ("If it opened", asked, values.gains(desk)),
                ("If it shut", heads, values.losses(desk)),
            )
            if found
        ),
        _text(say("What changes nothing")),
        tuple(map(_text, values.no_change(desk))),
    )


def _spoken_values(desk: Desk, found: Iterable[DoorValue], columns: int) -> tuple[SpokenValue, ...]:
    return tuple(
        SpokenValue(
            tuple(
                map(
                    _text,
                    (v.rank, v.doors, v.parties, v.change, v.fed, v.moved, v.ask_by, v.chance)[:columns],
                )
            ),
            tuple(map(_text, [*([v.ties] if v.ties else []), *v.explained])),
        )
        for v in values.lines(desk, found)
    )


def why_words(report: Report, found: Why, language: str = "en") -> list[str]:
    """The answer to “why not?” in words."""
    desk = Desk(report, "internal", Words(language))
    situation = report.situation
    if situation is None:
        return []
    said: list[object] = []
    if found.seat:
        said.append(whys.of_seat(desk, situation, found.seat))
    said += whys.of_household(desk, situation, found.reasons)
    if found.destination:
        said += whys.of_destination(desk, found.destination)
    for route in found.routes:
        said += whys.of_route(desk, situation, route)
    if found.target:
        said += whys.of_target(desk, situation, found.target)
    return [_text(line) for line in said]


def gate_words(report: Report, gates: Iterable[Gate], language: str = "en") -> list[str]:
    """What must be true before a movement starts, in words."""
    desk = Desk(report, "internal", Words(language))
    return [_text(movement_gate(desk, gate)) for gate in gates]


def standing_words(report: Report, stands: Standing, language: str = "en", *, each: bool) -> list[str]:
    """How many may travel as told and how many may not; of ``each`` that may not, its journey and why."""
    desk = Desk(report, "internal", Words(language))
    return [_text(line) for line in whys.of_standing(desk, stands, each=each)]


def change_words(report: Report, what: Changes, language: str = "en") -> list[str]:
    """What a new plan changes, in words."""
    return [_text(line) for line in whys.of_changes(Desk(report, "internal", Words(language)), what)]


def _text(said: object) -> str:
    """Plain text: a terminal that reads from left to right needs no isolates."""
    return str(said).translate(_ISOLATES)
