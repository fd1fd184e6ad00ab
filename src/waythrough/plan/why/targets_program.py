"""The linear program of an aim: everybody meant on every way they chose, and the name of whatever stands against it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from waythrough.plan import evacuations
from waythrough.plan.network import RETURN, cycle_days
from waythrough.plan.room import passed_outward
from waythrough.plan.solver import INFINITE, Program, Reopened
from waythrough.plan.units import Choice, Unit
from waythrough.plan.why import fits, receives
from waythrough.terms.situation import DestinationNow, RouteNow, Situation

Name = tuple[str, str, int]
"""What may give way: kind, what it is about, week (−1: none)."""
CONSENT: Name = ("consent_dates", "", -1)
BLOCKS = (1, 2, 4, 7, 14)
"""Days to which consents are rounded outward where the program would be too large: a bound stays a bound."""
MOST_COLUMNS = 8_000
"""So many wishes are solved in about a third of a second, and an answer takes some twenty solutions."""


Needs = tuple[Fraction, Fraction, Fraction]
"""Of the people of a unit, the parts that need a seat, a special seat, a place to lie."""


@dataclass
class _Class:
    """Units of one site with the same choices on the same days, counted together. ``needs`` are the least that any of
    them has: whatever share of its people somebody wanted to send, the units behind it need at least that.
    """

    site: str
    choices: tuple[tuple[str, int], ...]
    needs: Needs
    people: int = 0


class _Flow:
    """Whoever goes from a site to a destination in a block of days: columns with the share of each that needs a seat,
    a special seat, a place to lie.
    """

    def __init__(self) -> None:
        self.shares: dict[str, list[tuple[int, float]]] = defaultdict(list)

    def add(self, column: int, one: _Class) -> None:
        for kind, share in zip(("seats", "special", "stretchers"), one.needs, strict=True):
            if share:
                self.shares[kind].append((column, float(share)))

    def kinds(self) -> list[str]:
        """What somebody here needs of a vehicle."""
        return sorted(self.shares)


def _shares(unit: Unit) -> Needs:
    lying = sum(home.stretchers for home in unit.households)
    return (
        Fraction(unit.people - lying, unit.people),
        Fraction(unit.special, unit.people),
        Fraction(lying, unit.people),
    )


def _needs(needs: Needs) -> Hashable:
    """Units are alike whose people need the same, person for person: parts of such families bound whole ones."""
    return needs


def _kinds(needs: Needs) -> Hashable:
    """Units are alike whose people need the same kinds of places: fewer classes, and a bound no less."""
    return tuple(map(bool, needs))


class _Outward(dict[int, int]):
    """Days as bits, up to the last one, made whole blocks of so many days: a block with one day has them all."""

    def __init__(self, block: int, by_day: int) -> None:
        super().__init__()
        self._until = (1 << (by_day + 1)) - 1
        self._blocks = [((1 << block) - 1) << first & self._until for first in range(0, by_day + 1, block)]

    def __missing__(self, days: int) -> int:
        self[days] = sum(block for block in self._blocks if days & block)
        return self[days]


@dataclass
class Ways:
    """Everybody of the group on every way they chose by the day; what stands against it has a name and may give way.

    Columns are people of a class who go somewhere in a block of days, and people on a journey, whoever they are; a
    flow joins the two. Each needs the names in ``needs`` to give way. A row that is full gives way through a column of
    its own.
    """

    situation: Situation
    by_day: int
    meant: Iterable[Unit]
    without_a_way: list[Unit] = field(default_factory=list)
    people: int = 0
    block: int = 1
    """Whole blocks of so many days, to which consents were rounded."""

    def __post_init__(self) -> None:
        self.network = evacuations.network(self.situation)
        self.ends = {end.id: end for end in self.situation.destinations}
        self.program = Program()
        self.needs: dict[int, frozenset[Name]] = {}
        self.asked: list[int] = []
        self.gives: dict[Name, list[int]] = defaultdict(list)
        self.rows: dict[tuple[str, str, int], list[tuple[int, float]]] = defaultdict(list)
        self.supply: list[tuple[list[tuple[int, float]], int]] = []
        self.flows: dict[tuple[str, str, int], _Flow] = {}
        self.fitting: dict[Hashable, bool] = {}
        for one in self._classes():
            self._wishes(one)
        for key in sorted(self.flows):
            self._journeys(*key, self.flows[key])
        self._shared()
        for terms, people in self.supply:
            self.program.row(terms, high=people)
        self.open = Reopened(self.program)

    def _classes(self) -> list[_Class]:
        """Units alike, with their dates rounded no further than the program stays small enough to solve."""
        ways = [
            (unit, [c for c in unit.choices if self._has_way(unit, c.destination)]) for unit in self.meant
        ]
        self.without_a_way = [unit for unit, choices in ways if not choices]
        able = [(unit, choices) for unit, choices in ways if choices]
        for block in (*(days for days in BLOCKS if days <= self.by_day), self.by_day + 1):
            self.block = block
            for key in (_needs, _kinds):
                found = self._alike(able, key)
                if sum(len(one.choices) for one in found) * (self.by_day // block + 1) <= MOST_COLUMNS:
                    return found
        return found

    def _alike(
        self, ways: Iterable[tuple[Unit, list[Choice]]], key: Callable[[Needs], Hashable]
    ) -> list[_Class]:
        """Units with the same choices and needs together. One patient who cannot lie anywhere keeps nobody else: who
        needs less is in another class.
        """
        found: dict[Hashable, _Class] = {}
        outward = _Outward(self.block, self.by_day)
        for unit, choices in ways:
            same, needs = tuple(sorted((c.destination, outward[c.days]) for c in choices)), _shares(unit)
            one = found.setdefault((unit.site, same, key(needs)), _Class(unit.site, same, needs))
            seated, special, lying = map(min, one.needs, needs)
            one.needs = seated, special, lying
            one.people += unit.people
        return list(found.values())

    def _has_way(self, unit: Unit, destination: str) -> bool:
        """Whether some route there has, among its vehicles, one with room for each household of the unit."""
        homes = frozenset((h.size - h.stretchers, h.special, h.stretchers) for h in unit.households)
        asked = (unit.site, destination, homes)
        if asked not in self.fitting:
            self.fitting[asked] = any(
                all(any(fits(f, home) for f in self.network.fleets(route)) for home in unit.households)
                for route in self._ways(unit.site, destination)
            )
        return self.fitting[asked]

    def _ways(self, site: str, destination: str) -> list[RouteNow]:
        """Routes that could be driven some day; a stop, and a destination that receives nobody, leave none."""
        end = self.ends.get(destination)
        if end is None or end.stopped or not receives(end):
            return []
        return [
            route
            for route in self.network.of_purpose(RETURN)
            if (route.site, route.end) == (site, destination)
            and self.network.fleets(route)
            and not self.network.nameless_zones(route)
        ]

    def _wishes(self, one: _Class) -> None:
        """How many of a class go to each of their choices in each block of days."""
        supply: list[tuple[int, float]] = []
        for destination, days in one.choices:
            for block in range(self.by_day // self.block + 1):
                if not self._leaving(one.site, destination, block):
                    continue
                column = self.program.column(one.people)
                may = days >> block * self.block & 1
                self.needs[column] = frozenset() if may else frozenset({CONSENT})
                self.asked.append(column)
                supply.append((column, 1.0))
                self.flows.setdefault((one.site, destination, block), _Flow()).add(column, one)
        if supply:
            self.people += one.people
            self.supply.append((supply, one.people))

    def _leaving(self, site: str, destination: str, block: int) -> list[tuple[RouteNow, int]]:
        """The journeys of a block of days."""
        first = block * self.block
        days = range(first, min(first + self.block, self.by_day + 1))
        return [(r, t) for r in self._ways(site, destination) for t in days if t in self.network.starts(r)]

    def _journeys(self, site: str, destination: str, block: int, flow: _Flow) -> None:
        """All who go that way in these days, whoever they are, spread over its journeys."""
        spread: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for route, t in self._leaving(site, destination, block):
            shut = frozenset(("door", door, -1) for door in self.network.shut(route, t))
            for kind in flow.kinds():
                column = self.program.column(INFINITE)
                self.needs[column] = shut
                spread[kind].append((column, -1.0))
                self.rows[kind, route.id, t].append((column, 1.0))
                if kind != "special":
                    self._counted(route, t, column)
        for kind, terms in spread.items():
            self.program.row([*flow.shares[kind], *terms], low=0.0, high=0.0)

    def _counted(self, route: RouteNow, t: int, column: int) -> None:
        arrival = t + route.days_out
        for key in (
            ("day", route.end, arrival), ("week", route.end, arrival // 7), ("total", route.end, 0),
            ("registration", route.site, t), *(("people", *passed) for passed in passed_outward(route, t)),
        ):  # fmt: skip
            self.rows[key].append((column, 1.0))

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
        columns = [*self.needs]
        highs = [self._high(column) if needs <= giving else 0.0 for column, needs in self.needs.items()]
        for name, slacks in self.gives.items():
            columns += slacks
            highs += [INFINITE if name in giving else 0.0] * len(slacks)
        self.open.highs(columns, highs)
        self.open.costs(columns, 0.0)
        self.open.costs(self.asked, -1.0)
        # One name more or less moves nearly everybody: it is quicker to begin anew than where the program stood.
        self.open.afresh()
        return math.floor(-self.open.best()[1] + 1e-6)

    def candidates(self) -> list[Name]:
        """The names that give way when everybody travels at the least price, the cheapest ones first.

        Everybody is worth far more than any name costs, so nobody is left behind to spare a price.
        """
        slacks = [(s, name) for name, columns in self.gives.items() for s in columns]
        columns = [*self.needs] + [s for s, _ in slacks]
        self.open.highs(columns, [self._high(c) for c in self.needs] + [INFINITE] * len(slacks))
        self.open.costs([*self.needs], [float(len(needs)) for needs in self.needs.values()])
        self.open.costs(self.asked, [len(self.needs[column]) - 1000.0 for column in self.asked])
        self.open.costs([s for s, _ in slacks], 1.0)
        self.open.afresh()
        values, _ = self.open.best()
        price: Counter[Name] = Counter()
        for column, needs in self.needs.items():
            for name in needs:
                price[name] += values[column]
        for slack, name in slacks:
            price[name] += values[slack]
        found = [(paid, name) for name, paid in price.items() if paid > 1e-6]
        return [name for _, name in sorted(found)]

    def _high(self, column: int) -> float:
        return self.program.high[column]
