"""``waythrough purge``: destroy what is past the last day it may be kept."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings


@click.command("purge", cls=Shared)
@pass_settings
def command(settings: Settings) -> None:
    """Destroy what is past its day: every entry about people carries the last day it may be kept.

    Nothing goes a day early. The policy says how long: keep_personal_days. Run it daily; `board` and `doctor` say
    how much is overdue. --dry-run counts and destroys nothing.

    \b
    Example:
      waythrough purge
    """
    from waythrough.actions import erasing
    from waythrough.cli.erase import show_orders

    with settings.open_now() as ws:
        due = erasing.overdue(ws)
        settings.talk(
            f"{sum(due.values()):,} entries about {len(due):,} people or households are past their day."
        )
        done = erasing.purge(ws, settings.actor(ws))
    if done:
        show_orders(settings, [done])
    elif settings.json:
        settings.emit("erasures", {"orders": []})
