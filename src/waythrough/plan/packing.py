"""Families onto vehicles, each whole and on one vehicle: filled by sums first, then by search with a work limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

NODES = 400
"""How many placements the search tries before it gives up. Giving up is safe: the family waits for another
trip.
"""

WAYS = 4
"""Orders in which vehicles are filled by sums."""
SEARCHED = 16
"""Families up to which every way is tried where sums leave somebody."""

Family = tuple[str, int, int, int]
"""Household id, seats, special seats among them, stretcher places."""

Room = tuple[str, int, int, int]
"""Fleet, seats, special seats among them, stretcher places of one vehicle."""


@dataclass
class Vehicle:
    """One vehicle of a trip while it fills: seats, special seats and stretcher places still free, households
    aboard.
    """

    fleet: str
    seats: int
    special: int
    stretchers: int
    aboard: list[str] = field(default_factory=list)

    def fits(self, family: Family) -> bool:
        """True if a family still finds its places."""
        return family[1] <= self.seats and family[2] <= self.special and family[3] <= self.stretchers

    def take(self, family: Family, sign: int = 1) -> None:
        """Seat a family, or (sign −1) let it off again."""
        self.seats -= sign * family[1]
        self.special -= sign * family[2]
        self.stretchers -= sign * family[3]
        if sign > 0:
            self.aboard.append(family[0])
        else:
            self.aboard.remove(family[0])


def pack(families: Sequence[Family], rooms: Sequence[Room], nodes: int = NODES) -> list[Vehicle] | None:
    """Place every family whole on one vehicle, or None if no way was found; one vehicle for each room.

    Vehicles are filled one after the other, each as full as sums of family sizes allow; when that leaves somebody in
    each of the ``WAYS``, a short trip is searched for every way up to the work limit, hardest families first, each
    where least room is left. Longer trips that sums do not fill are hardly ever filled by search.
    """
    needed, there = _sums(families), _sums(rooms)
    if needed[0] > there[0] or needed[1] > there[1] or needed[2] > there[2]:
        return None
    for way in range(WAYS):
        vehicles, left = fill(families, rooms, way)
        if not left:
            return vehicles
    if len(families) > SEARCHED:
        return None
    vehicles = [Vehicle(*room) for room in rooms]
    return vehicles if _place(sorted(families, key=_hardest), vehicles, nodes) else None


def _sums(places: Sequence[Family]) -> tuple[int, int, int]:
    """All the places together, kind by kind."""
    return sum(p[1] for p in places), sum(p[2] for p in places), sum(p[3] for p in places)


# --- by sums ----------------------------------------------------------------------------------------------


def fill(
    families: Sequence[Family], rooms: Sequence[Room], way: int = 0
) -> tuple[list[Vehicle], list[Family]]:
    """Vehicles filled one by one with sizes that sum to all their seats where some do, and whoever is left over.

    In even ways the smallest vehicles are filled first, in odd ones the largest; in the first two, families with a
    special need go where least special places are left, in the others where most are.
    """
    vehicles = [Vehicle(*room) for room in rooms]
    left, by_size = [], dict[int, list[Family]]()
    for family in sorted((f for f in families if f[2] or f[3]), key=_hardest):
        able = [n for n, vehicle in enumerate(vehicles) if vehicle.fits(family)]
        if able:
            vehicles[min(able, key=partial(_spare, vehicles, -1 if way > 1 else 1))].take(family)
        else:
            left.append(family)
    for family in reversed(families):
        if not family[2] and not family[3]:
            by_size.setdefault(family[1], []).append(family)
    order = sorted(vehicles, key=lambda vehicle: vehicle.seats, reverse=bool(way % 2))
    for vehicle in order:
        for size in _sizes({size: len(waiting) for size, waiting in by_size.items()}, vehicle.seats):
            vehicle.take(by_size[size].pop())
            if not by_size[size]:
                del by_size[size]
    return vehicles, left + [family for waiting in by_size.values() for family in waiting]


def _spare(vehicles: list[Vehicle], spread: int, n: int) -> tuple[int, int, int, int]:
    """Stretcher places to spare, then special places, then those with most seats."""
    return vehicles[n].stretchers, spread * vehicles[n].special, -vehicles[n].seats, n


def _hardest(family: Family) -> tuple[int, int, int, str]:
    """Those with most needs first."""
    return -family[3], -family[2], -family[1], family[0]


def _sizes(counts: dict[int, int], seats: int) -> list[int]:
    """Sizes whose sum is as near to ``seats`` as any sum, large ones first: they find a place least easily.

    Which sums can be reached is kept as bits, size after size, small sizes first.
    """
    total, found = seats, []
    for size in sorted(counts, reverse=True):
        many = min(counts[size], total // size if size else counts[size])
        found += [size] * many
        total -= size * many
    if total == 0 or len(found) == sum(counts.values()):
        return found
    steps, reach, mask = [], 1, (1 << (seats + 1)) - 1
    for size in sorted(counts):
        for _ in range(min(counts[size], seats // size if size else counts[size])):
            steps.append((size, reach))
            reach |= reach << size & mask
    total, found = reach.bit_length() - 1, []
    for size, before in reversed(steps):
        if size <= total and before >> (total - size) & 1:
            found.append(size)
            total -= size
    return found


# --- by search --------------------------------------------------------------------------------------------


def _place(order: Sequence[Family], vehicles: list[Vehicle], nodes: int) -> bool:
    """Depth first: each family onto each different vehicle in turn. A loop, as trips can be long."""
    tries: list[list[Vehicle]] = []
    chosen: list[Vehicle] = []
    while len(chosen) < len(order):
        family = order[len(chosen)]
        if len(tries) == len(chosen):
            tries.append(_different(vehicles, family))
        if nodes > 0 and tries[-1]:
            nodes -= 1
            chosen.append(tries[-1].pop(0))
            chosen[-1].take(family)
            continue
        if nodes <= 0 or not chosen:
            return False
        tries.pop()
        chosen.pop().take(order[len(chosen)], -1)
    return True


def _different(vehicles: list[Vehicle], family: Family) -> list[Vehicle]:
    """Vehicles with room, tightest first; of those with the same room left only one, for they are the same
    to us.
    """
    seen: dict[tuple[int, int, int, str], Vehicle] = {}
    for vehicle in vehicles:
        if vehicle.fits(family):
            seen.setdefault((vehicle.seats, vehicle.special, vehicle.stretchers, vehicle.fleet), vehicle)
    return [seen[key] for key in sorted(seen)]
