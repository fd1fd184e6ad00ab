"""Who may travel where and when, read from the households' columns: travel units with the days each may go.

The rules of consent are those of ``units``, which reads one household at a time and is what a person reads to
learn them. Here the same rules are applied to all households at once; the few whose consents leave holes
between their days are handed to ``units``. A test holds the two against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waythrough.plan.units import RANKS, consent_days, units
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.households import Columns
from waythrough.terms.situation import Situation

Ints = np.ndarray
"""Whole numbers, int64."""


@dataclass(frozen=True)
class Units:
    """Travel units with an allowed day, most need first, then by name; and their allowed days as intervals.

    Unit ``u`` has the members (rows of the households' columns, in order of id) ``member[member_start[u] :
    member_start[u + 1]]``. Row ``k`` of the last five says: unit ``allow_unit[k]`` may leave for destination
    ``allow_end[k]`` (number in the situation) on the days ``allow_first[k]`` to ``allow_last[k]``, worth
    ``allow_worth[k]`` per day left. A unit may have several rows for a destination.
    """

    names: tuple[str, ...]
    site: Ints
    weight: Ints
    member_start: Ints
    member: Ints
    allow_unit: Ints
    allow_end: Ints
    allow_first: Ints
    allow_last: Ints
    allow_worth: Ints


def column(values: object) -> Ints:
    """A column of whole numbers as numpy reads it, without a copy."""
    return np.frombuffer(values, np.int64) if len(values) else np.zeros(0, np.int64)  # type: ignore[call-overload, arg-type]


def travel_units(situation: Situation) -> Units:
    """Every unit with at least one allowed day, in order of need then name."""
    _, members, start, rows = grouped(situation)
    return _in_order(situation.households.columns, members, start, rows)


def grouped(situation: Situation) -> tuple[Ints, Ints, Ints, tuple[Ints, Ints, Ints, Ints, Ints]]:
    """Units as they come, those without an allowed day too: the unit of each household; members and where each
    unit's begin; and (unit, destination, first day, last day, worth) of what they allow, in no order.
    """
    c = situation.households.columns
    unit_of, members, start = _together(c)
    pairs, holes = _pairs(situation, c)
    in_hole = np.zeros(len(start) - 1, bool)
    in_hole[unit_of[holes]] = True
    rows = _common(c, unit_of, np.diff(start), pairs, in_hole)
    return unit_of, members, start, _with_holes(situation, c, members, start, np.flatnonzero(in_hole), rows)


def alone(situation: Situation) -> np.ndarray:
    """True for each household whose own consents allow a day, whatever its kin say (shape: (households,))."""
    c = situation.households.columns
    pairs, holes = _pairs(situation, c)
    found = np.zeros(len(c.ids), bool)
    found[pairs.household] = True
    known = {d.id for d in situation.destinations}
    for row in holes.tolist():
        home = situation.households.row(row)
        found[row] = any(consent_days(situation, home, d) for d in home.choices if d in known)
    return found


# --- who travels together ---------------------------------------------------------------------------------


def _together(c: Columns) -> tuple[Ints, Ints, Ints]:
    """Each household's unit, and the households of each unit in order of id."""
    n = len(c.ids)
    site, kin = column(c.site), column(c.kin)
    by_id = np.array(sorted(range(n), key=c.ids.__getitem__), np.int64)
    # A kin group is one at each site; a household of none is a group of its own.
    key = np.where(
        kin >= 0, kin * len(c.site_names) + site, len(c.kin_names) * len(c.site_names) + np.arange(n)
    )
    _, unit_of = np.unique(key, return_inverse=True)
    members = by_id[np.argsort(unit_of[by_id], kind="stable")]
    start = np.zeros((unit_of.max() + 1 if n else 0) + 1, np.int64)
    np.cumsum(np.bincount(unit_of), out=start[1:])
    return unit_of, members, start


# --- what a household allows ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Pairs:
    """A household, one of its chosen destinations, and the days its consents allow, without holes."""

    household: Ints
    end: Ints
    worth: Ints
    first: Ints
    last: Ints


def _pairs(situation: Situation, c: Columns) -> tuple[_Pairs, Ints]:
    """Every (household, choice) with an allowed day; and the households whose allowed days may have holes."""
    ends = len(c.destination_names)
    days, holes = _every_adult(situation, c)
    household, end, rank = _choices(c)
    refused = column(c.refused)[household] == 1
    known = _known(situation, c)[end] >= 0
    key = household * ends + end
    at = np.minimum(np.searchsorted(days.key, key), max(len(days.key) - 1, 0))
    live = ~refused & known
    live &= (days.key[at] == key) if len(days.key) else False
    household, end, rank, at = household[live], end[live], rank[live], at[live]
    worth = column(c.size)[household] * column(c.weight)[household] * (RANKS - np.minimum(rank, RANKS - 1))
    numbered = _known(situation, c)[end]
    return _Pairs(household, numbered, worth, days.first[at], days.last[at]), holes


def _known(situation: Situation, c: Columns) -> Ints:
    """Each named destination's number in the situation, −1 if it is none of them."""
    number = {d.id: n for n, d in enumerate(situation.destinations)}
    return np.array([number.get(name, -1) for name in c.destination_names], np.int64)


def _choices(c: Columns) -> tuple[Ints, Ints, Ints]:
    """Household, destination name and rank of every choice; of a name given twice only the first counts."""
    start, end = column(c.choice_start), column(c.choice)
    household = np.repeat(np.arange(len(c.ids)), np.diff(start))
    rank = np.arange(len(end)) - start[household]
    _, first = np.unique(household * max(len(c.destination_names), 1) + end, return_index=True)
    return household[first], end[first], rank[first]


@dataclass(frozen=True)
class _Days:
    """Allowed days by key (household × names of destinations + destination), keys rising."""

    key: Ints
    first: Ints
    last: Ints


def _every_adult(situation: Situation, c: Columns) -> tuple[_Days, Ints]:
    """Days on which every adult's travel consent to a place and data consent hold, margin and all."""
    ends = len(c.destination_names)
    kind = c.kind_names.index(VOLUNTARY_RETURN) if VOLUNTARY_RETURN in c.kind_names else -1
    adult, end = column(c.consent_adult), column(c.consent_destination)
    household = np.repeat(np.arange(len(c.ids)), np.diff(column(c.consent_start)))
    first = np.maximum(column(c.consent_first), 0)
    last = np.minimum(column(c.consent_last) - situation.consent_margin_days, situation.days - 1)
    counts = (column(c.consent_kind) == kind) & (adult >= 0) & (first <= last)
    adult, end, household, first, last = (a[counts] for a in (adult, end, household, first, last))
    order = np.argsort(adult * ends + end, kind="stable")
    adult, end, household, first, last = (a[order] for a in (adult, end, household, first, last))
    twice = np.zeros(len(adult), bool)
    twice[1:] = (adult[1:] == adult[:-1]) & (end[1:] == end[:-1])
    last = np.minimum(last, column(c.data_until)[adult])
    key = household * ends + end
    return _meet(c, key, first, last, ends), np.unique(household[twice])


def _meet(c: Columns, key: Ints, first: Ints, last: Ints, ends: int) -> _Days:
    """The days on which all adults' intervals meet, where every adult has one."""
    if not len(key):
        none = np.zeros(0, np.int64)
        return _Days(none, none, none)
    order = np.argsort(key, kind="stable")
    key, first, last = key[order], first[order], last[order]
    at = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    agreed = np.diff(np.r_[at, len(key)])
    first, last, key = np.maximum.reduceat(first, at), np.minimum.reduceat(last, at), key[at]
    everyone = np.diff(column(c.adult_start))[key // ends]
    live = (agreed == everyone) & (first <= last)
    return _Days(key[live], first[live], last[live])


# --- what a unit allows -----------------------------------------------------------------------------------

_Rows = tuple[Ints, Ints, Ints, Ints, Ints]


def _common(c: Columns, unit_of: Ints, size: Ints, pairs: _Pairs, in_hole: np.ndarray) -> _Rows:
    """(unit, destination, first, last, worth) where every household of the unit allows it."""
    unit = unit_of[pairs.household]
    keep = ~in_hole[unit]
    unit, end, first, last, worth = (a[keep] for a in (unit, pairs.end, pairs.first, pairs.last, pairs.worth))
    if not len(unit):
        return unit, end, first, last, worth
    order = np.lexsort((end, unit))
    unit, end, first, last, worth = (a[order] for a in (unit, end, first, last, worth))
    at = np.flatnonzero(np.r_[True, (unit[1:] != unit[:-1]) | (end[1:] != end[:-1])])
    agreed = np.diff(np.r_[at, len(unit)])
    first, last = np.maximum.reduceat(first, at), np.minimum.reduceat(last, at)
    worth, unit, end = np.add.reduceat(worth, at), unit[at], end[at]
    live = (agreed == size[unit]) & (first <= last)
    return unit[live], end[live], first[live], last[live], worth[live]


def _with_holes(
    situation: Situation, c: Columns, members: Ints, start: Ints, holes: Ints, rows: _Rows
) -> _Rows:
    """The rows, and those of the units whose days have holes, read one by one."""
    if not len(holes):
        return rows
    homes = situation.households
    number = {d.id: n for n, d in enumerate(situation.destinations)}
    some = [homes.row(int(h)) for u in holes for h in members[start[u] : start[u + 1]]]
    of_home = {c.ids[int(h)]: int(u) for u in holes for h in members[start[u] : start[u + 1]]}
    found = [
        (of_home[unit.households[0].id], number[choice.destination], first, last, choice.worth)
        for unit in units(situation, some)[0]
        for choice in unit.choices
        for first, last in runs(choice.days)
    ]
    more = np.array(found, np.int64).reshape(-1, 5).T
    return tuple(np.concatenate((old, new)) for old, new in zip(rows, more, strict=True))  # type: ignore[return-value]


def runs(bits: int) -> list[tuple[int, int]]:
    """Days given as bits, as runs of days (first, last), in order."""
    found, day = [], 0
    while bits >> day:
        if bits >> day & 1:
            last = day
            while bits >> (last + 1) & 1:
                last += 1
            found.append((day, last))
            day = last
        day += 1
    return found


def _in_order(c: Columns, members: Ints, start: Ints, rows: _Rows) -> Units:
    """Only units with an allowed day, numbered anew: most need first, then by name."""
    unit, end, first, last, worth = rows
    able = np.unique(unit)
    weight = np.maximum.reduceat(column(c.weight)[members], start[:-1])[able] if len(able) else able
    head = members[start[:-1]][able]
    kin = column(c.kin)
    names = [c.kin_names[kin[h]] if kin[h] >= 0 else c.ids[h] for h in head.tolist()]
    order = np.array(sorted(range(len(able)), key=names.__getitem__), np.int64)
    order = order[np.argsort(-weight[order], kind="stable")]
    old = able[order]
    number = np.full(len(start) - 1, -1, np.int64)
    number[old] = np.arange(len(old))
    sizes = (start[1:] - start[:-1])[old]
    new_start = np.zeros(len(old) + 1, np.int64)
    np.cumsum(sizes, out=new_start[1:])
    take = np.repeat(start[old] - new_start[:-1], sizes) + np.arange(new_start[-1])
    by = np.lexsort((first, end, number[unit]))
    return Units(
        names=tuple(names[n] for n in order.tolist()),
        site=column(c.site)[head][order],
        weight=weight[order],
        member_start=new_start,
        member=members[take],
        allow_unit=number[unit][by],
        allow_end=end[by],
        allow_first=first[by],
        allow_last=last[by],
        allow_worth=worth[by],
    )


def ranges(start: Ints, chosen: Ints) -> Ints:
    """The positions start[c] … start[c + 1] − 1 of each chosen c, one after the other."""
    many = np.diff(start)[chosen]
    before = np.cumsum(many) - many
    return np.repeat(start[chosen] - before, many) + np.arange(int(many.sum()))
