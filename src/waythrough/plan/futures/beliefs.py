"""From what is believed of a party to shares of futures: how likely it has said yes by each day.

An outlook gives a chance within a horizon and a usual wait, each with its limits. A future draws one of
`LEVELS` equally likely pairs of them for each party: all doors of the party share the pair, so that what is
not known of a party goes wrong, or right, at all its doors together.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from waythrough.terms.estimates import Estimate, Outlook

CHANCES, WAITS = 16, 8
LEVELS = CHANCES * WAITS
"""Equally likely pairs of a chance and a wait, at the middles of sixteenths and eighths of the belief."""
WHOLE = 1 << 32
"""Shares are thresholds out of this."""
_NEVER, _SURELY = 1e-6, 1 - 1e-6


def answered(outlook: Outlook, days: int) -> np.ndarray | None:
    """The share of futures with a yes by each day after asking, out of `WHOLE`. Shape (LEVELS, days).

    Column d is a yes within d days: nobody answers on the day of asking. None when nothing is known of the
    party: there is then no forecast, and its doors stay as they are.
    """
    if not isinstance(outlook.chance, Estimate) or not isinstance(outlook.delay_days, Estimate):
        return None
    pairs = [(chance, wait) for chance in chances(outlook.chance) for wait in waits(outlook.delay_days)]
    rows = [_by_day(chance, wait, outlook.horizon_days, days) for chance, wait in pairs]
    return np.array(np.floor(np.array(rows) * WHOLE), np.int64)


def chances(chance: Estimate) -> list[float]:
    """`CHANCES` equally likely chances with the estimate's mean and, about, its limits."""
    low, high = (_logit(min(max(x, _NEVER), _SURELY)) for x in (chance.low, chance.high))

    def spread(centre: float) -> list[float]:
        return [_expit(x) for x in _two_sided(centre, low, high, chance.level, CHANCES)]

    centre = _rising(lambda c: math.fsum(spread(c)) / CHANCES, chance.value, low, high)
    return spread(centre)


def waits(delay: Estimate) -> list[float]:
    """`WAITS` equally likely median waits in days, with the estimate as their middle and its limits."""
    low, value, high = (math.log(max(x, 0.05)) for x in (delay.low, delay.value, delay.high))
    return [math.exp(x) for x in _two_sided(value, low, high, delay.level, WAITS)]


def shares_by_day(rate_per_day: float, days: int) -> np.ndarray:
    """The share of something that has happened by each day of its own, at a steady rate. Shape (days,)."""
    by_day = -np.expm1(-rate_per_day * np.arange(1, days + 1))
    return np.array(np.floor(by_day * WHOLE), np.int64)


def _by_day(chance: float, wait: float, horizon: int, days: int) -> np.ndarray:
    """Yes and no compete at steady rates, as `assess` has them: the chance of a yes within the horizon, and
    the median wait given an answer, say what both rates are.
    """
    rate = math.log(2) / wait
    within = -math.expm1(-rate * horizon)
    if chance >= within:
        # So sure a yes cannot be so slow: the chance is kept, and the wait shortened to what it allows.
        rate, within = -math.log1p(-chance) / horizon, chance
    return np.asarray(chance / within * -np.expm1(-rate * np.arange(days)))


def _two_sided(centre: float, low: float, high: float, level: float, parts: int) -> list[float]:
    """Middles of equal parts of a normal with one width below its centre and another above."""
    reach = NormalDist().inv_cdf((1 + level) / 2)
    middles = [NormalDist().inv_cdf((i + 0.5) / parts) for i in range(parts)]
    return [centre + z * ((high - centre) if z > 0 else (centre - low)) / reach for z in middles]


def _rising(f: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Where a rising function comes to what is wanted, between two points."""
    for _ in range(60):
        middle = (low + high) / 2
        if f(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _logit(p: float) -> float:
    return math.log(p / (1 - p))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))
