"""What we do not know, in sentences, with what would close each gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from waythrough.publish.content import Gap
from waythrough.publish.desk import Desk
from waythrough.terms.problems import N_


@dataclass(frozen=True)
class GapLine:
    """One gap and its remedy, as a reader sees them."""

    what: Any
    remedy: Any


def gaps(desk: Desk) -> list[GapLine]:
    """Every named gap. One that names records is told to the team only: their ids are no business of the public."""
    return [_line(desk, gap) for gap in desk.report.gaps if desk.internal or "records" not in gap.fields]


def _line(desk: Desk, gap: Gap) -> GapLine:
    words = desk.words
    if not gap.code:
        return GapLine(words.name(gap.what), words.name(gap.remedy) if gap.remedy else None)
    if gap.code not in _SENTENCES:
        return GapLine(words.numbers.code(gap.code), None)
    what, remedy = _SENTENCES[gap.code]
    fields = {key: words.numbers.join(map(desk.name, ids)) for key, ids in gap.fields.items()}
    return GapLine(words.say(what, **fields), words.say(remedy))


_SENTENCES: dict[str, tuple[str, str]] = {
    "no_population": (
        N_("No figure for the number of people was known."),
        N_("What would close it: a count, a registration or an estimate with its source."),
    ),
    "stock_not_stated": (
        N_("Nobody stated how much is left at {site} of: {goods}. The plan counts none."),
        N_("What would close it: a stock count with its day."),
    ),
    "no_sample_size": (
        N_("Surveys were published without their sample size, so their shares have no interval."),
        N_("What would close it: the number of interviews and how people were drawn."),
    ),
    "people_unread": (
        N_(
            "Some households, or what they allow, could not be read where this report was made: none of them is seated."
        ),
        N_("What would close it: make the report on a device whose roles open them."),
    ),
    "not_settled": (
        N_("Written differently on two devices and not settled yet: {records}."),
        N_("What would close it: a named person settles each."),
    ),
}
"""Code → what is not known, and what would close it."""
