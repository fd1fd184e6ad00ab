"""How soon after a denial there is a legal plan, and a better one: ``python bench/repair.py 8000 [slices] [seed]``.

The door most people pass on their way is shut from the thirtieth day on.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import replace

from waythrough.plan.generate import generate
from waythrough.plan.network import Network
from waythrough.plan.problem import problem
from waythrough.plan.repair import better, repair
from waythrough.plan.returns import as_plan
from waythrough.plan.returns.priced import journeys_priced
from waythrough.plan.standing import standing
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

SHUT_FROM = 30


def main(households: int, slices: int, seed: int) -> None:
    """Plan, shut a door, and time what stands, the repaired journeys and better ones."""
    before = generate(households, 90, seed)
    plan = told(before)
    door = busiest(before, plan)
    after = replace(before, doors=tuple(shut(d) if d.id == door else d for d in before.doors))
    network = Network(after)
    at = time.process_time()
    found = standing(after, network, plan)
    say(f"{households} households, {door} shut: {len(found.let_off)} households let off", at)
    at = time.process_time()
    first = repair(after, network, plan)
    say(f"seated again at the old prices, gap {gap(first.journeys.value, first.journeys.bound):.2%}", at)
    at = time.process_time()
    second = better(first, slices=slices)
    value, proven = second.journeys.value, second.journeys.bound
    say(f"new prices and {slices} slices, gap {gap(value, proven):.2%}", at)
    kept = sum(1 for change in second.changes() if change.was is None or change.now != change.was)
    sys.stdout.write(f"the first lies {gap(first.journeys.value, proven):.2%} below the new bound, ")
    sys.stdout.write(f"{kept} households hear of a change\n")


def told(situation: Situation) -> Plan:
    """A plan of journeys as people were told it."""
    network = Network(situation)
    whole = problem(situation, network)
    found = as_plan(situation, whole, journeys_priced(situation, whole, 1), road=False)
    return Plan(
        situation_sha256="",
        as_of=situation.as_of,
        first_day=situation.first_day,
        days=situation.days,
        convoys=(),
        returns=found.trips,
        aims=(),
        unmet_if_nobody_left=0,
        unmet_person_days=0,
        people_moved=0,
        steps=(),
        blockers=(),
        not_seated={},
        flagged_consents=0,
        solver="",
        certificate=found.certificate,
    )


def busiest(situation: Situation, plan: Plan) -> str:
    """The door most households were to pass from the day on."""
    routes, passed = {route.id: route for route in situation.routes}, Counter[str]()
    for trip in plan.returns:
        for door in {door for use in routes[trip.route].out for door in use.doors}:
            passed[door] += len(trip.seats) * (trip.day >= SHUT_FROM)
    return max(sorted(passed), key=passed.__getitem__)


def shut(door):
    """The door, shut from the day on."""
    return replace(
        door, open_days=tuple(is_open * (day < SHUT_FROM) for day, is_open in enumerate(door.open_days))
    )


def gap(value: int, bound: int) -> float:
    """How far below the bound."""
    return (bound - value) / bound


def say(what: str, since: float) -> None:
    """What was done, and the processor time it took."""
    sys.stdout.write(f"{what}: {1000 * (time.process_time() - since):.0f} ms\n")
    sys.stdout.flush()


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [8_000, 2, 1][len(given) :]))
