"""People out, many futures side by side: who leaves by which road on which day. See `kernels.futures`."""

from __future__ import annotations

from typing import Any

import numpy as np

from waythrough.plan.kernels import helper, kernel


@helper()
def lower(a: int, b: int) -> int:
    """The lower of two numbers, without a question that a processor could guess wrong."""
    return b + ((a - b) & ((a - b) >> 63))


@kernel(lower)
def leaving(
    lane_class: Any, lane_road: Any, waiting: Any, special: Any, site: Any, out: Any, end: Any, most: Any,
    fleet_from: Any, fleet_of: Any, cycle_of: Any, pool: Any, count: Any, room: Any, places: Any, register: Any,
    in_all: Any, per_week: Any, per_day: Any, ring: int, ahead: int, state: Any, lists: Any, notes: Any, road: Any,
    moved: Any, first: Any,
) -> None:  # fmt: skip
    """Who leaves in each future, given the days on which roads are open. Shape of ``road``: (roads, words, futures).

    Into ``moved`` people by week, shape (weeks, futures); into ``first`` the day of the first journey, as many days
    as there are where there is none, shape (futures,). ``state`` (see `state_rows`), ``lists``, a row for each road
    and one more, and ``notes``, five numbers in a row, are written over.

    Written for speed. Day by day and lane by lane, all futures in which the lane's road is still open are gone
    through at once, by a list of their numbers: what is the same for all of them is looked up once, and nothing is
    asked that a processor could guess wrong. A list is made shorter by writing every number down and going on only
    from those that stay. Lists are numbered without sign, for numba asks of other numbers whether they are below
    nothing. Divisions are by real numbers: half more than a whole number, times the inverse of another, is cut off
    at the right whole number for all numbers below 2⁵⁰.
    """
    days, lanes, roads, pairs = waiting.shape[0], waiting.shape[1], site.shape[0], fleet_of.shape[0] // 2
    fleets, classes, sites, towns = room.shape[0], special.shape[0], register.shape[0], in_all.shape[0]
    weeks, one = -(-(days + ahead) // 7), np.uint64(1)
    # The rows of `state_rows`, in turn.
    free, back, home = state[:fleets], state[fleets:], state[(1 + ring) * fleets :]
    gone = home[fleets:]
    total, in_week, on_day = gone[classes:], gone[classes + towns :], gone[classes + (1 + weeks) * towns :]
    desk = on_day[ahead * towns :]
    spare, apart, left = desk[sites:], desk[sites + roads :], desk[sites + 2 * roads :]
    number = np.zeros(roads, np.uint64)
    many = road.shape[2]
    for x in range(state.shape[0]):
        for v in range(many):
            state[x, v] = 0
    for x in range(moved.shape[0]):
        for v in range(many):
            moved[x, v] = 0
    for v in range(many):
        first[v] = days
    for f in range(fleets):
        # They come home on the first day, as others do later.
        for v in range(many):
            back[f, v] = count[f]
    for d in range(towns):
        for v in range(many):
            total[d, v] = in_all[d]
        for x in range(weeks):
            for v in range(many):
                in_week[x * towns + d, v] = per_week[d]
    for t in range(days):
        week, word, bit, some = t // 7, t >> 6, np.uint64(t & 63), np.uint64(0)
        for f in range(fleets):
            x, g = t % ring * fleets + f, pool[f]
            for v in range(many):
                free[f, v] += back[x, v]
                home[g, v] += back[x, v]
                back[x, v] = 0
        for d in range(towns):
            for x in range(ahead if t == 0 else 1):
                for v in range(many):
                    on_day[(t + ahead - 1 - x) % ahead * towns + d, v] = per_day[d]
        for r in range(roads):
            n_open, g = np.uint64(0), pool[fleet_of[fleet_from[r]]]
            for v in range(many):
                lists[r, n_open] = v
                n_open += (road[r, word, v] >> bit) & np.uint64(home[g, v] > 0)
            number[r] = n_open
            some += n_open
            for v in range(many):
                spare[r, v] = 0
                apart[r, v] = 0
                left[r, v] = most[r]
        if some == 0:
            continue
        for s in range(sites):
            for v in range(many):
                desk[s, v] = register[s]
        for i in range(lanes):
            r, c, live = lane_road[i], lane_class[i], waiting[t, i, 1]
            ended, needs = waiting[t, i, 0] - live, special[c]
            if number[r] == 0 or live == 0:
                continue
            s, d, there = site[r], end[r], t + out[r]
            x, y = there // 7 * towns + d, there % ahead * towns + d
            first_of, last_of = fleet_from[r], fleet_from[r + 1]
            g, keep, few = pool[fleet_of[first_of]], np.uint64(0), np.uint64(0)
            # Where nobody is left of this lane the road stays on the list; where no vehicle is left it does not.
            for q in range(number[r]):
                v = lists[r, q]
                n = live - max(0, gone[c, v] - ended)
                has = np.int64(spare[r, v] + home[g, v])
                lists[r, keep] = v
                keep += one - np.uint64((-n >> 63) & 1)
                lists[roads, few] = v
                notes[few, 0] = n
                few += np.uint64(((-n & -has) >> 63) & 1)
            # Whom could registration and reception take?
            for q in range(few):
                v = lists[roads, q]
                limits = min(min(total[d, v], in_week[x, v]), min(on_day[y, v], desk[s, v]))
                can = max(0, min(notes[q, 0], np.int64(limits)))
                notes[q, 1] = can
                notes[q, 2] = can
                notes[q, 3] = can - spare[r, v]
                notes[q, 4] = -apart[r, v]
            if needs > 0:
                # No vehicle is sent for people whom its special seats could not take.
                first_of, last_of, by = first_of + pairs, last_of + pairs, 1.0 / needs
                for j in range(first_of, last_of):
                    f = fleet_of[j]
                    for q in range(few):
                        v = lists[roads, q]
                        notes[q, 4] -= min(free[f, v], left[r, v]) * places[f]
                for q in range(few):
                    v = lists[roads, q]
                    have = min(notes[q, 1], np.int64((0.5 - notes[q, 4]) * by))
                    notes[q, 2] = have
                    notes[q, 3] = have - spare[r, v]
                    notes[q, 4] = have * needs - apart[r, v]
            # Vehicles for those still without a seat, or without the special seats they need.
            for j in range(first_of, last_of):
                f = fleet_of[j]
                seats, by, lying = room[f], 1.0 / room[f], places[f]
                by_lying = 1.0 / lying if lying > 0 else 0.0
                x_back = (t + cycle_of[j]) % ring * fleets + f
                for q in range(few):
                    v = lists[roads, q]
                    asked = np.int64((notes[q, 3] + (seats - 0.5)) * by)
                    if needs > 0:
                        asked = max(asked, np.int64((notes[q, 4] + (lying - 0.5)) * by_lying))
                    sent = max(0, min(asked, min(free[f, v], left[r, v])))
                    free[f, v] -= sent
                    home[g, v] -= sent
                    back[x_back, v] += sent
                    left[r, v] -= sent
                    notes[q, 3] -= sent * seats
                    notes[q, 4] -= sent * lying
            # Who is aboard. The road is full for everybody; too few special seats stop only those who need them.
            by, anybody = 1.0 / needs if needs > 0 else 0.0, np.int64(1 << 40 if needs == 0 else 0)
            for q in range(few):
                v, have = lists[roads, q], notes[q, 2]
                seats, lying = have - notes[q, 3], have * needs - notes[q, 4]
                take = lower(have, seats)
                if needs > 0:
                    take = lower(take, np.int64((lying + 0.5) * by))
                spare[r, v] = seats - take
                apart[r, v] = lying - take * needs
                gone[c, v] += take
                desk[s, v] -= take
                total[d, v] -= take
                in_week[x, v] -= take
                on_day[y, v] -= take
                moved[week, v] += take
                first[v] = lower(first[v], t + (days & ((take - 1) >> 63)))
                lists[r, keep] = v
                is_full = (take - notes[q, 0]) & ((notes[q, 1] - take - 1) | -anybody)
                keep += one - np.uint64((is_full >> 63) & 1)
            number[r] = keep


def state_rows(
    fleets: int, classes: int, sites: int, towns: int, roads: int, days: int, ring: int, ahead: int
) -> int:
    """How many numbers a future of `leaving` stands in: vehicles here, coming back and at home by pool; people gone;
    places in all, by week and by day; the desks; seats to spare, special seats and vehicles left on each road.
    """
    weeks = -(-(days + ahead) // 7)
    return fleets * (2 + ring) + classes + towns * (1 + weeks + ahead) + sites + 3 * roads
