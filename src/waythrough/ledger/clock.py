"""The hybrid logical clock: wall time that never goes back, with a counter where wall time stands still.

It orders the display and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTER_LIMIT = 2**32 - 1

# Laptops are off-line for weeks with poor clocks, so seconds would be too strict; but one laptop set to the year
# 2099 must not drag everyone's clock there, where it could never come back from.
FURTHEST_AHEAD_MS = 24 * 3600 * 1000


class Tick(NamedTuple):
    """One reading: milliseconds since 1970 UTC, and a counter among commits of the same millisecond."""

    physical_ms: int
    counter: int


def tick(now: datetime, own: Tick | None, others: Tick | None) -> Tick:
    """The next reading, later than every one seen that may be believed.

    Parameters
    ----------
    now
        The device's wall clock, with its time zone.
    own
        The last reading in this device's own log: always overtaken, so that a log never goes back.
    others
        The latest reading in other devices' logs: overtaken only where it is at most 24 hours ahead of ``now``.
    """
    wall = milliseconds(now)
    seen = [reading for reading in (own,) if reading]
    if others and others.physical_ms <= wall + FURTHEST_AHEAD_MS:
        seen.append(others)
    latest = max(seen, default=Tick(-1, 0))
    if latest.physical_ms < wall:
        return Tick(wall, 0)
    if latest.counter < COUNTER_LIMIT:
        return Tick(latest.physical_ms, latest.counter + 1)
    return Tick(latest.physical_ms + 1, 0)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds since 1970 UTC of a moment that carries its time zone."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


def believed(clock: Callable[[], datetime]) -> int:
    """The latest reading of others to believe now."""
    return milliseconds(clock()) + FURTHEST_AHEAD_MS


@lru_cache(maxsize=4096)
def moment(physical_ms: int) -> datetime:
    """The UTC moment of a reading. Raises OverflowError beyond the year 9999."""
    return EPOCH + timedelta(milliseconds=physical_ms)


@lru_cache(maxsize=4096)
def recorded_day(physical_ms: int) -> date:
    """The UTC day of a reading."""
    return moment(physical_ms).date()


def now_utc() -> datetime:
    """The wall clock, for real use; tests pass their own."""
    return datetime.now(UTC)
