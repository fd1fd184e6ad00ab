"""What may come of a situation, over many invented futures: fans and chances, never one date. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from waythrough.terms.estimates import Estimate

SCHEMA = "waythrough/futures/1"
PLAN_SCHEMA = "waythrough/plan-futures/1"


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
class PartyRates:
    """At which rates the yeses of a party end early and are not kept in the futures, and the record they rest on.

    The stated assumption counts as one case, and the record on top of it: ``ended_early`` of its windows in
    ``open_days``, ``stopped`` of ``tried`` movements. With no record the rates are the assumption.
    """

    party: str
    suspended_per_1000_days: float
    impeded_percent: float
    open_days: int = 0
    ended_early: int = 0
    tried: int = 0
    stopped: int = 0


@dataclass(frozen=True)
class Futures:
    """A situation played many times under a stated rule, parties answering as is believed of them.

    In each estimate ``value`` is the middle future, and ``low`` to ``high`` hold the share ``level`` of all
    futures; its note says how far that would move if as many other futures were drawn. ``policy`` is the
    rule, field by field. ``unknown`` are doors somebody would ask at, of which nothing is known: they stay as
    they are in every future. ``cases`` is how many decided requests the least known party's forecast rests
    on. ``rates`` are those of parties with a record of yeses; for all others ``policy`` states them.
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
    rates: tuple[PartyRates, ...] = ()
    schema: str = SCHEMA


@dataclass(frozen=True)
class TripFuture:
    """One trip of a plan over all futures: it travels as told, or finds its road shut, or is turned back.

    ``people`` are those of a journey's households. ``travels`` is the share of futures in which it goes on its
    day; ``turned_back`` that in which every door is open and a party lets nothing pass that day all the same. In the
    rest a door is not open: the answer is late or a no, or the window has ended early.
    """

    kind: str
    route: str
    day: date
    people: int
    travels: Estimate
    turned_back: Estimate


@dataclass(frozen=True)
class PlanFutures:
    """A plan played many times as it stands: nobody plans again, and a trip that cannot go is not made up for.

    Estimates as in `Futures`, but that ``unmet`` counts those who are still there, as a plan does. ``people`` and
    ``person_days_unmet`` are what comes of it when every trip still ahead travels as told; ``as_told`` is the
    share of futures in which they all do. ``gone_by`` counts trips of the plan before the first day or after the last.
    ``same_situation`` is False where the plan was made from another situation than the one played.
    """

    as_of: date
    first_day: date
    days: int
    situation_sha256: str
    same_situation: bool
    number: int
    seed: int
    level: float
    policy: tuple[tuple[str, str], ...]
    weeks: tuple[WeekFan, ...]
    moved: Estimate
    unmet: Estimate
    people: int
    person_days_unmet: int
    as_told: Estimate
    trips: tuple[TripFuture, ...]
    gone_by: int
    unknown: tuple[str, ...] = ()
    cases: int = 0
    rates: tuple[PartyRates, ...] = ()
    schema: str = PLAN_SCHEMA
