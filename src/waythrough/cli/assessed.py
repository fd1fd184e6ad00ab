"""Rows for ``waythrough assess``: what was found, as a table and notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from waythrough.terms.estimates import (
    Estimate,
    NotComputable,
    Outlook,
    PopulationEstimate,
    SurveyRow,
    Waiting,
)

Table = tuple[list[str], list[list[str]], list[str]]


def interval(value: Estimate | NotComputable | None, digits: int = 0, scale: float = 1.0) -> str:
    """A number with its interval, or why there is none."""
    if value is None:
        return "not computed"
    if isinstance(value, NotComputable):
        return f"not computable: {value.reason}"
    middle, low, high = (
        f"{x * scale:,.{digits}f}".replace(",", "\u202f") for x in (value.value, value.low, value.high)
    )
    return f"{middle} ({low}–{high}, {value.level:.0%})"


def population(found: PopulationEstimate | NotComputable) -> Table:
    """The reconciled number and each figure's pull."""
    if isinstance(found, NotComputable):
        return ["what", "why there is no number"], [[found.what, found.reason]], []
    rows = [["reconciled", interval(found.estimate), "", found.estimate.method]]
    rows += [
        [p.figure, f"{p.carried:,.0f}".replace(",", "\u202f"), f"{p.weight:.0%}", p.note] for p in found.pulls
    ]
    notes = [
        f"Accounting gap: {g.earlier:,.0f} − {g.departed:,.0f} − {g.later:,.0f} = {g.gap:,.0f} people.".replace(
            ",", "\u202f"
        )
        for g in found.gaps
    ]
    return ["figure", "people", "weight", "note"], rows, notes


def survey(found: Sequence[SurveyRow]) -> Table:
    """Each share as published, with its interval or the reason there is none."""
    rows = [[r.figure, r.counts, _published(r), interval(r.interval, 0, 100), r.flag] for r in found]
    return ["figure", "what", "as published", "interval, %", "note"], rows, []


def _published(row: SurveyRow) -> str:
    low, high = (None if x is None else f"{x:.0%}" for x in (row.low, row.high))
    if low == high and low is not None:
        return low
    return f"{low or '…'} to {high or '…'} ({row.vague.replace('_', ' ')})"


def waits(found: Sequence[Waiting]) -> Table:
    """How long each party took; known for k of n."""
    rows = [
        [
            w.party,
            f"{w.known} of {w.asked}",
            str(w.open_now),
            "" if w.longest_open_days is None else str(w.longest_open_days),
            w.reason if w.median_days is None else f"{w.median_days:.0f}",
        ]
        for w in found
    ]
    return ["party", "answered", "waiting now", "longest wait, days", "median wait, days"], rows, []


def outlook(found: Sequence[Outlook]) -> Table:
    """The chance of a yes and how few cases it rests on."""
    rows = [[o.door, interval(o.chance, 2), interval(o.delay_days), str(o.cases), o.note] for o in found]
    return ["door", "chance of a yes within the horizon", "days until a yes", "cases", "note"], rows, []


SHOW: dict[str, Callable[[Any], Table]] = {
    "population": population,
    "survey": survey,
    "waits": waits,
    "outlook": outlook,
}
