"""``waythrough log``: the newest entries."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body


@click.command("log", cls=Shared)
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many entries."
)
@click.option("--kind", help="Only entries of one kind.")
@pass_settings
def command(settings: Settings, limit: int, kind: str | None) -> None:
    """The newest entries, newest first.

    \b
    Example:
      waythrough log --limit 50
    """
    from waythrough.actions.show import newest

    ws = settings.open()
    entries = newest(ws, limit, kind)
    if settings.json:
        settings.emit("log", {"entries": to_body(entries, full=True)})
        return
    rows = [
        [e.id[:12], e.at.strftime("%Y-%m-%d %H:%M"), str(e.known_on), e.kind, e.record, e.author]
        for e in entries
    ]
    settings.table(["entry", "recorded (UTC)", "known on", "kind", "record", "by"], rows)
