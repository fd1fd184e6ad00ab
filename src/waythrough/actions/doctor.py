"""What is unsafe here: the machine, the file, the keys, and what waits for a person."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from waythrough.actions import condition, guarding, machine, mounts
from waythrough.ledger import Ledger
from waythrough.ledger.clock import now_utc
from waythrough.ledger.device import data_folder
from waythrough.ledger.devicefile import FILE_NAME, load
from waythrough.ledger.keys import FINGERPRINT_LENGTH, fingerprint
from waythrough.ledger.places import File, Place
from waythrough.terms.health import RECORD_AT_RISK, Remark, good, unsafe, watch
from waythrough.terms.problems import DeviceKeyExposed, DeviceLocked, LedgerBroken


def examine(place: Place | None, now: datetime | None = None) -> list[Remark]:
    """Everything that can be told without changing anything and without any other network than to the workspace.

    Parameters
    ----------
    place
        Where the workspace is; None looks at the machine and the keys alone.
    now
        The machine's clock; the real one if none is given.

    Raises
    ------
    NoWorkspace, NotAWorkspace
        There is nothing to look at. A damaged workspace is looked at, and the damage is one of the remarks.
    """
    now, home = now or now_utc(), data_folder()
    path = place.path.resolve() if isinstance(place, File) else None
    folder = path.parent if path else home if place else Path.cwd()
    remarks = [
        machine.versions(),
        *machine.parts(),
        machine.fonts(),
        *_of_folder(folder, path),
        *_of_keys(home),
    ]
    own, others, found = None, None, []
    if place:
        try:
            device = _device(home)
            found.append(condition.keys(guarding.guarded(), _sealed(path)))
            with Ledger.open(place) as ledger:
                own, others = _newest(ledger, device)
                found += condition.of_ledger(ledger, device, now)
        except LedgerBroken as damage:
            found.append(unsafe("workspace", damage.sentence(), damage.remedy(), RECORD_AT_RISK))
        except DeviceLocked as locked:
            found.append(watch("workspace", f"not looked into: {locked.sentence()}", locked.remedy()))
        except DeviceKeyExposed:
            pass  # said already, of the key's own file
    return [machine.clock(now, file_time=_file_time(folder), own=own, others=others), *remarks, *found]


def _device(home: Path) -> bytes | None:
    """This device's fingerprint; None where it has no keys yet, for looking makes none."""
    return fingerprint(load(home).public) if (home / FILE_NAME).exists() else None


def _sealed(path: Path | None) -> bool | None:
    return guarding.is_sealed(path) if path and path.exists() else None


def _newest(ledger: Ledger, device: bytes | None) -> tuple[datetime | None, datetime | None]:
    """The newest clock readings of this device and of all others, among the newest entries."""
    log = ledger.log(limit=condition.SAMPLE)
    mine = [entry.at for entry in log if device and entry.log[: 2 * FINGERPRINT_LENGTH] == device.hex()]
    theirs = [entry.at for entry in log if not device or entry.log[: 2 * FINGERPRINT_LENGTH] != device.hex()]
    return max(mine, default=None), max(theirs, default=None)


def _file_time(folder: Path) -> datetime | None:
    try:
        return machine.file_time(folder)
    except OSError:
        return None


def _of_folder(folder: Path, path: Path | None) -> list[Remark]:
    """Where the workspace lies, and whether that place keeps what it is given."""
    place, table = path or folder / "workspace", mounts.mount_table()
    remarks = [mounts.where_it_lies(place, table), mounts.encrypted(place, table)]
    if not folder.is_dir():
        return remarks
    remarks.append(machine.disk_space(folder, path.stat().st_size if path and path.exists() else 0))
    try:
        remarks.append(machine.syncing(machine.sync_times(folder)))
    except OSError as error:
        found = f"nothing could be written in {folder} ({error.strerror})"
        remarks.append(watch("disk syncing", found, "Look at who may write there, and at the free space."))
    if path and path.exists():
        remarks.append(machine.private(path, "workspace file", key=False))
    return remarks


def _of_keys(home: Path) -> list[Remark]:
    key = home / FILE_NAME
    if not key.exists():
        return [good("device key", "none yet; it is made when it is first needed")]
    return [machine.private(key, "device key", key=True)]
