"""Numbers carry the bounds the words give, and no others."""

import time

import pytest

from waythrough.intake.numbers import UnitWords, find_numbers, parse_value

UNITS = UnitWords({"persons": ("people", "residents"), "trucks": ("trucks",), "km": ("km",)})


@pytest.mark.parametrize(
    "words, mention, low, high, unit, vague",
    [
        ("40,000 people", "40,000", 40000, 40000, "persons", "exact"),
        ("10 000 people", "10 000", 10000, 10000, "persons", "exact"),
        ("10\u202f000 people", "10\u202f000", 10000, 10000, "persons", "exact"),
        ("40k people", "40k", 40000, 40000, "persons", "exact"),
        ("2.5 million", "2.5 million", 2_500_000, 2_500_000, None, "exact"),
        ("two and a half million people", "two and a half million", 2_500_000, 2_500_000, "persons", "exact"),
        ("two hundred and five trucks", "two hundred and five", 205, 205, "trucks", "exact"),
        ("twenty-five people", "twenty-five", 25, 25, "persons", "exact"),
        ("a dozen trucks", "a dozen", 12, 12, "trucks", "exact"),
        ("one truck and zero people", "zero", 0, 0, "persons", "exact"),
        ("about 5 thousand", "about 5 thousand", 5000, 5000, None, "about"),
        ("an estimated 7,500 people", "an estimated 7,500", 7500, 7500, "persons", "about"),
        ("nearly 8,000", "nearly 8,000", 8000, 8000, None, "about"),
        ("300 people or so", "300", 300, 300, "persons", "exact"),
        ("more than 40,000 residents", "more than 40,000", 40000, None, "persons", "more_than"),
        ("over 200 trucks", "over 200", 200, None, "trucks", "more_than"),
        ("at least 12 people", "at least 12", 12, None, "persons", "at_least"),
        ("no fewer than 12 people", "no fewer than 12", 12, None, "persons", "at_least"),
        ("40,000+ people", "40,000+", 40000, None, "persons", "at_least"),
        ("fewer than 100 trucks", "fewer than 100", None, 100, "trucks", "fewer_than"),
        ("no more than 3 trucks", "no more than 3", None, 3, "trucks", "at_most"),
        ("up to 5,000 people", "up to 5,000", None, 5000, "persons", "at_most"),
        ("between 30,000 and 40,000 people", "between 30,000 and 40,000", 30000, 40000, "persons", "range"),
        ("30 to 40 thousand people", "30 to 40 thousand", 30000, 40000, "persons", "range"),
        ("3.5-4 million people", "3.5-4 million", 3_500_000, 4_000_000, "persons", "range"),
        ("6 or 7 trucks", "6 or 7", 6, 7, "trucks", "range"),
        ("nine out of 10", "nine out of 10", 0.9, 0.9, "share", "exact"),
        ("nine in ten", "nine in ten", 0.9, 0.9, "share", "exact"),
        ("1 in 5", "1 in 5", 0.2, 0.2, "share", "exact"),
        ("8 of 10 trucks", "8 of 10", 0.8, 0.8, "share", "exact"),
        ("90%", "90%", 0.9, 0.9, "share", "exact"),
        ("more than 90 per cent", "more than 90 per cent", 0.9, 1, "share", "more_than"),
        ("less than 5 percent", "less than 5 percent", 0, 0.05, "share", "fewer_than"),
        ("50-60% of people", "50-60%", 0.5, 0.6, "share", "range"),
        ("half of the residents", "half", 0.5, 0.5, "share", "exact"),
        ("more than half of the residents", "more than half", 0.5, 1, "share", "more_than"),
        ("three quarters of the residents", "three quarters", 0.75, 0.75, "share", "exact"),
        ("the majority of which", "the majority", 0.5, 1, "share", "more_than"),
        ("most of them", "most", 0.5, 1, "share", "more_than"),
        ("tens of thousands of people", "tens of thousands", None, None, "persons", "vague"),
        ("many left", "many", None, None, None, "vague"),
        ("a 55-km zone", "55-km", 55, 55, "km", "exact"),
        ("$9.5 billion", "$9.5 billion", 9_500_000_000, 9_500_000_000, "usd", "exact"),
    ],
)
def test_a_quantity_has_the_bounds_its_words_give(words, mention, low, high, unit, vague):
    found = find_numbers(words, units=UNITS)
    assert [(n.span.text, n.low, n.high, n.unit, n.vague) for n in found] == [
        (mention, low, high, unit, vague)
    ]
    assert words[found[0].span.start : found[0].span.end] == mention


@pytest.mark.parametrize(
    "words",
    [
        "at 08:30",
        "under resolution 2449",
        "on road M5",
        "the 3rd request",
        "one of them",
        "version 1.2.3",
        "on 3/4",
        "about 1,5",
        "no one",
    ],
)
def test_digits_that_count_nothing_are_left_alone(words):
    assert find_numbers(words, units=UNITS) == []


def test_dates_are_skipped_where_the_caller_says_so():
    words = "On April 2 some 30 people left"
    assert [n.low for n in find_numbers(words, skip=[(3, 10)], units=UNITS)] == [30]


@pytest.mark.parametrize(
    "words, value",
    [
        ("forty", 40),
        ("one hundred and twenty thousand", 120_000),
        ("1.5 million", 1_500_000),
        ("3k", 3000),
        ("door", None),
    ],
)
def test_written_numbers_are_read(words, value):
    assert parse_value(words) == value


@pytest.mark.parametrize("words", ["two and ", "1 234 ", "between 3 and ", "a hundred "])
def test_endless_repeats_take_time_in_proportion(words):
    def seconds(times: int) -> float:
        started = time.process_time()
        find_numbers(words * times)
        return time.process_time() - started

    seconds(50)
    assert (
        seconds(1600) < 40 * seconds(200) + 0.2
    )  # eight times the words; quadratic search would take 64 times
