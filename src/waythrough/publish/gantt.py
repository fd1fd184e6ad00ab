"""The plan as days across and routes down: when the whole road is open, and how many vehicles leave. For the team only.

In public nobody is told the day on which vehicles are on the road; there the plan is told by weeks (`plans`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from waythrough.publish.by_day import OnRoute, by_day
from waythrough.publish.desk import Desk
from waythrough.publish.numbers import Run


@dataclass(frozen=True)
class GanttRow:
    """One route over the days of the plan. ``cells`` has one for each day, in order."""

    route: Run
    purpose: Any
    cells: tuple[OnRoute, ...]


@dataclass(frozen=True)
class GanttMonth:
    """A month of the plan, and the numbers of its days: so narrow that four weeks fit a page."""

    name: Run
    days: tuple[Run, ...]


def gantt(desk: Desk) -> tuple[tuple[GanttMonth, ...], tuple[GanttRow, ...]]:
    """The days of the plan and a row for each route that is open some day or used; empty in the public edition."""
    plan, situation = desk.report.plan, desk.report.situation
    if plan is None or situation is None or not desk.internal:
        return (), ()
    days = by_day(plan, situation)
    rows = tuple(
        GanttRow(
            desk.name(route.id),
            desk.words.label("purpose", route.purpose),
            tuple(day.routes[n] for day in days),
        )
        for n, route in enumerate(situation.routes)
    )
    shown = tuple(row for row in rows if any(cell.open or cell.vehicles for cell in row.cells))
    return _months(desk, [day.on for day in days]) if shown else (), shown


def _months(desk: Desk, days: list[date]) -> tuple[GanttMonth, ...]:
    numbers = desk.words.numbers
    groups = groupby(days, lambda day: (day.year, day.month))
    months = [list(group) for _, group in groups]
    return tuple(
        GanttMonth(numbers.month(month[0]), tuple(numbers.number(day.day) for day in month))
        for month in months
    )
