"""Why not: of everything a journey needs, the first rule that stands against it, day by day. No solver runs.

The rules are asked in a fixed order, from a household's own word to the last seat: what its adults allow, the kin it
asked to travel with, the destination, the road, its doors, and only then the room that others have left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from waythrough.plan.homes import home_named, homes_that_chose, kin_of
from waythrough.plan.network import AID, RETURN, Network
from waythrough.plan.room import Room
from waythrough.plan.units import consent_days, why_no_consent
from waythrough.terms.households import HouseholdNow
from waythrough.terms.planned import ConvoyTrip, Plan, Reason, ReturnTrip
from waythrough.terms.problems import NotFound
from waythrough.terms.situation import DestinationNow, FleetNow, RouteNow, Situation
from waythrough.terms.whys import DestinationWhy, RouteWhy

Ways = Mapping[str, int]
"""Routes by id, each with the days still left to it, as bits."""
Fields = Callable[[int], dict[str, str]]
Rule = tuple[str, Ways, Fields]
"""A code, the ways it leaves, and what it says of a day it takes away."""

ROOM_LEFT = "room_left"
"""No rule stands against it and a seat is free: the plan could have been better, or keeps what it promised."""


def why_not(
    situation: Situation, plan: Plan, household: str, destination: str = "", day: int | None = None
) -> tuple[Reason, ...]:
    """For each of a household's choices and each day, the first rule that kills it, as runs of days.

    Empty for a household that has a seat. A household without any choice gets one reason over all days.
    ``destination`` and ``day`` ask about one of them only. Consents are explained for the household as a whole:
    which adult said no is not for others to read.

    Raises
    ------
    NotFound
        No such household in the situation.
    """
    home = home_named(situation, household)
    if any(seat.household == household for trip in plan.returns for seat in trip.seats):
        return ()
    wanted = [d for d in home.choices if destination in ("", d)]
    if not wanted:
        code = "not_their_choice" if home.choices else why_no_consent(situation, home)
        return (Reason(destination, 0, situation.days - 1, code),)
    network, room = Network(situation), Room(situation, plan)
    kin = kin_of(situation, home)
    days = range(situation.days) if day is None else range(day, day + 1)
    return tuple(
        reason
        for end in wanted
        for reason in _runs(end, days, _killed(situation, rules(network, home, kin, end, room)))
    )


def last_straw(rules_of: Iterator[Rule], every: int) -> str:
    """The code of the rule that takes the last day away; ROOM_LEFT when some day stays."""
    for code, ways, _ in rules_of:
        if not _days(ways) & every:
            return code
    return ROOM_LEFT


# --- the rules, in order ----------------------------------------------------------------------------------


def rules(
    network: Network,
    home: HouseholdNow,
    kin: Sequence[HouseholdNow],
    destination: str,
    room: Room | None = None,
) -> Iterator[Rule]:
    """Each rule with the ways it leaves, every one narrowing what the one before it left."""
    situation = network.situation
    every = (1 << situation.days) - 1
    routes = [r for r in network.of_purpose(RETURN) if (r.site, r.end) == (home.site, destination)]
    ways: Ways = {route.id: every for route in routes} or {"": every}
    for code, narrow, fields in (
        *_of_consent(situation, home, kin, destination),
        *_of_destination(situation, destination),
        *_of_road(network, routes, kin),
        *(_of_room(network, kin, room) if room else ()),
    ):
        ways = {route: days & narrow(route) for route, days in ways.items()}
        yield code, ways, fields


Narrowing = tuple[str, Callable[[str], int], Fields]


def _of_consent(
    situation: Situation, home: HouseholdNow, kin: Sequence[HouseholdNow], destination: str
) -> Iterator[Narrowing]:
    own = consent_days(situation, home, destination)
    if not own:
        code = why_no_consent(situation, home)
        yield ("consent_not_to_this_destination" if code == "consents_do_not_meet" else code), _none, _nothing
    yield "consent_not_on_this_day", lambda _: own, _nothing
    together = -1
    for member in kin:
        together &= consent_days(situation, member, destination)
    yield "conversation_needed", lambda _: together, _always(kin_group=home.kin_group)


def _of_destination(situation: Situation, destination: str) -> Iterator[Narrowing]:
    end = next((d for d in situation.destinations if d.id == destination), None)
    if end is None:
        yield "no_route", _none, _always(destination=destination)
    elif end.stopped:
        yield "stopped", _none, _always(reason=end.stop_reason)
    elif not receives(end):
        yield "no_reception", _none, _nothing


def receives(end: DestinationNow) -> bool:
    """True where somebody stated how many people can be received, by day, by week or in all."""
    return (end.per_day, end.per_week, end.total) != (None, None, None)


def _of_road(
    network: Network, routes: Sequence[RouteNow], kin: Sequence[HouseholdNow]
) -> Iterator[Narrowing]:
    yield "no_route", _only(r.id for r in routes), _nothing
    named = {r.id for r in routes if not network.nameless_zones(r)}
    nameless = sorted({zone for r in routes for zone in network.nameless_zones(r)})
    yield "no_door_recorded", _only(named), _always(zones=", ".join(nameless))
    driven = {r.id for r in routes if network.fleets(r)}
    yield "no_fleet", _only(driven), _nothing
    big = {r.id for r in routes if all(any(fits(f, h) for f in network.fleets(r)) for h in kin)}
    yield "vehicle_too_small", _only(big), _always(largest=str(max(h.size for h in kin)))
    starts = {r.id: (1 << len(network.starts(r))) - 1 for r in routes}
    yield "trip_too_long", lambda r: starts.get(r, 0), _always(days=str(network.situation.days))
    usable = [r for r in routes if r.id in named & driven & big]
    yield "door_shut", lambda r: network.departures.get(r, 0), lambda t: shut_doors(network, usable, t)


def shut_doors(network: Network, routes: Sequence[RouteNow], t: int) -> dict[str, str]:
    """The fewest doors that keep every one of these routes shut on a day."""
    sets = [network.shut(route, t) for route in routes if t in network.starts(route)]
    fewest = min(sets, key=lambda shut: (len(shut), sorted(shut)), default=frozenset())
    return {"doors": ", ".join(sorted(fewest))}


def _of_room(network: Network, kin: Sequence[HouseholdNow], room: Room) -> Iterator[Narrowing]:
    people = sum(h.size for h in kin)
    for code, fields, fits in room.rules(people, kin[0].site):
        yield code, _while(network, fits), _always(**fields)
    yield "no_seat", _while(network, lambda route, t: room.seats_for(route, t, kin)), _nothing


def _while(network: Network, fits: Callable[[RouteNow, int], bool]) -> Callable[[str], int]:
    def days(name: str) -> int:
        route = network.routes[name]
        return sum(1 << t for t in network.days(name) if fits(route, t))

    return days


def fits(fleet: FleetNow, household: HouseholdNow) -> bool:
    """True if a whole household has room in one empty vehicle of the fleet."""
    return (
        fleet.seats >= household.size - household.stretchers
        and fleet.special_seats >= household.special
        and fleet.stretcher_places >= household.stretchers
    )


def _none(_: str) -> int:
    return 0


def _nothing(_: int) -> dict[str, str]:
    return {}


def _always(**fields: str) -> Fields:
    return lambda _: {key: value for key, value in fields.items() if value}


def _only(routes: Iterator[str] | set[str]) -> Callable[[str], int]:
    known = set(routes)
    return lambda route: -1 if route in known else 0


# --- by day -----------------------------------------------------------------------------------------------


def _days(ways: Ways) -> int:
    days = 0
    for left in ways.values():
        days |= left
    return days


def _killed(situation: Situation, found: Iterator[Rule]) -> list[tuple[str, dict[str, str]]]:
    """For each day the first rule that takes it away."""
    killed: list[tuple[str, dict[str, str]]] = [(ROOM_LEFT, {})] * situation.days
    left = (1 << situation.days) - 1
    for code, ways, fields in found:
        now = _days(ways) & left
        for t in range(situation.days):
            if left & ~now & 1 << t:
                killed[t] = (code, fields(t))
        left = now
        if not left:
            break
    return killed


def _runs(destination: str, days: range, killed: Sequence[tuple[str, dict[str, str]]]) -> list[Reason]:
    runs: list[Reason] = []
    for t in days:
        code, fields = killed[t]
        if runs and (runs[-1].code, runs[-1].fields) == (code, fields):
            runs[-1] = Reason(destination, runs[-1].first_day, t, code, fields)
        else:
            runs.append(Reason(destination, t, t, code, fields))
    return runs


# --- a destination, a route, a day ------------------------------------------------------------------------


def why_destination(situation: Situation, plan: Plan, destination: str) -> DestinationWhy:
    """What keeps people from a destination they chose.

    Raises
    ------
    NotFound
        No such destination in the situation.
    """
    if all(end.id != destination for end in situation.destinations):
        raise NotFound(what="destination", id=destination, near="ids are in the situation file")
    network = Network(situation)
    every = (1 << situation.days) - 1
    going = {seat.household: trip.destination for trip in plan.returns for seat in trip.seats}
    asked = list(homes_that_chose(situation, destination))
    others: Counter[str] = Counter()
    for home, kin in asked:
        if home.id not in going:
            code = last_straw(rules(network, home, kin, destination), every)
            others["no_seat" if code == ROOM_LEFT else code] += 1
    homes = [home for home, _ in asked]
    there = [h for h in homes if going.get(h.id) == destination]
    return DestinationWhy(
        destination,
        len(asked),
        sum(h.size for h in homes),
        len(there),
        sum(h.size for h in there),
        sum(1 for h in homes if going.get(h.id, destination) != destination),
        dict(sorted(others.items(), key=lambda one: (-one[1], one[0]))),
    )


def why_route(situation: Situation, plan: Plan, route: str, day: int | None = None) -> RouteWhy:
    """What keeps vehicles off a route, as runs of days; ``not_used`` where nothing does and none leaves.

    Raises
    ------
    NotFound
        No such route in the situation.
    """
    network = Network(situation)
    if route not in network.routes:
        raise NotFound(what="route", id=route, near=", ".join(sorted(network.routes)[:5]))
    at = network.routes[route]
    trips: Counter[int] = Counter()
    every: list[ConvoyTrip | ReturnTrip] = [*plan.convoys, *plan.returns]
    for trip in every:
        if trip.route == route:
            trips[trip.day] += trip.vehicles
    killed = [_on_road(network, at, trips, t) for t in range(situation.days)]
    days = range(situation.days) if day is None else range(day, day + 1)
    return RouteWhy(route, at.purpose, tuple(_runs(at.end, days, killed)), dict(sorted(trips.items())))


def why_day(situation: Situation, plan: Plan, day: int) -> list[RouteWhy]:
    """What keeps vehicles off each route on one day."""
    return [why_route(situation, plan, route.id, day) for route in situation.routes]


def _on_road(
    network: Network, route: RouteNow, trips: Mapping[int, int], t: int
) -> tuple[str, dict[str, str]]:
    if trips.get(t):
        return "leaves", {"vehicles": str(trips[t])}
    if zones := network.nameless_zones(route):
        return "no_door_recorded", {"zones": ", ".join(zones)}
    if not network.fleets(route):
        return "no_fleet", {}
    if t not in network.starts(route):
        return "trip_too_long", {"days": str(network.situation.days)}
    if not network.departures[route.id] >> t & 1:
        return "door_shut", shut_doors(network, [route], t)
    end = next((d for d in network.situation.destinations if d.id == route.end), None)
    if route.purpose == RETURN and end is not None:
        if end.stopped:
            return "stopped", {"reason": end.stop_reason}
        if not receives(end):
            return "no_reception", {}
    spacing = network.situation.convoy_spacing_days
    if route.purpose == AID and any(trips.get(t + n) for n in range(1 - spacing, spacing) if n):
        return "too_soon_after_a_convoy", {"days": str(spacing)}
    return "not_used", {}
