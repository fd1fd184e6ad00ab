"""Backups: made, restored, and remembered on this device, so that doctor can say how old the newest one is."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyrage import x25519

from waythrough.actions import guarding
from waythrough.ledger import Ledger, recovery, restoring
from waythrough.ledger.backing_up import back_up as write_backup
from waythrough.ledger.backup import Contents, Identity, Locks
from waythrough.ledger.clock import believed, now_utc
from waythrough.ledger.device import data_folder
from waythrough.ledger.devicefile import FILE_NAME, load
from waythrough.ledger.passphrase import check_strong
from waythrough.ledger.places import Place
from waythrough.ledger.restoring import Restored
from waythrough.terms.problems import InputRefused

MEMORY = "backups.json"
"""In the device's folder: when each ledger was last backed up here, and to which file."""


@dataclass(frozen=True)
class MadeBackup:
    """A backup that was just made: where, what it holds, and what opens it."""

    path: Path
    contents: Contents
    opens_with: tuple[str, ...]


def back_up(place: Place, out: Path, passphrase: str, recipients: tuple[str, ...]) -> MadeBackup:
    """Back the ledger at a place up. The recovery code of this device opens it too, if there is one.

    Raises
    ------
    InputRefused
        The passphrase could be guessed.
    """
    if passphrase:
        check_strong(passphrase)
    code = _recovery_recipient()
    locks = Locks(passphrase, (*recipients, *code))
    now = now_utc()
    with Ledger.open(place) as ledger:
        made = write_backup(ledger, out, locks, now)
        _remember(ledger.id, out.resolve(), now)
    ways = ["the passphrase"] * bool(passphrase) + ["the recovery code of this device"] * bool(code)
    return MadeBackup(out, made, (*ways, *recipients))


def restore(file: Path, place: Place, passphrase: str, code: str, identity: Path | None) -> Restored:
    """Restore a backup at a new place, with a passphrase, a recovery code or a file of age identities."""
    identities: list[Identity] = [recovery.identity_of(code)] if code else []
    identities += _identities(identity) if identity else []
    up_to_ms = believed(now_utc)
    new = guarding.new_place(place)
    return restoring.restore(file, passphrase, identities, new.create, data_folder(), up_to_ms)


def last_backup(ledger: str) -> tuple[datetime, Path] | None:
    """When this device last backed a ledger up, and to which file; None if it never did."""
    said = _remembered().get(ledger)
    return (datetime.fromisoformat(said["at"]), Path(said["file"])) if said else None


def _recovery_recipient() -> tuple[str, ...]:
    home = data_folder()
    key = load(home).recovery_key if (home / FILE_NAME).exists() else None
    return (recovery.recipient_of(key),) if key else ()


def _identities(path: Path) -> list[Identity]:
    lines = path.read_text("utf-8").splitlines()
    try:
        found = [
            x25519.Identity.from_str(line.strip()) for line in lines if line.startswith("AGE-SECRET-KEY-")
        ]
    except ValueError as error:
        raise _no_identity(path, str(error)) from None
    if not found:
        raise _no_identity(path, "no line that begins with AGE-SECRET-KEY-")
    return [*found]


def _no_identity(path: Path, found: str) -> InputRefused:
    return InputRefused(
        place=str(path),
        found=found,
        allowed="a file of age identities, as age-keygen writes it",
        remedy="Name the right file, or use the passphrase or the recovery code.",
    )


def _remembered() -> dict[str, dict[str, str]]:
    try:
        said = json.loads((data_folder() / MEMORY).read_text("utf-8"))
        return {str(ledger): {"at": str(one["at"]), "file": str(one["file"])} for ledger, one in said.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # a memory that is lost or torn makes doctor say that no backup is known, which is safe


def _remember(ledger: str, out: Path, at: datetime) -> None:
    path = data_folder() / MEMORY
    said = {**_remembered(), ledger: {"at": at.astimezone(UTC).isoformat(), "file": str(out)}}
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{MEMORY}.{os.getpid()}")
    draft.write_text(json.dumps(said, indent=1), "utf-8")
    draft.replace(path)
