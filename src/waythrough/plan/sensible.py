"""What a situation or a plan from a file must be beyond its shape: counts not below nothing, each name once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from waythrough.terms.planned import Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation


def check_situation(s: Situation, place: str) -> None:
    """Refuse what cannot be: names that stand twice, counts below nothing, doors with days too many or too few.

    Raises
    ------
    InputRefused
        Something is so.
    """
    _span(s, place)
    for kind in ("sites", "goods", "warehouses", "destinations", "doors", "routes", "fleets", "evacuations"):
        _once([one.id for one in getattr(s, kind)], f"{place}.{kind}")
    _counts(s, place)
    for n, door in enumerate(s.doors):
        where = f"{place}.doors[{n}].open_days"
        if len(door.open_days) != s.days:
            _refuse(where, f"{len(door.open_days)} days", f"{s.days}, one for each day")
        if not set(door.open_days) <= {0, 1}:
            _refuse(where, str(set(door.open_days) - {0, 1}), "1 for open, 0 for not open")
    for n, route in enumerate(s.routes):
        for use in (*route.out, *route.back):
            _at_least(0, use.day_offset, f"{place}.routes[{n}].day_offset")
            if use.km < 0 or use.hours < 0:
                _refuse(f"{place}.routes[{n}]", f"{use.km} km in {use.hours} h", "0 or more")
    _evacuations(s, place)
    _households(s, place)


def check_plan(p: Plan, place: str) -> None:
    """Refuse a plan that is not of some days from a first one on. What it breaks otherwise is the checker's."""
    _at_least(1, p.days, f"{place}.days")
    _at_least(0, p.slices, f"{place}.slices")


def _span(s: Situation, place: str) -> None:
    _at_least(1, s.days, f"{place}.days")
    if s.days > MOST_DAYS:
        _refuse(f"{place}.days", str(s.days), f"{MOST_DAYS} at most")
    if not s.time_zone:
        _refuse(f"{place}.time_zone", "none", "the time zone its days are counted in")
    _at_least(0, s.frozen_days, f"{place}.frozen_days")
    _at_least(0, s.consent_margin_days, f"{place}.consent_margin_days")


MOST_DAYS = 3_660
"""Ten years. A longer span is a slip of the pen, and would only fill the memory."""


def _counts(s: Situation, place: str) -> None:
    for n, site in enumerate(s.sites):
        where = f"{place}.sites[{n}]"
        _none_below_0([site.people, site.registration_per_day], where)
        _none_below_0([*site.stock_g.values(), *site.storage_g.values()], where)
        _at_least(1, site.severity, f"{where}.severity")
    for n, good in enumerate(s.goods):
        _at_least(0, good.grams_per_person_day, f"{place}.goods[{n}].grams_per_person_day")
    for n, store in enumerate(s.warehouses):
        _none_below_0(
            [*store.stock_g.values(), *(r.grams for r in store.receipts)], f"{place}.warehouses[{n}]"
        )
    for n, end in enumerate(s.destinations):
        _none_below_0([end.per_day, end.per_week, end.total], f"{place}.destinations[{n}]")
    for n, door in enumerate(s.doors):
        _none_below_0([door.max_vehicles, door.max_people], f"{place}.doors[{n}]")
    for n, f in enumerate(s.fleets):
        carried = [f.count, f.seats, f.special_seats, f.stretcher_places, f.payload_g, f.cycle_days]
        _none_below_0(carried, f"{place}.fleets[{n}]")


def _evacuations(s: Situation, place: str) -> None:
    for n, one in enumerate(s.evacuations):
        where = f"{place}.evacuations[{n}]"
        _none_below_0([one.people, one.escorts, one.stretchers], where)
        if one.stretchers > one.people:
            _refuse(
                where, f"{one.stretchers} of {one.people} patients lie down", "as many at most as there are"
            )


def _households(s: Situation, place: str) -> None:
    columns = s.households.columns
    for name, least in (("size", 0), ("weight", 0), ("special", 0), ("stretchers", 0)):
        values = getattr(columns, name)
        if values and min(values) < least:
            row = next(row for row, value in enumerate(values) if value < least)
            _refuse(f"{place}.households.{name}[{row}]", str(values[row]), f"{least} or more")
    if len(set(columns.ids)) < len(columns.ids):
        _once(columns.ids, f"{place}.households.ids")
    if any(map(int.__lt__, columns.size, columns.special)) or any(
        map(int.__lt__, columns.size, columns.stretchers)
    ):
        most = zip(columns.size, columns.special, columns.stretchers, strict=True)
        row = next(row for row, (size, *some) in enumerate(most) if max(some) > size)
        _refuse(f"{place}.households row {row}", "more special needs than people", "as many at most")


def _once(names: Sequence[str], place: str) -> None:
    seen: set[str] = set()
    for n, name in enumerate(names):
        if name in seen:
            _refuse(f"{place}[{n}]", f"{name!r} a second time", "each once")
        seen.add(name)


def _none_below_0(values: Iterable[int | None], place: str) -> None:
    for value in values:
        if value is not None:
            _at_least(0, value, place)


def _at_least(least: int, value: int, place: str) -> None:
    if value < least:
        _refuse(place, str(value), f"{least} or more")


def _refuse(place: str, found: Any, allowed: str) -> NoReturn:
    raise InputRefused(
        place=place, found=found, allowed=allowed, remedy="Correct this, or make the file again."
    )
