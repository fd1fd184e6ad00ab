"""What a plan states of itself: its situation, its totals, its aims and their bounds, its steps."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

from waythrough.plan.check.facts import RETURN_KIND, Facts, Found
from waythrough.terms.codec import to_body
from waythrough.terms.planned import ConvoyTrip, ReturnTrip
from waythrough.terms.situation import HouseholdNow, RouteNow

LARGEST_EXACT = 2**53
"""Whole numbers up to here survive every JSON reader."""


def _same_situation(f: Facts) -> Found:
    text = json.dumps(to_body(f.situation), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    found = hashlib.sha256(text.encode("utf-8")).hexdigest()
    if f.plan.situation_sha256 != found:
        yield (
            "situation-hash",
            "plan",
            f"made from {f.plan.situation_sha256[:12]}, this situation is {found[:12]}",
        )
    for name in ("as_of", "first_day", "days"):
        ours, theirs = getattr(f.situation, name), getattr(f.plan, name)
        if ours != theirs:
            yield "as-of", "plan", f"{name} is {theirs} in the plan, {ours} in the situation"


# --- totals -----------------------------------------------------------------------------------------------


def _unmet(f: Facts, *, nobody_left: bool) -> dict[str, int]:
    """Person-days short of each life-saving good, counted day by day from the loads as they arrive."""
    gone: Counter[tuple[str, int]] = Counter()
    if not nobody_left:
        for _, ride, home, _ in f.seated():
            gone[ride.site, ride.day] += home.size
    arriving: Counter[tuple[str, int, str]] = Counter()
    for _, trip in f.known:
        if isinstance(trip, ConvoyTrip):
            for name, grams in trip.load_g.items():
                arriving[trip.site, f.arrival(trip), name] += grams
    short = {}
    for good in f.situation.goods:
        if not good.life_saving or good.grams_per_person_day <= 0:
            continue
        short[good.id] = 0
        for site in f.situation.sites:
            people, stock = site.people, site.stock_g.get(good.id, 0)
            for day in range(f.days):
                people -= gone[site.id, day]
                stock += arriving[site.id, day, good.id]
                here = max(0, people)
                fed = min(here, stock // good.grams_per_person_day)
                stock -= fed * good.grams_per_person_day
                short[good.id] += here - fed
    return short


def _totals(f: Facts) -> Found:
    plan = f.plan
    staying, remaining = _unmet(f, nobody_left=True), _unmet(f, nobody_left=False)
    if plan.unmet_if_nobody_left != sum(staying.values()):
        found = f"{plan.unmet_if_nobody_left} stated, {sum(staying.values())} counted"
        yield "unmet-if-nobody-left", "plan", found
    if plan.unmet_person_days != sum(remaining.values()):
        yield "unmet-total", "plan", f"{plan.unmet_person_days} stated, {sum(remaining.values())} counted"
    if dict(plan.unmet_by_good) != remaining:
        yield "unmet-by-good", "plan", f"{dict(plan.unmet_by_good)} stated, {remaining} counted"
    moved = sum(home.size for _, _, home, _ in f.seated())
    if plan.people_moved != moved:
        yield "people-moved-total", "plan", f"{plan.people_moved} stated, {moved} counted"
    seated = {home.id for _, _, home, _ in f.seated()}
    waiting = len(f.households) - len(seated)
    if sum(plan.not_seated.values()) != waiting:
        yield "not-seated-total", "plan", f"{sum(plan.not_seated.values())} stated, {waiting} counted"
    flagged = sum(_flagged(trip, home) for _, trip, home, _ in f.seated())
    if plan.flagged_consents != flagged:
        yield "flagged-consents-total", "plan", f"{plan.flagged_consents} stated, {flagged} counted"


def _flagged(trip: ReturnTrip, home: HouseholdNow) -> int:
    return sum(
        bool(c.flagged) and c.adult in home.adults and c.destination == trip.destination
        and c.kind == RETURN_KIND and c.first <= trip.day <= c.last
        for c in home.consents
    )  # fmt: skip


def _aims(f: Facts) -> Found:
    counted = {
        "unmet_if_nobody_left": sum(_unmet(f, nobody_left=True).values()),
        "journeys": sum(_points(f, trip, home) for _, trip, home, _ in f.seated()),
        "unmet_remaining": sum(_unmet(f, nobody_left=False).values()),
        "exposure": sum(_minutes(f, f.routes[trip.route]) * trip.vehicles for _, trip in f.known),
        "distance": sum(_metres(f.routes[trip.route]) * trip.vehicles for _, trip in f.known),
    }
    names = [aim.name for aim in f.plan.aims]
    if names != list(counted):
        yield "aims-in-order", "plan", ", ".join(names)
    for aim in f.plan.aims:
        where = f"aim {aim.name}"
        if aim.name in counted and aim.value != counted[aim.name]:
            yield "aim-value", where, f"{aim.value} stated, {counted[aim.name]} counted"
        if aim.sense != ("max" if aim.name == "journeys" else "min"):
            yield "aim-sense", where, aim.sense
        if (aim.bound < aim.value) if aim.sense == "max" else (aim.bound > aim.value):
            yield "bound-side", where, f"value {aim.value} is better than its own bound {aim.bound}"
        if max(abs(aim.value), abs(aim.bound)) >= LARGEST_EXACT:
            yield "aim-size", where, f"{aim.value}: larger than whole numbers in every reader"


def _points(f: Facts, trip: ReturnTrip, home: HouseholdNow) -> int:
    rank = home.choices.index(trip.destination) if trip.destination in home.choices else 9
    return home.size * home.weight * (10 - min(rank, 9)) * (2 * f.days - trip.day)


def _minutes(f: Facts, route: RouteNow) -> int:
    # A zone the risk table does not name counts as the worst one it does.
    worst = max(f.situation.zone_risk.values(), default=0)
    return sum(
        f.situation.zone_risk.get(u.zone, worst) * round(u.hours * 60) for u in (*route.out, *route.back)
    )


def _metres(route: RouteNow) -> int:
    return sum(round(u.km * 1000) for u in (*route.out, *route.back))


def _steps(f: Facts) -> Found:
    """Every trip has its step, on its day, with a gate for each of its doors."""
    steps = {(step.kind, step.trip): step for step in f.plan.steps}
    for place, trip in f.known:
        kind, number = place.split()
        step = steps.pop((kind, int(number)), None)
        if step is None or step.day != trip.day:
            yield "step-for-trip", place, "no step on the day of the trip"
            continue
        route = f.routes[trip.route]
        doors = {door for use in (*route.out, *route.back) for door in use.doors} | set(route.extra_doors)
        missing = doors - {gate.about for gate in step.gates}
        if missing:
            yield "step-gates", place, f"no gate for {', '.join(sorted(missing))}"
    for kind, left in steps:
        yield "step-for-trip", f"{kind} {left}", "a step without a trip"


RULES = (_same_situation, _totals, _aims, _steps)
