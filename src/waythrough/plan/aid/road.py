"""The least road that any plan feeding so many must drive: a bound that needs no search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waythrough.plan.aid.rows import AidProgram


def road_bounds(aid: AidProgram, fed: float, costs: Sequence[Mapping[str, int]]) -> list[int]:
    """The least of each cost (per vehicle, by route) with which population 0 can eat ``fed`` rations (in the
    program's unit).

    Vehicles may be taken in parts here, and each goes full: every ration that stock on hand does not give rides on
    the cheapest route to its site, the cheapest rations first. Whatever a real plan does costs at least this.
    """
    return [_bound(aid, fed, per_vehicle) for per_vehicle in costs]


def _bound(aid: AidProgram, fed: float, per_vehicle: Mapping[str, int]) -> int:
    people, offers = aid.populations[0], []
    # A hair less than was fed: the solver's rounding must not make the bound a claim too strong.
    brought = (fed * aid.scale + aid.without[0]) * (1 - 1e-6)
    for site in aid.situation.sites:
        for good in aid.goods:
            needed = sum(people[site.id])
            on_hand = min(needed, site.stock_g.get(good.id, 0) // good.grams_per_person_day)
            brought -= on_hand
            each = _cheapest(aid, site.id, good.id, per_vehicle)
            if each is not None:
                offers.append((each * good.grams_per_person_day, needed - on_hand))
    cost = 0.0
    for each, most in sorted(offers):
        taken = min(max(0.0, brought), most)
        cost += each * taken
        brought -= taken
    return max(0, int(cost * (1 - 1e-6)))


def _cheapest(aid: AidProgram, site: str, good: str, per_vehicle: Mapping[str, int]) -> float | None:
    """Least cost of a gram of a good brought to a site; None where no convoy can bring it."""
    ways = [
        per_vehicle[route] / aid.fleet[fleet].payload_g
        for fleet, route, t in aid.trucks
        if aid.network.routes[route].site == site and (route, t, good) in aid.loads
    ]
    return min(ways, default=None)
