"""``waythrough plan why``: why not this household, destination, route, day, or aim."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.given import DAYS, FILE, SITUATION, plan_of
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body


@click.command("why", cls=Shared)
@click.argument("about", metavar="HOUSEHOLD|DESTINATION|ROUTE|DAY|GROUP")
@click.option("--to", default="", metavar="DESTINATION", help="Of a household: this destination only.")
@click.option("--on", default="", metavar="DAY", help="This day only, as a date or counted from 0.")
@click.option("--until", "by_day", default="", metavar="DAY", help="Of a group: out by this day.")
@DAYS
@SITUATION
@click.option("--plan", "plan_file", type=FILE, help="The plan file made from it; else it is planned now.")
@pass_settings
def why(
    settings: Settings,
    about: str,
    to: str,
    on: str,
    by_day: str,
    days: int | None,
    situation_file: Path | None,
    plan_file: Path | None,
) -> None:
    """Why not? For each day the first rule that stands against it, and for an aim what would have to give way.

    A group is everyone, most-vulnerable or weight-N. Which adult said no is never told.

    \b
    Examples:
      waythrough plan why HOUSEHOLD --to DESTINATION
      waythrough plan why 2019-04-03
      waythrough plan why most-vulnerable --until 25
      waythrough plan why ROUTE --situation situation.json --plan plan.json
    """
    from waythrough.actions.speak import why_words
    from waythrough.actions.why import why as answer

    chosen, report = plan_of(settings, days, situation_file, plan_file)
    with settings.working("Looking for what stands against it"):
        found = answer(chosen, about, to, on, by_day)
    if settings.json:
        settings.emit("why", {"as_of": report.as_of.isoformat(), **to_body(found, full=True)})
        return
    for line in why_words(report, found, settings.tongue):
        click.echo(line)
    if situation_file is None:
        settings.next("waythrough doors", "waythrough record request --help")
