"""Plans of tiny situations equal the best of all plans, found by trying every one."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from unit.plan.check.worlds import draft
from waythrough.plan.check import certificate, check
from waythrough.plan.check.certificate import Prices
from waythrough.plan.check.facts import Facts
from waythrough.plan.check.fast import certificate as quick
from waythrough.plan.check.fast.crowd import Crowd
from waythrough.plan.program import make
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.planned import Certificate
from waythrough.terms.situation import (
    ConsentNow,
    DestinationNow,
    DoorNow,
    FleetNow,
    Good,
    HouseholdNow,
    LegUse,
    Receipt,
    RouteNow,
    SiteNow,
    Situation,
    WarehouseNow,
)

DAYS = 3


def empty(**changes: object) -> Situation:
    base = Situation(
        as_of=date(2031, 3, 1),
        first_day=date(2031, 3, 2),
        days=DAYS,
        time_zone="UTC",
        ledger="",
        sites=(SiteNow("camp", 0, {}),),
        goods=(),
        warehouses=(),
        destinations=(),
        doors=(),
        routes=(),
        fleets=(),
        households=(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def route(name: str, purpose: str, end: str, gate: str, back: int, cycle: int) -> RouteNow:
    def use(offset: int) -> tuple[LegUse, ...]:
        return (LegUse("road", "zone", 10.0, 1.0, offset, (gate,)),)

    return RouteNow(name, purpose, "camp", end, use(0), use(back), (), cycle)


def gates(luck: random.Random, count: int) -> tuple[DoorNow, ...]:
    return tuple(
        DoorNow(f"gate {n}", f"party {n}", "open", tuple(int(luck.random() < 0.75) for _ in range(DAYS)))
        for n in range(count)
    )


# --- journeys ---------------------------------------------------------------------------------------------


def journeys(seed: int, rich: bool = False) -> Situation:
    """A few families, two towns, one fleet; ``rich`` adds stretchers, weeks, a desk and caps on people."""
    luck, more = random.Random(seed), random.Random(-1 - seed)
    towns = ("lake", "port")
    homes = []
    for n in range(luck.randint(2, 4)):
        choices = tuple(luck.sample(towns, k=luck.randint(1, 2)))
        first = {town: luck.randint(-1, 1) for town in choices}
        homes.append(
            HouseholdNow(
                id=f"h{n}",
                site="camp",
                size=luck.randint(1, 4),
                special=int(luck.random() < 0.2),
                weight=luck.randint(1, 3),
                adults=(f"a{n}",),
                choices=choices,
                consents=tuple(
                    ConsentNow(f"a{n}", t, VOLUNTARY_RETURN, first[t], first[t] + luck.randint(0, 3), "ref")
                    for t in choices
                ),
                data_consent={f"a{n}": luck.choice((1, 9, 9))},
                kin_group=luck.choice(("", "", "kin")),
                stretchers=int(rich and more.random() < 0.3),
            )
        )
    desk = more.choice((None, 4, 7)) if rich else None
    return empty(
        sites=(SiteNow("camp", 50, {}, registration_per_day=desk),),
        destinations=tuple(
            DestinationNow(
                t,
                luck.choice((None, 4, 6)),
                luck.choice((7, 20)),
                luck.random() < 0.1,
                per_week=more.choice((None, 5, 8)) if rich else None,
            )
            for t in towns
        ),
        doors=tuple(
            replace(d, max_people=more.choice((None, 3, 6)) if rich else None) for d in gates(luck, 2)
        ),
        routes=tuple(
            route(f"to {t}", "return", t, f"gate {n}", luck.randint(0, 1), luck.randint(1, 2))
            for n, t in enumerate(towns)
        ),
        fleets=(
            FleetNow(
                "bus", "return", luck.randint(1, 2), luck.randint(3, 6), 1, 0, stretcher_places=int(rich)
            ),
        ),
        households=tuple(homes),
    )


def best_journeys(s: Situation) -> int:
    """The most value over every way of sending every household somewhere on some day, or nowhere."""
    routes = {r.end: r for r in s.routes}
    ends = {d.id: d for d in s.destinations}
    ways = []
    for home in s.households:
        mine: list[tuple[str, int] | None] = [None]
        for end in home.choices:
            mine += [
                (end, t)
                for t in range(DAYS)
                if may_go(s, home, end, t, routes[end]) and not ends[end].stopped
            ]
        ways.append(mine)
    best = 0
    for chosen in itertools.product(*ways):
        worth = sum(
            h.size * h.weight * (10 - h.choices.index(way[0])) * (2 * DAYS - way[1])
            for h, way in zip(s.households, chosen, strict=True)
            if way
        )
        if worth > best and can_ride(s, chosen, routes):
            best = worth
    return best


def may_go(s: Situation, home: HouseholdNow, end: str, t: int, way: RouteNow) -> bool:
    doors = {d.id: d.open_days for d in s.doors}
    uses = (*way.out, *way.back)
    road = all(t + u.day_offset < DAYS and doors[u.doors[0]][t + u.day_offset] for u in uses)
    given = any(c.destination == end and c.first <= t <= c.last for c in home.consents)
    return road and given and t <= home.data_consent[home.adults[0]]


def can_ride(s: Situation, chosen: tuple[tuple[str, int] | None, ...], routes: dict[str, RouteNow]) -> bool:
    trips: dict[tuple[str, int], list[HouseholdNow]] = {}
    kin = set()
    for home, way in zip(s.households, chosen, strict=True):
        if home.kin_group:
            kin.add(way)
        if way:
            trips.setdefault(way, []).append(home)
    if len(kin) > 1:
        return False
    for end in s.destinations:
        arrive = {t: sum(h.size for h in homes) for (name, t), homes in trips.items() if name == end.id}
        if end.per_day is not None and any(n > end.per_day for n in arrive.values()):
            return False
        # Three days are one week.
        if any(cap is not None and sum(arrive.values()) > cap for cap in (end.total, end.per_week)):
            return False
    if not desk_and_doors(s, trips, routes):
        return False
    bus = s.fleets[0]
    needed = {}
    for trip, homes in trips.items():
        fits = [n for n in range(1, bus.count + 1) if packs(homes, n, bus)]
        if not fits:
            return False
        needed[trip] = min(fits)
    for day in range(DAYS):
        away = sum(
            n
            for (end, t), n in needed.items()
            if t <= day < t + max(routes[end].cycle_days, 1 + max(u.day_offset for u in routes[end].back))
        )
        if away > bus.count:
            return False
    return True


def desk_and_doors(
    s: Situation, trips: dict[tuple[str, int], list[HouseholdNow]], routes: dict[str, RouteNow]
) -> bool:
    """True if the desk can register all who leave, and no door lets more people out than it may, on any day."""
    caps = {d.id: d.max_people for d in s.doors}
    for t in range(DAYS):
        leaving = {end: sum(h.size for h in homes) for (end, day), homes in trips.items() if day == t}
        desk = s.sites[0].registration_per_day
        if desk is not None and sum(leaving.values()) > desk:
            return False
        for end, people in leaving.items():
            cap = caps[routes[end].out[0].doors[0]]  # each town has a road and a door of its own
            if cap is not None and people > cap:
                return False
    return True


def packs(homes: list[HouseholdNow], vehicles: int, bus: FleetNow) -> bool:
    return any(
        all(
            sum(h.size - h.stretchers for h, at in zip(homes, places, strict=True) if at == v) <= bus.seats
            and sum(h.stretchers for h, at in zip(homes, places, strict=True) if at == v)
            <= bus.stretcher_places
            and sum(h.special for h, at in zip(homes, places, strict=True) if at == v) <= bus.special_seats
            for v in range(vehicles)
        )
        for places in itertools.product(range(vehicles), repeat=len(homes))
    )


@pytest.mark.parametrize("rich", [False, True])
def test_journeys_equal_the_best_of_all_ways_on_120_situations_plain_and_with_every_cap(rich: bool) -> None:
    found = []
    for seed in range(120):
        s = journeys(seed, rich)
        plan = make(s)
        aim = next(aim for aim in plan.aims if aim.name == "journeys")
        found.append((seed, aim.value, aim.bound))
        assert (seed, aim.value) == (seed, best_journeys(s))
        assert aim.bound >= aim.value
        assert check(s, plan) == []
    assert sum(value > 0 for _, value, _ in found) > 60


@pytest.mark.parametrize("rich", [False, True])
def test_no_prices_prove_less_than_the_best_of_all_ways(rich: bool) -> None:
    """Whatever the prices, the checker's bound is one that no way of seating anybody passes."""
    met = 0
    for seed in range(100):
        s, luck = journeys(seed, rich), random.Random(seed)
        free = replace(draft(s), certificate=Certificate({}))
        rows, best = sorted(Prices(Facts(s, free)).named), best_journeys(s)
        for most in (0, 5, 60):
            p = replace(free, certificate=Certificate({name: luck.randint(0, most) for name in rows}))
            facts, crowd = Facts(s, p), Crowd(s, p)
            proven = certificate.bound(facts, Prices(facts))
            assert proven == quick.bound(crowd, Prices(crowd))
            assert (seed, proven) >= (seed, best)
            met += proven == best > 0
    assert met > 20


# --- convoys ----------------------------------------------------------------------------------------------


def convoys(seed: int, rich: bool = False) -> Situation:
    """One camp, one or two stores; ``rich`` adds sheds, receipts, people who come and go, and goods at doors."""
    luck, more = random.Random(1_000 + seed), random.Random(-1_000 - seed)
    goods = (Good("food", 1, True), Good("water", 2, True))[: luck.randint(1, 2)]
    stores = ("east", "west")[: luck.randint(1, 2)]
    camp = SiteNow("camp", luck.randint(2, 4), {"food": luck.randint(0, 4), "water": luck.randint(0, 4)})
    held = [WarehouseNow(w, {g.id: luck.randint(0, 9) for g in goods}) for w in stores]
    doors = gates(luck, 2)
    if rich:
        shed = {g.id: more.randint(0, 6) for g in goods if more.random() < 0.5}
        changes = tuple(more.randint(-1, 2) for _ in range(more.choice((0, 2, DAYS))))
        camp = replace(camp, storage_g=shed, changes=changes)
        held = [
            replace(
                w, receipts=(Receipt(more.choice(goods).id, more.randint(0, DAYS - 1), more.randint(1, 6)),)
            )
            for w in held
        ]
        doors = tuple(replace(d, goods=more.choice(((), (), ("food",)))) for d in doors)
    return empty(
        sites=(camp,),
        goods=goods,
        warehouses=tuple(held),
        doors=doors,
        routes=tuple(
            route(f"from {w}", "aid", w, f"gate {n}", luck.randint(0, 1), luck.randint(1, 2))
            for n, w in enumerate(stores)
        ),
        fleets=(FleetNow("cart", "aid", luck.randint(1, 2), 0, 0, luck.randint(2, 5)),),
        convoy_spacing_days=luck.randint(1, 2),
        min_convoy_vehicles=luck.randint(1, 2),
        max_convoy_vehicles=2,
    )


def best_unmet(s: Situation) -> int:
    """The fewest unmet person-days over every calendar of carts and every load of whole rations."""
    doors = {d.id: d.open_days for d in s.doors}
    days = {
        r.id: [
            t
            for t in range(DAYS)
            if all(t + u.day_offset < DAYS and doors[u.doors[0]][t + u.day_offset] for u in (*r.out, *r.back))
        ]
        for r in s.routes
    }
    starts = [(r, t) for r in s.routes for t in days[r.id]]
    carts = s.fleets[0]
    best = unmet(s, {})
    for counts in itertools.product(range(carts.count + 1), repeat=len(starts)):
        going = {(r.id, t): (r, n) for (r, t), n in zip(starts, counts, strict=True) if n}
        if legal(s, going):
            best = min(best, best_loads(s, going))
    return best


def legal(s: Situation, going: dict[tuple[str, int], tuple[RouteNow, int]]) -> bool:
    if any(not s.min_convoy_vehicles <= n <= s.max_convoy_vehicles for _, n in going.values()):
        return False
    leaving = sorted({t for _, t in going})
    if any(b - a < s.convoy_spacing_days for a, b in itertools.pairwise(leaving)):
        return False
    for day in range(DAYS):
        away = 0
        for (_, t), (r, n) in going.items():
            kept = max(r.cycle_days, 1 + max(u.day_offset for u in r.back))
            away += n * (t <= day < t + kept)
        if away > s.fleets[0].count:
            return False
    return True


def best_loads(s: Situation, going: dict[tuple[str, int], tuple[RouteNow, int]]) -> int:
    trips = sorted(going)
    payload = s.fleets[0].payload_g
    best = unmet(s, {})
    for loads in itertools.product(*(ways_to_load(s, payload * going[trip][1]) for trip in trips)):
        drawn: dict[tuple[str, str, int], int] = {}
        arriving: dict[tuple[int, str], int] = {}
        for trip, load in zip(trips, loads, strict=True):
            for good, rations in zip(s.goods, load, strict=True):
                grams = rations * good.grams_per_person_day
                key = (going[trip][0].end, good.id, trip[1])
                drawn[key] = drawn.get(key, 0) + grams
                arriving[trip[1], good.id] = arriving.get((trip[1], good.id), 0) + grams
        if let_through(s, drawn) and in_store(s, drawn) and fits_shed(s, arriving):
            best = min(best, unmet(s, arriving))
    return best


def let_through(s: Situation, drawn: dict[tuple[str, str, int], int]) -> bool:
    doors = {r.end: next(d for d in s.doors if d.id == r.out[0].doors[0]) for r in s.routes}
    return all(
        not grams or not doors[store].goods or good in doors[store].goods
        for (store, good, _), grams in drawn.items()
    )


def in_store(s: Situation, drawn: dict[tuple[str, str, int], int]) -> bool:
    """True if by every day no more was drawn than was there to begin with and had come in."""
    for w in s.warehouses:
        for g in s.goods:
            for day in range(DAYS):
                out = sum(n for (at, good, t), n in drawn.items() if (at, good) == (w.id, g.id) and t <= day)
                come = sum(r.grams for r in w.receipts if r.good == g.id and r.day <= day)
                if out > w.stock_g.get(g.id, 0) + come:
                    return False
    return True


def fits_shed(s: Situation, arriving: dict[tuple[int, str], int]) -> bool:
    """True if on each evening after a delivery no more of the good is left than can be stored."""
    for good in s.goods:
        cap = s.sites[0].storage_g.get(good.id)
        for day, left in enumerate(evenings(s, good, arriving)):
            if cap is not None and arriving.get((day, good.id)) and left > cap:
                return False
    return True


def ways_to_load(s: Situation, payload: int) -> Iterator[tuple[int, ...]]:
    """Loads of whole rations to which nothing more can be added: more never hurts, so fewer need not be tried,
    except where a store is short, which one ration less at a time allows for."""
    each = [range(payload // g.grams_per_person_day + 1) for g in s.goods]
    for load in itertools.product(*each):
        if sum(n * g.grams_per_person_day for n, g in zip(load, s.goods, strict=True)) <= payload:
            yield load


def people(s: Situation, day: int) -> int:
    return s.sites[0].people + sum(s.sites[0].changes[: day + 1])


def evenings(s: Situation, good: Good, arriving: dict[tuple[int, str], int]) -> list[int]:
    stock, found = s.sites[0].stock_g.get(good.id, 0), []
    for day in range(DAYS):
        stock += arriving.get((day, good.id), 0)
        stock -= min(people(s, day), stock // good.grams_per_person_day) * good.grams_per_person_day
        found.append(stock)
    return found


def unmet(s: Situation, arriving: dict[tuple[int, str], int]) -> int:
    short = 0
    for good in s.goods:
        before = s.sites[0].stock_g.get(good.id, 0)
        for day, left in enumerate(evenings(s, good, arriving)):
            eaten = before + arriving.get((day, good.id), 0) - left
            short += people(s, day) - eaten // good.grams_per_person_day
            before = left
    return short


@pytest.mark.parametrize("rich", [False, True])
def test_convoys_equal_the_best_of_all_calendars_and_loads_on_60_situations_plain_and_rich(
    rich: bool,
) -> None:
    gained = 0
    for seed in range(60):
        s = convoys(seed, rich)
        plan = make(s)
        best = best_unmet(s)
        assert (seed, plan.unmet_if_nobody_left) == (seed, best)
        assert plan.aims[0].bound == best
        assert check(s, plan) == []
        gained += best < unmet(s, {})
    assert gained > 20


@pytest.mark.parametrize("seed", range(3))
def test_the_generators_differ_by_seed_and_only_by_seed(seed: int) -> None:
    assert journeys(seed) == journeys(seed) != journeys(seed + 1)
    assert convoys(seed) == convoys(seed) != convoys(seed + 1)
