"""``waythrough erase``: destroy what is kept about people, or the words of a document, on every device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

if TYPE_CHECKING:
    from waythrough.actions.erasing import Standing


@click.command("erase", cls=Shared)
@click.argument("subjects", nargs=-1, metavar="ID…")
@click.option(
    "--reason", metavar="CODE", help="asked, mistake, duplicate or no_longer_needed; kept for good."
)
@click.option("--approve", metavar="ORDER", help="Approve another person's order, by its entry.")
@click.option("--status", is_flag=True, help="Every order, and who has not yet erased.")
@pass_settings
def command(
    settings: Settings, subjects: tuple[str, ...], reason: str | None, approve: str | None, status: bool
) -> None:
    """Destroy everything kept about households, adults or documents: bodies and keys, here and on every device.

    It cannot be undone, and a restored backup does not bring it back. A household takes its adults with it; a
    document takes the claims drafted from it. That they existed stays in the ledger, by opaque id. Above twenty ids
    a second person must approve.

    \b
    Examples:
      waythrough erase hh-00017 --reason asked
      waythrough erase --status
      waythrough erase --approve 3f09a1
    """
    from waythrough.actions import erasing

    if bool(subjects) + bool(approve) + status != 1:
        raise click.UsageError("Name what to erase, or --approve an order, or ask for --status.")
    if subjects and not reason:
        raise click.UsageError("Say why with --reason: asked, mistake, duplicate or no_longer_needed.")
    with settings.open_now() as ws:
        if status:
            found = erasing.status(ws)
        elif approve:
            found = [erasing.approve(ws, settings.actor(ws), approve)]
        else:
            found = [erasing.erase(ws, settings.actor(ws), subjects, str(reason))]
    show_orders(settings, found)


def show_orders(settings: Settings, found: list[Standing]) -> None:
    """How each order stands, and what is missing to its end."""
    if settings.json:
        settings.emit("erasures", {"orders": to_body(found, full=True)})
        return
    columns = ["order", "day", "reason", "ids", "here: bodies", "keys", "devices done", "not yet"]
    rows = [
        [
            one.erasure[:12],
            str(one.day),
            one.reason,
            str(one.named),
            str(one.bodies_here),
            str(one.keys_here),
            str(one.done),
            ", ".join(one.owing) if one.honoured else one.why_not,
        ]
        for one in found
    ]
    settings.table(columns, rows)
    waiting = [one for one in found if not one.honoured]
    if waiting:
        settings.talk("Nothing is destroyed until the order holds.")
        settings.next(f"waythrough erase --approve {waiting[0].erasure[:12]} --by ANOTHER")
    elif any(one.owing for one in found):
        settings.talk("Devices named under “not yet” erase when this order reaches them: sync with them.")
