"""The clock goes only forward, and nobody else's wrong clock drags ours along."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waythrough.ledger.clock import (
    COUNTER_LIMIT,
    FURTHEST_AHEAD_MS,
    Tick,
    milliseconds,
    moment,
    recorded_day,
    tick,
)

NOON = datetime(2019, 4, 1, 12, tzinfo=UTC)
NOON_MS = milliseconds(NOON)


def test_the_first_reading_is_the_wall_clock() -> None:
    assert tick(NOON, None, None) == (NOON_MS, 0)


def test_the_same_millisecond_counts_on() -> None:
    assert tick(NOON, Tick(NOON_MS, 4), None) == (NOON_MS, 5)


def test_a_full_counter_moves_to_the_next_millisecond() -> None:
    assert tick(NOON, Tick(NOON_MS, COUNTER_LIMIT), None) == (NOON_MS + 1, 0)


def test_others_are_followed_up_to_a_day_ahead_and_no_further() -> None:
    assert tick(NOON, None, Tick(NOON_MS + FURTHEST_AHEAD_MS, 2)) == (NOON_MS + FURTHEST_AHEAD_MS, 3)
    assert tick(NOON, None, Tick(NOON_MS + FURTHEST_AHEAD_MS + 1, 2)) == (NOON_MS, 0)


def test_a_day_is_a_day_in_utc() -> None:
    east = datetime(2019, 4, 1, 1, tzinfo=timezone(timedelta(hours=3)))
    assert recorded_day(milliseconds(east)) == date(2019, 3, 31)
    assert moment(NOON_MS) == NOON


def test_a_wall_clock_without_its_zone_is_not_believed() -> None:
    with pytest.raises(TypeError):
        tick(NOON.replace(tzinfo=None), None, None)


readings = st.builds(Tick, st.integers(0, 2 * NOON_MS), st.integers(0, COUNTER_LIMIT))


@settings(deadline=None)
@given(st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)), readings, readings)  # noqa: DTZ001
def test_every_reading_is_later_than_those_that_may_be_believed(
    now: datetime, own: Tick, others: Tick
) -> None:
    reading = tick(now, own, others)
    assert reading > own
    assert reading >= Tick(milliseconds(now), 0)
    if others.physical_ms <= milliseconds(now) + FURTHEST_AHEAD_MS:
        assert reading > others
    else:
        assert reading.physical_ms <= max(own.physical_ms + 1, milliseconds(now))
