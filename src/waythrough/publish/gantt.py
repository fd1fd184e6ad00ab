"""The plan as days across and routes down: when the whole road is open, and how many vehicles leave. For the team only.

In public nobody is told the day on which vehicles are on the road; there the plan is told by weeks (`plans`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from waythrough.publish.desk import Desk
from waythrough.publish.numbers import Run
from waythrough.terms.situation import RouteNow, Situation


@dataclass(frozen=True)
class GanttCell:
    """One route on one day: how many vehicles leave, and whether its whole road is open for a trip that leaves."""

    day: int
    vehicles: int
    open: bool


@dataclass(frozen=True)
class GanttRow:
    """One route over the days of the plan. ``cells`` has one for each day, in order."""

    route: Run
    purpose: Any
    cells: tuple[GanttCell, ...]


def gantt(desk: Desk) -> tuple[tuple[Run, ...], tuple[GanttRow, ...]]:
    """The days of the plan and a row for each route that is open some day or used; empty in the public edition."""
    plan, situation = desk.report.plan, desk.report.situation
    if plan is None or situation is None or not desk.internal:
        return (), ()
    leaving: Counter[tuple[str, int]] = Counter()
    for trip in plan.trips:
        leaving[trip.route, trip.day] += trip.vehicles
    rows = []
    for route in situation.routes:
        opens = open_days(situation, route)
        cells = tuple(GanttCell(t, leaving[route.id, t], t in opens) for t in range(plan.days))
        if any(cell.open or cell.vehicles for cell in cells):
            rows.append(GanttRow(desk.name(route.id), desk.words.label("purpose", route.purpose), cells))
    days = tuple(desk.words.numbers.date(situation.day(t)) for t in range(plan.days)) if rows else ()
    return days, tuple(rows)


def open_days(situation: Situation, route: RouteNow) -> frozenset[int]:
    """The days on which a trip may leave: every door open when it is met, there and back."""
    doors = {door.id: door.open_days for door in situation.doors}
    uses = route.out + route.back
    if not all(use.doors for use in uses):
        return frozenset()
    needed = {(door, use.day_offset) for use in uses for door in use.doors}
    needed |= {(door, offset) for door in route.extra_doors for offset in range(route.last_offset + 1)}

    def is_open(door: str, day: int) -> bool:
        days = doors.get(door, ())
        return day < len(days) and bool(days[day])

    return frozenset(
        t for t in range(situation.days - route.last_offset) if all(is_open(d, t + off) for d, off in needed)
    )
