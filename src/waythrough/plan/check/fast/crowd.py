"""The look-ups of the checker with everyone aboard in columns: one row a seat."""

from __future__ import annotations

from array import array
from functools import cached_property

import numpy as np
import numpy.typing as npt

from waythrough.plan.check.facts import Facts
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.planned import Plan
from waythrough.terms.situation import HouseholdNow, Situation

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NOWHERE = -2
"""An index that equals no index of a column: a name that stands in none of them."""


class Crowd(Facts):
    """Seats as rows: ``row`` points into the households (−1: nobody knows it), ``trip`` into the returns.

    What the rules of trips ask for (`people`, `homes_seated`, `flagged`, `points`) is counted in columns.
    """

    def __init__(self, situation: Situation, plan: Plan) -> None:
        super().__init__(situation, plan)
        self.columns = c = situation.households.columns
        self.row_of = dict(zip(c.ids, range(len(c.ids)), strict=True))
        self.names = [seat.household for _, trip in self.returns for seat in trip.seats]
        find = self.row_of.get
        self.row = np.array([find(name, -1) for name in self.names], np.int64)
        self.vehicle = np.array([seat.vehicle for _, trip in self.returns for seat in trip.seats], np.int64)
        seats = np.array([len(trip.seats) for _, trip in self.returns], np.int64)
        self.trip = np.repeat(np.arange(len(self.returns)), seats)
        self.trip_day = np.array([trip.day for _, trip in self.returns], np.int64)
        self.trip_end = self._numbers([t.destination for _, t in self.returns], c.destination_names)
        self.trip_site = self._numbers([t.site for _, t in self.returns], c.site_names)
        # Columns as numpy sees them, without a copy.
        self.site, self.kin, self.refused = ints(c.site), ints(c.kin), ints(c.refused)
        self.size, self.special, self.stretchers = ints(c.size), ints(c.special), ints(c.stretchers)
        self.weight, self.data_until = ints(c.weight), ints(c.data_until)
        self.choice_start, self.choice = ints(c.choice_start), ints(c.choice)
        self.adult_start, self.consent_start = ints(c.adult_start), ints(c.consent_start)
        self.consent_adult, self.consent_end = ints(c.consent_adult), ints(c.consent_destination)
        self.consent_first, self.consent_last = ints(c.consent_first), ints(c.consent_last)
        kinds = {name: n for n, name in enumerate(c.kind_names)}
        self.counts = (ints(c.consent_kind) == kinds.get(VOLUNTARY_RETURN, NOWHERE)) & (
            self.consent_adult >= 0
        )

    @staticmethod
    def _numbers(words: list[str], names: tuple[str, ...]) -> Ints:
        number = {name: n for n, name in enumerate(names)}
        return np.array([number.get(word, NOWHERE) for word in words], np.int64)

    @cached_property
    def known_seats(self) -> Ints:
        """The seats whose household is known, in order."""
        return np.flatnonzero(self.row >= 0)

    @cached_property
    def seat_rank(self) -> Ints:
        """For each known seat the place of the trip's destination among the household's choices; 10 if none."""
        rows = self.row[self.known_seats]
        owner, at = spread(self.choice_start, rows)
        match = self.choice[at] == self.trip_end[self.trip[self.known_seats]][owner]
        found = np.full(len(rows), 10)
        np.minimum.at(found, owner[match], (at - self.choice_start[rows][owner])[match])
        return found

    def household(self, row: int) -> HouseholdNow:
        """One household as a value."""
        return self.situation.households.row(row)

    # --- what the rules of trips ask for ------------------------------------------------------------------

    def named(self, names: set[str]) -> dict[str, HouseholdNow]:
        return {name: self.household(self.row_of[name]) for name in names if name in self.row_of}

    def kin_of(self, homes: dict[str, HouseholdNow]) -> dict[tuple[str, str], set[str]]:
        found = {}
        for name, home in homes.items():
            if home.kin_group and (home.site, home.kin_group) not in found:
                row = self.row_of[name]
                same = np.flatnonzero((self.kin == self.kin[row]) & (self.site == self.site[row]))
                found[home.site, home.kin_group] = {self.columns.ids[n] for n in same}
        return found

    @cached_property
    def going(self) -> set[str]:
        return set(self.names)

    @cached_property
    def people(self) -> list[int]:
        found = np.zeros(len(self.returns), np.int64)
        np.add.at(found, self.trip[self.known_seats], self.size[self.row[self.known_seats]])
        return [int(n) for n in found]

    @cached_property
    def homes_seated(self) -> int:
        return len(np.unique(self.row[self.known_seats]))

    @cached_property
    def flagged(self) -> int:
        flags = sorted(row for row, said in self.columns.consent_flags.items() if said)
        marked = np.zeros(len(self.consent_adult), np.bool_)
        marked[np.array(flags, np.int64)] = True
        owner, at = spread(self.consent_start, self.row[self.known_seats])
        owner, at = owner[marked[at]], at[marked[at]]
        return int(self.live(owner, at, 0).sum())

    @cached_property
    def points(self) -> int:
        rows, trips = self.row[self.known_seats], self.trip[self.known_seats]
        worth = self.size[rows] * self.weight[rows] * (10 - np.minimum(self.seat_rank, 9))
        return int((worth * (2 * self.days - self.trip_day[trips])).sum())

    def live(self, seat: Ints, consent: Ints, margin: int) -> Bools:
        """True where a consent holds for the journey of a known seat, to the end of the margin."""
        trips = self.trip[self.known_seats][seat]
        day = self.trip_day[trips]
        return (
            self.counts[consent]
            & (self.consent_end[consent] == self.trip_end[trips])
            & (self.consent_first[consent] <= day)
            & (day + margin <= self.consent_last[consent])
        )


def ints(column: array[int]) -> Ints:
    """A column as numpy sees it, without a copy."""
    return np.frombuffer(column, np.int64) if column else np.empty(0, np.int64)


def spread(start: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """What each of some rows has in a longer column: for every such item the number of its owner among
    ``rows``, and its place in the longer column.
    """
    counts = start[rows + 1] - start[rows] if len(rows) else np.empty(0, np.int64)
    owner = np.repeat(np.arange(len(rows)), counts)
    before = np.cumsum(counts) - counts
    at = np.arange(int(counts.sum())) - before[owner] + start[rows][owner]
    return owner, at
