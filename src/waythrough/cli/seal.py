"""``waythrough seal``: encrypt a whole workspace file."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings


@click.command("seal", cls=Shared)
@click.argument("path", type=click.Path(path_type=Path))
@pass_settings
def command(settings: Settings, path: Path) -> None:
    """Encrypt a whole workspace file, so that it opens on this device alone, with its passphrase.

    The plain file is overwritten where it lay. On flash memory older copies of it may remain: seal early.

    \b
    Example:
      waythrough seal valley.way
    """
    from waythrough.actions import guarding

    settings.may_ask()
    guarding.seal(path)
    if settings.json:
        settings.emit("seal", {"path": str(path), "sealed": True})
    settings.talk(f"{path} is sealed. The plain file was overwritten; old copies of it elsewhere are not.")
    settings.next("waythrough verify", "waythrough lock")
