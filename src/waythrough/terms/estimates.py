"""Numbers *we* computed: value, interval, method, as-of date and inputs. Or a reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from waythrough.terms.problems import InputRefused
from waythrough.terms.when import Days


@dataclass(frozen=True)
class Estimate:
    """A number we computed. ``low`` ≤ ``value`` ≤ ``high`` at ``level`` (0.95 = 95 %). Never NaN.

    ``inputs`` are the record or entry ids it was computed from.
    """

    value: float
    low: float
    high: float
    level: float
    unit: str
    method: str
    as_of: date
    inputs: tuple[str, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if not all(math.isfinite(x) for x in (self.value, self.low, self.high, self.level)):
            raise InputRefused(
                place=f"estimate by {self.method}",
                found=f"{self.low}, {self.value}, {self.high}",
                allowed="finite numbers",
                remedy="Return NotComputable with the reason instead.",
            )
        if not self.low <= self.value <= self.high:
            raise InputRefused(
                place=f"estimate by {self.method}",
                found=f"{self.low}, {self.value}, {self.high}",
                allowed="low ≤ value ≤ high",
                remedy="Check the method: the value lies outside its own interval.",
            )


@dataclass(frozen=True)
class NotComputable:
    """No number, and why: shown as a gap in words, never as zero."""

    what: str
    reason: str
    as_of: date
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Accounting:
    """The gap that conflicting counts leave: last stock, less recorded departures, less the new count."""

    earlier: float
    departed: float
    later: float
    gap: float
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Pull:
    """One figure's part in a reconciled number: carried to the date, its weight 0..1, and how far it pulls."""

    figure: str
    carried: float
    weight: float
    spread: float
    note: str = ""


@dataclass(frozen=True)
class PopulationEstimate:
    """People at a site on a day, from figures that disagree, by a rule one can print on a page."""

    estimate: Estimate
    pulls: tuple[Pull, ...]
    lowest: float
    highest: float
    gaps: tuple[Accounting, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """How long a party has kept requests waiting. Known for ``known`` of ``asked`` requests.

    ``median_days`` is from the Kaplan–Meier curve, where silence is a censored wait; None if not reached.
    """

    party: str
    asked: int
    known: int
    open_now: int
    longest_open_days: int | None
    median_days: float | None
    reason: str = ""
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kept:
    """What became of a party's yeses: how long they held, and how movements fared that set out with one.

    ``open_days`` are days on which a door of its was open by its own word, door by door; ``ended_early`` how many of
    those yeses it took back before their end. ``tried`` are movements through doors of this party alone, with its
    yes, that were carried out or impeded; ``stopped`` those of them that were impeded and not accomplished.
    """

    open_days: int
    ended_early: int
    tried: int
    stopped: int


@dataclass(frozen=True)
class Outlook:
    """What is believed about a door: the chance that a request made now is granted within ``horizon_days``.

    ``delay_days`` is the median wait given a yes, with its range. ``cases`` is how many decided requests the
    belief rests on: a forecast from few cases shows how few. ``window_days`` is how long a yes has tended to hold.
    ``kept`` is what became of the party's yeses so far; None where it has given none.
    """

    door: str
    chance: Estimate | NotComputable
    delay_days: Estimate | NotComputable
    cases: int
    horizon_days: int
    window_days: int | None = None
    note: str = ""
    kept: Kept | None = None


@dataclass(frozen=True)
class SurveyRow:
    """One published share of a survey, as published, with an interval or the reason why there is none.

    ``low`` and ``high`` are shares 0..1; one of them is None where the words give only a bound. ``sums_to`` is what
    the published answers of the same survey add up to, where they can be added; it is shown, never repaired.
    """

    figure: str
    site: str
    counts: str
    speaker: str
    on: Days
    low: float | None
    high: float | None
    vague: str
    interval: Estimate | NotComputable
    subject: str = ""
    words: str = ""
    sample: int | None = None
    sums_to: float | None = None
    flag: str = ""
