"""``waythrough repair``: keep what is whole of a damaged workspace, and put the damaged one aside."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.entries import HELD_BACK, REBUILD
from waythrough.terms.problems import InputRefused

if TYPE_CHECKING:
    from waythrough.actions.repairing import Archived, Mended

SHOWN = 50


@click.command("repair", cls=Shared)
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.option("--into", metavar="NEW", help="Leave the workspace as it is; put what is whole into a new one.")
@pass_settings
def command(settings: Settings, yes: bool, into: str | None) -> None:
    """Put together what is whole of a workspace that does not verify. Never needed for lists alone.

    Of each log the commits before the first damaged one are kept. The damaged workspace is put beside, whole, with a
    report; nothing is thrown away. What is left out comes back at the next sync with a device that has it.

    \b
    Examples:
      waythrough repair --dry-run
      waythrough repair
    """
    from waythrough.actions import repairing
    from waythrough.ledger.places import find

    place = settings.place()
    if _needless(settings, repairing.findings(place)):
        return
    mended = repairing.mend(place, find(into) if into else None)
    kept = False
    try:
        _tell(settings, mended)
        kept = not settings.dry_run and (yes or _agreed(settings))
    finally:
        if not kept:
            repairing.discard(mended)
            settings.talk("Nothing was changed.")
    if not kept:
        return
    archived = None if into else repairing.take_its_place(mended)
    _told(settings, mended, archived)


def _needless(settings: Settings, found: tuple[object, ...]) -> bool:
    advices = {getattr(one, "advice", "") for one in found}
    if advices - {REBUILD, HELD_BACK}:
        return False
    settings.talk("No recorded entry is harmed: there is nothing to repair." if found else "It is sound.")
    settings.next("waythrough rebuild" if REBUILD in advices else "waythrough sync")
    if settings.json:
        settings.emit("repair", {"repaired": False, "left_out": []})
    return True


def _tell(settings: Settings, mended: Mended) -> None:
    left_out, kept = mended.repaired.left_out, mended.repaired.verification
    settings.talk(
        f"{len(mended.found)} findings; {kept.commits} commits with {kept.entries} entries can be kept."
    )
    if not settings.json:
        rows = [
            [str(one.first), one.log[:16], str(one.sequence) if one.log else "", one.why] for one in left_out
        ]
        settings.table(["number", "log", "commit", "why it cannot be kept"], rows[:SHOWN])
    settings.talk(
        f"{len(left_out)} commits are left out" + (" (see the report)." if len(left_out) > SHOWN else ".")
    )


def _agreed(settings: Settings) -> bool:
    if settings.no_input or not sys.stdin.isatty():
        raise InputRefused(
            place="repair",
            found="nobody to ask",
            allowed="--yes, or a terminal",
            remedy="Look at it with --dry-run first, and sync before: another device may have it whole.",
        )
    return click.confirm("Put the damaged workspace aside and work on with what can be kept?", err=True)


def _told(settings: Settings, mended: Mended, archived: Archived | None) -> None:
    if settings.json:
        left_out = to_body(mended.repaired.left_out, full=True)
        where = str(archived.workspace) if archived else None
        settings.emit("repair", {"repaired": True, "archive": where, "left_out": left_out})
    if archived:
        settings.talk(f"Repaired and verified. The damaged workspace, whole: {archived.workspace}")
        settings.talk(f"What was wrong, and what was left out: {archived.report}")
    else:
        settings.talk(f"Put together and verified in {mended.mended}. The damaged workspace was not touched.")
    settings.talk("Sync with every device now: what was left out comes back from whoever has it.")
    settings.next("waythrough sync", "waythrough verify")
