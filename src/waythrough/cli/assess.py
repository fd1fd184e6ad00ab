"""``waythrough assess``: population, survey, waits, outlook."""

from __future__ import annotations

from datetime import date

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

WHAT = ("population", "survey", "waits", "outlook")


@click.command("assess", cls=Shared)
@click.argument("what", required=False, default="population", type=click.Choice(WHAT))
@pass_settings
def command(settings: Settings, what: str) -> None:
    """How many people there are, what they want, how long parties take, what to expect of a door.

    \b
    Examples:
      waythrough assess population
      waythrough assess waits --as-of 2018-10-17
    """
    from waythrough.actions import understand

    ws = settings.open()
    site = settings.site or ws.site.id
    if what == "population":
        found: object = understand.population(ws, site)
    elif what == "survey":
        found = understand.survey(ws, site)
    elif what == "waits":
        found = understand.waits(ws)
    else:
        found = understand.outlooks(ws)
    if settings.json:
        settings.emit(f"assess-{what}", {"as_of": ws.as_of.isoformat(), what: to_body(found, full=True)})
        return
    _print(settings, what, found, ws.as_of)


def _print(settings: Settings, what: str, found: object, as_of: date) -> None:
    from waythrough.cli import assessed

    columns, rows, notes = assessed.SHOW[what](found)
    settings.table(columns, rows)
    settings.talk(f"As of {as_of}.")
    for note in notes:
        settings.talk(note)
    settings.next("waythrough show ID", "waythrough plan")
