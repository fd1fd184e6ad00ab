"""Families onto vehicles, each whole and on one vehicle: filled by sums first, then by search with a work limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

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


Filled = tuple[list[Vehicle], list[Family]]
"""Vehicles with families aboard, and the families left over."""


def pack(families: Sequence[Family], rooms: Sequence[Room], nodes: int = NODES) -> list[Vehicle] | None:
    """Place every family whole on one vehicle, or None if no way was found; one vehicle for each room.

    Vehicles are filled one after the other, each as full as sums of family sizes allow; when that leaves somebody in
    each of the ``WAYS``, a short trip is searched for every way up to the work limit, hardest families first, each
    where least room is left. Longer trips that sums do not fill are hardly ever filled by search.
    """
    return tried(families, rooms, nodes)[0]


def tried(
    families: Sequence[Family], rooms: Sequence[Room], nodes: int = NODES
) -> tuple[list[Vehicle] | None, list[Filled]]:
    """What `pack` gives; and where it gives nothing, what filling by sums came to in each way, if places are enough."""
    needed, there = _sums(families), _sums(rooms)
    if needed[0] > there[0] or needed[1] > there[1] or needed[2] > there[2]:
        return None, []
    waiting, ways = _waiting(families), list[Filled]()
    for way in range(WAYS):
        ways.append(_fill(waiting, rooms, way))
        if not ways[-1][1]:
            return ways[-1][0], []
    if len(families) > SEARCHED:
        return None, ways
    vehicles = [Vehicle(*room) for room in rooms]
    return (vehicles, []) if _place(sorted(families, key=_hardest), vehicles, nodes) else (None, ways)


def _sums(places: Sequence[Family]) -> tuple[int, int, int]:
    """All the places together, kind by kind."""
    return sum(p[1] for p in places), sum(p[2] for p in places), sum(p[3] for p in places)


# --- by sums ----------------------------------------------------------------------------------------------


def fill(families: Sequence[Family], rooms: Sequence[Room], way: int = 0) -> Filled:
    """Vehicles filled one by one with sizes that sum to all their seats where some do, and whoever is left over.

    In even ways the smallest vehicles are filled first, in odd ones the largest; in the first two, families with a
    special need go where least special places are left, in the others where most are.
    """
    return _fill(_waiting(families), rooms, way)


_Waiting = tuple[list[Family], dict[int, list[Family]]]
"""Families with a special need, hardest first; the others by the seats they take, the first of them last."""


def _waiting(families: Sequence[Family]) -> _Waiting:
    by_size = dict[int, list[Family]]()
    for family in reversed(families):
        if not family[2] and not family[3]:
            by_size.setdefault(family[1], []).append(family)
    return sorted((f for f in families if f[2] or f[3]), key=_hardest), by_size


def _fill(waiting: _Waiting, rooms: Sequence[Room], way: int) -> Filled:
    hard, by_size = waiting
    vehicles = [Vehicle(*room) for room in rooms]
    left = [family for family in hard if not _seated(family, vehicles, -1 if way > 1 else 1)]
    counts = {size: len(families) for size, families in by_size.items()}
    for vehicle in sorted(vehicles, key=lambda vehicle: vehicle.seats, reverse=bool(way % 2)):
        sizes = _sizes(counts, vehicle.seats)
        vehicle.seats -= sum(sizes)
        for size in sizes:
            counts[size] -= 1
            vehicle.aboard.append(by_size[size][counts[size]][0])
            if not counts[size]:
                del counts[size]
    return vehicles, left + [family for size, many in counts.items() for family in by_size[size][:many]]


def _seated(family: Family, vehicles: list[Vehicle], spread: int) -> bool:
    """Seat a family where fewest stretcher places are to spare, then special places (most, with ``spread`` −1), then
    most seats; False where no vehicle has room.
    """
    _, seats, special, lying = family
    best, least = None, (0, 0, 0)
    for vehicle in vehicles:
        if seats <= vehicle.seats and special <= vehicle.special and lying <= vehicle.stretchers:
            spare = vehicle.stretchers, spread * vehicle.special, -vehicle.seats
            if best is None or spare < least:
                best, least = vehicle, spare
    if best is not None:
        best.take(family)
    return best is not None


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
