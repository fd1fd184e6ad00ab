"""Figures reconciled as published: a weighted triangulation, and the accounting gap of one camp in 2019.

Sources: `assess_reference/population_reference.json` and `rukban_case/rukban_figures.json` of the reference data; the
latter names the public page of every figure.
"""

from __future__ import annotations

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from waythrough.assess.population import combine, reconcile, stated_rules
from waythrough.terms.estimates import PopulationEstimate
from waythrough.terms.kinds import Known
from waythrough.terms.sayings import Figure
from waythrough.terms.when import Days

pytestmark = pytest.mark.shared
COUNTED = {"stock": "population", "departures_cumulative": "departed_cumulative"}


@pytest.fixture(scope="module")
def reference(shared_dir: Path) -> dict[str, Any]:
    text = (shared_dir / "data/rukban_case/rukban_figures.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def figure(n: int, row: dict[str, Any]) -> Known[Figure]:
    """A figure as published; the office that kept the record of departures also gave the count before them."""
    day = Days.parse(row["date"])
    counts = COUNTED[row["kind"]]
    office = "OCHA" in row["source"]
    return Known(
        Figure(
            f"f{n}",
            row["source"],
            "camp",
            counts,
            row["value"],
            row["value"],
            "people",
            "about",
            day,
            "ocha" if office else row["source"],
            row["source_class"] or "un_estimate",
            since=Days.parse("2019-03-24") if counts == "departed_cumulative" else None,
        ),
        f"e{n}",
        day.latest,
    )


@pytest.fixture(scope="module")
def figures(reference: dict[str, Any]) -> list[Known[Figure]]:
    return [figure(n, row) for n, row in enumerate(reference["figures"]) if row["kind"] in COUNTED]


def at(figures: list[Known[Figure]], day: str) -> PopulationEstimate:
    result = reconcile(figures, "camp", date.fromisoformat(day))
    assert isinstance(result, PopulationEstimate)
    return result


def test_gap_of_10213_people_comes_out(figures: list[Known[Figure]], reference: dict[str, Any]) -> None:
    check = reference["checks"]["unexplained_gap"]
    gaps = {gap.later: gap for gap in at(figures, "2019-09-05").gaps}
    gap = gaps[check["counted"]]
    assert (gap.earlier, gap.departed) == (check["baseline"], check["recorded_departures"])
    assert gap.gap == check["gap"] == 10_213


def test_estimates_lie_where_the_reference_accepts_them(figures: list[Known[Figure]]) -> None:
    march, august = at(figures, "2019-03-24"), at(figures, "2019-08-22")
    assert 32_000 <= march.estimate.value <= 46_000
    assert 12_000 <= august.estimate.value <= 16_000
    assert august.estimate.low <= 12_700 <= august.estimate.high


def test_every_figure_known_is_listed_with_its_weight(figures: list[Known[Figure]]) -> None:
    result = at(figures, "2019-08-22")
    known = {
        f.record.id for f in figures if f.record.counts == "population" and f.known_on <= date(2019, 8, 22)
    }
    assert {p.figure for p in result.pulls} == known
    assert math.fsum(p.weight for p in result.pulls) == pytest.approx(1.0)
    assert all(p.note for p in result.pulls)


def test_a_weighted_triangulation_of_four_figures(shared_dir: Path) -> None:
    text = (shared_dir / "data/assess_reference/population_reference.json").read_text(encoding="utf-8")
    expected = json.loads(text)["weighted"]
    pairs = [(math.log(y), sd) for y, sd in zip(expected["y"], expected["sd_log"], strict=True)]
    mean, spread, stretch = combine(pairs)
    assert math.exp(mean) == pytest.approx(expected["estimate"], rel=1e-12)
    assert stretch == 1.0 and expected["birge"] < 1
    z = 1.6448536269514722
    limits = [math.exp(mean - z * spread), math.exp(mean + z * spread)]
    assert limits == pytest.approx(expected["ci90"], rel=1e-12)


def test_the_stated_spreads_say_who_set_them() -> None:
    rules = stated_rules()
    assert rules.owner and rules.edition and set(rules.classes) >= {"headcount", "un_estimate", "leaders"}
