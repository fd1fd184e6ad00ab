"""Small steps from which ways to spoil a plan are put together: one thing replaced, the rest as it was."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from unit.plan.check.worlds import Case
from waythrough.plan.files import sha256
from waythrough.terms.planned import Aim, Plan, ReturnTrip, Seat
from waythrough.terms.situation import ConsentNow, HouseholdNow, RouteNow, Situation

Luck = random.Random


class NothingToSpoil(Exception):
    """This plan has nothing that could be spoiled in this way; another one has."""


def pick(luck: Luck, things: Any) -> Any:
    found = list(things)
    if not found:
        raise NothingToSpoil
    return luck.choice(found)


def told(s: Situation, p: Plan) -> Case:
    """A situation that turned out otherwise, with its hash mended, so that only the rule in question breaks."""
    return s, replace(p, situation_sha256=sha256(s))


def one(s: Situation, kind: str, name: str, **changes: Any) -> Situation:
    """The situation with one site, door, fleet … changed."""
    rows = tuple(replace(x, **changes) if x.id == name else x for x in getattr(s, kind))
    return replace(s, **{kind: rows})


def home(s: Situation, name: str, **changes: Any) -> Situation:
    return one(s, "households", name, **changes)


def convoy(p: Plan, n: int, **changes: Any) -> Plan:
    trips = list(p.convoys)
    trips[n] = replace(trips[n], **changes)
    return replace(p, convoys=tuple(trips))


def ride(p: Plan, n: int, **changes: Any) -> Plan:
    trips = list(p.returns)
    trips[n] = replace(trips[n], **changes)
    return replace(p, returns=tuple(trips))


def trip(p: Plan, kind: str, n: int, **changes: Any) -> Plan:
    return convoy(p, n, **changes) if kind == "convoy" else ride(p, n, **changes)


def aim(p: Plan, name: str, **changes: Any) -> Plan:
    return replace(p, aims=tuple(replace(a, **changes) if a.name == name else a for a in p.aims))


def aim_named(p: Plan, name: str) -> Aim:
    return next(a for a in p.aims if a.name == name)


def any_trip(luck: Luck, p: Plan) -> tuple[str, int, Any]:
    """Kind, number and trip."""
    every = [("convoy", n, t) for n, t in enumerate(p.convoys)] + [
        ("return", n, t) for n, t in enumerate(p.returns)
    ]
    found: tuple[str, int, Any] = pick(luck, every)
    return found


def seated(luck: Luck, s: Situation, p: Plan) -> tuple[int, ReturnTrip, int, HouseholdNow]:
    """Number of a return trip, the trip, number of a seat in it, and its household."""
    n = pick(luck, [n for n, t in enumerate(p.returns) if t.seats])
    k = pick(luck, range(len(p.returns[n].seats)))
    return n, p.returns[n], k, named(s, p.returns[n].seats[k].household)


def named(s: Situation, name: str) -> HouseholdNow:
    return next(h for h in s.households if h.id == name)


def on(s: Situation, t: Any) -> RouteNow:
    return next(r for r in s.routes if r.id == t.route)


def waiting(s: Situation, p: Plan) -> list[HouseholdNow]:
    going = {seat.household for t in p.returns for seat in t.seats}
    return [h for h in s.households if h.id not in going]


def with_seat(p: Plan, n: int, name: str, vehicle: int) -> Plan:
    return ride(p, n, seats=(*p.returns[n].seats, Seat(name, vehicle)))


def consents_of(h: HouseholdNow, who: str, **changes: Any) -> tuple[ConsentNow, ...]:
    """The household's consents, one adult's changed."""
    return tuple(replace(c, **changes) if c.adult == who else c for c in h.consents)


def aboard(s: Situation, t: ReturnTrip, vehicle: int | None = None) -> list[HouseholdNow]:
    return [named(s, x.household) for x in t.seats if vehicle is None or x.vehicle == vehicle]


def people(s: Situation, t: ReturnTrip) -> int:
    return sum(h.size for h in aboard(s, t))


def days_out(s: Situation, t: Any) -> int:
    return max(use.day_offset for use in on(s, t).out)


def below(luck: Luck, n: int) -> int:
    """A number from 0 to n − 1."""
    return int(pick(luck, range(n)))
