"""The recorded departures of a site as one series by one speaker:

who counted, since when, how many by which day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from waythrough.terms.kinds import Known
from waythrough.terms.sayings import Figure


class Gone(NamedTuple):
    """How many had left by a day, by which figure."""

    on: date
    people: float
    figure: str


@dataclass(frozen=True)
class Departures:
    """People recorded as having left since ``start``, by one speaker:

    ``records`` oldest first, at least one.
    """

    speaker: str
    start: date
    records: tuple[Gone, ...]

    @property
    def words(self) -> str:
        """Whose series, since when, up to when."""
        return f"the departures recorded by {self.speaker} since {self.start}, last of {self.records[-1].on}"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The figures it is made of."""
        return tuple(record.figure for record in self.records)

    def total(self, day: date) -> float:
        """People recorded as gone by a day: straight lines between records, nothing before the start or after
        the last.

        Nothing is guessed beyond what was recorded; unrecorded departures show as an accounting gap instead.
        """
        points = [(self.start, 0.0), *((r.on, r.people) for r in self.records if r.on > self.start)]
        if day <= self.start:
            return 0.0
        for (left, before), (right, after) in pairwise(points):
            if day <= right:
                return before + (after - before) * (day - left).days / (right - left).days
        return points[-1][1]

    def between(self, first: date, last: date) -> float:
        """People recorded as having left after the first day and by the last; never below zero."""
        return max(0.0, self.total(last) - self.total(first))

    def nearest(self, day: date) -> Gone:
        """The record closest in time to a day; the later of two equally close."""
        return min(self.records, key=lambda r: (abs((r.on - day).days), -r.on.toordinal()))


def departures_series(
    figures: Sequence[Known[Figure]], site: str, as_of: date, un_classes: Sequence[str]
) -> Departures | None:
    """The one series to carry figures with: the most recent by a source of a UN class, else the most recent.

    A series is one speaker's, counted from one day; series are never mixed, because each counts differently.
    None if no departures were known by ``as_of`` with the day they are counted from.
    """
    groups: dict[tuple[str, date], list[Known[Figure]]] = {}
    for item in figures:
        figure = item.record
        if (
            figure.site == site
            and figure.counts == "departed_cumulative"
            and figure.repeats is None
            and figure.since is not None
            and item.known_on <= as_of
            and figure.on.earliest <= as_of
            and (figure.low is not None or figure.high is not None)
        ):
            groups.setdefault((figure.speaker, figure.since.earliest), []).append(item)
    if not groups:
        return None

    def rank(key: tuple[str, date]) -> tuple[Any, ...]:
        newest = max(groups[key], key=_newest_key)
        return (newest.record.source_class in un_classes, newest.record.on.latest, newest.known_on, key)

    speaker, start = max(groups, key=rank)
    rows = sorted(groups[(speaker, start)], key=_newest_key)
    # Of several figures for one day the one published last stands: it corrects the others.
    by_day: dict[date, Gone] = {}
    for item in rows:
        day = min(item.record.on.latest, as_of)
        by_day[day] = Gone(day, item.record.middle, item.record.id)
    return Departures(speaker, start, tuple(by_day[day] for day in sorted(by_day)))


def usable_number(figure: Figure) -> float | None:
    """The number to carry on with; None where the words give none above zero."""
    if figure.low is None and figure.high is None:
        return None
    return figure.middle if figure.middle > 0 else None


def _newest_key(item: Known[Figure]) -> tuple[Any, ...]:
    return (item.record.on.latest, item.known_on, item.record.id, item.entry)
