"""The look-ups of the checker with everyone aboard in columns: one row a seat."""

from __future__ import annotations

from array import array
from functools import cached_property
from itertools import chain, repeat
from operator import attrgetter

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
        aboard = list(chain.from_iterable(trip.seats for _, trip in self.returns))
        self.names = list(map(attrgetter("household"), aboard))
        self.row = np.fromiter(map(self.row_of.get, self.names, repeat(-1)), np.int64, len(aboard))
        self.vehicle = np.fromiter(map(attrgetter("vehicle"), aboard), np.int64, len(aboard))
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
    def known_rows(self) -> Ints:
        """The household of each known seat."""
        return self.row[self.known_seats]

    @cached_property
    def known_days(self) -> Ints:
        """The day of departure of each known seat."""
        return self.trip_day[self.trip[self.known_seats]]

    @cached_property
    def known_ends(self) -> Ints:
        """The destination of each known seat."""
        return self.trip_end[self.trip[self.known_seats]]

    @cached_property
    def seats_of(self) -> Ints:
        """How many seats each household has."""
        return np.bincount(self.known_rows, minlength=len(self.columns.ids))

    @cached_property
    def seat_rank(self) -> Ints:
        """For each known seat the place of the trip's destination among the household's choices; 10 if none."""
        rows = self.known_rows
        owner, at = spread(self.choice_start, rows)
        match = self.choice[at] == self.known_ends[owner]
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
        np.add.at(found, self.trip[self.known_seats], self.size[self.known_rows])
        return [int(n) for n in found]

    @cached_property
    def homes_seated(self) -> int:
        return int(np.count_nonzero(self.seats_of))

    @cached_property
    def flagged(self) -> int:
        flags = np.array([row for row, said in self.columns.consent_flags.items() if said], np.int64)
        marked, concerned = (np.zeros(len(c), np.bool_) for c in (self.consent_adult, self.columns.ids))
        marked[flags] = True
        concerned[np.searchsorted(self.consent_start, flags, "right") - 1] = True
        seats = np.flatnonzero(concerned[self.known_rows])
        owner, at = spread(self.consent_start, self.known_rows[seats])
        owner, at = seats[owner[marked[at]]], at[marked[at]]
        return int(self.live(owner, at, 0).sum())

    @cached_property
    def points(self) -> int:
        rows = self.known_rows
        worth = self.size[rows] * self.weight[rows] * (10 - np.minimum(self.seat_rank, 9))
        return int((worth * (2 * self.days - self.known_days)).sum())

    def live(self, seat: Ints, consent: Ints, margin: int) -> Bools:
        """True where a consent holds for the journey of a known seat, to the end of the margin."""
        found: Bools = self.consent_end[consent] == self.known_ends[seat]
        consent, day = consent[found], self.known_days[seat[found]]
        found[found] = (
            self.counts[consent]
            & (self.consent_first[consent] <= day)
            & (day + margin <= self.consent_last[consent])
        )
        return found


def ints(column: array[int]) -> Ints:
    """A column as numpy sees it, without a copy."""
    return np.frombuffer(column, np.int64) if column else np.empty(0, np.int64)


def spread(start: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """What each of some rows has in a longer column: for every such item the number of its owner among
    ``rows``, and its place in the longer column.
    """
    counts = start[rows + 1] - start[rows] if len(rows) else np.empty(0, np.int64)
    owner = np.repeat(np.arange(len(rows)), counts)
    first = start[rows] - np.cumsum(counts) + counts if len(rows) else counts
    return owner, np.arange(len(owner)) + first[owner]
