"""Handing vault keys from device to device: sealed to those whose roles open a class at a site, opaque to all others.

Laptops that never meet hand keys over through a server or a laptop between them. So sections are kept and passed on
as they are; the carrier learns nothing, and the signature of the origin keeps it from slipping in keys of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Protocol

import pyrage

from waythrough.ledger import cursor
from waythrough.ledger.cursor import Cursor, Unreadable
from waythrough.ledger.files import write_whole
from waythrough.ledger.keys import DeviceKey, fingerprint, signed
from waythrough.ledger.members import Members
from waythrough.ledger.payload import KeySection, read_section, section_pieces
from waythrough.terms.entries import AUTHOR

MARK = b"WYTH"
"""Begins what an origin signs, so that the signature can never pass for one over something else."""

FOLDER = "relay"
ENDING = ".section"
KEY_LENGTH = 32
LATEST_MS = 2**64 - 1
"""Later than any clock a section can name."""


class Keys(Protocol):
    """The part of a keyring that handing over needs."""

    def held(self) -> set[tuple[str, str]]:
        """The sites and classes of which any key is held."""

    def parcel(self, site: str, vault: str) -> list[tuple[str, bytes]]:
        """Every subject and key of a site and class."""

    def accept(self, site: str, vault: str, pairs: Iterable[tuple[str, bytes]]) -> int:
        """Take keys handed over, but for those of destroyed subjects; how many were new."""


class Taken(NamedTuple):
    """What became of key sections: keys that were new, and the devices whose keys were not for them to give."""

    keys: int
    refused: tuple[bytes, ...]


def sections(
    keys: Keys, device: DeviceKey, ledger: bytes, members: Members, made_ms: int
) -> Iterator[KeySection]:
    """This device's own keys, each class at each site sealed to the devices that may open it."""
    for site, vault in sorted(keys.held()):
        boxes = sorted(one.box_key for one in members.recipients(site, vault))
        pairs = keys.parcel(site, vault)
        if not pairs or set(boxes) <= {device.box_key}:
            continue
        plain = b"".join(cursor.text(subject) + key for subject, key in sorted(pairs))
        named = "\n".join(boxes).encode()
        digest = sha256(
            MARK + ledger + cursor.text(site) + cursor.text(vault) + cursor.sized(named) + plain
        ).digest()
        sealed = bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(box) for box in boxes]))
        unsigned = KeySection(site, vault, device.public, made_ms, digest, b"", sealed)
        yield unsigned._replace(signature=device.sign(signed_part(ledger, unsigned)))


def signed_part(ledger: bytes, section: KeySection) -> bytes:
    """What the origin signs: the section, but for the signature, and the ledger it belongs to."""
    return MARK + ledger + b"".join(section_pieces(section._replace(signature=b"")))


def genuine(ledger: bytes, section: KeySection) -> bool:
    """Whether the origin sealed this section for this ledger. Whether it may is for `take` to ask."""
    return signed(section.origin, section.signature, signed_part(ledger, section))


def take(received: Iterable[KeySection], keys: Keys | None, device: DeviceKey, members: Members) -> Taken:
    """Open the sections meant for this device and keep their keys.

    A device may give the keys of a class only where its own roles open it: else whoever is enrolled for something
    harmless could have names written under a key of theirs. Only the names behind sealed authors come from any device
    that may write: each is under a key that is used once.
    """
    new, refused = 0, set()
    for section in received:
        entitled = members.recipients(section.site, section.vault)
        givers = members.enrolled() if section.vault == AUTHOR else entitled
        if fingerprint(section.origin) not in {one.fingerprint for one in givers}:
            refused.add(fingerprint(section.origin))
        elif keys is not None and device.fingerprint in {one.fingerprint for one in entitled}:
            try:
                new += keys.accept(section.site, section.vault, _pairs(section, device))
            except Unreadable:
                refused.add(fingerprint(section.origin))
    return Taken(new, tuple(sorted(refused)))


def _pairs(section: KeySection, device: DeviceKey) -> list[tuple[str, bytes]]:
    """The subjects and keys inside; none if it was sealed before this device was entitled (it will come again)."""
    try:
        data = Cursor(bytes(pyrage.decrypt(section.sealed, [device.box()])))
    except pyrage.DecryptError:
        return []
    pairs = []
    while not data.ended:
        pairs.append((data.text("a subject"), data.take(KEY_LENGTH, "a key")))
    return pairs


def forget(folder: Path | None, ledger: bytes) -> None:
    """Throw away every section kept to be passed on: keys just destroyed may be inside. Origins seal the rest again."""
    Relay(folder, ledger).drop_before(LATEST_MS)


class Relay:
    """The newest key section of every origin, site and class that came by, kept to be passed on as it is."""

    def __init__(self, folder: Path | None, ledger: bytes) -> None:
        self._folder = folder / FOLDER / ledger.hex() if folder else None
        self._ledger = ledger
        self._kept: dict[str, KeySection] = {}
        if self._folder and self._folder.is_dir():
            for path in sorted(self._folder.glob(f"*{ENDING}")):
                self._load(path)

    def sections(self) -> Sequence[KeySection]:
        """All that are kept, in order."""
        return sorted(self._kept.values())

    def keep(self, received: Iterable[KeySection]) -> None:
        """Keep these where they are newer than what their origin sealed before."""
        for section in received:
            name = sha256(b"".join(section_pieces(section)[:3])).hexdigest()[:32]
            known = self._kept.get(name)
            if known is None or known.made_ms < section.made_ms:
                self._kept[name] = section
                if self._folder:
                    self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                    write_whole(self._folder / (name + ENDING), b"".join(section_pieces(section)))

    def drop_before(self, made_ms: int) -> None:
        """Forget what was sealed before an erasure: the keys it destroys may be inside. Origins seal the rest again."""
        for name in [name for name, section in self._kept.items() if section.made_ms <= made_ms]:
            del self._kept[name]
            if self._folder:
                (self._folder / (name + ENDING)).unlink(missing_ok=True)

    def _load(self, path: Path) -> None:
        data = Cursor(path.read_bytes())
        try:
            section = read_section(data)
            data.end()
        except Unreadable:
            section = None
        if section and genuine(self._ledger, section):
            self._kept[path.stem] = section
        else:
            path.unlink()  # nothing of ours is lost: its origin sends it again to whoever does not have it
