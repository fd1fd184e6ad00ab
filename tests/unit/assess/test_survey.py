"""A survey as published: intervals where the sample size allows them, sums as they are, bounds as bounds."""

from __future__ import annotations

import random
from typing import Any

import pytest
from scipy import stats  # type: ignore[import-untyped]

from unit.assess.records import day, known
from waythrough.assess.beta import beta_cdf, beta_quantile
from waythrough.assess.survey import proportion_interval, share_with_interval, survey_table
from waythrough.terms.estimates import Estimate, NotComputable
from waythrough.terms.kinds import Known
from waythrough.terms.problems import InputRefused
from waythrough.terms.sayings import Figure
from waythrough.terms.when import Days

NOW = day("2030-03-01")


def share(counts: str, low: float | None, high: float | None = -1.0, **more: Any) -> Known[Figure]:
    """A published share; ``high`` is the same number unless another is given."""
    values = {
        "vague": "exact",
        "on": Days.parse("2030-02-01"),
        "speaker": "surveyors",
        "source": "src",
        **more,
    }
    bound = low if high == -1.0 else high
    record = Figure(
        f"{counts}-{values['speaker']}",
        site="site",
        counts=counts,
        low=low,
        high=bound,
        unit="share",
        **values,
    )
    return known(record, values["on"].latest)


@pytest.mark.parametrize(
    ("successes", "asked"), [(0, 183), (183, 183), (1, 20), (7, 40), (3.7, 12.4), (0, 1), (420, 1000)]
)
def test_interval_equals_the_one_from_beta_quantiles(successes: float, asked: float) -> None:
    low, high = proportion_interval(successes, asked)
    assert low == pytest.approx(
        stats.beta.ppf(0.025, successes, asked - successes + 1) if successes else 0.0, abs=1e-12
    )
    expected = stats.beta.ppf(0.975, successes + 1, asked - successes) if successes < asked else 1.0
    assert high == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.4), (1, 1), (5, 200), (800, 3)])
def test_beta_distribution_agrees_with_scipy(a: float, b: float) -> None:
    for x in (0.0, 0.003, 0.2, 0.5, 0.97, 1.0):
        assert beta_cdf(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), rel=1e-11, abs=1e-14)
    assert beta_cdf(beta_quantile(0.3, a, b), a, b) == pytest.approx(0.3, abs=1e-10)


def test_none_and_all_keep_an_interval() -> None:
    assert proportion_interval(0, 183) == (0.0, pytest.approx(1 - 0.025 ** (1 / 183)))
    assert proportion_interval(183, 183) == (pytest.approx(0.025 ** (1 / 183)), 1.0)


@pytest.mark.parametrize(
    ("successes", "asked"), [(-1, 10), (11, 10), (0, 0), (1, float("inf")), (float("nan"), 10)]
)
def test_impossible_counts_are_refused(successes: float, asked: float) -> None:
    with pytest.raises(InputRefused):
        proportion_interval(successes, asked)


def test_without_a_sample_size_there_is_no_interval_and_the_row_says_why() -> None:
    result = share_with_interval(share("share_wish_leave", 0.37).record, NOW)
    assert isinstance(result, NotComputable) and result.reason == "sample size not published"


def test_a_published_sample_gives_an_interval_and_names_what_was_assumed() -> None:
    result = share_with_interval(share("share_wish_leave", 0.4, sample=200).record, NOW)
    assert isinstance(result, Estimate)
    assert (result.low, result.high) == proportion_interval(80, 200)
    assert "design not published" in result.note


def test_a_design_effect_widens_the_interval() -> None:
    figure = share("share_wish_leave", 0.4, sample=200).record
    plain, clustered = share_with_interval(figure, NOW), share_with_interval(figure, NOW, design_effect=2.0)
    assert isinstance(plain, Estimate) and isinstance(clustered, Estimate)
    assert (clustered.low, clustered.high) == proportion_interval(40, 100)
    assert clustered.low < plain.low and plain.high < clustered.high


def test_a_design_effect_of_nothing_is_refused() -> None:
    with pytest.raises(InputRefused):
        share_with_interval(share("share_wish_leave", 0.4, sample=200).record, NOW, design_effect=0.0)


def test_more_than_nine_in_ten_stays_a_bound() -> None:
    (row,) = survey_table(
        [share("share_wish_leave", 0.9, None, vague="more_than", words="more than nine in ten", sample=500)],
        NOW,
    )
    assert (row.low, row.high, row.vague, row.words) == (0.9, None, "more_than", "more than nine in ten")
    assert isinstance(row.interval, NotComputable) and "bound" in row.interval.reason


WISHES = [share("share_wish_leave", 0.37), share("share_wish_stay", 0.40), share("share_undecided", 0.16)]


def test_answers_that_make_93_percent_are_flagged_and_left_so() -> None:
    rows = survey_table([*WISHES, share("share_with_concerns", 1.0)], NOW)
    flagged = [row for row in rows if row.flag]
    assert [row.counts for row in flagged] == ["share_undecided", "share_wish_leave", "share_wish_stay"]
    assert flagged[0].sums_to == pytest.approx(0.93)
    assert "93%" in flagged[0].flag and "7% are not accounted for" in flagged[0].flag
    assert [row.low for row in flagged] == [0.16, 0.37, 0.40]


def test_answers_that_make_100_percent_are_not_flagged() -> None:
    rows = survey_table([WISHES[0], WISHES[1], share("share_undecided", 0.23)], NOW)
    assert {row.flag for row in rows} == {""} and rows[0].sums_to == pytest.approx(1.0)


def test_answers_of_different_speakers_or_with_bounds_are_not_added() -> None:
    elsewhere = share("share_undecided", 0.16, speaker="paper")
    bound = share("share_undecided", 0.16, None, vague="more_than")
    for third in (elsewhere, bound):
        assert {row.sums_to for row in survey_table([WISHES[0], WISHES[1], third], NOW)} == {None}


def test_shares_that_were_counted_and_not_asked_are_no_survey() -> None:
    assert survey_table([share("share_children", 0.52), share("share_departed", 0.34)], NOW) == []


def test_only_what_was_published_by_the_day_and_any_order_of_rows() -> None:
    later = share("share_wish_leave", 0.5, on=Days.parse("2030-04"))
    rows = survey_table([*WISHES, later], NOW)
    assert len(rows) == 3
    assert survey_table(random.Random(1).sample(WISHES, 3), NOW) == rows
    assert survey_table([*WISHES, later], day("2030-05-01"))[0].low == 0.5
