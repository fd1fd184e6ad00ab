"""``waythrough log``: the newest entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.when import parse_day

if TYPE_CHECKING:
    from waythrough.actions.log import Wanted
    from waythrough.actions.workspace import Workspace


@click.command("log", cls=Shared)
@click.option(
    "--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many entries."
)
@click.option("--before", metavar="ENTRY", help="Go on from the last entry of the page before.")
@click.option("--kind", default="", help="Only entries of one kind.")
@click.option("--record", default="", metavar="ID", help="Only revisions of one record.")
@click.option("--author", default="", metavar="PERSON", help="Only what one person recorded.")
@click.option("--device", default="", metavar="DEVICE", help="Only one device: the first digits of its key.")
@click.option("--since", metavar="DAY", help="Recorded on that day (UTC) or later.")
@click.option("--until", metavar="DAY", help="Recorded on that day (UTC) or earlier.")
@click.option("--aside", is_flag=True, help="Only what was set aside and does not count.")
@click.option("--contested", is_flag=True, help="Only what stands against another account.")
@click.option("--own", is_flag=True, help="Only the ledger's own acts: devices, erasures, checkpoints.")
@click.option(
    "--readings", is_flag=True, help="Instead: when people's data were read in bulk on this device."
)
@pass_settings
def command(
    settings: Settings, limit: int, before: str | None, readings: bool, **chosen: str | bool | None
) -> None:
    """The newest entries, newest first, a page at a time. With --as-of, only what was known by that day.

    \b
    Examples:
      waythrough log --limit 50
      waythrough log --author person-2 --since 2019-03-01
      waythrough log --aside
      waythrough log --readings
    """
    from waythrough.actions.log import page, remark
    from waythrough.terms.kinds import KINDS

    ws = settings.open()
    if readings:
        _readings(settings, ws, limit)
        return
    shown = page(ws, _wanted(settings, chosen), limit, before)
    disputed = {entry.id for head in ws.ledger.contested() for entry in head.entries}
    if settings.json:
        entries = [
            {
                **to_body(entry, full=True),
                "contested": entry.id in disputed,
                "known_kind": entry.kind in KINDS or entry.kind.startswith("ledger."),
            }
            for entry in shown.entries
        ]
        settings.emit("log", {"entries": entries, "older": shown.older})
        return
    rows = [
        [
            e.id[:12],
            e.at.strftime("%Y-%m-%d %H:%M"),
            str(e.known_on),
            e.kind,
            e.record,
            e.author,
            e.log[:8],
            remark(e, e.id in disputed),
        ]
        for e in shown.entries
    ]
    settings.table(["entry", "recorded (UTC)", "known on", "kind", "record", "by", "device", ""], rows)
    if shown.older:
        settings.next(f"waythrough log --before {shown.older}")


def _readings(settings: Settings, ws: Workspace, limit: int) -> None:
    """The newest bulk readings first: who read how many people's data, and for which command."""
    found = ws.ledger.readings()[: -limit - 1 : -1]
    if settings.json:
        settings.emit("readings", {"readings": [reading._asdict() for reading in found]})
        return
    rows = [[one.at, one.person, one.command, one.vault, str(one.subjects)] for one in found]
    settings.table(["read at (UTC)", "by", "for", "class of data", "about how many"], rows)


def _wanted(settings: Settings, chosen: dict[str, str | bool | None]) -> Wanted:
    from waythrough.actions.log import Wanted

    days = {
        name: parse_day(text, f"--{name}") if isinstance(text := chosen.pop(name), str) else None
        for name in ("since", "until")
    }
    return Wanted(**chosen, **days, known_by=settings.day())  # type: ignore[arg-type]
