"""Ways to spoil trips, loads and what a plan says of itself. Each names the rule it breaks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from unit.plan.check.changing import (
    Luck,
    NothingToSpoil,
    aim,
    aim_named,
    any_trip,
    below,
    convoy,
    days_out,
    on,
    one,
    pick,
    ride,
    told,
    trip,
)
from unit.plan.check.worlds import Case
from waythrough.plan.check.facts import Facts
from waythrough.terms.planned import Certificate, Plan, PlanStep
from waythrough.terms.situation import Situation

# --- H2 routes and doors ----------------------------------------------------------------------------------


def unknown_route(luck: Luck, s: Situation, p: Plan) -> Case:
    kind, n, _ = any_trip(luck, p)
    return s, trip(p, kind, n, route=f"over the sea {luck.randint(0, 999)}")


def other_route(luck: Luck, s: Situation, p: Plan) -> Case:
    kind, n, t = any_trip(luck, p)
    other = pick(luck, [r.id for r in s.routes if r.id != t.route])
    return s, trip(p, kind, n, route=other, vehicles=t.vehicles + luck.randint(0, 9))


def other_day_outside(luck: Luck, s: Situation, p: Plan) -> Case:
    kind, n, _ = any_trip(luck, p)
    return s, trip(p, kind, n, day=luck.choice((-luck.randint(1, 99), s.days + luck.randint(0, 99))))


def shut(s: Situation, name: str, day: int) -> Situation:
    door = next(d for d in s.doors if d.id == name)
    is_open = list(door.open_days)
    is_open[day] = 0
    return one(s, "doors", name, open_days=tuple(is_open))


def shut_on_the_way(luck: Luck, s: Situation, p: Plan) -> Case:
    _, _, t = any_trip(luck, p)
    use = pick(luck, on(s, t).out)
    return told(shut(s, pick(luck, use.doors), t.day + use.day_offset), p)


def shut_on_the_way_home(luck: Luck, s: Situation, p: Plan) -> Case:
    _, _, t = any_trip(luck, p)
    use = pick(luck, on(s, t).back)
    return told(shut(s, pick(luck, use.doors), t.day + use.day_offset), p)


def nobody_to_ask(luck: Luck, s: Situation, p: Plan) -> Case:
    _, _, t = any_trip(luck, p)
    uses = tuple(replace(use, doors=()) for use in on(s, t).out)
    return told(one(s, "routes", t.route, out=uses), p)


def moved_by_days(luck: Luck, s: Situation, p: Plan) -> Case:
    """Breaks this rule or that, or none."""
    kind, n, t = any_trip(luck, p)
    return s, trip(p, kind, n, day=t.day + luck.choice((-3, -2, -1, 1, 2, 3)))


# --- H7 fleets, H10 caps ----------------------------------------------------------------------------------


def unknown_fleet(luck: Luck, s: Situation, p: Plan) -> Case:
    kind, n, _ = any_trip(luck, p)
    return s, trip(p, kind, n, fleet=f"camels {luck.randint(0, 999)}")


def fleet_for_something_else(luck: Luck, s: Situation, p: Plan) -> Case:
    kind, n, t = any_trip(luck, p)
    if luck.random() < 0.5:
        return told(one(s, "fleets", t.fleet, routes=(f"other road {luck.randint(0, 999)}",)), p)
    fleet = "trucks" if kind == "return" else luck.choice(("coaches", "vans"))
    return s, trip(p, kind, n, fleet=fleet, vehicles=t.vehicles + luck.randint(0, 9))


def no_vehicle(luck: Luck, s: Situation, p: Plan) -> Case:
    kind, n, _ = any_trip(luck, p)
    return s, trip(p, kind, n, vehicles=-luck.randint(0, 200))


def too_many_vehicles(luck: Luck, s: Situation, p: Plan) -> Case:
    kind, n, t = any_trip(luck, p)
    if luck.random() < 0.5:
        return told(one(s, "fleets", t.fleet, count=below(luck, t.vehicles)), p)
    there = next(f.count for f in s.fleets if f.id == t.fleet)
    return s, trip(p, kind, n, vehicles=there + luck.randint(1, 99))


def fewer_vehicles_through(luck: Luck, s: Situation, p: Plan) -> Case:
    _, _, t = any_trip(luck, p)
    name = pick(luck, [d for use in (*on(s, t).out, *on(s, t).back) for d in use.doors])
    return told(one(s, "doors", name, max_vehicles=below(luck, t.vehicles)), p)


def goods_not_let_through(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, [t for t in p.convoys if any(t.load_g.values())])
    name = pick(luck, [d for use in on(s, t).out for d in use.doors])
    kept = tuple(g for g in t.load_g if luck.random() < 0.4)[: len(t.load_g) - 1]
    return told(one(s, "doors", name, goods=(*kept, f"goods {luck.randint(0, 999)}")), p)


# --- H11 to H13 goods -------------------------------------------------------------------------------------


def arriving(s: Situation, p: Plan) -> dict[tuple[str, str], int]:
    """What is left of each good that arrives at a site, in the evening of the first such day, if anything."""
    f = Facts(s, p)
    from waythrough.plan.check import supply

    came, people, found = supply.arrivals(f), supply.population(f, nobody_left=False), {}
    for site in s.sites:
        for good in s.goods:
            evenings = supply._eaten(site, good, people[site.id], came)
            for day, (_, left) in enumerate(evenings):
                if came[site.id, day, good.id] and left > 0:
                    found.setdefault((site.id, good.id), left)
    return found


def smaller_shed(luck: Luck, s: Situation, p: Plan) -> Case:
    left = arriving(s, p)
    name, good = pick(luck, left)
    site = next(x for x in s.sites if x.id == name)
    cap = {**site.storage_g, good: luck.randrange(left[name, good])}
    return told(one(s, "sites", name, storage_g=cap), p)


def load(p: Plan, n: int, **grams: int) -> Plan:
    return convoy(p, n, load_g={**p.convoys[n].load_g, **grams})


def unknown_good(luck: Luck, s: Situation, p: Plan) -> Case:
    return s, load(p, below(luck, len(p.convoys)), **{f"sand {luck.randint(0, 99)}": luck.randint(0, 9)})


def less_than_nothing(luck: Luck, s: Situation, p: Plan) -> Case:
    return s, load(p, below(luck, len(p.convoys)), soap=-luck.randint(1, 9_999))


def too_heavy(luck: Luck, s: Situation, p: Plan) -> Case:
    n = below(luck, len(p.convoys))
    t = p.convoys[n]
    limit = t.vehicles * next(f.payload_g for f in s.fleets if f.id == t.fleet)
    return s, load(p, n, water=limit + luck.randint(1, 99_999))


def convoy_too_small_or_large(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, p.convoys)
    n = sum(x.vehicles for x in p.convoys if (x.route, x.day) == (t.route, t.day))
    if luck.random() < 0.3:
        return told(replace(s, max_convoy_vehicles=below(luck, n)), p)
    return told(replace(s, min_convoy_vehicles=n + luck.randint(1, 999)), p)


def convoys_too_close(luck: Luck, s: Situation, p: Plan) -> Case:
    days = Counter((t.site, t.day) for t in p.convoys)
    gaps = [abs(a - b) for x, a in days for y, b in days if x == y and a != b]
    return told(replace(s, convoy_spacing_days=pick(luck, gaps) + luck.randint(1, 999)), p)


def store_holds_less(luck: Luck, s: Situation, p: Plan) -> Case:
    t = pick(luck, p.convoys)
    good = pick(luck, [g for g, grams in t.load_g.items() if grams > 0])
    store = next(w for w in s.warehouses if w.id == t.warehouse)
    receipts = tuple(r for r in store.receipts if r.good != good)
    if luck.random() < 0.5:
        late = tuple(replace(r, day=s.days + luck.randint(0, 99)) for r in store.receipts)
        return told(one(s, "warehouses", store.id, stock_g={}, receipts=late), p)
    held = {**store.stock_g, good: luck.randrange(t.load_g[good])}
    return told(one(s, "warehouses", store.id, stock_g=held, receipts=receipts), p)


# --- what it says of itself -------------------------------------------------------------------------------


def off(luck: Luck, n: int) -> int:
    return n + luck.choice((-1, 1)) * luck.randint(1, 9_999)


def stated(name: str) -> Any:
    def spoil(luck: Luck, s: Situation, p: Plan) -> Case:
        return s, replace(p, **{name: off(luck, getattr(p, name))})

    return spoil


def by_good(luck: Luck, s: Situation, p: Plan) -> Case:
    good = pick(luck, p.unmet_by_good)
    return s, replace(p, unmet_by_good={**p.unmet_by_good, good: off(luck, p.unmet_by_good[good])})


def not_seated(luck: Luck, s: Situation, p: Plan) -> Case:
    return s, replace(p, not_seated={**p.not_seated, "somewhere": luck.randint(1, 9_999)})


def other_hash(luck: Luck, s: Situation, p: Plan) -> Case:
    if luck.random() < 0.5:
        return s, replace(p, situation_sha256=f"{luck.getrandbits(256):064x}")
    return one(s, "sites", pick(luck, s.sites).id, people=luck.randint(100, 9_999)), p


def other_span(luck: Luck, s: Situation, p: Plan) -> Case:
    return s, replace(p, days=s.days + luck.randint(1, 9_999))


def aims_in_disorder(luck: Luck, s: Situation, p: Plan) -> Case:
    rows = list(p.aims)
    luck.shuffle(rows)
    rows = rows[: luck.randint(1, 5)]
    if [a.name for a in rows] == [a.name for a in p.aims]:
        raise NothingToSpoil
    return s, replace(p, aims=tuple(rows))


def aim_worth_more(luck: Luck, s: Situation, p: Plan) -> Case:
    a = pick(luck, p.aims)
    return s, aim(p, a.name, value=off(luck, a.value))


def aim_turned(luck: Luck, s: Situation, p: Plan) -> Case:
    a = pick(luck, p.aims)
    return s, aim(p, a.name, sense="max" if a.sense == "min" else "min")


def beyond_its_bound(luck: Luck, s: Situation, p: Plan) -> Case:
    a = pick(luck, p.aims)
    k = luck.randint(1, 9_999)
    return s, aim(p, a.name, bound=a.value - k if a.sense == "max" else a.value + k)


def aim_too_large(luck: Luck, s: Situation, p: Plan) -> Case:
    a = pick(luck, p.aims)
    return s, aim(p, a.name, bound=2**53 + luck.randint(0, 9_999))


def step_missing(luck: Luck, s: Situation, p: Plan) -> Case:
    n = below(luck, len(p.steps))
    how = luck.randint(0, 2)
    rows = list(p.steps)
    if how == 0:
        rows[n] = replace(rows[n], day=off(luck, rows[n].day))
    elif how == 1:
        rows.append(PlanStep(luck.randrange(s.days), rows[n].kind, 99 + luck.randint(0, 999), ()))
    else:
        del rows[n]
    return s, replace(p, steps=tuple(rows))


def gate_missing(luck: Luck, s: Situation, p: Plan) -> Case:
    rows = list(p.steps)
    n = pick(luck, [n for n, step in enumerate(rows) if step.gates])
    lost = pick(luck, rows[n].gates).about
    rows[n] = replace(rows[n], gates=tuple(g for g in rows[n].gates if g.about != lost))
    return s, replace(p, steps=tuple(rows))


# --- proof ------------------------------------------------------------------------------------------------


def priced(p: Plan, **prices: int) -> Plan:
    before = p.certificate.prices if p.certificate else {}
    return replace(p, certificate=Certificate({**before, **prices}))


def price_of_nothing(luck: Luck, s: Situation, p: Plan) -> Case:
    name = pick(luck, p.certificate.prices if p.certificate else ())
    if luck.random() < 0.5:
        return s, priced(p, **{name: -luck.randint(1, 999)})
    return s, priced(p, **{f"{name}{luck.randint(1_000, 9_999)}": luck.randint(0, 9)})


def proof_without_prices(luck: Luck, s: Situation, p: Plan) -> Case:
    how = luck.randint(0, 2)
    if how == 0:
        return s, replace(p, certificate=None)
    a = pick(luck, [a for a in p.aims if a.name != "journeys"])
    return s, aim(
        p,
        a.name,
        proof="prices" if how == 1 else f"word of {luck.randint(0, 999)}",
        bound=a.bound - luck.randint(0, 99),
    )


def bound_too_good(luck: Luck, s: Situation, p: Plan) -> Case:
    a = aim_named(p, "journeys")
    return s, aim(p, "journeys", bound=a.bound - luck.randint(1, max(1, a.bound - a.value)))


def prices_changed(luck: Luck, s: Situation, p: Plan) -> Case:
    """The bound may follow no more, or follow all the better."""
    name = pick(luck, p.certificate.prices if p.certificate else ())
    return s, priced(p, **{name: luck.randint(0, 500)})


def capacity_changed(luck: Luck, s: Situation, p: Plan) -> Case:
    """A bound that followed for what was known before need not follow now."""
    f = pick(luck, s.fleets)
    return told(one(s, "fleets", f.id, count=luck.randint(1, 9), seats=luck.randint(0, 60)), p)


def household_changed(luck: Luck, s: Situation, p: Plan) -> Case:
    h = pick(luck, s.households)
    return told(one(s, "households", h.id, weight=luck.randint(1, 9), size=luck.randint(1, 9)), p)


def load_moved(luck: Luck, s: Situation, p: Plan) -> Case:
    n = below(luck, len(p.convoys))
    good = pick(luck, p.convoys[n].load_g)
    return s, load(p, n, **{good: luck.randint(0, 400_000)})


def later_arrival(luck: Luck, s: Situation, p: Plan) -> Case:
    _, _, t = any_trip(luck, p)
    uses = tuple(replace(use, day_offset=use.day_offset + luck.randint(0, 2)) for use in on(s, t).out)
    return told(one(s, "routes", t.route, out=uses), p)


def rides_doubled(luck: Luck, s: Situation, p: Plan) -> Case:
    n = below(luck, len(p.returns))
    t = p.returns[n]
    return s, ride(
        p, n, day=t.day + luck.randint(0, 1), vehicles=t.vehicles + luck.randint(0, 2) + days_out(s, t)
    )


SPOILED = {
    "route-known": (unknown_route,),
    "route-matches": (other_route,),
    "day-in-horizon": (other_day_outside,),
    "door-shut": (shut_on_the_way, nobody_to_ask),
    "door-shut-return": (shut_on_the_way_home,),
    "fleet-known": (unknown_fleet,),
    "fleet-route": (fleet_for_something_else,),
    "vehicles-positive": (no_vehicle,),
    "fleet-size": (too_many_vehicles,),
    "vehicle-cap": (fewer_vehicles_through,),
    "goods-at-door": (goods_not_let_through,),
    "storage-cap": (smaller_shed,),
    "load-known-good": (unknown_good,),
    "load-not-negative": (less_than_nothing,),
    "payload": (too_heavy,),
    "convoy-size": (convoy_too_small_or_large,),
    "convoy-spacing": (convoys_too_close,),
    "warehouse-stock": (store_holds_less,),
    "unmet-if-nobody-left": (stated("unmet_if_nobody_left"),),
    "unmet-total": (stated("unmet_person_days"),),
    "unmet-by-good": (by_good,),
    "certificate-prices": (price_of_nothing,),
    "certificate-missing": (proof_without_prices,),
    "certificate-bound": (bound_too_good,),
    "situation-hash": (other_hash,),
    "as-of": (other_span,),
    "people-moved-total": (stated("people_moved"),),
    "not-seated-total": (not_seated,),
    "flagged-consents-total": (stated("flagged_consents"),),
    "aims-in-order": (aims_in_disorder,),
    "aim-value": (aim_worth_more,),
    "aim-sense": (aim_turned,),
    "bound-side": (beyond_its_bound,),
    "aim-size": (aim_too_large,),
    "step-for-trip": (step_missing,),
    "step-gates": (gate_missing,),
    "": (
        moved_by_days,
        prices_changed,
        capacity_changed,
        household_changed,
        load_moved,
        later_arrival,
        rides_doubled,
    ),
}
"""Rule → ways to break it; under no rule stand ways that break this one or that, or none."""
