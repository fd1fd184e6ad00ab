"""Invented situations of any size, for tests and timings: same numbers in, same situation out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.situation import (
    ConsentNow,
    DestinationNow,
    DoorNow,
    FleetNow,
    Good,
    HouseholdNow,
    Households,
    LegUse,
    RouteNow,
    SiteNow,
    Situation,
    WarehouseNow,
)


@dataclass(frozen=True)
class Size:
    """How large an invented situation is. ``consenting`` is the share of households with live consents."""

    households: int = 40
    days: int = 28
    destinations: int = 3
    warehouses: int = 2
    zones: int = 3
    consenting: float = 0.5
    open_share: float = 0.7
    people_per_household: float = 5.0


def sample(size: Size, seed: int) -> Situation:
    """An invented situation: one site, routes of two zones each, doors open in random windows."""
    luck = random.Random(seed)
    first_day = date(2031, 3, 2)
    people = round(size.households * size.people_per_household)
    destinations = _destinations(size, luck)
    return Situation(
        as_of=first_day - timedelta(days=1),
        first_day=first_day,
        days=size.days,
        time_zone="UTC",
        ledger=f"sample-{seed}",
        sites=(SiteNow("site", people, {"food": people * 2_000, "water": 0}, ("food", "water")),),
        goods=(Good("food", 500, True), Good("kits", 20, False), Good("water", 2_500, True)),
        warehouses=tuple(_warehouse(n, size, people, luck) for n in range(size.warehouses)),
        destinations=destinations,
        doors=tuple(
            _door(f"{purpose}-{zone}", size, luck)
            for purpose in ("aid", "return")
            for zone in range(size.zones)
        ),
        routes=(
            *(_route("aid", f"store-{n}", n, size) for n in range(size.warehouses)),
            *(_route("return", d.id, n, size) for n, d in enumerate(destinations)),
        ),
        fleets=_fleets(size, people),
        households=Households(_household(n, size, destinations, luck) for n in range(size.households)),
        consent_margin_days=luck.randrange(3),
        convoy_spacing_days=luck.choice((1, 1, 3)),
        min_convoy_vehicles=luck.choice((1, 1, 2)),
        max_convoy_vehicles=120,
        zone_risk={f"zone-{n}": luck.randrange(1, 6) for n in range(size.zones)},
        policy="sample policy",
    )


def _destinations(size: Size, luck: random.Random) -> tuple[DestinationNow, ...]:
    expected = max(4, round(size.households * size.people_per_household / size.destinations))
    return tuple(
        DestinationNow(
            f"town-{n}",
            max(6, expected // 8),
            None if luck.random() < 0.4 else expected,
            luck.random() < 0.1,
            "",
        )
        for n in range(size.destinations)
    )


def _warehouse(n: int, size: Size, people: int, luck: random.Random) -> WarehouseNow:
    need = people * size.days
    stock = {
        "food": round(need * 500 * luck.uniform(0.2, 0.8)),
        "water": round(need * 2_500 * luck.uniform(0.1, 0.6)),
    }
    return WarehouseNow(f"store-{n}", {**stock, "kits": need * 5})


def _door(name: str, size: Size, luck: random.Random) -> DoorNow:
    start = luck.randrange(-size.days // 2, max(1, size.days // 2))
    length = max(1, round(size.days * 2 * size.open_share * luck.random())) + size.days // 4
    days = tuple(int(start <= t < start + length) for t in range(size.days))
    return DoorNow(name, f"party-{name[-1]}", "open" if any(days) else "closed", days, luck.random() < 0.5)


def _route(purpose: str, end: str, n: int, size: Size) -> RouteNow:
    zones = sorted({n % size.zones, (n + 1) % size.zones})
    uses = [LegUse(f"road-{z}", f"zone-{z}", 60.0 + 10 * z, 1.5, 0, (f"{purpose}-{z}",)) for z in zones]
    back = [
        LegUse(u.leg, u.zone, u.km, u.hours, 1 if purpose == "aid" and n % 2 else 0, u.doors)
        for u in reversed(uses)
    ]
    return RouteNow(f"{purpose}-{end}", purpose, "site", end, tuple(uses), tuple(back), (), 2)


def _fleets(size: Size, people: int) -> tuple[FleetNow, ...]:
    coaches = max(1, people // 400)
    return (
        FleetNow("coaches", "return", coaches, 45, 2, 0),
        FleetNow("trucks", "aid", max(2, people * 3 // 20_000 * 3), 0, 0, 20_000_000),
        FleetNow("vans", "return", max(1, coaches // 2), 12, 3, 0),
    )


def _household(
    n: int, size: Size, destinations: tuple[DestinationNow, ...], luck: random.Random
) -> HouseholdNow:
    people = luck.choice((1, 2, 3, 4, 5, 5, 6, 7, 8, 9))
    adults = tuple(f"h{n}-{a}" for a in range(luck.choice((1, 2, 2, 3)) if people > 2 else 1))
    chosen = luck.sample([d.id for d in destinations], k=luck.randint(1, min(3, len(destinations))))
    consents: list[ConsentNow] = []
    if luck.random() < size.consenting:
        for destination in chosen:
            start = luck.randrange(-20, max(1, size.days // 4))
            last = start + luck.randrange(10, 90)
            consents += [
                ConsentNow(adult, destination, VOLUNTARY_RETURN, start, last, f"c{n}-{adult}-{destination}")
                for adult in adults
            ]
    forgotten = luck.random() < 0.04
    return HouseholdNow(
        id=f"h{n:05d}",
        site="site",
        size=people,
        special=int(luck.random() < 0.06),
        weight=luck.choice((1, 1, 1, 2, 3)),
        adults=adults,
        choices=tuple(chosen) if consents else (),
        consents=tuple(consents),
        data_consent=dict.fromkeys(adults[: -1 if forgotten else None], size.days + 60) if consents else {},
        kin_group=f"kin-{n // 3}" if luck.random() < 0.08 else "",
        wishes_to_leave=luck.choice((True, True, False, None)),
        refused=bool(consents) and luck.random() < 0.02,
    )
