"""Why not: the smallest sets of doors, and the other causes, that keep aid out or people from their own
choice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from waythrough.plan.aid import life_saving
from waythrough.plan.network import Network
from waythrough.plan.seating import options
from waythrough.plan.units import Unit, consent_days, units, why_no_consent
from waythrough.terms.planned import Blocker, ConvoyTrip, Plan, Reason, ReturnTrip
from waythrough.terms.problems import NotFound
from waythrough.terms.situation import HouseholdNow, RouteNow, Situation

NEARNESS = (
    "no_route",
    "stopped",
    "no_reception",
    "no_door_recorded",
    "no_fleet",
    "vehicle_too_small",
    "trip_too_long",
    "door_shut",
)
"""Causes from furthest to nearest: of several choices, the one that came nearest to a seat is told."""


# --- for a purpose ----------------------------------------------------------------------------------------


def blockers(
    situation: Situation,
    network: Network,
    able: Sequence[Unit],
    convoys: Sequence[ConvoyTrip],
    returns: Sequence[ReturnTrip],
    unmet: int,
) -> tuple[Blocker, ...]:
    """What keeps a purpose with no trip at all from happening; empty for a purpose with trips, or with no
    need.
    """
    found: list[Blocker] = []
    if not convoys and (unmet or not life_saving(situation)):
        found += _aid_blockers(situation, network)
    if not returns:
        found += _return_blockers(situation, network, able)
    return tuple(found)


def smallest_sets(network: Network, routes: Iterable[RouteNow]) -> list[tuple[RouteNow, frozenset[str]]]:
    """The sets of shut doors, none larger than it must be, that opened let a route be driven on some day.

    Every such set is given, not only the shortest: naming one party's door alone where others would do as well
    would single that party out. A route on which a zone has no recorded door is left out: no known door opens it.
    An empty set means a route is open already.
    """
    best: dict[frozenset[str], RouteNow] = {}
    for route in routes:
        if not network.nameless_zones(route):
            for t in network.starts(route):
                best.setdefault(network.shut(route, t), route)
    smallest = [s for s in best if not any(other < s for other in best)]
    return [(best[s], s) for s in sorted(smallest, key=lambda s: (len(s), sorted(s)))]


def _aid_blockers(situation: Situation, network: Network) -> list[Blocker]:
    if not life_saving(situation):
        return [Blocker("aid", "no_life_saving_good")]
    found = []
    if not situation.warehouses:
        found.append(Blocker("aid", "no_warehouse"))
    held = {w.id for w in situation.warehouses if any(w.stock_g.get(g.id, 0) for g in life_saving(situation))}
    for warehouse in situation.warehouses:
        if warehouse.id not in held:
            found.append(Blocker("aid", "no_warehouse_stock", fields={"warehouse": warehouse.id}))
    for site in situation.sites:
        silent = [g.id for g in life_saving(situation) if g.id not in site.stock_known]
        if silent:
            found.append(
                Blocker("aid", "stock_not_stated", fields={"site": site.id, "goods": ", ".join(silent)})
            )
        # A road from a warehouse without anything to load is no way in, whatever doors open on it.
        routes = [r for r in network.of_purpose("aid") if r.end in held] or network.of_purpose("aid")
        found += _route_blockers(network, "aid", site.id, routes)
    return found


def _return_blockers(situation: Situation, network: Network, able: Sequence[Unit]) -> list[Blocker]:
    found: list[Blocker] = []
    wanted = {(unit.site, choice.destination) for unit in able for choice in unit.choices}
    if not able:
        found.append(
            Blocker("return", "no_live_consent", fields={"households": str(len(situation.households))})
        )
    for end in situation.destinations:
        if able and not any(destination == end.id for _, destination in wanted):
            continue
        if end.stopped:
            fields = {"destination": end.id, "reason": end.stop_reason}
            found.append(Blocker("return", "destination_stopped", fields=fields))
        elif (end.per_day, end.total) == (None, None):
            found.append(Blocker("return", "no_reception_stated", fields={"destination": end.id}))
    for site in situation.sites:
        routes = [r for r in network.of_purpose("return") if not able or (r.site, r.end) in wanted]
        found += _route_blockers(network, "return", site.id, routes)
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


# --- for households ---------------------------------------------------------------------------------------


def not_seated(
    situation: Situation, network: Network, able: Sequence[Unit], out: Mapping[str, str], seated: set[str]
) -> dict[str, int]:
    """Households without a seat, counted by the code of what stands against it."""
    open_to = options(situation, network, able).of
    counts = Counter(out.values())
    for unit in able:
        if unit.households[0].id not in seated:
            code = "no_seat" if unit.id in open_to else _nearest(network, unit)
            counts[code] += len(unit.households)
    return dict(sorted(counts.items()))


def _nearest(network: Network, unit: Unit) -> str:
    codes = [cause(network, unit, choice.destination, choice.days)[0] for choice in unit.choices]
    return max(codes, key=NEARNESS.index)


def cause(network: Network, unit: Unit, destination: str, days: int) -> tuple[str, dict[str, str]]:
    """The first rule, other than consent and lack of room, that keeps a unit from a destination on all
    these days.

    Gives a code and its fields; ("", {}) when none does.
    """
    end = next((d for d in network.situation.destinations if d.id == destination), None)
    routes = [r for r in network.of_purpose("return") if (r.site, r.end) == (unit.site, destination)]
    if end is None or not routes:
        return "no_route", {"destination": destination}
    if end.stopped:
        return "stopped", {"reason": end.stop_reason}
    if (end.per_day, end.total) == (None, None):
        return "no_reception", {}
    named = [r for r in routes if not network.nameless_zones(r)]
    if not named:
        return "no_door_recorded", {"zones": ", ".join(network.nameless_zones(routes[0]))}
    driven = [r for r in named if network.fleets(r)]
    if not driven:
        return "no_fleet", {}
    big = [r for r in driven if all(_seat(network, r, h) for h in unit.households)]
    if not big:
        return "vehicle_too_small", {"largest": str(max(h.size for h in unit.households))}
    if any(network.departures[r.id] & days for r in big):
        return "", {}
    if not any(days >> t & 1 for r in big for t in network.starts(r)):
        return "trip_too_long", {"days": str(network.situation.days)}
    closest = min(
        (network.shut(r, t) for r in big for t in network.starts(r) if days >> t & 1),
        key=lambda shut: (len(shut), sorted(shut)),
        default=frozenset(),
    )
    return "door_shut", {"doors": ", ".join(sorted(closest))}


def _seat(network: Network, route: RouteNow, household: HouseholdNow) -> bool:
    return any(
        f.seats >= household.size and f.special_seats >= household.special for f in network.fleets(route)
    )


def why_not(situation: Situation, plan: Plan, household: str) -> tuple[Reason, ...]:
    """For each of a household's choices and each day, the first rule that kills it, as runs of days.

    Empty for a household that has a seat. A household without any choice gets one reason over all days.
    Consents are explained for the household as a whole: which adult said no is not for others to read.

    Raises
    ------
    NotFound
        No such household in the situation.
    """
    home = next((h for h in situation.households if h.id == household), None)
    if home is None:
        raise NotFound(what="household", id=household, near="ids are in the situation file")
    if any(seat.household == household for trip in plan.returns for seat in trip.seats):
        return ()
    if not home.choices:
        return (Reason("", 0, situation.days - 1, why_no_consent(situation, home)),)
    network = Network(situation)
    unit = next((u for u in units(situation)[0] if home in u.households), None)
    reasons = []
    for destination in home.choices:
        killed = [_kill(network, plan, home, unit, destination, t) for t in range(situation.days)]
        reasons += _runs(destination, killed)
    return tuple(reasons)


def _kill(
    network: Network, plan: Plan, home: HouseholdNow, unit: Unit | None, destination: str, t: int
) -> tuple[str, dict[str, str]]:
    situation = network.situation
    own = consent_days(situation, home, destination)
    if not own:
        code = why_no_consent(situation, home)
        return ("consent_not_to_this_destination" if code == "consents_do_not_meet" else code), {}
    if not own >> t & 1:
        return "consent_not_on_this_day", {}
    alone = unit or Unit(home.id, home.site, (home,), ())
    together = next((c.days for c in alone.choices if c.destination == destination), 0)
    if not together >> t & 1:
        return "conversation_needed", {"kin_group": home.kin_group}
    code, fields = cause(network, alone, destination, 1 << t)
    return (code, fields) if code else _full(situation, plan, alone, destination, t)


def _full(
    situation: Situation, plan: Plan, unit: Unit, destination: str, t: int
) -> tuple[str, dict[str, str]]:
    """No rule stands against it, so room does: reception places if they are taken, otherwise seats."""
    size = {h.id: h.size for h in situation.households}
    days_out = {r.id: r.days_out for r in situation.routes}
    end = next(d for d in situation.destinations if d.id == destination)
    ways = {
        r.days_out
        for r in situation.routes
        if (r.purpose, r.site, r.end) == ("return", unit.site, destination)
    }
    coming = [
        (trip.day + days_out[trip.route], size[seat.household])
        for trip in plan.returns
        if trip.destination == destination
        for seat in trip.seats
    ]
    if end.total is not None and sum(n for _, n in coming) + unit.people > end.total:
        return "reception_full", {"places": str(end.total)}
    if end.per_day is not None and all(
        sum(n for day, n in coming if day == t + out) + unit.people > end.per_day for out in ways
    ):
        return "reception_full_that_day", {"places": str(end.per_day)}
    return "no_seat", {}


def _runs(destination: str, killed: Sequence[tuple[str, dict[str, str]]]) -> list[Reason]:
    runs: list[Reason] = []
    for t, (code, fields) in enumerate(killed):
        if runs and (runs[-1].code, runs[-1].fields) == (code, fields):
            runs[-1] = Reason(destination, runs[-1].first_day, t, code, fields)
        else:
            runs.append(Reason(destination, t, t, code, fields))
    return runs
