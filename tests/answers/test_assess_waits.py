"""Waiting curves as R's `survival` 3.5-3 gives them, and the 16 made-up requests solved by hand.

Sources: `survival_reference` (lung, aml and mgus2; Therneau, A Package for Survival Analysis in R) and
`assess_reference/access_small.csv` of the reference data.
"""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest

from waythrough.assess.waits import aalen_johansen, kaplan_meier

pytestmark = pytest.mark.shared


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reference(shared_dir: Path) -> dict[str, Any]:
    text = (shared_dir / "data/survival_reference/reference_results.json").read_text(encoding="utf-8")
    return {row["id"]: row["result"] for row in json.loads(text)["results"]}


def test_lung_survival_at_180_and_365_days(shared_dir: Path) -> None:
    rows = table(shared_dir / "data/survival_reference/lung.csv")
    curve = kaplan_meier([float(r["time"]) for r in rows], [r["status"] == "2" for r in rows])
    assert curve.at(180) == pytest.approx(0.721670653409762, rel=1e-12)
    assert curve.at(365) == pytest.approx(0.409241624460064, rel=1e-12)
    assert curve.median == 310


def test_lung_curve_is_the_reference_curve(shared_dir: Path, reference: dict[str, Any]) -> None:
    rows = table(shared_dir / "data/survival_reference/lung.csv")
    curve = kaplan_meier([float(r["time"]) for r in rows], [r["status"] == "2" for r in rows])
    expected = reference["lung.km"]
    for day, share in zip(expected["time"], expected["surv"], strict=True):
        assert curve.at(day) == pytest.approx(share, rel=1e-12)


def test_log_log_limits_are_the_references(shared_dir: Path, reference: dict[str, Any]) -> None:
    rows = table(shared_dir / "data/survival_reference/aml.csv")
    curve = kaplan_meier([float(r["time"]) for r in rows], [r["status"] == "1" for r in rows])
    expected = reference["aml.km.log-log"]
    by_day = {
        t: (n, e, low, high)
        for t, n, e, low, high in zip(
            *(expected[k] for k in ("time", "n_risk", "n_event", "lower", "upper")), strict=True
        )
        if e
    }
    for n, day in enumerate(curve.days):
        risk, events, low, high = by_day[day]
        assert (curve.at_risk[n], curve.answers[n]) == (risk, events)
        assert (curve.low[n], curve.high[n]) == pytest.approx((low, high), rel=1e-10)
    assert len(curve.days) == len(by_day)
    assert curve.median == expected["median"]


def test_competing_outcomes_of_mgus2(shared_dir: Path, reference: dict[str, Any]) -> None:
    days, outcome = [], []
    for row in table(shared_dir / "data/survival_reference/mgus2.csv"):
        progressed = row["pstat"] == "1"
        days.append(float(row["ptime"] if progressed else row["futime"]))
        outcome.append(1 if progressed else 2 * int(row["death"]))
    expected = reference["mgus2.aj"]
    for month, (_, progressed_share, died) in zip(expected["times"], expected["pstate"], strict=True):
        reached = aalen_johansen(days, outcome, month)
        assert (reached[1], reached[2]) == pytest.approx((progressed_share, died), rel=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_sixteen_requests_at_day_60_in_any_order(shared_dir: Path, seed: int) -> None:
    rows = table(shared_dir / "data/assess_reference/access_small.csv")
    random.Random(seed).shuffle(rows)
    reached = aalen_johansen([float(r["days"]) for r in rows], [int(r["event"]) for r in rows], 60)
    assert reached[1] == pytest.approx(0.352272727272727, abs=1e-12)
    assert reached[2] == pytest.approx(0.264204545454545, abs=1e-12)
    assert reached[3] == pytest.approx(0.191761363636364, abs=1e-12)
