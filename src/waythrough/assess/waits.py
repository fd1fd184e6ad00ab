"""How long requests are kept waiting: curves in which silence is a wait that has not ended, not a refusal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

from waythrough.assess.doors import Facts
from waythrough.assess.knocks import Knock, knocks
from waythrough.terms.access import Answer, Execution, Guarantee, Invitation, Request
from waythrough.terms.estimates import Waiting
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Party
from waythrough.terms.places import Door
from waythrough.terms.problems import InputRefused


@dataclass(frozen=True)
class Curve:
    """Share still waiting, in [0, 1], just after each day with an answer, with its pointwise interval.

    All tuples have one length, that of ``days``; empty if no answer ever came.
    """

    days: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    at_risk: tuple[int, ...]
    answers: tuple[int, ...]
    level: float

    def at(self, day: float) -> float:
        """The share still waiting after that many days."""
        reached = [s for d, s in zip(self.days, self.share, strict=True) if d <= day]
        return reached[-1] if reached else 1.0

    @property
    def median(self) -> float | None:
        """The day by which half were answered; None if that was not reached.

        Where the curve lies exactly at one half, the middle of that stretch (as R's survfit reports it).
        """
        below = [i for i, s in enumerate(self.share) if s <= 0.5 + 1e-12]
        if not below:
            return None
        first = below[0]
        if abs(self.share[first] - 0.5) < 1e-12 and first + 1 < len(self.days):
            return (self.days[first] + self.days[first + 1]) / 2
        return self.days[first]


def kaplan_meier(days: Sequence[float], answered: Sequence[bool], level: float = 0.95) -> Curve:
    """How long requests stay without an answer.

    Parameters
    ----------
    days
        Days from request to answer, or to today if none came; 0 or more. Shape (requests,).
    answered
        True where an answer came. Shape (requests,).

    Returns
    -------
    Curve
        With log-log intervals, which stay inside [0, 1]; where the share is 0 or 1 the interval is that
        point.

    Source
    ------
    Kaplan and Meier, Journal of the American Statistical Association 53 (1958), 457–481; variance by
    Greenwood; interval: Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (1980), 1.3.
    """
    _check(days, len(answered))
    came = Counter(float(d) for d, a in zip(days, answered, strict=True) if a)
    times = sorted(came)
    z = NormalDist().inv_cdf((1 + level) / 2)
    share, variance = 1.0, 0.0
    rows = []
    for time in times:
        # A wait that is censored on the day of an answer was still open when that answer came.
        risk = sum(d >= time for d in days)
        share *= 1 - came[time] / risk
        variance += came[time] / (risk * (risk - came[time])) if risk > came[time] else 0.0
        rows.append((share, *_log_log(share, variance, z), risk))
    return Curve(
        days=tuple(times),
        share=tuple(row[0] for row in rows),
        low=tuple(row[1] for row in rows),
        high=tuple(row[2] for row in rows),
        at_risk=tuple(row[3] for row in rows),
        answers=tuple(came[time] for time in times),
        level=level,
    )


def aalen_johansen(days: Sequence[float], outcome: Sequence[int], by_day: float) -> dict[int, float]:
    """The share of requests that had each outcome by a day, among outcomes that exclude one another.

    One minus a Kaplan–Meier curve per outcome would count a request that was refused as one that may yet be
    granted.

    Parameters
    ----------
    days
        Days to the outcome, or so far. Shape (requests,).
    outcome
        0 for none yet, otherwise the number of the outcome. Shape (requests,).

    Source
    ------
    Aalen and Johansen, Scandinavian Journal of Statistics 5 (1978), 141–150.
    """
    _check(days, len(outcome))
    reached = dict.fromkeys(sorted(set(outcome) - {0}), 0.0)
    waiting = 1.0
    for time in sorted({float(d) for d, o in zip(days, outcome, strict=True) if o and d <= by_day}):
        risk = sum(d >= time for d in days)
        here = Counter(o for d, o in zip(days, outcome, strict=True) if o and d == time)
        for kind, count in sorted(here.items()):
            reached[kind] += waiting * count / risk
        waiting *= 1 - sum(here.values()) / risk
    return reached


def waiting(
    party: Party,
    requests: Sequence[Known[Request]],
    answers: Sequence[Known[Answer]],
    as_of: date,
    *,
    doors: Sequence[Known[Door]],
    guarantees: Sequence[Known[Guarantee]] = (),
    executions: Sequence[Known[Execution]] = (),
    invitations: Sequence[Known[Invitation]] = (),
) -> Waiting:
    """How long a party has kept requests waiting, from the asking to its first yes or no, in calendar days.

    ``doors`` say which requests were put to the party; ``executions`` tell what we withdrew or postponed,
    which then waits no longer and is not counted against it. A median is given where the curve reaches one
    half; otherwise ``reason`` says why there is none.
    """
    # The party's record may be newer than the day asked about; its members and week are no news about a
    # request.
    parties = [Known(party, party.id, as_of)]
    facts = Facts.gather(parties, requests, answers, guarantees, (), executions, as_of)
    put = [k for k in knocks(doors, facts, invitations, answers) if k.party == party.id]
    timed = [k for k in put if k.days is not None]
    known = sum(k.answered for k in timed)
    still = [k.days for k in put if k.still_open and k.days is not None]
    curve = kaplan_meier([k.days or 0.0 for k in timed], [k.answered for k in timed]) if timed else None
    median = curve.median if curve else None
    return Waiting(
        party.id,
        len(put),
        known,
        sum(k.still_open for k in put),
        int(max(still)) if still else None,
        median,
        _reason(put, timed, known, median),
        tuple(k.request for k in put),
    )


def _reason(put: Sequence[Knock], timed: Sequence[Knock], known: int, median: float | None) -> str:
    """Why there is no median; or, where there is one, what it leaves out."""
    vague = len(put) - len(timed)
    left_out = f"the days of {vague} of {len(put)} requests are not known closely enough" if vague else ""
    if median is not None:
        return left_out
    if not put:
        return "no request was put to this party"
    if known == 0:
        return "; ".join(filter(None, ["no answer with a known wait yet", left_out]))
    return "; ".join(filter(None, ["fewer than half of the requests have been answered", left_out]))


def _log_log(share: float, variance: float, z: float) -> tuple[float, float]:
    if share <= 0 or share >= 1 or variance <= 0:
        return share, share
    log = math.log(share)
    reach = z * math.sqrt(variance) / abs(log)
    return share ** math.exp(reach), share ** math.exp(-reach)


def _check(days: Sequence[float], others: int) -> None:
    bad = [d for d in days if not (math.isfinite(d) and d >= 0)]
    if bad or len(days) != others:
        raise InputRefused(
            place="waits",
            found=f"{bad[0]} days" if bad else f"{len(days)} waits and {others} outcomes",
            allowed="days of 0 or more, one outcome for each",
            remedy="Correct the day of asking or of the answer.",
        )
