"""From the numbers of single futures to fans: middles, intervals, and how much chance is left in them."""

from __future__ import annotations

import math
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np

from waythrough.plan.futures.play import Played
from waythrough.terms.estimates import Estimate
from waythrough.terms.futures import FirstDay, WeekFan

LEVEL = 0.8
"""Four futures of five lie within a fan: the tails of so simple a model are not worth showing."""
METHOD = "policy replayed in futures drawn from the outlooks"
AS_TOLD = "plan played as it stands in futures drawn from the outlooks"


def weeks(
    played: Played, first_day: date, days: int, as_of: date, level: float = LEVEL, method: str = METHOD
) -> tuple[WeekFan, ...]:
    """One fan for each week of the horizon; the last may be short."""
    moved = played.moved.cumsum(axis=1)
    return tuple(
        WeekFan(
            first_day + timedelta(days=7 * n),
            first_day + timedelta(days=min(days, 7 * n + 7) - 1),
            fan(moved[:, n], "people", as_of, level, method),
            fan(played.unmet[:, n], "person-days", as_of, level, method),
        )
        for n in range(moved.shape[1])
    )


def fan(values: np.ndarray, unit: str, as_of: date, level: float = LEVEL, method: str = METHOD) -> Estimate:
    """The middle future and the interval that holds a share ``level`` of them."""
    ordered = np.sort(values)
    tail = (1 - level) / 2
    low, middle, high = (float(_at(ordered, q)) for q in (tail, 0.5, 1 - tail))
    error = max(_error(ordered, q) for q in (tail, 0.5, 1 - tail))
    note = f"{len(values)} futures; other futures would move it by at most {error:g}, 19 times of 20"
    return Estimate(middle, low, high, level, unit, method, as_of, (), note)


def share(happened: np.ndarray, as_of: date, method: str = METHOD) -> Estimate:
    """The share of futures in which something happened; its limits are those of drawing so few futures.

    Source
    ------
    Wilson, Journal of the American Statistical Association 22 (1927), 209–212.
    """
    n, z = len(happened), NormalDist().inv_cdf(0.975)
    p = float(happened.mean())
    middle, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)
    low, high = max(0.0, min(low, p)), min(1.0, max(high, p))
    return Estimate(p, low, high, 0.95, "chance", method, as_of, (), f"{n} futures")


def first(days_reached: np.ndarray, first_day: date, days: int, as_of: date) -> FirstDay:
    """When something happens for the first time, over all futures."""
    ordered = np.sort(days_reached)

    def by(q: float) -> date | None:
        day = int(_at(ordered, q))
        return first_day + timedelta(days=day) if day < days else None

    return FirstDay(share(days_reached < days, as_of), by(0.1), by(0.5), by(0.9))


def _at(ordered: np.ndarray, q: float) -> int:
    """The smallest value that at least a share ``q`` of the futures do not exceed."""
    return int(ordered[min(len(ordered) - 1, max(0, math.ceil(q * len(ordered)) - 1))])


def _error(ordered: np.ndarray, q: float) -> float:
    """How far the quantile may lie from that of endlessly many futures: between which of them it falls, by
    the binomial count of those below it, is known without knowing their distribution.
    """
    reach = 1.96 * math.sqrt(q * (1 - q) / len(ordered))
    here = _at(ordered, q)
    return float(max(here - _at(ordered, max(0.0, q - reach)), _at(ordered, min(1.0, q + reach)) - here))
