"""``waythrough doctor``: what is unsafe here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.problems import NoWorkspace

if TYPE_CHECKING:
    from waythrough.ledger.places import Place

MARKS = {"good": "✓", "watch": "▲", "unsafe": "✗"}


@click.command("doctor", cls=Shared)
@pass_settings
def command(settings: Settings) -> None:
    """Look at clock, disk, keys, settings and what waits for a person. Nothing is changed, nothing is sent.

    Exit code 6 if entries could be lost here, 7 if people could be exposed, else 0.

    \b
    Example:
      waythrough doctor
    """
    from waythrough.actions.doctor import examine
    from waythrough.terms.health import exit_code

    place = _place(settings)
    remarks = examine(place)
    code = exit_code(remarks)
    if settings.json:
        said = {"workspace": str(place) if place else None, "safe": code == 0, "exit_code": code}
        settings.emit("doctor", {**said, "remarks": to_body(remarks, full=True)})
    else:
        rows = [[MARKS[remark.state], remark.topic, remark.found, remark.advice] for remark in remarks]
        settings.table(["", "what", "found", "what to do"], rows)
    if code:
        raise click.exceptions.Exit(code)


def _place(settings: Settings) -> Place | None:
    """The workspace; the machine alone is looked at where none was named and none is here."""
    try:
        return settings.place()
    except NoWorkspace:
        if settings.workspace:
            raise
        return None
