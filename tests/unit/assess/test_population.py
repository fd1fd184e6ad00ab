"""One number from figures that disagree, by a rule that fits on a page."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest

from unit.assess.records import day, departed, stock
from waythrough.assess.population import combine, reconcile, series, stated_rules
from waythrough.terms.estimates import NotComputable, PopulationEstimate, Pull


def estimate(as_of: str, *figures: Any, **more: Any) -> PopulationEstimate:
    result = reconcile(figures, "site", day(as_of), **more)
    assert isinstance(result, PopulationEstimate), result
    return result


def width(result: PopulationEstimate) -> float:
    return math.log(result.estimate.high / result.estimate.low)


def pull(result: PopulationEstimate, figure: str) -> Pull:
    (found,) = [p for p in result.pulls if p.figure == figure]
    return found


FIRST = stock("f1", "surveyors", 10_000, "2030-03-01", "headcount")
SECOND = stock("f2", "council", 12_000, "2030-03-01", "authority")


def test_one_figure_is_the_estimate_with_its_classes_spread() -> None:
    result = estimate("2030-03-01", FIRST)
    assert result.estimate.value == pytest.approx(10_000)
    assert math.log(result.estimate.high / 10_000) == pytest.approx(
        1.959964 * math.hypot(0.05, 0.03), rel=1e-6
    )
    assert result.pulls[0].weight == 1.0


def test_weights_add_up_to_one_and_the_surer_source_pulls_more() -> None:
    result = estimate("2030-03-01", FIRST, SECOND)
    assert math.fsum(p.weight for p in result.pulls) == pytest.approx(1.0)
    assert pull(result, "f1").weight > 0.9
    assert (result.lowest, result.highest) == (10_000, 12_000)


def test_repeating_a_figure_through_another_outlet_does_not_narrow_the_interval() -> None:
    alone = estimate("2030-03-02", FIRST, SECOND)
    outlet = stock("f3", "paper", 10_000, "2030-03-02", "media", repeats="f1")
    again = stock("f4", "radio", 10_000, "2030-03-02", "media", repeats="f3")
    repeated = estimate("2030-03-02", FIRST, SECOND, outlet, again)
    assert repeated.estimate.low == alone.estimate.low and repeated.estimate.high == alone.estimate.high
    assert (pull(repeated, "f3").weight, pull(repeated, "f4").note) == (0.0, "repeats f1")


def test_repeats_of_a_figure_nobody_recorded_count_once() -> None:
    one = stock("f3", "paper", 9_000, "2030-03-01", "media", repeats="unseen")
    two = stock("f4", "radio", 9_000, "2030-03-02", "media", repeats="unseen")
    result = estimate("2030-03-02", one, two)
    assert [p.weight for p in result.pulls] == [1.0, 0.0]
    assert width(result) == width(estimate("2030-03-02", one))


def test_two_figures_said_to_repeat_each_other_have_one_vote() -> None:
    one = stock("f3", "paper", 9_000, "2030-03-01", "media", repeats="f4")
    two = stock("f4", "radio", 9_000, "2030-03-02", "media", repeats="f3")
    assert sorted(p.weight for p in estimate("2030-03-02", one, two).pulls) == [0.0, 1.0]


def test_a_speaker_who_repeats_itself_has_one_vote_its_newest() -> None:
    newer = stock("f5", "surveyors", 9_500, "2030-03-20", "headcount")
    result = estimate("2030-03-20", FIRST, newer)
    assert result.estimate.value == pytest.approx(9_500)
    assert "since given f5" in pull(result, "f1").note


def test_agreement_does_not_narrow_below_the_stated_spreads() -> None:
    others = [stock(f"g{n}", f"s{n}", 10_000, "2030-03-01", "headcount") for n in range(4)]
    assert width(estimate("2030-03-01", *others)) == pytest.approx(
        2 * 1.959964 * math.hypot(0.05, 0.03) / 2, rel=1e-6
    )


def test_disagreement_widens_the_interval_and_says_so() -> None:
    far = stock("f6", "counters", 20_000, "2030-03-01", "headcount")
    near = replace(far, record=replace(far.record, low=10_100, high=10_100))
    wide = estimate("2030-03-01", FIRST, far)
    assert width(wide) > 5 * width(estimate("2030-03-01", FIRST, near))
    assert "disagree" in wide.estimate.note


def test_figures_are_carried_with_recorded_departures_of_one_named_series() -> None:
    left = departed("d1", "counters", 3_000, "2030-03-31", "2030-03-01")
    result = estimate("2030-03-31", FIRST, left)
    assert pull(result, "f1").carried == 7_000
    assert "counters since 2030-03-01" in result.estimate.note
    # Straight lines between records: half the month, half the departures.
    assert (
        pull(
            estimate("2030-04-15", replace(FIRST, record=replace(FIRST.record, on=left.record.on)), left),
            "f1",
        ).carried
        == 10_000
    )
    middle = departed("d2", "counters", 1_500, "2030-03-16", "2030-03-01")
    assert (
        pull(
            estimate("2030-03-31", stock("f9", "surveyors", 8_000, "2030-03-16", "headcount"), left, middle),
            "f9",
        ).carried
        == 6_500
    )


def test_series_of_different_speakers_are_never_mixed_and_the_un_class_goes_first() -> None:
    un = departed("d1", "counters", 3_000, "2030-03-20", "2030-03-01")
    other = departed("d2", "council", 9_000, "2030-03-30", "2030-03-01", source_class="authority")
    assert pull(estimate("2030-03-31", FIRST, un, other), "f1").carried == 7_000
    assert pull(estimate("2030-03-31", FIRST, other), "f1").carried == 1_000


def test_departures_may_come_from_elsewhere() -> None:
    left = departed("d1", "counters", 3_000, "2030-03-31", "2030-03-01")
    assert pull(estimate("2030-03-31", FIRST, departures=[left]), "f1").carried == 7_000


def test_a_figure_with_fewer_people_than_have_left_since_has_no_vote() -> None:
    left = departed("d1", "counters", 11_000, "2030-03-31", "2030-03-01")
    result = estimate("2030-03-31", FIRST, SECOND, left)
    assert (pull(result, "f1").weight, pull(result, "f2").weight) == (0.0, 1.0)
    assert "exceed" in pull(result, "f1").note


def test_older_figures_weigh_less_and_after_a_year_nothing() -> None:
    old = stock("f7", "council", 10_000, "2029-06-01", "headcount")
    weights = [pull(estimate(d, FIRST, old), "f7").weight for d in ("2030-03-01", "2030-05-30", "2030-06-02")]
    assert 0.5 > weights[0] > 0 and weights[1] > 0 and weights[2] == 0.0
    assert width(estimate("2030-09-01", FIRST)) > width(estimate("2030-03-01", FIRST))


def test_more_than_enters_as_its_bound_and_wider() -> None:
    bound = stock("f8", "speaker", None, "2030-03-01", "headcount", low=10_000, high=None, vague="more_than")
    result = estimate("2030-03-01", bound)
    assert result.estimate.value == pytest.approx(10_000)
    assert width(result) > 2 * width(estimate("2030-03-01", FIRST))
    assert "bound" in pull(result, "f8").note


def test_a_range_is_wider_than_its_middle() -> None:
    between = stock("f8", "speaker", None, "2030-03-01", "headcount", low=8_000, high=12_000, vague="range")
    assert width(estimate("2030-03-01", between)) > width(estimate("2030-03-01", FIRST))


def test_an_unstated_class_is_taken_as_very_wide_and_said() -> None:
    result = estimate("2030-03-01", stock("f8", "speaker", 9_000, "2030-03-01", ""))
    assert "not stated" in result.pulls[0].note
    assert width(result) > width(estimate("2030-03-01", SECOND))


def test_words_without_a_number_have_no_vote_and_are_listed() -> None:
    lower = stock("f8", "speaker", None, "2030-03-01", "un_estimate", vague="vague")
    assert pull(estimate("2030-03-01", FIRST, lower), "f8").weight == 0.0


def test_accounting_gap_is_last_stock_less_recorded_flow_less_new_count() -> None:
    later = stock("f9", "surveyors", 6_000, "2030-03-30", "headcount")
    left = departed("d1", "counters", 3_000, "2030-03-31", "2030-03-01")
    (gap,) = estimate("2030-04-01", FIRST, later, left).gaps
    assert (gap.earlier, gap.departed, gap.later, gap.gap) == (10_000, 3_000, 6_000, 1_000)
    assert gap.inputs == ("f1", "d1", "f9")


def test_no_figure_known_by_then_is_not_computable_and_says_why() -> None:
    for result in (
        reconcile([], "site", day("2030-01-01")),
        reconcile([FIRST], "site", day("2030-02-28")),
        reconcile([FIRST], "elsewhere", day("2030-04-01")),
    ):
        assert isinstance(result, NotComputable) and "no figure" in result.reason
    late = reconcile([FIRST], "site", day("2031-04-01"))
    assert isinstance(late, NotComputable) and "older than 365 days" in late.reason


def test_a_figure_published_later_changes_nothing_before() -> None:
    late = replace(SECOND, known_on=day("2030-06-01"))
    assert estimate("2030-05-31", FIRST, late) == estimate("2030-05-31", FIRST)


def test_the_series_shows_each_day_with_what_was_known_then() -> None:
    days = [day("2030-02-01"), day("2030-03-01"), day("2030-03-20")]
    newer = stock("f5", "surveyors", 5_000, "2030-03-20", "headcount")
    shown = series([FIRST, newer], "site", days)
    assert isinstance(shown[0][1], NotComputable)
    values = [r.estimate.value for _, r in shown[1:] if isinstance(r, PopulationEstimate)]
    assert values == pytest.approx([10_000, 5_000])


def test_a_team_may_bring_its_own_spreads() -> None:
    sure = replace(stated_rules(), classes={"authority": (0.01, 0.0), "headcount": (0.3, 0.3)})
    assert pull(estimate("2030-03-01", FIRST, SECOND, rules=sure), "f2").weight > 0.99


def test_combining_is_the_textbook_weighted_mean() -> None:
    mean, spread, ratio = combine([(1.0, 1.0), (4.0, 2.0)])
    assert (mean, spread) == (pytest.approx(1.6), pytest.approx(math.sqrt(0.8)))
    assert ratio == pytest.approx(math.sqrt(9 / 5))


@pytest.mark.parametrize("seed", range(30))
def test_any_order_of_rows_gives_the_same_estimate(seed: int) -> None:
    rng = random.Random(seed)
    figures: list[Any] = [
        stock(
            f"f{n}",
            f"s{rng.randrange(3)}",
            rng.choice([None, 1_000.0 * rng.randint(5, 50)]),
            f"2030-0{rng.randint(1, 4)}-{rng.randint(1, 28):02d}",
            rng.choice(["headcount", "media", ""]),
            repeats=rng.choice([None, None, f"f{rng.randrange(8)}"]),
        )
        for n in range(8)
    ]
    figures += [
        departed(f"d{n}", f"s{n % 2}", 900 * n, f"2030-04-{n + 1:02d}", "2030-02-01") for n in range(5)
    ]
    first = reconcile(figures, "site", day("2030-04-28"))
    assert reconcile(rng.sample(figures, len(figures)), "site", day("2030-04-28")) == first
