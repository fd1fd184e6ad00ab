"""Why not: a question about a household, a destination, a route, a day or an aim, answered from a plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from waythrough.actions.choose import Chosen
from waythrough.plan import why as rules
from waythrough.plan.why import targets
from waythrough.terms.planned import Plan, Reason, ReturnTrip
from waythrough.terms.problems import InputRefused, NotFound
from waythrough.terms.situation import Situation
from waythrough.terms.spelling import nearest
from waythrough.terms.when import parse_day
from waythrough.terms.whys import DestinationWhy, RouteWhy, TargetWhy, few_together, hushed


@dataclass(frozen=True)
class Why:
    """The answer, of the kind the question was about; the others stay empty."""

    about: str
    kind: str
    seat: ReturnTrip | None = None
    reasons: tuple[Reason, ...] = ()
    destination: DestinationWhy | None = None
    routes: tuple[RouteWhy, ...] = ()
    target: TargetWhy | None = None


def why(chosen: Chosen, about: str, to: str = "", on: str = "", by: str = "") -> Why:
    """Why not this household (``to`` a destination, ``on`` a day), this destination, this route, this day, or this aim.

    An aim is a group (everyone, most-vulnerable, weight-N) that should have left ``by`` a day. What one adult did or
    did not allow is never told of one household or of few: the other adult would know who it was.

    Raises
    ------
    NotFound
        ``about`` is nothing of the situation.
    InputRefused
        A day outside the plan, or a group without a day.
    """
    now, plan = chosen.situation, chosen.plan
    is_aim = about in (targets.EVERYONE, targets.MOST_VULNERABLE) or about.startswith(targets.WEIGHT)
    if is_aim and not by:
        raise InputRefused(
            place="--until",
            found="no day",
            allowed=f"{now.first_day} to {now.day(now.days - 1)}, or 0 to {now.days - 1}",
            remedy=f"An aim is a group and a day: waythrough plan why {about} --until {now.day(now.days - 1)}.",
        )
    day = day_of(now, on, "--on") if on else None
    if is_aim:
        return Why(about, "target", target=_aim(now, plan, about, day_of(now, by, "--until")))
    if about in {end.id for end in now.destinations}:
        found = rules.why_destination(now, plan, about)
        return Why(about, "destination", destination=replace(found, others=few_together(found.others)))
    if about in {route.id for route in now.routes}:
        return Why(about, "route", routes=(rules.why_route(now, plan, about, day),))
    if about in now.households.columns.ids:
        seat = next((t for t in plan.returns if any(s.household == about for s in t.seats)), None)
        reasons = rules.why_not(now, plan, about, to, day)
        return Why(about, "household", seat, tuple(replace(r, code=hushed(r.code)) for r in reasons))
    if about[:4].isdecimal():
        return Why(about, "day", routes=tuple(rules.why_day(now, plan, day_of(now, about, "the day"))))
    ids = [*(e.id for e in now.destinations), *(r.id for r in now.routes), *now.households.columns.ids]
    raise NotFound(what="household, destination, route, day or group", id=about, near=nearest(about, ids))


def _aim(now: Situation, plan: Plan, group: str, day: int) -> TargetWhy:
    found = targets.why_target(now, plan, group, day)
    return replace(found, never=few_together(found.never))


def day_of(now: Situation, text: str, place: str) -> int:
    """A day of the plan, written as a date or as its number from 0.

    Raises
    ------
    InputRefused
        It is not in the plan, or none was given.
    """
    found: int | date = int(text) if text.isdecimal() and len(text) < 4 else parse_day(text, place)
    number = found if isinstance(found, int) else (found - now.first_day).days
    if not 0 <= number < now.days:
        raise InputRefused(
            place=place,
            found=text,
            allowed=f"{now.first_day} to {now.day(now.days - 1)}, or 0 to {now.days - 1}",
            remedy="Name a day of the plan.",
        )
    return number
