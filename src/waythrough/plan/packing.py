"""Families onto vehicles, each whole and on one vehicle: exactly, by search with a work limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

NODES = 200
"""How many placements the search tries before it gives up. Giving up is safe: the family waits for another
trip.
"""


@dataclass
class Vehicle:
    """One vehicle of a trip while it fills: seats and special seats still free, households aboard."""

    fleet: str
    seats: int
    special: int
    aboard: list[str] = field(default_factory=list)

    def fits(self, size: int, special: int) -> bool:
        """True if a family of that size still finds its seats."""
        return size <= self.seats and special <= self.special


Family = tuple[str, int, int]
"""Household id, people, special seats."""


def pack(families: Sequence[Family], rooms: Sequence[tuple[str, int, int]]) -> list[Vehicle] | None:
    """Place every family whole on one vehicle, or None if no way was found.

    ``rooms`` are (fleet, seats, special seats), one for each vehicle. Largest families are placed first,
    each where least room is left over; when that fails, every way is tried up to the work limit.
    """
    order = sorted(families, key=lambda f: (-f[2], -f[1], f[0]))
    if sum(f[1] for f in order) > sum(r[1] for r in rooms) or sum(f[2] for f in order) > sum(
        r[2] for r in rooms
    ):
        return None
    vehicles = [Vehicle(*room) for room in rooms]
    return vehicles if _place(order, 0, vehicles, [NODES]) else None


def _place(order: Sequence[Family], at: int, vehicles: list[Vehicle], nodes: list[int]) -> bool:
    """Depth first: the family ``order[at]`` onto each different vehicle in turn. A loop, as trips can be
    long.
    """
    tries: list[list[Vehicle]] = []
    while at < len(order):
        household, size, special = order[at]
        if len(tries) == at:
            tries.append(_different(vehicles, size, special))
        if nodes[0] > 0 and tries[at]:
            nodes[0] -= 1
            vehicle = tries[at].pop(0)
            vehicle.aboard.append(household)
            vehicle.seats -= size
            vehicle.special -= special
            at += 1
            continue
        if nodes[0] <= 0 or at == 0:
            return False
        tries.pop()
        at -= 1
        household, size, special = order[at]
        vehicle = next(v for v in vehicles if household in v.aboard)
        vehicle.aboard.remove(household)
        vehicle.seats += size
        vehicle.special += special
    return True


def _different(vehicles: list[Vehicle], size: int, special: int) -> list[Vehicle]:
    """Vehicles with room, tightest first; of those with the same room left only one, for they are the same
    to us.
    """
    seen: dict[tuple[int, int, str], Vehicle] = {}
    for vehicle in vehicles:
        if vehicle.fits(size, special):
            seen.setdefault((vehicle.seats, vehicle.special, vehicle.fleet), vehicle)
    return [seen[key] for key in sorted(seen)]
