"""What every family would gain by its best journey at the certificate's prices, in columns.

Days are bits of 64-bit words: a family may go on the days that are set for every adult of every household of
it, so consents are put together with "or" for one adult and with "and" over adults and households.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
import numpy.typing as npt

from waythrough.plan.check import certificate as plain
from waythrough.plan.check.certificate import Cell, Prices
from waythrough.plan.check.facts import Facts
from waythrough.plan.check.fast.crowd import Bools, Crowd, Ints, spread
from waythrough.terms.situation import FleetNow, RouteNow

Words = npt.NDArray[np.uint64]
"""Days as bits. Shape (rows, words)."""

UP_TO = np.array([(1 << n) - 1 for n in range(65)], np.uint64)
"""The first n bits of a word."""
AT_ONCE = 4_096
"""Families looked at together: their days then stay in the processor's own memory."""


@dataclass(frozen=True)
class Wishes:
    """A row for each destination each household, or each travelling group of them, may go to on some day."""

    who: Ints
    end: Ints
    worth: Ints
    days: Words

    def only(self, rows: npt.NDArray[np.intp]) -> Wishes:
        return Wishes(self.who[rows], self.end[rows], self.worth[rows], self.days[rows])


@dataclass(frozen=True)
class Families:
    """Who travels together, one row each: the site, and what they need between them."""

    of: Ints
    """For each household its family."""
    site: Ints
    members: Ints
    people: Ints
    special: Ints
    lying: Ints


def bound(facts: Facts, prices: Prices) -> int:
    """The bound on the second aim that follows from the prices, as `check.certificate.bound` gives it."""
    f = cast(Crowd, facts)
    families = _families(f)
    wishes = _together(families, _wishes(f), len(f.columns.destination_names))
    if not _sums_fit(f, families, wishes):
        return plain.bound(f, prices)
    market = Market(f, families, wishes)
    best = np.zeros(len(families.site), np.int64)
    for route in f.situation.routes:
        if prices.cells[route.id]:
            market.raise_to(best, route, prices.cells[route.id])
    return prices.full + prices.earned + int(best.sum())


def _dear(f: Crowd, wishes: Wishes) -> int:
    """A price above every worth is as good as any higher one."""
    return int(wishes.worth.max(initial=0)) * 2 * f.days + 1


def _sums_fit(f: Crowd, families: Families, wishes: Wishes) -> bool:
    """True if no family's sum can leave 64 bits, however high the prices."""
    most = max(int(needs.max(initial=0)) for needs in (families.people, families.special, families.lying))
    return _dear(f, wishes) * (5 * most + 1) < 2**62


# --- who may go where, and when ---------------------------------------------------------------------------


def _families(f: Crowd) -> Families:
    """Households of one kin group at one site are a family; everyone else is one alone."""
    homes, kin = len(f.columns.ids), len(f.columns.kin_names)
    key = np.where(f.kin >= 0, f.site * kin + f.kin, -1 - np.arange(homes))
    _, first, of = np.unique(key, return_index=True, return_inverse=True)
    people, special, lying = (_sums(of, c, len(first)) for c in (f.size, f.special, f.stretchers))
    return Families(of, f.site[first], np.bincount(of, minlength=len(first)), people, special, lying)


def _wishes(f: Crowd) -> Wishes:
    """Each household's choices with the days on which all its adults allow the journey."""
    rows = np.flatnonzero((f.refused == 0) & (f.adult_start[1:] > f.adult_start[:-1]))
    owner, at = spread(f.choice_start, rows)
    ends = len(f.columns.destination_names)
    # A choice named twice counts where it is named first.
    _, first = np.unique(rows[owner] * ends + f.choice[at], return_index=True)
    home, end = rows[owner[first]], f.choice[at[first]]
    rank = np.minimum(at[first] - f.choice_start[home], 9)
    keys, live = _adults(f, ends)
    choice, adult = spread(f.adult_start, home)
    wanted = adult * ends + end[choice]
    found = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    days = np.zeros((len(wanted), live.shape[1]), np.uint64)
    if len(keys):
        there = keys[found] == wanted
        days[there] = live[found[there]]
    days &= _between(np.zeros(len(adult), np.int64), f.data_until[adult], f.days)
    together = _all_of(days, choice)
    keep = np.flatnonzero(together.any(axis=1))
    worth = f.size[home] * f.weight[home] * (10 - rank)
    return Wishes(home, end, worth, together).only(keep)


def _adults(f: Crowd, ends: int) -> tuple[Ints, Words]:
    """For each adult and destination with a consent (as one sorted number): the days of all such consents."""
    given = np.flatnonzero(f.counts)
    key = f.consent_adult[given] * ends + f.consent_end[given]
    order = np.argsort(key, kind="stable")
    given, key = given[order], key[order]
    last = f.consent_last[given] - f.situation.consent_margin_days
    days = _between(f.consent_first[given], last, f.days)
    if not len(key):
        return key, days
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    return key[start], np.bitwise_or.reduceat(days, start, axis=0)


def _together(families: Families, wishes: Wishes, ends: int) -> Wishes:
    """What all households of a family may do: places every one of them chose, days that suit all."""
    family = families.of[wishes.who]
    order = np.argsort(family * ends + wishes.end, kind="stable")
    wishes, family = wishes.only(order), family[order]
    key = family * ends + wishes.end
    if not len(key):
        return wishes
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    worth = np.add.reduceat(wishes.worth, start)
    days = np.bitwise_and.reduceat(wishes.days, start, axis=0)
    everyone = np.diff(np.r_[start, len(key)]) == families.members[family[start]]
    found = Wishes(family[start], wishes.end[start], worth, days)
    return found.only(np.flatnonzero(everyone & days.any(axis=1)))


# --- what a journey is worth at these prices --------------------------------------------------------------


@dataclass
class Market:
    """Wishes in order of site and destination, so that those a route serves are found at once."""

    f: Crowd
    families: Families
    wishes: Wishes
    unfit: dict[tuple[str, ...], Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        c = self.f.columns
        self.sites = {name: n for n, name in enumerate(c.site_names)}
        self.ends = {name: n for n, name in enumerate(c.destination_names)}
        key = self.families.site[self.wishes.who] * len(self.ends) + self.wishes.end
        order = np.argsort(key, kind="stable")
        self.wishes, self.key = self.wishes.only(order), key[order]
        self.dear = _dear(self.f, self.wishes)

    def raise_to(self, best: Ints, route: RouteNow, cells: list[Cell]) -> None:
        """Raise ``best`` of each family to what its best day on the route is worth."""
        if route.site not in self.sites or route.end not in self.ends:
            return
        wanted = self.sites[route.site] * len(self.ends) + self.ends[route.end]
        start, stop = np.searchsorted(self.key, [wanted, wanted + 1])
        here = np.arange(start, stop)
        here = here[self._unfit(route)[self.wishes.who[here]] == 0]
        for part in range(0, len(here), AT_ONCE):
            rows = self.wishes.only(here[part : part + AT_ONCE])
            # A family has one row for each destination, so none stands twice among these.
            best[rows.who] = np.maximum(best[rows.who], self._best(rows, cells))

    def _best(self, rows: Wishes, cells: list[Cell]) -> Ints:
        seat, special, stretcher, person = (
            np.array([min(getattr(cell, name), self.dear) for cell in cells], np.int64)
            for name in ("seat", "special", "stretcher", "per_person")
        )
        day = np.array([cell.day for cell in cells], np.int64)
        most = np.array([NO_LIMIT if c.most is None else min(c.most, NO_LIMIT) for c in cells], np.int64)
        needs = self.families
        people, lying = needs.people[rows.who, None], needs.lying[rows.who, None]
        gain = rows.worth[:, None] * (2 * self.f.days - day) - people * (person + seat)
        gain += lying * seat
        if needs.special[rows.who].any():
            gain -= needs.special[rows.who, None] * special
        if lying.any():
            gain -= lying * stretcher
        may = (rows.days[:, day >> 6] >> (day & 63).astype(np.uint64)) & np.uint64(1)
        gain[(may == 0) | (people > most)] = 0
        found: Ints = gain.max(axis=1)
        return found

    def _unfit(self, route: RouteNow) -> Ints:
        """For each family how many of its households fit no vehicle that may drive the route."""
        fleets = [x for x in self.f.situation.fleets if x.count > 0 and self.f.carries(x, route)]
        key = tuple(fleet.id for fleet in fleets)
        if key not in self.unfit:
            lacking = (~_fit(self.f, fleets)).astype(np.int64)
            self.unfit[key] = _sums(self.families.of, lacking, len(self.families.site))
        return self.unfit[key]


NO_LIMIT = 2**62


def _fit(f: Crowd, fleets: list[FleetNow]) -> Bools:
    """For each household: true if one vehicle of some fleet has a place for everyone."""
    found = np.zeros(len(f.columns.ids), np.bool_)
    for fleet in fleets:
        found |= (
            (f.size - f.stretchers <= fleet.seats)
            & (f.special <= fleet.special_seats)
            & (f.stretchers <= fleet.stretcher_places)
        )
    return found


def _between(first: Ints, last: Ints, days: int) -> Words:
    """The days from first to last, those of the horizon, as bits."""
    words = (days + 63) // 64
    found = np.zeros((len(first), words), np.uint64)
    first, last = np.maximum(first, 0), np.minimum(last, days - 1)
    for word in range(words):
        low, high = (np.clip(edge - 64 * word, 0, 64) for edge in (first, last + 1))
        found[:, word] = UP_TO[high] & ~UP_TO[low]
    return found


def _all_of(days: Words, owner: Ints) -> Words:
    """Days in common of the rows of each owner; owners are numbered from 0, none without rows."""
    start = np.flatnonzero(np.diff(owner, prepend=-1))
    return np.bitwise_and.reduceat(days, start, axis=0) if len(start) else days


def _sums(which: Ints, values: Ints, length: int) -> Ints:
    found = np.zeros(length, np.int64)
    np.add.at(found, which, values)
    return found
