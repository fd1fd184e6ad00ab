"""What people were told, as a plan that a new one can keep: the journeys that were taken up and still are to leave."""

from __future__ import annotations

from waythrough.actions.may_travel import SEATED
from waythrough.actions.workspace import Workspace
from waythrough.terms.doing import VOLUNTARY_RETURN, Movement
from waythrough.terms.planned import Plan, ReturnTrip, Seat
from waythrough.terms.situation import RouteNow, Situation


def journeys_told(ws: Workspace, situation: Situation) -> Plan | None:
    """The journeys ahead with everybody who has a seat on one, as a plan of the same days; None where there are none.

    A movement does not say which fleet drives it. Where several may, its seats cannot be kept vehicle by vehicle, and
    it is left out: what its households were told stays a promise, which the new plan keeps where nothing is lost by it.
    """
    seats: dict[str, list[Seat]] = {}
    for line in ws.register("boarding").values():
        if line.state in SEATED:
            seats.setdefault(line.movement, []).append(Seat(line.household, line.vehicle or 0))
    routes = {route.id: route for route in situation.routes}
    trips = tuple(
        trip
        for movement in sorted(ws.register("movement").values(), key=lambda m: m.id)
        if movement.is_ahead and movement.kind == VOLUNTARY_RETURN and movement.id in seats
        if (route := routes.get(movement.route)) is not None
        if (trip := _trip(situation, route, movement, seats[movement.id])) is not None
    )
    return _plan(situation, trips) if trips else None


def _trip(situation: Situation, route: RouteNow, movement: Movement, seats: list[Seat]) -> ReturnTrip | None:
    day = (movement.window.first_day - situation.first_day).days
    fleets = [
        fleet.id
        for fleet in situation.fleets
        if fleet.purpose == route.purpose and (not fleet.routes or route.id in fleet.routes)
    ]
    if len(fleets) != 1 or not 0 <= day < situation.days:
        return None
    vehicles = max(movement.vehicles, 1 + max(seat.vehicle for seat in seats))
    return ReturnTrip(route.id, route.site, route.end, day, fleets[0], vehicles, tuple(seats))


def _plan(situation: Situation, trips: tuple[ReturnTrip, ...]) -> Plan:
    """A plan of these journeys alone: what is known of it is who was told what."""
    return Plan(
        situation_sha256="",
        as_of=situation.as_of,
        first_day=situation.first_day,
        days=situation.days,
        convoys=(),
        returns=trips,
        aims=(),
        unmet_if_nobody_left=0,
        unmet_person_days=0,
        people_moved=0,
        steps=(),
        blockers=(),
        not_seated={},
        flagged_consents=0,
        solver="",
    )
