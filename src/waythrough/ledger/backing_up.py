"""Backing up: a ledger that verifies, and this device's keys, into one encrypted file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from pyrage import EncryptError

from waythrough.ledger import Ledger, backup, devicefile
from waythrough.ledger.backup import Contents, KeptDevice, KeySet, Locks
from waythrough.ledger.files import put_in_place
from waythrough.ledger.keyring import keyring_of
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import HELD_BACK
from waythrough.terms.problems import BackupRefused, LedgerBroken


def back_up(ledger: Ledger, out: Path, locks: Locks, now: datetime) -> Contents:
    """Write a backup of a ledger under a new name, whole or not at all.

    Raises
    ------
    BackupRefused
        There is a file of that name, or nothing would open the backup, or there is no room for it.
    LedgerBroken
        The ledger does not verify: a backup of it would not restore.
    DeviceLocked
        The keys cannot be taken along while nobody says the passphrase.
    """
    if out.exists():
        remedy = "Choose another name; an older backup is never overwritten."
        raise BackupRefused(place=str(out), found="a file of that name", remedy=remedy)
    found = ledger.verify()
    if not found.unaltered:
        first = next(one for one in found.findings if one.advice != HELD_BACK)
        raise LedgerBroken(what=f"{first.place}: {first.what}")
    device = ledger.device()
    about = Contents(bytes.fromhex(ledger.id), ledger.title, now, device.fingerprint)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}.new")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            made = backup.write(file, about, locks, ledger.parcels(), _keys(ledger, device), _kept(device))
            file.flush()
            os.fsync(file.fileno())
        put_in_place(draft, out)
    except (OSError, EncryptError) as error:
        remedy = (
            "Look at free space and permissions there, or choose another folder. Nothing was left behind."
        )
        raise BackupRefused(place=str(out), found=f"it cannot be written ({error})", remedy=remedy) from error
    finally:
        draft.unlink(missing_ok=True)
    return made


def _keys(ledger: Ledger, device: DeviceKey) -> Iterator[KeySet]:
    ring = keyring_of(device, bytes.fromhex(ledger.id))
    try:
        for site, vault in sorted(ring.held()):
            yield site, vault, ring.parcel(site, vault)
    finally:
        ring.close()


def _kept(device: DeviceKey) -> KeptDevice | None:
    return KeptDevice(devicefile.content(device.folder), device.kek()) if device.folder else None
