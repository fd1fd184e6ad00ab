"""What stands behind a door's value: how it was found, how far it varies, and until when asking helps if it is slow."""

from __future__ import annotations

from waythrough.publish.desk import Desk
from waythrough.publish.words import Said
from waythrough.terms.planned import DoorValue
from waythrough.terms.problems import N_

FINE = 1
"""Digits behind the point of a share that may be small."""
CEILING, SAMPLED = "ceiling", "solved_again_on_a_sample"
"""The planner's words for a value that prices show to be hopeless, and for one found on samples."""


def explained(desk: Desk, value: DoorValue) -> list[Said]:
    """A few sentences on one value; none where a door changes nothing and nothing is left to say."""
    return [*_found(desk, value), *_varies(desk, value), *_asking(desk, value)]


def _found(desk: Desk, value: DoorValue) -> list[Said]:
    """How sure the numbers are as long as every other door stays as it is."""
    say, numbers = desk.words.say, desk.words.numbers
    if value.note.startswith(CEILING):
        return [
            say(
                "Not planned again: even at best it adds {share} to the journeys.",
                share=numbers.share(value.ceiling or 0.0, 2),
            )
        ]
    if not (value.person_days_fed or value.people_moved):
        return []
    few = abs(value.people_moved) <= value.people_within
    if few and abs(value.person_days_fed) <= value.person_days_within:
        return [say("So few that it cannot be told from nothing.")]
    if value.note.startswith(SAMPLED):
        return [
            desk.words.count(
                "Found on a sample of households: within {n} person.",
                "Found on a sample of households: within {n} people.",
                max(1, value.people_within),
            )
        ]
    return []


def _varies(desk: Desk, value: DoorValue) -> list[Said]:
    """What it comes to when the other doors answer or not; nothing where that is one number."""
    say, numbers = desk.words.say, desk.words.numbers
    said = []
    for estimate, words in (
        (
            value.fed_interval,
            N_("As other doors open and close, {low} to {high} person-days in {share} of futures."),
        ),
        (
            value.moved_interval,
            N_("As other doors open and close, {low} to {high} people in {share} of futures."),
        ),
    ):
        if estimate is not None and estimate.low < estimate.high:
            low, high = numbers.number(estimate.low), numbers.number(estimate.high)
            said.append(say(words, low=low, high=high, share=numbers.share(estimate.level)))
    if value.nothing_in and (value.person_days_fed or value.people_moved):
        said.append(
            say("In {share} of futures it changes nothing.", share=numbers.share(value.nothing_in, FINE))
        )
    return said


def _asking(desk: Desk, value: DoorValue) -> list[Said]:
    """Until when asking helps if the answer is slow, and whose the chance is."""
    say, said = desk.words.say, []
    slow = value.ask_by_if_slow
    if slow is not None and value.ask_by is not None and slow < value.ask_by:
        if slow < desk.report.as_of:
            said.append(say("If the answer is as slow as it may be, it is late already."))
        else:
            said.append(say("If the answer is as slow as it may be, asking helps until {day}.", day=slow))
    if value.chance is not None and value.cases > 0:
        said.append(say("The chance is the party's, from requests at all of its doors."))
    return said
