"""``waythrough bundle …``: one bundle file, made, looked into or taken in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@click.group("bundle")
def command() -> None:
    """One bundle file: for e-mail, or for a device that cannot reach the folder or the server.

    \b
    Examples:
      waythrough bundle make for-boris.wtb
      waythrough bundle show for-boris.wtb
      waythrough bundle read from-boris.wtb
    """


@command.command("make", cls=Shared)
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@pass_settings
def make(settings: Settings, path: Path) -> None:
    """Write everything held here into one file, sealed to the enrolled devices.

    \b
    Example:
      waythrough bundle make for-boris.wtb
    """
    from waythrough.actions.syncing import leave_bundle

    with settings.open_now() as ws:
        count = leave_bundle(ws, path)
    if settings.json:
        settings.emit("bundle", {"path": str(path), "commits": count, "bytes": path.stat().st_size})
    settings.talk(
        f"Wrote {path}: {count:,} commits, {path.stat().st_size:,} bytes, for all enrolled devices."
    )


@command.command("show", cls=Shared)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_settings
def show(settings: Settings, path: Path) -> None:
    """Who made a bundle that is sealed to this device, when, and what it holds. Nothing is taken in.

    \b
    Example:
      waythrough bundle show from-boris.wtb
    """
    from waythrough.ledger.device import device_key
    from waythrough.ledger.post import read_whole

    heard = read_whole(path.read_bytes(), device_key(), path.name)
    made = _EPOCH + timedelta(milliseconds=min(heard.part.made_ms, 253_402_300_799_999))
    body = {
        "ledger": heard.part.ledger.hex(),
        "sender": heard.sender.hex(),
        "made": made.isoformat(timespec="seconds"),
        "parts": len(heard.opened),
        "commits": sum(1 for _ in heard.parcels()),
        "key_sections": sum(1 for _ in heard.sections()),
        "builds_on": len(heard.part.base),
    }
    if settings.json:
        settings.emit("bundle", body)
    else:
        settings.table(["what", "is"], [[name.replace("_", " "), str(value)] for name, value in body.items()])


@command.command("read", cls=Shared)
@click.argument("path", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@pass_settings
def read(settings: Settings, path: Path) -> None:
    """Take a bundle in: all of it, or nothing.

    \b
    Example:
      waythrough bundle read from-boris.wtb
    """
    from waythrough.actions import syncing
    from waythrough.cli.sync import as_json, told

    with settings.open_now() as ws:
        report = syncing.sync(ws, str(path))
    if settings.json:
        settings.emit("sync", as_json(report))
        return
    for line in told(report):
        click.echo(line)
