"""Days we only partly know, windows with a time zone, and the working days of a party."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from waythrough.terms.problems import InputRefused

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def parse_day(text: str, place: str) -> date:
    """An ISO day, or a refusal that names where it stood."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputRefused(
            place=place,
            found=repr(text),
            allowed="a day as YYYY-MM-DD",
            remedy="Write for example 2019-03-28.",
        ) from None


@dataclass(frozen=True)
class Days:
    """A closed interval of days. A day known only by month or year is the whole month or year, never one day."""

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise InputRefused(
                place="dates",
                found=f"{self.earliest} to {self.latest}",
                allowed="a first day on or before the last day",
                remedy="Exchange the two days, or correct the one that is wrong.",
            )

    @classmethod
    def parse(cls, text: str) -> Days:
        """Read YYYY, YYYY-MM, YYYY-MM-DD or two of them joined by a slash."""
        first, _, last = text.strip().partition("/")
        if last:
            return cls(_parse_one(first).earliest, _parse_one(last).latest)
        return _parse_one(first)

    @classmethod
    def on(cls, day: date) -> Days:
        """Exactly this day."""
        return cls(day, day)

    @property
    def exact(self) -> bool:
        """True when the day itself is known."""
        return self.earliest == self.latest


def _parse_one(text: str) -> Days:
    match = _ISO.fullmatch(text.strip())
    try:
        if not match:
            raise ValueError
        year, month, day = (int(part) if part else None for part in match.groups())
        if year is None:
            raise ValueError
        if month is None:
            return Days(date(year, 1, 1), date(year, 12, 31))
        if day is None:
            return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
        return Days.on(date(year, month, day))
    except (ValueError, calendar.IllegalMonthError):
        raise InputRefused(
            place="date",
            found=repr(text),
            allowed="YYYY-MM-DD, YYYY-MM, YYYY, or two of them joined by /",
            remedy="Write the day as for example 2019-03-28.",
        ) from None


@dataclass(frozen=True)
class Window:
    """From ``start`` up to, not including, ``end``. Both carry a time zone; a window without one is refused."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment.tzinfo is None:
                raise InputRefused(
                    place="window",
                    found=f"{moment.isoformat()} without a time zone",
                    allowed="a date and time with an offset, as 2019-02-06T09:00+02:00",
                    remedy="Add the offset of the place the window is for.",
                )
        if self.start >= self.end:
            raise InputRefused(
                place="window",
                found=f"{self.start.isoformat()} to {self.end.isoformat()}",
                allowed="a start before the end",
                remedy="Exchange the two, or correct the one that is wrong.",
            )

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read two ISO date-times with offsets joined by a slash."""
        first, _, last = text.strip().partition("/")
        try:
            return cls(datetime.fromisoformat(first.strip()), datetime.fromisoformat(last.strip()))
        except ValueError:
            raise InputRefused(
                place="window",
                found=repr(text),
                allowed="START/END, each like 2019-02-06T09:00+02:00",
                remedy="Write both ends with date, time and offset.",
            ) from None

    def covers(self, day: date) -> bool:
        """True if the window holds on every hour of working daylight of ``day``: from its start to its last minute.

        The first and last day count when any part of them is inside, so the caller still has to look at the
        hours before it sends anyone.
        """
        return self.start.date() <= day <= self.last_day

    @property
    def last_day(self) -> date:
        """The last calendar day, in the window's own zone, of which any part is inside."""
        return (self.end - timedelta(microseconds=1)).date()

    @property
    def first_day(self) -> date:
        """The first calendar day, in the window's own zone, of which any part is inside."""
        return self.start.date()


@dataclass(frozen=True)
class WorkingWeek:
    """The days a party's offices rest: weekdays (Monday is 0) and single holidays."""

    rest_days: tuple[int, ...] = (4, 5)
    holidays: tuple[date, ...] = ()

    def works_on(self, day: date) -> bool:
        """True when the party's offices are open."""
        return day.weekday() not in self.rest_days and day not in self.holidays

    def working_days(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; 0 if ``end`` is not after ``start``."""
        return sum(self.works_on(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))

    def after(self, start: date, working_days: int) -> date:
        """The day on which that many working days after ``start`` have passed."""
        if len(set(self.rest_days)) >= 7:
            raise InputRefused(
                place="rest days",
                found="all seven days",
                allowed="at most six",
                remedy="Correct the party's week.",
            )
        day = start
        while working_days > 0:
            day += timedelta(days=1)
            working_days -= self.works_on(day)
        return day
