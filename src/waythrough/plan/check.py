"""Judge a plan against its situation, sharing no code with the planner and using the standard library only.

A solver can be wrong and still say "optimal". So every hard rule is derived here a second time, in slow and
plain loops over raw doors, consents and loads, and every total a plan states is counted again. Run it as a
program:

    waythrough-check SITUATION.json PLAN.json [--json]

It ends with 0 when every rule holds, with 6 (integrity broken) when one does not, with 4 when a file cannot
be read as what it should be, and with 2 when it was called wrongly.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

from waythrough.terms import planned, situation
from waythrough.terms.codec import from_body, to_body
from waythrough.terms.planned import Breach, ConvoyTrip, Plan, ReturnTrip
from waythrough.terms.problems import InputRefused, Problem
from waythrough.terms.situation import FleetNow, HouseholdNow, RouteNow, Situation

BROKEN = 6
"""Exit code for a plan that breaks a rule: its integrity is broken."""
RETURN_KIND = "voluntary_return_movement"
LARGEST_EXACT = 2**53
"""Whole numbers up to here survive every JSON reader."""


def check(situation: Situation, plan: Plan) -> list[Breach]:
    """Every hard rule the plan breaks, each with its stable name, where, and what was found; empty if it is
    sound.
    """
    facts = _Facts(situation, plan)
    return [Breach(rule, place, found) for part in _PARTS for rule, place, found in part(facts)]


Found = Iterator[tuple[str, str, str]]


class _Facts:
    """Look-ups over the raw situation, nothing more."""

    def __init__(self, situation: Situation, plan: Plan) -> None:
        self.situation, self.plan, self.days = situation, plan, situation.days
        self.sites = {s.id: s for s in situation.sites}
        self.goods = {g.id: g for g in situation.goods}
        self.warehouses = {w.id: w for w in situation.warehouses}
        self.destinations = {d.id: d for d in situation.destinations}
        self.doors = {d.id: d for d in situation.doors}
        self.routes = {r.id: r for r in situation.routes}
        self.fleets = {f.id: f for f in situation.fleets}
        self.households = {h.id: h for h in situation.households}
        self.trips: list[tuple[str, ConvoyTrip | ReturnTrip]] = [
            *((f"convoy {n}", trip) for n, trip in enumerate(plan.convoys)),
            *((f"return {n}", trip) for n, trip in enumerate(plan.returns)),
        ]
        # Trips whose route cannot be trusted are reported once and left out of the counts that need a route.
        self.known = [(place, trip) for place, trip in self.trips if trip.route in self.routes]

    def returns(self) -> list[tuple[str, ReturnTrip]]:
        return [(place, trip) for place, trip in self.trips if isinstance(trip, ReturnTrip)]

    def convoys(self) -> list[tuple[str, ConvoyTrip]]:
        return [(place, trip) for place, trip in self.trips if isinstance(trip, ConvoyTrip)]

    def seated(self) -> list[tuple[str, ReturnTrip, HouseholdNow, int]]:
        return [
            (place, trip, self.households[seat.household], seat.vehicle)
            for place, trip in self.returns()
            for seat in trip.seats
            if seat.household in self.households
        ]

    def arrival(self, trip: ConvoyTrip | ReturnTrip) -> int:
        route = self.routes[trip.route]
        return trip.day + max([use.day_offset for use in route.out], default=0)

    def last_offset(self, route: RouteNow) -> int:
        return max([use.day_offset for use in route.out] + [use.day_offset for use in route.back], default=0)

    def kept(self, route: RouteNow, fleet: FleetNow) -> int:
        return max(route.cycle_days, fleet.cycle_days, self.last_offset(route) + 1)

    def open(self, door: str, day: int) -> bool:
        return door in self.doors and 0 <= day < self.days and self.doors[door].open_days[day] == 1


# --- the plan and its situation ---------------------------------------------------------------------------


def _same_situation(f: _Facts) -> Found:
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


# --- every trip -------------------------------------------------------------------------------------------


def _routes(f: _Facts) -> Found:
    for place, trip in f.trips:
        route = f.routes.get(trip.route)
        if route is None:
            yield "route-known", place, f"route {trip.route}"
            continue
        purpose, end = (
            ("aid", trip.warehouse) if isinstance(trip, ConvoyTrip) else ("return", trip.destination)
        )
        if (route.purpose, route.site, route.end) != (purpose, trip.site, end):
            yield (
                "route-matches",
                place,
                (
                    f"route {route.id} is for {route.purpose} between {route.site} and {route.end}; "
                    f"the trip is for {purpose} between {trip.site} and {end}"
                ),
            )


def _days(f: _Facts) -> Found:
    for place, trip in f.trips:
        if not 0 <= trip.day < f.days:
            yield "day-in-horizon", place, f"day {trip.day} of {f.days}"


def _doors(f: _Facts) -> Found:
    for place, trip in f.known:
        route = f.routes[trip.route]
        ways = (("door-shut", route.out), ("door-shut-return", route.back))
        for rule, uses in ways:
            for use in uses:
                day = trip.day + use.day_offset
                if not use.doors:
                    yield rule, place, f"no door is recorded for zone {use.zone} on leg {use.leg}"
                for door in use.doors:
                    if not f.open(door, day):
                        yield rule, place, f"door {door} is not open on day {day} (leg {use.leg})"
        for door in route.extra_doors:
            for day in range(trip.day, trip.day + f.last_offset(route) + 1):
                if not f.open(door, day):
                    yield "door-shut", place, f"door {door} is not open on day {day}"


def _caps(f: _Facts) -> Found:
    passing: Counter[tuple[str, int]] = Counter()
    for _, trip in f.known:
        route = f.routes[trip.route]
        through = {
            (door, trip.day + use.day_offset) for use in (*route.out, *route.back) for door in use.doors
        }
        through |= {
            (door, trip.day + offset)
            for door in route.extra_doors
            for offset in range(f.last_offset(route) + 1)
        }
        for key in through:
            passing[key] += trip.vehicles
    for (door, day), n in sorted(passing.items()):
        cap = f.doors[door].max_vehicles if door in f.doors else None
        if cap is not None and n > cap:
            yield "vehicle-cap", f"door {door}", f"{n} vehicles on day {day}, {cap} allowed"


def _fleets(f: _Facts) -> Found:
    for place, trip in f.trips:
        fleet = f.fleets.get(trip.fleet)
        if trip.vehicles < 1:
            yield "vehicles-positive", place, f"{trip.vehicles} vehicles"
        if fleet is None:
            yield "fleet-known", place, f"fleet {trip.fleet}"
            continue
        purpose = "aid" if isinstance(trip, ConvoyTrip) else "return"
        if fleet.purpose != purpose or (fleet.routes and trip.route not in fleet.routes):
            yield "fleet-route", place, f"fleet {fleet.id} does not drive route {trip.route} for {purpose}"
    busy: Counter[tuple[str, int]] = Counter()
    for _, trip in f.known:
        if trip.fleet in f.fleets:
            for day in range(trip.day, trip.day + f.kept(f.routes[trip.route], f.fleets[trip.fleet])):
                busy[trip.fleet, day] += trip.vehicles
    for (name, day), n in sorted(busy.items()):
        if n > f.fleets[name].count:
            yield (
                "fleet-size",
                f"fleet {name}",
                f"{n} vehicles away on day {day}, {f.fleets[name].count} there are",
            )


# --- aid --------------------------------------------------------------------------------------------------


def _loads(f: _Facts) -> Found:
    drawn: Counter[tuple[str, str]] = Counter()
    for place, trip in f.convoys():
        for good, grams in sorted(trip.load_g.items()):
            if good not in f.goods:
                yield "load-known-good", place, f"good {good}"
            if grams < 0:
                yield "load-not-negative", place, f"{grams} g of {good}"
            drawn[trip.warehouse, good] += grams
        fleet = f.fleets.get(trip.fleet)
        if fleet and sum(trip.load_g.values()) > trip.vehicles * fleet.payload_g:
            found = f"{sum(trip.load_g.values())} g on {trip.vehicles} vehicles of {fleet.payload_g} g"
            yield "payload", place, found
    for (warehouse, good), grams in sorted(drawn.items()):
        held = f.warehouses[warehouse].stock_g.get(good, 0) if warehouse in f.warehouses else 0
        if grams > held:
            yield "warehouse-stock", f"warehouse {warehouse}", f"{grams} g of {good} drawn, {held} g there"


def _convoys(f: _Facts) -> Found:
    vehicles: Counter[tuple[str, int]] = Counter()
    leaving: dict[str, set[int]] = defaultdict(set)
    for _, trip in f.convoys():
        vehicles[trip.route, trip.day] += trip.vehicles
        leaving[trip.site].add(trip.day)
    least, most = f.situation.min_convoy_vehicles, f.situation.max_convoy_vehicles
    for (route, day), n in sorted(vehicles.items()):
        if not least <= n <= most:
            yield "convoy-size", f"route {route}", f"{n} vehicles on day {day}, allowed {least} to {most}"
    for site, days in sorted(leaving.items()):
        ordered = sorted(days)
        for one, other in pairwise(ordered):
            if other - one < f.situation.convoy_spacing_days:
                apart = f.situation.convoy_spacing_days
                found = f"convoys on days {one} and {other}, {apart} days apart at least"
                yield "convoy-spacing", f"site {site}", found


# --- people -----------------------------------------------------------------------------------------------


def _consents(f: _Facts) -> Found:
    margin = f.situation.consent_margin_days
    for place, trip, home, _ in f.seated():
        who = f"{place}, household {home.id}"
        if home.refused:
            yield "refused-household", who, "somebody of the household refused"
        if not home.adults:
            yield "consent-every-adult", who, "no adult who could consent"
        ours = [c for c in home.consents if c.kind == RETURN_KIND]
        for adult in home.adults:
            # Counts only in what is said: which adult it was stays with the household.
            mine = [c for c in ours if c.adult == adult]
            there = [c for c in mine if c.destination == trip.destination]
            if not mine:
                yield "consent-every-adult", who, "an adult gave no travel consent"
            elif not there:
                yield "consent-destination", who, f"an adult gave no consent to {trip.destination}"
            elif not any(c.first <= trip.day and trip.day + margin <= c.last for c in there):
                yield (
                    "consent-live",
                    who,
                    f"an adult's consent does not hold on day {trip.day} and {margin} days after",
                )
            if home.data_consent.get(adult, -1) < trip.day:
                yield "consent-data", who, f"an adult's data consent does not hold on day {trip.day}"
        if trip.destination not in home.choices:
            yield "consent-destination", who, f"{trip.destination} is none of its choices"


def _households(f: _Facts) -> Found:
    rides: dict[str, list[tuple[str, ReturnTrip]]] = defaultdict(list)
    for place, trip in f.returns():
        for seat in trip.seats:
            rides[seat.household].append((place, trip))
            if seat.household not in f.households:
                yield "household-unknown", place, f"household {seat.household}"
            elif f.households[seat.household].site != trip.site:
                yield "household-site", place, f"household {seat.household} is not at {trip.site}"
    for name, trips in sorted(rides.items()):
        if len({(t.route, t.day) for _, t in trips}) > 1:
            yield "household-twice", f"household {name}", "on " + ", ".join(place for place, _ in trips)
        elif len(trips) > 1:
            yield "family-whole", f"household {name}", f"seated {len(trips)} times on one trip"


def _kin(f: _Facts) -> Found:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for home in f.situation.households:
        if home.kin_group:
            groups[home.site, home.kin_group].append(home.id)
    when = {home.id: (trip.route, trip.day) for _, trip, home, _ in f.seated()}
    for (_, group), members in sorted(groups.items()):
        seated = [when[m] for m in members if m in when]
        if seated and (len(seated) < len(members) or len(set(seated)) > 1):
            yield (
                "kin-together",
                f"kin group {group}",
                f"{len(seated)} of {len(members)} households on {set(seated)}",
            )


def _seats(f: _Facts) -> Found:
    people: Counter[tuple[str, int]] = Counter()
    special: Counter[tuple[str, int]] = Counter()
    for place, _, home, vehicle in f.seated():
        people[place, vehicle] += home.size
        special[place, vehicle] += home.special
    for place, trip in f.returns():
        fleet = f.fleets.get(trip.fleet)
        for vehicle in sorted({seat.vehicle for seat in trip.seats}):
            where = f"{place}, vehicle {vehicle}"
            if not 0 <= vehicle < trip.vehicles:
                yield "vehicle-known", where, f"the trip has {trip.vehicles} vehicles"
            if fleet and people[place, vehicle] > fleet.seats:
                yield "seats", where, f"{people[place, vehicle]} people on {fleet.seats} seats"
            if fleet and special[place, vehicle] > fleet.special_seats:
                yield (
                    "special-seats",
                    where,
                    f"{special[place, vehicle]} needed, {fleet.special_seats} there are",
                )


def _reception(f: _Facts) -> Found:
    by_day: Counter[tuple[str, int]] = Counter()
    total: Counter[str] = Counter()
    for _, trip, home, _ in f.seated():
        if trip.route in f.routes:
            by_day[trip.destination, f.arrival(trip)] += home.size
            total[trip.destination] += home.size
    for place, trip in f.returns():
        end = f.destinations.get(trip.destination)
        if end is None:
            yield "destination-known", place, f"destination {trip.destination}"
        elif end.stopped:
            yield (
                "destination-stopped",
                place,
                f"movements to {end.id} are stopped: {end.stop_reason or 'no reason'}",
            )
        elif end.per_day is None and end.total is None:
            yield "reception-stated", place, f"nobody stated reception places at {end.id}"
    for (name, day), n in sorted(by_day.items()):
        end = f.destinations.get(name)
        if end and end.per_day is not None and n > end.per_day:
            yield "reception-day", f"destination {name}", f"{n} people on day {day}, {end.per_day} places"
    for name, n in sorted(total.items()):
        end = f.destinations.get(name)
        if end and end.total is not None and n > end.total:
            yield "reception-total", f"destination {name}", f"{n} people, {end.total} places"


# --- totals -----------------------------------------------------------------------------------------------


def _unmet(f: _Facts, *, nobody_left: bool) -> dict[str, int]:
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


def _totals(f: _Facts) -> Found:
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


def _aims(f: _Facts) -> Found:
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


def _points(f: _Facts, trip: ReturnTrip, home: HouseholdNow) -> int:
    rank = home.choices.index(trip.destination) if trip.destination in home.choices else 9
    return home.size * home.weight * (10 - min(rank, 9)) * (2 * f.days - trip.day)


def _minutes(f: _Facts, route: RouteNow) -> int:
    # A zone the risk table does not name counts as the worst one it does.
    worst = max(f.situation.zone_risk.values(), default=0)
    return sum(
        f.situation.zone_risk.get(u.zone, worst) * round(u.hours * 60) for u in (*route.out, *route.back)
    )


def _metres(route: RouteNow) -> int:
    return sum(round(u.km * 1000) for u in (*route.out, *route.back))


def _steps(f: _Facts) -> Found:
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


_PARTS: Sequence[Callable[[_Facts], Found]] = (
    _same_situation,
    _routes,
    _days,
    _doors,
    _caps,
    _fleets,
    _loads,
    _convoys,
    _consents,
    _households,
    _kin,
    _seats,
    _reception,
    _totals,
    _aims,
    _steps,
)


# --- as a program -----------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    """The program `waythrough-check`; gives the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in words
    files = [word for word in words if word != "--json"]
    if len(files) != 2 or any(word.startswith("-") for word in files):
        sys.stderr.write("Usage: waythrough-check SITUATION.json PLAN.json [--json]\n")
        return 0 if files in (["--help"], ["-h"]) else 2
    try:
        given = _read(Path(files[0]), Situation, situation.SCHEMA)
        plan = _read(Path(files[1]), Plan, planned.SCHEMA)
    except Problem as problem:
        sys.stderr.write(f"{problem.sentence()}\n{problem.remedy()}\n")
        return problem.exit_code
    breaches = check(given, plan)
    if as_json:
        body = {"schema": "waythrough/breaches/1", "breaches": [asdict(breach) for breach in breaches]}
        sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=1) + "\n")
    else:
        for breach in breaches:
            sys.stdout.write(f"{breach.rule}  {breach.place}: {breach.found}\n")
        sys.stdout.write(f"{len(breaches)} rules broken.\n" if breaches else "Every rule holds.\n")
    return BROKEN if breaches else 0


def _read(path: Path, kind: type[Any], schema: str) -> Any:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InputRefused(
            place=str(path), found=str(problem), allowed=f"a {schema} file", remedy="Name the right file."
        ) from None
    if not isinstance(body, dict) or body.get("schema") != schema:
        raise InputRefused(
            place=str(path), found="another schema", allowed=schema, remedy="Name the right file."
        )
    return from_body(kind, body, str(path))


if __name__ == "__main__":
    sys.exit(main())
