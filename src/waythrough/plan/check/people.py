"""Rules of each household aboard, seat after seat: consents, whole families, kin, and places in a vehicle."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from waythrough.plan.check.facts import Facts, Found, holds
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.planned import ReturnTrip
from waythrough.terms.situation import FleetNow, HouseholdNow


def _consents(f: Facts) -> Found:
    for place, trip, home, _ in f.seated:
        yield from consents(place, trip, home, f.situation.consent_margin_days)


def consents(place: str, trip: ReturnTrip, home: HouseholdNow, margin: int) -> Found:
    """H1: every adult's live consent to this journey, and nobody's refusal."""
    who = f"{place}, household {home.id}"
    if home.refused:
        yield "refused-household", who, "somebody of the household refused"
    if not home.adults:
        yield "consent-every-adult", who, "no adult who could consent"
    for adult in home.adults:
        # Counts only in what is said: which adult it was stays with the household.
        mine = [c for c in home.consents if c.adult == adult and c.kind == VOLUNTARY_RETURN]
        if not mine:
            yield "consent-every-adult", who, "an adult gave no travel consent"
        elif not any(c.destination == trip.destination for c in mine):
            yield "consent-destination", who, f"an adult gave no consent to {trip.destination}"
        elif not any(holds(c, trip.destination, trip.day, margin) for c in mine):
            found = f"an adult's consent does not hold on day {trip.day} and {margin} days after"
            yield "consent-live", who, found
        if home.data_consent.get(adult, -1) < trip.day:
            yield "consent-data", who, f"an adult's data consent does not hold on day {trip.day}"
    if trip.destination not in home.choices:
        yield "consent-destination", who, f"{trip.destination} is none of its choices"


def _households(f: Facts) -> Found:
    rides: dict[str, list[tuple[str, ReturnTrip]]] = defaultdict(list)
    for place, trip in f.returns:
        for seat in trip.seats:
            rides[seat.household].append((place, trip))
            if seat.household not in f.households:
                yield "household-unknown", place, f"household {seat.household}"
            elif f.households[seat.household].site != trip.site:
                yield "household-site", place, f"household {seat.household} is not at {trip.site}"
    for name, trips in sorted(rides.items()):
        if len(trips) > 1:
            yield from several_seats(name, trips)


def several_seats(name: str, trips: Iterable[tuple[str, ReturnTrip]]) -> Found:
    """H4 and H5: what is wrong with a household that has more than one seat row."""
    trips = list(trips)
    if len({(t.route, t.day) for _, t in trips}) > 1:
        yield "household-twice", f"household {name}", "on " + ", ".join(place for place, _ in trips)
    else:
        yield "family-whole", f"household {name}", f"seated {len(trips)} times on one trip"


def _kin(f: Facts) -> Found:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for home in f.situation.households:
        if home.kin_group:
            groups[home.site, home.kin_group].append(home.id)
    when = {home.id: (trip.route, trip.day) for _, trip, home, _ in f.seated}
    for (_, group), members in sorted(groups.items()):
        seated = [when[m] for m in members if m in when]
        if seated and (len(seated) < len(members) or len(set(seated)) > 1):
            found = f"{len(seated)} of {len(members)} households on {len(set(seated))} trips"
            yield "kin-together", f"kin group {group}", found


def _seats(f: Facts) -> Found:
    aboard: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for n, (_, trip) in enumerate(f.returns):
        for seat in trip.seats:
            home, here = f.households.get(seat.household), aboard[n, seat.vehicle]
            if home:
                here["sitting"] += home.size - home.stretchers
                here["special"] += home.special
                here["stretchers"] += home.stretchers
    for (n, vehicle), needed in sorted(aboard.items()):
        place, trip = f.returns[n]
        yield from vehicle_full(place, trip, f.fleets.get(trip.fleet), vehicle, needed)


def vehicle_full(
    place: str, trip: ReturnTrip, fleet: FleetNow | None, vehicle: int, needed: Counter[str]
) -> Found:
    """H6: one vehicle, which must be there, with the seats and places its people need."""
    where = f"{place}, vehicle {vehicle}"
    if not 0 <= vehicle < trip.vehicles:
        yield "vehicle-known", where, f"the trip has {trip.vehicles} vehicles"
    if fleet is None:
        return
    for rule, what, there in (
        ("seats", "sitting", fleet.seats),
        ("special-seats", "special", fleet.special_seats),
        ("stretchers", "stretchers", fleet.stretcher_places),
    ):
        if needed[what] > there:
            yield rule, where, f"{needed[what]} needed, {there} there are"


RULES = (_consents, _households, _kin, _seats)
