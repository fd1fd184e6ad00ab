"""``waythrough passphrase``: put this device's keys under a passphrase."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings

OLD, NEW, CODE = "WAYTHROUGH_PASSPHRASE", "WAYTHROUGH_NEW_PASSPHRASE", "WAYTHROUGH_RECOVERY_CODE"


@click.command("passphrase", cls=Shared)
@click.argument("what", type=click.Choice(["set", "change", "recover", "remove"]))
@pass_settings
def command(settings: Settings, what: str) -> None:
    """Put this device's keys under a passphrase, change it, or come back in with the recovery code.

    A passphrase is typed, never given on the line. A script puts it into WAYTHROUGH_PASSPHRASE, a new one into
    WAYTHROUGH_NEW_PASSPHRASE, and the recovery code into WAYTHROUGH_RECOVERY_CODE.

    \b
    Examples:
      waythrough passphrase set
      waythrough passphrase recover        with the twelve words on paper
    """
    {"set": _set, "change": _change, "recover": _recover, "remove": _remove}[what](settings)


def _set(settings: Settings) -> None:
    from waythrough.actions import guarding

    code = guarding.set_passphrase(settings.secret("New passphrase", NEW, twice=True))
    if settings.json:
        settings.emit("passphrase", {"passphrase": True, "recovery_code": code})
    settings.talk("From now on this device's keys open with the passphrase alone.")
    if code is None:
        settings.talk("The recovery code printed earlier stays good.")
        return
    settings.talk("Its recovery code. Write it on paper now; it is kept nowhere and not shown again:")
    if not settings.json:
        click.echo(f"\n  {code}\n")
    settings.talk(
        "Whoever has this paper and this laptop has your keys; workspaces begun from now on also let the paper enrol "
        "a new device. Keep it where neither the laptop nor a fire will take it."
    )
    settings.next("waythrough unlock", "waythrough lock")


def _change(settings: Settings) -> None:
    from waythrough.actions import guarding

    old = settings.secret("Passphrase of this device", OLD)
    guarding.change_passphrase(old, settings.secret("New passphrase", NEW, twice=True))
    _said(settings, True, "The passphrase is another one now. The recovery code stays as it was.")


def _recover(settings: Settings) -> None:
    from waythrough.actions import guarding

    code = settings.secret("Recovery code, twelve words", CODE)
    guarding.recover(code, settings.secret("New passphrase", NEW, twice=True))
    _said(
        settings,
        True,
        "The keys are open again, under the new passphrase. The recovery code stays as it was.",
    )


def _remove(settings: Settings) -> None:
    from waythrough.actions import guarding

    guarding.remove_passphrase(settings.secret("Passphrase of this device", OLD))
    _said(settings, False, "No passphrase is asked for any more: whoever can read this folder has the keys.")


def _said(settings: Settings, passphrase: bool, words: str) -> None:
    if settings.json:
        settings.emit("passphrase", {"passphrase": passphrase})
    settings.talk(words)
