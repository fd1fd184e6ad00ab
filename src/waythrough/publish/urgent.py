"""Medical evacuations in sentences: before everything else, with the days that are left, when they leave, or the doors
they wait at.
"""

from __future__ import annotations

from collections.abc import Iterator

from waythrough.publish.desk import Desk
from waythrough.publish.plan_words import blocked, blocked_by_doors
from waythrough.publish.values import door_and_party
from waythrough.publish.words import Said
from waythrough.terms.board import Evacuation


def urgent(desk: Desk) -> list[Said]:
    """Some sentences for each evacuation that waits; for the team only, as one journey can point at a person."""
    return [line for one in desk.report.evacuations for line in _lines(desk, one)] if desk.internal else []


def _lines(desk: Desk, one: Evacuation) -> Iterator[Said]:
    say = desk.words.say
    if one.needed_by is None or one.days_left is None:
        yield say("Medical evacuation, no last day recorded: {subject}.", subject=one.subject)
    elif one.days_left < 0:
        yield say(
            "Medical evacuation, needed by {day}, which has passed: {subject}.",
            day=one.needed_by,
            subject=one.subject,
        )
    else:
        yield desk.words.count(
            "Medical evacuation, needed by {day}, {n} day left: {subject}.",
            "Medical evacuation, needed by {day}, {n} days left: {subject}.",
            one.days_left,
            day=one.needed_by,
            subject=one.subject,
        )
    if one.shut:
        doors = desk.words.numbers.join(door_and_party(desk, door) for door in one.shut)
        yield say("Ask first, before any other door: {doors}.", doors=doors)
    else:
        yield say("Every door it needs is open.")
    yield from _planned(desk, one.record)


def _planned(desk: Desk, record: str) -> Iterator[Said]:
    """When the plan sends it, or that it finds no day; nothing where no plan knows of it."""
    plan, situation = desk.report.plan, desk.report.situation
    if plan is None or situation is None:
        return
    for trip in plan.evacuations:
        if trip.evacuation == record:
            route = next(route for route in situation.routes if route.id == trip.route)
            yield desk.words.say(
                "The plan takes it on {day} by {route}; it arrives on {arrival}.",
                day=situation.day(trip.day),
                route=desk.name(trip.route),
                arrival=situation.day(trip.day + route.days_out),
            )
    ours = [one for one in plan.blockers if one.fields.get("evacuation") == record]
    if ours:
        yield desk.words.say("The plan finds no day on which it can arrive in time.")
        yield from blocked_by_doors(desk, ours)
        yield from blocked(desk, ours)
