"""The certificate of a plan: its bound on journeys worked out again from prices, in whole numbers.

Whatever the prices (0 or more), no legal plan is worth more points than

    what every shared row costs when it is full
  + what each vehicle would earn by the prices of the seats it brings, less those of its own days and doors
  + what each family would gain by its best journey at these prices, or nothing.

This is weak duality: a legal plan pays every row it uses at most its capacity. No solver is asked, and the
numbers are as exact as Python's. `docs/reference/plan.md` has the formula and a worked example.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from waythrough.plan.check.facts import Facts, Found, rank
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.situation import FleetNow, HouseholdNow, RouteNow


@dataclass(frozen=True)
class Cell:
    """A route on one day on which it can be driven: what one journey pays there, and how many people at most.

    ``per_person`` is the sum over reception, registration and people's caps; ``most`` the least of these
    capacities, None where nobody stated any: a family larger than that cannot go by any plan.
    """

    day: int
    seat: int
    special: int
    stretcher: int
    per_person: int
    most: int | None


@dataclass
class Prices:
    """The certificate's prices laid on the rows of a situation.

    ``full`` is what all rows with a capacity cost, ``earned`` what the vehicles earn. ``unknown`` are names
    of rows that do not exist here.
    """

    f: Facts
    full: int = 0
    earned: int = 0
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.given = self.f.plan.certificate.prices if self.f.plan.certificate else {}
        self.named: set[str] = set()
        self._shared_rows()
        for route in self.f.situation.routes:
            self.cells[route.id] = self._cells(route)
        self.unknown = tuple(sorted(set(self.given) - self.named))

    @property
    def whole(self) -> bool:
        """True if a bound follows: there are prices, and none is below 0."""
        return self.f.plan.certificate is not None and all(price >= 0 for price in self.given.values())

    def price(self, kind: str, what: str, day: int, capacity: int | None = None) -> int:
        """The price of one unit of a row, 0 if the certificate does not name it."""
        name = f"{kind}|{what}|{day}"
        self.named.add(name)
        price = self.given.get(name, 0)
        self.full += price * (capacity or 0)
        return price

    def _shared_rows(self) -> None:
        days, weeks = range(self.f.days), range((self.f.days + 6) // 7)
        self.rows: dict[tuple[str, str], list[int]] = {}
        spans: list[tuple[str, str, int | None, range]] = []
        for end in self.f.situation.destinations:
            spans.append(("day", end.id, end.per_day, days))
            spans.append(("week", end.id, end.per_week, weeks))
            spans.append(("total", end.id, end.total, range(1)))
        spans += [("site", site.id, site.registration_per_day, days) for site in self.f.situation.sites]
        for door in self.f.situation.doors:
            spans.append(("people", door.id, door.max_people, days))
            spans.append(("cap", door.id, door.max_vehicles, days))
        spans += [("fleet", f.id, f.count, days) for f in self.f.situation.fleets if f.purpose == "return"]
        for kind, what, capacity, span in spans:
            if capacity is not None:
                self.rows[kind, what] = [self.price(kind, what, day, capacity) for day in span]

    def _cells(self, route: RouteNow) -> list[Cell]:
        end = self.f.destinations.get(route.end)
        if route.purpose != "return" or end is None or end.stopped:
            return []
        if (end.per_day, end.per_week, end.total) == (None, None, None):
            return []
        found = [self._cell(route, day) for day in range(self.f.days) if self.f.drivable(route, day)]
        for fleet in self.f.situation.fleets:
            if fleet.count > 0 and self.f.carries(fleet, route):
                self.earned += fleet.count * sum(max(0, n) for n in self._earn(fleet, route, found))
        return found

    def _cell(self, route: RouteNow, day: int) -> Cell:
        arrival = day + self.f.arrives[route.id]
        end, site = self.f.destinations[route.end], self.f.sites.get(route.site)
        uses = [("day", end.id, arrival, end.per_day), ("week", end.id, arrival // 7, end.per_week)]
        uses += [("total", end.id, 0, end.total)]
        uses += [("site", site.id, day, site.registration_per_day)] if site else []
        uses += [
            ("people", door, day + offset, self.f.doors[door].max_people)
            for door, offset in self.f.passed_loaded[route.id]
        ]
        caps = [cap for _, _, _, cap in uses if cap is not None]
        return Cell(
            day,
            self.price("seats", route.id, day),
            self.price("special", route.id, day),
            self.price("stretchers", route.id, day),
            sum(self.rows[kind, what][n] for kind, what, n, cap in uses if cap is not None),
            min(caps, default=None),
        )

    def _earn(self, fleet: FleetNow, route: RouteNow, cells: list[Cell]) -> Iterator[int]:
        """What one vehicle brings by the prices of its seats on each day, less those of its own days and doors."""
        away, own = self.f.kept(route, fleet), self.rows["fleet", fleet.id]
        capped = [
            (self.rows["cap", door], offset)
            for door, offset in self.f.passed[route.id]
            if ("cap", door) in self.rows
        ]
        for cell in cells:
            brings = fleet.seats * cell.seat + fleet.special_seats * cell.special
            costs = sum(own[cell.day : cell.day + away])
            costs += sum(cap[cell.day + offset] for cap, offset in capped)
            yield brings + fleet.stretcher_places * cell.stretcher - costs


def bound(f: Facts, prices: Prices) -> int:
    """The bound on the second aim that follows from the prices, family after family."""
    groups: dict[tuple[str, str, str], list[HouseholdNow]] = defaultdict(list)
    for home in f.situation.households:
        groups[home.site, home.kin_group, "" if home.kin_group else home.id].append(home)
    return prices.full + prices.earned + sum(_gain(f, prices, members) for members in groups.values())


def _gain(f: Facts, prices: Prices, members: list[HouseholdNow]) -> int:
    """What travelling together is worth at these prices by the best journey, 0 if none is worth its price."""
    people, special, lying = (
        sum(getattr(home, name) for home in members) for name in ("size", "special", "stretchers")
    )
    best = 0
    for route in f.situation.routes:
        if route.site != members[0].site or not prices.cells[route.id]:
            continue
        if not all(_fits(f, home, route) for home in members):
            continue
        allowed = [_days(f, home, route.end) for home in members]
        worth = sum(home.size * home.weight * (10 - rank(home, route.end)) for home in members)
        for cell in prices.cells[route.id]:
            if all(cell.day in days for days in allowed) and (cell.most is None or people <= cell.most):
                pays = people * cell.per_person + (people - lying) * cell.seat
                pays += special * cell.special + lying * cell.stretcher
                best = max(best, worth * (2 * f.days - cell.day) - pays)
    return best


def _fits(f: Facts, home: HouseholdNow, route: RouteNow) -> bool:
    """True if some vehicle that may drive the route has a place for everyone of the household."""
    return any(
        fleet.count > 0
        and f.carries(fleet, route)
        and fleet.seats >= home.size - home.stretchers
        and fleet.special_seats >= home.special
        and fleet.stretcher_places >= home.stretchers
        for fleet in f.situation.fleets
    )


def _days(f: Facts, home: HouseholdNow, destination: str) -> set[int]:
    """The days on which every adult's consents allow the journey."""
    if home.refused or not home.adults or destination not in home.choices:
        return set()
    days = set(range(f.days))
    for adult in home.adults:
        live: set[int] = set()
        for c in home.consents:
            if (c.adult, c.destination, c.kind) == (adult, destination, VOLUNTARY_RETURN):
                live |= set(range(max(0, c.first), min(f.days, c.last - f.situation.consent_margin_days + 1)))
        days &= live & set(range(min(f.days, home.data_consent.get(adult, -1) + 1)))
    return days


def judge(f: Facts, prices: Prices, recomputed: int) -> Found:
    """What is wrong with a certificate: prices that mean nothing, or a bound that does not follow from them."""
    given: Mapping[str, int] = prices.given
    for name in prices.unknown:
        yield "certificate-prices", f"row {name}", "no such row here"
    for name, price in sorted(given.items()):
        if price < 0:
            yield "certificate-prices", f"row {name}", f"a price of {price}"
    for aim in f.plan.aims:
        if aim.proof not in ("solver", "prices"):
            yield "certificate-missing", f"aim {aim.name}", f"proof {aim.proof!r}"
        elif aim.proof == "prices" and (aim.name != "journeys" or f.plan.certificate is None):
            yield "certificate-missing", f"aim {aim.name}", "no prices prove this bound"
        elif aim.proof == "prices" and prices.whole and aim.bound < recomputed:
            found = f"bound {aim.bound} stated, {recomputed} follows from the prices"
            yield "certificate-bound", "aim journeys", found
