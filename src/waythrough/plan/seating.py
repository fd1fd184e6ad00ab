"""Where and when each unit may travel, one by one, as somebody reads it who asks about one household."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from waythrough.plan.network import Network
from waythrough.plan.problem.cells import receives
from waythrough.plan.units import Unit, value
from waythrough.terms.situation import FleetNow, HouseholdNow, RouteNow, Situation


@dataclass(frozen=True)
class Options:
    """Where and when each unit may travel: consents, stops, stated reception, open doors, and a seat that
    is big enough, all at once. ``of[unit.id]`` lists (route, day, value), best first.
    """

    of: dict[str, list[tuple[str, int, int]]]
    fleets: dict[str, list[FleetNow]]


def options(situation: Situation, network: Network, units: Iterable[Unit]) -> Options:
    """Every (route, day) open to each unit, with the value of the journey; best first, ties by day and
    route.
    """
    ends = {d.id: d for d in situation.destinations}
    routes: dict[tuple[str, str], list[RouteNow]] = defaultdict(list)
    fleets = {}
    for route in network.of_purpose("return"):
        fleets[route.id] = network.fleets(route)
        if receives(ends.get(route.end)) and fleets[route.id]:
            routes[route.site, route.end].append(route)
    of = {}
    for unit in units:
        found = []
        for choice in unit.choices:
            for route in routes.get((unit.site, choice.destination), ()):
                if not all(any(_fits(h, f) for f in fleets[route.id]) for h in unit.households):
                    continue
                days = choice.days & network.departures[route.id]
                found += [
                    (route.id, t, value(situation.days, choice.worth, t))
                    for t in range(situation.days)
                    if days >> t & 1
                ]
        if found:
            of[unit.id] = sorted(found, key=lambda option: (-option[2], option[1], option[0]))
    return Options(of, fleets)


def _fits(home: HouseholdNow, fleet: FleetNow) -> bool:
    """True if one vehicle has places for the whole household: who lies on a stretcher takes no seat."""
    return (
        fleet.seats >= home.size - home.stretchers
        and fleet.special_seats >= home.special
        and fleet.stretcher_places >= home.stretchers
    )
