"""An aim somebody set, as “all of the most vulnerable out by day 25”: can it be, and what stands against it?

A linear program seats the group's people on every way they chose, alone on the roads. What stands against a journey
is *named*: a door, a week of places at a destination, a fleet, the dates of consents. First every name may give way
at a price, and those that do are candidates; then each candidate is taken back, and stays away if as many still travel.
What remains is a set none of which can be left out (deletion filter, Chinneck and Dravnieks 1991, ORSA Journal on
Computing 3, 157–168, over named groups instead of single rows).

A stop on a destination, a no, and a destination nobody chose never give way.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from waythrough.plan.network import Network, cycle_days
from waythrough.plan.room import passed_outward
from waythrough.plan.solver import INFINITE, Program, Reopened
from waythrough.plan.units import Unit, units
from waythrough.plan.why import last_straw, receives, rules
from waythrough.terms.planned import Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import DestinationNow, RouteNow, Situation
from waythrough.terms.whys import Lever, TargetWhy

Name = tuple[str, str, int]
"""What may give way: kind, what it is about, week (−1: none)."""
CONSENT: Name = ("consent_dates", "", -1)
EVERYONE, MOST_VULNERABLE, WEIGHT = "everyone", "most-vulnerable", "weight-"


def why_target(situation: Situation, plan: Plan, group: str, by_day: int) -> TargetWhy:
    """Whether everybody of a group could leave by a day, and if not, what would have to give way.

    ``group`` is everyone, most-vulnerable (the highest weight of needs) or weight-N (that weight or more).

    Raises
    ------
    InputRefused
        No such group, or a day outside the plan.
    """
    if not 0 <= by_day < situation.days:
        raise InputRefused(
            place="--until",
            found=f"day {by_day}",
            allowed=f"a day of the plan, {situation.first_day} to {situation.day(situation.days - 1)}",
            remedy="Name a day within the plan.",
        )
    least = _least_weight(situation, group)
    able, out = units(situation)
    meant = [unit for unit in able if any(h.weight >= least for h in unit.households)]
    never = Counter(dict.fromkeys(out.values(), 0))
    for home in situation.households:
        if home.id in out and home.weight >= least:
            never[out[home.id]] += home.size
    model = _Model(situation, by_day, meant)
    for unit in model.without_a_way:
        never[_reason(model.network, unit)] += unit.people
    seated = {seat.household for trip in plan.returns if trip.day <= by_day for seat in trip.seats}
    possible = model.reach(frozenset())
    return TargetWhy(
        group=group,
        by_day=by_day,
        people=sum(unit.people for unit in meant)
        + sum(h.size for h in situation.households if h.id in out and h.weight >= least),
        planned=sum(unit.people for unit in meant if unit.households[0].id in seated),
        possible=possible,
        never={code: people for code, people in sorted(never.items()) if people},
        levers=() if possible >= model.people else tuple(_levers(model, possible)),
    )


def _least_weight(situation: Situation, group: str) -> int:
    weights = situation.households.columns.weight
    if group == EVERYONE:
        return 0
    if group == MOST_VULNERABLE:
        return max(weights, default=0)
    if group.startswith(WEIGHT) and group.removeprefix(WEIGHT).isdecimal():
        return int(group.removeprefix(WEIGHT))
    raise InputRefused(
        place="the group",
        found=repr(group),
        allowed=f"{EVERYONE}, {MOST_VULNERABLE} or {WEIGHT}N",
        remedy=f"Ask for example: waythrough plan why {MOST_VULNERABLE} --until DAY.",
    )


def _reason(network: Network, unit: Unit) -> str:
    home = unit.households[0]
    every = (1 << network.situation.days) - 1
    codes = [last_straw(rules(network, home, unit.households, c.destination), every) for c in unit.choices]
    return codes[0]


def _levers(model: _Model, possible: int) -> Iterator[Lever]:
    """A set that lets everybody travel who has a way at all, each of whose members is needed."""
    kept = model.candidates()
    best = model.reach(frozenset(kept))
    for name in list(kept):
        rest = [other for other in kept if other != name]
        if model.reach(frozenset(rest)) >= best:
            kept = rest
    for name in kept:
        others = frozenset(other for other in kept if other != name)
        yield Lever(
            *name, alone=model.reach(frozenset({name})) - possible, without=best - model.reach(others)
        )


# --- the program ------------------------------------------------------------------------------------------


@dataclass
class _Class:
    """Units of one site with the same choices on the same days, counted together."""

    site: str
    choices: tuple[tuple[str, int], ...]
    people: int = 0
    special: int = 0
    stretchers: int = 0


@dataclass
class _Model:
    """Everybody of the group on every way they chose by the day; what stands against it has a name and may give way.

    Columns are people on a way; each needs the names in ``needs`` to give way. A row that is full gives way through a
    column of its own.
    """

    situation: Situation
    by_day: int
    meant: Iterable[Unit]
    without_a_way: list[Unit] = field(default_factory=list)
    people: int = 0

    def __post_init__(self) -> None:
        self.network = Network(self.situation)
        self.ends = {end.id: end for end in self.situation.destinations}
        self.program = Program()
        self.needs: list[tuple[int, frozenset[Name], float]] = []
        self.gives: dict[Name, list[int]] = defaultdict(list)
        self.rows: dict[tuple[str, str, int], list[tuple[int, float]]] = defaultdict(list)
        self.vehicles: dict[tuple[str, str, int], int] = {}
        self.supply: list[tuple[list[tuple[int, float]], int]] = []
        for one in self._classes():
            self._journeys(one)
        self._shared()
        for terms, people in self.supply:
            self.program.row(terms, high=people)
        self.open = Reopened(self.program)

    def _classes(self) -> list[_Class]:
        found: dict[tuple[str, tuple[tuple[str, int], ...]], _Class] = {}
        until = (1 << (self.by_day + 1)) - 1
        for unit in self.meant:
            choices = tuple(
                (c.destination, c.days & until) for c in unit.choices if self._ways(unit.site, c.destination)
            )
            if not choices:
                self.without_a_way.append(unit)
                continue
            one = found.setdefault((unit.site, choices), _Class(unit.site, choices))
            one.people += unit.people
            one.special += unit.special
            one.stretchers += sum(h.stretchers for h in unit.households)
        return list(found.values())

    def _ways(self, site: str, destination: str) -> list[RouteNow]:
        """Routes that could be driven some day; a stop, and a destination that receives nobody, leave none."""
        end = self.ends.get(destination)
        if end is None or end.stopped or not receives(end):
            return []
        return [
            route
            for route in self.network.of_purpose("return")
            if (route.site, route.end) == (site, destination)
            and self.network.fleets(route)
            and not self.network.nameless_zones(route)
        ]

    def _journeys(self, one: _Class) -> None:
        supply: list[tuple[int, float]] = []
        for destination, days in one.choices:
            for route in self._ways(one.site, destination):
                for t in self.network.starts(route):
                    if t <= self.by_day:
                        needs = {("door", door, -1) for door in self.network.shut(route, t)}
                        needs |= set() if days >> t & 1 else {CONSENT}
                        supply.append((self._people(one, route, t, frozenset(needs)), 1.0))
        if supply:
            self.people += one.people
            self.supply.append((supply, one.people))

    def _people(self, one: _Class, route: RouteNow, t: int, needs: frozenset[Name]) -> int:
        column = self.program.column(one.people)
        self.needs.append((column, needs, one.people))
        seated = (one.people - one.stretchers) / one.people
        self.rows["seats", route.id, t].append((column, seated))
        self.rows["special", route.id, t].append((column, one.special / one.people))
        self.rows["stretchers", route.id, t].append((column, one.stretchers / one.people))
        arrival = t + route.days_out
        self.rows["day", route.end, arrival].append((column, 1.0))
        self.rows["week", route.end, arrival // 7].append((column, 1.0))
        self.rows["total", route.end, 0].append((column, 1.0))
        self.rows["registration", route.site, t].append((column, 1.0))
        for door, day in passed_outward(route, t):
            self.rows["people", door, day].append((column, 1.0))
        return column

    # --- what journeys share ------------------------------------------------------------------------------

    def _shared(self) -> None:
        for route_id, t in sorted({(what, day) for kind, what, day in self.rows if kind == "seats"}):
            self._buses(self.network.routes[route_id], t)
        for key in sorted(self.rows):
            kind, what, day = key
            cap, name = self._cap(kind, what, day)
            if cap is not None:
                # One vehicle that gives way is as many people as it seats: prices are in people everywhere.
                slack = self.program.column(INFINITE, cost=1.0)
                self.gives[name].append(slack)
                self.program.row([*self.rows[key], (slack, -1.0)], high=cap)
            elif kind in ("seats", "special", "stretchers"):
                self.program.row(self.rows[key], high=0.0)

    def _buses(self, route: RouteNow, t: int) -> None:
        for fleet in self.network.fleets(route):
            column = self.program.column(INFINITE)
            self.rows["seats", route.id, t].append((column, -float(fleet.seats)))
            self.rows["special", route.id, t].append((column, -float(fleet.special_seats)))
            self.rows["stretchers", route.id, t].append((column, -float(fleet.stretcher_places)))
            for day in range(t, min(t + cycle_days(route, fleet), self.situation.days)):
                self.rows["fleet", fleet.id, day].append((column, 1.0))
            for door, offset in self.network.passed[route.id]:
                if door in self.network.caps:
                    self.rows["vehicles", door, t + offset].append((column, 1.0))

    def _cap(self, kind: str, what: str, day: int) -> tuple[float | None, Name]:
        """The limit of a row, None where nobody stated one, and the name it gives way by."""
        end: DestinationNow | None = self.ends.get(what)
        if kind == "day" and end:
            return end.per_day, ("reception", what, day // 7)
        if kind == "week" and end:
            return end.per_week, ("reception", what, day)
        if kind == "total" and end:
            return end.total, ("reception", what, -1)
        if kind == "fleet":
            return next(f.count for f in self.situation.fleets if f.id == what), ("vehicles", what, -1)
        if kind == "vehicles":
            return self.network.caps[what], ("door_vehicles", what, -1)
        if kind == "people":
            return next(d.max_people for d in self.situation.doors if d.id == what), ("door_people", what, -1)
        if kind == "registration":
            site = next(s for s in self.situation.sites if s.id == what)
            return site.registration_per_day, ("registration", what, -1)
        return None, ("", "", -1)

    # --- asking it ----------------------------------------------------------------------------------------

    def reach(self, giving: frozenset[Name]) -> int:
        """The most people who travel if just these give way: a bound, as parts of families may ride in it."""
        columns: list[int] = []
        highs: list[float] = []
        for column, needs, people in self.needs:
            columns.append(column)
            highs.append(people if needs <= giving else 0.0)
        for name, slacks in self.gives.items():
            columns += slacks
            highs += [INFINITE if name in giving else 0.0] * len(slacks)
        self.open.highs(columns, highs)
        self.open.costs([c for c, _, _ in self.needs], [-1.0] * len(self.needs))
        self.open.costs([s for slacks in self.gives.values() for s in slacks], 0.0)
        return math.floor(-self.open.best()[1] + 1e-6)

    def candidates(self) -> list[Name]:
        """The names that give way when everybody travels at the least price, the cheapest ones first.

        Everybody is worth far more than any name costs, so nobody is left behind to spare a price.
        """
        slacks = [(s, name) for name, columns in self.gives.items() for s in columns]
        columns = [c for c, _, _ in self.needs] + [s for s, _ in slacks]
        self.open.highs(columns, [people for _, _, people in self.needs] + [INFINITE] * len(slacks))
        self.open.costs([c for c, _, _ in self.needs], [len(needs) - 1000.0 for _, needs, _ in self.needs])
        self.open.costs([s for s, _ in slacks], 1.0)
        values, _ = self.open.best()
        price: Counter[Name] = Counter()
        for column, needs, _ in self.needs:
            for name in needs:
                price[name] += values[column]
        for slack, name in slacks:
            price[name] += values[slack]
        found = [(paid, name) for name, paid in price.items() if paid > 1e-6]
        return [name for _, name in sorted(found)]
