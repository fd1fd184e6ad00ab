"""What may come of a situation, over many invented futures: fans and chances, never one date. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from waythrough.terms.estimates import Estimate

SCHEMA = "waythrough/futures/1"


@dataclass(frozen=True)
class WeekFan:
    """One week of all futures. ``moved`` is people who have left by its end, counted from the first day;
    ``unmet`` is person-days short of life-saving goods within it, counted as if nobody left.
    """

    first: date
    last: date
    moved: Estimate
    unmet: Estimate


@dataclass(frozen=True)
class FirstDay:
    """When something happens for the first time: the share of futures in which it does within the horizon,
    and the days by which it has in a tenth, in half and in nine tenths of all futures (None: in fewer).
    """

    chance: Estimate
    early: date | None
    middle: date | None
    late: date | None


@dataclass(frozen=True)
class Futures:
    """A situation played many times under a stated rule, parties answering as is believed of them.

    In each estimate ``value`` is the middle future, and ``low`` to ``high`` hold the share ``level`` of all
    futures; its note says how far that would move if as many other futures were drawn. ``policy`` is the
    rule, field by field. ``unknown`` are doors somebody would ask at, of which nothing is known: they stay as
    they are in every future. ``cases`` is how many decided requests the least known party's forecast rests
    on.
    """

    as_of: date
    first_day: date
    days: int
    situation_sha256: str
    number: int
    seed: int
    level: float
    policy: tuple[tuple[str, str], ...]
    weeks: tuple[WeekFan, ...]
    moved: Estimate
    unmet: Estimate
    first_journey: FirstDay
    first_convoy: FirstDay
    unknown: tuple[str, ...] = ()
    cases: int = 0
    schema: str = SCHEMA
