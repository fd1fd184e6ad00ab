"""The chance of a yes among competing outcomes, as worked out for one party with a fixed prior.

Source: `assess_reference/shrinkage_reference.json` of the reference data (posterior means in closed form, predictive
values from four million draws).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from waythrough.assess.outlook import RATES, gamma_weights, granted_within

pytestmark = pytest.mark.shared


def test_predicted_shares_of_three_competing_outcomes_within_30_days(shared_dir: Path) -> None:
    text = (shared_dir / "data/assess_reference/shrinkage_reference.json").read_text(encoding="utf-8")
    case = json.loads(text)["competing_rates_example"]
    prior, party = case["prior"], case["party"]
    days = prior["b"] + party["exposure_days"]
    weights = [gamma_weights(a + n, days) for a, n in zip(prior["a"], party["events"], strict=True)]
    means = [float(w @ RATES) for w in weights]
    assert means == pytest.approx(case["posterior_mean_rates"], rel=1e-3)
    for first in range(3):
        order = [first, *(n for n in range(3) if n != first)]
        chance = granted_within([RATES] * 3, 30)
        joint = np.einsum("i,j,k->ijk", *(weights[n] for n in order))
        assert float((chance * joint).sum()) == pytest.approx(
            case["predictive_cif_30d_mean_mc4e6"][first], abs=3e-4
        )
