"""``waythrough doors``: what each door is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

if TYPE_CHECKING:
    from waythrough.publish.content import Report


@click.command("doors", cls=Shared)
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="How many rows.")
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 90), help="How far ahead.")
@click.option("--pairs/--no-pairs", default=True, help="Also doors that only help together.")
@pass_settings
def command(settings: Settings, top: int, days: int, pairs: bool) -> None:
    """What each closed door would be worth if it opened, and each open one if it shut. Internal only.

    Every value comes from solving the plan again, never from a price.

    \b
    Example:
      waythrough doors --top 3
    """
    from waythrough.actions import tell
    from waythrough.actions.permissions import check_can

    ws = settings.open()
    check_can(settings.actor(ws), "see inside")
    settings.talk("Solving the plan again for each door …")
    told = tell.gather(ws, days=days, pairs=pairs, site_id=settings.site)
    settings.unread(ws)
    if settings.json:
        settings.emit(
            "doors", {"as_of": ws.as_of.isoformat(), "doors": to_body(told.report.values[:top], full=True)}
        )
        return
    doors_table(settings, told.report, top)
    settings.next("waythrough record request --help", "waythrough publish")


def doors_table(settings: Settings, report: Report, top: int) -> None:
    """The ranking of doors, most helpful first; ties shown as ties."""
    from waythrough.actions.speak import value_words

    rows = value_words(report)
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
    if len(rows) > top:
        settings.talk(f"{len(rows) - top} more: waythrough doors --top {len(rows)}")
