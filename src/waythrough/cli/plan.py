"""``waythrough plan``: the coming days, with the proof."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body


@click.command("plan", cls=Shared)
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 90), help="How far ahead.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the plan file.")
@click.option(
    "--situation-out", type=click.Path(path_type=Path), help="Write the situation file it was made from."
)
@click.option("--keep", is_flag=True, help="Write the plan down in the ledger.")
@pass_settings
def command(settings: Settings, days: int, out: Path | None, situation_out: Path | None, keep: bool) -> None:
    """Compute the best plan with the doors that are open, prove how good it is, and check it.

    Nobody is seated without the live consent of every adult. Exit code 8 if there is nothing to plan from.

    \b
    Examples:
      waythrough plan
      waythrough plan --as-of 2018-10-17 --out plan.json --situation-out situation.json
    """
    from waythrough.actions import choose, tell
    from waythrough.actions.speak import plan_words

    ws = settings.open_now() if keep else settings.open()
    settings.talk(f"Planning {days} days from {ws.as_of} …")
    chosen = choose.make_plan(ws, days, settings.site)
    settings.unread(ws)
    if out or situation_out:
        choose.save(chosen, situation_out, out)
    if keep:
        entry = choose.keep_plan(ws, settings.actor(ws), chosen)
        settings.talk(f"Written down as {entry.record}.")
    if settings.json:
        settings.emit(
            "planned",
            {
                "gap": chosen.plan.gap,
                "does_nothing": chosen.plan.does_nothing,
                "plan": to_body(chosen.plan, full=True),
            },
        )
        return
    spoken = plan_words(tell.gather(ws, days=days, chosen=chosen, values=False, site_id=settings.site).report)
    for line in (*spoken.headline, *spoken.blockers):
        click.echo(line)
    for day, lines in spoken.days:
        click.echo(f"\n{day}")
        for line in lines:
            click.echo(f"  {line}")
    settings.next("waythrough doors", "waythrough publish")
