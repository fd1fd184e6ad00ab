"""``waythrough plan futures``: what may come of the weeks ahead, over many futures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.given import DAYS, SITUATION, situation_of
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

if TYPE_CHECKING:
    from waythrough.terms.estimates import Estimate
    from waythrough.terms.futures import FirstDay, Futures

ASKED = {
    "shut": "at every door that is not open somebody asks today",
    "waiting": "nobody is asked anew, and requests that wait are answered or not",
}
RULE = (
    "in {together_percent} % of futures a party answers at all its doors at once; where nothing is known of it, a yes "
    "holds {window_days} days; {suspended_per_1000_days} in 1,000 open days end a window early; on {impeded_percent} % "
    "of days a party lets nothing pass in spite of its yes; {filled_percent} % of seats are filled."
)


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
@pass_settings
def futures(
    settings: Settings, days: int | None, situation_file: Path | None, number: int, seed: int
) -> None:
    """What may come: week by week, parties answering as is believed of them. Internal only.

    Each future is planned again every morning by a simple rule, which is told beside the figures: this is how much
    things may vary, not the best that can be done. For that, see the plan.

    \b
    Examples:
      waythrough plan futures
      waythrough plan futures --situation situation.json --futures 20000
    """
    from waythrough.actions.choose import play

    situation = situation_of(settings, days, situation_file)
    with settings.working(f"Playing {number:,} futures of {situation.days} days"):
        found = play(situation, number, seed)
    if settings.json:
        settings.emit("futures", to_body(found, full=True))
        return
    _tell(settings, found)


def _tell(settings: Settings, found: Futures) -> None:
    click.echo(
        f"{found.number:,} futures of {found.days} days from {found.first_day}. "
        f"Intervals hold {found.level:.0%} of them."
    )
    settings.table(
        ["week", "people gone by its end", "", "person-days unmet in it", ""],
        [[f"{w.first} – {w.last}", *_fan(w.moved), *_fan(w.unmet)] for w in found.weeks],
    )
    click.echo(_first("A first journey out", found.first_journey))
    click.echo(_first("A first convoy in", found.first_convoy))
    if found.unknown:
        click.echo(
            f"Nothing is known of what these would answer; they stay as they are: {', '.join(found.unknown)}."
        )
    click.echo(f"The least known party's forecast rests on {found.cases} decided requests.")
    rule = dict(found.policy)
    click.echo(f"Played by this rule: {ASKED.get(rule['ask'], rule['ask'])}; {RULE.format(**rule)}")


def _fan(estimate: Estimate) -> list[str]:
    return [f"{estimate.value:,.0f}", f"{estimate.low:,.0f} to {estimate.high:,.0f}"]


def _first(what: str, when: FirstDay) -> str:
    chance = f"{what}: in {when.chance.value:.0%} of futures"
    return f"{chance}, in half of all futures by {when.middle}." if when.middle else f"{chance}."
