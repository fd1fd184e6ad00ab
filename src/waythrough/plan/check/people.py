"""Rules of people on the move: consents, whole families, kin, seats, and the places that receive them."""

from __future__ import annotations

from collections import Counter, defaultdict

from waythrough.plan.check.facts import RETURN_KIND, Facts, Found
from waythrough.terms.planned import ReturnTrip


def _consents(f: Facts) -> Found:
    margin = f.situation.consent_margin_days
    for place, trip, home, _ in f.seated():
        who = f"{place}, household {home.id}"
        if home.refused:
            yield "refused-household", who, "somebody of the household refused"
        if not home.adults:
            yield "consent-every-adult", who, "no adult who could consent"
        ours = [c for c in home.consents if c.kind == RETURN_KIND]
        for adult in home.adults:
            # Counts only in what is said: which adult it was stays with the household.
            mine = [c for c in ours if c.adult == adult]
            there = [c for c in mine if c.destination == trip.destination]
            if not mine:
                yield "consent-every-adult", who, "an adult gave no travel consent"
            elif not there:
                yield "consent-destination", who, f"an adult gave no consent to {trip.destination}"
            elif not any(c.first <= trip.day and trip.day + margin <= c.last for c in there):
                yield (
                    "consent-live",
                    who,
                    f"an adult's consent does not hold on day {trip.day} and {margin} days after",
                )
            if home.data_consent.get(adult, -1) < trip.day:
                yield "consent-data", who, f"an adult's data consent does not hold on day {trip.day}"
        if trip.destination not in home.choices:
            yield "consent-destination", who, f"{trip.destination} is none of its choices"


def _households(f: Facts) -> Found:
    rides: dict[str, list[tuple[str, ReturnTrip]]] = defaultdict(list)
    for place, trip in f.returns():
        for seat in trip.seats:
            rides[seat.household].append((place, trip))
            if seat.household not in f.households:
                yield "household-unknown", place, f"household {seat.household}"
            elif f.households[seat.household].site != trip.site:
                yield "household-site", place, f"household {seat.household} is not at {trip.site}"
    for name, trips in sorted(rides.items()):
        if len({(t.route, t.day) for _, t in trips}) > 1:
            yield "household-twice", f"household {name}", "on " + ", ".join(place for place, _ in trips)
        elif len(trips) > 1:
            yield "family-whole", f"household {name}", f"seated {len(trips)} times on one trip"


def _kin(f: Facts) -> Found:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for home in f.situation.households:
        if home.kin_group:
            groups[home.site, home.kin_group].append(home.id)
    when = {home.id: (trip.route, trip.day) for _, trip, home, _ in f.seated()}
    for (_, group), members in sorted(groups.items()):
        seated = [when[m] for m in members if m in when]
        if seated and (len(seated) < len(members) or len(set(seated)) > 1):
            yield (
                "kin-together",
                f"kin group {group}",
                f"{len(seated)} of {len(members)} households on {set(seated)}",
            )


def _seats(f: Facts) -> Found:
    people: Counter[tuple[str, int]] = Counter()
    special: Counter[tuple[str, int]] = Counter()
    for place, _, home, vehicle in f.seated():
        people[place, vehicle] += home.size
        special[place, vehicle] += home.special
    for place, trip in f.returns():
        fleet = f.fleets.get(trip.fleet)
        for vehicle in sorted({seat.vehicle for seat in trip.seats}):
            where = f"{place}, vehicle {vehicle}"
            if not 0 <= vehicle < trip.vehicles:
                yield "vehicle-known", where, f"the trip has {trip.vehicles} vehicles"
            if fleet and people[place, vehicle] > fleet.seats:
                yield "seats", where, f"{people[place, vehicle]} people on {fleet.seats} seats"
            if fleet and special[place, vehicle] > fleet.special_seats:
                yield (
                    "special-seats",
                    where,
                    f"{special[place, vehicle]} needed, {fleet.special_seats} there are",
                )


def _reception(f: Facts) -> Found:
    by_day: Counter[tuple[str, int]] = Counter()
    total: Counter[str] = Counter()
    for _, trip, home, _ in f.seated():
        if trip.route in f.routes:
            by_day[trip.destination, f.arrival(trip)] += home.size
            total[trip.destination] += home.size
    for place, trip in f.returns():
        end = f.destinations.get(trip.destination)
        if end is None:
            yield "destination-known", place, f"destination {trip.destination}"
        elif end.stopped:
            yield (
                "destination-stopped",
                place,
                f"movements to {end.id} are stopped: {end.stop_reason or 'no reason'}",
            )
        elif end.per_day is None and end.total is None:
            yield "reception-stated", place, f"nobody stated reception places at {end.id}"
    for (name, day), n in sorted(by_day.items()):
        end = f.destinations.get(name)
        if end and end.per_day is not None and n > end.per_day:
            yield "reception-day", f"destination {name}", f"{n} people on day {day}, {end.per_day} places"
    for name, n in sorted(total.items()):
        end = f.destinations.get(name)
        if end and end.total is not None and n > end.total:
            yield "reception-total", f"destination {name}", f"{n} people, {end.total} places"


RULES = (_consents, _households, _kin, _seats, _reception)
