"""The same judgement in columns, for tens of thousands of households: numpy over whole numbers, nothing else."""

from __future__ import annotations

from itertools import chain
from operator import attrgetter

from waythrough.plan.check.fast import certificate, people
from waythrough.plan.check.fast.crowd import Crowd, ints
from waythrough.plan.check.rules import run
from waythrough.terms.planned import Breach, Plan
from waythrough.terms.situation import Situation


def fits(situation: Situation, plan: Plan) -> bool:
    """True if no sum can leave 64 bits. Where one could, only the plain loops are exact."""
    c = situation.households.columns
    homes, seats = len(c.ids), sum(len(trip.seats) for trip in plan.returns)
    counts = [ints(column) for column in (c.size, c.special, c.stretchers, c.weight)]
    *sizes, weight = (int(count.max(initial=0)) for count in counts)
    days = max([situation.days, *(abs(trip.day) for trip in plan.returns)])
    vehicles = map(attrgetter("vehicle"), chain.from_iterable(trip.seats for trip in plan.returns))
    vehicle = max(map(abs, vehicles), default=0)
    worth = 10 * weight * 2 * (situation.days + days) * (homes + seats + 1)
    least = min(int(count.min(initial=0)) for count in counts)
    return least >= 0 and worth * (max(sizes) + 1) * 8 < 2**62 and 2 * (vehicle + 1) * (seats + 1) < 2**62


def check(situation: Situation, plan: Plan) -> list[Breach]:
    """Every hard rule the plan breaks; the caller asks first whether it ``fits``."""
    return run(Crowd(situation, plan), people.RULES, certificate.bound)
