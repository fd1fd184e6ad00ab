"""``waythrough plan why``: why not this household, destination, route, day, or aim."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

if TYPE_CHECKING:
    from waythrough.actions.choose import Chosen
    from waythrough.publish.content import Report

FILE = click.Path(path_type=Path)


@click.command("why", cls=Shared)
@click.argument("about", metavar="HOUSEHOLD|DESTINATION|ROUTE|DAY|GROUP")
@click.option("--to", default="", metavar="DESTINATION", help="Of a household: this destination only.")
@click.option("--on", default="", metavar="DAY", help="This day only, as a date or counted from 0.")
@click.option("--until", "by_day", default="", metavar="DAY", help="Of a group: out by this day.")
@click.option("--days", type=click.IntRange(1, 180), help="How far ahead.  [default: 28]")
@click.option("--situation", "situation_file", type=FILE, help="A situation file; no workspace.")
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
        settings.emit("why", to_body(found, full=True))
        return
    for line in why_words(report, found, settings.tongue):
        click.echo(line)
    if situation_file is None:
        settings.next("waythrough doors", "waythrough record request --help")


def plan_of(
    settings: Settings, days: int | None, situation_file: Path | None, plan_file: Path | None
) -> tuple[Chosen, Report]:
    """The plan a question is about: of the files named, or made from the workspace now."""
    from waythrough.actions import alone, choose, tell
    from waythrough.actions.permissions import check_can

    if plan_file is not None and situation_file is None:
        raise click.UsageError("--plan needs the --situation it was made from.")
    if situation_file is not None:
        if days is not None:
            raise click.UsageError("--days is in the situation file.")
        if plan_file is not None:
            chosen = alone.read(situation_file, plan_file)
        else:
            with settings.working(f"Planning from {situation_file}"):
                chosen = alone.plan_file(situation_file)
        return chosen, alone.report(chosen)
    ws = settings.open()
    check_can(settings.actor(ws), "see inside")
    with settings.working(f"Planning from {ws.as_of}"):
        chosen = choose.make_plan(ws, days or choose.DAYS, settings.site)
    settings.unread(ws)
    return chosen, tell.gather(
        ws, days=days or choose.DAYS, chosen=chosen, values=False, site_id=settings.site
    ).report
