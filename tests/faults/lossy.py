"""A disk in memory, mounted as any other, that forgets what was not synced when the power goes.

It sees what every program on it asks of the system, whatever library the program uses: SQLCipher and PostgreSQL write
here as they do anywhere. What may be found after a cut is made by `faults.disk`.
"""

from __future__ import annotations

import errno
import json
import os
import random
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import mfusepy
import pytest

from faults.disk import (
    Disk,
    Folder,
    FolderSynced,
    Made,
    Named,
    Renamed,
    Resized,
    Synced,
    Unnamed,
    Written,
)

CONTROL = ".cut"
STARTS_WITHIN_SECONDS = 10.0


class Owned:
    """Whose a file or folder is, and who may do what with it."""

    def __init__(self, mode: int, uid: int, gid: int) -> None:
        self.mode, self.uid, self.gid = mode, uid, gid
        self.links = 1


class LossyDisk(mfusepy.Operations):
    """Files and folders in memory. A command written to the file ``.cut`` lays out what a cut now would leave."""

    use_ns = True

    def __init__(self, ready: Path, model: str) -> None:
        self._disk = Disk(model)
        self._numbers = count(1)
        self._names: dict[str, int] = {}
        self._content: dict[int, bytearray] = {}
        self._owned: dict[int, Owned] = {}
        self._folders: dict[str, Owned] = {"": _owned(ready)}
        self._open: dict[int, int] = {}
        control = self._names[CONTROL] = next(self._numbers)  # not on the disk itself
        self._content[control], self._owned[control] = bytearray(), Owned(0o600, 0, 0)
        for path in sorted(ready.rglob("*")):
            self._take(path, path.relative_to(ready).as_posix())

    def _take(self, path: Path, name: str) -> None:
        """A file or folder that was there, safely, long before."""
        if path.is_dir():
            self._folders[name] = _owned(path)
            self._disk.folders.add(name)
            return
        file = next(self._numbers)
        self._names[name], self._owned[file] = file, _owned(path)
        self._content[file] = bytearray(path.read_bytes())
        self._disk.names[name], self._disk.safe[file] = file, bytearray(self._content[file])

    def _file(self, path: str, fh: int | None = None) -> int:
        if fh in self._open:
            return self._open[fh]
        try:
            return self._names[path[1:]]
        except KeyError:
            raise mfusepy.FuseOSError(errno.ENOENT) from None

    def _thing(self, path: str) -> Owned:
        folder = self._folders.get(path[1:])
        return folder if folder else self._owned[self._file(path)]

    # --- what is there -------------------------------------------------------------------------------------

    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        folder = self._folders.get(path[1:])
        file = 0 if folder else self._file(path, fh)
        owned = folder or self._owned[file]
        kind, size = (stat.S_IFDIR, 0) if folder else (stat.S_IFREG, len(self._content[file]))
        return {
            "st_mode": kind | owned.mode, "st_uid": owned.uid, "st_gid": owned.gid,
            "st_size": size, "st_nlink": owned.links, "st_blocks": -(-size // 512), "st_mtime": 1, "st_ctime": 1,
        }  # fmt: skip

    def readdir(self, path: str, fh: int) -> list[str]:
        inside = path[1:] + "/" if path != "/" else ""
        names = [*self._names, *(name for name in self._folders if name)]
        below = [name[len(inside) :] for name in names if name.startswith(inside)]
        return [".", "..", *(name for name in below if name and "/" not in name)]

    def open(self, path: str, flags: int) -> int:
        return self._handle(self._file(path))

    def _handle(self, file: int) -> int:
        handle = next(self._numbers)
        self._open[handle] = file
        return handle

    def release(self, path: str, fh: int) -> int:
        self._open.pop(fh, None)
        return 0

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self._content[self._file(path, fh)][offset : offset + size])

    def statfs(self, path: str) -> dict[str, int]:
        return {
            "f_bsize": 4096,
            "f_frsize": 4096,
            "f_blocks": 1 << 20,
            "f_bfree": 1 << 19,
            "f_bavail": 1 << 19,
        }

    def chmod(self, path: str, mode: int) -> int:
        self._thing(path).mode = stat.S_IMODE(mode)
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        self._thing(path).uid, self._thing(path).gid = uid, gid
        return 0

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        return 0

    # --- what is done to it --------------------------------------------------------------------------------

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        name = path[1:]
        file = self._names[name] = next(self._numbers)
        uid, gid, _ = mfusepy.fuse_get_context()
        self._content[file], self._owned[file] = bytearray(), Owned(stat.S_IMODE(mode), uid, gid)
        self._disk.see(Made(name, file))
        return self._handle(file)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        if path[1:] == CONTROL:
            self._cut(**json.loads(data))
            return len(data)
        file = self._file(path, fh)
        content, end = self._content[file], offset + len(data)
        content.extend(bytes(max(0, end - len(content))))
        content[offset:end] = data
        self._disk.see(Written(file, offset, data))
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        file = self._file(path, fh)
        content = self._content[file]
        del content[length:]
        content.extend(bytes(length - len(content)))
        self._disk.see(Resized(file, length))
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._disk.see(Synced(self._file(path, fh)))
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        self._disk.see(FolderSynced(path[1:] or "."))
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        uid, gid, _ = mfusepy.fuse_get_context()
        self._folders[path[1:]] = Owned(stat.S_IMODE(mode), uid, gid)
        self._disk.see(Folder(path[1:], there=True))
        return 0

    def rmdir(self, path: str) -> int:
        del self._folders[path[1:]]
        self._disk.see(Folder(path[1:], there=False))
        return 0

    def unlink(self, path: str) -> int:
        self._owned[self._names.pop(path[1:])].links -= 1
        self._disk.see(Unnamed(path[1:]))
        return 0

    def link(self, target: str, source: str) -> int:
        self._names[target[1:]] = file = self._file(source)
        self._owned[file].links += 1
        self._disk.see(Named(target[1:], file))
        return 0

    def rename(self, old: str, new: str) -> int:
        if old[1:] in self._folders:
            raise mfusepy.FuseOSError(errno.EXDEV)  # nobody here renames folders
        self._names[new[1:]] = self._names.pop(old[1:])
        self._disk.see(Renamed(old[1:], new[1:]))
        return 0

    def _cut(self, style: str, seed: int, target: str) -> None:
        image = self._disk.cut(style, random.Random(seed))
        image.lay_out(Path(target))


def _owned(path: Path) -> Owned:
    found = path.stat()
    return Owned(stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid)


@contextmanager
def mounted(ready: Path, place: Path, model: str) -> Iterator[None]:
    """What lies ready, on a lossy disk mounted at a place."""
    place.mkdir()
    child = os.fork()
    if child == 0:
        try:
            mfusepy.FUSE(
                LossyDisk(ready, model), str(place), foreground=True, nothreads=True, allow_other=True, big_writes=True
            )  # fmt: skip
        finally:
            os._exit(1)
    try:
        _wait_for(place, child)
        yield
    finally:
        if place.is_mount():
            subprocess.run(["umount", "--lazy", place], check=True)
            os.waitpid(child, 0)
    place.rmdir()


def _wait_for(place: Path, child: int) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while not place.is_mount():
        if os.waitpid(child, os.WNOHANG)[0] or time.monotonic() > until:
            pytest.skip(
                "no file system can be mounted here (it takes /dev/fuse, libfuse and the right to mount)"
            )
        time.sleep(0.01)


def cut(place: Path, style: str, seed: int, target: Path) -> None:
    """Lay out in a folder what is found if the power of the disk mounted at a place goes now."""
    handle = os.open(place / CONTROL, os.O_WRONLY)
    try:
        os.write(handle, json.dumps({"style": style, "seed": seed, "target": str(target)}).encode())
    finally:
        os.close(handle)
