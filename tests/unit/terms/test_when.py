"""Days we partly know, windows with a zone, working days."""

from datetime import date

import pytest

from waythrough.terms.problems import InputRefused
from waythrough.terms.when import Days, Window, WorkingWeek


def test_a_month_alone_is_the_whole_month_never_a_single_day():
    assert Days.parse("2019-02") == Days(date(2019, 2, 1), date(2019, 2, 28))


def test_a_year_alone_is_the_whole_year():
    assert Days.parse("2014") == Days(date(2014, 1, 1), date(2014, 12, 31))


@pytest.mark.parametrize(
    "text", ["2019-13", "2019-02-30", "tomorrow", "", "2019-2-3", "2019-04-02/2019-04-01"]
)
def test_a_day_that_is_none_or_reversed_is_refused(text):
    with pytest.raises(InputRefused):
        Days.parse(text)


def test_a_window_without_a_time_zone_is_refused():
    with pytest.raises(InputRefused, match="time zone"):
        Window.parse("2019-02-06T09:00/2019-02-07T09:00")


def test_a_reversed_window_is_refused():
    with pytest.raises(InputRefused, match="start before the end"):
        Window.parse("2019-02-07T09:00+02:00/2019-02-06T09:00+02:00")


def test_a_window_that_ends_at_midnight_does_not_hold_on_the_next_day():
    window = Window.parse("2018-10-24T00:00+03:00/2018-11-01T00:00+03:00")
    assert window.covers(date(2018, 10, 31)) and not window.covers(date(2018, 11, 1))


def test_the_clock_counts_the_partys_own_working_days():
    week = WorkingWeek(rest_days=(4, 5), holidays=(date(2019, 4, 7),))
    assert week.working_days(date(2019, 4, 4), date(2019, 4, 9)) == 2
    assert week.after(date(2019, 4, 4), 2) == date(2019, 4, 9)
