"""Many futures of one situation: what parties answer, and on which days that opens which road.

Three loops follow one another, whole numbers in and out, the same on every machine: this one, people out
(``leaving``) and goods in (``feeding``). Vehicles of one never do the other's work, and nobody is ever fed by being
moved, so the two meet nowhere but on the roads. They are compiled where numba is installed. ``plan.futures.many``
does the same sums with numpy alone, to the last digit; a test holds the two together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from waythrough.plan.kernels import helper, kernel

GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
"""Constants of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014; finaliser: Stafford's variant 13)."""
LEVEL, COMMON, DOOR, ROAD = 0, 1 << 20, 2 << 20, 3 << 20
"""What a draw is for; the number of the party or door, and of the word of days, is added."""
PARTS = 16
"""Binary digits of the share of days on which a party lets nothing pass: one draw each, for 64 days at once."""
WORD = 64
"""Days in one word of bits."""


class Answers(NamedTuple):
    """Doors, parties and roads. Bits are uint64, everything else int64.

    Shares are thresholds out of 2³². ``-1`` in ``asked`` means nobody asks, in ``curve`` that nothing is known of
    the party.
    """

    party: Any  # (doors,)
    curve: Any  # (doors,) row of `answered`
    asked: Any  # (doors,) day
    holds: Any  # (doors,) days a yes holds
    known: Any  # (doors, words) bits: open by what is known today
    answered: Any  # (rows, levels, days) share of yes by that day
    rate: Any  # (doors,) row of `suspended`
    suspended: Any  # (rates, days) share of windows suspended by that day of theirs
    below: Any  # (days + 1, words) bits: the days before that one
    together: Any  # (parties,) share of futures in which it answers all doors at once
    impeded: Any  # (parties,) share of its days on which it lets nothing pass, out of 2¹⁶
    starts: Any  # (roads, words) bits: days on which a trip may start; roads of people out first
    door_from: Any  # (roads + 1,)
    door_of: Any  # (passed,)
    offset_of: Any  # (passed,) days after the start
    party_from: Any  # (roads + 1,)
    party_of: Any  # (met,)


class Leaving(NamedTuple):
    """People, the roads they leave by, and what receives them. Lanes are in the order in which they are served:
    the people of one class who may be taken to one place by one road. A pool is fleets that roads have in common.
    """

    lane_class: Any  # (lanes,)
    lane_road: Any  # (lanes,)
    waiting: Any  # (days, lanes, 2) consent holds or has held; holds that day
    special: Any  # (classes,) special seats that a thousand of them need
    site: Any  # (roads,)
    out: Any  # (roads,) days
    end: Any  # (roads,) destination
    most: Any  # (roads,) vehicles a day
    fleet_from: Any  # (roads + 1,)
    fleet_of: Any  # (2 × pairs,) the largest first; those with most special seats first
    cycle_of: Any  # (2 × pairs,) days
    pool: Any  # (fleets,) number of the first fleet of its pool
    count: Any  # (fleets,) vehicles
    room: Any  # (fleets,) seats of a vehicle that are filled
    places: Any  # (fleets,) special seats of a vehicle, in thousandths
    register: Any  # (sites,) people a day
    in_all: Any  # (towns,) people
    per_week: Any  # (towns,) people
    per_day: Any  # (towns,) people


class Feeding(NamedTuple):
    """Sites, stores, and the roads between them. Goods are counted in rations."""

    site: Any  # (roads,)
    out: Any  # (roads,) days
    end: Any  # (roads,) warehouse
    most: Any  # (roads,) vehicles a day
    fleet_from: Any  # (roads + 1,)
    fleet_of: Any  # (pairs,)
    cycle_of: Any  # (pairs,) days
    count: Any  # (fleets,) vehicles
    room: Any  # (fleets,) grams a vehicle carries
    needed: Any  # (sites, days + 1) rations of one good from that day on
    stock: Any  # (sites, goods)
    storage: Any  # (sites, goods)
    store: Any  # (stores, goods)
    receipts: Any  # (receipts, 4) day, warehouse, good, rations; by day
    grams: Any  # (goods,)
    allowed: Any  # (roads, goods) 1 or 0
    spacing: Any  # (sites,) days between convoys
    least: Any  # (sites,) vehicles of a convoy


class World(NamedTuple):
    """A situation and a policy as whole numbers."""

    answers: Answers
    leaving: Leaving
    feeding: Feeding

    @property
    def days(self) -> int:
        """Days that are played."""
        return len(self.answers.below) - 1

    @property
    def outward(self) -> int:
        """How many of the roads are for people out."""
        return len(self.leaving.site)


@helper()
def mix(z: Any) -> Any:
    """A uint64, or an array of them, well stirred: SplitMix64's finaliser."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(SECOND)
    return z ^ (z >> np.uint64(31))


@helper()
def reached(shares: Any, u: int) -> int:
    """The first day by which more than a share ``u`` is reached; one past the last if never.

    Halved without asking: a processor that guesses which half loses more than the halving takes.
    """
    found, n = 0, shares.shape[0]
    while n > 1:
        half = n >> 1
        found += half * (shares[found + half - 1] <= u)
        n -= half
    return found + (shares[found] <= u)


@kernel(mix, reached)
def roads(
    party: Any, curve: Any, asked: Any, holds: Any, known: Any, answered: Any, rate: Any, suspended: Any,
    below: Any, together: Any, impeded: Any, starts: Any, door_from: Any, door_of: Any, offset_of: Any,
    party_from: Any, party_of: Any, seed: int, start: int, found: Any,
) -> None:  # fmt: skip
    """The days on which trips may start in futures ``start`` and after. Shape of ``found``: (roads, words, futures)."""
    golden, one, half, low = np.uint64(GOLDEN), np.uint64(1), np.uint64(32), np.uint64(0xFFFFFFFF)
    (doors, words), parties, levels, days = (
        known.shape,
        together.shape[0],
        answered.shape[1],
        below.shape[0] - 1,
    )
    opens, stopped = np.zeros((doors, words), np.uint64), np.zeros((parties, words), np.uint64)
    level, common = np.zeros(parties, np.int64), np.zeros(parties, np.int64)
    seed_key = mix(np.uint64(seed) + golden)
    for row in range(found.shape[2]):
        key = mix(seed_key + (np.uint64(start + row) + one) * golden)
        for p in range(parties):
            x = mix(key + np.uint64(LEVEL + p + 1) * golden)
            level[p] = np.int64(((x >> half) * np.uint64(levels)) >> half)
            # One draw for all doors of the party, or -1: each has its own.
            all_at_once = np.int64(x & low) < together[p]
            common[p] = np.int64(mix(key + np.uint64(COMMON + p + 1) * golden) >> half) if all_at_once else -1
            for k in range(words):
                bits = np.uint64(0)
                # From the last binary digit of the share to the first: each set one draws towards stopping.
                for i in range(PARTS if impeded[p] > 0 else 0):
                    x = mix(key + np.uint64(ROAD + (p * words + k) * PARTS + i + 1) * golden)
                    bits = (bits | x) if (impeded[p] >> i) & 1 else (bits & x)
                stopped[p, k] = bits
        for g in range(doors):
            x = mix(key + np.uint64(DOOR + g + 1) * golden)
            holds_for, begins, ends = reached(suspended[rate[g]], np.int64(x & low)), days, days
            if curve[g] >= 0 and asked[g] >= 0:
                u = np.int64(x >> half) if common[party[g]] < 0 else common[party[g]]
                begins = min(days, asked[g] + reached(answered[curve[g], level[party[g]]], u))
                ends = min(days, begins + min(holds_for, holds[g]))
            for k in range(words):
                opens[g, k] = (known[g, k] & below[holds_for, k]) | (below[ends, k] & ~below[begins, k])
        for r in range(starts.shape[0]):
            for k in range(words):
                bits = starts[r, k]
                for i in range(door_from[r], door_from[r + 1]):
                    g, by = door_of[i], offset_of[i]
                    shifted = opens[g, k] >> np.uint64(by)
                    if by > 0 and k + 1 < words:
                        shifted |= opens[g, k + 1] << np.uint64(WORD - by)
                    bits &= shifted
                for i in range(party_from[r], party_from[r + 1]):
                    bits &= ~stopped[party_of[i], k]
                found[r, k, row] = bits
