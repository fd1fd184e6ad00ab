"""How a locked device's key-encryption key is come by, and where it is kept while the device is unlocked.

In this order: this process already has it; `unlock` left it in memory for a while; the passphrase is in
WAYTHROUGH_PASSPHRASE; somebody can be asked. Otherwise the device stays locked.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from waythrough.ledger import expiry, passphrase
from waythrough.ledger.devicefile import DeviceFile
from waythrough.terms.problems import DeviceLocked, NowhereToUnlock

PASSPHRASE = "passphrase"  # noqa: S105 - the name of a lock, and of an environment variable's end
RECOVERY = "recovery"
VARIABLE = "WAYTHROUGH_PASSPHRASE"

Asker = Callable[[], str]

_asker: Asker | None = None
_held: dict[bytes, bytes] = {}


def ask_with(asker: Asker | None) -> None:
    """Let this ask a person for the device's passphrase from now on, when it is first needed; None asks nobody."""
    global _asker
    _asker = asker


def kek_of(file: DeviceFile) -> bytes:
    """A device's key-encryption key.

    Raises
    ------
    DeviceLocked
        There is a passphrase, and nobody to ask for it.
    PassphraseWrong
        What was said does not open it.
    """
    if file.kek is not None:
        return file.kek
    found = _held.get(file.public) or _in_memory(file)
    if found is None:
        found = passphrase.unwrap(file.locks[PASSPHRASE], said(), file.public)
    _held[file.public] = found
    return found


def said() -> str:
    """The passphrase from the environment or, failing that, from a person."""
    if found := os.environ.get(VARIABLE):
        return found
    if _asker is None:
        raise DeviceLocked
    return _asker()


def unlock(file: DeviceFile, kek: bytes, idle: float = expiry.IDLE_SECONDS) -> Path:
    """Keep a device's key in memory until nobody has used it for so many seconds, or eight hours at most.

    Raises
    ------
    NowhereToUnlock
        This system has no folder in memory for that.
    """
    path, since = _place(file.public), time.time()
    if path is None:
        raise NowhereToUnlock
    path.parent.mkdir(mode=0o700, exist_ok=True)
    expiry.remove(path)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as kept:
        json.dump({"kek": kek.hex(), "since": since, "idle": idle}, kept)
    subprocess.Popen(  # noqa: S603 - our own file, by its path
        [
            sys.executable,
            "-I",
            "-S",
            expiry.__file__,
            path,
            str(since),
            str(idle),
            str(expiry.LONGEST_SECONDS),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    return path


def forget(file: DeviceFile) -> bool:
    """Forget a device's key, here and in memory; True when there was one."""
    path = _place(file.public)
    had = bool(_held.pop(file.public, None)) or bool(path and path.exists())
    if path:
        expiry.remove(path)
    return had


def is_unlocked(file: DeviceFile) -> bool:
    """True while `unlock` holds the key."""
    return _in_memory(file) is not None


def _in_memory(file: DeviceFile) -> bytes | None:
    """The key that `unlock` left; each use begins its idle time anew."""
    path = _place(file.public)
    try:
        if path is None or stat.S_IMODE(path.stat().st_mode) != 0o600:
            return None
        kept = json.loads(path.read_text(encoding="ascii"))
        if expiry.is_over(path, kept["since"], kept["idle"], expiry.LONGEST_SECONDS):
            expiry.remove(path)
            return None
        path.touch()
        return bytes.fromhex(kept["kek"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _place(public: bytes) -> Path | None:
    folder = memory_folder()
    return folder / "waythrough" / f"{public.hex()[:32]}.kek" if folder else None


def memory_folder() -> Path | None:
    """The user's own folder in memory, if the system gives one: what is in it is never written to a disk."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    if not named or not (folder := Path(named)).is_dir():
        return None
    if not in_memory(folder):
        return None
    private = folder.stat().st_uid == os.getuid() and not stat.S_IMODE(folder.stat().st_mode) & 0o077
    return folder if private else None


def in_memory(folder: Path, mounts: Path = Path("/proc/mounts")) -> bool:
    """True when a folder lies on a file system that lives in memory."""
    if not mounts.exists():
        return False
    place = folder.resolve()
    above = [line.split()[1:3] for line in mounts.read_text(encoding="utf-8").splitlines()]
    covering = [(point, kind) for point, kind in above if place.is_relative_to(point)]
    return bool(covering) and max(covering, key=lambda one: len(one[0]))[1] in ("tmpfs", "ramfs")
