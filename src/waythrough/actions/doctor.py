"""What is unsafe here: the machine, the file, the keys, and what waits for a person."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from waythrough.actions import machine, mounts
from waythrough.ledger import Ledger
from waythrough.ledger.clock import now_utc
from waythrough.ledger.device import data_folder
from waythrough.ledger.devicefile import FILE_NAME
from waythrough.terms.health import RECORD_AT_RISK, Remark, good, unsafe, watch
from waythrough.terms.problems import LedgerBroken


def examine(path: Path | None, now: datetime | None = None) -> list[Remark]:
    """Everything that can be told without changing anything and without a network.

    Parameters
    ----------
    path
        The workspace; None looks at the machine and the keys alone.
    now
        The machine's clock; the real one if none is given.

    Raises
    ------
    NoWorkspace, NotAWorkspace
        There is nothing to look at. A damaged workspace is looked at, and the damage is one of the remarks.
    """
    now = now or now_utc()
    place = path.resolve() if path else Path.cwd() / "workspace"
    beneath = [*_of_folder(place), *_of_keys(data_folder())]
    parts = [machine.versions(), *machine.parts(), machine.fonts()]
    if path is None:
        return [_clock(place, now, None), *parts, *beneath]
    try:
        with Ledger.open(path) as ledger:
            newest = ledger.log(limit=1)
            waiting = [*_of_ledger(ledger), _of_keeping(ledger, now)]
            return [_clock(place, now, newest[0].at), *parts, *beneath, *waiting]
    except LedgerBroken as damage:
        broken = unsafe("workspace", damage.sentence(), damage.remedy(), RECORD_AT_RISK)
        return [_clock(place, now, None), *parts, *beneath, broken]


def _clock(place: Path, now: datetime, newest: datetime | None) -> Remark:
    try:
        file_time = machine.file_time(place.parent)
    except OSError:
        file_time = None
    return machine.clock(now, file_time=file_time, own=None, others=newest)


def _of_folder(place: Path) -> list[Remark]:
    """Where the workspace lies, and whether that place keeps what it is given."""
    folder, table = place.parent, mounts.mount_table()
    remarks = [mounts.where_it_lies(place, table), mounts.encrypted(place, table)]
    if not folder.is_dir():
        return remarks
    remarks.append(machine.disk_space(folder, place.stat().st_size if place.exists() else 0))
    try:
        remarks.append(machine.syncing(machine.sync_times(folder)))
    except OSError as error:
        advice = "Look at who may write there, and at the free space."
        remarks.append(
            watch("disk syncing", f"nothing could be written in {folder} ({error.strerror})", advice)
        )
    if place.exists():
        remarks.append(machine.private(place, "workspace file", key=False))
    return remarks


def _of_keys(home: Path) -> list[Remark]:
    key = home / FILE_NAME
    if not key.exists():
        return [good("device key", "none yet; it is made when it is first needed")]
    return [machine.private(key, "device key", key=True)]


def _of_ledger(ledger: Ledger) -> list[Remark]:
    """What waits for a person in the ledger itself."""
    contested = len(ledger.contested())
    if contested:
        records = "1 record" if contested == 1 else f"{contested} records"
        return [
            watch(
                "contested",
                f"{records} with more than one standing account",
                "Run: waythrough review conflicts",
            )
        ]
    return [good("contested", "no record has more than one standing account")]


def _of_keeping(ledger: Ledger, now: datetime) -> Remark:
    """What is kept about people beyond its day."""
    n = sum(ledger.overdue(now.date()).values())
    if not n:
        return good("keeping", "nothing about people is past the last day it may be kept")
    entries = "1 entry" if n == 1 else f"{n:,} entries"
    return watch("keeping", f"{entries} about people past the last day of keeping", "Run: waythrough purge")
