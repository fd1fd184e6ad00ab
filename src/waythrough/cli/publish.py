"""``waythrough publish``: the situation report."""

from __future__ import annotations

from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body


@click.command("publish", cls=Shared)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder (default: report-DAY).")
@click.option(
    "--edition", "editions", multiple=True, type=click.Choice(["internal", "public"]), help="Default: both."
)
@click.option(
    "--days", default=28, show_default=True, type=click.IntRange(1, 90), help="How far the plan looks."
)
@pass_settings
def command(settings: Settings, out: Path | None, editions: tuple[str, ...], days: int) -> None:
    """Write the situation report as HTML: one file an edition and language, opens offline, prints.

    The public edition passes disclosure control: no door values, no days of movements, no small counts.

    \b
    Example:
      waythrough publish --edition public --lang ar
    """
    from waythrough.actions import tell

    ws = settings.open()
    ws.dry_run = settings.dry_run
    actor = settings.actor(ws)
    languages = tuple(settings.language.split(",")) if settings.language else tell.languages(ws)
    folder = out or Path(f"report-{ws.as_of.isoformat()}")
    files = tell.publish(
        ws, actor, folder, editions or ("internal", "public"), languages, days, settings.site
    )
    settings.unread(ws)
    if settings.json:
        settings.emit("publish", {"folder": str(folder), "files": to_body(files, full=True)})
        return
    for file in files:
        click.echo(f"{folder / file.name}\tsha256 {file.sha256[:16]}")
        for line in file.suppressed:
            settings.talk(f"  not shown: {line}")
    settings.next(f"open {folder / files[0].name}", "waythrough show ID")
