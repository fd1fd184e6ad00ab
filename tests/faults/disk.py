"""A disk as it may look after the power was cut: what was synced is there, the rest in any state we can think of.

What a program did to its files is kept as a list of events. From any moment in that list, `cut` makes the files that
could be found afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

SECTOR = 512
"""Bytes a disk writes whole or not at all."""

STYLES = ("kept", "dropped", "shuffled", "torn", "garbled")
"""What became of writes that were not synced: all there; all gone; any of them, by sectors; the first ones and a part
of the next; in place, but of nothing or of noise."""

MODELS = ("ordered", "strict")
"""What became of names. Ordered (ext4, NTFS): a sync of any file keeps every change of names before it, and the rest
is kept in its order. Strict (POSIX to the letter): only a sync of the folder keeps a name; the rest is kept or lost
singly."""


class Made(NamedTuple):
    """A new, empty file under a name."""

    name: str
    file: int


class Named(NamedTuple):
    """Another name for a file."""

    name: str
    file: int


class Renamed(NamedTuple):
    """A file under another name than before, which may replace what bore it."""

    old: str
    name: str


class Unnamed(NamedTuple):
    """A name taken away."""

    name: str


class Folder(NamedTuple):
    """A folder made, or removed if ``there`` is false."""

    name: str
    there: bool


class Written(NamedTuple):
    """Bytes put into a file."""

    file: int
    offset: int
    data: bytes


class Resized(NamedTuple):
    """A file cut short or lengthened with nothing."""

    file: int
    size: int


class Synced(NamedTuple):
    """The bytes of a file promised to be on disk."""

    file: int


class FolderSynced(NamedTuple):
    """The names in a folder promised to be on disk."""

    folder: str


class Acknowledged(NamedTuple):
    """Something the program told a person was done."""

    what: str


Naming = Made | Named | Renamed | Unnamed | Folder
Change = Written | Resized
Event = Naming | Change | Synced | FolderSynced | Acknowledged


class Image(NamedTuple):
    """What is found after a cut."""

    files: dict[str, bytes]
    folders: set[str]

    def lay_out(self, place: Path) -> None:
        """Write it into a folder, for nobody else to read."""
        place.mkdir(mode=0o700, exist_ok=True)
        for folder in sorted(self.folders):
            (place / folder).mkdir(mode=0o700, parents=True)
        for name, data in self.files.items():
            (place / name).touch(mode=0o600)
            (place / name).write_bytes(data)


@dataclass
class Disk:
    """The state of a disk while events go by: what is safe, and what is still under way."""

    model: str
    names: dict[str, int] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    safe: dict[int, bytearray] = field(default_factory=dict)
    loose_names: list[Naming] = field(default_factory=list)
    loose: dict[int, list[Change]] = field(default_factory=dict)
    acknowledged: list[str] = field(default_factory=list)

    def see(self, event: Event) -> None:
        """Let one event happen."""
        if isinstance(event, Acknowledged):
            self.acknowledged.append(event.what)
        elif isinstance(event, Change):
            self.loose.setdefault(event.file, []).append(event)
        elif isinstance(event, Synced):
            for change in self.loose.pop(event.file, ()):
                _apply(self.safe.setdefault(event.file, bytearray()), change)
            if self.model == "ordered":
                self._keep_names(self.loose_names)
        elif isinstance(event, FolderSynced):
            self._keep_names([one for one in self.loose_names if event.folder in _folders_of(one)])
        else:
            self.loose_names.append(event)

    def _keep_names(self, kept: Sequence[Naming]) -> None:
        for naming in list(kept):
            _name(self.names, self.folders, naming)
            self.loose_names.remove(naming)

    def cut(self, style: str, rng: random.Random) -> Image:
        """What may be found if the power goes now."""
        names, folders = dict(self.names), set(self.folders)
        for naming in _surviving(self.loose_names, self.model, style, rng):
            _name(names, folders, naming)
        names = {name: file for name, file in names.items() if _is_reached(name, folders)}
        found = {file: self._content(file, style, rng) for file in set(names.values())}
        return Image({name: found[file] for name, file in names.items()}, folders)

    def _content(self, file: int, style: str, rng: random.Random) -> bytes:
        content = bytearray(self.safe.get(file, b""))
        for change in _damaged(self.loose.get(file, ()), style, rng):
            _apply(content, change)
        return bytes(content)


def _is_reached(name: str, folders: set[str]) -> bool:
    """A file is lost with any folder it lies in."""
    return all(folder.as_posix() in folders for folder in Path(name).parents[:-1])


def _name(names: dict[str, int], folders: set[str], naming: Naming) -> None:
    match naming:
        case Made(name, file) | Named(name, file):
            names[name] = file
        case Renamed(old, name):
            if old in names:
                names[name] = names.pop(old)
            elif old in folders:
                _move_folder(names, folders, old, name)
        case Unnamed(name):
            names.pop(name, None)
        case Folder(name, there):
            (folders.add if there else folders.discard)(name)


def _move_folder(names: dict[str, int], folders: set[str], old: str, new: str) -> None:
    for name in [name for name in names if name.startswith(old + "/")]:
        names[new + name[len(old) :]] = names.pop(name)
    for name in [name for name in folders if name == old or name.startswith(old + "/")]:
        folders.discard(name)
        folders.add(new + name[len(old) :])


def _folders_of(naming: Naming) -> set[str]:
    """The folders whose sync keeps this change. A rename is one change: it is never half kept."""
    names = [naming.old, naming.name] if isinstance(naming, Renamed) else [naming.name]
    return {str(Path(name).parent) for name in names}


def _surviving(loose: Sequence[Naming], model: str, style: str, rng: random.Random) -> Iterable[Naming]:
    if style == "kept":
        return loose
    if style == "dropped":
        return ()
    if model == "ordered":
        return loose[: rng.randint(0, len(loose))]
    return [naming for naming in loose if rng.random() < 0.5]


def _damaged(loose: Sequence[Change], style: str, rng: random.Random) -> list[Change]:
    """What reached the disk of these changes."""
    if style == "kept":
        return list(loose)
    if style == "dropped":
        return []
    if style == "torn":
        kept = list(loose[: rng.randint(0, len(loose))])
        torn = _sectors(loose[len(kept)]) if len(kept) < len(loose) else []
        return kept + torn[: rng.randint(0, len(torn))]
    pieces = [piece for change in loose for piece in _sectors(change)]
    if style == "shuffled":
        return [piece for piece in pieces if rng.random() < 0.5]
    return [_garbled(piece, rng) for piece in pieces]


def _sectors(change: Change) -> list[Change]:
    """One change as the disk does it: sector by sector."""
    if isinstance(change, Resized):
        return [change]
    pieces: list[Change] = []
    start, end = change.offset, change.offset + len(change.data)
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        pieces.append(Written(change.file, start, change.data[start - change.offset : stop - change.offset]))
        start = stop
    return pieces


def _garbled(piece: Change, rng: random.Random) -> Change:
    if isinstance(piece, Resized) or rng.random() < 0.5:
        return piece
    noise = rng.randbytes(len(piece.data)) if rng.random() < 0.5 else bytes(len(piece.data))
    return piece._replace(data=noise)


def _apply(content: bytearray, change: Change) -> None:
    if isinstance(change, Resized):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    end = change.offset + len(change.data)
    content.extend(bytes(max(0, end - len(content))))
    content[change.offset : end] = change.data
