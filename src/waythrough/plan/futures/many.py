"""The same futures as `plan.kernels.futures.run`, with numpy alone: many side by side, one day at a time.

Every step stands in the order of the kernel and gives the same whole numbers. Rows are futures throughout.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from waythrough.plan.kernels import futures as kernel
from waythrough.plan.kernels.futures import World

SIDE_BY_SIDE = 2_048
"""Futures played together: enough to make numpy's calls cheap, few enough to stay in a processor's cache."""
_ALL = 0xFFFFFFFFFFFFFFFF


def run(w: World, seed: int, start: int, stop: int, moved: Any, unmet: Any, first: Any) -> None:
    """See `plan.kernels.futures.run`."""
    for begin in range(start, stop, SIDE_BY_SIDE):
        end = min(stop, begin + SIDE_BY_SIDE)
        rows = slice(begin - start, end - start)
        _Block(w, keys(seed, begin, end), moved[rows], unmet[rows], first[rows]).play()


def keys(seed: int, start: int, stop: int) -> Any:
    """The key of each future's draws. Shape (stop - start,)."""
    golden = np.uint64(kernel.GOLDEN)
    root = kernel.mix(np.array([(seed + kernel.GOLDEN) & _ALL], np.uint64))
    return kernel.mix(root + (np.arange(start, stop, dtype=np.uint64) + np.uint64(1)) * golden)


def door_bits(w: World, key: Any) -> Any:
    """The days on which each door is open in each future. Shape (futures, doors, words)."""
    level, at_once, common = _parties(w, key)
    doors, words = w.known.shape
    opens = np.zeros((len(key), doors, words), np.uint64)
    days = len(w.people)
    for g in range(doors):
        x = _draw(key, kernel.DOOR + g)
        holds_for = np.searchsorted(w.suspended, _low(x), side="right")
        for k in range(words):
            opens[:, g, k] = w.known[g, k] & _below(holds_for - kernel.WORD * k)
        if w.curve[g] < 0 or w.asked[g] < 0:
            continue
        p = w.party[g]
        u = np.where(at_once[:, p], common[:, p], _high(x))
        # A row per level: how many days have not reached the share drawn.
        begins = w.asked[g] + (w.answered[w.curve[g]][level[:, p]] <= u[:, None]).sum(axis=1)
        ends = np.minimum(days, begins + np.minimum(w.holds[g], holds_for))
        for k in range(words):
            window = _below(ends - kernel.WORD * k) & ~_below(begins - kernel.WORD * k)
            opens[:, g, k] |= np.where(begins < ends, window, np.uint64(0))
    return opens


def road_bits(w: World, opens: Any) -> Any:
    """The days on which a trip may start on each route. Shape (futures, routes, words)."""
    roads, words = w.starts.shape
    found = np.broadcast_to(w.starts, (len(opens), roads, words)).copy()
    for r in range(roads):
        for i in range(w.door_from[r], w.door_from[r + 1]):
            bits, by = opens[:, w.door_of[i]], int(w.offset_of[i])
            shifted = bits >> np.uint64(by)
            if by > 0:
                shifted[:, :-1] |= bits[:, 1:] << np.uint64(kernel.WORD - by)
            found[:, r] &= shifted
    return found


@dataclass
class _Block:
    """Futures played side by side, and where each of them stands."""

    w: World
    key: Any
    moved: Any
    unmet: Any
    first: Any
    stopped: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        w, n = self.w, len(self.key)
        days = len(w.people)
        sites, goods = w.stock.shape
        farthest, towns = days + w.longest, len(w.daily)
        self.days, self.outward = days, w.starts.shape[0] - w.allowed.shape[0]
        self.road = road_bits(w, door_bits(w, self.key))
        self.free = np.tile(w.vehicles, (n, 1))
        self.back = np.zeros((farthest, n, len(w.vehicles)), np.int64)
        self.gone = np.zeros((n, w.classes), np.int64)
        self.came = np.zeros((farthest, n, towns), np.int64)
        self.came_week = np.zeros((farthest // 7 + 1, n, towns), np.int64)
        self.came_total = np.zeros((n, towns), np.int64)
        self.held = np.tile(w.stock, (n, 1, 1))
        self.coming = np.zeros((n, sites, goods), np.int64)
        self.arrive = np.zeros((farthest, n, sites, goods), np.int64)
        self.stored = np.tile(w.store, (n, 1, 1))
        self.next_convoy = np.zeros((n, sites), np.int64)
        self.moved[:], self.unmet[:], self.first[:] = 0, 0, days

    def play(self) -> None:
        """All days, one after another."""
        w, received = self.w, 0
        for t in range(self.days):
            while received < len(w.receipts) and w.receipts[received, 0] <= t:
                _, store, good, rations = w.receipts[received]
                self.stored[:, store, good] += rations
                received += 1
            self.free += self.back[t]
            word, bit = t >> 6, np.uint64(t & 63)
            self.today = ((self.road[:, :, word] >> bit) & np.uint64(1)).astype(bool)
            if self.today.any():
                self.stopped = {}
                self._people_out(t)
                for r in range(self.outward, len(w.starts)):
                    self._convoy(r, t)
            self._eat(t)

    # --- people out -------------------------------------------------------------------------------------------

    def _people_out(self, t: int) -> None:
        w, n = self.w, len(self.key)
        self.desk = np.tile(w.register, (n, 1))
        self.spare = np.zeros((n, len(w.starts)), np.int64)
        self.left = np.tile(w.most, (n, 1))
        self.passed = np.zeros((n, len(w.starts)), bool)
        self.places = np.zeros((n, self.outward), np.int64)
        for r in range(self.outward):
            d, arrival = int(w.end[r]), t + int(w.out[r])
            left = np.minimum(w.daily[d] - self.came[arrival, :, d], w.total[d] - self.came_total[:, d])
            self.places[:, r] = np.minimum(left, w.weekly[d] - self.came_week[arrival // 7, :, d])
        for i in range(w.lane_from[t], w.lane_from[t + 1]):
            self._lane(i, t)

    def _lane(self, i: int, t: int) -> None:
        w, r, c = self.w, int(self.w.lane_route[i]), int(self.w.lane_class[i])
        d, site, arrival = int(w.end[r]), int(w.site[r]), t + int(w.out[r])
        have = w.started[i] - np.maximum(self.gone[:, c], w.ended[i])
        have = np.minimum(np.minimum(have, self.desk[:, site]), self.places[:, r])
        have = np.where(self.today[:, r], np.maximum(have, 0), 0)
        if not have.any():
            return
        for j in range(w.fleet_from[r], w.fleet_from[r + 1]):
            self._send(r, int(w.fleet_of[j]), t + int(w.cycle_of[j]), have, t)
        take = np.where(self.today[:, r], np.minimum(have, self.spare[:, r]), 0)
        self.spare[:, r] -= take
        self.gone[:, c] += take
        self.came[arrival, :, d] += take
        self.came_week[arrival // 7, :, d] += take
        self.came_total[:, d] += take
        self.places[:, w.end[: self.outward] == d] -= take[:, None]
        self.desk[:, site] -= take
        self.moved[:, t // 7] += take
        self.first[:, 0] = np.where((take > 0) & (self.first[:, 0] == self.days), t, self.first[:, 0])

    def _send(self, r: int, f: int, home: int, have: Any, t: int) -> None:
        """Vehicles of one fleet for those still without a seat, where a road is not stopped that day."""
        room = self.w.room[f]
        short = np.where(self.today[:, r], have - self.spare[:, r], 0)
        n = np.minimum(np.minimum(self.free[:, f], self.left[:, r]), -(-short // room))
        n = np.where(short > 0, np.maximum(n, 0), 0)
        new = (n > 0) & ~self.passed[:, r]
        if new.any():
            self.today[:, r] &= ~(new & self._stopped(r, t))
            n = np.where(self.today[:, r], n, 0)
            self.passed[:, r] |= n > 0
        self.free[:, f] -= n
        self.left[:, r] -= n
        self.back[home, :, f] += n
        self.spare[:, r] += n * room

    def _stopped(self, r: int, t: int) -> Any:
        """True in the futures in which a party on the route lets nothing pass that day."""
        w, found = self.w, np.zeros(len(self.key), bool)
        for m in range(w.party_from[r], w.party_from[r + 1]):
            p = int(w.party_of[m])
            if p not in self.stopped:
                x = _draw(self.key, kernel.ROAD + p * kernel.ROAD_DAYS + t)
                self.stopped[p] = _high(x) < w.impeded[p]
            found |= self.stopped[p]
        return found

    # --- aid in -----------------------------------------------------------------------------------------------

    def _convoy(self, r: int, t: int) -> None:
        w, s, store = self.w, int(self.w.site[r]), int(self.w.end[r])
        fleets = [
            (int(w.fleet_of[j]), int(w.cycle_of[j])) for j in range(w.fleet_from[r], w.fleet_from[r + 1])
        ]
        number, space = self._space(r, fleets)
        goes = self.today[:, r] & (t >= self.next_convoy[:, s]) & (number >= w.least[s]) & (space > 0)
        wanted = np.where(goes[:, None], self._wanted(r, t), 0)
        kinds = (wanted > 0).sum(axis=1)
        goes &= kinds > 0
        if not goes.any():
            return
        goes &= ~self._stopped(r, t)
        wanted = np.where(goes[:, None], wanted, 0)
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
        self.next_convoy[:, s] = np.where(goes, t + w.spacing[s], self.next_convoy[:, s])
        self.first[:, 1] = np.where(goes & (self.first[:, 1] == self.days), t, self.first[:, 1])

    def _space(self, r: int, fleets: list[tuple[int, int]]) -> tuple[Any, Any]:
        number = np.zeros(len(self.key), np.int64)
        space = np.zeros(len(self.key), np.int64)
        for f, _ in fleets:
            n = np.minimum(self.free[:, f], self.w.most[r] - number)
            number += n
            space += n * self.w.room[f]
        return number, space

    def _wanted(self, r: int, t: int) -> Any:
        w, s, store = self.w, int(self.w.site[r]), int(self.w.end[r])
        there = w.needed[min(self.days, t + int(w.out[r])), s]
        on_hand = self.held[:, s] + self.coming[:, s]
        useful = there - np.maximum(0, on_hand - (w.needed[t, s] - there))
        useful = np.minimum(np.minimum(useful, w.storage[s] - on_hand), self.stored[:, store])
        return np.maximum(0, useful) * w.allowed[r - self.outward]

    def _drive(self, r: int, s: int, fleets: list[tuple[int, int]], weight: Any, goes: Any, t: int) -> None:
        number = np.zeros(len(self.key), np.int64)
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
        w = self.w
        came_in = self.arrive[t]
        self.coming -= came_in
        have = self.held + came_in
        eaten = np.minimum(have, w.people[t][None, :, None])
        self.held = have - eaten
        self.unmet[:, t // 7] += (w.people[t][None, :, None] - eaten).sum(axis=(1, 2))


# --- draws ------------------------------------------------------------------------------------------------------


def _parties(w: World, key: Any) -> tuple[Any, Any, Any]:
    parties, levels = len(w.together), w.answered.shape[1]
    level = np.zeros((len(key), parties), np.int64)
    at_once, common = np.zeros((len(key), parties), bool), np.zeros((len(key), parties), np.int64)
    for p in range(parties):
        x = _draw(key, kernel.LEVEL + p)
        level[:, p] = (((x >> np.uint64(32)) * np.uint64(levels)) >> np.uint64(32)).astype(np.int64)
        at_once[:, p] = _low(x) < w.together[p]
        common[:, p] = _high(_draw(key, kernel.COMMON + p))
    return level, at_once, common


def _draw(key: Any, item: int) -> Any:
    return kernel.mix(key + np.uint64((item + 1) * kernel.GOLDEN & _ALL))


def _high(x: Any) -> Any:
    return (x >> np.uint64(32)).astype(np.int64)


def _low(x: Any) -> Any:
    return (x & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _below(n: Any) -> Any:
    """Bits 0 to n - 1 of a word, for n below 0 and above 64 too."""
    n = np.clip(n, 0, kernel.WORD)
    ones = (np.uint64(1) << np.minimum(n, 63).astype(np.uint64)) - np.uint64(1)
    return np.where(n == kernel.WORD, np.uint64(_ALL), ones)
