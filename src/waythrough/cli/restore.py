"""``waythrough restore FILE NEW``: a whole workspace from a backup, or nothing."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.backup import VARIABLE
from waythrough.cli.passphrase import CODE
from waythrough.cli.settings import Settings, pass_settings


@click.command("restore", cls=Shared)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("new")
@click.option("--recovery-code", "by_code", is_flag=True, help="Open it with the twelve words on paper.")
@click.option(
    "--identity",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Open it with a file of age identities.",
)
@pass_settings
def command(settings: Settings, file: Path, new: str, by_code: bool, identity: Path | None) -> None:
    """Restore a backup in a new workspace: a file, or a schema on a server. Nothing that is there is overwritten.

    Every signature and hash is verified before the workspace gets its name. What this device writes there begins a
    new epoch of its log, so that nothing it signed after the backup is signed a second time. Sync soon: people who
    were erased since the backup was made are erased here again then.

    \b
    Examples:
      waythrough restore valley-2026-11-22.wayback valley.way
      waythrough restore valley.wayback "postgresql://desk@server/field?schema=valley"
    """
    from waythrough.actions.safekeeping import restore
    from waythrough.ledger.places import find

    settings.may_ask()
    code = settings.secret("Recovery code, twelve words", CODE) if by_code else ""
    asks = not (by_code or identity)
    passphrase = settings.secret("Passphrase of the backup", VARIABLE) if asks else ""
    place = find(new)
    done = restore(file, place, passphrase, code, identity)
    about = done.contents
    if settings.json:
        said = {
            "commits": about.commits,
            "entries": about.entries,
            "keys": done.keys,
            "root": about.root.hex(),
        }
        settings.emit("restored", {"workspace": str(place), **said, "same_device": done.same_device})
    settings.talk(
        f"Restored {place} as it was on {about.made:%Y-%m-%d %H:%M} UTC: {about.commits} commits, {about.entries} "
        f"entries, verified; {done.keys} keys of the vault were new here."
    )
    if done.same_device:
        settings.talk(
            "This is the device that made the backup; what it writes from now on begins a new epoch."
        )
    else:
        settings.talk("This machine is another device: it reads. To write, have it enrolled by a keeper.")
    if not done.passphrase:
        settings.talk("Its keys are under no passphrase.")
    settings.next("waythrough sync", *(() if done.passphrase else ("waythrough passphrase set",)))
