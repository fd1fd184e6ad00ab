"""How many people, what they say they want, and how long parties keep requests waiting: estimates with intervals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from waythrough.publish.charts import ChartRow, interval_chart
from waythrough.publish.desk import Desk, alphabet
from waythrough.publish.disclosure import MIN_BASE, ROUND_TO
from waythrough.publish.numbers import Run
from waythrough.publish.texts import told
from waythrough.publish.words import Said
from waythrough.terms.estimates import Estimate, PopulationEstimate, SurveyRow, Waiting
from waythrough.terms.kinds import Known
from waythrough.terms.sayings import Figure

MOST_LINES = 14


@dataclass(frozen=True)
class FigureRow:
    """One published figure, and its part in the reconciled estimate where it has one."""

    speaker: Run
    counts: Any
    value: Run
    on: Run
    weight: Run | None
    carried: Run | None
    quote: Run | None
    ref: Markup


@dataclass(frozen=True)
class Population:
    """The population section: the finding in a sentence, the chart in two widths, and every figure."""

    finding: Said
    gap: Said | None
    charts: tuple[Markup, ...]
    note: Said | None
    rows: tuple[FigureRow, ...]
    notes: tuple[Said, ...]


def rounded(desk: Desk, estimate: Estimate) -> Estimate:
    """An estimate of people as the edition shows it; in public rounded, the bounds outwards."""
    if desk.internal or estimate.unit == "share":
        return estimate
    low = estimate.low // ROUND_TO * ROUND_TO
    high = -(-estimate.high // ROUND_TO) * ROUND_TO
    value = min(max(round(estimate.value / ROUND_TO) * ROUND_TO, low), high)
    return replace(estimate, low=low, value=value, high=high)


def population(desk: Desk) -> Population | None:
    """The reconciled population with every figure it rests on; None when the report has neither."""
    report, say = desk.report, desk.words.say
    found = report.population
    figures = sorted(report.figures, key=lambda known: (known.record.on.latest, known.record.id))
    if found is None and not figures:
        return None
    rows = tuple(_figure(desk, known) for known in figures)
    if not isinstance(found, PopulationEstimate):
        reason = found.reason if found else say("no estimate was asked for")
        return Population(
            say("How many people there are cannot be computed."),
            not_computable(desk, reason),
            (),
            None,
            rows,
            (),
        )
    estimate = rounded(desk, found.estimate)
    finding = say(
        "We estimate {estimate} people on {day}; the published figures that count run from {lowest} to {highest}, "
        "each carried to that day.",
        estimate=estimate,
        day=estimate.as_of,
        lowest=found.lowest,
        highest=found.highest,
    )
    note = say(
        "People. Each line is one published figure on its own day, the heaviest in the estimate; the last is our "
        "estimate with its {level} interval. Sources: in the table. As of {day}.",
        level=desk.words.numbers.share(estimate.level),
        day=report.as_of,
    )
    charts = _charts(desk, estimate, figures, finding, note)
    return Population(finding, None, charts, note, rows, tuple(_notes(desk, found)))


def not_computable(desk: Desk, reason: Any) -> Said:
    """A gap, in words."""
    return desk.words.say("Not computable: {reason}", reason=told(desk, reason))


def _figure(desk: Desk, known: Known[Figure]) -> FigureRow:
    figure, numbers = known.record, desk.words.numbers
    found = desk.report.population
    pulls = found.pulls if isinstance(found, PopulationEstimate) else ()
    pull = next((one for one in pulls if one.figure == figure.id), None)
    return FigureRow(
        speaker=desk.name(figure.speaker),
        counts=desk.words.label("counted", figure.counts),
        value=numbers.range(figure.low, figure.high, as_share=figure.unit == "share"),
        on=numbers.days(figure.on),
        weight=numbers.share(pull.weight) if pull else None,
        carried=numbers.number(pull.carried) if pull else None,
        quote=desk.quote(figure.words, known.source),
        ref=desk.ref(figure.id),
    )


def _drawn(desk: Desk, figures: list[Known[Figure]]) -> list[Figure]:
    """The figures that weigh most in the estimate, oldest first: more lines than these nobody reads in a drawing."""
    found = desk.report.population
    weights = (
        {pull.figure: pull.weight for pull in found.pulls} if isinstance(found, PopulationEstimate) else {}
    )
    heads = [
        known.record
        for known in figures
        if known.record.counts == "population" and (not weights or weights.get(known.record.id, 0.0) > 0)
    ]
    heaviest = sorted(heads, key=lambda one: -weights.get(one.id, 0.0))[:MOST_LINES]
    return [one for one in heads if one in heaviest]


def _charts(
    desk: Desk, estimate: Estimate, figures: list[Known[Figure]], finding: Said, note: Said
) -> tuple[Markup, ...]:
    numbers, say = desk.words.numbers, desk.words.say
    drawn = _drawn(desk, figures)
    rows = []
    for figure in drawn:
        label = say("{speaker}, {day}", speaker=desk.name(figure.speaker), day=figure.on)
        rows.append(
            ChartRow(str(label), figure.low, figure.high, None, str(numbers.range(figure.low, figure.high)))
        )
    rows.append(
        ChartRow(
            str(say("our estimate, {day}", day=estimate.as_of)),
            estimate.low,
            estimate.high,
            estimate.value,
            str(numbers.interval(estimate)),
            ours=True,
        )
    )
    return tuple(
        interval_chart(rows, width, title=str(finding), note=str(note), words=desk.words)
        for width in (340, 720)
    )


def _notes(desk: Desk, found: PopulationEstimate) -> Iterable[Said]:
    say, estimate = desk.words.say, found.estimate
    yield say(
        "Method: {method}. Interval: {level}.",
        method=told(desk, estimate.method),
        level=desk.words.numbers.share(estimate.level),
    )
    if not desk.internal:
        yield say("Our estimate is rounded to {n}, its interval outwards.", n=ROUND_TO)
    for gap in found.gaps:
        yield say(
            "The counts do not add up: {earlier} earlier, less {departed} recorded as departed, leaves {expected}; "
            "the later count is {later}. The gap is {gap}.",
            earlier=gap.earlier,
            departed=gap.departed,
            expected=gap.earlier - gap.departed,
            later=gap.later,
            gap=gap.gap,
        )


# --- survey ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SurveyLine:
    """One published share: what was asked, by whom and when it was published, and our interval or why there is none."""

    question: Any
    published: Run
    speaker: Run
    on: Run
    estimate: Any
    interviews: Run | None
    flag: Said | None
    quote: Run | None
    ref: Markup


def survey(desk: Desk) -> list[SurveyLine]:
    """Every published share of the report, as published."""
    return [_survey(desk, row) for row in desk.report.survey]


def _survey(desk: Desk, row: SurveyRow) -> SurveyLine:
    numbers, label = desk.words.numbers, desk.words.label("counted", row.counts)
    return SurveyLine(
        question=desk.words.say("{question}: {subject}", question=label, subject=row.subject)
        if row.subject
        else label,
        published=numbers.range(row.low, row.high, as_share=True),
        speaker=desk.name(row.speaker),
        on=numbers.days(row.on),
        estimate=_interval(desk, row),
        interviews=numbers.number(row.sample) if row.sample is not None else None,
        # The row's flag is in one language; its number is what a sentence of ours needs.
        flag=desk.words.say("The published answers add up to {total}.", total=numbers.share(row.sums_to))
        if row.flag and row.sums_to is not None
        else None,
        quote=desk.quote(row.words, desk.source_of(row.figure)),
        ref=desk.ref(row.figure, row.words),
    )


def _interval(desk: Desk, row: SurveyRow) -> Any:
    if not desk.internal and row.sample is not None and row.sample < MIN_BASE:
        desk.suppressed.append(desk.words.say("An interval from fewer than {n} interviews.", n=MIN_BASE))
        return desk.words.say("fewer than {n} interviews: not shown", n=MIN_BASE)
    if isinstance(row.interval, Estimate):
        return desk.words.numbers.interval(row.interval)
    if row.sample is None:
        return not_computable(desk, desk.words.say("the sample size was not published"))
    return not_computable(desk, row.interval.reason)


# --- waits -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WaitLine:
    """How one party has answered so far."""

    party: Run
    asked: Run
    known: Run
    open_now: Run
    longest: Any
    median: Any


def waits(desk: Desk) -> list[WaitLine]:
    """One line per party, in the order of the alphabet. A wait still open is a wait, not a refusal."""
    say, number = desk.words.say, desk.words.numbers.number
    lines = []
    for wait in desk.report.waits:
        lines.append(
            WaitLine(
                party=desk.name(wait.party),
                asked=number(wait.asked),
                known=number(wait.known),
                open_now=number(wait.open_now),
                longest=say("none open")
                if wait.longest_open_days is None
                else days(desk, wait.longest_open_days),
                median=_median(desk, wait),
            )
        )
    return sorted(lines, key=lambda line: alphabet(line.party))


def _median(desk: Desk, wait: Waiting) -> Any:
    """Half of the answers came within so many days; with what that leaves out, or why it is not known."""
    if wait.median_days is None:
        return not_computable(desk, wait.reason or desk.words.say("too few answers"))
    found = days(desk, round(wait.median_days))
    if not wait.reason:
        return found
    return desk.words.say("{found}; {reason}", found=found, reason=told(desk, wait.reason))


def days(desk: Desk, n: int) -> Said:
    """A number of days in words."""
    return desk.words.count("{n} day", "{n} days", n)


# --- wishes ------------------------------------------------------------------------------------------------


def wishes(desk: Desk) -> list[Said]:
    """Wishes and consents in sentences; internal only. An intention is never a consent."""
    found, count = desk.report.wishes, desk.words.count
    if found is None or not desk.internal:
        return []
    lines = [
        count("{n} person wishes to leave.", "{n} people wish to leave.", found.wish_to_leave),
        count("{n} person wishes to stay.", "{n} people wish to stay.", found.stay),
        count("{n} person has not decided.", "{n} people have not decided.", found.undecided),
        count(
            "{n} person wishes to leave but has no live consent of every adult: not seated.",
            "{n} people wish to leave but have no live consent of every adult: not seated.",
            found.no_consent,
        ),
        count("{n} person has a seat in the plan.", "{n} people have a seat in the plan.", found.seated),
    ]
    if found.flagged:
        lines.append(
            count(
                "{n} consent was given with pressure reported, or with stocks below the life-saving threshold.",
                "{n} consents were given with pressure reported, or with stocks below the life-saving threshold.",
                found.flagged,
            )
        )
    if found.invented:
        lines.append(desk.words.say("The households are invented."))
    return lines
