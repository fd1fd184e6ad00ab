"""Small invented situations with everything a situation can say, and legal plans for them, made without the planner.

A plan is put together by trial: one convoy or family after the other, kept where the readable checker finds
nothing wrong. It is far from good, which is no matter here; what matters is that it is legal and says so.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from waythrough.plan.check import certificate, check
from waythrough.plan.check.certificate import Prices
from waythrough.plan.check.facts import Facts
from waythrough.plan.check.rules import NAMES
from waythrough.plan.check.supply import unmet
from waythrough.plan.files import sha256
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.planned import (
    Aim,
    Certificate,
    ConvoyTrip,
    Gate,
    Plan,
    PlanStep,
    ReturnTrip,
    Seat,
    Standby,
)
from waythrough.terms.situation import (
    ConsentNow,
    DestinationNow,
    DoorNow,
    FleetNow,
    Good,
    HouseholdNow,
    LegUse,
    Promise,
    Receipt,
    RouteNow,
    SiteNow,
    Situation,
    WarehouseNow,
)

Case = tuple[Situation, Plan]

ENDS, SITES, STORES, ZONES = (
    ("lake", "mill", "port"),
    ("camp", "fort"),
    ("east", "west"),
    ("hill", "marsh", "plain"),
)
NOT_HARD = {*NAMES["stated"], *NAMES["H14"], *NAMES["proof"]}
"""Rules about what a plan says of itself: true of a plan put together by trial only once it is done."""


# --- the situation ----------------------------------------------------------------------------------------


def world(seed: int, homes: int = 18) -> Situation:
    """Two sites, two stores, three towns; windows, caps, receipts, changes and kin drawn by the seed."""
    luck = random.Random(seed)
    days = luck.randint(9, 16)
    return Situation(
        as_of=date(2031, 3, 1),
        first_day=date(2031, 3, 2),
        days=days,
        time_zone="UTC",
        ledger=f"invented {seed}",
        sites=tuple(site(name, days, luck) for name in SITES),
        goods=(Good("food", 500, True), Good("soap", 10, False), Good("water", 2_000, True)),
        warehouses=tuple(store(name, days, luck) for name in STORES),
        destinations=tuple(town(name, luck) for name in ENDS),
        doors=tuple(door(f"{p} {zone}", days, luck) for p in ("aid", "return") for zone in ZONES),
        routes=(
            *(route("aid", s, e, luck) for s in SITES for e in STORES),
            *(route("return", s, e, luck) for s in SITES for e in ENDS),
        ),
        fleets=(
            FleetNow("coaches", "return", 2, luck.randint(14, 18), 2, 0, (), luck.randint(1, 2), 1),
            FleetNow("trucks", "aid", luck.randint(4, 6), 0, 0, 400_000),
            FleetNow("vans", "return", 2, 7, 1, 0, (), 1, 2),
        ),
        households=tuple(household(n, days, luck) for n in range(homes)),
        consent_margin_days=luck.randint(0, 2),
        convoy_spacing_days=luck.randint(1, 3),
        min_convoy_vehicles=luck.randint(1, 2),
        max_convoy_vehicles=5,
        zone_risk={"hill": luck.randint(1, 5), "plain": luck.randint(1, 5)},
        policy="invented policy",
    )


def site(name: str, days: int, luck: random.Random) -> SiteNow:
    people = luck.randint(60, 90)
    return SiteNow(
        name,
        people,
        {"food": luck.randint(0, 3) * 40_000, "water": luck.randint(0, 2) * 150_000},
        ("food", "water"),
        {"food": luck.randint(300, 500) * 1_000, "water": 1_500_000} if luck.random() < 0.8 else {},
        luck.choice((None, 20, 30)),
        tuple(luck.randint(-2, 2) for _ in range(luck.choice((0, days, days - 3)))),
        luck.randint(1, 3),
    )


def store(name: str, days: int, luck: random.Random) -> WarehouseNow:
    later = Receipt(luck.choice(("food", "water")), luck.randint(1, days // 2), luck.randint(50, 300) * 1_000)
    return WarehouseNow(
        name, {"food": 400_000, "water": luck.randint(400, 900) * 1_000, "soap": 40_000}, (later,)
    )


def town(name: str, luck: random.Random) -> DestinationNow:
    per_day, per_week, total = luck.choice(
        ((20, None, None), (None, 25, None), (20, 25, 50), (None, None, 40), (16, 30, None))
    )
    return DestinationNow(name, per_day, total, luck.random() < 0.05, "harm reported", (), per_week)


def door(name: str, days: int, luck: random.Random) -> DoorNow:
    is_open = [int(luck.random() < 0.85) for _ in range(days)]
    goods = ("food", "water") if name.startswith("aid") and luck.random() < 0.3 else ()
    caps = {"max_vehicles": luck.choice((None, 6)), "max_people": luck.choice((None, 24))}
    return DoorNow(name, f"party of {name}", "open", tuple(is_open), luck.random() < 0.5, goods=goods, **caps)


def route(purpose: str, where: str, end: str, luck: random.Random) -> RouteNow:
    zones = luck.sample(ZONES, luck.randint(1, 2))
    out = tuple(LegUse(f"road {z}", z, 20.0, 1.0, n, (f"{purpose} {z}",)) for n, z in enumerate(zones))
    home = luck.randint(len(zones) - 1, len(zones))
    back = tuple(replace(use, day_offset=home) for use in reversed(out))
    extra = (f"{purpose} {luck.choice(ZONES)}",) if luck.random() < 0.2 else ()
    return RouteNow(f"{purpose} {where} {end}", purpose, where, end, out, back, extra, luck.randint(1, 2))


def household(n: int, days: int, luck: random.Random) -> HouseholdNow:
    size = luck.randint(1, 6)
    adults = tuple(f"{n}-{a}" for a in range(min(size, luck.randint(1, 2))))
    choices = tuple(luck.sample(ENDS, luck.randint(1, 3)))
    kin = luck.choice(("ash", "oak")) if luck.random() < 0.2 else ""
    if kin:
        choices = ("lake", "port")
    return HouseholdNow(
        id=f"h{n:03d}",
        site="camp" if kin else luck.choice(SITES),
        size=size,
        special=int(luck.random() < 0.15),
        weight=luck.randint(1, 4),
        adults=adults,
        choices=choices,
        consents=tuple(c for a in adults for e in choices for c in consents(a, e, days, luck)),
        data_consent=dict.fromkeys(adults, luck.choice((days, days, days // 2))),
        kin_group=kin,
        wishes_to_leave=luck.choice((True, False, None)),
        refused=luck.random() < 0.04,
        stretchers=int(size > 1 and luck.random() < 0.15),
    )


def consents(adult: str, end: str, days: int, luck: random.Random) -> Iterable[ConsentNow]:
    if luck.random() < 0.06:
        return
    first = luck.randint(-5, 2)
    last = first + luck.randint(6, days + 9)
    flags = ("pressure_reported",) if luck.random() < 0.1 else ()
    yield ConsentNow(adult, end, VOLUNTARY_RETURN, first, last, f"{adult} to {end}", flags)
    if luck.random() < 0.2:
        yield ConsentNow(adult, end, VOLUNTARY_RETURN, last + 2, last + 12, f"{adult} to {end} again")


# --- a legal plan -----------------------------------------------------------------------------------------


def case(seed: int, homes: int = 18) -> Case:
    """A situation and a legal plan for it that also promises, stands by and proves."""
    luck = random.Random(-1 - seed)
    s = world(seed, homes)
    p = draft(s)
    for _ in range(14):
        p = kept(s, p, with_convoy(s, p, luck))
    groups: dict[tuple[str, str], list[HouseholdNow]] = {}
    for home in s.households:
        groups.setdefault((home.site, home.kin_group or home.id), []).append(home)
    for members in groups.values():
        for _ in range(6):
            more = with_family(s, p, members, luck)
            if more != p and hard(s, more) == 0:
                p = more
                break
    s = replace(s, **promises(p, luck))
    p = finished(s, replace(p, standby=standing_by(s, p, luck)))
    return proven(s, p, luck)


def draft(s: Situation) -> Plan:
    nothing = dict.fromkeys(
        ("unmet_if_nobody_left", "unmet_person_days", "people_moved", "flagged_consents"), 0
    )
    return Plan(
        situation_sha256=sha256(s), as_of=s.as_of, first_day=s.first_day, days=s.days, convoys=(), returns=(),
        aims=(), steps=(), blockers=(), not_seated={}, solver="by trial", **nothing,
    )  # fmt: skip


def hard(s: Situation, p: Plan) -> int:
    """How many breaches of hard rules there are, those of what it says of itself aside."""
    return sum(breach.rule not in NOT_HARD for breach in check(s, p, slow=True))


def kept(s: Situation, before: Plan, after: Plan) -> Plan:
    return after if hard(s, after) == 0 else before


def with_convoy(s: Situation, p: Plan, luck: random.Random) -> Plan:
    r = luck.choice([r for r in s.routes if r.purpose == "aid"])
    n = luck.randint(2, 4)
    load = {"food": luck.randint(50, 90) * 500 * n, "water": luck.randint(40, 100) * 2_000 * n}
    if luck.random() < 0.3:
        load["soap"] = 500
    trip = ConvoyTrip(r.id, r.end, r.site, luck.randrange(s.days), "trucks", n, load)
    return replace(p, convoys=(*p.convoys, trip))


def with_family(s: Situation, p: Plan, members: list[HouseholdNow], luck: random.Random) -> Plan:
    """The plan with these households on one trip: one that goes already if it can be, or a new one."""
    ends = [r for r in s.routes if (r.purpose, r.site) == ("return", members[0].site)]
    r, day = luck.choice(ends), luck.randrange(s.days)
    going = [
        n
        for n, t in enumerate(p.returns)
        if t.site == members[0].site and t.destination in members[0].choices
    ]
    trips = list(p.returns)
    if going and luck.random() < 0.7:
        at = luck.choice(going)
    else:
        at = len(trips)
        fleet = luck.choice(("coaches", "vans"))
        trips.append(ReturnTrip(r.id, r.site, r.end, day, fleet, luck.randint(1, 2), ()))
    t = trips[at]
    trips[at] = replace(t, seats=(*t.seats, *(Seat(h.id, luck.randrange(t.vehicles)) for h in members)))
    return replace(p, returns=tuple(trips))


def promises(p: Plan, luck: random.Random) -> dict[str, object]:
    """Some were told what the plan says now; frozen are no more days than those whose passengers all were."""
    rides = [t for t in p.returns if luck.random() < 0.7]
    told = [Promise(seat.household, t.destination, t.day) for t in rides for seat in t.seats]
    new = min([t.day for t in p.returns if t not in rides], default=p.days)
    return {"promised": tuple(told), "frozen_days": luck.randint(0, new)}


def standing_by(s: Situation, p: Plan, luck: random.Random) -> tuple[Standby, ...]:
    going = {seat.household for t in p.returns for seat in t.seats}
    found: dict[tuple[str, int], list[str]] = {}
    for home in s.households:
        if home.id in going or home.kin_group:
            continue
        for t in p.returns:
            one = Standby(t.route, t.day, (home.id,))
            if luck.random() < 0.7 and hard(s, replace(p, standby=(one,))) == 0:
                found.setdefault((t.route, t.day), []).append(home.id)
                break
    return tuple(Standby(r, day, tuple(homes)) for (r, day), homes in sorted(found.items()))


def finished(s: Situation, p: Plan) -> Plan:
    """The plan with its hash, totals, aims and steps as they are counted."""
    p = replace(p, situation_sha256=sha256(s))
    f = Facts(s, p)
    staying, left = unmet(f, nobody_left=True), unmet(f, nobody_left=False)
    risk, worst = s.zone_risk, max(s.zone_risk.values(), default=0)
    uses = {r.id: (*r.out, *r.back) for r in s.routes}
    every = [*p.convoys, *p.returns]
    exposure = sum(
        t.vehicles * sum(risk.get(u.zone, worst) * round(u.hours * 60) for u in uses[t.route]) for t in every
    )
    metres = sum(t.vehicles * sum(round(u.km * 1000) for u in uses[t.route]) for t in every)
    aims = (
        Aim("unmet_if_nobody_left", sum(staying.values()), 0, "min", "person-day"),
        Aim("journeys", f.points, f.points + 10, "max", "point"),
        Aim("unmet_remaining", sum(left.values()), 0, "min", "person-day"),
        Aim("exposure", exposure, 0, "min", "risk-weighted vehicle-minute"),
        Aim("distance", metres, 0, "min", "vehicle-metre"),
    )
    steps = [
        PlanStep(t.day, kind, n, tuple(Gate("door", name) for name in sorted(named(s, t.route))))
        for kind, trips in (("convoy", p.convoys), ("return", p.returns))
        for n, t in enumerate(trips)
    ]
    return replace(
        p, aims=aims, steps=tuple(steps), people_moved=sum(f.people), flagged_consents=f.flagged,
        unmet_if_nobody_left=sum(staying.values()), unmet_person_days=sum(left.values()), unmet_by_good=left,
        not_seated={"not_said": len(s.households) - f.homes_seated},
    )  # fmt: skip


def named(s: Situation, name: str) -> set[str]:
    """The doors of a route."""
    r = next(r for r in s.routes if r.id == name)
    return {d for use in (*r.out, *r.back) for d in use.doors} | set(r.extra_doors)


def proven(s: Situation, p: Plan, luck: random.Random) -> Case:
    """The plan with prices drawn at random, and the bound that follows from them."""
    rows = sorted(Prices(Facts(s, replace(p, certificate=Certificate({})))).named)
    prices = {name: luck.randint(0, 60) for name in luck.sample(rows, len(rows) // 3)}
    p = replace(p, certificate=Certificate(prices))
    f = Facts(s, p)
    aims = list(p.aims)
    aims[1] = replace(aims[1], bound=certificate.bound(f, Prices(f)), proof="prices")
    return s, replace(p, aims=tuple(aims))
