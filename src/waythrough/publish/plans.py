"""The plan in words, day by day for the team, week by week for the public; and what blocks it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waythrough.publish.desk import Desk
from waythrough.publish.disclosure import THRESHOLD, SafeTable, block_of, blocks, journeys_by_block, protect
from waythrough.publish.numbers import Run
from waythrough.publish.plan_words import blocked, blocked_by_doors, gate_line
from waythrough.publish.words import Said
from waythrough.terms.estimates import PopulationEstimate
from waythrough.terms.planned import Blocker, EvacuationTrip, Plan
from waythrough.terms.planned import Trip as AnyTrip
from waythrough.terms.situation import Situation
from waythrough.terms.whys import few_together

LEAST_GAP = 0.001
"""A gap below this would read as none at all."""


def headline(desk: Desk) -> list[Said]:
    """What the plan does, with its gap; or that nothing can move. Empty when there is no plan."""
    plan, count, say = desk.report.plan, desk.words.count, desk.words.say
    if plan is None:
        return []
    last = plan.first_day + timedelta(days=plan.days - 1)
    span = (
        count(
            "The plan looks {n} day ahead, {dates}.",
            "The plan looks {n} days ahead, {dates}.",
            plan.days,
            dates=desk.words.numbers.dates(plan.first_day, last),
        )
        if desk.internal
        else count("The plan looks {n} day ahead.", "The plan looks {n} days ahead.", plan.days)
    )
    lines = [*_evacuations(desk, plan), span]
    if plan.does_nothing:
        lines.append(say("No vehicle can move with the doors that are open."))
    else:
        lines.append(
            count("{n} convoy of aid goes in.", "{n} convoys of aid go in.", len(plan.convoys))
            if plan.convoys
            else say("No convoy of aid goes in.")
        )
        lines.append(_moved(desk, plan))
        lines.append(_gap(desk, plan))
    if desk.internal:
        lines += [*_unmet(desk, plan), *_flagged(desk, plan), *_weighed(desk)]
    return lines


def _evacuations(desk: Desk, plan: Plan) -> Iterator[Said]:
    """How many evacuations leave, and how many cannot; for the team only, as one journey can point at a person."""
    left = len({one.fields["evacuation"] for one in plan.blockers if one.about == EvacuationTrip.purpose})
    if desk.internal and plan.evacuations:
        yield desk.words.count(
            "{n} medical evacuation leaves on the first day it can, before everything else.",
            "{n} medical evacuations leave on the first day they can, before everything else.",
            len(plan.evacuations),
        )
    if desk.internal and left:
        yield desk.words.count(
            "{n} medical evacuation cannot arrive in time.",
            "{n} medical evacuations cannot arrive in time.",
            left,
        )


def _moved(desk: Desk, plan: Plan) -> Said:
    if not plan.returns:
        return desk.words.say("Nobody travels out.")
    total: int | None = plan.people_moved
    if not desk.internal:
        table = journeys(desk)
        total = table.total if table else None
    if total is None:
        return desk.words.say("Some people travel out by their own choice; how many is not shown.")
    return desk.words.count(
        "{n} person travels out by their own choice.", "{n} people travel out by their own choice.", total
    )


def _gap(desk: Desk, plan: Plan) -> Said:
    if plan.gap is None:
        return desk.words.say("No bound on the best possible plan was needed: there was nothing to reach.")
    if plan.gap == 0:
        return desk.words.say("It is proven that no plan does better with these doors.")
    if plan.gap < LEAST_GAP:
        return desk.words.say(
            "It is proven within less than {gap} of the best possible plan with these doors.",
            gap=desk.words.numbers.share(LEAST_GAP, 1),
        )
    return desk.words.say(
        "It is proven within {gap} of the best possible plan with these doors.",
        gap=desk.words.numbers.share(plan.gap, 1),
    )


def _unmet(desk: Desk, plan: Plan) -> Iterable[Said]:
    situation = desk.report.situation
    if situation is not None and not any(good.life_saving for good in situation.goods):
        yield desk.words.say("What people lack cannot be computed: no life-saving good is recorded.")
        return
    yield desk.words.count(
        "{n} person-day stays below the life-saving threshold.",
        "{n} person-days stay below the life-saving threshold.",
        plan.unmet_person_days,
    )
    yield desk.words.count(
        "Convoys are planned as if nobody left: then {n} person-day would. Nobody is fed by being moved.",
        "Convoys are planned as if nobody left: then {n} person-days would. Nobody is fed by being moved.",
        plan.unmet_if_nobody_left,
    )
    if situation is not None:
        yield desk.words.say(
            "Counted for {people} people and these goods: {goods}; as known by {day}.",
            people=_people(desk, situation),
            goods=desk.names(good.id for good in situation.goods if good.life_saving),
            day=desk.report.as_of,
        )


def _people(desk: Desk, situation: Situation) -> Run:
    """How many people the plan counts, with the interval where there is one."""
    found = desk.report.population
    if isinstance(found, PopulationEstimate) and len(situation.sites) == 1:
        return desk.words.numbers.interval(found.estimate)
    return desk.words.numbers.number(sum(site.people for site in situation.sites))


def _flagged(desk: Desk, plan: Plan) -> Iterable[Said]:
    """Told whatever else can be computed: such consents are looked at before anybody goes."""
    if plan.flagged_consents:
        yield desk.words.count(
            "{n} consent in the plan is flagged for pressure or for stocks below the life-saving threshold.",
            "{n} consents in the plan are flagged for pressure or for stocks below the life-saving threshold.",
            plan.flagged_consents,
        )


def _weighed(desk: Desk) -> Iterable[Said]:
    """By whose word needs and roads weigh what they do."""
    policy, situation = desk.report.policy, desk.report.situation
    if policy is None and situation is not None and situation.policy:
        yield desk.words.say("Needs and roads weigh as in the table {policy}.", policy=situation.policy)
        return
    if policy is None:
        yield desk.words.say("No table of weights is approved: every need and every road weighs the same.")
        return
    yield desk.words.say(
        "Needs and roads weigh as {name} approved on {day}; never by origin, ethnicity or party.",
        name=desk.report.approved_by or policy.approved_by,
        day=policy.approved_on,
    )


# --- day by day (internal) ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trip:
    """One departure: what goes, and what must be true the day before."""

    what: Said
    more: tuple[Said, ...]
    gates: tuple[Any, ...]


@dataclass(frozen=True)
class DayLine:
    """One day with departures."""

    day: Run
    trips: tuple[Trip, ...]


def day_by_day(desk: Desk) -> list[DayLine]:
    """Every day on which something departs; internal only, as nobody outside may know the day."""
    plan, situation = desk.report.plan, desk.report.situation
    if plan is None or situation is None or not desk.internal:
        return []
    days = sorted({trip.day for trip in plan.trips})
    return [
        DayLine(
            desk.words.numbers.date(situation.day(day)),
            tuple(
                [_evacuation(desk, plan, i) for i, trip in enumerate(plan.evacuations) if trip.day == day]
                + [_convoy(desk, plan, i) for i, trip in enumerate(plan.convoys) if trip.day == day]
                + [_return(desk, plan, i) for i, trip in enumerate(plan.returns) if trip.day == day]
            ),
        )
        for day in days
    ]


def _evacuation(desk: Desk, plan: Plan, index: int) -> Trip:
    trip = plan.evacuations[index]
    what = desk.words.count(
        "Medical evacuation: {n} vehicle from {site} to {destination}, route {route}.",
        "Medical evacuation: {n} vehicles from {site} to {destination}, route {route}.",
        trip.vehicles,
        site=desk.name(trip.site),
        destination=desk.name(trip.destination),
        route=desk.name(trip.route),
    )
    return Trip(what, (), _gates(desk, plan, trip, index))


def _convoy(desk: Desk, plan: Plan, index: int) -> Trip:
    trip = plan.convoys[index]
    what = desk.words.count(
        "Convoy: {n} vehicle from {start} to {site}, route {route}.",
        "Convoy: {n} vehicles from {start} to {site}, route {route}.",
        trip.vehicles,
        start=desk.name(trip.warehouse),
        site=desk.name(trip.site),
        route=desk.name(trip.route),
    )
    loads = tuple(
        desk.words.say(
            "{good}: {load}", good=desk.name(good), load=desk.words.numbers.number(grams / 1e6, 1, "t")
        )
        for good, grams in sorted(trip.load_g.items())
        if grams
    )
    return Trip(what, loads, _gates(desk, plan, trip, index))


def _return(desk: Desk, plan: Plan, index: int) -> Trip:
    trip = plan.returns[index]
    what = desk.words.count(
        "Voluntary return: {n} vehicle from {site} to {destination}, route {route}.",
        "Voluntary return: {n} vehicles from {site} to {destination}, route {route}.",
        trip.vehicles,
        site=desk.name(trip.site),
        destination=desk.name(trip.destination),
        route=desk.name(trip.route),
    )
    more = (
        desk.words.count(
            "{n} person.", "{n} people.", sum(desk.sizes[seat.household] for seat in trip.seats)
        ),
        desk.words.count(
            "{n} household, by each adult's own consent.",
            "{n} households, by each adult's own consent.",
            len({seat.household for seat in trip.seats}),
        ),
    )
    return Trip(what, more, _gates(desk, plan, trip, index))


def _gates(desk: Desk, plan: Plan, trip: AnyTrip, index: int) -> tuple[Any, ...]:
    # A step's kind says which list its trip number counts in.
    return tuple(
        gate_line(desk, one)
        for step in plan.steps
        if step.day == trip.day and step.trip == index and step.kind == trip.kind
        for one in step.gates
    )


def before(desk: Desk, gate: Said) -> Said:
    """A gate where no heading says that it must be true beforehand."""
    return desk.words.say("Before: {gate}", gate=gate)


def not_seated(desk: Desk) -> list[Said]:
    """How many households that may leave have no seat, and what stands against it; internal only."""
    plan = desk.report.plan
    if plan is None or not desk.internal:
        return []
    return [
        desk.words.count(
            "{n} household without a seat: {reason}.",
            "{n} households without a seat: {reason}.",
            households,
            reason=desk.words.label("not_seated", code),
        )
        for code, households in few_together(plan.not_seated).items()
        if households
    ]


# --- week by week (public) ---------------------------------------------------------------------------------


def journeys(desk: Desk) -> SafeTable | None:
    """People who travel by choice, by week and destination, after disclosure control; None if nobody travels."""
    plan, situation = desk.report.plan, desk.report.situation
    if plan is None or situation is None or not plan.returns:
        return None
    return protect(*journeys_by_block(plan, situation))


@dataclass(frozen=True)
class WeekLine:
    """One week of the public plan, or a few days more where the plan ends."""

    week: Run
    convoys: Any
    people: tuple[Any, ...]


def week_by_week(desk: Desk) -> tuple[list[Any], list[WeekLine]]:
    """The heads of the people columns, and one line per week of the plan; counts are after disclosure control."""
    plan = desk.report.plan
    if plan is None or plan.does_nothing:
        return [], []
    table = journeys(desk)
    if table:
        _note(desk, table)
    heads = [
        desk.name(name) if name else desk.words.say("elsewhere") for name in (table.columns if table else ())
    ]
    convoys = Counter(block_of(plan, trip.day) for trip in plan.convoys)
    starts = blocks(plan)
    lines = []
    for block, start in enumerate(starts):
        last = starts[block + 1] - 1 if block + 1 < len(starts) else plan.days - 1
        first_day, last_day = (plan.first_day + timedelta(days=day) for day in (start, last))
        lines.append(
            WeekLine(
                desk.words.numbers.dates(first_day, last_day),
                desk.words.numbers.number(convoys[block]),
                tuple(_cell(desk, cell) for cell in (table.counts[block] if table else ())),
            )
        )
    return heads, lines


def _cell(desk: Desk, count: int | None) -> Any:
    return desk.words.say("not shown") if count is None else desk.words.numbers.number(count)


def _note(desk: Desk, table: SafeTable) -> None:
    count = desk.words.count
    if table.primary:
        desk.suppressed.append(
            count(
                "Journeys by week and destination: {n} count below {threshold}.",
                "Journeys by week and destination: {n} counts below {threshold}.",
                table.primary,
                threshold=THRESHOLD,
            )
        )
    if table.secondary:
        desk.suppressed.append(
            count(
                "Journeys by week and destination: {n} further count that would have given a hidden one away.",
                "Journeys by week and destination: {n} further counts that would have given hidden ones away.",
                table.secondary,
            )
        )


# --- what blocks -------------------------------------------------------------------------------------------


def blockers(desk: Desk) -> list[Said]:
    """What blocks a plan or a part of it: the doors first, then the rest, one sentence for each kind of cause."""
    return [*door_blockers(desk), *other_blockers(desk)]


def door_blockers(desk: Desk) -> list[Said]:
    """The fewest doors that would have to open, one sentence for each purpose."""
    return blocked_by_doors(desk, _told(desk))


def other_blockers(desk: Desk) -> list[Said]:
    """What else stands against a movement, one sentence for each purpose and cause."""
    return blocked(desk, _told(desk))


def _told(desk: Desk) -> list[Blocker]:
    """The blockers this edition tells: what keeps patients stays with the team."""
    found = desk.report.plan.blockers if desk.report.plan else ()
    return [one for one in found if desk.internal or one.about != EvacuationTrip.purpose]
