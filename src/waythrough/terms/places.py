"""Sites, zones, legs, doors, routes and destinations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from waythrough.terms.when import Days

Names = Mapping[str, str]
"""A name per language code: {"en": "...", "ar": "..."}. English is always there."""


@dataclass(frozen=True)
class AdminUnit:
    """An administrative unit as somebody recorded it. Never computed from polygons: borders are disputed."""

    scheme: str
    code: str
    name: str
    said_by: str


@dataclass(frozen=True)
class Place:
    """A point of the network. ``precision`` is published or estimated; ``basis`` says where the position is from."""

    id: str
    names: Names
    kind: str
    lat: float
    lon: float
    precision: str
    basis: str


@dataclass(frozen=True)
class Site:
    """The camp or town that is hard to reach. ``country`` comes from the record, never from a polygon.

    ``registration_per_day`` is how many people the desk can register for departure a day.
    """

    id: str
    names: Names
    place: str
    country: str
    time_zone: str
    admin: AdminUnit | None = None
    note: str = ""
    registration_per_day: int | None = None


@dataclass(frozen=True)
class Zone:
    """An area with the party *said* to control it, since when, and who says so. ``outline`` holds (lat, lon) points."""

    id: str
    names: Names
    said_to_be_held_by: str
    said_by: str
    since: Days | None = None
    outline: tuple[tuple[float, float], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Leg:
    """A stretch of road inside one zone. ``basis`` says whether the length was published or estimated."""

    id: str
    start: str
    end: str
    zone: str
    km: float
    hours: float
    road: str = ""
    state: str = "unknown"
    basis: str = ""


@dataclass(frozen=True)
class Door:
    """One party's say over one zone, or some legs of it, for one purpose.

    ``purpose`` is a code of the list `purpose` (aid, return, visit, evacuation). ``legs`` empty means the whole
    zone. ``answer_working_days`` is the agreed or customary answer time, with who says so in ``note``.
    """

    id: str
    names: Names
    party: str
    zone: str
    purpose: str
    legs: tuple[str, ...] = ()
    answer_working_days: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Route:
    """Ordered legs between a site and an end place (a warehouse's or a destination's), for one purpose.

    ``extra_doors`` are doors that must be open too although no leg lies in their zone.
    """

    id: str
    names: Names
    site: str
    end: str
    purpose: str
    legs: tuple[str, ...]
    extra_doors: tuple[str, ...] = ()
    days_out: int = 0
    days_cycle: int = 1
    note: str = ""


@dataclass(frozen=True)
class Destination:
    """Where people may choose to go. ``criteria`` holds the eight durable-solutions criteria, code → state.

    ``reception_per_week`` counts people who arrive within seven days of a plan.
    """

    id: str
    names: Names
    place: str
    reception_per_day: int | None
    reception_total: int | None
    said_by: str
    criteria: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    reception_per_week: int | None = None


@dataclass(frozen=True)
class ProtectionStop:
    """Harm to returnees was reported at a destination: movements there stop until a named person reviews it."""

    id: str
    destination: str
    reason: str
    since: Days
    speaker: str


@dataclass(frozen=True)
class Review:
    """A named person's settled review of a protection stop, a contested record or a draft."""

    id: str
    about: str
    outcome: str
    by: str
    reason: str
