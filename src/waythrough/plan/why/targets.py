"""An aim somebody set, as “all of the most vulnerable out by day 25”: can it be, and what stands against it?

A linear program seats the group's people on every way they chose, alone on the roads. What stands against a journey
is *named*: a door, a week of places at a destination, a fleet, the dates of consents. First every name may give way
at a price, and those that do are candidates; then each candidate is taken back, and stays away if as many still travel.
What remains is a set none of which can be left out (deletion filter, Chinneck and Dravnieks 1991, ORSA Journal on
Computing 3, 157–168, over named groups instead of single rows).

A stop on a destination, a no, and a destination nobody chose never give way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from waythrough.plan.network import Network
from waythrough.plan.units import Unit, units
from waythrough.plan.why import last_straw, rules
from waythrough.plan.why.targets_program import Ways
from waythrough.terms.planned import Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation
from waythrough.terms.whys import Lever, TargetWhy

EVERYONE, MOST_VULNERABLE, WEIGHT = "everyone", "most-vulnerable", "weight-"


def why_target(situation: Situation, plan: Plan, group: str, by_day: int) -> TargetWhy:
    """Whether everybody of a group could leave by a day, and if not, what would have to give way.

    ``group`` is everyone, most-vulnerable (the highest weight of needs) or weight-N (that weight or more).

    Raises
    ------
    InputRefused
        No such group, or a day outside the plan.
    """
    if not 0 <= by_day < situation.days:
        raise InputRefused(
            place="--until",
            found=f"day {by_day}",
            allowed=f"a day of the plan, {situation.first_day} to {situation.day(situation.days - 1)}",
            remedy="Name a day within the plan.",
        )
    least = _least_weight(situation, group)
    able, out = units(situation)
    meant = [unit for unit in able if any(h.weight >= least for h in unit.households)]
    never = Counter(dict.fromkeys(out.values(), 0))
    for home in situation.households:
        if home.id in out and home.weight >= least:
            never[out[home.id]] += home.size
    model = Ways(situation, by_day, meant)
    for unit in model.without_a_way:
        never[_reason(model.network, unit)] += unit.people
    seated = {seat.household for trip in plan.returns if trip.day <= by_day for seat in trip.seats}
    possible = model.reach(frozenset())
    return TargetWhy(
        group=group,
        by_day=by_day,
        people=sum(unit.people for unit in meant)
        + sum(h.size for h in situation.households if h.id in out and h.weight >= least),
        planned=sum(unit.people for unit in meant if unit.households[0].id in seated),
        possible=possible,
        never={code: people for code, people in sorted(never.items()) if people},
        levers=() if possible >= model.people else tuple(_levers(model, possible)),
        rounded_days=model.block,
    )


def _least_weight(situation: Situation, group: str) -> int:
    weights = situation.households.columns.weight
    if group == EVERYONE:
        return 0
    if group == MOST_VULNERABLE:
        return max(weights, default=0)
    if group.startswith(WEIGHT) and group.removeprefix(WEIGHT).isdecimal():
        return int(group.removeprefix(WEIGHT))
    raise InputRefused(
        place="the group",
        found=repr(group),
        allowed=f"{EVERYONE}, {MOST_VULNERABLE} or {WEIGHT}N",
        remedy=f"Ask for example: waythrough plan why {MOST_VULNERABLE} --until DAY.",
    )


def _reason(network: Network, unit: Unit) -> str:
    home = unit.households[0]
    every = (1 << network.situation.days) - 1
    codes = [last_straw(rules(network, home, unit.households, c.destination), every) for c in unit.choices]
    return codes[0]


def _levers(model: Ways, possible: int) -> Iterator[Lever]:
    """A set that lets everybody travel who has a way at all, each of whose members is needed."""
    kept = model.candidates()
    best = model.reach(frozenset(kept))
    for name in list(kept):
        rest = [other for other in kept if other != name]
        if model.reach(frozenset(rest)) >= best:
            kept = rest
    for name in kept:
        others = frozenset(other for other in kept if other != name)
        yield Lever(
            *name, alone=model.reach(frozenset({name})) - possible, without=best - model.reach(others)
        )
