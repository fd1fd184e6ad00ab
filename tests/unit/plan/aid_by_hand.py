"""Aid planned by trying everything, for cases so small that this can be done: the answer the program must reach."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import product

from waythrough.terms.situation import (
    DoorNow,
    FleetNow,
    Good,
    LegUse,
    Receipt,
    RouteNow,
    SiteNow,
    Situation,
    WarehouseNow,
)


def tiny(seed: int, times: int = 1) -> Situation:
    """A case of a few days, people and rations; ``times`` as many of all three for the larger program."""
    luck = random.Random(seed)
    days, sites = luck.randint(3, 5), luck.choice((1, 1, 2))
    goods = (Good("food", 1, True), Good("water", 2, True))[: luck.choice((1, 2)) if sites == 1 else 1]
    doors = tuple(
        DoorNow(
            f"door-{n}",
            "party",
            "open",
            tuple(int(luck.random() < 0.75) for _ in range(days)),
            max_vehicles=luck.choice((None, None, 1, 2)),
            goods=luck.choice(((), (), ("food",))),
        )
        for n in range(2)
    )
    routes = tuple(_route(s, w, luck) for s in range(sites) for w in range(1 if sites == 2 else 2))
    fleets = tuple(
        FleetNow(f"fleet-{n}", "aid", luck.randint(1, 2), 0, 0, luck.randint(1, 3) * times)
        for n in range(luck.choice((1, 1, 2)) if sites == 1 else 1)
    )
    return Situation(
        as_of=date(2031, 3, 1), first_day=date(2031, 3, 2), days=days, time_zone="UTC", ledger="tiny",
        sites=tuple(_site(n, days, goods, times, luck) for n in range(sites)),
        goods=goods,
        warehouses=tuple(_warehouse(n, days, goods, times, luck) for n in range(2)),
        destinations=(), doors=doors, routes=routes, fleets=fleets, households=(),
        convoy_spacing_days=luck.choice((1, 2, 3)),
        min_convoy_vehicles=luck.choice((1, 1, 2)),
        max_convoy_vehicles=luck.choice((2, 3)),
    )  # fmt: skip


def _site(n: int, days: int, goods: tuple[Good, ...], times: int, luck: random.Random) -> SiteNow:
    return SiteNow(
        f"site-{n}",
        luck.randint(1, 3) * times,
        {g.id: luck.randint(0, 2) * g.grams_per_person_day * times for g in goods},
        storage_g={"food": luck.randint(1, 2) * times} if luck.random() < 0.3 else {},
        changes=tuple(luck.choice((-1, 0, 0, 1)) * times for _ in range(days)) if luck.random() < 0.4 else (),
    )


def _warehouse(n: int, days: int, goods: tuple[Good, ...], times: int, luck: random.Random) -> WarehouseNow:
    stock = {g.id: luck.randint(0, 5) * g.grams_per_person_day * times for g in goods}
    coming = (Receipt("food", luck.randint(1, days - 1), luck.randint(1, 3) * times),)
    return WarehouseNow(f"store-{n}", stock, coming if luck.random() < 0.4 else ())


def _route(site: int, store: int, luck: random.Random) -> RouteNow:
    out = luck.randint(0, 1)
    name = f"door-{luck.randint(0, 1)}"
    legs = (LegUse("road", "zone", 10.0, 1.0, out, (name,)),)
    home = (LegUse("road", "zone", 10.0, 1.0, out + luck.randint(0, 1), (name,)),)
    return RouteNow(f"{store} to {site}", "aid", f"site-{site}", f"store-{store}", legs, home, (), 1)


def fewest_short(situation: Situation) -> int:
    """Fewest person-days short, by trying every number of vehicles and every load of whole rations, day by day."""
    return _Trying(situation).from_day(0, *_Trying(situation).begin())


State = tuple[tuple[int, ...], ...]


class _Trying:
    """Every choice of every day, remembered by what they leave behind."""

    def __init__(self, s: Situation) -> None:
        self.s, self.goods = s, s.goods
        self.routes, self.fleets = s.routes, s.fleets
        self.doors = {d.id: d for d in s.doors}
        self.kept = {
            (r.id, f.id): max(r.cycle_days, f.cycle_days, 1 + max(u.day_offset for u in r.out + r.back))
            for r in s.routes
            for f in s.fleets
        }
        self.from_day = lru_cache(maxsize=None)(self._from_day)

    def begin(self) -> tuple[State, State, State, State, tuple[int, ...]]:
        """Rations at sites and in warehouses, on the road, vehicles away, and days since the last convoy."""
        at_sites = tuple(
            tuple(site.stock_g.get(g.id, 0) // g.grams_per_person_day for g in self.goods)
            for site in self.s.sites
        )
        stored = tuple(
            tuple(w.stock_g.get(g.id, 0) // g.grams_per_person_day for g in self.goods)
            for w in self.s.warehouses
        )
        away = tuple((0,) * 4 for _ in self.fleets)
        passing = tuple((0,) * 4 for _ in self.s.doors)
        return (
            at_sites,
            stored,
            tuple((0,) * len(self.goods) for _ in self.s.sites),
            (*away, *passing),
            (99,) * len(self.s.sites),
        )

    def _from_day(
        self, t: int, at_sites: State, stored: State, coming: State, busy: State, since: tuple[int, ...]
    ) -> int:
        if t == self.s.days:
            return 0
        stored = tuple(
            tuple(
                n
                + sum(r.grams for r in w.receipts if r.good == g.id and r.day == t) // g.grams_per_person_day
                for n, g in zip(row, self.goods, strict=True)
            )
            for row, w in zip(stored, self.s.warehouses, strict=True)
        )
        best = 10**9
        for sent, left, later, now, taken, last in self._choices(t, stored, coming, busy, since):
            evening, short = self._evening(t, at_sites, sent, now)
            if evening is not None and short < best:
                rest = self.from_day(t + 1, evening, left, later, tuple((*row[1:], 0) for row in taken), last)
                best = min(best, short + rest)
        return best

    def _evening(self, t: int, at_sites: State, coming: State, now: State) -> tuple[State | None, int]:
        """What is left in the evening and who went short; None where a store is too full."""
        short, evening = 0, []
        for n, site in enumerate(self.s.sites):
            people = max(0, site.people + sum(site.changes[: t + 1]))
            row = []
            for m, g in enumerate(self.goods):
                came = coming[n][m] + now[n][m]
                held = at_sites[n][m] + came
                fed = min(people, held)
                short += people - fed
                if came and (held - fed) * g.grams_per_person_day > site.storage_g.get(g.id, 10**9):
                    return None, 0
                row.append(held - fed)
            evening.append(tuple(row))
        return tuple(evening), short

    def _choices(
        self, t: int, stored: State, coming: State, busy: State, since: tuple[int, ...]
    ) -> Iterator[tuple[State, State, State, State, State, tuple[int, ...]]]:
        """Every legal set of convoys leaving today: (arriving today already on the road, warehouses, arriving
        tomorrow, arriving today, vehicles, days since).
        """
        zero = tuple((0,) * len(self.goods) for _ in self.s.sites)
        counts = [range(f.count + 1) for _ in self.routes for f in self.fleets]
        for numbers in product(*counts):
            taken = self._taken(t, numbers, busy)
            if taken is None:
                continue
            going = [
                sum(numbers[i * len(self.fleets) : (i + 1) * len(self.fleets)])
                for i in range(len(self.routes))
            ]
            sites = {r.site for r, n in zip(self.routes, going, strict=True) if n}
            last = tuple(1 if s.id in sites else n + 1 for s, n in zip(self.s.sites, since, strict=True))
            near = any(
                s.id in sites and n < self.s.convoy_spacing_days
                for s, n in zip(self.s.sites, since, strict=True)
            )
            if near or any(
                n and not self.s.min_convoy_vehicles <= n <= self.s.max_convoy_vehicles for n in going
            ):
                continue
            for left, later, now in self._loads(numbers, stored, zero):
                yield coming, left, later, now, taken, tuple(min(n, 99) for n in last)

    def _taken(self, t: int, numbers: tuple[int, ...], busy: State) -> State | None:
        """Vehicles away and at doors from today on; None where there are not so many or a door is shut."""
        rows = [list(row) for row in busy]
        for n, (r, (f, fleet)) in zip(numbers, product(self.routes, enumerate(self.fleets)), strict=True):
            if not n:
                continue
            for day in range(min(self.kept[r.id, fleet.id], 4)):
                rows[f][day] += n
            for door, on in {(d, u.day_offset) for u in r.out + r.back for d in u.doors}:
                if t + on >= self.s.days or not self.doors[door].open_days[t + on]:
                    return None
                rows[len(self.fleets) + int(door[-1])][on] += n
        limits = [f.count for f in self.fleets] + [
            99 if d.max_vehicles is None else d.max_vehicles for d in self.s.doors
        ]
        if any(n > limit for row, limit in zip(rows, limits, strict=True) for n in row):
            return None
        return tuple(tuple(row) for row in rows)

    def _loads(
        self, numbers: tuple[int, ...], stored: State, zero: State
    ) -> Iterator[tuple[State, State, State]]:
        """Every way to load the vehicles that go."""
        ways = [(stored, zero, zero)]
        for i, r in enumerate(self.routes):
            room = sum(
                numbers[i * len(self.fleets) + f] * fleet.payload_g for f, fleet in enumerate(self.fleets)
            )
            if room:
                ways = [new for way in ways for new in self._load_one(r, room, way)]
        yield from ways

    def _load_one(
        self, r: RouteNow, room: int, way: tuple[State, State, State]
    ) -> Iterator[tuple[State, State, State]]:
        store = [w.id for w in self.s.warehouses].index(r.end)
        site = [s.id for s in self.s.sites].index(r.site)
        out = max(u.day_offset for u in r.out)
        doors = {d for u in r.out + r.back for d in u.doors}
        allowed = [
            all(not self.doors[d].goods or g.id in self.doors[d].goods for d in doors) for g in self.goods
        ]
        most = [held if ok else 0 for held, ok in zip(way[0][store], allowed, strict=True)]
        for load in product(*(range(n + 1) for n in most)):
            if sum(n * g.grams_per_person_day for n, g in zip(load, self.goods, strict=True)) <= room:
                taken = _add(way[0], store, [-n for n in load])
                later = _add(way[1], site, load) if out == 1 else way[1]
                now = _add(way[2], site, load) if out == 0 else way[2]
                yield taken, later, now


def _add(state: State, n: int, more: tuple[int, ...] | list[int]) -> State:
    row = tuple(a + b for a, b in zip(state[n], more, strict=True))
    return (*state[:n], row, *state[n + 1 :])
