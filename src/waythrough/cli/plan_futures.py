"""``waythrough plan futures``: what may come of the weeks ahead, over many futures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.given import DAYS, FILE, SITUATION, plan_of, situation_of
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

if TYPE_CHECKING:
    from waythrough.terms.estimates import Estimate
    from waythrough.terms.futures import FirstDay, Futures, PlanFutures, TripFuture, WeekFan
    from waythrough.terms.planned import Plan
    from waythrough.terms.situation import Situation

ASKED = {
    "shut": "at every door that is not open somebody asks today",
    "waiting": "nobody is asked anew, and requests that wait are answered or not",
}
RULE = (
    "in {together_percent} % of futures a party answers at all its doors at once; where nothing is known of it, a yes "
    "holds {window_days} days; where no record says otherwise, {suspended_per_1000_days} in 1,000 open days end a "
    "window early, and on {impeded_percent} % of days a party lets nothing pass in spite of its yes"
)
KINDS = {"convoy": "convoy in", "return": "journey out", "evacuation": "medical evacuation"}


@click.command("futures", cls=Shared)
@DAYS
@SITUATION
@click.option(
    "--futures",
    "number",
    default=2_000,
    show_default=True,
    type=click.IntRange(100),
    help="How many to play.",
)
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same futures.")
@click.option("--plan", "plan_file", type=FILE, help="Play this plan as it stands.")
@click.option("--planned", is_flag=True, help="Play the plan that is made now, as it stands.")
@pass_settings
def futures(
    settings: Settings,
    days: int | None,
    situation_file: Path | None,
    number: int,
    seed: int,
    plan_file: Path | None,
    planned: bool,
) -> None:
    """What may come: week by week, parties answering as is believed of them. Internal only.

    Each future is planned again every morning by a simple rule, which is told beside the figures: this is how much
    things may vary, not the best that can be done. For that, see the plan.

    With --plan or --planned a plan is played as it stands: trip by trip, in how many futures its road is open on its
    day, and what comes of it if nobody plans again.

    \b
    Examples:
      waythrough plan futures
      waythrough plan futures --situation situation.json --futures 20000
      waythrough plan futures --planned
      waythrough plan futures --plan told.json
    """
    if plan_file is not None and planned:
        raise click.UsageError("--plan names a plan, --planned makes one: give one of them.")
    if plan_file is not None or planned:
        now, plan = _planned(settings, days, situation_file, plan_file)
        _play_plan(settings, now, plan, number, seed)
        return
    from waythrough.actions.choose import play

    situation = situation_of(settings, days, situation_file)
    with settings.working(f"Playing {number:,} futures of {situation.days} days"):
        found = play(situation, number, seed)
    if settings.json:
        settings.emit("futures", to_body(found, full=True))
        return
    _tell(settings, found)


def _planned(
    settings: Settings, days: int | None, situation_file: Path | None, plan_file: Path | None
) -> tuple[Situation, Plan]:
    """A situation, and the plan named or made from it."""
    from waythrough.actions import alone

    if plan_file is not None:
        return situation_of(settings, days, situation_file), alone.old_plan(plan_file)
    chosen, _ = plan_of(settings, days, situation_file, None)
    return chosen.situation, chosen.plan


def _play_plan(settings: Settings, now: Situation, plan: Plan, number: int, seed: int) -> None:
    from waythrough.actions.choose import play_plan

    with settings.working(f"Playing the plan in {number:,} futures of {now.days} days"):
        found = play_plan(now, plan, number, seed)
    if settings.json:
        settings.emit("plan-futures", to_body(found, full=True))
        return
    _tell_plan(settings, found)


def _tell(settings: Settings, found: Futures) -> None:
    _tell_weeks(settings, found, found.weeks)
    click.echo(_first("A first journey out", found.first_journey))
    click.echo(_first("A first convoy in", found.first_convoy))
    rule = _tell_known(found)
    filled = f"{rule['filled_percent']} % of seats are filled"
    click.echo(
        f"Played by this rule: {ASKED.get(rule['ask'], rule['ask'])}; {RULE.format(**rule)}; {filled}."
    )


def _tell_plan(settings: Settings, found: PlanFutures) -> None:
    _tell_weeks(settings, found, found.weeks)
    click.echo(
        f"If every trip travels as told, {found.people:,} people leave and {found.person_days_unmet:,} person-days "
        f"stay unmet among those who remain. All do in {found.as_told.value:.0%} of futures."
    )
    settings.table(
        ["trip", "road", "day", "people", "travels", "turned back", "road shut"],
        [_trip(trip) for trip in found.trips],
    )
    if found.gone_by:
        click.echo(f"Trips of the plan outside these days, not played: {found.gone_by}.")
    if not found.same_situation:
        click.echo(
            "The plan was made from another situation than this one. What of it is still legal: check."
        )
    rule = _tell_known(found)
    click.echo(
        "Nobody plans again: a trip that cannot go is not made up for. "
        f"Besides: {ASKED.get(rule['ask'], rule['ask'])}; {RULE.format(**rule)}."
    )


def _tell_weeks(settings: Settings, found: Futures | PlanFutures, weeks: tuple[WeekFan, ...]) -> None:
    click.echo(
        f"{found.number:,} futures of {found.days} days from {found.first_day}. "
        f"Intervals hold {found.level:.0%} of them."
    )
    settings.table(
        ["week", "people gone by its end", "", "person-days unmet in it", ""],
        [[f"{w.first} – {w.last}", *_fan(w.moved), *_fan(w.unmet)] for w in weeks],
    )


def _tell_known(found: Futures | PlanFutures) -> dict[str, str]:
    """What the forecast rests on; returns the rule it was played by."""
    if found.unknown:
        click.echo(
            f"Nothing is known of what these would answer; they stay as they are: {', '.join(found.unknown)}."
        )
    if found.cases:
        click.echo(f"The least known party's forecast rests on {found.cases} decided requests.")
    for rate in found.rates:
        click.echo(
            f"{rate.party}: {rate.ended_early} yeses taken back in {rate.open_days} open days and {rate.stopped} of "
            f"{rate.tried} movements impeded; with what is assumed, {rate.suspended_per_1000_days:.1f} in 1,000 days "
            f"and {rate.impeded_percent:.0f} %."
        )
    return dict(found.policy)


def _trip(trip: TripFuture) -> list[str]:
    travels, back = trip.travels.value, trip.turned_back.value
    chances = [f"{share:.0%}" for share in (travels, back, max(0.0, 1 - travels - back))]
    return [KINDS[trip.kind], trip.route, str(trip.day), f"{trip.people:,}", *chances]


def _fan(estimate: Estimate) -> list[str]:
    return [f"{estimate.value:,.0f}", f"{estimate.low:,.0f} to {estimate.high:,.0f}"]


def _first(what: str, when: FirstDay) -> str:
    chance = f"{what}: in {when.chance.value:.0%} of futures"
    return f"{chance}, in half of all futures by {when.middle}." if when.middle else f"{chance}."
