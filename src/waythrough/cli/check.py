"""``waythrough check``: a plan file against its situation, by code that shares nothing with the planner."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body


@click.command("check", cls=Shared)
@click.argument("situation", type=click.Path(path_type=Path))
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--slow", is_flag=True, help="By the readable loops, whatever the size.")
@pass_settings
def command(settings: Settings, situation: Path, plan: Path, slow: bool) -> None:
    """Check every hard rule, every total and the proof of a plan. Exit code 6 if one is broken.

    \b
    Example:
      waythrough plan --out plan.json --situation-out situation.json
      waythrough check situation.json plan.json
    """
    from waythrough.actions.choose import check_files

    with settings.working(f"Checking {plan}"):
        breaches = check_files(situation, plan, slow=slow)
    if settings.json:
        settings.emit("check", {"sound": not breaches, "breaches": to_body(breaches, full=True)})
    elif breaches:
        # Of a plan made from another situation nearly everything is another: that alone is worth saying.
        first = [b for b in breaches if b.rule == "situation-hash"] or breaches
        settings.table(["rule", "where", "found"], [[b.rule, b.place, b.found] for b in first])
        if len(first) < len(breaches):
            settings.talk(
                f"The plan was made from another situation: name its own. {len(breaches) - len(first)} other rules "
                "and totals do not hold for this one either; --json lists them."
            )
    else:
        click.echo("Sound: every hard rule and every total holds.")
    if breaches:
        raise click.exceptions.Exit(6)
    settings.next(f"waythrough doors --situation {situation} --plan {plan}")
