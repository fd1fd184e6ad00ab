"""``waythrough plan repair``: after a denial, a withdrawal or a broken bus, a new plan that changes little."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.given import DAYS, FILE, situation_of
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.whys import LOST


@click.command("repair", cls=Shared)
@click.option("--plan", "plan_file", type=FILE, required=True, help="The plan people were told.")
@click.option(
    "--situation", "situation_file", type=FILE, help="The situation as it is now; else the workspace's."
)
@click.option(
    "--frozen",
    default=3,
    show_default=True,
    type=click.IntRange(0),
    help="Days that change only if they must.",
)
@click.option(
    "--reshuffle", is_flag=True, help="Move people who may travel as told too, where all gain by it."
)
@DAYS
@click.option("--at-once", is_flag=True, help="Only say who may not travel as told; plan nothing new.")
@click.option("--out", type=FILE, help="Write the new plan file.")
@click.option("--situation-out", type=FILE, help="Write its situation, with what was promised.")
@pass_settings
def repair(
    settings: Settings,
    plan_file: Path,
    situation_file: Path | None,
    frozen: int,
    reshuffle: bool,
    days: int | None,
    at_once: bool,
    out: Path | None,
    situation_out: Path | None,
) -> None:
    """A new plan after something changed: what people were told is kept wherever it is still legal.

    Says at once how many may not travel as told; then who travels on another day or elsewhere, and who lost a seat
    and is told first. Whoever may still travel as told does, unless --reshuffle asks for the most that all journeys
    together can be worth.

    \b
    Examples:
      waythrough plan repair --plan old.json --situation now.json --at-once
      waythrough plan repair --plan old.json --situation now.json --out new.json --situation-out promised.json
    """
    from waythrough.actions import alone, choose
    from waythrough.actions.speak import change_words, standing_words

    if at_once and (out or situation_out or reshuffle):
        raise click.UsageError(
            "--at-once writes no file and moves nobody: what it finds is a list, no plan yet."
        )
    now, old = situation_of(settings, days, situation_file), alone.old_plan(plan_file)
    stands = alone.standing(now, old)
    as_of = {"as_of": now.as_of.isoformat()}
    if at_once and settings.json:
        settings.emit("standing", as_of | to_body(stands, full=True))
        return
    if not settings.json:
        for line in standing_words(alone.report_of(now), stands, settings.tongue, each=at_once):
            click.echo(line)
    if at_once:
        return
    with settings.working(f"Repairing {plan_file}"):
        chosen, what = alone.repair(now, old, stands, frozen, reshuffle=reshuffle)
    choose.save(chosen, situation_out, out)
    if settings.json:
        body = {"changes": to_body(what, full=True), "plan": to_body(chosen.plan, full=True)}
        settings.emit("repaired", as_of | body)
        return
    for line in change_words(alone.report(chosen), what, settings.tongue):
        click.echo(line)
    lost = what.those(LOST)
    if lost and situation_out and out:
        settings.next(f"waythrough plan why {lost[0].household} --situation {situation_out} --plan {out}")
