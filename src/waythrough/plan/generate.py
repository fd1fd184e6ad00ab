"""Invented situations of the size of a camp, a district or a country: the same numbers in, the same situation out.

For measuring the planner beside its peers and for trying a command without real people's data. Everybody and every
place here is invented, and named so that nobody takes it for real.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from waythrough.plan.units import RETURN
from waythrough.terms.households import Columns, Households
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

Numbers = npt.NDArray[np.int64]

FIRST_DAY = date(2031, 3, 2)
SHAPES = ("country", "one-road")
"""``country``: sites, roads and doors grow with the number of households. ``one-road``: one besieged camp, one
road through two zones, doors shut most of the time, few coaches."""

SHARE_CONSENTING = 0.60
SHARE_KIN = 0.12
SHARE_SPECIAL = 0.04
SHARE_STRETCHER = 0.008
SEATS_FOR = 0.40
"""Sizes the fleets: seats for this share of the consenting people if each vehicle left on half of the open days. About
nine in ten can travel then, and simple rules stay a tenth below the best plan: scarce, not hopeless."""
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
SIZE_SHARES = (0.06, 0.10, 0.13, 0.16, 0.17, 0.14, 0.10, 0.07, 0.04, 0.03)


@dataclass(frozen=True)
class Scale:
    """How many of everything a situation of that many households has."""

    sites: int
    warehouses: int
    destinations: int
    zones: int


def scale(households: int, shape: str = "country") -> Scale:
    """The roads and places that go with a number of households."""
    if shape == "one-road":
        return Scale(1, 2, 3, 2)
    if households <= 2_000:
        return Scale(1, 2, 3, 6)
    if households <= 20_000:
        return Scale(1, 3, 4, 7)
    return Scale(4, 4, 8, 12) if households <= 120_000 else Scale(10, 5, 12, 20)


def generate(households: int, days: int = 90, seed: int = 1, shape: str = "country") -> Situation:
    """An invented situation of ``households`` households over ``days`` days.

    Raises
    ------
    InputRefused
        The shape is not known, or there would be nobody or no day.
    """
    if shape not in SHAPES or households < 1 or not 1 <= days <= 366:
        raise InputRefused(
            place="the situation to invent",
            found=f"{households} households, {days} days, shape {shape!r}",
            allowed=f"1 household or more, 1 to 366 days, shape {' or '.join(SHAPES)}",
            remedy="Ask for another one.",
        )
    luck = np.random.Generator(np.random.PCG64(seed))
    many = scale(households, shape)
    homes = _households(households, days, many, luck)
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


# --- households ---------------------------------------------------------------------------------------------


def _households(n: int, days: int, many: Scale, luck: np.random.Generator) -> Columns:
    size = luck.choice(SIZES, n, p=SIZE_SHARES).astype(np.int64)
    site = np.sort(luck.integers(0, many.sites, n))
    consenting = luck.random(n) < SHARE_CONSENTING
    special = np.minimum(size, luck.binomial(1, SHARE_SPECIAL * size / 2)).astype(np.int64)
    lying = ((luck.random(n) < SHARE_STRETCHER * 2) & (size > special)).astype(np.int64)
    adults = np.minimum(size, 1 + luck.integers(0, 3, n) * (size > 1))
    adult_start = _starts(adults)
    kin, kin_names = _kin(site, consenting, luck)
    choice_start, choice = _choices(n, consenting, kin, many, luck)
    consents = _consents(consenting, adult_start, choice_start, choice, days, luck)
    owner = np.repeat(np.arange(n), adults)
    number = np.arange(len(owner)) - adult_start[owner]
    return Columns(
        ids=tuple(f"h{k:06d}" for k in range(n)),
        site_names=tuple(f"site-{k:02d}" for k in range(many.sites)),
        kin_names=kin_names,
        destination_names=tuple(f"town-{k:02d}" for k in range(many.destinations)),
        kind_names=(RETURN,),
        site=_column(site),
        size=_column(size),
        special=_column(special),
        stretchers=_column(lying),
        weight=_column(luck.choice((1, 2, 3, 4), n, p=(0.55, 0.25, 0.14, 0.06))),
        kin=_column(kin),
        refused=_column(np.zeros(n)),
        wishes=_column(np.where(consenting, 1, luck.integers(-1, 2, n))),
        choice_start=_column(choice_start),
        choice=_column(choice),
        adult_start=_column(adult_start),
        adult_ids=tuple(f"h{h:06d}/{a}" for h, a in zip(owner.tolist(), number.tolist(), strict=True)),
        data_until=_column(np.where(consenting[owner], days + 60, -1)),
        **consents,
    )


def _kin(
    site: Numbers, consenting: npt.NDArray[np.bool_], luck: np.random.Generator
) -> tuple[Numbers, tuple[str, ...]]:
    """Two to four consenting neighbours of one site asked to travel together."""
    kin = np.full(len(site), -1, np.int64)
    waiting = np.flatnonzero(consenting)
    wanted, at, groups = round(len(waiting) * SHARE_KIN), 0, 0
    while wanted > 1 and at < len(waiting) - 4:
        members = waiting[at : at + int(luck.integers(2, 5))]
        if len(set(site[members].tolist())) == 1:
            kin[members] = groups
            groups += 1
            wanted -= len(members)
        at += round(len(members) / SHARE_KIN)
    return kin, tuple(f"kin-{k:05d}" for k in range(groups))


def _choices(
    n: int, consenting: npt.NDArray[np.bool_], kin: Numbers, many: Scale, luck: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """One to three destinations in order of preference; kin mostly want the same ones."""
    ordered = np.argsort(luck.random((n, many.destinations)), axis=1)
    count = luck.integers(1, min(3, many.destinations) + 1, n)
    first = _first_of_group(kin)
    alike = (kin >= 0) & (luck.random(n) < 0.9)
    ordered[alike], count[alike] = ordered[first[alike]], count[first[alike]]
    count[~consenting] = 0
    keep = np.arange(many.destinations)[None, :] < count[:, None]
    return _starts(count), ordered[keep]


def _first_of_group(kin: Numbers) -> Numbers:
    """For each household the first one of its kin group; itself where it has none."""
    first = np.arange(len(kin))
    members = np.flatnonzero(kin >= 0)
    groups, at = np.unique(kin[members], return_index=True)
    first[members] = members[at][np.searchsorted(groups, kin[members])]
    return first


def _consents(
    consenting: npt.NDArray[np.bool_],
    adult_start: Numbers,
    choice_start: Numbers,
    choice: Numbers,
    days: int,
    luck: np.random.Generator,
) -> dict[str, Any]:
    """Every adult of a consenting household consents to each of its choices, on one day, for 21 to 90 days."""
    n = len(consenting)
    adults, choices = np.diff(adult_start), np.diff(choice_start)
    rows = np.where(consenting, adults * choices, 0)
    home = np.repeat(np.arange(n), rows)
    within = np.arange(len(home)) - _starts(rows)[home]
    first = luck.integers(-20, max(1, days - 14), n)
    last = first + luck.integers(21, 91, n)
    return {
        "consent_start": _column(_starts(rows)),
        "consent_adult": _column(adult_start[home] + within // np.maximum(1, choices[home])),
        "consent_destination": _column(choice[choice_start[home] + within % np.maximum(1, choices[home])]),
        "consent_kind": _column(np.zeros(len(home))),
        "consent_first": _column(first[home]),
        "consent_last": _column(last[home]),
        "consent_refs": ("",) * len(home),
    }


def _starts(counts: Numbers) -> Numbers:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _column(values: npt.ArrayLike) -> array[int]:
    found = array("q")
    found.frombytes(np.ascontiguousarray(values, np.int64).tobytes())
    return found
