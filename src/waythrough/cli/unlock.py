"""``waythrough unlock``: ask for the passphrase once."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.passphrase import OLD
from waythrough.cli.settings import Settings, pass_settings


@click.command("unlock", cls=Shared)
@pass_settings
def command(settings: Settings) -> None:
    """Keep this device open, in memory only, until nobody has used it for 15 minutes; 8 hours at most.

    \b
    Example:
      waythrough unlock
    """
    from waythrough.actions import guarding

    guarding.unlock(settings.secret("Passphrase of this device", OLD))
    if settings.json:
        settings.emit("lock", {"unlocked": True, "idle_minutes": 15})
    settings.talk("Unlocked. It locks itself after 15 minutes without use, and after 8 hours in any case.")
    settings.next("waythrough lock")
