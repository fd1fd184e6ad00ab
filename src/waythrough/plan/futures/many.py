"""The same futures as the loops of `plan.kernels`, with numpy alone: many side by side, one day at a time.

Every step stands in the order of the kernel and gives the same whole numbers. Rows are futures throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from waythrough.plan.kernels import futures as kernel
from waythrough.plan.kernels.futures import Answers, Feeding, Leaving, World

SIDE_BY_SIDE = 2_048
"""Futures played together: enough to make numpy's calls cheap, few enough to stay in a processor's cache."""
_ALL = 0xFFFFFFFFFFFFFFFF


def run(w: World, seed: int, start: int, moved: Any, unmet: Any, first: Any) -> None:
    """Play futures ``start`` and after, a row of the results for each; see `plan.futures.play.Played`."""
    for begin in range(0, len(moved), SIDE_BY_SIDE):
        rows = slice(begin, min(len(moved), begin + SIDE_BY_SIDE))
        road = road_bits(w.answers, keys(seed, start + rows.start, start + rows.stop))
        _Leaving(w.leaving, road[:, : w.outward], moved[rows], first[0, rows]).play()
        _Feeding(w.feeding, road[:, w.outward :], unmet[rows], first[1, rows]).play()


def keys(seed: int, start: int, stop: int) -> Any:
    """The key of each future's draws. Shape (stop - start,)."""
    golden = np.uint64(kernel.GOLDEN)
    root = kernel.mix(np.array([(seed + kernel.GOLDEN) & _ALL], np.uint64))
    return kernel.mix(root + (np.arange(start, stop, dtype=np.uint64) + np.uint64(1)) * golden)


def door_bits(a: Answers, key: Any) -> Any:
    """The days on which each door is open in each future. Shape (futures, doors, words)."""
    level, common = _parties(a, key)
    doors, words = a.known.shape
    opens = np.zeros((len(key), doors, words), np.uint64)
    days = len(a.below) - 1
    for g in range(doors):
        x = _draw(key, kernel.DOOR + g)
        holds_for = np.searchsorted(a.suspended[a.rate[g]], _low(x), side="right")
        opens[:, g] = a.known[g] & a.below[holds_for]
        if a.curve[g] < 0 or a.asked[g] < 0:
            continue
        p = a.party[g]
        u = np.where(common[:, p] < 0, _high(x), common[:, p])
        # A row per level: how many days have not reached the share drawn.
        begins = a.asked[g] + (a.answered[a.curve[g]][level[:, p]] <= u[:, None]).sum(axis=1)
        begins = np.minimum(days, begins)
        ends = np.minimum(days, begins + np.minimum(a.holds[g], holds_for))
        opens[:, g] |= a.below[ends] & ~a.below[begins]
    return opens


def road_bits(a: Answers, key: Any) -> Any:
    """The days on which a trip may start on each road. Shape (futures, roads, words)."""
    opens, roads = door_bits(a, key), len(a.starts)
    found = np.broadcast_to(a.starts, (len(key), *a.starts.shape)).copy()
    stopped = {p: _stopped(a, key, p) for p in range(len(a.impeded))}
    for r in range(roads):
        for i in range(a.door_from[r], a.door_from[r + 1]):
            bits, by = opens[:, a.door_of[i]], int(a.offset_of[i])
            shifted = bits >> np.uint64(by)
            if by > 0:
                shifted[:, :-1] |= bits[:, 1:] << np.uint64(kernel.WORD - by)
            found[:, r] &= shifted
        for i in range(a.party_from[r], a.party_from[r + 1]):
            found[:, r] &= ~stopped[int(a.party_of[i])]
    return found


@dataclass
class _Leaving:
    """People out in futures side by side, and where each of them stands."""

    w: Leaving
    road: Any
    moved: Any
    first: Any

    def __post_init__(self) -> None:
        w, n = self.w, len(self.road)
        self.days = len(w.waiting)
        ahead = int(w.out.max(initial=0)) + 1
        self.free = np.tile(w.count, (n, 1))
        self.back = np.zeros((self.days + int(w.cycle_of.max(initial=0)), n, len(w.room)), np.int64)
        self.gone = np.zeros((n, len(w.special)), np.int64)
        self.in_all = np.tile(w.in_all, (n, 1))
        self.in_week = np.tile(w.per_week, ((self.days + ahead) // 7 + 1, n, 1))
        self.on_day = np.tile(w.per_day, (self.days + ahead, n, 1))
        self.moved[:], self.first[:] = 0, self.days

    def play(self) -> None:
        """All days, one after another."""
        w, n = self.w, len(self.road)
        for t in range(self.days):
            self.free += self.back[t]
            self.today = _on(self.road, t)
            if not self.today.any():
                continue
            self.desk = np.tile(w.register, (n, 1))
            self.left = np.tile(w.most, (n, 1))
            self.spare, self.apart = np.zeros_like(self.left), np.zeros_like(self.left)
            for i in range(len(w.lane_class)):
                self._lane(i, t)

    def _lane(self, i: int, t: int) -> None:
        w, r, c = self.w, int(self.w.lane_road[i]), int(self.w.lane_class[i])
        d, site, there = int(w.end[r]), int(w.site[r]), t + int(w.out[r])
        can = np.minimum(w.waiting[t, i, 0] - self.gone[:, c], w.waiting[t, i, 1])
        asks = self.today[:, r] & (can > 0)
        if not asks.any():
            return
        limits = self.in_all[:, d], self.in_week[there // 7, :, d], self.on_day[there, :, d]
        have = np.minimum.reduce([can, self.desk[:, site], *limits])
        room_for, needs = np.maximum(have, 0), int(w.special[c])
        have = room_for if needs == 0 else np.minimum(room_for, self._could(r) // needs)
        self._send(r, needs, have, asks, t)
        take = np.minimum(have, self.spare[:, r])
        if needs:
            take = np.minimum(take, self.apart[:, r] // needs)
        self.today[:, r] &= ~(asks & (take < can) & ((needs == 0) | (take == room_for)))
        take = np.where(asks, take, 0)
        self.spare[:, r] -= take
        self.apart[:, r] -= take * needs
        self.gone[:, c] += take
        self.desk[:, site] -= take
        for limit in limits:
            limit -= take
        self.moved[:, t // 7] += take
        self.first[:] = np.where((take > 0) & (self.first == self.days), t, self.first)

    def _could(self, r: int) -> Any:
        """Special seats that there are on a road or could still be sent, in thousandths."""
        fleets = self.w.fleet_of[self.w.fleet_from[r] : self.w.fleet_from[r + 1]]
        sent = np.minimum(self.free[:, fleets], self.left[:, [r]]) * self.w.places[fleets]
        return self.apart[:, r] + sent.sum(axis=1)

    def _send(self, r: int, needs: int, have: Any, asks: Any, t: int) -> None:
        """Vehicles for those still without a seat, or without the special seats they need."""
        w, shift = self.w, len(self.w.fleet_of) // 2 if needs > 0 else 0
        for j in range(w.fleet_from[r], w.fleet_from[r + 1]):
            f = int(w.fleet_of[j + shift])
            n = np.maximum(0, have - self.spare[:, r] + w.room[f] - 1) // w.room[f]
            if needs > 0 and w.places[f] > 0:
                short = np.maximum(0, have * needs - self.apart[:, r])
                n = np.maximum(n, (short + w.places[f] - 1) // w.places[f])
            n = np.minimum(np.minimum(n, self.free[:, f]), self.left[:, r])
            n = np.where(asks, np.maximum(n, 0), 0)
            self.free[:, f] -= n
            self.left[:, r] -= n
            self.back[t + w.cycle_of[j + shift], :, f] += n
            self.spare[:, r] += n * w.room[f]
            self.apart[:, r] += n * w.places[f]


@dataclass
class _Feeding:
    """Goods in, in futures side by side, and where each of them stands."""

    w: Feeding
    road: Any
    unmet: Any
    first: Any

    def __post_init__(self) -> None:
        w, n, (sites, goods) = self.w, len(self.road), self.w.stock.shape
        self.people = -np.diff(w.needed, axis=1)
        self.days = self.people.shape[1]
        horizon = self.days + int(max(w.cycle_of.max(initial=0), w.out.max(initial=0))) + 1
        self.free = np.tile(w.count, (n, 1))
        self.back = np.zeros((horizon, n, len(w.room)), np.int64)
        self.held = np.tile(w.stock, (n, 1, 1))
        self.stored = np.tile(w.store, (n, 1, 1))
        self.coming = np.zeros((n, sites, goods), np.int64)
        self.arrive = np.zeros((horizon, n, sites, goods), np.int64)
        self.due = np.zeros((n, sites), np.int64)
        self.unmet[:], self.first[:] = 0, self.days

    def play(self) -> None:
        """All days, one after another."""
        w, received = self.w, 0
        for t in range(self.days):
            while received < len(w.receipts) and w.receipts[received, 0] <= t:
                _, store, good, rations = w.receipts[received]
                self.stored[:, store, good] += rations
                received += 1
            self.free += self.back[t]
            self.today = _on(self.road, t)
            for r in range(len(w.site)):
                self._convoy(r, t)
            self._eat(t)

    def _convoy(self, r: int, t: int) -> None:
        w, s, store = self.w, int(self.w.site[r]), int(self.w.end[r])
        fleets = [
            (int(w.fleet_of[j]), int(w.cycle_of[j])) for j in range(w.fleet_from[r], w.fleet_from[r + 1])
        ]
        number, space = self._space(r, fleets)
        goes = self.today[:, r] & (t >= self.due[:, s]) & (number >= w.least[s]) & (space > 0)
        wanted = np.where(goes[:, None], self._wanted(r, t), 0)
        kinds = (wanted > 0).sum(axis=1)
        goes &= kinds > 0
        if not goes.any():
            return
        share, left = space // np.maximum(kinds, 1), space.copy()
        load = np.minimum(wanted, share[:, None] // w.grams)
        left -= (load * w.grams).sum(axis=1)
        for q in range(len(w.grams)):
            more = np.minimum(wanted[:, q] - load[:, q], left // w.grams[q])
            load[:, q] += more
            left -= more * w.grams[q]
        weight = np.where(goes, space - left, 0)
        goes &= weight > 0
        self.stored[:, store] -= load
        self.coming[:, s] += load
        self.arrive[t + int(w.out[r]), :, s] += load
        self._drive(r, s, fleets, weight, goes, t)
        self.due[:, s] = np.where(goes, t + w.spacing[s], self.due[:, s])
        self.first[:] = np.where(goes & (self.first == self.days), t, self.first)

    def _space(self, r: int, fleets: list[tuple[int, int]]) -> tuple[Any, Any]:
        number = np.zeros(len(self.road), np.int64)
        space = np.zeros(len(self.road), np.int64)
        for f, _ in fleets:
            n = np.minimum(self.free[:, f], self.w.most[r] - number)
            number += n
            space += n * self.w.room[f]
        return number, space

    def _wanted(self, r: int, t: int) -> Any:
        w, s, store = self.w, int(self.w.site[r]), int(self.w.end[r])
        there = w.needed[s, min(self.days, t + int(w.out[r]))]
        on_hand = self.held[:, s] + self.coming[:, s]
        useful = there - np.maximum(0, on_hand - (w.needed[s, t] - there))
        useful = np.minimum(np.minimum(useful, w.storage[s] - on_hand), self.stored[:, store])
        return np.maximum(0, useful) * w.allowed[r]

    def _drive(self, r: int, s: int, fleets: list[tuple[int, int]], weight: Any, goes: Any, t: int) -> None:
        number = np.zeros(len(self.road), np.int64)
        for f, cycle in fleets:
            room = self.w.room[f]
            n = np.maximum(-(-weight // room), self.w.least[s] - number)
            n = np.minimum(np.minimum(n, self.free[:, f]), self.w.most[r] - number)
            n = np.where(goes, np.maximum(0, n), 0)
            number += n
            weight = np.maximum(0, weight - n * room)
            self.free[:, f] -= n
            self.back[t + cycle, :, f] += n

    def _eat(self, t: int) -> None:
        came_in, people = self.arrive[t], self.people[:, t][None, :, None]
        self.coming -= came_in
        have = self.held + came_in
        eaten = np.minimum(have, people)
        self.held = have - eaten
        self.unmet[:, t // 7] += (people - eaten).sum(axis=(1, 2))


# --- draws ------------------------------------------------------------------------------------------------------


def _parties(a: Answers, key: Any) -> tuple[Any, Any]:
    parties, levels = len(a.together), a.answered.shape[1]
    level, common = np.zeros((len(key), parties), np.int64), np.zeros((len(key), parties), np.int64)
    for p in range(parties):
        x = _draw(key, kernel.LEVEL + p)
        level[:, p] = (((x >> np.uint64(32)) * np.uint64(levels)) >> np.uint64(32)).astype(np.int64)
        common[:, p] = np.where(_low(x) < a.together[p], _high(_draw(key, kernel.COMMON + p)), -1)
    return level, common


def _stopped(a: Answers, key: Any, p: int) -> Any:
    """Days on which a party lets nothing pass, as bits. Shape (futures, words)."""
    words = a.starts.shape[1]
    found = np.zeros((len(key), words), np.uint64)
    for k in range(words if a.impeded[p] > 0 else 0):
        for i in range(kernel.PARTS):
            x = _draw(key, kernel.ROAD + (p * words + k) * kernel.PARTS + i)
            found[:, k] = found[:, k] | x if a.impeded[p] >> i & 1 else found[:, k] & x
    return found


def _on(road: Any, t: int) -> Any:
    """Whether each road is open on a day. Shape (futures, roads)."""
    return (road[:, :, t >> 6] >> np.uint64(t & 63) & np.uint64(1)).astype(bool)


def _draw(key: Any, item: int) -> Any:
    return kernel.mix(key + np.uint64((item + 1) * kernel.GOLDEN & _ALL))


def _high(x: Any) -> Any:
    return (x >> np.uint64(32)).astype(np.int64)


def _low(x: Any) -> Any:
    return (x & np.uint64(0xFFFFFFFF)).astype(np.int64)
