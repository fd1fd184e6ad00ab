"""The room a plan leaves: places to receive people, desks, doors and seats, counted from the plan itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property

from waythrough.plan.homes import homes_named
from waythrough.plan.network import Network, cycle_days
from waythrough.terms.households import HouseholdNow
from waythrough.terms.planned import Plan, ReturnTrip
from waythrough.terms.situation import FleetNow, RouteNow, Situation

Fits = Callable[[RouteNow, int], bool]
Places = list[int]
"""Free in one vehicle: seats, special seats among them, stretcher places."""


class Room:
    """What the journeys of a plan take, and whether a family more would still fit."""

    def __init__(self, situation: Situation, plan: Plan) -> None:
        self.situation, self.plan = situation, plan
        self.network = Network(situation)
        self.fleet = {fleet.id: fleet for fleet in situation.fleets}
        self.end = {end.id: end for end in situation.destinations}
        self.registration = {site.id: site.registration_per_day for site in situation.sites}

    @cached_property
    def seated(self) -> Mapping[str, HouseholdNow]:
        """The households that have a seat, by id."""
        aboard = {seat.household for trip in self.plan.returns for seat in trip.seats}
        return homes_named(self.situation, aboard)

    @cached_property
    def taken(self) -> Mapping[tuple[str, str, int], int]:
        """People: ("arrive", destination, day), ("leave", site, day), ("pass", door, day), ("all", destination, 0)."""
        taken: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        for trip in self.plan.returns:
            people = sum(self.seated[seat.household].size for seat in trip.seats)
            route = self.network.routes[trip.route]
            taken["arrive", trip.destination, trip.day + route.days_out] += people
            taken["leave", trip.site, trip.day] += people
            taken["all", trip.destination, 0] += people
            for door, day in passed_outward(route, trip.day):
                taken["pass", door, day] += people
        patients = {one.id: one.people + one.escorts for one in self.situation.evacuations}
        for gone in self.plan.evacuations:
            for door, day in passed_outward(self.network.routes[gone.route], gone.day):
                taken["pass", door, day] += patients[gone.evacuation]
        return taken

    @cached_property
    def vehicles(self) -> Mapping[tuple[str, str, int], int]:
        """Vehicles: ("busy", fleet, day) and ("through", door, day)."""
        busy: defaultdict[tuple[str, str, int], int] = defaultdict(int)
        for trip in self.plan.trips:
            route = self.network.routes[trip.route]
            for day in range(trip.day, trip.day + cycle_days(route, self.fleet[trip.fleet])):
                busy["busy", trip.fleet, day] += trip.vehicles
            for door, offset in self.network.passed[trip.route]:
                busy["through", door, trip.day + offset] += trip.vehicles
        return busy

    def rules(self, people: int, site: str) -> Iterator[tuple[str, dict[str, str], Fits]]:
        """Each rule about people as a code, its fields, and whether so many more fit a route on a day."""
        per_day = self.registration.get(site)
        if per_day is not None:
            yield (
                "registration_full",
                {"places": str(per_day)},
                lambda route, t: self.taken.get(("leave", site, t), 0) + people <= per_day,
            )
        yield "door_people_full", {}, lambda route, t: self._through_doors(route, t, people)
        yield "reception_full_that_day", {}, lambda route, t: self._received(route, t, people)
        yield "reception_full_that_week", {}, lambda route, t: self._received_in_week(route, t, people)
        yield "reception_full", {}, lambda route, t: self._received_in_all(route, people)

    def _through_doors(self, route: RouteNow, t: int, people: int) -> bool:
        caps = {door.id: door.max_people for door in self.situation.doors if door.max_people is not None}
        return all(
            self.taken.get(("pass", door, day), 0) + people <= caps[door]
            for door, day in passed_outward(route, t)
            if door in caps
        )

    def _received(self, route: RouteNow, t: int, people: int) -> bool:
        cap = self.end[route.end].per_day
        return cap is None or self.taken.get(("arrive", route.end, t + route.days_out), 0) + people <= cap

    def _received_in_week(self, route: RouteNow, t: int, people: int) -> bool:
        cap, week = self.end[route.end].per_week, (t + route.days_out) // 7
        arrived = sum(self.taken.get(("arrive", route.end, 7 * week + n), 0) for n in range(7))
        return cap is None or arrived + people <= cap

    def _received_in_all(self, route: RouteNow, people: int) -> bool:
        cap = self.end[route.end].total
        return cap is None or self.taken.get(("all", route.end, 0), 0) + people <= cap

    # --- seats --------------------------------------------------------------------------------------------

    def seats_for(self, route: RouteNow, t: int, families: Sequence[HouseholdNow]) -> bool:
        """True if every family fits whole: into seats the plan leaves free, or into vehicles that stand still."""
        free = [places for trip in self.plan.returns if (trip.route, trip.day) == (route.id, t)
                for places in self._free(trip)]  # fmt: skip
        spare = {fleet.id: self._spare(fleet, route, t) for fleet in self.network.fleets(route)}
        for home in sorted(families, key=lambda h: (-h.stretchers, -h.special, -h.size, h.id)):
            need = [home.size - home.stretchers, home.special, home.stretchers]
            place = next((p for p in free if _fits(p, need)), None)
            if place is None:
                fleet = next(
                    (f for f in self.network.fleets(route) if spare[f.id] > 0 and _fits(_places(f), need)),
                    None,
                )
                if fleet is None:
                    return False
                spare[fleet.id] -= 1
                free.append(place := _places(fleet))
            for n in range(3):
                place[n] -= need[n]
        return True

    def _free(self, trip: ReturnTrip) -> list[Places]:
        free = [_places(self.fleet[trip.fleet]) for _ in range(trip.vehicles)]
        for seat in trip.seats:
            home = self.seated[seat.household]
            for n, need in enumerate((home.size - home.stretchers, home.special, home.stretchers)):
                free[seat.vehicle][n] -= need
        return free

    def _spare(self, fleet: FleetNow, route: RouteNow, t: int) -> int:
        days = range(t, t + cycle_days(route, fleet))
        still = fleet.count - max(self.vehicles.get(("busy", fleet.id, day), 0) for day in days)
        caps = [
            self.network.caps[door] - self.vehicles.get(("through", door, t + offset), 0)
            for door, offset in self.network.passed[route.id]
            if door in self.network.caps
        ]
        return min([still, *caps])


def passed_outward(route: RouteNow, t: int) -> set[tuple[str, int]]:
    """Each door people pass on their way out, with the day, for a trip that leaves on day ``t``."""
    return {(door, t + use.day_offset) for use in route.out for door in use.doors}


def _places(fleet: FleetNow) -> Places:
    return [fleet.seats, fleet.special_seats, fleet.stretcher_places]


def _fits(free: Sequence[int], need: Sequence[int]) -> bool:
    return all(have >= want for have, want in zip(free, need, strict=True))
