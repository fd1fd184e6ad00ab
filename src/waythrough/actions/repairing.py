"""Repairing a workspace: what can be kept takes its place, the damaged one is put beside it, nothing is thrown away."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from waythrough.ledger.clock import believed, now_utc
from waythrough.ledger.files import put_in_place
from waythrough.ledger.header import unpack
from waythrough.ledger.places import File, Place
from waythrough.ledger.repairing import Repaired, repair
from waythrough.ledger.sealed import driver_of
from waythrough.ledger.sqlite import newest_number
from waythrough.ledger.store import Reader
from waythrough.ledger.verify import verify
from waythrough.terms.codec import to_body
from waythrough.terms.entries import Finding
from waythrough.terms.problems import InputRefused, LedgerBroken, NotRepairable

LINKED = ("", "-wal", "-shm")
"""Endings of the files that together are one open workspace."""


@dataclass(frozen=True)
class Mended:
    """What could be kept, put together beside the damaged workspace and verified; nothing has been changed yet."""

    damaged: Place
    mended: Place
    found: tuple[Finding, ...]
    repaired: Repaired
    commits: int


@dataclass(frozen=True)
class Archived:
    """Where the damaged workspace lies now, whole, and the report on it."""

    workspace: Path
    report: Path


def findings(place: Place) -> tuple[Finding, ...]:
    """What is wrong with the ledger at a place."""
    store = place.open()
    try:
        return verify(store, _up_to()).findings
    finally:
        store.close()


def mend(place: Place, into: Place | None = None) -> Mended:
    """Put together, in a new place, what can be kept of a damaged ledger.

    Parameters
    ----------
    into
        Where; beside the workspace file, under a hidden name, if none is given.

    Raises
    ------
    NotRepairable
        The first commit is damaged.
    InputRefused
        The workspace is on a server, and no new place was named.
    """
    target = into or _beside(place)
    store = place.open()
    done: list[tuple[Repaired, int]] = []
    try:
        found = verify(store, _up_to()).findings
        with store.reading() as reader:
            done.append(_put_together(reader, target))
    except LedgerBroken as damage:
        # A broken file can fail once more when it is let go of; what was read of it by then was proved elsewhere.
        if not done:
            raise _not_repairable(damage) from damage
    finally:
        store.close()
    return Mended(place, target, found, *done[0])


def discard(mended: Mended) -> None:
    """Take away what was put together: the damaged workspace stays as it is."""
    mended.mended.remove()


def take_its_place(mended: Mended, now: datetime | None = None) -> Archived:
    """Give the mended file the damaged one's name, and the damaged one another beside it, with a report.

    Raises
    ------
    InputRefused
        Another program has the workspace open, or wrote to it meanwhile.
    """
    damaged, whole = _path(mended.damaged), _path(mended.mended)
    if newest_number(damaged, driver_of(damaged)) != mended.commits:
        discard(mended)
        raise InputRefused(
            place=str(damaged),
            found="another program has it open, or wrote to it",
            allowed="nobody else at work in it while it is repaired",
            remedy="Close every other window and server that uses it, then repair it again. Nothing was changed.",
        )
    stamp = (now or now_utc()).strftime("%Y-%m-%d-%H%M%S")
    archive = damaged.with_name(f"{damaged.name}.damaged-{stamp}")
    report = archive.with_name(f"{archive.name}.json")
    report.write_text(json.dumps(_said(mended), ensure_ascii=False, indent=1) + "\n", "utf-8")
    report.chmod(0o600)
    # The damaged file goes first. Should the power fail before the next line, no workspace is found under its name,
    # which nobody can overlook; the other way round, its log could be taken for the new file's.
    for ending in LINKED:
        part = damaged.with_name(damaged.name + ending)
        if part.exists():
            part.rename(archive.with_name(archive.name + ending))
    put_in_place(whole, damaged)
    return Archived(archive, report)


def _put_together(reader: Reader, target: Place) -> tuple[Repaired, int]:
    try:
        ((first, *_), _) = reader.raw_part(1, 1)
        ledger = unpack(first.header).ledger
    except (LedgerBroken, ValueError, TypeError) as error:
        raise NotRepairable(found=f"its first commit cannot be read ({error})") from None
    return repair(reader, ledger, target.create, _up_to()), reader.last_number()


def _not_repairable(damage: LedgerBroken) -> NotRepairable:
    return damage if isinstance(damage, NotRepairable) else NotRepairable(found=damage.fields["what"])


def _beside(place: Place) -> File:
    path = _path(place)
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}.mended")
    return File(hidden, sealed=driver_of(path).is_sealed)


def _path(place: Place) -> Path:
    if isinstance(place, File):
        return place.path
    raise InputRefused(
        place=str(place),
        found="a workspace on a server",
        allowed="--into, with the address of a new schema or a new file",
        remedy="The damaged schema stays as it is; work on in the new one once it is there.",
    )


def _said(mended: Mended) -> dict[str, object]:
    return {
        "schema": "waythrough/repair/1",
        "workspace": str(mended.damaged),
        "findings": to_body(mended.found, full=True),
        "left_out": to_body(mended.repaired.left_out, full=True),
        "kept": to_body(mended.repaired.verification, full=True),
    }


def _up_to() -> int:
    return believed(now_utc)
