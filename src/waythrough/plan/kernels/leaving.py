"""People out, future by future: who leaves by which road on which day. See `kernels.futures`."""

from __future__ import annotations

from typing import Any

import numpy as np

from waythrough.plan.kernels import kernel
from waythrough.plan.kernels.futures import lowest


@kernel(lowest)
def leaving(
    lane_class: Any, lane_road: Any, waiting: Any, rises: Any, lanes_of: Any, special: Any, site: Any, out: Any,
    end: Any, most: Any, fleet_from: Any, fleet_of: Any, cycle_of: Any, room: Any, places: Any, fleets_of: Any,
    register: Any, towns: int, fresh: Any, state: Any, awake: Any, goes: Any, road: Any, horizon: int, moved: Any,
    first: Any,
) -> None:  # fmt: skip
    """Who leaves in each future, given the days on which roads are open. Shape of ``road``: (futures, roads, words).

    Into ``moved`` people by week, shape (futures, weeks); into ``first`` the day of the first journey, as many days
    as there are where there is none, shape (futures,). ``state``, as long as ``fresh``, and ``awake``, as
    long as there are words of lanes, and ``goes``, as long as there are roads, are written over.

    Written for speed: tables are flat, and looked up by unsigned numbers, which numba does not ask whether they are
    below nothing; little is asked that a processor could guess wrong.
    """
    one, days, words, roads = np.uint64(1), rises.shape[0], rises.shape[1], site.shape[0]
    sites, fleets, pairs = register.shape[0], room.shape[0], fleet_of.shape[0] // 2
    lanes = np.uint64(lane_class.shape[0])
    # A future's state, as `tables.leaving_table` lays it out.
    free, back = state[:fleets], state[fleets : fleets + horizon * fleets]
    gone = state[fleets + horizon * fleets : fleets + horizon * fleets + special.shape[0]]
    left_places = state[fleets + horizon * fleets + special.shape[0] :]
    weekly, daily = towns, towns + towns * (horizon // 7 + 1)
    desk = left_places[daily + towns * horizon :]
    spare, apart, left = desk[sites:], desk[sites + roads :], desk[sites + 2 * roads :]
    for row in range(road.shape[0]):
        for i in range(fresh.shape[0]):
            state[i] = fresh[i]
        for m in range(words):
            awake[m] = 0
        for i in range(moved.shape[1]):
            moved[row, i] = 0
        began = days
        for t in range(days):
            for f in range(fleets):
                free[f] += back[np.uint64(t * fleets + f)]
            for m in range(words):
                awake[m] |= rises[t, m]
            some, bit = np.uint64(0), np.uint64(t & 63)
            for r in range(roads):
                goes[r] = (road[row, r, t >> 6] >> bit) & one
                some |= goes[r]
            if some == 0:
                continue
            home, went = np.uint64(0), 0
            for f in range(fleets):
                home |= np.uint64(free[f] > 0) << np.uint64(f & 63)
            for r in range(roads):
                goes[r] *= np.uint64((home & fleets_of[r]) != 0)
                spare[r], apart[r], left[r] = 0, 0, most[r]
                desk[site[r]] = register[site[r]]
            for word in range(words):
                todo = np.uint64(0)
                for r in range(roads):
                    todo |= lanes_of[np.uint64(r * words + word)] * goes[r]
                todo &= awake[word]
                while todo:
                    i = np.uint64(64 * word) + lowest(todo)
                    mine = todo & (~todo + one)
                    todo ^= mine
                    c, r, at = lane_class[i], lane_road[i], np.uint64(2) * (np.uint64(t) * lanes + i)
                    n = min(waiting[at] - gone[c], waiting[at + one])
                    if n <= 0:
                        # Nobody is left of those who could leave so far: until there are more.
                        awake[word] ^= mine
                        continue
                    d, s, there = end[r], site[r], t + out[r]
                    in_town, in_week = np.uint64(d), np.uint64(weekly + there // 7 * towns + d)
                    on_day = np.uint64(daily + there * towns + d)
                    have = min(left_places[in_town], min(left_places[in_week], left_places[on_day]))
                    have = max(0, min(have, min(n, desk[s])))
                    needs, first_of, last_of = special[c], fleet_from[r], fleet_from[r + one]
                    seats, seats_apart, vehicles, room_for = spare[r], apart[r], left[r], have
                    if needs > 0:
                        first_of, last_of = first_of + pairs, last_of + pairs
                        # No vehicle is sent for people whom its special seats could not take.
                        could = seats_apart
                        for j in range(first_of, last_of):
                            could += (
                                min(free[fleet_of[np.uint64(j)]], vehicles) * places[fleet_of[np.uint64(j)]]
                            )
                        have = min(have, could // needs)
                    for j in range(first_of, last_of):
                        short, short_apart = have - seats, have * needs - seats_apart
                        if short <= 0 and short_apart <= 0:
                            break
                        f = fleet_of[np.uint64(j)]
                        most_now = min(free[f], vehicles)
                        sent = most_now
                        if short < sent * room[f]:
                            sent = max(0, short + room[f] - 1) // room[f]
                        if short_apart > sent * places[f] and places[f] > 0:
                            sent = min(most_now, (short_apart + places[f] - 1) // places[f])
                        free[f] -= sent
                        back[np.uint64((t + cycle_of[np.uint64(j)]) * fleets) + f] += sent
                        vehicles -= sent
                        seats += sent * room[f]
                        seats_apart += sent * places[f]
                    take = min(have, seats)
                    if needs > 0:
                        take = min(take, seats_apart // needs)
                    # The road is full for everybody; too few special seats stop only those who need them.
                    full = np.uint64((take < n) & ((needs == 0) | (take == room_for)))
                    goes[r] &= ~full
                    todo &= ~(lanes_of[r * np.uint64(words) + np.uint64(word)] * full)
                    spare[r], apart[r], left[r] = seats - take, seats_apart - take * needs, vehicles
                    gone[c] += take
                    desk[s] -= take
                    left_places[in_town] -= take
                    left_places[in_week] -= take
                    left_places[on_day] -= take
                    went += take
            if went > 0:
                moved[row, t // 7] += went
                began = min(began, t)
        first[row] = began
