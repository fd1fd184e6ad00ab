"""``waythrough verify``: re-derive the whole ledger."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.entries import HELD_BACK, REBUILD, Verification

FINDINGS_SHOWN = 100


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
        settings.talk("Reading every commit and entry; about a minute for a million …")
        report(settings, ledger.verify(), "verification")


def report(settings: Settings, found: Verification, schema: str) -> None:
    """Say what a verification found, and leave with exit code 6 unless it found nothing."""
    if settings.json:
        settings.emit(schema, {**to_body(found, full=True), "sound": found.sound})
    elif found.sound:
        click.echo(
            f"Sound: {found.commits} commits, {found.entries} entries; every signature and hash re-derived."
        )
    else:
        shown = found.findings[:FINDINGS_SHOWN]
        settings.table(["where", "found", "what to do"], [[f.place, f.what, f.advice] for f in shown])
        if len(found.findings) > len(shown):
            settings.talk(f"… and {len(found.findings) - len(shown)} more: see --json.")
    if found.sound:
        return
    settings.talk(f"{len(found.findings)} findings in {found.commits} commits, {found.entries} entries.")
    if found.unaltered:
        settings.talk("What is here is right; what others attest is missing.")
        settings.next("waythrough sync")
    elif all(one.advice in (REBUILD, HELD_BACK) for one in found.findings):
        settings.talk("No recorded entry is harmed.")
        settings.next("waythrough rebuild")
    else:
        settings.talk("Do not write to this workspace. Keep it as it is.")
        settings.next("waythrough repair", "waythrough restore BACKUP NEW.way")
    raise click.exceptions.Exit(6)
