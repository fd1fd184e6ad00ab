"""What the planner is told: the position as of a day, in days, people and kilograms. Pure values.

Day 0 is ``first_day``; day ``t`` is ``t`` days later. Nothing here names a person: units are opaque
household ids.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from waythrough.terms.estimates import Outlook
from waythrough.terms.households import ConsentNow as ConsentNow
from waythrough.terms.households import HouseholdNow as HouseholdNow
from waythrough.terms.households import Households as Households

SCHEMA = "waythrough/situation/2"
READABLE = (SCHEMA, "waythrough/situation/1")
"""Schemas of situation files that can still be read."""


@dataclass(frozen=True)
class Good:
    """A commodity: grams needed per person and day at the life-saving threshold."""

    id: str
    grams_per_person_day: int
    life_saving: bool


@dataclass(frozen=True)
class SiteNow:
    """A site: people there (a whole number, the reconciled estimate), and grams in stock per good.

    ``stock_known`` lists the goods whose stock somebody stated; for the others stock counts as zero *and
    that is said on the plan*. ``storage_g`` is the most that can be stored of a good (no entry: nobody stated a
    limit). ``registration_per_day`` is how many people the desk can register for departure a day.
    ``changes`` are people more or fewer on each day without us: births, arrivals, deaths, departures by their
    own means. ``severity`` (≥ 1) is the policy's word for how badly off the site is: among plans that leave
    equally much need unmet, the one that serves the worse-off site first is chosen.
    """

    id: str
    people: int
    stock_g: Mapping[str, int]
    stock_known: tuple[str, ...] = ()
    storage_g: Mapping[str, int] = field(default_factory=dict)
    registration_per_day: int | None = None
    changes: tuple[int, ...] = ()
    severity: int = 1


@dataclass(frozen=True)
class Receipt:
    """Grams of a good that reach a warehouse, on hand from that day."""

    good: str
    day: int
    grams: int


@dataclass(frozen=True)
class WarehouseNow:
    """A warehouse: grams available per good at the start (convoys draw on it), and what is to come."""

    id: str
    stock_g: Mapping[str, int]
    receipts: tuple[Receipt, ...] = ()


@dataclass(frozen=True)
class DestinationNow:
    """Where people may choose to go. Stopped = no movement there.

    ``per_day`` and ``per_week`` (by day of arrival; week 0 is days 0 to 6) and ``total`` (over the horizon) are
    reception places for people. All None means nobody stated any, and nobody is brought there.
    """

    id: str
    per_day: int | None
    total: int | None
    stopped: bool
    stop_reason: str = ""
    flags: tuple[str, ...] = ()
    per_week: int | None = None


@dataclass(frozen=True)
class DoorNow:
    """A door with its days: open on day t iff ``open_days[t]`` is 1 (shape: (days,)).

    ``max_vehicles`` and ``max_people`` are caps written in the guarantee, per day (people: those who travel);
    ``goods`` are the goods it allows, none named = all. ``own_word`` False = open on another's word.
    """

    id: str
    party: str
    state: str
    open_days: tuple[int, ...]
    own_word: bool = False
    max_vehicles: int | None = None
    conditions: str = ""
    disputed: bool = False
    max_people: int | None = None
    goods: tuple[str, ...] = ()


@dataclass(frozen=True)
class LegUse:
    """One leg as a route uses it: the doors that must be open when vehicles are on it."""

    leg: str
    zone: str
    km: float
    hours: float
    day_offset: int
    doors: tuple[str, ...]


@dataclass(frozen=True)
class RouteNow:
    """A route between a site and a warehouse (aid) or a destination (return), leg by leg, outward and back.

    ``out`` is the loaded way (from the warehouse for aid, from the site for return). ``back`` lists the way
    home of the empty vehicles, with day offsets from departure. A leg that may be travelled on either of
    two days stands twice, its km and hours shared. A leg without doors can never be passed: nobody knows
    whom to ask. ``extra_doors`` must be open on every day of the trip. ``cycle_days`` is how long one trip
    keeps a vehicle.
    """

    id: str
    purpose: str
    site: str
    end: str
    out: tuple[LegUse, ...]
    back: tuple[LegUse, ...]
    extra_doors: tuple[str, ...]
    cycle_days: int

    @functools.cached_property
    def days_out(self) -> int:
        """Days from departure to arrival at the other end."""
        return max((use.day_offset for use in self.out), default=0)

    @functools.cached_property
    def last_offset(self) -> int:
        """The last day, counted from departure, on which a vehicle of the trip may still be on the road."""
        return max((use.day_offset for use in self.out + self.back), default=0)


@dataclass(frozen=True)
class FleetNow:
    """Vehicles of one kind for a purpose. ``routes`` empty = every route of that purpose.

    Everyone takes a seat but those who lie on one of the ``stretcher_places``; ``special_seats`` of the seats
    also suit a special need. A trip keeps a vehicle for the longer of the route's and the fleet's ``cycle_days``.
    """

    id: str
    purpose: str
    count: int
    seats: int
    special_seats: int
    payload_g: int
    routes: tuple[str, ...] = ()
    cycle_days: int = 1
    stretcher_places: int = 0


@dataclass(frozen=True)
class Promise:
    """What the last published plan told a household: the destination and day of its journey."""

    household: str
    destination: str
    day: int


@dataclass(frozen=True)
class EvacuationNow:
    """People of a site who must reach treatment. No names.

    ``people`` are patients, of whom ``stretchers`` lie down; ``escorts`` go along and sit. ``last_day`` is the last day
    on which arriving still helps (below 0: it has passed; None: nobody said). ``route`` is the road chosen for it;
    none = every evacuation route of the site.
    """

    id: str
    site: str
    people: int
    escorts: int = 0
    stretchers: int = 0
    last_day: int | None = None
    route: str = ""

    @property
    def seats(self) -> int:
        """Everyone who sits."""
        return self.people - self.stretchers + self.escorts


@dataclass(frozen=True)
class Situation:
    """Everything a plan is made from, as of a day. ``ledger`` is the hash the values were taken at.

    ``households`` may be given as any sequence of households. ``promised`` is what people were told by the last
    published plan, and the first ``frozen_days`` of it change only where it is no longer legal.
    """

    as_of: date
    first_day: date
    days: int
    time_zone: str
    ledger: str
    sites: tuple[SiteNow, ...]
    goods: tuple[Good, ...]
    warehouses: tuple[WarehouseNow, ...]
    destinations: tuple[DestinationNow, ...]
    doors: tuple[DoorNow, ...]
    routes: tuple[RouteNow, ...]
    fleets: tuple[FleetNow, ...]
    households: Households
    outlooks: tuple[Outlook, ...] = ()
    consent_margin_days: int = 0
    convoy_spacing_days: int = 1
    min_convoy_vehicles: int = 1
    max_convoy_vehicles: int = 100
    zone_risk: Mapping[str, int] = field(default_factory=dict)
    policy: str = ""
    schema: str = SCHEMA
    promised: tuple[Promise, ...] = ()
    frozen_days: int = 0
    evacuations: tuple[EvacuationNow, ...] = ()

    def __post_init__(self) -> None:
        given: Any = self.households
        if not isinstance(given, Households):
            object.__setattr__(self, "households", Households(given))

    def day(self, t: int) -> date:
        """The calendar day of index t."""
        return self.first_day + timedelta(days=t)
