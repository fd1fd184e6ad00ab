"""Invented situations of the size of a camp, a district or a country: the same numbers in, the same situation out.

For measuring the planner beside its peers and for trying a command without real people's data. Everybody and every
place here is invented, and named so that nobody takes it for real.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from waythrough.plan.generate.aid import LEAST_DAYS, aid_case
from waythrough.plan.generate.homes import Numbers
from waythrough.plan.generate.homes import households as invented_homes
from waythrough.plan.generate.scale import FIRST_DAY, SHAPES, SHORT_TRUCKS, Scale, scale
from waythrough.terms.households import Households
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import (
    DestinationNow,
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

__all__ = ["SHAPES", "generate"]

SEATS_FOR = 0.40
"""Sizes the fleets: seats for this share of the consenting people if each vehicle left on half of the open days. About
nine in ten can travel then, and simple rules stay a tenth below the best plan: scarce, not hopeless."""


def generate(households: int, days: int = 90, seed: int = 1, shape: str = "country") -> Situation:
    """An invented situation of ``households`` households over ``days`` days; of aid alone, of the places that go with
    so many.

    Raises
    ------
    InputRefused
        The shape is not known, or there would be nobody or no day.
    """
    least = LEAST_DAYS if shape == SHORT_TRUCKS else 1
    if shape not in SHAPES or households < 1 or not least <= days <= 366:
        raise InputRefused(
            place="the situation to invent",
            found=f"{households} households, {days} days, shape {shape!r}",
            allowed=f"1 household or more, {least} to 366 days, shape {' or '.join(SHAPES)}",
            remedy="Ask for another one.",
        )
    many = scale(households, shape)
    if shape == SHORT_TRUCKS:
        return aid_case(many, days, seed)
    luck = np.random.Generator(np.random.PCG64(seed))
    homes = invented_homes(households, days, many, luck)
    people = np.bincount(homes.site, weights=homes.size, minlength=many.sites).astype(np.int64)
    doors = _doors(days, many, luck, shape)
    routes = _routes(many)
    consenting = int(np.asarray(homes.size)[np.diff(homes.consent_start) > 0].sum())
    open_share = 0.12 if shape == "one-road" else 0.5
    return Situation(
        as_of=FIRST_DAY - timedelta(days=1),
        first_day=FIRST_DAY,
        days=days,
        time_zone="UTC",
        ledger=f"invented-{shape}-{households}-{days}-{seed}",
        sites=tuple(_site(n, int(people[n]), int(luck.integers(1, 5)), many) for n in range(many.sites)),
        goods=(Good("food", 500, True), Good("kits", 20, False), Good("water", 2_500, True)),
        warehouses=tuple(
            _warehouse(n, int(people.sum()) // many.warehouses, days, luck) for n in range(many.warehouses)
        ),
        destinations=tuple(_destination(n, consenting, days, many, luck) for n in range(many.destinations)),
        doors=doors,
        routes=routes,
        fleets=_fleets(consenting, people, days, open_share, many),
        households=Households(columns=homes),
        consent_margin_days=0,
        convoy_spacing_days=3,
        min_convoy_vehicles=3,
        max_convoy_vehicles=60,
        zone_risk={f"zone-{z:02d}": int(luck.integers(1, 6)) for z in range(many.zones)},
        policy="invented policy, approved by nobody",
    )


# --- places, roads, doors -----------------------------------------------------------------------------------


def _site(n: int, people: int, severity: int, many: Scale) -> SiteNow:
    stock = {"food": people * 500 * 4, "water": people * 2_500 * 2}
    desk = max(60, people // 40)
    return SiteNow(
        f"site-{n:02d}", people, stock, ("food", "water"), registration_per_day=desk, severity=severity
    )


def _warehouse(n: int, share: int, days: int, luck: np.random.Generator) -> WarehouseNow:
    need = share * days
    held = {
        "food": int(need * 500 * luck.uniform(0.4, 0.8)),
        "water": int(need * 2_500 * luck.uniform(0.2, 0.4)),
        "kits": need * 2,
    }
    more = Receipt("food", days // 3, int(need * 500 * luck.uniform(0.1, 0.3)))
    return WarehouseNow(f"store-{n:02d}", held, (more,))


def _destination(
    n: int, consenting: int, days: int, many: Scale, luck: np.random.Generator
) -> DestinationNow:
    weekly = consenting / many.destinations * 7 / days * luck.uniform(0.9, 2.2)
    return DestinationNow(f"town-{n:02d}", None, None, False, per_week=max(12, int(weekly)))


def _doors(days: int, many: Scale, luck: np.random.Generator, shape: str) -> tuple[DoorNow, ...]:
    """One door for each zone and purpose, held by one party a zone; open and shut in turns of random length."""
    open_for, shut_for = (6, 40) if shape == "one-road" else (20, 8)
    doors = []
    for zone in range(many.zones):
        for purpose in ("aid", "return"):
            is_open, left, daily = luck.random() < open_for / (open_for + shut_for), 0, []
            left = int(luck.integers(1, 1 + 2 * (open_for if is_open else shut_for)))
            for _ in range(days):
                if left == 0:
                    is_open = not is_open
                    left = int(luck.integers(1, 1 + 2 * (open_for if is_open else shut_for)))
                daily.append(int(is_open))
                left -= 1
            doors.append(
                DoorNow(
                    f"{purpose}-{zone:02d}", f"party-{zone % max(2, many.zones // 3):02d}",
                    "open" if daily[0] else "closed", tuple(daily), own_word=True,
                )
            )  # fmt: skip
    return tuple(sorted(doors, key=lambda door: door.id))


def _routes(many: Scale) -> tuple[RouteNow, ...]:
    ends = [("aid", f"store-{n:02d}", n) for n in range(many.warehouses)]
    ends += [("return", f"town-{n:02d}", n) for n in range(many.destinations)]
    return tuple(
        sorted(
            (
                _route(purpose, site, end, n, many.zones)
                for site in range(many.sites)
                for purpose, end, n in ends
            ),
            key=lambda route: route.id,
        )
    )


def _route(purpose: str, site: int, end: str, n: int, zones: int) -> RouteNow:
    """Through two zones; one to three days for a vehicle, by how far apart the two ends' numbers are."""
    near, far = (2 * site + n) % zones, (2 * site + 3 * n + 1) % zones
    far = far if far != near else (near + 1) % zones
    keeps = 1 + (site + n) % 3
    uses = [
        _use(purpose, zone, day)
        for zone, day in ((near, 0), (far, 0))
    ]  # fmt: skip
    back = [
        LegUse(use.leg, use.zone, use.km, use.hours, 1 if keeps > 2 else 0, use.doors)
        for use in reversed(uses)
    ]
    name = f"{purpose}-{site:02d}-{n:02d}"
    return RouteNow(name, purpose, f"site-{site:02d}", end, tuple(uses), tuple(back), (), keeps)


def _use(purpose: str, zone: int, day: int) -> LegUse:
    km, hours = 40.0 + 10 * zone, 1.0 + zone % 3
    return LegUse(f"road-{zone:02d}", f"zone-{zone:02d}", km, hours, day, (f"{purpose}-{zone:02d}",))


def _fleets(
    consenting: int, people: Numbers, days: int, open_share: float, many: Scale
) -> tuple[FleetNow, ...]:
    trips = max(1.0, days * open_share / 2)
    fleets = []
    for site in range(many.sites):
        here = consenting * int(people[site]) / max(1, int(people.sum()))
        coaches = max(1, round(here * SEATS_FOR * 0.8 / (45 * trips)))
        vans = max(1, round(here * SEATS_FOR * 0.2 / (12 * trips)))
        ours = tuple(f"return-{site:02d}-{n:02d}" for n in range(many.destinations))
        fleets += [
            FleetNow(f"ambulances-{site:02d}", "return", 1 + coaches // 20, 2, 0, 0, ours, 1, 2),
            FleetNow(f"coaches-{site:02d}", "return", coaches, 45, 1, 0, ours),
            FleetNow(f"vans-{site:02d}", "return", vans, 12, 4, 0, ours),
        ]
    daily = int(people.sum()) * 3_000
    trucks = max(6, round(daily * 2 / open_share / 20_000_000))
    fleets.append(FleetNow("trucks", "aid", trucks, 0, 0, 20_000_000))
    return tuple(sorted(fleets, key=lambda fleet: fleet.id))
