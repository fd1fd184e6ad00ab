"""What a command works on: files somebody named, or the workspace. Most commands of the plan take either."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waythrough.cli.settings import Settings

if TYPE_CHECKING:
    from waythrough.actions.choose import Chosen
    from waythrough.publish.content import Report
    from waythrough.terms.situation import Situation

FILE = click.Path(path_type=Path)
DAYS = click.option("--days", type=click.IntRange(1, 180), help="How far ahead.  [default: 28]")
SITUATION = click.option("--situation", "situation_file", type=FILE, help="A situation file; no workspace.")


def refuse_days(days: int | None) -> None:
    """Beside a situation file no other number of days can be asked for.

    Raises
    ------
    UsageError
        ``--days`` was given.
    """
    if days is not None:
        raise click.UsageError("--days is in the situation file.")


def situation_of(settings: Settings, days: int | None, situation_file: Path | None) -> Situation:
    """The situation of the file named, or of the workspace as of now."""
    from waythrough.actions import alone, choose
    from waythrough.actions.permissions import check_can

    if situation_file is not None:
        refuse_days(days)
        return alone.situation_file(situation_file)
    ws = settings.open()
    check_can(settings.actor(ws), "see inside")
    found = choose.situation(ws, days or choose.DAYS, settings.site)
    settings.unread(ws)
    return found


def plan_of(
    settings: Settings, days: int | None, situation_file: Path | None, plan_file: Path | None
) -> tuple[Chosen, Report]:
    """The plan a question is about: of the files named, or made from the workspace now."""
    from waythrough.actions import alone, choose, tell
    from waythrough.actions.permissions import check_can

    if plan_file is not None and situation_file is None:
        raise click.UsageError("--plan needs the --situation it was made from.")
    if situation_file is not None:
        refuse_days(days)
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
