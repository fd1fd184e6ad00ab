"""What may be expected at a door, from few cases, and how few they are.

Each party starts with the record of all parties together, and its own record outweighs that as it grows.
Rates of a yes and of a no are estimated apart; a request nobody has answered, or that we ended ourselves,
counts as time without an answer and as nothing else. Parties are never ranked: what was asked of each, and
when, differs, and eight answers do not tell goodwill from circumstance.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from statistics import median

import numpy as np

from waythrough.assess.accounts import CLOSES, OPENS, known_by
from waythrough.assess.doors import Facts
from waythrough.assess.kept import alone, kept
from waythrough.assess.knocks import Knock, knocks
from waythrough.terms.access import Answer, Execution, Guarantee, Request
from waythrough.terms.estimates import Estimate, NotComputable, Outlook
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Party
from waythrough.terms.places import Door
from waythrough.terms.problems import InputRefused

LEVEL = 0.9
"""Coverage was checked by simulation at 90 %; with so few cases, 95 % limits would rest on a prior's tails."""
METHOD = "hierarchical Gamma–Poisson rates of yes and no, hyperprior on a grid"
BORROWED = "this is what was seen of the other parties, and may not hold here"
SHORTEST_WAIT_DAYS = 0.5
"""An answer of the same day came after some part of it."""
MEANS = np.geomspace(1 / 1000, 1.0, 40)
"""Hyperprior:

the parties' mean rate of an answer lies between one in 1,000 days and one a day, even in logarithm.
"""
UNLIKENESS = np.linspace(0.15, 3.0, 40)
"""Hyperprior: how far parties' rates lie apart (standard deviation over mean), even between nearly alike and very
unlike. Even in the spread, after Gelman, Bayesian Analysis 1 (2006), 515–534: even in its logarithm made eight
parties look too much alike, and the 90 % intervals covered 84 %."""
RATES = np.concatenate([np.geomspace(1e-14, 1e-4, 40, endpoint=False), np.geomspace(1e-4, 4.0, 140)])
"""Rates a day on which each party's own rate is computed: close together where answers are seen, far apart below."""
_WIDTHS = np.gradient(np.log(RATES))


@dataclass(frozen=True)
class Record:
    """What one party's requests came to: answers yes and no, and the days all of them waited together."""

    granted: int
    denied: int
    days: float

    @property
    def cases(self) -> int:
        """How many were decided."""
        return self.granted + self.denied


@dataclass(frozen=True)
class Belief:
    """What is believed of one party: weights over `RATES` for a yes and for a no, each adding up to one."""

    granted: np.ndarray
    denied: np.ndarray

    def chance(self, horizon_days: float) -> tuple[float, float, float]:
        """The chance of a yes within that many days: mean, and the limits at `LEVEL`."""
        return _summary(granted_within((RATES, RATES), horizon_days), self._both)

    def wait_for_a_yes(self) -> tuple[float, float, float]:
        """The median wait in days for an answer that is a yes: its middle over the belief, and the limits."""
        total = RATES[:, None] + RATES[None, :]
        # Given that the answer is a yes, it comes when any answer would have: at the sum of both rates.
        given_yes = self._both * RATES[:, None] / total
        waits = math.log(2) / total
        low, high = _limits(waits, given_yes / given_yes.sum())
        centre, _ = _limits(waits, given_yes / given_yes.sum(), level=0.0)
        return centre, low, high

    @property
    def _both(self) -> np.ndarray:
        return self.granted[:, None] * self.denied[None, :]


def outlooks(
    doors: Sequence[Known[Door]],
    parties: Sequence[Known[Party]],
    requests: Sequence[Known[Request]],
    answers: Sequence[Known[Answer]],
    executions: Sequence[Known[Execution]],
    as_of: date,
    horizon_days: int = 28,
    *,
    guarantees: Sequence[Known[Guarantee]] = (),
) -> list[Outlook]:
    """For each door, the chance that a request made now is granted within the horizon, sorted by door id.

    The belief is about the party that holds the door, from every request put to it at any door. ``cases``
    says how many of those were decided. A party with none gets the record of the others, with an interval to
    match and a note. ``kept`` tells what became of its yeses.

    Returns
    -------
    list of Outlook
        ``chance`` and ``delay_days`` are `NotComputable` while nobody has decided anything: there is no
        record to start from, and a prior of ours is not a forecast.

    Source
    ------
    Gelman and others, Bayesian Data Analysis (3rd ed. 2013), 2.6 and 5.3: conjugate Gamma–Poisson rates, with
    the hyperparameters integrated over a grid.
    """
    if horizon_days < 1:
        raise InputRefused(
            place="horizon", found=f"{horizon_days} days", allowed="1 day or more", remedy="Name a later day."
        )
    facts = Facts.gather(parties, requests, answers, guarantees, (), executions, as_of)
    held = {i: k.record for i, k in sorted(known_by(doors, as_of).items())}
    put: dict[str, list[Knock]] = {party: [] for party in sorted({d.party for d in held.values()})}
    every = knocks(doors, facts)
    for knock in every:
        put.setdefault(knock.party, []).append(knock)
    records = {party: record_of(rows) for party, rows in sorted(put.items())}
    believed = beliefs(list(records.values()))
    single = alone(every)
    fared = {
        party: kept(
            party,
            [door for door in held.values() if door.party == party],
            [k.request for k in rows if k.outcome == OPENS and k.request in single],
            facts,
        )
        for party, rows in sorted(put.items())
    }
    if not any(r.cases for r in records.values()):
        return [
            replace(_no_record(door, put[door.party], as_of, horizon_days), kept=fared[door.party])
            for door in held.values()
        ]
    by_party = {
        party: _forecast(put[party], records[party], belief, as_of, horizon_days)
        for party, belief in zip(records, believed, strict=True)
    }
    return [replace(by_party[door.party], door=door.id, kept=fared[door.party]) for door in held.values()]


def record_of(put: Sequence[Knock]) -> Record:
    """What a party's requests came to.

    Where accounts of the answer differ and the party is silent, nobody knows which it was: the time counts,
    the answer does not. Requests whose days are too vague to count are left out.
    """
    timed = [(k, k.days_to_outcome) for k in put if k.days_to_outcome is not None]
    return Record(
        sum(k.outcome == OPENS for k, _ in timed),
        sum(k.outcome == CLOSES for k, _ in timed),
        math.fsum(max(days, SHORTEST_WAIT_DAYS) if k.answered else days for k, days in timed),
    )


def beliefs(records: Sequence[Record]) -> list[Belief]:
    """What is believed of each party: its own record on top of what the others' records say of parties."""
    granted = _rates([r.granted for r in records], [r.days for r in records])
    denied = _rates([r.denied for r in records], [r.days for r in records])
    return [Belief(g, d) for g, d in zip(granted, denied, strict=True)]


def granted_within(rates: Sequence[np.ndarray], days: float) -> np.ndarray:
    """The chance that the first of competing outcomes comes within some days, first of all others.

    ``rates`` are one grid of rates a day per outcome; shape of the result: one axis per outcome.
    """
    axes = np.meshgrid(*rates, indexing="ij", sparse=True)
    total = functools.reduce(np.add, axes)
    return np.asarray(axes[0] / total * -np.expm1(-total * days))


def gamma_weights(shape: float, rate: float) -> np.ndarray:
    """A Gamma distribution as weights over `RATES`."""
    return _from_logs(shape * np.log(RATES) - rate * RATES + np.log(_WIDTHS))


# --- the rates of one outcome -------------------------------------------------------------------------------


def _rates(events: Sequence[int], days: Sequence[float]) -> list[np.ndarray]:
    """Per party, weights over `RATES` for the rate of one outcome."""
    shape, scale, prior = _grid()
    marginal = [_marginal(d, t, shape, scale) for d, t in zip(events, days, strict=True)]
    together = np.sum(marginal, axis=0)
    weights = []
    for count, time, own in zip(events, days, marginal, strict=True):
        # What the others' records say of parties, then the party's own record on top of it: nothing counts
        # twice.
        start = prior @ _from_logs(together - own)
        likelihood = count * np.log(RATES) - time * RATES
        weights.append(_from_logs(np.log(start) + likelihood))
    return weights


@functools.cache
def _grid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every pair of the hyperprior (shape and rate of a Gamma), and that Gamma as weights over `RATES`."""
    mean, shape = (axis.ravel() for axis in np.meshgrid(MEANS, 1 / UNLIKENESS**2, indexing="ij"))
    scale = shape / mean
    log = shape * np.log(RATES)[:, None] - scale * RATES[:, None] + np.log(_WIDTHS)[:, None]
    weights = np.exp(log - log.max(axis=0))
    return shape, scale, weights / weights.sum(axis=0)


def _marginal(count: int, days: float, shape: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Log likelihood of one party's count for every pair:

    negative binomial, less what is the same for all.
    """
    rising = np.zeros_like(shape)
    for k in range(count):
        rising += np.log(shape + k)
    return rising - shape * np.log1p(days / scale) - count * np.log(scale + days)


def _from_logs(logs: np.ndarray) -> np.ndarray:
    weights = np.exp(logs - np.max(logs))
    return np.asarray(weights / weights.sum())


def _summary(values: np.ndarray, weights: np.ndarray) -> tuple[float, float, float]:
    low, high = _limits(values, weights)
    return float((values * weights).sum()), low, high


def _limits(values: np.ndarray, weights: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    order = np.argsort(values, axis=None, kind="stable")
    passed = np.cumsum(weights.ravel()[order])
    tail = (1 - level) / 2
    at = np.minimum(np.searchsorted(passed, [tail * passed[-1], (1 - tail) * passed[-1]]), passed.size - 1)
    low, high = values.ravel()[order][at]
    return float(low), float(high)


# --- said ---------------------------------------------------------------------------------------------------


def _no_record(door: Door, put: Sequence[Knock], as_of: date, horizon_days: int) -> Outlook:
    why, inputs = "no request to any party has been decided yet", tuple(k.request for k in put)
    chance = NotComputable("chance of a yes", why, as_of, inputs)
    return Outlook(
        door.id, chance, NotComputable("wait for a yes", why, as_of, inputs), 0, horizon_days, note=why
    )


def _forecast(
    put: Sequence[Knock], record: Record, belief: Belief, as_of: date, horizon_days: int
) -> Outlook:
    """The outlook of one party, still to be given the name of a door."""
    inputs, note = tuple(k.request for k in put), _note(put, record)
    windows = [k.window_days for k in put if k.window_days is not None]
    return Outlook(
        "",
        _estimate(belief.chance(horizon_days), "chance", as_of, inputs, note),
        _estimate(belief.wait_for_a_yes(), "days", as_of, inputs, note),
        record.cases,
        horizon_days,
        int(median(windows)) if windows else None,
        note,
    )


def _estimate(
    limits: tuple[float, float, float], unit: str, as_of: date, inputs: tuple[str, ...], note: str
) -> Estimate:
    # The mean of a very lopsided belief can lie outside its middle 90 %; the interval is then stretched to
    # it.
    value, low, high = limits
    return Estimate(value, min(low, value), max(high, value), LEVEL, unit, METHOD, as_of, inputs, note)


def _note(put: Sequence[Knock], record: Record) -> str:
    if not put:
        return f"Nobody has asked this party yet: {BORROWED}."
    silent = sum(not k.answered for k in put)
    unknown = len(put) - record.cases - silent
    parts = [
        f"{record.granted} yes and {record.denied} no of {len(put)} requests",
        f"{silent} without an answer",
    ]
    if unknown:
        parts.append(f"{unknown} with accounts that differ or days too vague")
    if record.cases == 0:
        parts.append(f"none decided: {BORROWED}")
    return "; ".join(parts) + "."
