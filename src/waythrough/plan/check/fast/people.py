"""Rules of each household aboard, in columns. What is suspected is named by the readable rules.

So the two ways of checking differ in how they find what is wrong, and never in what they call it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import cast

import numpy as np

from waythrough.plan.check import people as plain
from waythrough.plan.check.facts import Facts, Found
from waythrough.plan.check.fast.crowd import Crowd, Ints, spread


def _consents(facts: Facts) -> Found:
    f = cast(Crowd, facts)
    for n in np.flatnonzero(~_allowed(f)):
        seat = f.known_seats[n]
        place, trip = f.returns[f.trip[seat]]
        home = f.household(int(f.row[seat]))
        yield from plain.consents(place, trip, home, f.situation.consent_margin_days)


def _allowed(f: Crowd) -> np.ndarray:
    """For each known seat: true if every adult's consents allow the journey."""
    rows = f.known_rows
    adults = f.adult_start[rows + 1] - f.adult_start[rows] if len(rows) else rows
    whose, adult = spread(f.adult_start, rows)
    data = f.data_until[adult] >= f.known_days[whose]
    # A place for each adult of each seat, marked where one of the adult's consents holds.
    first = np.cumsum(adults) - adults
    said = np.zeros(len(adult), np.bool_)
    owner, consent = spread(f.consent_start, rows)
    holds = f.live(owner, consent, f.situation.consent_margin_days)
    owner, consent = owner[holds], consent[holds]
    said[first[owner] + f.consent_adult[consent] - f.adult_start[rows][owner]] = True
    yes = np.zeros(len(rows), np.int64)
    np.add.at(yes, whose[said & data], 1)
    return (yes == adults) & (adults > 0) & (f.refused[rows] == 0) & (f.seat_rank < 10)


def _households(facts: Facts) -> Found:
    f = cast(Crowd, facts)
    for unknown in np.flatnonzero(f.row < 0):
        yield "household-unknown", f.returns[f.trip[unknown]][0], f"household {f.names[unknown]}"
    elsewhere = f.site[f.known_rows] != f.trip_site[f.trip[f.known_seats]]
    for seat in f.known_seats[elsewhere]:
        place, trip = f.returns[f.trip[seat]]
        yield "household-site", place, f"household {f.names[seat]} is not at {trip.site}"
    if len(f.known_rows) < len(f.names) or f.seats_of.max(initial=0) > 1:
        rides = defaultdict(list)
        again = {name for name, n in Counter(f.names).items() if n > 1}
        for n, name in enumerate(f.names):
            if name in again:
                rides[name].append(f.returns[f.trip[n]])
        for name, trips in sorted(rides.items()):
            yield from plain.several_seats(name, trips)


def _kin(facts: Facts) -> Found:
    f = cast(Crowd, facts)
    related = np.flatnonzero(f.kin >= 0)
    if not len(related) or not len(f.known_seats):
        return
    keys, group = np.unique(f.site[related] * len(f.columns.kin_names) + f.kin[related], return_inverse=True)
    departures: dict[tuple[str, int], int] = {}
    number = np.array(
        [departures.setdefault((t.route, t.day), len(departures)) for _, t in f.returns], np.int64
    )
    when = np.full(len(f.columns.ids), -1)
    when[f.known_rows] = number[f.trip[f.known_seats]]
    seated = when[related] >= 0
    members, aboard = np.bincount(group), np.bincount(group[seated], minlength=len(keys))
    earliest, latest = np.full(len(keys), len(departures)), np.full(len(keys), -1)
    np.minimum.at(earliest, group[seated], when[related][seated])
    np.maximum.at(latest, group[seated], when[related][seated])
    for n in np.flatnonzero((aboard > 0) & ((aboard < members) | (earliest != latest))):
        name = f.columns.kin_names[int(keys[n]) % len(f.columns.kin_names)]
        found = f"{aboard[n]} of {members[n]} households, or not all on one trip"
        yield "kin-together", f"kin group {name}", found


def _seats(facts: Facts) -> Found:
    f = cast(Crowd, facts)
    if not len(f.trip):
        return
    low = int(f.vehicle.min())
    span = int(f.vehicle.max()) - low + 1
    keys, which = np.unique(f.trip * span + (f.vehicle - low), return_inverse=True)
    trip, vehicle = keys // span, keys % span + low
    which = which[f.known_seats]
    rows = f.known_rows
    needed = {
        "sitting": _sums(which, f.size[rows] - f.stretchers[rows], len(keys)),
        "special": _sums(which, f.special[rows], len(keys)),
        "stretchers": _sums(which, f.stretchers[rows], len(keys)),
    }
    fleets = [f.fleets.get(ride.fleet) for _, ride in f.returns]
    there = {
        "sitting": np.array([fleet.seats if fleet else ANY for fleet in fleets]),
        "special": np.array([fleet.special_seats if fleet else ANY for fleet in fleets]),
        "stretchers": np.array([fleet.stretcher_places if fleet else ANY for fleet in fleets]),
    }
    vehicles = np.array([ride.vehicles for _, ride in f.returns])
    wrong = (vehicle < 0) | (vehicle >= vehicles[trip])
    for what in needed:
        wrong |= needed[what] > there[what][trip]
    for n in np.flatnonzero(wrong):
        place, ride = f.returns[trip[n]]
        here = Counter({what: int(sums[n]) for what, sums in needed.items()})
        yield from plain.vehicle_full(place, ride, f.fleets.get(ride.fleet), int(vehicle[n]), here)


ANY = 2**62
"""Seats of a fleet nobody knows: what is wrong there is said by another rule."""


def _sums(which: Ints, values: Ints, length: int) -> Ints:
    found = np.zeros(length, np.int64)
    np.add.at(found, which, values)
    return found


RULES = (_consents, _households, _kin, _seats)
