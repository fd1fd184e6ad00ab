"""``waythrough sync``: bring this workspace and others up to date."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.problems import NoWorkspace

if TYPE_CHECKING:
    from waythrough.actions.syncing import Report


@click.command("sync", cls=Shared)
@click.argument("where", metavar="PATH|URL")
@click.option(
    "--whole", is_flag=True, help="Leave everything in the folder, also what all are known to hold."
)
@click.option("--insecure", is_flag=True, help="Allow plain http to another machine.")
@pass_settings
def command(settings: Settings, where: str, whole: bool, insecure: bool) -> None:
    """Bring this workspace and others up to date: by a memory stick, a bundle file or a server.

    In a folder without a workspace a copy is begun from the bundle that is sealed to this device.

    \b
    Examples:
      waythrough sync /media/stick
      waythrough sync https://office.example.org/sync
    """
    from waythrough.actions import syncing

    if joined := _join(settings, where):
        settings.workspace = str(joined)
        settings.as_of = None
    with settings.open_now() as ws:
        report = syncing.sync(ws, where, insecure=insecure, whole=whole, progress=settings.progress)
    settings.progress("")
    if settings.json:
        settings.emit("sync", as_json(report))
    else:
        for line in told(report):
            click.echo(line)
    for refused in report.refused:
        settings.talk(f"Refused ({refused.code}): {refused.sentence()}")
        settings.talk(f"  → {refused.remedy()}")
    if report.contested:
        settings.next("waythrough review conflicts")
    if report.refused:
        raise click.exceptions.Exit(max(one.exit_code for one in report.refused))


def _join(settings: Settings, where: str) -> str | None:
    """The new workspace, where there was none and a bundle can begin one."""
    from waythrough.actions import syncing

    named = settings.workspace
    try:
        settings.place().open().close()
        return None
    except NoWorkspace:
        if where.startswith(("http://", "https://")) or not Path(where).exists():
            raise
    folder = named is None or Path(named).is_dir()
    new, words = syncing.join(None if folder else settings.place(), Path(where))
    settings.talk(f"Began {new} from {where}. The words of this ledger: {words}")
    settings.talk("Ask someone who has it to run `waythrough checkpoint` and read you its words.")
    settings.talk("If theirs are others, delete this file: it is not the ledger you meant.")
    return str(new)


def told(report: Report) -> list[str]:
    """What a sync did, a line for each thing that happened."""
    came = f"{_count(report.commits, 'new commit')} ({_count(report.entries, 'entry', 'entries')})"
    lines = [f"From {', '.join(report.peers)}: {came}." if report.peers else "Nobody else has been here yet."]
    if report.sent:
        lines.append(f"Sent {_count(report.sent, 'commit')}.")
    if report.written:
        lines.append(f"Left {_count(report.left, 'commit')} for the others in {report.written.name}.")
    if not report.can_write:
        lines.append("This device is not enrolled here, so it only reads. A keeper can enrol it.")
    if report.for_others:
        names = ", ".join(report.for_others)
        lines.append(
            f"Not sealed to this device: {names}. Their senders did not know of it yet, or it was revoked."
        )
    if report.contested:
        lines.append(
            f"Contested since: {', '.join(report.contested)}. Both accounts stand until one of us settles it."
        )
    lines += [
        f"Set aside ({reason}): {_count(n, 'commit')}. {_WHY[reason]}" for reason, n in report.aside.items()
    ]
    lines += [
        f"The log of {name} was forked: two commits bear one number. Both are kept; tell your keeper."
        for name in report.forked
    ]
    if report.erased:
        lines.append(f"Erased here, as ordered: {_count(report.erased, 'body', 'bodies')}.")
    if report.keys:
        lines.append(f"Received {_count(report.keys, 'key')} of the vault.")
    lines += [f"Keys from {name} were refused: its role does not give them." for name in report.keys_refused]
    lines += [
        f"Not yet erased by {', '.join(one.devices)}: erasure {one.erasure[:12]}." for one in report.owed
    ]
    for one in report.checkpoints:
        who = "This device" if one.own else one.device
        lines.append(f"{who}, {one.at:%Y-%m-%d %H:%M} UTC: {one.words}")
        lines += [f"  {sentence}" for sentence in one.missing]
    return lines


_WHY = {
    "not_enrolled": "Nobody with the right to has enrolled the device that signed them.",
    "revoked": "Their device was revoked before they were known.",
    "ahead": "Their clock is more than a day ahead; they count when that time comes, or when a keeper admits them.",
    "copied": "They repeat an entry of another commit.",
}


def as_json(report: Report) -> dict[str, object]:
    """The same for machines."""
    return {
        "peers": report.peers,
        "sent": report.sent,
        "left": report.left,
        "commits": report.commits,
        "entries": report.entries,
        "keys": report.keys,
        "erased": report.erased,
        "contested": report.contested,
        "aside": report.aside,
        "forked": report.forked,
        "keys_refused": report.keys_refused,
        "refused": [{"code": one.code, "message": one.sentence()} for one in report.refused],
        "for_others": report.for_others,
        "written": str(report.written) if report.written else None,
        "enrolled": report.can_write,
        "owed": [{"erasure": one.erasure, "devices": list(one.devices)} for one in report.owed],
        "checkpoints": [
            {
                "device": one.device,
                "person": one.person,
                "at": one.at.isoformat(),
                "words": one.words,
                "missing": list(one.missing),
                "this": one.own,
            }
            for one in report.checkpoints
        ],
    }


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"
