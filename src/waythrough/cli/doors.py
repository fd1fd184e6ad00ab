"""``waythrough doors``: what each door is worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.given import DAYS, FILE, refuse_days
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

if TYPE_CHECKING:
    from waythrough.publish.content import Report


@click.command("doors", cls=Shared)
@click.option(
    "--top", default=10, show_default=True, type=click.IntRange(1), help="How many rows of each ranking."
)
@DAYS
@click.option("--pairs/--no-pairs", default=True, help="Also doors that only help together.")
@click.option("--situation", "situation_file", type=FILE, help="A situation file, with --plan; no workspace.")
@click.option("--plan", "plan_file", type=FILE, help="The plan file made from it.")
@pass_settings
def command(
    settings: Settings,
    top: int,
    days: int | None,
    pairs: bool,
    situation_file: Path | None,
    plan_file: Path | None,
) -> None:
    """What each closed door would be worth if it opened, and each open one if it shut. Internal only.

    Every value comes from solving the plan again, never from a price.

    \b
    Examples:
      waythrough doors --top 3
      waythrough doors --situation situation.json --plan plan.json
    """
    if (situation_file is None) != (plan_file is None):
        raise click.UsageError("--situation and --plan belong together.")
    if situation_file is not None and plan_file is not None:
        report = _of_files(settings, situation_file, plan_file, days, pairs)
    else:
        report = _of_workspace(settings, days or 28, pairs)
    if settings.json:
        settings.emit(
            "doors",
            {
                "as_of": report.as_of.isoformat(),
                "doors": to_body(report.values[:top], full=True),
                "first": to_body(report.evacuations, full=True),
            },
        )
        return
    doors_table(settings, report, top)
    if situation_file is None:
        settings.next("waythrough record request --help", "waythrough publish")


def _of_files(
    settings: Settings, situation_file: Path, plan_file: Path, days: int | None, pairs: bool
) -> Report:
    from waythrough.actions import alone, choose

    refuse_days(days)
    chosen = alone.read(situation_file, plan_file)
    with settings.working("Solving the plan again for each door"):
        return alone.report(chosen, choose.value_doors(chosen, pairs))


def _of_workspace(settings: Settings, days: int, pairs: bool) -> Report:
    from waythrough.actions import tell
    from waythrough.actions.permissions import check_can

    ws = settings.open()
    check_can(settings.actor(ws), "see inside")
    with settings.working("Solving the plan again for each door"):
        told = tell.gather(ws, days=days, pairs=pairs, site_id=settings.site)
    settings.unread(ws)
    return told.report


def doors_table(settings: Settings, report: Report, top: int) -> None:
    """The rankings of doors, most helpful first; ties shown as ties, and what changes nothing after them."""
    from waythrough.actions.speak import ranking_words, urgent_words

    for line in urgent_words(report, settings.tongue):
        click.echo(line)
    found = ranking_words(report, settings.tongue)
    if not (found.rankings or found.unchanged):
        click.echo("No door to value: every door of the plan is open, or there is no plan.")
        return
    for ranking in found.rankings:
        click.echo(ranking.title)
        settings.table(list(ranking.columns), [list(row.cells) for row in ranking.rows[:top]])
        for row in ranking.rows[:top]:
            if row.more:
                click.echo(f"{row.cells[0]} {row.cells[1]}: {' '.join(row.more)}")
    if found.unchanged:
        click.echo(found.title)
    for line in found.unchanged:
        click.echo(f"  {line}")
    longest = max((len(ranking.rows) for ranking in found.rankings), default=0)
    if longest > top:
        settings.talk(f"{longest - top} more: waythrough doors --top {longest}")
