"""What people need each day, what is stored where, and what can carry it."""

from __future__ import annotations

from dataclasses import dataclass

from waythrough.terms.places import Names
from waythrough.terms.when import Days


@dataclass(frozen=True)
class Commodity:
    """A good. ``kg_per_person_day`` at the life-saving threshold, of a named edition of a standard."""

    id: str
    names: Names
    kg_per_person_day: float
    life_saving: bool
    edition: str
    note: str = ""


@dataclass(frozen=True)
class Warehouse:
    """Where convoys load."""

    id: str
    names: Names
    place: str
    said_by: str
    note: str = ""


@dataclass(frozen=True)
class Stock:
    """How much of a good is at a site or in a warehouse on a day, as ``speaker`` tells it."""

    id: str
    at: str
    commodity: str
    kg: float
    on: Days
    speaker: str
    note: str = ""


@dataclass(frozen=True)
class Fleet:
    """Vehicles of one kind based at a place. ``cycle_days`` is how long one trip keeps a vehicle.

    ``stretcher_places`` are places to lie down, beside the seats.
    """

    id: str
    names: Names
    base: str
    vehicle: str
    count: int
    speaker: str
    seats: int = 0
    special_seats: int = 0
    payload_kg: float = 0.0
    cycle_days: int = 1
    routes: tuple[str, ...] = ()
    note: str = ""
    stretcher_places: int = 0
