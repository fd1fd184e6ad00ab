"""An invented site with two ways in and two ways out, small enough to work out by hand. All people are
invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from waythrough.plan.generate import generate
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.households import Households
from waythrough.terms.situation import (
    ConsentNow,
    DestinationNow,
    DoorNow,
    FleetNow,
    Good,
    HouseholdNow,
    LegUse,
    RouteNow,
    SiteNow,
    Situation,
    WarehouseNow,
)

DAYS = 10

RULES_OF_PEOPLE = (
    "route-known", "route-matches", "day-in-horizon", "door-shut", "door-shut-return", "vehicle-cap", "fleet-known",
    "fleet-route", "fleet-size", "refused-household", "consent-every-adult", "consent-destination", "consent-live",
    "consent-data", "household-unknown", "household-site", "household-twice", "family-whole", "kin-together",
    "vehicle-known", "vehicles-positive", "seats", "special-seats", "stretchers", "destination-known",
    "destination-stopped", "reception-stated", "reception-day", "reception-week", "reception-total",
    "registration-day", "people-cap",
)  # fmt: skip
"""The hard rules of journeys; the others are about aid and about what a plan says of itself."""


def door(name: str, first: int = 0, last: int = DAYS - 1, days: int = DAYS, **more: Any) -> DoorNow:
    open_days = tuple(int(first <= t <= last) for t in range(days))
    return DoorNow(name, f"party of {name}", "open" if any(open_days) else "closed", open_days, **more)


def leg(name: str, *doors: str, on: int = 0, km: float = 50.0, hours: float = 1.0) -> LegUse:
    return LegUse(f"road {name}", name, km, hours, on, doors)


def route(name: str, purpose: str, end: str, *zones: str, back: int = 0, cycle: int = 1) -> RouteNow:
    out = tuple(leg(zone, f"{purpose} {zone}") for zone in zones)
    home = tuple(leg(zone, f"{purpose} {zone}", on=back) for zone in reversed(zones))
    return RouteNow(name, purpose, "camp", end, out, home, (), cycle)


def consent(adult: str, destination: str, first: int = -5, last: int = 60, **more: Any) -> ConsentNow:
    return ConsentNow(
        adult, destination, VOLUNTARY_RETURN, first, last, f"consent of {adult} to {destination}", **more
    )


def household(name: str, size: int = 4, *choices: str, adults: int = 2, **more: Any) -> HouseholdNow:
    """A household whose every adult consents to each choice and to the use of its data."""
    people = tuple(f"{name}-{n}" for n in range(adults))
    given: dict[str, Any] = {
        "special": 0,
        "weight": 1,
        "consents": tuple(consent(adult, choice) for adult in people for choice in choices),
        "data_consent": dict.fromkeys(people, 60),
    }
    return HouseholdNow(id=name, site="camp", size=size, adults=people, choices=choices, **(given | more))


def situation(**changes: Any) -> Situation:
    """Ten days, a hundred people, ten days of food and no water; aid from two stores, return to two towns."""
    base = Situation(
        as_of=date(2031, 3, 1),
        first_day=date(2031, 3, 2),
        days=DAYS,
        time_zone="UTC",
        ledger="0" * 64,
        sites=(SiteNow("camp", 100, {"food": 100 * 500 * 2, "water": 0}, ("food", "water")),),
        goods=(Good("food", 500, True), Good("soap", 10, False), Good("water", 2_000, True)),
        warehouses=(
            WarehouseNow("store east", {"food": 300_000, "water": 1_000_000}),
            WarehouseNow("store west", {"food": 200_000, "water": 900_000, "soap": 50_000}),
        ),
        destinations=(DestinationNow("lake", 20, 60, False), DestinationNow("port", 30, None, False)),
        doors=(
            door("aid hill", 0, 8, max_vehicles=6),
            door("aid plain", 1, 7, own_word=True),
            door("return hill", 0, 6),
            door("return plain", 2, 8, own_word=True, disputed=True),
        ),
        routes=(
            route("east in", "aid", "store east", "hill", cycle=2),
            route("west in", "aid", "store west", "plain", back=1, cycle=2),
            route("to lake", "return", "lake", "hill", cycle=2),
            route("to port", "return", "port", "hill", "plain", back=1, cycle=2),
        ),
        fleets=(
            FleetNow("coaches", "return", 1, 14, 1, 0, ("to lake", "to port")),
            FleetNow("trucks", "aid", 5, 0, 0, 150_000),
            FleetNow("vans", "return", 1, 6, 1, 0),
        ),
        households=(
            household("ash", 4, "lake", "port"),
            household("birch", 5, "lake", weight=3, special=1),
            household("cedar", 6, "port", "lake"),
            household("elm", 3, "port", kin_group="trees"),
            household("fir", 4, "port", kin_group="trees"),
            household("gorse", 5, "lake", refused=True),
            household("hazel", 2, wishes_to_leave=True),
            household("ivy", 7, "lake", wishes_to_leave=True, data_consent={"ivy-0": 60}),
            household("juniper", 2, wishes_to_leave=False),
        ),
        consent_margin_days=1,
        convoy_spacing_days=2,
        min_convoy_vehicles=2,
        max_convoy_vehicles=5,
        zone_risk={"hill": 3, "plain": 1},
        policy="invented policy",
    )
    return replace(base, **changes)


def with_household(base: Situation, name: str, **changes: Any) -> Situation:
    homes = tuple(replace(h, **changes) if h.id == name else h for h in base.households)
    return replace(base, households=homes)


def with_door(base: Situation, name: str, **changes: Any) -> Situation:
    return replace(base, doors=tuple(replace(d, **changes) if d.id == name else d for d in base.doors))


def with_fleet(base: Situation, name: str, **changes: Any) -> Situation:
    return replace(base, fleets=tuple(replace(f, **changes) if f.id == name else f for f in base.fleets))


def with_destination(base: Situation, name: str, **changes: Any) -> Situation:
    ends = tuple(replace(d, **changes) if d.id == name else d for d in base.destinations)
    return replace(base, destinations=ends)


def four_sites() -> Situation:
    """Five hundred households at four sites with vehicles of their own, and destinations that receive from all."""
    here = generate(20_001, 30, 3)
    homes = Households(tuple(home for n, home in enumerate(here.households) if n % 40 == 0))
    ends = tuple(replace(end, per_week=max(8, (end.per_week or 0) // 60)) for end in here.destinations)
    fleets = tuple(replace(fleet, count=1 + fleet.count // 40) for fleet in here.fleets)
    return replace(here, households=homes, destinations=ends, fleets=fleets)
