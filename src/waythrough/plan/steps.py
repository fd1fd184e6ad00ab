"""The plan as dated lines, each with its gates: everything that must be true the day before it starts.

Each gate names the role that sees to it, and what is done if it is not true by then. Nothing starts past a shut gate:
what is done otherwise is to wait for a day, to ask, to carry less, or to give the seat to the next who wants it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from waythrough.plan.homes import people_and_adults
from waythrough.plan.network import Network
from waythrough.terms.planned import ConvoyTrip, EvacuationTrip, Gate, PlanStep, ReturnTrip, Trip
from waythrough.terms.roles import ACCESS, HEAD, MOVEMENT, REGISTRAR, SITE
from waythrough.terms.situation import DoorNow, EvacuationNow, RouteNow, Situation

SEES_TO: Mapping[str, tuple[str, str]] = {
    "door_open": (ACCESS, "next_open_day"),
    "confirm_in_own_word": (ACCESS, "next_open_day"),
    "settle_dispute": (ACCESS, "next_open_day"),
    "vehicles_ready": (MOVEMENT, "go_with_fewer"),
    "load_ready": (MOVEMENT, "life_saving_first"),
    "name_responsible": (HEAD, "does_not_start"),
    "reconfirm_consents": (REGISTRAR, "standby_takes_seats"),
    "reception_ready": (SITE, "does_not_start"),
    "patients_agree": (REGISTRAR, "does_not_start"),
}
"""Gate → the role of ours that sees to it, and what is done if it is not true the day before."""


def steps(situation: Situation, *departures: Sequence[Trip]) -> tuple[PlanStep, ...]:
    """One step for each trip, in order of day. Each list holds trips of one kind, as the plan does; ``trip`` numbers
    them.
    """
    network, aboard = Network(situation), people_and_adults(situation)
    waiting = {one.id: one for one in situation.evacuations}

    def own_gates(trip: Trip) -> tuple[Gate, ...]:
        if isinstance(trip, ConvoyTrip):
            return _load_gates(trip)
        if isinstance(trip, ReturnTrip):
            return _people_gates(trip, aboard)
        return _patient_gates(trip, waiting[trip.evacuation])

    found = [
        PlanStep(trip.day, trip.kind, n, _seen_to(network, trip, (*_gates(network, trip), *own_gates(trip))))
        for trips in departures
        for n, trip in enumerate(trips)
    ]
    return tuple(sorted(found, key=lambda step: (step.day, step.kind, step.trip)))


def _gates(network: Network, trip: Trip) -> tuple[Gate, ...]:
    """Doors in the order they are met, vehicles, and somebody of us who answers for the trip."""
    route, situation = network.routes[trip.route], network.situation
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


def _people_gates(trip: ReturnTrip, aboard: Mapping[str, tuple[int, int]]) -> tuple[Gate, ...]:
    """Counts only: who consents is nobody's business on a page that goes along with the drivers."""
    households = [aboard[name] for name in dict.fromkeys(seat.household for seat in trip.seats)]
    people = sum(size for size, _ in households)
    adults = sum(adults for _, adults in households)
    return (
        Gate("reconfirm_consents", trip.site, {"households": str(len(households)), "adults": str(adults)}),
        Gate("reception_ready", trip.destination, {"people": str(people)}),
    )


def _patient_gates(trip: EvacuationTrip, one: EvacuationNow) -> tuple[Gate, ...]:
    """Nobody is carried off unasked, nor to a place that does not expect them."""
    return (
        Gate("patients_agree", trip.site, {"people": str(one.people)}),
        Gate("reception_ready", trip.destination, {"people": str(one.people + one.escorts)}),
    )


def _seen_to(network: Network, trip: Trip, gates: Sequence[Gate]) -> tuple[Gate, ...]:
    """The gates with who sees to each, and what is done otherwise: for a door, the next day its road is open."""
    later = [day for day in network.days(trip.route) if day > trip.day]
    seen = []
    for gate in gates:
        role, otherwise = SEES_TO[gate.code]
        if otherwise == "go_with_fewer" and isinstance(trip, ConvoyTrip):
            otherwise = "fewer_loads"
        fields = gate.fields
        if otherwise == "next_open_day":
            otherwise = otherwise if later else "ask_again"
            fields = {**fields, "next": network.situation.day(later[0]).isoformat()} if later else fields
        seen.append(replace(gate, fields=fields, see_to=role, otherwise=otherwise))
    return tuple(seen)
