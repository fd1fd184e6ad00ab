"""``waythrough device …``: which laptops and servers may write here."""

from __future__ import annotations

import json
from pathlib import Path
from platform import node
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.passphrase import CODE
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.problems import InputRefused
from waythrough.terms.roles import EVERYWHERE

if TYPE_CHECKING:
    from waythrough.actions.workspace import Workspace


@click.group("device")
def command() -> None:
    """Which laptops and servers may write here, and what their people may do.

    \b
    Examples:
      waythrough device card > boris.card
      waythrough device enrol boris.card --person person-2
      waythrough device list
      waythrough device revoke "Boris's laptop"
    """


@command.command("card", cls=Shared)
@click.option("--name", help="What people will call this device (default: the machine's name).")
@pass_settings
def card(settings: Settings, name: str | None) -> None:
    """Write this device's public card to stdout. It holds nothing secret; read its words to the keeper.

    \b
    Example:
      waythrough device card --name "Boris's laptop" > boris.card
    """
    from waythrough.actions.devices import card_of
    from waythrough.ledger.device import device_key

    shown, body = card_of(device_key(), name or node() or "a laptop")
    click.echo(json.dumps(body, ensure_ascii=False, indent=2))
    settings.talk(f"Its words: {shown.words}")
    settings.talk("Give the card to a keeper, and read these words to them by telephone.")


by_code = click.option(
    "--recovery-code", "by_code", is_flag=True, help="Sign with the recovery code instead of this device."
)


def _signing(settings: Settings, by_code: bool) -> Workspace:
    """The workspace, signed for by this device or by the twelve words on paper."""
    from waythrough.actions.devices import on_paper

    ws = settings.open_now()
    if not by_code:
        return ws
    paper = on_paper(ws, settings.secret("Recovery code, twelve words", CODE))
    settings.opened.append(paper)
    return paper


@command.command("enrol", cls=Shared)
@click.argument("card_file", metavar="CARD", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--person", required=True, help="Whose device it is: the id of a recorded person.")
@click.option(
    "--role", "roles", multiple=True, help="What it may do; repeat for several (default: the person's roles)."
)
@click.option("--words", "said", help="The words its owner read to you: refused if the card has others.")
@by_code
@pass_settings
def enrol(
    settings: Settings, card_file: Path, person: str, roles: tuple[str, ...], said: str | None, by_code: bool
) -> None:
    """Let a device write. --site limits its roles to one site; without it they hold at every site.

    \b
    Example:
      waythrough device enrol boris.card --person person-2 --role registrar --site camp-1
    """
    from waythrough.actions import devices
    from waythrough.ledger.words import heard

    card = devices.read_card(card_file.read_bytes(), card_file.name)
    if said is not None and heard(said) != card.words:
        raise InputRefused(
            place=card_file.name,
            found=f"a card with the words “{card.words}”",
            allowed="the words its owner said",
            remedy="The card may have been exchanged on its way. Ask for it again by another way.",
        )
    with _signing(settings, by_code) as ws:
        entry = devices.enrol_device(
            ws,
            card,
            person=person,
            roles=roles,
            site=settings.site or EVERYWHERE,
            author=settings.actor(ws).id,
        )
    if settings.json:
        settings.emit("device", {"device": card.fingerprint, "entry": entry.id, "words": card.words})
    settings.talk(f"Enrolled {card.name} ({person}). Its words: {card.words}")
    if said is None:
        settings.talk("If its owner reads you other words, revoke it: the card was exchanged on its way.")
    settings.next("waythrough sync FOLDER")


@command.command("list", cls=Shared)
@pass_settings
def list_devices(settings: Settings) -> None:
    """The devices that were ever enrolled, and what each may do now.

    \b
    Example:
      waythrough device list
    """
    from waythrough.actions import devices
    from waythrough.actions.syncing import device_name, person_name

    ws = settings.open()
    members = ws.ledger.world().members
    found = members.laptops()
    if settings.json:
        listed = [
            {
                "device": one.fingerprint.hex(),
                "name": one.name,
                "person": one.person,
                "status": one.status,
                "contested": one.contested,
                "roles": {site: sorted(held) for site, held in one.roles.items()},
            }
            for one in found
        ]
        settings.emit("devices", {"devices": listed, "this": ws.ledger.device().fingerprint.hex()})
        return
    rows = [
        [
            one.fingerprint.hex()[:16],
            device_name(ws, one.fingerprint.hex())
            + (" (this one)" if one.fingerprint == ws.ledger.device().fingerprint else ""),
            person_name(ws, one.person),
            devices.roles_in_words(one) + (" (contested)" if one.contested else ""),
        ]
        for one in found
    ]
    settings.table(["device", "name", "person", "may act as"], rows)


@command.command("revoke", cls=Shared)
@click.argument("which", metavar="DEVICE")
@by_code
@pass_settings
def revoke(settings: Settings, which: str, by_code: bool) -> None:
    """Stop a device, by its name or the first digits of its fingerprint.

    What it wrote as far as it is known here keeps counting. What it writes after that is kept and set aside.

    \b
    Example:
      waythrough device revoke "Boris's laptop"
    """
    from waythrough.actions import devices

    with _signing(settings, by_code) as ws:
        device, entry = devices.revoke_device(ws.ledger, which, author=settings.actor(ws).id)
    if settings.json:
        settings.emit("device", {"device": device.fingerprint.hex(), "entry": entry.id})
    settings.talk(f"Revoked {device.name or device.person}. Sync with everyone, so that all of them know.")
