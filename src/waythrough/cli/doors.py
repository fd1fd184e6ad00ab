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
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="How many rows.")
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
    """The ranking of doors, most helpful first; ties shown as ties."""
    from waythrough.actions.speak import urgent_words, value_words

    for line in urgent_words(report, settings.tongue):
        click.echo(line)
    rows = value_words(report, settings.tongue)
    if not rows:
        click.echo("No door to value: every door of the plan is open, or there is no plan.")
        return
    columns = ["#", "door", "held by", "if it", "fed", "journeys", "ask by", "chance", "ties"]
    settings.table(
        columns,
        [
            [r.rank, r.doors, r.parties, r.change, r.fed, r.moved, r.ask_by, r.chance, r.ties]
            for r in rows[:top]
        ],
    )
    for row in rows[:top]:
        if row.explained:
            click.echo(f"{row.rank} {row.doors}: {' '.join(row.explained)}")
    if len(rows) > top:
        settings.talk(f"{len(rows) - top} more: waythrough doors --top {len(rows)}")
