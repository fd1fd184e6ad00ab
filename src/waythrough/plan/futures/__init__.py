"""Futures: what may come of a situation when parties answer, or do not, and roads open and are stopped.

``simulate`` plays a situation many times under a stated rule of planning again. Every draw is a number
worked out from (seed, future, what it is for), so that the same future comes out on any machine, on any
number of processors, alone or among others; two situations compared with one seed meet the same luck.
"""

from __future__ import annotations

from dataclasses import fields

from waythrough.plan import files
from waythrough.plan.futures import fans
from waythrough.plan.futures.play import play
from waythrough.plan.futures.policy import Policy as Policy
from waythrough.plan.futures.world import board
from waythrough.terms.futures import Futures
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
    if futures < 100:
        raise InputRefused(
            place="futures", found=str(futures), allowed="100 or more", remedy="Ask for more futures."
        )
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
        policy=tuple((field.name, str(getattr(policy, field.name))) for field in fields(policy)),
        weeks=fans.weeks(played, *span, level),
        moved=fans.fan(played.moved.sum(axis=1), "people", situation.as_of, level),
        unmet=fans.fan(played.unmet.sum(axis=1), "person-days", situation.as_of, level),
        first_journey=fans.first(played.first[0], *span),
        first_convoy=fans.first(played.first[1], *span),
        unknown=now.unknown,
        cases=now.cases,
    )
