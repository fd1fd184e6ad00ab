"""Families in few classes, by where they are, where they want to go and until when they may be taken there.

A class counts people, never names a family. On each day it knows how many of its people hold a live consent
to each destination: nobody is counted on a day, or to a place, without one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waythrough.plan.problem.units import Units, column, travel_units
from waythrough.terms.situation import Situation

CLASSES = 12
"""Classes aimed at; more where sites and first choices are more than that."""
PLACES = 2
"""Destinations a class is followed to: those that most of its people allow."""


@dataclass(frozen=True)
class Lane:
    """The people of one class who may be taken to one destination, day by day (shape of each: (days,)).

    ``site`` and ``end`` are numbers in the situation. ``live`` have a live consent that day, ``ended`` had
    their last one before. ``order`` is the order in which lanes are served: rank of the destination, need,
    end of consent.
    """

    group: int
    site: int
    end: int
    live: np.ndarray
    ended: np.ndarray
    order: tuple[float, float, float]


@dataclass(frozen=True)
class _Rows:
    """Each run of days on which a unit may go to one destination; ``rank`` 0 is the place it wants most."""

    unit: np.ndarray
    end: np.ndarray
    first: np.ndarray
    last: np.ndarray
    rank: np.ndarray
    people: np.ndarray
    weight: np.ndarray


def lanes(situation: Situation) -> tuple[np.ndarray, list[Lane]]:
    """The special seats that a thousand people of each class need, and the lanes of all classes in the order they
    are served. Shape of the first: (classes,).
    """
    units = travel_units(situation)
    if not units.names:
        return np.zeros(0, np.int64), []
    columns = situation.households.columns
    people, special = (
        np.add.reduceat(column(each)[units.member], units.member_start[:-1])
        for each in (columns.size, columns.special)
    )
    rows = _rows(units, people)
    group, site = _classes(units, people, special > 0, rows)
    needs = np.bincount(group, weights=special) * 1_000 / np.bincount(group, weights=people)
    by_name = {site.id: n for n, site in enumerate(situation.sites)}
    number = np.array([by_name[name] for name in situation.households.columns.site_names], np.int64)
    found = []
    for n in range(int(group.max()) + 1):
        here = _where(rows, group[rows.unit] == n)
        most = np.bincount(here.end, weights=here.people)
        for end in sorted(np.unique(here.end).tolist(), key=lambda e: (-most[e], e))[:PLACES]:
            found.append(_lane(n, int(number[site[n]]), _where(here, here.end == end), situation.days))
    return np.ceil(needs).astype(np.int64), sorted(found, key=lambda lane: (lane.order, lane.group, lane.end))


def _rows(units: Units, people: np.ndarray) -> _Rows:
    order = np.lexsort((units.allow_first, units.allow_end, -units.allow_worth, units.allow_unit))
    unit, end = units.allow_unit[order], units.allow_end[order]
    new_unit = np.r_[True, unit[1:] != unit[:-1]]
    new_place = new_unit | np.r_[True, end[1:] != end[:-1]]
    place = np.cumsum(new_place)
    rank = place - place[np.flatnonzero(new_unit)][np.cumsum(new_unit) - 1]
    first, last = units.allow_first[order], units.allow_last[order]
    return _Rows(unit, end, first, last, rank, people[unit], units.weight[unit])


def _classes(
    units: Units, people: np.ndarray, special: np.ndarray, rows: _Rows
) -> tuple[np.ndarray, list[int]]:
    """Each unit's class, and each class's site: by site, first choice and whether it needs special seats, then, in
    parts of about as many people, the neediest first, then those whose consents end first.
    """
    wanted = rows.rank == 0
    end = np.zeros(len(people), np.int64)
    end[rows.unit[wanted]] = rows.end[wanted]
    last = np.zeros(len(people), np.int64)
    np.maximum.at(last, rows.unit[wanted], rows.last[wanted])
    place = units.site * (int(end.max()) + 1) + end
    kind, of = np.unique(2 * place + special, return_inverse=True)
    parts = max(1, CLASSES // len(kind))
    part = np.zeros(len(people), np.int64)
    for n in range(len(kind)):
        mine = np.flatnonzero(of == n)
        mine = mine[np.lexsort((mine, last[mine], -units.weight[mine]))]
        before = np.cumsum(people[mine]) - people[mine]
        part[mine] = before * parts // int(people[mine].sum())
    _, first, group = np.unique(of * parts + part, return_index=True, return_inverse=True)
    return group, [int(s) for s in units.site[first]]


def _lane(group: int, site: int, rows: _Rows, days: int) -> Lane:
    start, over = np.zeros(days + 1, np.int64), np.zeros(days + 1, np.int64)
    np.add.at(start, rows.first, rows.people)
    np.add.at(over, rows.last + 1, rows.people)
    # Whose days have a hole has not ended with the first of its runs.
    final = np.r_[rows.unit[1:] != rows.unit[:-1], True]
    ended = np.zeros(days + 1, np.int64)
    np.add.at(ended, rows.last[final] + 1, rows.people[final])
    share = rows.people / rows.people.sum()
    order = (
        round(float(rows.rank @ share), 6),
        -round(float(rows.weight @ share), 6),
        round(float(rows.last @ share), 6),
    )
    live = np.cumsum(start - over)[:days]
    return Lane(group, site, int(rows.end[0]), live, np.cumsum(ended)[:days], order)


def _where(rows: _Rows, chosen: np.ndarray) -> _Rows:
    return _Rows(*(each[chosen] for each in vars(rows).values()))
