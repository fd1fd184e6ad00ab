"""How many people are at a site, from figures that disagree, by a rule one can print on a page.

1. Every figure is carried to the day with the recorded departures of one series, and the series is named.
2. One vote per speaker: its newest figure. A figure that repeats another is that other's, whoever prints it.
3. Each class of source has a stated spread and lasting bias; age, carrying and vague words add to it.
4. The estimate is the mean of the logarithms, weighted by the inverse of the squared spreads.
5. Where the sources disagree by more than their spreads allow, the interval is widened (Birge 1932).
6. What the counts and the recorded departures leave unexplained is printed, never smoothed away.

Source: Birge, "The calculation of errors by the method of least squares", Physical Review 40 (1932), 207–227.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from statistics import NormalDist
from typing import Any, NamedTuple

from waythrough.assess.departures import Departures, departures_series, usable_number
from waythrough.terms.codes import code_list
from waythrough.terms.estimates import Accounting, Estimate, NotComputable, PopulationEstimate, Pull
from waythrough.terms.kinds import Known
from waythrough.terms.sayings import Figure

LEVEL = 0.95
BASELINE_DAYS = 60
"""How far from the start of the departures a count may lie and still be what they are taken from. Ours."""
METHOD = "weighted triangulation: inverse-variance mean of logarithms, one vote per speaker, Birge-widened"


@dataclass(frozen=True)
class Rules:
    """The stated values behind the estimate, with who set them. Shares of a figure unless the name says
    otherwise.

    ``classes`` maps a source class to its (spread, lasting bias); ``vague`` what to add to the spread.
    """

    scheme: str
    edition: str
    owner: str
    classes: Mapping[str, tuple[float, float]]
    unstated: tuple[float, float]
    vague: Mapping[str, float]
    drift_per_15_days: float
    flow: float
    max_age_days: int
    un_classes: tuple[str, ...]


@functools.cache
def stated_rules() -> Rules:
    """The shipped starting values: ``data/spreads.json`` and the code list ``source_class``."""
    text = (resources.files("waythrough.assess") / "data/spreads.json").read_text(encoding="utf-8")
    raw = json.loads(text)
    classes = code_list("source_class").codes
    return Rules(
        scheme=raw["scheme"],
        edition=raw["edition"],
        owner=raw["owner"],
        classes={code: (float(row["spread"]), float(row["bias"])) for code, row in classes.items()},
        unstated=(raw["unstated_class"]["spread"], raw["unstated_class"]["bias"]),
        vague=raw["vague"],
        drift_per_15_days=raw["drift_per_15_days"],
        flow=raw["flow"],
        max_age_days=raw["max_age_days"],
        un_classes=tuple(raw["un_classes"]),
    )


def reconcile(
    figures: Sequence[Known[Figure]],
    site: str,
    as_of: date,
    *,
    departures: Sequence[Known[Figure]] | None = None,
    rules: Rules | None = None,
) -> PopulationEstimate | NotComputable:
    """The number of people at a site on a day, from what had been published by then.

    Parameters
    ----------
    figures
        Figures of any kind and site; those counting ``population`` at ``site`` are used.
    departures
        Where to take ``departed_cumulative`` figures from; ``figures`` itself if not given.
    rules
        A team's own spreads; `stated_rules` if not given.

    Returns
    -------
    PopulationEstimate
        With a 95 % interval, one pull per figure known (weight 0 and a note where it has no vote), the lowest
        and the highest carried figure that has one, and the accounting gaps.
    NotComputable
        No figure known by then has a vote; the reason says why.
    """
    rules = rules or stated_rules()
    stocks = _known_stocks(figures, site, as_of)
    flow = departures_series(figures if departures is None else departures, site, as_of, rules.un_classes)
    voices = {item.entry: _voice(item.record, stocks) for item in stocks}
    carried = [
        _carry(item, _standing(item, stocks, voices, rules, as_of), flow, rules, as_of) for item in stocks
    ]
    votes = [c for c in carried if c.votes]
    inputs = tuple(c.figure for c in carried) + (flow.inputs if flow else ())
    if not votes:
        return NotComputable(f"people at {site}", _why_none(carried), as_of, inputs)
    mean, spread, stretch = combine([(math.log(c.value), c.spread) for c in votes])
    note = _said(flow, stretch, rules)
    return PopulationEstimate(
        _estimate(mean, spread * stretch, as_of, inputs, note),
        _pulls(carried),
        min(c.value for c in votes),
        max(c.value for c in votes),
        tuple(_gaps([s for s in stocks if voices[s.entry].repeats is None], flow, as_of)),
    )


def series(
    figures: Sequence[Known[Figure]], site: str, days: Sequence[date], *, rules: Rules | None = None
) -> list[tuple[date, PopulationEstimate | NotComputable]]:
    """The estimate as of each day, each from only what was known by that day. For a small chart."""
    return [(day, reconcile(figures, site, day, rules=rules)) for day in days]


def combine(values: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """The inverse-variance mean of (value, spread) pairs, its spread, and the Birge ratio, at least 1.

    The ratio is the root of chi-squared per degree of freedom. Below 1 the sources agree better than their
    stated spreads would have it; that is luck or copying, and narrows nothing.
    """
    weights = [1 / spread**2 for _, spread in values]
    total = math.fsum(weights)
    mean = math.fsum(w * value for w, (value, _) in zip(weights, values, strict=True)) / total
    if len(values) < 2:
        return mean, total**-0.5, 1.0
    chi2 = math.fsum(w * (value - mean) ** 2 for w, (value, _) in zip(weights, values, strict=True))
    return mean, total**-0.5, max(1.0, math.sqrt(chi2 / (len(values) - 1)))


# --- 1 and 2: carried to the day, one vote per speaker ------------------------------------------------------


class _Carried(NamedTuple):
    """A figure on the day: 0 and a note where it has no vote."""

    figure: str
    value: float
    spread: float
    votes: bool
    note: str


def _known_stocks(figures: Sequence[Known[Figure]], site: str, as_of: date) -> list[Known[Figure]]:
    """The counts of people at the site known by the day, oldest first. What is dated later was announced."""
    rows = {
        (item.record.id, item.entry): item
        for item in figures
        if item.record.site == site
        and item.record.counts == "population"
        and item.known_on <= as_of
        and item.record.on.earliest <= as_of
    }
    return sorted(rows.values(), key=_age_key)


def _age_key(item: Known[Figure]) -> tuple[Any, ...]:
    return (item.record.on.latest, item.known_on, item.record.id, item.entry)


class _Voice(NamedTuple):
    """The figure this one repeats, if any, and whose vote it is."""

    repeats: str | None
    voter: str


def _standing(
    item: Known[Figure],
    stocks: Sequence[Known[Figure]],
    voices: Mapping[str, _Voice],
    rules: Rules,
    as_of: date,
) -> str:
    """Why this figure has no vote; empty if it has one."""
    figure, voice = item.record, voices[item.entry]
    if usable_number(figure) is None:
        return "no number above zero was given"
    if voice.repeats is not None:
        return f"repeats {voice.repeats}"
    if (as_of - figure.on.latest).days > rules.max_age_days:
        return f"older than {rules.max_age_days} days"
    same = [s for s in stocks if voices[s.entry] == voice and usable_number(s.record) is not None]
    newest = max(same, key=_age_key)
    return "" if newest is item else f"{voice.voter} has since given {newest.record.id}"


def _voice(figure: Figure, stocks: Sequence[Known[Figure]]) -> _Voice:
    """Whose word a figure is: follow what it repeats back to where it came from.

    A repeat whose original nobody recorded stands in for it once: the oldest repeat votes for the unknown
    origin.
    """
    by_id = {s.record.id: s.record for s in stocks}
    root, seen = figure, {figure.id}
    while root.repeats in by_id and root.repeats not in seen:
        root = by_id[root.repeats]
        seen.add(root.id)
    if root.repeats is None:
        return _Voice(None if root is figure else root.id, root.speaker)
    if root.repeats in seen:  # two figures said to repeat each other: one of them speaks, always the same one
        first = min(seen)
        return _Voice(None if figure.id == first else first, by_id[first].speaker)
    stand_in = min((s for s in stocks if s.record.repeats == root.repeats), key=_age_key).record.id
    return _Voice(None if figure.id == stand_in else root.repeats, f"the source of {root.repeats}")


def _carry(item: Known[Figure], refused: str, flow: Departures | None, rules: Rules, as_of: date) -> _Carried:
    figure = item.record
    said = usable_number(figure)
    day = min(figure.on.latest, as_of)
    left = flow.between(day, as_of) if flow else 0.0
    value = (said or 0.0) - left
    if said is None or refused or value <= 0:
        reason = refused or "the recorded departures since then exceed it"
        return _Carried(figure.id, max(value, 0.0), 0.0, False, reason)
    spread, words = _spread(figure, left / value, (as_of - day).days, rules)
    note = f"{words}; {said:,.0f} on {day}, less {left:,.0f} recorded departures" if left else words
    return _Carried(figure.id, value, spread, True, note)


# --- 3: how wide each figure is -----------------------------------------------------------------------------


def _spread(figure: Figure, left_share: float, age_days: int, rules: Rules) -> tuple[float, str]:
    """The standard deviation of the logarithm of a carried figure, and the words for its class.

    A bound (“more than”, “at most”) enters as the bound itself, made wider: where the truth lies beyond it
    nobody has said. A range adds the standard deviation of a number anywhere inside it.
    """
    stated = rules.classes.get(figure.source_class)
    spread, bias = stated or rules.unstated
    words = figure.source_class if stated else "class of source not stated, taken as very wide"
    parts = [
        spread,
        bias,
        rules.vague.get(figure.vague, rules.vague["vague"]),
        rules.drift_per_15_days * math.sqrt(age_days / 15),
        rules.flow * left_share,
        _width_of_range(figure),
    ]
    if figure.low is None or figure.high is None:
        words += f"; “{figure.vague}”: a bound, entered as such and made wider"
    return math.hypot(*parts), words


def _width_of_range(figure: Figure) -> float:
    if figure.low is None or figure.high is None or figure.low <= 0:
        return 0.0
    # Standard deviation of a uniform on the logarithm between the two ends.
    return math.log(figure.high / figure.low) / math.sqrt(12)


# --- 4 and 5: said ------------------------------------------------------------------------------------------


def _estimate(mean: float, spread: float, as_of: date, inputs: tuple[str, ...], note: str) -> Estimate:
    z = NormalDist().inv_cdf((1 + LEVEL) / 2)
    low, high = math.exp(mean - z * spread), math.exp(mean + z * spread)
    return Estimate(math.exp(mean), low, high, LEVEL, "people", METHOD, as_of, inputs, note)


def _said(flow: Departures | None, stretch: float, rules: Rules) -> str:
    carried = (
        f"Carried with {flow.words}." if flow else "No recorded departures were known; nothing was carried."
    )
    agree = f"The sources disagree: the interval was widened {stretch:.2f} times." if stretch > 1 else ""
    spreads = f"Spreads: {rules.scheme} {rules.edition}, {rules.owner}."
    return " ".join(part for part in (carried, agree, spreads) if part)


def _pulls(carried: Sequence[_Carried]) -> tuple[Pull, ...]:
    total = math.fsum(1 / c.spread**2 for c in carried if c.votes)
    return tuple(
        Pull(c.figure, c.value, 1 / c.spread**2 / total if c.votes else 0.0, c.spread, c.note)
        for c in carried
    )


def _why_none(carried: Sequence[_Carried]) -> str:
    if not carried:
        return "no figure for the people at the site was known by this day"
    return "no figure known by this day has a vote: " + "; ".join(f"{c.figure}: {c.note}" for c in carried)


# --- 6: what does not add up --------------------------------------------------------------------------------


def _gaps(counts: Sequence[Known[Figure]], flow: Departures | None, as_of: date) -> list[Accounting]:
    """For each count since the departures began: the count before them, less those who left, less the new
    count.

    Departures are recorded on other days than counts; the record nearest in time to the count is taken, and
    named among the inputs. A gap is nobody's fault until someone explains it: the earlier count may have been
    too high, departures unseen, or the new count too low.
    """
    numbered = [(s.record, number) for s in counts if (number := usable_number(s.record)) is not None]
    before = _baseline(counts, flow)
    if flow is None or before is None:
        return []
    first = before.middle
    gaps = []
    for figure, later in numbered:
        if figure.on.latest > max(before.on.latest, flow.start):
            gone = flow.nearest(min(figure.on.latest, as_of))
            inputs = (before.id, gone.figure, figure.id)
            gaps.append(Accounting(first, gone.people, later, first - gone.people - later, inputs))
    return gaps


def _baseline(stocks: Sequence[Known[Figure]], flow: Departures | None) -> Figure | None:
    """The count nearest to the day the departures start, the recorder's own first; None if none is near."""
    if flow is None:
        return None
    start = flow.start
    counted = [s for s in stocks if usable_number(s.record) is not None]
    near = [s for s in counted if abs((s.record.on.latest - start).days) <= BASELINE_DAYS]
    near = [s for s in near if s.record.on.latest <= start] or near
    own = [s for s in near if s.record.speaker == flow.speaker]
    best = max(
        own or near, key=lambda s: (-abs((s.record.on.latest - start).days), _age_key(s)), default=None
    )
    return best.record if best else None
