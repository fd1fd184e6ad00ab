"""Answers to “why not?” in sentences: for a household, a destination, a route, a day, and an aim somebody set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from waythrough.publish.desk import Desk
from waythrough.publish.values import door_and_party
from waythrough.publish.words import Said
from waythrough.terms.planned import Reason, ReturnTrip
from waythrough.terms.problems import N_
from waythrough.terms.situation import Situation
from waythrough.terms.whys import (
    GAINED,
    LOST,
    OTHER_DAY,
    OTHER_DESTINATION,
    Change,
    Changes,
    DestinationWhy,
    Journey,
    Lever,
    RouteWhy,
    Standing,
    TargetWhy,
)


def of_household(desk: Desk, situation: Situation, reasons: Iterable[Reason]) -> Iterator[Said]:
    """What stands against each of a household's choices, run of days by run of days."""
    for destination, runs in groupby(reasons, key=lambda reason: reason.destination):
        if destination:
            yield desk.words.say("To {destination}:", destination=desk.name(destination))
        for reason in runs:
            yield because(desk, situation, reason)


def of_seat(desk: Desk, situation: Situation, trip: ReturnTrip) -> Said:
    """A household that has a seat."""
    return desk.words.say(
        "It has a seat: to {destination} on {day}, route {route}.",
        destination=desk.name(trip.destination),
        day=situation.day(trip.day),
        route=desk.name(trip.route),
    )


def of_destination(desk: Desk, why: DestinationWhy) -> Iterator[Said]:
    """Who chose a destination, who travels there, and why the others do not."""
    say = desk.words.say
    yield say(
        "Households that chose {destination}: {n}.", destination=desk.name(why.destination), n=why.households
    )
    yield say("Of them, {n} travel there in this plan.", n=why.seated)
    if why.elsewhere:
        yield say("Travel to another of their choices: {n}.", n=why.elsewhere)
    for code, households in why.others.items():
        yield desk.words.count(
            "{n} household without a seat: {reason}.",
            "{n} households without a seat: {reason}.",
            households,
            reason=desk.words.label("not_seated", code),
        )


def of_route(desk: Desk, situation: Situation, why: RouteWhy) -> Iterator[Said]:
    """What keeps vehicles off a route, and when they leave."""
    yield desk.words.say("Route {route}:", route=desk.name(why.route))
    for reason in why.reasons:
        yield because(desk, situation, reason)


def of_target(desk: Desk, situation: Situation, why: TargetWhy) -> Iterator[Said]:
    """Whether an aim can be reached, whom nothing helps, and what would have to give way."""
    say = desk.words.say
    yield say("People meant: {n}.", n=why.people)
    yield say("Travel by {day} in this plan: {n}.", day=situation.day(why.by_day), n=why.planned)
    yield say("Could at most, if nobody else travelled: {n}.", n=why.possible)
    if why.rounded_days > 1:
        yield say(
            "Very many people are meant: consents count for whole blocks of days (length: {n}). "
            "In truth fewer can travel, never more.",
            n=why.rounded_days,
        )
    for code, people in why.never.items():
        reason = desk.words.label("not_seated", code)
        if code == "vehicle_too_small":
            yield say("Would need another kind of vehicle, with room for all of a family: {n}.", n=people)
            continue
        yield say("No door and no vehicle would help: {n} ({reason}).", n=people, reason=reason)
    if why.levers:
        yield say(
            "For all the others, each of these would have to give way; behind each, who could not without it:"
        )
    elif why.planned < why.possible:
        yield say("Nothing stands against the others but seats that this plan gives to somebody else.")
    for lever in why.levers:
        yield _lever(desk, situation, lever)


def _lever(desk: Desk, situation: Situation, lever: Lever) -> Said:
    about = door_and_party(desk, lever.about) if lever.kind.startswith("door") else desk.name(lever.about)
    if lever.week >= 0:
        first, last = 7 * lever.week, min(7 * lever.week + 6, situation.days - 1)
        dates = desk.words.numbers.dates(situation.day(first), situation.day(last))
        about = desk.words.say("{destination}, {dates}", destination=about, dates=dates)
    return desk.words.say(_LEVERS[lever.kind], about=about, n=lever.without)


_LEVERS: dict[str, str] = {
    "door": N_("{about} would have to open: {n}."),
    "consent_dates": N_("Consents would have to hold on other days, asked anew in private: {n}."),
    "vehicles": N_("More vehicles would be needed, {about}: {n}."),
    "door_vehicles": N_("{about} would have to let more vehicles pass a day: {n}."),
    "door_people": N_("{about} would have to let more people pass a day: {n}."),
    "reception": N_("More places would be needed, {about}: {n}."),
    "registration": N_("More people would have to be registered a day, {about}: {n}."),
}


def of_standing(desk: Desk, stands: Standing, *, each: bool) -> Iterator[Said]:
    """Who still may travel as told, and ``each`` of those who may not, with the journey it was told of."""
    count = desk.words.count
    yield count(
        "{n} household may travel as told.",
        "{n} households may travel as told.",
        sum(len(trip.seats) for trip in stands.trips),
    )
    if stands.let_off:
        yield count(
            "{n} household may not travel as told.",
            "{n} households may not travel as told.",
            len(stands.let_off),
        )
    for one in stands.let_off if each else ():
        day = desk.report.situation.day(one.day) if desk.report.situation else desk.report.as_of
        yield _told(desk, one.household, Journey(one.destination, day), one.code)


def _told(desk: Desk, household: str, was: Journey, code: str) -> Said:
    return desk.words.say(
        "{household} was told {destination} on {day}: {reason}.",
        household=desk.words.numbers.code(household),
        destination=desk.name(was.destination),
        day=was.day,
        reason=desk.words.label("let_off", code),
    )


def of_changes(desk: Desk, what: Changes) -> Iterator[Said]:
    """What a new plan changes for people who were told the old one; who lost a seat first, household by household."""
    say = desk.words.say
    yield say("Households that keep their destination and day: {n}.", n=what.kept)
    for kind, sentence in (
        (LOST, N_("Had a seat and have none now, to be told before anybody else: {n}.")),
        (OTHER_DAY, N_("Keep their destination on another day: {n}.")),
        (OTHER_DESTINATION, N_("Travel to another of their choices: {n}.")),
        (GAINED, N_("Had no seat and have one now: {n}.")),
    ):
        those = what.those(kind)
        if those:
            yield say(sentence, n=len(those))
        for one in those:
            if one.was:
                yield _changed(desk, one, one.was)
    for sentence, n in (
        (N_("Convoys that no longer go: {n}."), what.convoys_dropped),
        (N_("New convoys: {n}."), what.convoys_new),
    ):
        if n:
            yield say(sentence, n=n)
    journeys = (
        next((aim for aim in desk.report.plan.aims if aim.name == "journeys"), None)
        if desk.report.plan
        else None
    )
    if journeys and 0 < journeys.value < journeys.bound:
        yield say(
            "If nobody had been told anything, journeys could be worth {share} more at most.",
            share=desk.words.numbers.share(journeys.bound / journeys.value - 1, 1),
        )


def _changed(desk: Desk, one: Change, was: Journey) -> Said:
    """One household that was told a journey and has another now, or none."""
    if one.now is None:
        return _told(desk, one.household, was, one.code)
    return desk.words.say(
        "{household} goes to {destination} on {day}. It was told {told} on {told_day}: {reason}.",
        household=desk.words.numbers.code(one.household),
        destination=desk.name(one.now.destination),
        day=one.now.day,
        told=desk.name(was.destination),
        told_day=was.day,
        reason=desk.words.label("let_off", one.code),
    )


def because(desk: Desk, situation: Situation, reason: Reason) -> Said:
    """One reason on a run of days. A code without words is shown as a code, never guessed."""
    say, join = desk.words.say, desk.words.numbers.join
    first, last = situation.day(reason.first_day), situation.day(reason.last_day)
    days = desk.words.numbers.date(first) if first == last else desk.words.numbers.dates(first, last)
    if reason.code == "door_shut":
        doors = join(door_and_party(desk, door) for door in reason.fields["doors"].split(", "))
        return say("{days}: not open: {doors}.", days=days, doors=doors)
    if reason.code == "no_door_recorded":
        zones = desk.names(reason.fields["zones"].split(", "))
        return say("{days}: no door is recorded for: {zones}.", days=days, zones=zones)
    if reason.code == "leaves":
        return say("{days}: vehicles leave: {n}.", days=days, n=int(reason.fields["vehicles"]))
    return say("{days}: {reason}.", days=days, reason=desk.words.label("not_seated", reason.code))
