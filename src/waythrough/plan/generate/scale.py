"""How large an invented situation is: its first day, its shapes, and how many places go with so many households."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

FIRST_DAY = date(2031, 3, 2)
SHORT_TRUCKS = "short-trucks"
SHAPES = ("country", "one-road", SHORT_TRUCKS)
"""``country``: sites, roads and doors grow with the number of households. ``one-road``: one besieged camp, one
road through two zones, doors shut most of the time, few coaches. ``short-trucks``: aid alone, nobody leaves; as many
places as a country, vehicles for seven tenths of the need."""


@dataclass(frozen=True)
class Scale:
    """How many of everything a situation of that many households has."""

    sites: int
    warehouses: int
    destinations: int
    zones: int


def scale(households: int, shape: str = "country") -> Scale:
    """The roads and places that go with a number of households."""
    if shape == "one-road":
        return Scale(1, 2, 3, 2)
    if households <= 2_000:
        return Scale(1, 2, 3, 6)
    if households <= 20_000:
        return Scale(1, 3, 4, 7)
    return Scale(4, 4, 8, 12) if households <= 120_000 else Scale(10, 5, 12, 20)
