"""Why not: the smallest sets of doors, and the other causes, that keep aid out or people from their own
choice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from waythrough.plan.aid import life_saving
from waythrough.plan.network import AID, RETURN, Network
from waythrough.terms.planned import Blocker, ConvoyTrip, ReturnTrip
from waythrough.terms.situation import RouteNow, Situation

# --- for a purpose ----------------------------------------------------------------------------------------


def blockers(
    situation: Situation,
    network: Network,
    wanted: Collection[tuple[str, str]],
    convoys: Sequence[ConvoyTrip],
    returns: Sequence[ReturnTrip],
    unmet: int,
) -> tuple[Blocker, ...]:
    """What keeps a purpose with no trip at all from happening; empty for a purpose with trips, or with no
    need. ``wanted`` are the journeys somebody consents to, as (site, destination).
    """
    found: list[Blocker] = []
    if not convoys and (unmet or not life_saving(situation)):
        found += _aid_blockers(situation, network)
    if not returns:
        found += _return_blockers(situation, network, wanted)
    return tuple(found)


def smallest_sets(
    network: Network, routes: Iterable[RouteNow], last_arrival: int | None = None
) -> list[tuple[RouteNow, frozenset[str]]]:
    """The sets of shut doors, none larger than it must be, that opened let a route be driven on some day.

    Every such set is given, not only the shortest: naming one party's door alone where others would do as well
    would single that party out. A route on which a zone has no recorded door is left out: no known door opens it.
    An empty set means a route is open already. With ``last_arrival`` only trips that arrive by that day count.
    """
    best: dict[frozenset[str], RouteNow] = {}
    for route in routes:
        if not network.nameless_zones(route):
            for t in network.starts(route):
                if last_arrival is not None and t + route.days_out > last_arrival:
                    break
                best.setdefault(network.shut(route, t), route)
    smallest = [s for s in best if not any(other < s for other in best)]
    return [(best[s], s) for s in sorted(smallest, key=lambda s: (len(s), sorted(s)))]


def _aid_blockers(situation: Situation, network: Network) -> list[Blocker]:
    if not life_saving(situation):
        return [Blocker(AID, "no_life_saving_good")]
    found = []
    if not situation.warehouses:
        found.append(Blocker(AID, "no_warehouse"))
    held = {w.id for w in situation.warehouses if any(w.stock_g.get(g.id, 0) for g in life_saving(situation))}
    for warehouse in situation.warehouses:
        if warehouse.id not in held:
            found.append(Blocker(AID, "no_warehouse_stock", fields={"warehouse": warehouse.id}))
    for site in situation.sites:
        silent = [g.id for g in life_saving(situation) if g.id not in site.stock_known]
        if silent:
            found.append(
                Blocker(AID, "stock_not_stated", fields={"site": site.id, "goods": ", ".join(silent)})
            )
        # A road from a warehouse without anything to load is no way in, whatever doors open on it.
        routes = [r for r in network.of_purpose(AID) if r.end in held] or network.of_purpose(AID)
        found += _route_blockers(network, AID, site.id, routes)
    return found


def _return_blockers(
    situation: Situation, network: Network, wanted: Collection[tuple[str, str]]
) -> list[Blocker]:
    found: list[Blocker] = []
    if not wanted:
        found.append(
            Blocker(RETURN, "no_live_consent", fields={"households": str(len(situation.households))})
        )
    for end in situation.destinations:
        if wanted and not any(destination == end.id for _, destination in wanted):
            continue
        if end.stopped:
            fields = {"destination": end.id, "reason": end.stop_reason}
            found.append(Blocker(RETURN, "destination_stopped", fields=fields))
        elif (end.per_day, end.per_week, end.total) == (None, None, None):
            found.append(Blocker(RETURN, "no_reception_stated", fields={"destination": end.id}))
    for site in situation.sites:
        routes = [r for r in network.of_purpose(RETURN) if not wanted or (r.site, r.end) in wanted]
        found += _route_blockers(network, RETURN, site.id, routes)
    return found


def _route_blockers(network: Network, purpose: str, site: str, routes: Sequence[RouteNow]) -> list[Blocker]:
    ours = [route for route in routes if route.site == site]
    if not ours:
        return [Blocker(purpose, "no_route", fields={"site": site})]
    found = [
        Blocker(purpose, "no_door_recorded", fields={"site": site, "route": route.id, "zone": zone})
        for route in ours
        for zone in network.nameless_zones(route)
    ]
    if not any(network.fleets(route) for route in ours):
        found.append(Blocker(purpose, "no_fleet", fields={"site": site}))
    found += [
        Blocker(purpose, "horizon_too_short", fields={"site": site, "route": route.id})
        for route in ours
        if not network.starts(route)
    ]
    found += [
        Blocker(
            purpose, "doors_shut", tuple(sorted(doors)), {"site": site, "route": route.id, "end": route.end}
        )
        for route, doors in smallest_sets(network, ours)
        if doors
    ]
    return found
