"""What a published survey says, as published, with an interval where its sample size allows one.

Most surveys of hard-to-reach sites are known from a sentence: a share, sometimes only a bound, rarely the
number of interviews. A share without a sample size gets no interval from us, and the row says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Any

from waythrough.assess.beta import beta_quantile
from waythrough.terms.estimates import Estimate, NotComputable, SurveyRow
from waythrough.terms.kinds import Known
from waythrough.terms.problems import InputRefused
from waythrough.terms.sayings import Figure

LEVEL = 0.95
ADDS_UP = frozenset({"share_wish_leave", "share_wish_stay", "share_undecided"})
"""Answers of which everyone gives one, so that together they make 100 %.

Concerns may be several and are not added.
"""
NOT_ASKED = frozenset({"share_departed", "share_children", "share_women", "share_men"})
"""Shares that were counted among people; nobody was asked anything."""
ROUNDING = 0.015
"""How far three rounded percentages may be from 100 % without anything missing."""


def proportion_interval(successes: float, asked: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a share, from ``successes`` of ``asked``; never narrower than its level says, never
    NaN.

    With 0 or all the interval still has a width: nobody of 183 is not “nobody”. Numbers need not be whole:
    divide both by the design effect for a sample that was not simple (Korn and Graubard).

    Raises
    ------
    InputRefused
        Unless 0 ≤ successes ≤ asked and asked > 0.

    Source
    ------
    Clopper and Pearson, Biometrika 26 (1934), 404–413; with an effective sample size, Korn and Graubard,
    Survey Methodology 24 (1998), 193–201.
    """
    if not (0 <= successes <= asked and asked > 0 and math.isfinite(asked)):
        raise InputRefused(
            place="survey counts",
            found=f"{successes} of {asked}",
            allowed="0 or more, at most the number asked, and at least one asked",
            remedy="Correct the count or the sample size.",
        )
    tail = (1 - level) / 2
    low = beta_quantile(tail, successes, asked - successes + 1) if successes > 0 else 0.0
    high = beta_quantile(1 - tail, successes + 1, asked - successes) if successes < asked else 1.0
    return low, high


def share_with_interval(
    figure: Figure, as_of: date, design_effect: float | None = None
) -> Estimate | NotComputable:
    """A published share with its interval, or the reason why there can be none.

    ``design_effect`` is how many times wider than a simple sample's the variance is, where that was
    published. Without it the interval is a simple sample's, and the note says that the true one is wider for
    most designs.
    """
    what = f"interval of {figure.subject or figure.counts}"
    share = _point(figure)
    if share is None:
        return NotComputable(what, "only a bound or a range was published, not a share", as_of, (figure.id,))
    if figure.sample is None or figure.sample < 1:
        return NotComputable(what, "sample size not published", as_of, (figure.id,))
    if design_effect is not None and not 0 < design_effect < math.inf:
        raise InputRefused(
            place="design effect",
            found=str(design_effect),
            allowed="a number above zero",
            remedy="Leave it out if it was not published.",
        )
    effective = figure.sample / (design_effect or 1.0)
    low, high = proportion_interval(share * effective, effective)
    note = f"{figure.sample} interviews"
    note += (
        f", design effect {design_effect:g}"
        if design_effect
        else (
            "; design not published: counted as a simple random sample, most designs are less sure than this"
        )
    )
    method = "Korn–Graubard interval" if design_effect else "Clopper–Pearson interval"
    return Estimate(share, low, high, LEVEL, "share", method, as_of, (figure.id,), note)


def survey_table(figures: Sequence[Known[Figure]], as_of: date) -> list[SurveyRow]:
    """Every published share known by a day, survey by survey, newest first; always a row, never a NaN.

    Where the answers of one survey should make 100 % and do not, every row of it carries the sum and a flag.
    The missing part is left missing: nobody knows what they answered.
    """
    known = sorted((k.record for k in figures if _is_answer(k.record) and k.known_on <= as_of), key=_order)
    return [_row(figure, known, as_of) for figure in known]


def _is_answer(figure: Figure) -> bool:
    return figure.unit == "share" and figure.counts not in NOT_ASKED


def _point(figure: Figure) -> float | None:
    """The one share published; None where it was a bound, a range, or no share at all."""
    share = figure.low
    return share if share is not None and share == figure.high and 0 <= share <= 1 else None


def _order(figure: Figure) -> tuple[Any, ...]:
    return (-figure.on.latest.toordinal(), *_survey_of(figure), figure.counts, figure.subject, figure.id)


def _survey_of(figure: Figure) -> tuple[str, ...]:
    """What belongs to one survey: the same speaker, source, site and days."""
    days = figure.on
    return (figure.site, figure.speaker, figure.source, days.earliest.isoformat(), days.latest.isoformat())


def _row(figure: Figure, known: Sequence[Figure], as_of: date) -> SurveyRow:
    total = _sum_of(figure, known)
    return SurveyRow(
        figure.id,
        figure.site,
        figure.counts,
        figure.speaker,
        figure.on,
        figure.low,
        figure.high,
        figure.vague,
        share_with_interval(figure, as_of),
        figure.subject,
        figure.words,
        figure.sample,
        total,
        "" if total is None else _flag(total),
    )


def _sum_of(figure: Figure, known: Sequence[Figure]) -> float | None:
    """What the answers of this survey add up to; None where one of them is only a bound, or stands alone."""
    if figure.counts not in ADDS_UP:
        return None
    answers = {
        f.counts: _point(f) for f in known if f.counts in ADDS_UP and _survey_of(f) == _survey_of(figure)
    }
    shares = [share for share in answers.values() if share is not None]
    return math.fsum(shares) if len(shares) == len(answers) == len(ADDS_UP) else None


def _flag(total: float) -> str:
    if abs(total - 1) <= ROUNDING:
        return ""
    if total < 1:
        return f"the published answers add up to {total:.0%}; {1 - total:.0%} are not accounted for"
    return f"the published answers add up to {total:.0%}, more than everyone asked"
