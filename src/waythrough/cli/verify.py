"""``waythrough verify``: re-derive the whole ledger."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body


@click.command("verify", cls=Shared)
@pass_settings
def command(settings: Settings) -> None:
    """Re-derive every signature, chain link, hash and list. Exit code 6 if a byte was altered.

    \b
    Example:
      waythrough verify
    """
    from waythrough.ledger import Ledger

    with Ledger.open(settings.place()) as ledger:
        found = ledger.verify()
    if settings.json:
        settings.emit("verification", {**to_body(found, full=True), "sound": found.sound})
    elif found.sound:
        click.echo(
            f"Sound: {found.commits} commits, {found.entries} entries; every signature and hash re-derived."
        )
    else:
        settings.table(
            ["where", "found", "what to do"], [[f.place, f.what, f.advice] for f in found.findings]
        )
        click.echo(
            f"{len(found.findings)} findings. Do not write to this file; go back to a backup.", err=True
        )
    if not found.sound:
        raise click.exceptions.Exit(6)
