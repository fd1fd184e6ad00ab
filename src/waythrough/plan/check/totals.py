"""What a plan states of itself: its situation, its totals, its aims and their bounds, its steps."""

from __future__ import annotations

from collections import Counter

from waythrough.plan.check.facts import Facts, Found
from waythrough.plan.check.supply import unmet
from waythrough.plan.files import LARGEST_EXACT, sha256
from waythrough.terms.planned import EvacuationTrip
from waythrough.terms.situation import RouteNow


def _same_situation(f: Facts) -> Found:
    found = sha256(f.situation)
    if f.plan.situation_sha256 != found:
        stated = f.plan.situation_sha256[:12]
        yield "situation-hash", "plan", f"made from {stated}, this situation is {found[:12]}"
    for name in ("as_of", "first_day", "days"):
        ours, theirs = getattr(f.situation, name), getattr(f.plan, name)
        if ours != theirs:
            yield "as-of", "plan", f"{name} is {theirs} in the plan, {ours} in the situation"


# --- totals -----------------------------------------------------------------------------------------------


def _totals(f: Facts) -> Found:
    plan = f.plan
    staying, remaining = unmet(f, nobody_left=True), unmet(f, nobody_left=False)
    waiting = len(f.situation.households) - f.homes_seated
    for rule, stated, counted in (
        ("unmet-if-nobody-left", plan.unmet_if_nobody_left, sum(staying.values())),
        ("unmet-total", plan.unmet_person_days, sum(remaining.values())),
        ("people-moved-total", plan.people_moved, sum(f.people)),
        ("not-seated-total", sum(plan.not_seated.values()), waiting),
        ("flagged-consents-total", plan.flagged_consents, f.flagged),
    ):
        if stated != counted:
            yield rule, "plan", f"{stated} stated, {counted} counted"
    if dict(plan.unmet_by_good) != remaining:
        yield "unmet-by-good", "plan", f"{dict(plan.unmet_by_good)} stated, {remaining} counted"


def _aims(f: Facts) -> Found:
    driven: Counter[str] = Counter()
    for _, trip in f.known:
        # An evacuation is weighed against nothing, so no aim counts its road.
        if not isinstance(trip, EvacuationTrip):
            driven[trip.route] += trip.vehicles
    counted = {
        "unmet_if_nobody_left": sum(unmet(f, nobody_left=True).values()),
        "journeys": f.points,
        "unmet_remaining": sum(unmet(f, nobody_left=False).values()),
        "exposure": sum(_minutes(f, f.routes[name]) * vehicles for name, vehicles in driven.items()),
        "distance": sum(_metres(f.routes[name]) * vehicles for name, vehicles in driven.items()),
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
    if len(steps) < len(f.plan.steps):
        yield "step-for-trip", "plan", "a trip has two steps"
    doors = {name: {door for door, _ in passed} for name, passed in f.passed.items()}
    for place, trip in f.known:
        kind, number = place.split()
        step = steps.pop((kind, int(number)), None)
        if step is None or step.day != trip.day:
            yield "step-for-trip", place, "no step on the day of the trip"
            continue
        missing = doors[trip.route] - {gate.about for gate in step.gates}
        if missing:
            yield "step-gates", place, f"no gate for {', '.join(sorted(missing))}"
    for kind, left in steps:
        yield "step-for-trip", f"{kind} {left}", "a step without a trip"


SITUATION = (_same_situation,)
RULES = (_totals, _aims, _steps)
