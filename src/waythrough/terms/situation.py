"""What the planner is told: the position as of a day, in days, people and kilograms. Pure values.

Day 0 is ``first_day``; day ``t`` is ``t`` days later. Nothing here names a person: units are opaque
household ids.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from waythrough.terms.estimates import Outlook

SCHEMA = "waythrough/situation/1"


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
    that is said on the plan*.
    """

    id: str
    people: int
    stock_g: Mapping[str, int]
    stock_known: tuple[str, ...] = ()


@dataclass(frozen=True)
class WarehouseNow:
    """A warehouse: grams available per good at the start (convoys draw on it)."""

    id: str
    stock_g: Mapping[str, int]


@dataclass(frozen=True)
class DestinationNow:
    """Where people may choose to go. Stopped = no movement there.

    ``per_day`` (by day of arrival) and ``total`` (over the horizon) are reception places for people. Both
    None means nobody stated any, and nobody is brought there.
    """

    id: str
    per_day: int | None
    total: int | None
    stopped: bool
    stop_reason: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class DoorNow:
    """A door with its days: open on day t iff ``open_days[t]`` is 1 (shape: (days,)).

    ``max_vehicles`` is a cap written in the guarantee, per day. ``own_word`` False = open on another's word.
    """

    id: str
    party: str
    state: str
    open_days: tuple[int, ...]
    own_word: bool = False
    max_vehicles: int | None = None
    conditions: str = ""
    disputed: bool = False


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

    Everyone takes a seat; ``special_seats`` of the seats also suit a special need. A trip keeps a vehicle
    for the longer of the route's and the fleet's ``cycle_days``.
    """

    id: str
    purpose: str
    count: int
    seats: int
    special_seats: int
    payload_g: int
    routes: tuple[str, ...] = ()
    cycle_days: int = 1


@dataclass(frozen=True)
class ConsentNow:
    """One adult's live travel consent to one destination and kind of movement, as first and last valid day
    index.
    """

    adult: str
    destination: str
    kind: str
    first: int
    last: int
    ref: str
    flagged: tuple[str, ...] = ()


@dataclass(frozen=True)
class HouseholdNow:
    """A household at a site. ``choices`` are destinations in its own order of preference.

    ``weight`` (≥ 1) is the policy's weight of its needs, per person. ``consents`` may have ended already:
    only a consent valid from the day of travel to the end of the margin counts.
    ``adults`` each need a live travel consent to the destination on the day and a live data consent
    (``data_consent`` maps adult to its last valid day index; an adult missing there has none).
    """

    id: str
    site: str
    size: int
    special: int
    weight: int
    adults: tuple[str, ...]
    choices: tuple[str, ...]
    consents: tuple[ConsentNow, ...]
    data_consent: Mapping[str, int]
    kin_group: str = ""
    wishes_to_leave: bool | None = None
    refused: bool = False


@dataclass(frozen=True)
class Situation:
    """Everything a plan is made from, as of a day. ``ledger`` is the hash the values were taken at."""

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
    households: tuple[HouseholdNow, ...]
    outlooks: tuple[Outlook, ...] = ()
    consent_margin_days: int = 0
    convoy_spacing_days: int = 1
    min_convoy_vehicles: int = 1
    max_convoy_vehicles: int = 100
    zone_risk: Mapping[str, int] = field(default_factory=dict)
    policy: str = ""
    schema: str = SCHEMA

    def day(self, t: int) -> date:
        """The calendar day of index t."""
        return self.first_day + timedelta(days=t)
