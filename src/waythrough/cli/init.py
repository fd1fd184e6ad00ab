"""``waythrough init``: begin a new workspace."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings


@click.command("init", cls=Shared)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--title", help="What people call this workspace (default: the file's name).")
@click.option("--person", required=True, help="Your name or initials: the first person, head of office.")
@click.option("--case", "case", help="Begin with a shipped case instead of empty.")
@pass_settings
def command(settings: Settings, path: Path, title: str | None, person: str, case: str | None) -> None:
    """Begin a new workspace: one file, with you as its first person.

    \b
    Example:
      waythrough init valley.way --person "A. K."
    """
    from waythrough.actions.beginning import begin

    with begin(path, title or path.stem, person, case) as ws:
        first = ws.person()
        count = len(ws.ledger.log(limit=3))
    if settings.json:
        settings.emit("workspace", {"path": str(path), "person": first.id})
    settings.talk(
        f"Created {path} (SQLite, {count} first entries, signed by this device). You are {first.id}."
    )
    settings.next("waythrough record organisation --help", "waythrough import --template places")
