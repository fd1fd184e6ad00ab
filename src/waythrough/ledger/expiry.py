"""Removes the key of an unlocked device from memory when nobody has used it for a while.

It runs as a small process of its own, started by its path, so that the key goes even if no command is ever run again:
a laptop that was seized open is locked some minutes later. Standard library only.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

IDLE_SECONDS = 15 * 60.0
LONGEST_SECONDS = 8 * 3600.0
_LOOK_EVERY_SECONDS = 5.0


def is_over(path: Path, since: float, idle: float, longest: float) -> bool:
    """True when a file was last used too long ago, was unlocked too long ago, or the clock was set back."""
    now = time.time()
    return not (0 <= now - path.stat().st_mtime <= idle and 0 <= now - since <= longest)


def remove(path: Path) -> None:
    """Overwrite a file in memory and remove it; nothing to do where it is gone."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
        path.unlink()
    except FileNotFoundError:
        return


def watch(path: Path, since: float, idle: float, longest: float) -> None:
    """Wait until a file's time is over, then remove it."""
    try:
        while not is_over(path, since, idle, longest):
            time.sleep(min(_LOOK_EVERY_SECONDS, idle / 4))
    except FileNotFoundError:
        return
    remove(path)


if __name__ == "__main__":
    watch(Path(sys.argv[1]), *map(float, sys.argv[2:5]))
