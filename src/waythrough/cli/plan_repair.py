"""``waythrough plan repair``: after a denial, a withdrawal or a broken bus, a new plan that changes little."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.given import DAYS, FILE, situation_of
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

if TYPE_CHECKING:
    from waythrough.plan.standing import Standing


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
    days: int | None,
    at_once: bool,
    out: Path | None,
    situation_out: Path | None,
) -> None:
    """A new plan after something changed: what people were told is kept wherever it is still legal.

    Says at once who may not travel as told; then how many keep their day, and who lost a seat and is told first.

    \b
    Examples:
      waythrough plan repair --plan old.json --situation now.json --at-once
      waythrough plan repair --plan old.json --situation now.json --out new.json --situation-out promised.json
    """
    from waythrough.actions import alone, choose
    from waythrough.actions.speak import change_words

    if at_once and (out or situation_out):
        raise click.UsageError("--at-once writes no file: what it finds is a list, and no plan yet.")
    now, old = situation_of(settings, days, situation_file), alone.old_plan(plan_file)
    stands = alone.standing(now, old)
    if not settings.json:
        _say(stands)
    if at_once:
        if settings.json:
            settings.emit("standing", to_body(stands, full=True))
        return
    with settings.working(f"Repairing {plan_file}"):
        chosen, what = alone.repair(now, old, stands, frozen)
    choose.save(chosen, situation_out, out)
    if settings.json:
        body = {"changes": to_body(what, full=True), "plan": to_body(chosen.plan, full=True)}
        settings.emit("repaired", body)
        return
    for line in change_words(alone.report(chosen), what, settings.tongue):
        click.echo(line)
    for household in what.lost:
        click.echo(f"  {household}  {what.why.get(household, '').replace('_', ' ')}".rstrip())
    if what.lost and situation_out and out:
        settings.next(f"waythrough plan why {what.lost[0]} --situation {situation_out} --plan {out}")


def _say(stands: Standing) -> None:
    """Who may not travel as told, and why: this cannot wait for a better plan."""
    trips, seats = len(stands.trips), sum(len(trip.seats) for trip in stands.trips)
    click.echo(
        f"As told: {seats} households on {trips} trips. Not as told: {len(stands.let_off)} households."
    )
    for one in stands.let_off:
        click.echo(f"  {one.household}  {one.code.replace('_', ' ')}")
