"""A new file appears whole under its name, or not at all; an old one is overwritten before it goes."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_CHUNK = 1 << 20
_POSIX = os.name == "posix"


def make_folder(folder: Path) -> None:
    """A folder only this user may enter, with those above it; its name survives a power cut, as what it holds must."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in missing:
        settle_folder(one.parent)


def put_in_place(draft: Path, final: Path) -> None:
    """Give a finished draft its final name in the same folder. The draft's name is gone afterwards.

    Raises
    ------
    FileExistsError
        Something already bears the final name; the draft is left for the caller to remove.
    """
    try:
        os.link(draft, final)  # refuses an existing name, which a rename would silently replace
    except FileExistsError:
        raise
    except OSError:
        # Memory sticks are often FAT, which has no links. The check and the rename are two steps there.
        if final.exists():
            raise FileExistsError(str(final)) from None
        draft.rename(final)
    else:
        draft.unlink()
    settle_folder(final.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that its name always bears the old bytes or the new ones, also when a stick is pulled out."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    settle_folder(path.parent)


@contextmanager
def private_draft(path: Path, data: bytes) -> Iterator[Path]:
    """A finished file beside a final one, for this user's eyes; nothing of it is left if it was not put in place."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def replace(draft: Path, final: Path) -> None:
    """Give a finished draft the name of a file that is there, and overwrite what that file held.

    The name stands for the one or the other at every moment. A power cut between the two steps leaves the old bytes on
    the disk without a name, and so does a system (Windows) that replaces no file which is still open.
    """
    if not _POSIX:
        draft.replace(final)
        return
    with final.open("r+b") as old:
        draft.replace(final)
        settle_folder(final.parent)
        zero(old)


def overwrite(path: Path) -> None:
    """Write zeros over a file's bytes, where they lie. A disk that writes each change elsewhere keeps the old ones:
    flash memory and copying file systems do, and no program can tell.
    """
    with path.open("r+b") as file:
        zero(file)


def zero(file: BinaryIO) -> None:
    """Write zeros over everything in an open file, where it lies, also when its name is gone or another's."""
    left = file.seek(0, os.SEEK_END)
    file.seek(0)
    while left > 0:
        left -= file.write(bytes(min(left, _CHUNK)))
    file.flush()
    os.fsync(file.fileno())


def settle_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the platform lets a folder be synced."""
    if not _POSIX:
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
