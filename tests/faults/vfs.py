"""Two file systems under SQLite: one that remembers everything that was done to it, and one that fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import apsw

from faults.disk import (
    Acknowledged,
    Disk,
    Event,
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
from waythrough.ledger import keyfile

_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL
_numbers = count()


class Recorder:
    """Everything done to the files of one folder, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.events: list[Event] = []
        self.files: dict[str, int] = {}
        self.first = 0
        self._next = count(1)

    def acknowledge(self, what: str) -> None:
        """Note that the program said this was done."""
        self.events.append(Acknowledged(what))

    def found_there(self) -> None:
        """Take what lies in the folder as having been there, safely, long before."""
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder)
            if path.is_dir():
                self.events.append(Folder(name.as_posix(), there=True))
            else:
                file = self.opened(str(path))
                self.events += [Written(file, 0, path.read_bytes()), Synced(file)]
            self.events.append(FolderSynced(name.parent.as_posix()))
        self.first = len(self.events)

    def disk_at(self, moment: int, model: str) -> Disk:
        """The disk after the first ``moment`` events."""
        disk = Disk(model)
        for event in self.events[:moment]:
            disk.see(event)
        return disk

    def name(self, path: Any) -> str | None:
        """A path as it is called below the folder; None if it is elsewhere."""
        whole = Path(os.path.abspath(os.fspath(path)))  # noqa: PTH100  # must not follow what it names
        return whole.relative_to(self.folder).as_posix() if whole.is_relative_to(self.folder) else None

    def opened(self, path: str) -> int:
        """The number of a file SQLite opened; a new one if it was not there."""
        name = self.name(path)
        assert name is not None, f"{path} lies outside the recorded folder"
        if name not in self.files:
            self.files[name] = next(self._next)
            self.events.append(Made(name, self.files[name]))
        return self.files[name]

    def made_folder(self, path: Any) -> None:
        """A folder was made."""
        if (name := self.name(path)) is not None:
            self.events.append(Folder(name, there=True))

    def zeroed(self, path: Any) -> None:
        """A file was overwritten with nothing, and synced."""
        if (name := self.name(path)) in self.files:
            file = self.files[name]
            self.events += [Written(file, 0, bytes((self.folder / name).stat().st_size)), Synced(file)]

    def unnamed(self, path: Any) -> None:
        """A name was taken away."""
        if (name := self.name(path)) in self.files:
            del self.files[name]
            self.events.append(Unnamed(name))

    def settled(self, folder: Any) -> None:
        """A folder was synced."""
        if (name := self.name(folder)) is not None:
            self.events.append(FolderSynced(name))

    def linked(self, old: Any, new: Any) -> None:
        """A file got another name."""
        before, after = self.name(old), self.name(new)
        if before in self.files and after is not None:
            self.files[after] = self.files[before]
            self.events.append(Named(after, self.files[after]))

    def renamed(self, old: Any, new: Any) -> None:
        """A file got a new name in place of the old."""
        before, after = self.name(old), self.name(new)
        if before in self.files and after is not None:
            self.files[after] = self.files.pop(before)
            self.events.append(Renamed(before, after))


class RecordingVFS(apsw.VFS):
    """SQLite's own file system, watched."""

    def __init__(self, recorder: Recorder) -> None:
        self.name = f"recording-{next(_numbers)}"
        self.recorder = recorder
        super().__init__(self.name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        return RecordingFile(self.recorder, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:
        super().xDelete(name, syncdir)
        self.recorder.unnamed(name)
        if syncdir:
            self.recorder.settled(Path(name).parent)


class RecordingFile(apsw.VFSFile):
    """One file, watched."""

    def __init__(self, recorder: Recorder, name: Any, flags: list[int]) -> None:
        self._recorder = recorder
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._file = recorder.opened(path) if path else 0
        # SQLite's file system for POSIX syncs the folder of a new journal when it first syncs the journal.
        created = flags[0] & apsw.SQLITE_OPEN_CREATE and flags[0] & _JOURNALS
        self._unsettled = Path(path).parent if path and created else None
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        self._note(Written(self._file, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        self._note(Resized(self._file, size))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._note(Synced(self._file))
        if self._unsettled:
            self._recorder.settled(self._unsettled)
            self._unsettled = None

    def _note(self, event: Event) -> None:
        if self._file:
            self._recorder.events.append(event)


@contextmanager
def names_watched(recorder: Recorder) -> Iterator[None]:
    """Watch also what Python itself does in the folder, past SQLite. Files SQLite never opens are left aside."""
    link, unlink, rename, replace, sync = os.link, os.unlink, os.rename, os.replace, os.fsync
    mkdir, overwrite = os.mkdir, keyfile.overwrite

    def linking(old: Any, new: Any, **how: Any) -> None:
        link(old, new, **how)
        recorder.linked(old, new)

    def unlinking(path: Any, **how: Any) -> None:
        unlink(path, **how)
        recorder.unnamed(path)

    def renaming(old: Any, new: Any, **how: Any) -> None:
        rename(old, new, **how)
        recorder.renamed(old, new)

    def replacing(old: Any, new: Any, **how: Any) -> None:
        replace(old, new, **how)
        recorder.renamed(old, new)

    def syncing(handle: int) -> None:
        sync(handle)
        recorder.settled(os.readlink(f"/proc/self/fd/{handle}"))  # noqa: PTH115  # a handle, not a path

    def making(path: Any, *mode: int) -> None:
        mkdir(path, *mode)
        recorder.made_folder(path)

    def overwriting(path: Path) -> None:
        overwrite(path)
        recorder.zeroed(path)

    watched = {
        "link": linking,
        "unlink": unlinking,
        "rename": renaming,
        "replace": replacing,
        "mkdir": making,
    }
    with (
        mock.patch.multiple(os, fsync=syncing, **watched),
        mock.patch.object(keyfile, "overwrite", overwriting),
    ):
        yield


class Failure:
    """The n-th act on a file fails: once, or it and all after it.

    ``code`` is what SQLite is told of it; None for a disk that says all went well.
    """

    def __init__(self, code: int | None, at: int, for_ever: bool) -> None:
        self.code = code
        self.at = at
        self.for_ever = for_ever
        self.acts = 0
        self.failed = 0

    def act(self) -> bool:
        """One act begins. Raises if it is one that fails; False if it is one that must not be done, in silence."""
        self.acts += 1
        if self.acts != self.at and not (self.for_ever and self.acts > self.at):
            return True
        self.failed += 1
        if self.code is None:
            return False
        raise apsw.exception_for(self.code)


class FailingVFS(apsw.VFS):
    """SQLite's own file system, failing on demand."""

    def __init__(self, failure: Failure) -> None:
        self.name = f"failing-{next(_numbers)}"
        self.failure = failure
        super().__init__(self.name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        self.failure.act()
        return FailingFile(self.failure, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:
        self.failure.act()
        super().xDelete(name, syncdir)

    def excepthook(self, *_: Any) -> None:
        """SQLite hands on our failure as a code; there is nothing to print."""


class FailingFile(apsw.VFSFile):
    """One file, failing on demand."""

    def __init__(self, failure: Failure, name: Any, flags: list[int]) -> None:
        self._failure = failure
        super().__init__("", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:
        self._failure.act()
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._failure.act():
            super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:
        self._failure.act()
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:
        self._failure.act()
        super().xSync(flags)

    def xFileSize(self) -> int:
        self._failure.act()
        return super().xFileSize()

    def excepthook(self, *_: Any) -> None:
        """SQLite hands on our failure as a code; there is nothing to print."""
