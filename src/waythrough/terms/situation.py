"""What the planner is told: the position as of a day, in days, people and kilograms. Pure values.

Day 0 is ``first_day``; day ``t`` is ``t`` days later. Nothing here names a person: units are opaque household ids.
"""

from __future__ import annotations

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

    ``stock_known`` lists the goods whose stock somebody stated; for the others stock counts as zero *and that is
    said on the plan*.
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
    """Where people may choose to go. ``per_day`` and ``total`` reception places; stopped = no movement there."""

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

    ``back`` lists the way home of the empty vehicles, with day offsets from departure. ``cycle_days`` is how long
    one trip keeps a vehicle.
    """

    id: str
    purpose: str
    site: str
    end: str
    out: tuple[LegUse, ...]
    back: tuple[LegUse, ...]
    extra_doors: tuple[str, ...]
    cycle_days: int


@dataclass(frozen=True)
class FleetNow:
    """Vehicles of one kind for a purpose. ``routes`` empty = every route of that purpose."""

    id: str
    purpose: str
    count: int
    seats: int
    special_seats: int
    payload_g: int
    routes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConsentNow:
    """One adult's live travel consent to one destination and kind of movement, as first and last valid day index."""

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
