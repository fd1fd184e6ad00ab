"""``waythrough backup OUT``: the whole ledger and this device's keys, in one encrypted file."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings

VARIABLE = "WAYTHROUGH_BACKUP_PASSPHRASE"


@click.command("backup", cls=Shared)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--to", "recipients", multiple=True, metavar="AGE1…", help="Who may open it: an age recipient.")
@click.option("--no-passphrase", is_flag=True, help="Only recipients and the recovery code open it.")
@pass_settings
def command(settings: Settings, out: Path, recipients: tuple[str, ...], no_passphrase: bool) -> None:
    """Verify the ledger, then write all of it and this device's keys into one encrypted file.

    The passphrase is the backup's own: take another than the laptop's, and keep it elsewhere. This device's recovery
    code opens it too, if there is one. A script puts the passphrase into WAYTHROUGH_BACKUP_PASSPHRASE.

    A backup made before somebody was erased still holds their data. Give old backups a short life.

    \b
    Examples:
      waythrough backup /media/stick/valley-2026-11-22.wayback
      waythrough backup daily.wayback --to age1… --no-passphrase
    """
    from waythrough.actions.safekeeping import back_up

    passphrase = "" if no_passphrase else settings.secret("Passphrase of the backup", VARIABLE, twice=True)
    made = back_up(settings.place(), out, passphrase, recipients)
    about = made.contents
    if settings.json:
        said = {
            "commits": about.commits,
            "entries": about.entries,
            "keys": about.keys,
            "root": about.root.hex(),
        }
        settings.emit("backup", {"path": str(out), **said, "opens_with": list(made.opens_with)})
    settings.talk(
        f"Wrote {out}: {about.commits} commits, {about.entries} entries, {about.keys} keys of the vault, verified. "
        f"It opens with {' or '.join(made.opens_with)}."
    )
    settings.next(f"waythrough restore {out} NEW.way, on another machine, to see that it works")
