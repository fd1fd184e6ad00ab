"""Families onto vehicles, each whole and on one vehicle: filled by sums first, then by search with a work limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

NODES = 400
"""How many placements the search tries before it gives up. Giving up is safe: the family waits for another
trip.
"""

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

    Vehicles are filled one after the other, each as full as sums of family sizes allow; when that leaves
    somebody, every way is tried up to the work limit, hardest families first, each where least room is left.
    """
    needed, there = _sums(families), _sums(rooms)
    if needed[0] > there[0] or needed[1] > there[1] or needed[2] > there[2]:
        return None
    filled = _fill(families, rooms)
    if filled is not None:
        return filled
    order = sorted(families, key=lambda f: (-f[3], -f[2], -f[1], f[0]))
    vehicles = [Vehicle(*room) for room in rooms]
    return vehicles if _place(order, vehicles, nodes) else None


def _sums(places: Sequence[Family]) -> tuple[int, int, int]:
    """All the places together, kind by kind."""
    return sum(p[1] for p in places), sum(p[2] for p in places), sum(p[3] for p in places)


# --- by sums ----------------------------------------------------------------------------------------------


def _fill(families: Sequence[Family], rooms: Sequence[Room]) -> list[Vehicle] | None:
    """Vehicles filled one by one, smallest first, with sizes that sum to all their seats where some do."""
    vehicles = [Vehicle(*room) for room in rooms]
    smallest = sorted(range(len(rooms)), key=lambda n: (vehicles[n].seats, n))
    plain = []
    for family in sorted(families, key=lambda f: (-f[3], -f[2], -f[1], f[0])):
        if not family[2] and not family[3]:
            plain.append(family)
            continue
        able = [n for n in smallest if vehicles[n].fits(family)]
        if not able:
            return None
        # Where such places are few and nothing else needs the vehicle: the one with least to spare.
        best = min(able, key=lambda n: (vehicles[n].stretchers, vehicles[n].special, -vehicles[n].seats, n))
        vehicles[best].take(family)
    by_size: dict[int, list[Family]] = {}
    for family in reversed(plain):
        by_size.setdefault(family[1], []).append(family)
    for n in smallest:
        for size in _sizes({size: len(waiting) for size, waiting in by_size.items()}, vehicles[n].seats):
            vehicles[n].take(by_size[size].pop())
            if not by_size[size]:
                del by_size[size]
    return None if by_size else vehicles


def _sizes(counts: dict[int, int], seats: int) -> list[int]:
    """Sizes whose sum is as near to ``seats`` as any sum, large ones first: they find a place least easily.

    Which sums can be reached is kept as bits, size after size, small sizes first.
    """
    everybody = sum(size * many for size, many in counts.items())
    if everybody <= seats:
        return [size for size, many in counts.items() for _ in range(many)]
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
