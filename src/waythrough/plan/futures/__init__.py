"""Futures: what may come of a situation when parties answer, or do not, and roads open and are stopped.

``simulate`` plays a situation many times under a stated rule of planning again; ``of_plan`` a plan as it stands.
Every draw is a number worked out from (seed, future, what it is for), so that the same future comes out on any
machine, on any number of processors, alone or among others; two situations compared with one seed meet the same luck.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import numpy as np

from waythrough.plan import files
from waythrough.plan.futures import fans, told
from waythrough.plan.futures.play import play
from waythrough.plan.futures.policy import ASK_WAITING
from waythrough.plan.futures.policy import Policy as Policy
from waythrough.plan.futures.world import board
from waythrough.terms.estimates import Estimate
from waythrough.terms.futures import Futures, PlanFutures, TripFuture
from waythrough.terms.planned import Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation

FUTURES = 20_000
"""Enough that another draw would move no limit of a fan by more than a hundredth of its futures."""


def simulate(
    situation: Situation,
    policy: Policy | None = None,
    *,
    futures: int = FUTURES,
    seed: int = 1,
    threads: int = 0,
    level: float = fans.LEVEL,
    engine: str | None = None,
) -> Futures:
    """Play a situation in many futures and say what came of it, week by week.

    ``threads`` 0 means one for each processor; the result is the same for any number. ``engine`` is
    ``compiled``, ``numpy``, or None for the quicker; the result is the same too.

    Raises
    ------
    InputRefused
        Fewer than a hundred futures: too few for a fan.
    """
    _check_number(futures)
    policy = policy or Policy()
    now = board(situation, policy)
    played = play(now.world, futures, seed, threads=threads, engine=engine)
    span = (situation.first_day, situation.days, situation.as_of)
    return Futures(
        as_of=situation.as_of,
        first_day=situation.first_day,
        days=situation.days,
        situation_sha256=files.sha256(situation),
        number=futures,
        seed=seed,
        level=level,
        policy=_stated(policy),
        weeks=fans.weeks(played, *span, level),
        moved=fans.fan(played.moved.sum(axis=1), "people", situation.as_of, level),
        unmet=fans.fan(played.unmet.sum(axis=1), "person-days", situation.as_of, level),
        first_journey=fans.first(played.first[0], *span),
        first_convoy=fans.first(played.first[1], *span),
        unknown=now.unknown,
        cases=now.cases,
        rates=now.rates,
    )


def of_plan(
    situation: Situation,
    plan: Plan,
    policy: Policy | None = None,
    *,
    futures: int = FUTURES,
    seed: int = 1,
    level: float = fans.LEVEL,
) -> PlanFutures:
    """Play a plan in many futures as it stands: which of its trips travel, and what comes of it, week by week.

    Nobody plans again: a trip that finds its road shut, or is turned back, does not travel on another day. Only
    doors make the difference; whether the plan is still legal otherwise, the checker and a repair say. The plan may
    be older than the situation: its trips are taken by their dates. Without a ``policy`` nobody is asked anew.

    Raises
    ------
    InputRefused
        Fewer than a hundred futures: too few for a fan. Or a trip takes longer than two months on the road.
    """
    _check_number(futures)
    policy = policy or Policy(ask=ASK_WAITING)
    trips = told.ahead(situation, plan)
    roads = told.roads_of_trips(situation, trips.trips, policy)
    found = told.play(situation, trips, roads, futures, seed)
    moved, unmet = told.come_of(situation, trips, np.ones((1, len(trips.trips)), bool))
    span = (situation.first_day, situation.days, situation.as_of)

    def share(count: int) -> Estimate:
        return fans.share(np.arange(futures) < count, situation.as_of, fans.AS_TOLD)

    return PlanFutures(
        as_of=situation.as_of,
        first_day=situation.first_day,
        days=situation.days,
        situation_sha256=files.sha256(situation),
        same_situation=files.sha256(situation) == plan.situation_sha256,
        number=futures,
        seed=seed,
        level=level,
        policy=_stated(policy),
        weeks=fans.weeks(found.played, *span, level, fans.AS_TOLD),
        moved=fans.fan(found.played.moved.sum(axis=1), "people", situation.as_of, level, fans.AS_TOLD),
        unmet=fans.fan(found.played.unmet.sum(axis=1), "person-days", situation.as_of, level, fans.AS_TOLD),
        people=int(moved.sum()),
        person_days_unmet=int(unmet.sum()),
        as_told=share(int(found.all_travelled.sum())),
        trips=tuple(
            TripFuture(
                trip.kind,
                trip.route,
                situation.first_day + timedelta(days=int(trips.days[n])),
                int(trips.people[n]),
                share(int(found.travelled[n])),
                share(int(found.turned_back[n])),
            )
            for n, trip in enumerate(trips.trips)
        ),
        gone_by=trips.others,
        unknown=roads.unknown,
        cases=roads.cases,
        rates=roads.rates,
    )


def _check_number(futures: int) -> None:
    if futures < 100:
        raise InputRefused(
            place="futures", found=str(futures), allowed="100 or more", remedy="Ask for more futures."
        )


def _stated(policy: Policy) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, str(getattr(policy, field.name))) for field in fields(policy))
