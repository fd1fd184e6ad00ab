"""Dates are closed intervals of days; nothing is placed on the calendar by guessing."""

from datetime import date

import pytest

from waythrough.intake.dates import find_dates

PUBLISHED = date(2019, 3, 28)  # a Thursday


@pytest.mark.parametrize(
    "words, mention, earliest, latest",
    [
        ("It met on 2 April 2019.", "2 April 2019", "2019-04-02", "2019-04-02"),
        ("It met on April 2, 2019, again.", "April 2, 2019", "2019-04-02", "2019-04-02"),
        ("It will meet on April 2.", "April 2", "2019-04-02", "2019-04-02"),
        ("It met on Monday, 1 April 2019.", "Monday, 1 April 2019", "2019-04-01", "2019-04-01"),
        ("the 3rd of May 2017", "the 3rd of May 2017", "2017-05-03", "2017-05-03"),
        ("as of 2019-03-26:", "2019-03-26", "2019-03-26", "2019-03-26"),
        ("on 25/03/2019", "25/03/2019", "2019-03-25", "2019-03-25"),
        ("on 12.12.2018", "12.12.2018", "2018-12-12", "2018-12-12"),
        ("a survey in February", "February", "2019-02-01", "2019-02-28"),
        ("a survey in February 2020", "February 2020", "2020-02-01", "2020-02-29"),
        ("in November", "November", "2018-11-01", "2018-11-30"),
        ("last November", "last November", "2018-11-01", "2018-11-30"),
        ("a convoy planned for September", "September", "2019-09-01", "2019-09-30"),
        ("Sept. 3", "Sept. 3", "2018-09-03", "2018-09-03"),
        ("early March", "early March", "2019-03-01", "2019-03-10"),
        ("in mid-February", "mid-February", "2019-02-11", "2019-02-20"),
        ("the end of March 2019", "the end of March 2019", "2019-03-21", "2019-03-31"),
        ("in 2014", "2014", "2014-01-01", "2014-12-31"),
        ("since opening in 2014", "2014", "2014-01-01", "2014-12-31"),
        ("blocked since 2014", "since 2014", "2014-01-01", "2019-03-28"),
        ("none since February", "since February", "2019-02-01", "2019-03-28"),
        ("early 2018", "early 2018", "2018-01-01", "2018-04-30"),
        ("between 2014 and 2016", "2014 and 2016", "2014-01-01", "2016-12-31"),
        ("in 2014-15", "2014-15", "2014-01-01", "2015-12-31"),
        ("2–4 Aug 2016", "2–4 Aug 2016", "2016-08-02", "2016-08-04"),
        ("August 2-4, 2016", "August 2-4, 2016", "2016-08-02", "2016-08-04"),
        ("between 2 and 4 August 2016", "2 and 4 August 2016", "2016-08-02", "2016-08-04"),
        ("from 28 February to 3 March 2019", "28 February to 3 March 2019", "2019-02-28", "2019-03-03"),
        ("28 December to 3 January 2019", "28 December to 3 January 2019", "2018-12-28", "2019-01-03"),
        ("January–March 2019", "January–March 2019", "2019-01-01", "2019-03-31"),
        ("2019-03-01 to 2019-03-05", "2019-03-01 to 2019-03-05", "2019-03-01", "2019-03-05"),
        ("yesterday", "yesterday", "2019-03-27", "2019-03-27"),
        ("on Tuesday", "Tuesday", "2019-03-26", "2019-03-26"),
        ("next Tuesday", "next Tuesday", "2019-04-02", "2019-04-02"),
        ("last week", "last week", "2019-03-18", "2019-03-24"),
        ("this month", "this month", "2019-03-01", "2019-03-31"),
        ("next year", "next year", "2020-01-01", "2020-12-31"),
    ],
)
def test_a_date_is_the_whole_interval_it_names(words, mention, earliest, latest):
    found = find_dates(words, PUBLISHED)
    assert [(m.span.text, str(m.earliest), str(m.latest)) for m in found.mentions] == [
        (mention, earliest, latest)
    ]
    only = found.mentions[0].span
    assert words[only.start : only.end] == only.text


@pytest.mark.parametrize("words", ["by 5 April", "until 5 April", "no later than 5 April"])
def test_a_last_day_is_a_deadline(words):
    assert find_dates(words, PUBLISHED).mentions[0].role == "deadline"


@pytest.mark.parametrize(
    "words",
    [
        "They may march on.",
        "It may open",
        "a 2014 km road",
        "2,014 people",
        "on route 2015:30",
        "no dates at all",
    ],
)
def test_words_that_are_no_dates_give_none(words):
    found = find_dates(words, PUBLISHED)
    assert not found.mentions and not found.unresolved


@pytest.mark.parametrize("words", ["02/03/2019", "31 February 2019"])
def test_what_cannot_be_placed_is_handed_back_unresolved(words):
    found = find_dates(f"It was on {words}.", PUBLISHED)
    assert not found.mentions
    assert [span.text for span in found.unresolved] == [words]


@pytest.mark.parametrize("words", ["in February", "on April 2", "yesterday", "last week", "on Tuesday"])
def test_without_a_day_of_publication_a_date_that_needs_one_stays_unresolved(words):
    found = find_dates(words)
    assert not found.mentions and len(found.unresolved) == 1


def test_a_full_date_needs_no_day_of_publication():
    assert str(find_dates("2 April 2019").mentions[0].earliest) == "2019-04-02"


def test_may_is_a_month_only_where_a_month_can_stand():
    assert [m.span.text for m in find_dates("They may leave in May", PUBLISHED).mentions] == ["May"]
