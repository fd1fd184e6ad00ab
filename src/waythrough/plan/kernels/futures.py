"""Many futures of one situation, one after another: whole numbers only, the same on every machine.

``run`` is compiled where numba is installed. ``plan.futures.many`` does the same sums for many futures side
by side with numpy alone, to the last digit; a test holds the two together.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from waythrough.plan.kernels import helper, kernel

GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
"""Constants of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014; finaliser: Stafford's variant 13)."""
LEVEL, COMMON, DOOR, ROAD = 0, 1 << 20, 2 << 20, 3 << 20
"""What a draw is for; the number of the party or door, and the day, is added."""
ROAD_DAYS = 512
"""Draws kept apart for the days of one party's roads."""
WORD = 64
"""Days in one word of bits."""


class World(NamedTuple):
    """A situation and a policy as whole numbers. Bits are uint64, everything else int64.

    Shares are thresholds out of 2³². ``-1`` in ``asked`` means nobody asks, in ``curve`` that nothing is
    known of the party. Lanes are in the order in which families are served. Goods are counted in rations.
    """

    party: Any  # (doors,)
    curve: Any  # (doors,) row of `answered`
    asked: Any  # (doors,) day
    holds: Any  # (doors,) days a yes holds
    known: Any  # (doors, words) bits: open by what is known today
    answered: Any  # (rows, levels, days) share of yes by that day
    suspended: Any  # (days,) share of windows suspended by that day of theirs
    together: Any  # (parties,) share of futures in which it answers all doors at once
    impeded: Any  # (parties,) share of its days on which it lets nothing pass
    starts: Any  # (routes, words) bits: days on which a trip may start; return routes first
    door_from: Any  # (routes + 1,)
    door_of: Any  # (passed,)
    offset_of: Any  # (passed,) days after the start
    party_from: Any  # (routes + 1,)
    party_of: Any  # (met,)
    site: Any  # (routes,)
    out: Any  # (routes,) days
    end: Any  # (routes,) destination or warehouse
    most: Any  # (routes,) vehicles a day
    fleet_from: Any  # (routes + 1,)
    fleet_of: Any  # (pairs,)
    cycle_of: Any  # (pairs,) days
    vehicles: Any  # (fleets,)
    room: Any  # (fleets,) seats of a vehicle that are filled, or its grams
    classes: int
    lane_from: Any  # (days + 1,) lanes with anybody on that day
    lane_class: Any  # (lane days,) uint64, which numba looks up without asking whether it is below nothing
    lane_route: Any  # (lane days,) uint64
    started: Any  # (lane days,) people whose consent holds or has held
    ended: Any  # (lane days,) people whose consent has ended before
    daily: Any  # (destinations,)
    weekly: Any  # (destinations,)
    total: Any  # (destinations,)
    register: Any  # (sites,) people a day
    people: Any  # (days, sites)
    needed: Any  # (days + 1, sites) rations of one good from that day on
    stock: Any  # (sites, goods)
    storage: Any  # (sites, goods)
    store: Any  # (warehouses, goods)
    receipts: Any  # (receipts, 4) day, warehouse, good, rations; by day
    grams: Any  # (goods,)
    allowed: Any  # (routes, goods) 1 or 0
    spacing: Any  # (sites,) days between convoys
    least: Any  # (sites,) vehicles of a convoy
    longest: int  # days until the last of any trip is over


@helper()
def mix(z: Any) -> Any:
    """A uint64, or an array of them, well stirred: SplitMix64's finaliser."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(SECOND)
    return z ^ (z >> np.uint64(31))


@helper()
def below(n: int) -> Any:
    """Bits 0 to n - 1 of a word, for n below 0 and above 64 too."""
    if n <= 0:
        return np.uint64(0)
    if n >= WORD:
        return np.uint64(0xFFFFFFFFFFFFFFFF)
    return (np.uint64(1) << np.uint64(n)) - np.uint64(1)


@helper()
def reached(shares: Any, u: int) -> int:
    """The first day by which more than a share ``u`` is reached; one past the last if never."""
    a, b = 0, shares.shape[0]
    if u >= shares[b - 1]:
        return b
    while a < b:
        middle = (a + b) >> 1
        if u < shares[middle]:
            b = middle
        else:
            a = middle + 1
    return a


@kernel(mix, below, reached)
def run(w: World, seed: int, start: int, stop: int, moved: Any, unmet: Any, first: Any) -> None:
    """Play futures ``start`` to ``stop``: people moved and person-days unmet by week, first journey and
    convoy.

    Row 0 of the results is future ``start``. Shapes: (futures, weeks), (futures, weeks), (futures, 2); a
    first day of ``days`` means none within the horizon.

    One long function, because a compiled call that hands over fifty tables takes longer than a day's work.
    """
    # Taken apart once: numba copies the whole tuple at every look into it.
    (
        party,
        curve,
        asked,
        holds,
        known,
        answered,
        suspended,
        together,
        impeded,
        starts,
        door_from,
        door_of,
        offset_of,
        party_from,
        party_of,
        site,
        out,
        end,
        most,
        fleet_from,
        fleet_of,
        cycle_of,
        vehicles,
        room,
        classes,
        lane_from,
        lane_class,
        lane_route,
        started,
        ended,
        daily,
        weekly,
        total,
        register,
        people,
        needed,
        stock,
        storage,
        store,
        receipts,
        grams,
        allowed,
        spacing,
        least,
        longest,
    ) = w
    golden, one, full = np.uint64(GOLDEN), np.uint64(1), np.uint64(0xFFFFFFFFFFFFFFFF)
    half, low = np.uint64(32), np.uint64(0xFFFFFFFF)

    days, (doors, words) = people.shape[0], known.shape
    parties, roads = together.shape[0], starts.shape[0]
    outward = roads - allowed.shape[0]
    sites, goods = stock.shape
    stores, fleets, towns = store.shape[0], vehicles.shape[0], daily.shape[0]
    levels, weeks = answered.shape[1], moved.shape[1]
    seed_key = mix(np.uint64(seed) + golden)
    opens, road = np.zeros((doors, words), np.uint64), np.zeros((roads, words), np.uint64)
    some_out, some_aid = np.zeros(words, np.uint64), np.zeros(words, np.uint64)
    level, at_once, common = (
        np.zeros(parties, np.int64),
        np.zeros(parties, np.int64),
        np.zeros(parties, np.int64),
    )
    passed, spare, vehicles_left = (
        np.zeros(roads, np.int64),
        np.zeros(roads, np.int64),
        np.zeros(roads, np.int64),
    )
    places, limit = np.zeros(roads, np.int64), np.zeros(roads, np.int64)
    desk, wanted, load = np.zeros(sites, np.int64), np.zeros(goods, np.int64), np.zeros(goods, np.int64)
    horizon = days + longest
    week_of = np.zeros(horizon, np.int64)
    for t in range(horizon):
        week_of[t] = t // 7
    # All that changes within a future lies in one piece, so that the next one starts with one copy.
    sizes = (
        fleets,
        sites * goods,
        stores * goods,
        parties,
        horizon * fleets,
        classes,
        horizon * towns,
        (horizon // 7 + 1) * towns,
        towns,
        sites * goods,
        horizon * sites * goods,
        sites,
    )
    size = 0
    for n in sizes:
        size += n
    state, fresh = np.zeros(size, np.int64), np.zeros(size, np.int64)
    at = 0
    free, at = state[at : at + fleets], at + fleets
    held, at = state[at : at + sites * goods], at + sites * goods
    stored, at = state[at : at + stores * goods], at + stores * goods
    stopped, at = state[at : at + parties], at + parties
    back, at = state[at : at + horizon * fleets], at + horizon * fleets
    gone, at = state[at : at + classes], at + classes
    came, at = state[at : at + horizon * towns], at + horizon * towns
    came_week, at = state[at : at + sizes[7]], at + sizes[7]
    came_total, at = state[at : at + towns], at + towns
    coming, at = state[at : at + sites * goods], at + sites * goods
    arrive, at = state[at : at + horizon * sites * goods], at + horizon * sites * goods
    next_convoy = state[at : at + sites]
    at = 0
    for f in range(fleets):
        fresh[at] = vehicles[f]
        at += 1
    for s in range(sites):
        for q in range(goods):
            fresh[at] = stock[s, q]
            at += 1
    for s in range(stores):
        for q in range(goods):
            fresh[at] = store[s, q]
            at += 1
    fresh[at : at + parties] = -1

    for future in range(start, stop):
        row = future - start
        key = mix(seed_key + (np.uint64(future) + one) * golden)
        for i in range(size):
            state[i] = fresh[i]
        for k in range(weeks):
            moved[row, k] = 0
            unmet[row, k] = 0
        first[row, 0] = days
        first[row, 1] = days
        # --- what the parties answer
        for p in range(parties):
            x = mix(key + np.uint64(LEVEL + p + 1) * golden)
            level[p] = np.int64(((x >> half) * np.uint64(levels)) >> half)
            at_once[p] = 1 if np.int64(x & low) < together[p] else 0
            common[p] = np.int64(mix(key + np.uint64(COMMON + p + 1) * golden) >> half)
        for g in range(doors):
            x = mix(key + np.uint64(DOOR + g + 1) * golden)
            holds_for = reached(suspended, np.int64(x & low))
            begins, ends = 0, 0
            if curve[g] >= 0 and asked[g] >= 0:
                p = party[g]
                u = common[p] if at_once[p] == 1 else np.int64(x >> half)
                begins = asked[g] + reached(answered[curve[g], level[p]], u)
                ends = begins + holds_for if holds_for < holds[g] else begins + holds[g]
                ends = days if ends > days else ends
            for k in range(words):
                opens[g, k] = known[g, k] & below(holds_for - WORD * k)
                if begins < ends:
                    opens[g, k] |= below(ends - WORD * k) & (full ^ below(begins - WORD * k))
        # --- which roads that opens
        for k in range(words):
            some_out[k] = np.uint64(0)
            some_aid[k] = np.uint64(0)
        for r in range(roads):
            for k in range(words):
                bits = starts[r, k]
                for i in range(door_from[r], door_from[r + 1]):
                    g, by = door_of[i], offset_of[i]
                    shifted = opens[g, k] >> np.uint64(by)
                    if by > 0 and k + 1 < words:
                        shifted |= opens[g, k + 1] << np.uint64(WORD - by)
                    bits &= shifted
                road[r, k] = bits
                if r < outward:
                    some_out[k] |= bits
                else:
                    some_aid[k] |= bits
        # --- day by day
        received = 0
        for t in range(days):
            while received < receipts.shape[0] and receipts[received, 0] <= t:
                stored[receipts[received, 1] * goods + receipts[received, 2]] += receipts[received, 3]
                received += 1
            for f in range(fleets):
                free[f] += back[t * fleets + f]
            word, bit, open_roads = t >> 6, np.uint64(t & 63), 0
            # --- people out
            if (some_out[word] >> bit) & one:
                for s in range(sites):
                    desk[s] = register[s]
                # Who may still leave by each road today: none where it is shut. Roads drop out as they fill.
                for r in range(outward):
                    limit[r], d, arrival, home = 0, end[r], t + out[r], 0
                    if (road[r, word] >> bit) & one:
                        for j in range(fleet_from[r], fleet_from[r + 1]):
                            home += free[fleet_of[j]]
                    if home > 0:
                        here, that_week = arrival * towns + d, week_of[arrival] * towns + d
                        places[r] = min(daily[d] - came[here], weekly[d] - came_week[that_week])
                        places[r] = min(places[r], total[d] - came_total[d])
                        limit[r] = min(places[r], desk[site[r]])
                        spare[r], passed[r], vehicles_left[r] = 0, 0, most[r]
                        open_roads += 1
                for i in range(lane_from[t], lane_from[t + 1] if open_roads > 0 else lane_from[t]):
                    # These lines are passed far more often than any other: most lanes have nobody left that day.
                    left = gone[lane_class[i]]
                    if left >= started[i]:
                        continue
                    have = min(started[i] - max(left, ended[i]), limit[lane_route[i]])
                    if have <= 0:
                        continue
                    r, c = np.int64(lane_route[i]), np.int64(lane_class[i])  # type: ignore[assignment]
                    for j in range(fleet_from[r], fleet_from[r + 1]):
                        f = fleet_of[j]
                        n = min(free[f], vehicles_left[r])
                        if spare[r] >= have or n <= 0:
                            continue
                        # Whether a party lets anything pass that day shows when the first vehicle is there.
                        if passed[r] == 0:
                            passed[r] = 1
                            for m in range(party_from[r], party_from[r + 1]):
                                p = party_of[m]
                                if stopped[p] >> 1 != t:
                                    x = mix(key + np.uint64(ROAD + p * ROAD_DAYS + t + 1) * golden)
                                    stopped[p] = 2 * t + (1 if np.int64(x >> half) < impeded[p] else 0)
                                if stopped[p] & 1:
                                    passed[r] = -1
                        if passed[r] < 0:
                            break
                        # One by one: a division takes longer than the few vehicles that go in a day.
                        sent = 0
                        while sent < n and spare[r] < have:
                            spare[r] += room[f]
                            sent += 1
                        free[f] -= sent
                        vehicles_left[r] -= sent
                        back[(t + cycle_of[j]) * fleets + f] += sent
                    if passed[r] < 0 or spare[r] == 0:
                        limit[r] = 0
                        open_roads -= 1
                        if open_roads == 0:
                            break
                        continue
                    d, s = end[r], site[r]
                    take = min(have, spare[r])
                    spare[r] -= take
                    gone[c] += take
                    arrival = t + out[r]
                    came[arrival * towns + d] += take
                    came_week[week_of[arrival] * towns + d] += take
                    came_total[d] += take
                    desk[s] -= take
                    for m in range(outward):
                        if end[m] == d:
                            places[m] -= take
                        if limit[m] > 0:
                            limit[m] = min(places[m], desk[site[m]])
                    moved[row, week_of[t]] += take
                    if first[row, 0] == days:
                        first[row, 0] = t
            # --- aid in
            for r in range(outward, roads if (some_aid[word] >> bit) & one else outward):
                s, shelf, a = site[r], end[r], r - outward
                if not (road[r, word] >> bit) & one or t < next_convoy[s]:
                    continue
                there = t + out[r] if t + out[r] < days else days
                until_there, kinds = needed[t, s] - needed[there, s], 0
                for q in range(goods):
                    on_hand = held[s * goods + q] + coming[s * goods + q]
                    useful = needed[there, s]
                    if on_hand > until_there:
                        useful -= on_hand - until_there
                    if storage[s, q] - on_hand < useful:
                        useful = storage[s, q] - on_hand
                    if stored[shelf * goods + q] < useful:
                        useful = stored[shelf * goods + q]
                    wanted[q] = useful * allowed[a, q] if useful > 0 else 0
                    load[q] = 0
                    kinds += 1 if wanted[q] > 0 else 0
                if kinds == 0:
                    continue
                number, space = 0, 0
                for j in range(fleet_from[r], fleet_from[r + 1]):
                    f = fleet_of[j]
                    n = free[f] if free[f] < most[r] - number else most[r] - number
                    number += n
                    space += n * room[f]
                if number < least[s] or space == 0:
                    continue
                passes = True
                for m in range(party_from[r], party_from[r + 1]):
                    p = party_of[m]
                    if stopped[p] >> 1 != t:
                        x = mix(key + np.uint64(ROAD + p * ROAD_DAYS + t + 1) * golden)
                        stopped[p] = 2 * t + (1 if np.int64(x >> half) < impeded[p] else 0)
                    if stopped[p] & 1:
                        passes = False
                if not passes:
                    continue
                # First every good has the same share of the space, then what is left over is filled in order.
                share, left = space // kinds, space
                for again in range(2):
                    for q in range(goods):
                        more = (share if again == 0 else left) // grams[q]
                        if wanted[q] - load[q] < more:
                            more = wanted[q] - load[q]
                        load[q] += more
                        left -= more * grams[q]
                weight, number = space - left, 0
                if weight <= 0:
                    continue
                for q in range(goods):
                    stored[shelf * goods + q] -= load[q]
                    coming[s * goods + q] += load[q]
                    arrive[((t + out[r]) * sites + s) * goods + q] += load[q]
                for j in range(fleet_from[r], fleet_from[r + 1]):
                    f = fleet_of[j]
                    n = (weight + room[f] - 1) // room[f]
                    n = least[s] - number if least[s] - number > n else n
                    n = most[r] - number if most[r] - number < n else n
                    n = free[f] if free[f] < n else n
                    number += n
                    weight = weight - n * room[f] if weight > n * room[f] else 0
                    free[f] -= n
                    back[(t + cycle_of[j]) * fleets + f] += n
                next_convoy[s] = t + spacing[s]
                if first[row, 1] == days:
                    first[row, 1] = t
            # --- what is eaten
            short = 0
            for s in range(sites):
                for q in range(goods):
                    here = s * goods + q
                    came_in = arrive[t * sites * goods + here]
                    coming[here] -= came_in
                    have = held[here] + came_in
                    eaten = have if have < people[t, s] else people[t, s]
                    held[here] = have - eaten
                    short += people[t, s] - eaten
            unmet[row, week_of[t]] += short
