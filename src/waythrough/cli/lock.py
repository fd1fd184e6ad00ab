"""``waythrough lock``: lock this device now, or destroy its keys."""

from __future__ import annotations

import sys

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.problems import InputRefused

CANNOT_PROMISE = (
    "What this cannot promise: it hides nothing, anyone can see that there was a ledger; flash memory, swap and "
    "hibernation images may still hold old copies of a key; and what other devices or backups hold stays theirs."
)


@click.command("lock", cls=Shared)
@click.option("--destroy-keys", is_flag=True, help="Overwrite and remove every key of this device, for good.")
@click.option("--yes", is_flag=True, help="Do not ask again, with --destroy-keys.")
@pass_settings
def command(settings: Settings, destroy_keys: bool, yes: bool) -> None:
    """Lock this device now. With --destroy-keys nothing on it can be opened again, by anyone.

    \b
    Examples:
      waythrough lock
      waythrough lock --destroy-keys
    """
    from waythrough.actions import guarding

    if destroy_keys:
        if not yes:
            _ask(settings)
        gone = guarding.destroy_keys()
        if settings.json:
            settings.emit("lock", {"unlocked": False, "destroyed": [str(file) for file in gone]})
        settings.talk(f"{len(gone)} files with keys were overwritten and removed from this device.")
        settings.talk(CANNOT_PROMISE)
        return
    had = guarding.lock()
    state = guarding.guarded()
    if settings.json:
        settings.emit("lock", {"unlocked": False, "passphrase": state.passphrase})
    if not state.passphrase:
        settings.talk("This device has no passphrase, so nothing is locked: whoever has it can read it.")
        settings.next("waythrough passphrase set")
    else:
        settings.talk("Locked." if had else "It was locked already.")


def _ask(settings: Settings) -> None:
    if settings.no_input or not sys.stdin.isatty():
        raise InputRefused(
            place="--destroy-keys",
            found="nobody to ask",
            allowed="--yes, or a terminal",
            remedy="Say --yes if you mean it: what the keys closed can never be opened again on this device.",
        )
    question = "Destroy every key of this device? Sealed workspaces and personal data on it can never be opened again."
    click.confirm(question, abort=True, err=True)
