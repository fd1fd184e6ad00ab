"""``waythrough init``: begin a new workspace."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings


@click.command("init", cls=Shared)
@click.argument("where", metavar="FILE|ADDRESS")
@click.option("--title", help="What people call this workspace (default: the file's or schema's name).")
@click.option("--person", required=True, help="Your name or initials: the first person, head of office.")
@click.option("--case", "case", help="Begin with a shipped case instead of empty.")
@click.option(
    "--sealed/--plain-file",
    "sealed",
    default=None,
    help="Encrypt the whole file (default: where this device has a passphrase and SQLCipher is installed).",
)
@pass_settings
def command(
    settings: Settings, where: str, title: str | None, person: str, case: str | None, sealed: bool | None
) -> None:
    """Begin a new workspace, with you as its first person: one file, or a schema on a PostgreSQL server.

    \b
    Examples:
      waythrough init valley.way --person "A. K."
      waythrough init "postgresql://team@db.example.org/field?schema=valley" --person "A. K."
    """
    from waythrough.actions.beginning import begin

    settings.may_ask()
    with begin(where, title, person, case, sealed=sealed) as ws:
        first, place = ws.person(), ws.ledger.place
        count = len(ws.ledger.log(limit=3))
    if settings.json:
        settings.emit("workspace", {"path": str(place), "person": first.id})
    settings.talk(
        f"Created {place} ({place.keeper}, {count} first entries, signed by this device). You are {first.id}."
    )
    settings.next("waythrough record organisation --help", "waythrough import --template places")
