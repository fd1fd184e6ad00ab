"""Goods in, future by future: which convoys leave with what, and who is short of it. See `kernels.futures`."""

from __future__ import annotations

from typing import Any

import numpy as np

from waythrough.plan.kernels import kernel
from waythrough.plan.kernels.futures import lowest


@kernel(lowest)
def feeding(
    site: Any, out: Any, end: Any, most: Any, fleet_from: Any, fleet_of: Any, cycle_of: Any, room: Any,
    needed: Any, storage: Any, receipts: Any, grams: Any, allowed: Any, spacing: Any, least: Any,
    stores: int, fresh: Any, state: Any, road: Any, horizon: int, unmet: Any, first: Any,
) -> None:  # fmt: skip
    """What is short in each future, given the days on which roads are open. Shape of ``road``: (futures, roads, words).

    Into ``unmet`` person-days by week, shape (futures, weeks); into ``first`` the day of the first convoy, as many
    days as there are where there is none, shape (futures,). ``state``, as long as ``fresh``, is written over. What
    was eaten since is worked out where a convoy asks, and at the end.
    """
    one, roads, goods, fleets = np.uint64(1), site.shape[0], grams.shape[0], room.shape[0]
    sites, days = spacing.shape[0], needed.shape[0] // spacing.shape[0] - 1
    # A future's state, as `tables.feeding_table` lays it out.
    free, back = state[:fleets], state[fleets : fleets + horizon * fleets]
    held = state[fleets + horizon * fleets :]
    on_hand, stored = held[sites * goods :], held[2 * sites * goods :]
    arrive = stored[stores * goods :]
    due = arrive[sites * goods * horizon :]
    wakes, wanted, load = due[sites:], due[sites + roads :], due[sites + roads + goods :]
    for row in range(road.shape[0]):
        for i in range(fresh.shape[0]):
            state[i] = fresh[i]
        for i in range(unmet.shape[1]):
            unmet[row, i] = 0
        seen, received, began, word, some = 0, 0, days, -1, np.uint64(0)
        while seen < days:
            # The next day on which a convoy may leave, or the end.
            while some == 0 and word + 1 < road.shape[2]:
                word += 1
                for r in range(roads):
                    some |= road[row, r, word]
            t, ready = days, 0
            if some != 0:
                t = 64 * word + np.int64(lowest(some))
                some &= some - one
                for r in range(roads):
                    is_open = (road[row, r, word] >> np.uint64(t & 63)) & one
                    ready += (is_open != 0) & (t >= due[site[r]]) & (t >= wakes[r])
                if ready == 0:
                    continue
            for at in range(sites * goods):
                s, have, ate, day = at // goods, held[at], on_hand[at], seen
                while day < t:
                    until, need = t, needed[s * (days + 1) + day]
                    if ate != have:
                        # Something is on its way: day by day.
                        until = day + 1
                        have += arrive[at * horizon + day]
                    elif have < need - needed[s * (days + 1) + t]:
                        until = min(t, day - day % 7 + 7)
                    need -= needed[s * (days + 1) + until]
                    eaten = min(have, need)
                    have -= eaten
                    ate -= eaten
                    unmet[row, day // 7] += need - eaten
                    day = until
                held[at], on_hand[at] = have, ate
            while received < receipts.shape[0] and receipts[received, 0] <= t:
                stored[receipts[received, 1] * goods + receipts[received, 2]] += receipts[received, 3]
                received += 1
            for day in range(seen + 1, min(t + 1, days)):
                for f in range(fleets):
                    free[f] += back[day * fleets + f]
            seen = t
            for r in range(roads if t < days else 0):
                s, shelf, number, space, kinds, empty = site[r], end[r] * goods, 0, 0, 0, 1
                if t < due[s] or t < wakes[r] or not (road[row, r, word] >> np.uint64(t & 63)) & one:
                    continue
                for j in range(fleet_from[r], fleet_from[r + 1]):
                    n = min(free[fleet_of[j]], most[r] - number)
                    number += n
                    space += n * room[fleet_of[j]]
                if number < least[s] or space == 0:
                    continue
                there = min(days, t + out[r])
                after = needed[s * (days + 1) + there]
                before = needed[s * (days + 1) + t] - after
                for q in range(goods):
                    at = s * goods + q
                    useful = min(after - max(0, on_hand[at] - before), storage[at] - on_hand[at])
                    useful = min(useful, stored[shelf + q])
                    wanted[q] = max(0, useful) * allowed[r * goods + q]
                    load[q] = 0
                    kinds += wanted[q] > 0
                    empty &= stored[shelf + q] * allowed[r * goods + q] == 0
                if kinds == 0:
                    if empty:
                        # Until something comes into the store.
                        wakes[r] = receipts[received, 0] if received < receipts.shape[0] else days
                    continue
                # First every good has the same share of the space, then what is left over is filled in order.
                share, left = space // kinds, space
                for again in range(2):
                    for q in range(goods):
                        more = min(wanted[q] - load[q], (share if again == 0 else left) // grams[q])
                        load[q] += more
                        left -= more * grams[q]
                weight = space - left
                if weight <= 0:
                    continue
                for q in range(goods):
                    at = s * goods + q
                    stored[shelf + q] -= load[q]
                    on_hand[at] += load[q]
                    arrive[at * horizon + t + out[r]] += load[q]
                number = 0
                for j in range(fleet_from[r], fleet_from[r + 1]):
                    f = fleet_of[j]
                    n = min(max((weight + room[f] - 1) // room[f], least[s] - number), most[r] - number)
                    n = min(n, free[f])
                    number += n
                    weight = max(0, weight - n * room[f])
                    free[f] -= n
                    back[(t + cycle_of[j]) * fleets + f] += n
                due[s] = t + spacing[s]
                began = min(began, t)
        first[row] = began
