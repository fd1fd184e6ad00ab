"""Numbers, dates and codes keep their order inside right-to-left sentences; the naive forms do not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from bidi import get_display
from markupsafe import escape

from waythrough.publish.numbers import THIN, Numbers, words_of_others
from waythrough.terms.estimates import Estimate
from waythrough.terms.problems import InputRefused
from waythrough.terms.when import Days, Window

EN, AR = Numbers("en"), Numbers("ar")
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
DAY = date(2019, 2, 14)
WINDOW = Window(
    datetime(2019, 2, 6, 9, tzinfo=timezone(timedelta(hours=3))),
    datetime(2019, 2, 8, 18, 30, tzinfo=timezone(timedelta(hours=3))),
)

SENTENCES = ("يوجد {} شخص في الموقع", "قال {}، ثم", "({}) بحسب المصدر", "في 3 نقاط: {} و{}", "العدد: {}.")


def seen(sentence: str) -> str:
    """The characters from left to right as an eye meets them, isolates left out."""
    return get_display(sentence, base_dir="R").translate(ISOLATES)


FORMS = {
    "number": (AR.number(41200), f"41{THIN}200"),
    "negative": (AR.number(-1200), f"\u22121{THIN}200"),
    "range": (AR.range(38900, 43500), f"38{THIN}900–43{THIN}500"),
    "at least": (AR.range(38900, None), f"≥{THIN}38{THIN}900"),
    "at most": (AR.range(None, 38900), f"≤{THIN}38{THIN}900"),
    "share": (AR.share(0.953, 1), f"95.3{THIN}%"),
    "share range": (AR.range(0.4, 0.62, as_share=True), f"40–62{THIN}%"),
    "length": (AR.number(55, 0, "km"), f"55{THIN}km"),
    "code": (AR.code("SY-07/12-ab.3"), "SY-07/12-ab.3"),
    "hash": (AR.hash("3f9a0c41b2d7e6"), "3f9a0c41b2d7…"),
    "phone": (AR.phone("+963 11 555 0100"), "+963\u00a011\u00a0555\u00a00100"),
    "time": (AR.time(WINDOW.start), "09:00 UTC+03:00"),
    "year": (AR.days(Days.parse("2019")), "2019"),
}


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("form", FORMS)
def test_an_item_reads_in_its_own_order_inside_arabic(form: str, sentence: str) -> None:
    run, expected = FORMS[form]
    assert expected in seen(sentence.format(run, run))


NAIVE = {
    "number": ("41 200", "41 200"),
    "range": ("38 900 – 43 500", "38 900 – 43 500"),
    "iso date": ("2019-02-14", "2019-02-14"),
    "phone": ("+963 11 555 0100", "+963 11 555 0100"),
    "length": ("55-km", "55-km"),
}


@pytest.mark.parametrize("form", NAIVE)
def test_the_naive_form_is_read_in_another_order(form: str) -> None:
    text, expected = NAIVE[form]
    assert expected not in seen(f"قال المتحدث {text} في الموقع")


def test_an_arabic_date_reads_day_month_year_from_the_right() -> None:
    shown = seen(f"قال المتحدث {AR.date(DAY)} في الموقع")
    assert shown.index("2019") < shown.index("14")
    between = shown[shown.index("2019") + 4 : shown.index("14")]
    assert between.strip()[::-1] == "شباط/فبراير"


def test_arabic_days_of_one_month_keep_first_before_last() -> None:
    shown = seen(f"قال {AR.days(Days.parse('2019-02-03/2019-02-05'))} ثم")
    assert shown.index("2019") < shown.index("3–5")


def test_an_arabic_interval_shows_the_value_first_and_its_bounds_in_order() -> None:
    shown = seen(f"نقدّر {AR.interval(Estimate(39800, 36900, 42700, 0.95, 'people', 'm', DAY, ()))} شخص")
    assert f"36{THIN}900–42{THIN}700" in shown
    assert shown.index(f"39{THIN}800") > shown.index(f"42{THIN}700")


def test_an_arabic_window_reads_from_start_to_end_from_the_right() -> None:
    shown = seen(f"الباب مفتوح {AR.window(WINDOW)} فقط")
    assert shown.index("09:00") > shown.index("18:30 UTC+03:00")


def test_dates_have_their_month_in_words() -> None:
    assert EN.date(DAY).plain == "14 Feb 2019"
    assert Numbers("ar", "levant").date(date(2019, 1, 3)).plain == "3 كانون الثاني 2019"
    assert Numbers("ar", "common").date(DAY).plain == "14 فبراير 2019"
    assert AR.date(DAY).plain == "14 شباط/فبراير 2019"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2019-02-14", "14 Feb 2019"),
        ("2019-02", "Feb 2019"),
        ("2019", "2019"),
        ("2019-02-03/2019-03-01", "3 Feb – 1 Mar 2019"),
        ("2018-12-30/2019-01-02", "30 Dec 2018 – 2 Jan 2019"),
        ("2019-02-03/2019-02-05", "3–5 Feb 2019"),
    ],
)
def test_days_are_shown_as_exactly_as_they_are_known(text: str, shown: str) -> None:
    assert EN.days(Days.parse(text)).plain == shown


def test_a_window_says_its_zone_once_when_both_ends_share_it() -> None:
    assert EN.window(WINDOW).plain == "6 Feb 2019 09:00 – 8 Feb 2019 18:30 UTC+03:00"
    winter = Window(WINDOW.start, datetime(2019, 2, 8, 18, 30, tzinfo=UTC))
    assert EN.window(winter).plain == "6 Feb 2019 09:00 UTC+03:00 – 8 Feb 2019 18:30 UTC"


def test_a_chance_says_its_interval_and_the_level_of_it() -> None:
    estimate = Estimate(0.48, 0.17, 0.79, 0.9, "chance", "m", date(2019, 3, 28), ())
    assert EN.chance(estimate).plain == f"48{THIN}% (17–79{THIN}%, 90{THIN}%)"
    assert EN.interval(estimate).plain == f"48{THIN}% (17–79{THIN}%)"


def test_in_html_every_item_is_a_bdi_with_its_direction_or_finds_its_own() -> None:
    assert escape(EN.number(41200)) == f'<bdi dir="ltr">41{THIN}200</bdi>'
    assert escape(words_of_others("<b>مرحبا")) == "<bdi>&lt;b&gt;مرحبا</bdi>"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(value: float) -> None:
    with pytest.raises(InputRefused):
        EN.number(value)


@pytest.mark.parametrize("value", [None, True, object()])
def test_nothing_is_shown_that_a_reader_could_not_read(value: object) -> None:
    with pytest.raises(TypeError):
        EN.show(value)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(InputRefused):
        EN.time(datetime(2019, 2, 6, 9))  # noqa: DTZ001


def test_a_range_below_zero_can_be_read() -> None:
    shown = str(Numbers("en").range(-2293, -1656))
    assert "…" in shown
    assert "–" not in shown
    assert "–" in str(Numbers("en").range(3, 5))
