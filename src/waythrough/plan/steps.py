"""The plan as dated lines, each with its gates: everything that must be true the day before it starts."""

from __future__ import annotations

from collections.abc import Sequence

from waythrough.terms.planned import ConvoyTrip, Gate, PlanStep, ReturnTrip
from waythrough.terms.situation import DoorNow, RouteNow, Situation


def steps(
    situation: Situation, convoys: Sequence[ConvoyTrip], returns: Sequence[ReturnTrip]
) -> tuple[PlanStep, ...]:
    """One step for each trip, in order of day. ``trip`` numbers the plan's convoys or returns, as ``kind``
    says.
    """
    found = [
        PlanStep(trip.day, "convoy", n, _gates(situation, trip) + _load_gates(trip))
        for n, trip in enumerate(convoys)
    ]
    found += [
        PlanStep(trip.day, "return", n, _gates(situation, trip) + _consent_gates(situation, trip))
        for n, trip in enumerate(returns)
    ]
    return tuple(sorted(found, key=lambda step: (step.day, step.kind, step.trip)))


def _gates(situation: Situation, trip: ConvoyTrip | ReturnTrip) -> tuple[Gate, ...]:
    """Doors in the order they are met, vehicles, and somebody of us who answers for the trip."""
    route = next(r for r in situation.routes if r.id == trip.route)
    doors = {door.id: door for door in situation.doors}
    gates = [_door_gate(situation, doors[door], route, trip.day) for door in doors_of(route)]
    gates.append(Gate("vehicles_ready", trip.fleet, {"vehicles": str(trip.vehicles)}))
    gates.append(Gate("name_responsible", trip.route, {}))
    return tuple(gates)


def doors_of(route: RouteNow) -> tuple[str, ...]:
    """Every door of a route, once, in the order it is met."""
    met = [door for use in route.out + route.back for door in use.doors]
    return tuple(dict.fromkeys([*met, *route.extra_doors]))


def _door_gate(situation: Situation, door: DoorNow, route: RouteNow, day: int) -> Gate:
    """Open in the party's own word, or still to be confirmed in it: another's word is a reason to ask, not
    to go.
    """
    last = situation.day(day + route.last_offset)
    fields = {"party": door.party, "from": situation.day(day).isoformat(), "to": last.isoformat()}
    if door.conditions:
        fields["conditions"] = door.conditions
    if door.disputed:
        return Gate("settle_dispute", door.id, fields)
    return Gate("door_open" if door.own_word else "confirm_in_own_word", door.id, fields)


def _load_gates(trip: ConvoyTrip) -> tuple[Gate, ...]:
    return tuple(
        Gate("load_ready", trip.warehouse, {"good": good, "grams": str(grams)})
        for good, grams in sorted(trip.load_g.items())
    )


def _consent_gates(situation: Situation, trip: ReturnTrip) -> tuple[Gate, ...]:
    """Counts only: who consents is nobody's business on a page that goes along with the drivers."""
    aboard = {seat.household for seat in trip.seats}
    households = [h for h in situation.households if h.id in aboard]
    people = sum(h.size for h in households)
    adults = sum(len(h.adults) for h in households)
    return (
        Gate("reconfirm_consents", trip.site, {"households": str(len(households)), "adults": str(adults)}),
        Gate("reception_ready", trip.destination, {"people": str(people)}),
    )
