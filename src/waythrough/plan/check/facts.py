"""Look-ups over a raw situation and a plan, nothing more, for the rules of the checker."""

from __future__ import annotations

from collections.abc import Iterator

from waythrough.terms.planned import ConvoyTrip, Plan, ReturnTrip
from waythrough.terms.situation import FleetNow, HouseholdNow, RouteNow, Situation

RETURN_KIND = "voluntary_return_movement"
"""The only kind of movement a consent to travel may name here."""

Found = Iterator[tuple[str, str, str]]


class Facts:
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
