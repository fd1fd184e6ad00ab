"""``waythrough plan``: the coming days, with the proof."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared, SharedGroup
from waythrough.cli.given import DAYS, FILE
from waythrough.cli.plan_futures import futures
from waythrough.cli.plan_repair import repair
from waythrough.cli.settings import Settings, pass_settings
from waythrough.cli.why import why
from waythrough.terms.codec import to_body
from waythrough.terms.problems import InputRefused

if TYPE_CHECKING:
    from waythrough.actions.choose import Chosen
    from waythrough.publish.content import Report

Search = tuple[int | None, int]
"""Slices of search, None for as many as it takes; and the seed."""
LINES = 60
"""How many dated lines are shown before the rest is left to the file, unless --all is given."""


@click.group("plan", cls=SharedGroup, invoke_without_command=True)
@DAYS
@click.option(
    "--situation", "situation_file", type=FILE, help="Plan from a situation file, without a workspace."
)
@click.option("--out", type=FILE, help="Write the plan file.")
@click.option("--situation-out", type=FILE, help="Write the situation file it was made from.")
@click.option("--keep", is_flag=True, help="Write the plan down in the ledger.")
@click.option(
    "--slices", type=click.IntRange(0), help="Fixed slices of search; the plan says how many it took."
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Of the search: the same seed gives the same plan.",
)
@click.option("--all", "everything", is_flag=True, help="Show every dated line, however many.")
@pass_settings
@click.pass_context
def command(
    ctx: click.Context,
    settings: Settings,
    days: int | None,
    situation_file: Path | None,
    out: Path | None,
    situation_out: Path | None,
    keep: bool,
    slices: int | None,
    seed: int,
    everything: bool,
) -> None:
    """Compute the best plan with the doors that are open, prove how good it is, and check it.

    Nobody is seated without the live consent of every adult. Exit code 8 if there is nothing to plan from.

    \b
    Examples:
      waythrough plan
      waythrough plan --as-of 2018-10-17 --out plan.json --situation-out situation.json
      waythrough plan --situation situation.json --out plan.json
      waythrough plan why ID              why not this household, route, destination or day
    """
    if ctx.invoked_subcommand is not None:
        return
    if situation_file is not None:
        chosen, report = _from_file(settings, situation_file, days, keep, (slices, seed))
    else:
        chosen, report = _from_workspace(settings, days or 28, keep, (slices, seed))
    _save(chosen, situation_out, out)
    if settings.json:
        from waythrough.actions.speak import map_days

        settings.emit(
            "planned",
            {
                "gap": chosen.plan.gap,
                "does_nothing": chosen.plan.does_nothing,
                "plan": to_body(chosen.plan, full=True),
                "by_day": to_body(map_days(report), full=True),
            },
        )
        return
    show_plan(settings, report, everything)
    _suggest(settings, situation_file, out)


def _from_file(
    settings: Settings, situation_file: Path, days: int | None, keep: bool, search: Search
) -> tuple[Chosen, Report]:
    from waythrough.actions import alone

    if days is not None or keep:
        raise InputRefused(
            place="--days" if days is not None else "--keep",
            found="an option for a workspace beside --situation",
            allowed="the days of the situation file, and a plan file with --out",
            remedy="Leave it out, or leave out --situation.",
        )
    with settings.working(f"Planning from {situation_file}"):
        chosen = alone.plan_file(situation_file, *search)
    return chosen, alone.report(chosen)


def _from_workspace(settings: Settings, days: int, keep: bool, search: Search) -> tuple[Chosen, Report]:
    from waythrough.actions import choose, tell
    from waythrough.actions.permissions import check_can

    ws = settings.open_now() if keep else settings.open()
    check_can(settings.actor(ws), "make plan")
    with settings.working(f"Planning {days} days from {ws.as_of}"):
        chosen = choose.make_plan(ws, days, settings.site, *search)
    settings.unread(ws)
    if keep:
        entry = choose.keep_plan(ws, settings.actor(ws), chosen)
        settings.talk(f"Written down as {entry.record}.")
    return chosen, tell.gather(ws, days=days, chosen=chosen, values=False, site_id=settings.site).report


def _save(chosen: Chosen, situation_out: Path | None, out: Path | None) -> None:
    from waythrough.actions import choose

    if out or situation_out:
        choose.save(chosen, situation_out, out)


def _suggest(settings: Settings, situation_file: Path | None, out: Path | None) -> None:
    if situation_file is None:
        settings.next("waythrough doors", "waythrough publish")
    elif out is None:
        settings.next(f"waythrough plan --situation {situation_file} --out plan.json")
    else:
        settings.next(
            f"waythrough check {situation_file} {out}",
            f"waythrough doors --situation {situation_file} --plan {out}",
        )


def show_plan(settings: Settings, report: Report, everything: bool = False) -> None:
    """A plan in words: what it does, what blocks more, and its dated lines, as many as fit a screen or two."""
    from waythrough.actions.speak import plan_words, urgent_words

    spoken = plan_words(report, settings.tongue)
    first = (*urgent_words(report, settings.tongue), *spoken.headline, *spoken.blockers)
    for line in (*first, *spoken.not_seated):
        click.echo(line)
    lines = [text for day, lines in spoken.days for text in ("", day, *(f"  {line}" for line in lines))]
    for line in lines if everything else lines[:LINES]:
        click.echo(line)
    if not everything and len(lines) > LINES:
        settings.talk(f"{len(lines) - LINES} more lines: --all shows them, --out writes the plan file.")


@click.command("generate", cls=Shared)
@click.option("--households", default=1000, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How far ahead.")
@click.option(
    "--seed",
    default=1,
    show_default=True,
    type=click.IntRange(0),
    help="The same seed gives the same situation.",
)
@click.option(
    "--shape",
    default="country",
    show_default=True,
    help="country; one-road: a besieged camp; short-trucks: aid alone, too few vehicles.",
)
@click.option("--out", required=True, type=FILE, help="The situation file to write.")
@pass_settings
def generate(settings: Settings, households: int, days: int, seed: int, shape: str, out: Path) -> None:
    """Invent a situation of any size, to try commands and to measure. Everybody in it is invented.

    \b
    Example:
      waythrough plan generate --households 1000 --days 28 --seed 1 --out situation.json
    """
    from waythrough.actions import alone

    with settings.working(f"Inventing {households} households"):
        made = alone.generate(households, days, seed, shape, out)
    found = {
        "file": str(out),
        "households": len(made.households),
        "sites": len(made.sites),
        "destinations": len(made.destinations),
        "doors": len(made.doors),
        "routes": len(made.routes),
        "days": made.days,
    }
    if settings.json:
        settings.emit("generated", found)
    else:
        click.echo(out)
    settings.next(f"waythrough plan --situation {out} --out plan.json")


command.add_command(futures)
command.add_command(generate)
command.add_command(repair)
command.add_command(why)
