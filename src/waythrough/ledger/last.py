"""What this device wrote last in each ledger: how it notices that a file was put back, or that it was itself copied.

A workspace restored from a backup lacks the newest commits of its own device. Appending there would write a second
commit under a number already used: a fork. So the device keeps, outside the workspace, the last commit it wrote, and
where it kept that: on another machine, or in a file that was itself copied or restored, the memory says so.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import uuid
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

FOLDER = "last"
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


class Last(NamedTuple):
    """The last commit this device wrote in a ledger: log id (20 bytes), sequence, commit id (32 bytes)."""

    log: bytes
    sequence: int
    commit: bytes


class Memory(Protocol):
    """Where a device keeps what it wrote last."""

    def last(self, ledger: bytes) -> Last | None:
        """The last commit remembered for a ledger, by its 16-byte id; None if there is none."""

    def remember(self, ledger: bytes, last: Last) -> None:
        """Keep the last commit of a ledger."""

    def is_moved(self, ledger: bytes) -> bool:
        """True when what is remembered was kept on another machine, or came here as a copy."""


class InMind(Memory):
    """For a device without a folder: forgotten with the object."""

    def __init__(self) -> None:
        self._last: dict[bytes, Last] = {}

    def last(self, ledger: bytes) -> Last | None:
        return self._last.get(ledger)

    def remember(self, ledger: bytes, last: Last) -> None:
        self._last[ledger] = last

    def is_moved(self, ledger: bytes) -> bool:
        return False


class Anew(InMind):
    """For a device that may be at work in two places at once: each time it is taken up it begins a new epoch."""

    def __init__(self, log: bytes) -> None:
        super().__init__()
        self._first = log

    def last(self, ledger: bytes) -> Last | None:
        return super().last(ledger) or Last(self._first, 0, b"")

    def is_moved(self, ledger: bytes) -> bool:
        return super().last(ledger) is None


class InFolder(Memory):
    """One small file per ledger, replaced whole. Not synced: after a power cut an older one may come back, which
    can only make the device begin a new epoch where it need not have.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER

    def last(self, ledger: bytes) -> Last | None:
        kept = self._read(ledger)
        return kept[0] if kept else None

    def remember(self, ledger: bytes, last: Last) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        final = self._path(ledger)
        draft = final.with_name(f".{final.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            place = _place(os.fstat(file.fileno()).st_ino)
            json.dump([last.log.hex(), last.sequence, last.commit.hex(), place], file)
        draft.replace(final)

    def is_moved(self, ledger: bytes) -> bool:
        kept = self._read(ledger)
        return kept is not None and kept[1]

    def _read(self, ledger: bytes) -> tuple[Last, bool] | None:
        """What is kept, and whether it was kept elsewhere; nothing where the file is missing or torn."""
        try:
            with self._path(ledger).open(encoding="ascii") as file:
                log, sequence, commit, place = json.load(file)
                # Of the very file that was read: another process may have put the next one in its place since.
                moved = place != _place(os.fstat(file.fileno()).st_ino)
            return Last(bytes.fromhex(log), int(sequence), bytes.fromhex(commit)), moved
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def _path(self, ledger: bytes) -> Path:
        return self._folder / f"{ledger.hex()}.json"


def _place(inode: int) -> str:
    """A hash of the machine and of the file's own number on its disk: a copy of the file has another one."""
    return sha256(b"waythrough place 1|%s|%d" % (machine_id(), inode)).hexdigest()[:32]


def machine_id() -> bytes:
    """What the system calls this machine, the same at each start; empty where it does not say."""
    for file in _MACHINE_IDS:
        if file.is_file() and (name := file.read_bytes().strip()):
            return name
    if sys.platform == "win32":
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0]).encode()
    node = uuid.getnode()
    # Where no network card has an address, Python makes one up anew each time, and marks it as a group's address.
    return b"" if node >> 40 & 1 else b"%012x" % node
