"""Look-ups over a raw situation and a plan, and what is counted of the people aboard, for the checker's rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property

from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.planned import Plan, ReturnTrip, Trip
from waythrough.terms.situation import ConsentNow, FleetNow, HouseholdNow, RouteNow, Situation

Found = Iterator[tuple[str, str, str]]
"""Rule, place, and what was found there."""


class Facts:
    """Look-ups over the raw situation, nothing more.

    The last properties count people one seat after the other. The quick checker counts the same in columns,
    and every rule that needs only these counts is written once.
    """

    def __init__(self, situation: Situation, plan: Plan) -> None:
        self.situation, self.plan, self.days = situation, plan, situation.days
        self.sites = {s.id: s for s in situation.sites}
        self.goods = {g.id: g for g in situation.goods}
        self.warehouses = {w.id: w for w in situation.warehouses}
        self.destinations = {d.id: d for d in situation.destinations}
        self.doors = {d.id: d for d in situation.doors}
        self.routes = {r.id: r for r in situation.routes}
        self.fleets = {f.id: f for f in situation.fleets}
        self.convoys = [(f"convoy {n}", trip) for n, trip in enumerate(plan.convoys)]
        self.returns = [(f"return {n}", trip) for n, trip in enumerate(plan.returns)]
        self.evacuations = [(f"evacuation {n}", trip) for n, trip in enumerate(plan.evacuations)]
        self.trips: list[tuple[str, Trip]] = [*self.evacuations, *self.convoys, *self.returns]
        self.days_driven: dict[tuple[str, int], bool] = {}
        self.short: dict[bool, dict[str, int]] = {}
        # Trips whose route cannot be trusted are reported once and left out of the counts that need a route.
        self.known = [(place, trip) for place, trip in self.trips if trip.route in self.routes]

    # --- routes and doors ---------------------------------------------------------------------------------

    @cached_property
    def arrives(self) -> dict[str, int]:
        """Route → days from departure to arrival at the other end."""
        return {r.id: max([use.day_offset for use in r.out], default=0) for r in self.situation.routes}

    @cached_property
    def ends(self) -> dict[str, int]:
        """Route → the last day, counted from departure, on which a vehicle may still be on the road."""
        return {
            r.id: max([use.day_offset for use in (*r.out, *r.back)], default=0) for r in self.situation.routes
        }

    def arrival(self, trip: Trip) -> int:
        return trip.day + self.arrives[trip.route]

    def kept(self, route: RouteNow, fleet: FleetNow) -> int:
        """Days from departure during which a trip keeps a vehicle."""
        return max(route.cycle_days, fleet.cycle_days, self.ends[route.id] + 1)

    def open(self, door: str, day: int) -> bool:
        return door in self.doors and 0 <= day < self.days and self.doors[door].open_days[day] == 1

    @cached_property
    def passed(self) -> dict[str, set[tuple[str, int]]]:
        """Route → each door vehicles pass, loaded or empty, with the day counted from departure."""
        return {
            route.id: {(door, use.day_offset) for use in (*route.out, *route.back) for door in use.doors}
            | {(door, day) for door in route.extra_doors for day in range(self.ends[route.id] + 1)}
            for route in self.situation.routes
        }

    @cached_property
    def passed_loaded(self) -> dict[str, set[tuple[str, int]]]:
        """Route → each door passed on the loaded way, with the day counted from departure."""
        return {
            route.id: {(door, use.day_offset) for use in route.out for door in use.doors}
            | {(door, day) for door in route.extra_doors for day in range(self.arrives[route.id] + 1)}
            for route in self.situation.routes
        }

    def drivable(self, route: RouteNow, day: int) -> bool:
        """True if a trip may start on that day: every leg has a door, and each is open when it is passed."""
        if (route.id, day) not in self.days_driven:
            self.days_driven[route.id, day] = self._doors_open(route, day)
        return self.days_driven[route.id, day]

    def _doors_open(self, route: RouteNow, day: int) -> bool:
        named = all(use.doors for use in (*route.out, *route.back))
        return (
            named
            and day >= 0
            and day + self.ends[route.id] < self.days
            and all(self.open(door, day + offset) for door, offset in self.passed[route.id])
        )

    def carries(self, fleet: FleetNow, route: RouteNow) -> bool:
        """True if the fleet may drive the route for its purpose, and has room for what is brought there.

        What brings people brings patients too, and among these some may lie.
        """
        room = fleet.payload_g if route.purpose == "aid" else fleet.seats
        purposes = {route.purpose}
        if route.purpose == "evacuation":
            room, purposes = fleet.seats + fleet.stretcher_places, {"evacuation", "return"}
        return room > 0 and fleet.purpose in purposes and (not fleet.routes or route.id in fleet.routes)

    # --- people, seat after seat --------------------------------------------------------------------------

    @cached_property
    def households(self) -> dict[str, HouseholdNow]:
        return {h.id: h for h in self.situation.households}

    @cached_property
    def seated(self) -> list[tuple[str, ReturnTrip, HouseholdNow, int]]:
        """Place, trip, household and vehicle of each seat whose household is known."""
        return [
            (place, trip, self.households[seat.household], seat.vehicle)
            for place, trip in self.returns
            for seat in trip.seats
            if seat.household in self.households
        ]

    def named(self, names: set[str]) -> dict[str, HouseholdNow]:
        """The households of these names, those there are."""
        return {name: self.households[name] for name in names if name in self.households}

    def kin_of(self, homes: dict[str, HouseholdNow]) -> dict[tuple[str, str], set[str]]:
        """The kin groups of these households, each with all its members."""
        wanted = {(h.site, h.kin_group) for h in homes.values() if h.kin_group}
        found: dict[tuple[str, str], set[str]] = {key: set() for key in wanted}
        for home in self.situation.households:
            if (home.site, home.kin_group) in found:
                found[home.site, home.kin_group].add(home.id)
        return found

    def has_seat(self, name: str) -> bool:
        return name in self.going

    @cached_property
    def going(self) -> set[str]:
        """Every household the plan seats, known or not."""
        return {seat.household for _, trip in self.returns for seat in trip.seats}

    @cached_property
    def people(self) -> list[int]:
        """People aboard each return trip."""
        return [
            sum(self.households[s.household].size for s in trip.seats if s.household in self.households)
            for _, trip in self.returns
        ]

    @cached_property
    def leaving(self) -> Counter[tuple[str, int]]:
        """People who leave a site on a day."""
        found: Counter[tuple[str, int]] = Counter()
        for (_, trip), people in zip(self.returns, self.people, strict=True):
            found[trip.site, trip.day] += people
        return found

    @cached_property
    def homes_seated(self) -> int:
        """Households with a seat, each counted once."""
        return len({home.id for _, _, home, _ in self.seated})

    @cached_property
    def flagged(self) -> int:
        """Flagged consents that the seats rest on."""
        return sum(
            bool(c.flagged) and c.adult in home.adults and holds(c, trip.destination, trip.day)
            for _, trip, home, _ in self.seated
            for c in home.consents
        )

    @cached_property
    def points(self) -> int:
        """The second aim: people × weight × (10 − rank) × (2 × days − day of departure)."""
        return sum(
            home.size * home.weight * (10 - rank(home, trip.destination)) * (2 * self.days - trip.day)
            for _, trip, home, _ in self.seated
        )


def holds(consent: ConsentNow, destination: str, day: int, margin: int = 0) -> bool:
    """True if a consent is to that journey, from that day to the end of the margin."""
    return (
        consent.kind == VOLUNTARY_RETURN
        and consent.destination == destination
        and consent.first <= day
        and day + margin <= consent.last
    )


def rank(home: HouseholdNow, destination: str) -> int:
    """Place of a destination among the household's choices, 0 the first; the tenth and later are alike."""
    return min(home.choices.index(destination), 9) if destination in home.choices else 9
