"""Invented situations of aid alone: sites, warehouses and convoys, too few trucks, and nobody who leaves. The same
numbers in, the same situation out.
"""

from __future__ import annotations

import random
from datetime import timedelta

from waythrough.plan.generate.scale import FIRST_DAY, Scale
from waythrough.terms.households import Households
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

GOODS = (
    Good("flour", 400, True),
    Good("medicine", 10, True),
    Good("soap", 15, False),
    Good("water", 3_000, True),
)
PAYLOADS = {"lorries": 20_000_000, "trucks": 10_000_000}
LEAST_DAYS = 10
"""Over fewer days there is no room for what still comes to the warehouses."""
STOCK, VEHICLES = 0.95, 0.7
"""What there is in warehouses, and what vehicles can carry while every door is open, as shares of every need."""


def aid_case(many: Scale, days: int = 90, seed: int = 1) -> Situation:
    """An invented case: routes of two zones each, doors open about half of all route-days, vehicles and stock for
    about seven tenths of the need, convoys of a third of the vehicles at least and some days apart.
    """
    sites, warehouses, zones = many.sites, many.warehouses, many.zones
    luck = random.Random(f"aid {sites} {warehouses} {days} {seed}")
    places = [_site(n, days, luck) for n in range(sites)]
    routes = [_route(s, w, zones, luck) for s in range(sites) for w in range(warehouses)]
    mouths = sum(site.people for site in places)
    fleets = _fleets(mouths, routes)
    for_one = max(2, sum(fleet.count for fleet in fleets) // sites)
    return Situation(
        as_of=FIRST_DAY - timedelta(days=1),
        first_day=FIRST_DAY,
        days=days,
        time_zone="UTC",
        ledger=f"aid-case-{seed}",
        sites=tuple(places),
        goods=GOODS,
        warehouses=tuple(_warehouse(n, warehouses, mouths, days, luck) for n in range(warehouses)),
        destinations=(),
        doors=tuple(_door(zone, days, luck) for zone in range(zones)),
        routes=tuple(routes),
        fleets=fleets,
        households=Households(()),
        convoy_spacing_days=luck.randrange(4, 9),
        min_convoy_vehicles=max(2, round(for_one * luck.uniform(0.3, 0.7))),
        max_convoy_vehicles=round(for_one * luck.uniform(1.2, 3.0)),
        zone_risk={f"zone-{n}": luck.randrange(1, 6) for n in range(zones)},
        policy="invented policy",
    )


def _site(n: int, days: int, luck: random.Random) -> SiteNow:
    people = luck.randrange(8_000, 30_000)
    goods = [good for good in GOODS if good.life_saving]
    stock = {good.id: people * good.grams_per_person_day * luck.randrange(0, 12) for good in goods}
    room = {"water": people * 3_000 * luck.randrange(20, 30)} if luck.random() < 0.5 else {}
    changes = tuple(luck.randrange(-3, 5) for _ in range(days)) if luck.random() < 0.5 else ()
    return SiteNow(
        f"site-{n}",
        people,
        stock,
        tuple(good.id for good in goods),
        storage_g=room,
        changes=changes,
        severity=luck.randrange(1, 5),
    )


def _warehouse(n: int, warehouses: int, mouths: int, days: int, luck: random.Random) -> WarehouseNow:
    stock, receipts = {}, []
    for good in GOODS:
        share = round(mouths * days * good.grams_per_person_day * STOCK / warehouses * luck.uniform(0.6, 1.4))
        first = luck.choice((1.0, 0.6, 0.3))
        stock[good.id] = round(share * first)
        if first < 1:
            receipts.append(
                Receipt(good.id, luck.randrange(days // 6, days // 2), round(share * (1 - first)))
            )
    return WarehouseNow(f"store-{n}", stock, tuple(receipts))


def _door(zone: int, days: int, luck: random.Random) -> DoorNow:
    """Open and shut in turn for one to three weeks, open about seven days in ten."""
    open_days: list[int] = []
    is_open = luck.random() < 0.7
    while len(open_days) < days:
        open_days += [int(is_open)] * luck.randrange(*((8, 22) if is_open else (4, 10)))
        is_open = not is_open
    word = tuple(open_days[:days])
    return DoorNow(f"door-{zone}", f"party-{zone % 3}", "open" if any(word) else "closed", word)


def _route(site: int, warehouse: int, zones: int, luck: random.Random) -> RouteNow:
    first, second = luck.sample(range(zones), 2)
    later = luck.randrange(0, 2)
    uses = [(first, 0), (second, later)]
    km = luck.randrange(60, 240)
    out = tuple(_use(zone, on, km) for zone, on in uses)
    back = tuple(_use(zone, 2 * later + 1 - on, km) for zone, on in reversed(uses))
    return RouteNow(
        f"store-{warehouse} to site-{site}",
        "aid",
        f"site-{site}",
        f"store-{warehouse}",
        out,
        back,
        (),
        2 + later + luck.randrange(0, 2),
    )


def _use(zone: int, on: int, km: int) -> LegUse:
    return LegUse(f"road-{zone}", f"zone-{zone}", km / 2, km / 50, on, (f"door-{zone}",))


def _fleets(mouths: int, routes: list[RouteNow]) -> tuple[FleetNow, ...]:
    """Enough vehicles for seven tenths of the need if every route-day were open, two in three of them large."""
    tonnes_a_day = mouths * sum(g.grams_per_person_day for g in GOODS if g.life_saving) / 1e6
    shortest: dict[str, int] = {}
    for route in routes:
        shortest[route.site] = min(shortest.get(route.site, 99), max(route.cycle_days, route.last_offset + 1))
    cycle = sum(shortest.values()) / len(shortest)
    large = max(4, round(VEHICLES * tonnes_a_day * cycle * 2 / 3 / 20))
    small = max(3, round(VEHICLES * tonnes_a_day * cycle / 3 / 10))
    return (
        FleetNow("lorries", "aid", large, 0, 0, PAYLOADS["lorries"]),
        FleetNow("trucks", "aid", small, 0, 0, PAYLOADS["trucks"], cycle_days=1),
    )
