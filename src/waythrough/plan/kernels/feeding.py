"""Goods in, many futures side by side: which convoys leave with what, and who is short. See `kernels.futures`."""

from __future__ import annotations

from typing import Any

import numpy as np

from waythrough.plan.kernels import kernel


@kernel()
def feeding(
    site: Any, out: Any, end: Any, most: Any, fleet_from: Any, fleet_of: Any, cycle_of: Any, count: Any, room: Any,
    needed: Any, stock: Any, storage: Any, store: Any, receipts: Any, grams: Any, allowed: Any, spacing: Any,
    least: Any, ring: int, ahead: int, state: Any, lists: Any, road: Any, unmet: Any, first: Any,
) -> None:  # fmt: skip
    """What is short in each future, given the days on which roads are open. Shape of ``road``: (roads, words, futures).

    Into ``unmet`` person-days by week, shape (weeks, futures); into ``first`` the day of the first convoy, as many
    days as there are where there is none, shape (futures,). ``state`` (see `state_rows`) and ``lists``, one row, are
    written over. Lists as in `leaving`.
    """
    (sites, goods), days, roads, fleets = stock.shape, needed.shape[1] - 1, site.shape[0], room.shape[0]
    cells, shelves = sites * goods, store.shape[0] * goods
    # The rows of `state_rows`, in turn.
    free, back, held = state[:fleets], state[fleets:], state[(1 + ring) * fleets :]
    on_hand, arrive, stored = held[cells:], held[2 * cells :], held[(2 + ahead) * cells :]
    due, wakes = stored[shelves:], stored[shelves + sites :]
    wanted, load = np.zeros(goods, np.int64), np.zeros(goods, np.int64)
    one = np.uint64(1)
    many = road.shape[2]
    for x in range(state.shape[0]):
        for v in range(many):
            state[x, v] = 0
    for x in range(unmet.shape[0]):
        for v in range(many):
            unmet[x, v] = 0
    for v in range(many):
        first[v] = days
    for f in range(fleets):
        # They come home on the first day, as others do later.
        for v in range(many):
            back[f, v] = count[f]
    for q in range(goods):
        for s in range(sites):
            for v in range(many):
                held[s * goods + q, v] = stock[s, q]
            for v in range(many):
                on_hand[s * goods + q, v] = stock[s, q]
        for h in range(store.shape[0]):
            for v in range(many):
                stored[h * goods + q, v] = store[h, q]
    received = 0
    for t in range(days):
        week, word, bit = t // 7, t >> 6, np.uint64(t & 63)
        while received < receipts.shape[0] and receipts[received, 0] <= t:
            for v in range(many):
                stored[receipts[received, 1] * goods + receipts[received, 2], v] += receipts[received, 3]
            received += 1
        next_receipt = receipts[received, 0] if received < receipts.shape[0] else days
        for f in range(fleets):
            x = t % ring * fleets + f
            for v in range(many):
                free[f, v] += back[x, v]
                back[x, v] = 0
        for r in range(roads):
            s, shelf, few = site[r], end[r] * goods, np.uint64(0)
            for v in range(many):
                lists[few] = v
                waits = (t - max(due[s, v], wakes[r, v])) >> 63
                few += (road[r, word, v] >> bit) & one & np.uint64(waits + 1)
            there = min(days, t + out[r])
            after, before = needed[s, there], needed[s, t] - needed[s, there]
            for a in range(few):
                v, number, space, kinds, empty = lists[a], 0, 0, 0, 1
                for j in range(fleet_from[r], fleet_from[r + 1]):
                    n = min(free[fleet_of[j], v], most[r] - number)
                    number += n
                    space += n * room[fleet_of[j]]
                if number < least[s] or space == 0:
                    continue
                for q in range(goods):
                    here, there_is = on_hand[s * goods + q, v], stored[shelf + q, v]
                    useful = min(after - max(0, here - before), storage[s, q] - here)
                    wanted[q] = max(0, min(useful, there_is)) * allowed[r, q]
                    kinds += wanted[q] > 0
                    empty &= there_is * allowed[r, q] == 0
                if kinds == 0:
                    # Where nothing is in the store: not again until something comes into it.
                    wakes[r, v] = next_receipt if empty else t
                    continue
                # First every good has the same share of the space, then what is left over is filled in order.
                share, left = space // kinds, space
                for q in range(goods):
                    load[q] = min(wanted[q], share // grams[q])
                    left -= load[q] * grams[q]
                for q in range(goods):
                    more = min(wanted[q] - load[q], left // grams[q])
                    load[q] += more
                    left -= more * grams[q]
                weight, number = space - left, 0
                if weight == 0:
                    continue
                for q in range(goods):
                    stored[shelf + q, v] -= load[q]
                    on_hand[s * goods + q, v] += load[q]
                    arrive[(t + out[r]) % ahead * cells + s * goods + q, v] += load[q]
                for j in range(fleet_from[r], fleet_from[r + 1]):
                    f = fleet_of[j]
                    n = min(max((weight + room[f] - 1) // room[f], least[s] - number), most[r] - number)
                    n = min(n, free[f, v])
                    number += n
                    weight = max(0, weight - n * room[f])
                    free[f, v] -= n
                    back[(t + cycle_of[j]) % ring * fleets + f, v] += n
                due[s, v] = t + spacing[s]
                first[v] = min(first[v], t)
        for at in range(cells):
            x, people = t % ahead * cells + at, needed[at // goods, t] - needed[at // goods, t + 1]
            for v in range(many):
                have = held[at, v] + arrive[x, v]
                eaten = min(have, people)
                held[at, v] = have - eaten
                on_hand[at, v] -= eaten
                arrive[x, v] = 0
                unmet[week, v] += people - eaten


def state_rows(fleets: int, cells: int, shelves: int, sites: int, roads: int, ring: int, ahead: int) -> int:
    """How many numbers a future of `feeding` stands in: vehicles here and coming back; rations at the sites, those and
    on the way to them, by day of arrival; in the stores; the day a site, and a road, is looked at again.
    """
    return fleets * (1 + ring) + cells * (2 + ahead) + shelves + sites + roads
