"""``waythrough doctor``: what is unsafe here."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.problems import NoWorkspace

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

    path = _path(settings)
    remarks = examine(path)
    code = exit_code(remarks)
    if settings.json:
        said = {"workspace": str(path) if path else None, "safe": code == 0, "exit_code": code}
        settings.emit("doctor", {**said, "remarks": to_body(remarks, full=True)})
    else:
        rows = [[MARKS[remark.state], remark.topic, remark.found, remark.advice] for remark in remarks]
        settings.table(["", "what", "found", "what to do"], rows)
    if code:
        raise click.exceptions.Exit(code)


def _path(settings: Settings) -> Path | None:
    """The workspace; the machine alone is looked at where none was named and none is here."""
    try:
        return settings.path()
    except NoWorkspace:
        if settings.workspace:
            raise
        return None
