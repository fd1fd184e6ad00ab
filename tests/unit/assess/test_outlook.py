"""What to expect at a door: few cases, wide intervals, silence as time and nothing else."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import pytest

from unit.assess.records import RIDGE, VALE, answer, day, door, execution, known, request, window
from waythrough.assess.outlook import Record, beliefs, outlooks
from waythrough.terms.estimates import Estimate, NotComputable, Outlook
from waythrough.terms.parties import Party
from waythrough.terms.problems import InputRefused

MOOR = Party("moor", {"en": "Moor Office"}, "authority")
PARTIES = [known(VALE, "2030-01-01"), known(RIDGE, "2030-01-01"), known(MOOR, "2030-01-01")]
DOORS = [door("gate", "vale"), door("pass", "ridge"), door("weir", "moor")]


def look(
    requests: list[Any], answers: list[Any], as_of: str = "2030-06-01", **more: Any
) -> dict[str, Outlook]:
    rows = outlooks(DOORS, PARTIES, requests, answers, more.pop("executions", []), day(as_of), **more)
    return {row.door: row for row in rows}


def chance(outlook: Outlook) -> Estimate:
    assert isinstance(outlook.chance, Estimate)
    return outlook.chance


def history(door: str, party: str, outcomes: str) -> tuple[list[Any], list[Any]]:
    """Requests a week apart: y granted and n denied after five days, - never answered."""
    asked, came = [], []
    for n, outcome in enumerate(outcomes):
        on = day("2030-01-01").toordinal() + 7 * n
        first = day("2030-01-01").fromordinal(on).isoformat()
        asked.append(request(f"{door}{n}", first, door))
        if outcome != "-":
            then = day("2030-01-01").fromordinal(on + 5).isoformat()
            came.append(answer(f"{door}{n}", party, "granted" if outcome == "y" else "denied", then))
    return asked, came


def both(vale: str, ridge: str = "", **more: Any) -> dict[str, Outlook]:
    (a, b), (c, d) = history("gate", "vale", vale), history("pass", "ridge", ridge)
    return look(a + c, b + d, **more)


def test_while_nothing_was_decided_there_is_no_forecast() -> None:
    for outlook in both("--", "-").values():
        assert isinstance(outlook.chance, NotComputable) and isinstance(outlook.delay_days, NotComputable)
        assert outlook.cases == 0 and "decided yet" in outlook.note


def test_a_party_never_asked_gets_the_others_record_with_no_cases_and_a_note() -> None:
    seen = both("yyny", "yny")
    assert seen["weir"].cases == 0 and "Nobody has asked" in seen["weir"].note
    assert (
        chance(seen["weir"]).high - chance(seen["weir"]).low
        > chance(seen["gate"]).high - chance(seen["gate"]).low
    )


def test_a_record_of_yes_raises_the_chance_and_of_no_lowers_it() -> None:
    seen = both("yyyyy", "nnnnn")
    assert chance(seen["gate"]).low > chance(seen["pass"]).high
    assert (seen["gate"].cases, seen["pass"].cases) == (5, 5)
    assert seen["gate"].note == "5 yes and 0 no of 5 requests; 0 without an answer."


def test_silence_lengthens_the_wait_but_is_no_refusal() -> None:
    silent, refused = both("yy--", "yy"), both("yynn", "yy")
    assert chance(silent["gate"]).value < chance(both("yy", "yy")["gate"]).value
    assert silent["gate"].cases == 2 and refused["gate"].cases == 4
    assert "2 without an answer" in silent["gate"].note


def test_more_of_the_same_record_narrows_the_interval() -> None:
    few, many = chance(both("yn", "yn")["gate"]), chance(both("ynynynyn", "yn")["gate"])
    assert many.high - many.low < few.high - few.low


def test_what_we_withdrew_counts_as_time_up_to_that_day_only() -> None:
    asked, came = history("gate", "vale", "yy-")
    ended = [execution("gate2", "us", "withdrawn_by_us", "2030-01-15")]
    at_once = chance(look(asked, came, executions=ended)["gate"])
    assert at_once.value == pytest.approx(chance(look(asked[:2], came)["gate"]).value)
    assert at_once.value > chance(look(asked, came)["gate"]).value


def test_a_longer_horizon_never_has_a_smaller_chance() -> None:
    values = [chance(both("yyn-", "y", horizon_days=days)["gate"]).value for days in (1, 7, 28, 90)]
    assert values == sorted(values) and values[0] > 0 and values[-1] < 1


def test_contested_answers_are_neither_yes_nor_no() -> None:
    asked, came = history("gate", "ridge", "y")
    came.append(answer("gate0", "harbour", "denied", "2030-01-06"))
    more, known_answers = history("pass", "ridge", "yn")
    seen = look(asked + more, came + known_answers)["gate"]
    assert seen.cases == 0 and "accounts that differ" in seen.note


def test_windows_tell_how_long_a_yes_has_held() -> None:
    asked = [request("r1", "2030-01-01", "gate"), request("r2", "2030-02-01", "gate")]
    came = [
        answer("r1", "vale", "granted", "2030-01-05", window=window("2030-01-10", "2030-01-13")),
        answer("r2", "vale", "granted", "2030-02-05", window=window("2030-02-10", "2030-02-15")),
    ]
    assert look(asked, came)["gate"].window_days == 5
    assert look(asked, came)["pass"].window_days is None


def test_the_wait_for_a_yes_is_near_the_waits_seen() -> None:
    delay = both("yyyyyy", "yyyyyy")["gate"].delay_days
    assert isinstance(delay, Estimate) and delay.unit == "days"
    assert delay.low < 5 < delay.high and delay.value == pytest.approx(3.5, abs=1.0)


def test_a_horizon_of_no_day_is_refused() -> None:
    with pytest.raises(InputRefused):
        both("y", horizon_days=0)


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_rows_gives_the_same_outlook(seed: int) -> None:
    rng = random.Random(seed)
    (a, b), (c, d) = history("gate", "vale", "yn-y"), history("pass", "ridge", "n-")
    first = look(a + c, b + d)
    assert look(rng.sample(a + c, len(a + c)), rng.sample(b + d, len(b + d))) == first


def test_nothing_known_later_changes_the_outlook() -> None:
    asked, came = history("gate", "vale", "yyyy")
    assert look(asked, came, as_of="2030-01-10") == look(asked[:2], came[:1], as_of="2030-01-10")


def simulated(rng: np.random.Generator, shape: float = 1.0) -> tuple[list[Record], np.ndarray]:
    """Eight parties with 1 to 8 requests each, and each party's true chance of a yes within 30 days.

    Days run until an answer or a last day between 5 and 120. ``shape`` other than 1 gives Weibull waits, which the
    model does not know of.
    """
    yes, no = rng.gamma(1.2, 1 / 60, 8) + 1e-6, rng.gamma(1.1, 1 / 60, 8) + 1e-6
    total = yes + no
    truth = yes / total * -np.expm1(-((total * 30) ** shape))
    records = []
    for party in range(8):
        n = int(rng.integers(1, 9))
        wait = rng.weibull(shape, n) / total[party]
        last = rng.uniform(5, 120, n)
        granted = rng.random(n) < yes[party] / total[party]
        came = wait <= last
        records.append(
            Record(
                int((came & granted).sum()), int((came & ~granted).sum()), float(np.minimum(wait, last).sum())
            )
        )
    return records, truth


@pytest.mark.parametrize(("shape", "least"), [(1.0, 0.87), (0.6, 0.83), (1.8, 0.83)])
def test_intervals_cover_what_they_say_for_small_parties(shape: float, least: float) -> None:
    rng = np.random.default_rng(20261122)
    inside, errors = [], []
    for _ in range(60):
        records, truth = simulated(rng, shape)
        for belief, true in zip(beliefs(records), truth, strict=True):
            value, low, high = belief.chance(30)
            inside.append(low <= true <= high)
            errors.append(value - true)
    assert np.mean(inside) >= least
    assert np.sqrt(np.mean(np.square(errors))) <= 0.18


def test_a_fit_takes_milliseconds() -> None:
    records = [Record(2, 1, 60.0) for _ in range(8)]
    beliefs(records)
    began = time.process_time()
    beliefs(records)
    assert time.process_time() - began < 0.25
