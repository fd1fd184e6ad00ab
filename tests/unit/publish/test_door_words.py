"""What stands behind a door's value, in words somebody can act on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from waythrough.publish.desk import Desk
from waythrough.publish.door_words import explained
from waythrough.publish.first import first_page
from waythrough.publish.values import no_change
from waythrough.publish.words import Words
from waythrough.terms.estimates import Estimate
from waythrough.terms.planned import DoorValue

GAIN = DoorValue(("d-ring",), "opens", 0, 10, 500, 40, rank=1, note="solved_again: within 5", people_within=3)


def desk(sample, **changes) -> Desk:
    return Desk(sample.report(**changes), "internal", Words("en"))


def said(sample, value: DoorValue) -> list[str]:
    return [str(line) for line in explained(desk(sample), value)]


def fan(sample, low: float, high: float) -> Estimate:
    return Estimate(low, low, high, 0.8, "people", "played", sample.report().as_of, ())


def test_a_value_that_does_not_vary_needs_no_words(sample) -> None:
    assert said(sample, GAIN) == []
    assert said(sample, replace(GAIN, moved_interval=fan(sample, 40, 40))) == []


def test_how_far_a_value_varies_is_told_for_people_and_for_person_days(sample) -> None:
    lines = said(sample, replace(GAIN, moved_interval=fan(sample, 0, 913), fed_interval=fan(sample, 1, 2)))
    assert len(lines) == 2
    assert "0" in lines[1]
    assert "913" in lines[1]
    assert "80" in lines[1]


def test_futures_in_which_a_door_changes_nothing_are_told_also_outside_the_interval(sample) -> None:
    (line,) = said(sample, replace(GAIN, nothing_in=0.065))
    assert "6.5" in line
    assert said(sample, replace(GAIN, nothing_in=0.0)) == []


def test_too_few_to_tell_from_nothing_is_said(sample) -> None:
    few = replace(GAIN, person_days_fed=0, people_moved=3)
    assert said(sample, few) == ["So few that it cannot be told from nothing."]
    assert said(sample, replace(few, people_moved=4)) == []


def test_a_slow_answer_has_its_own_last_day(sample) -> None:
    as_of = sample.report().as_of
    soon = replace(GAIN, ask_by=as_of + timedelta(days=20), ask_by_if_slow=as_of + timedelta(days=5))
    assert "asking helps until" in said(sample, soon)[0]
    late = replace(soon, ask_by_if_slow=as_of - timedelta(days=5))
    assert said(sample, late) == ["If the answer is as slow as it may be, it is late already."]


def test_a_chance_is_said_to_be_the_party_s_and_not_the_door_s(sample) -> None:
    known = replace(GAIN, chance=replace(fan(sample, 0.2, 0.9), unit="chance"), cases=4)
    assert said(sample, known) == ["The chance is the party's, from requests at all of its doors."]


def test_a_door_that_prices_show_to_be_hopeless_is_said_to_be_so_and_not_to_lack_supplies(sample) -> None:
    hopeless = replace(
        GAIN, rank=0, person_days_fed=0, people_moved=0, note="ceiling: 0.0003", ceiling=0.0003
    )
    assert "0.03" in said(sample, hopeless)[0]
    lines = [str(line) for line in no_change(desk(sample, values=(hopeless,)))]
    assert len(lines) == 1
    assert "next to nothing changes" in lines[0]


def test_a_value_found_on_a_sample_says_so(sample) -> None:
    found = replace(GAIN, note="solved_again_on_a_sample: within 20 people", people_within=20)
    assert "sample of households" in said(sample, found)[0]
    assert "20" in said(sample, found)[0]


def test_the_first_page_says_how_far_the_next_door_s_value_varies_and_what_a_slow_answer_means(
    sample,
) -> None:
    as_of = sample.report().as_of
    best = replace(
        GAIN,
        ask_by=as_of + timedelta(days=20),
        ask_by_if_slow=as_of - timedelta(days=5),
        moved_interval=fan(sample, 0, 913),
    )
    shown = first_page(desk(sample, values=(best,))).next
    assert shown is not None
    told = [str(line) for line in shown.lines]
    assert any("913" in line for line in told)
    assert "If the answer is as slow as it may be, it is late already." in told
