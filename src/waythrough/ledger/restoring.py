"""Restoring a backup: a whole ledger with its keys, in a new place, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from waythrough.ledger import backup, devicefile
from waythrough.ledger.assembling import Assembly
from waythrough.ledger.backup import FETCH_AGAIN, Contents, Identity, Kept
from waythrough.ledger.bulk import many_values
from waythrough.ledger.device import KEYRINGS, device_key
from waythrough.ledger.files import overwrite
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.keyring import ENDING, keyring_of
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.last import FOLDER as LAST
from waythrough.ledger.last import InFolder, Last
from waythrough.ledger.parcels import Parcel
from waythrough.ledger.store import Reader, Writer
from waythrough.terms.problems import BackupRefused

Create = Callable[[Callable[[Writer], None]], None]
"""Makes a new place for a ledger with its first contents, whole or not at all."""


@dataclass(frozen=True)
class Restored:
    """What came back. ``keys`` counts those that were new here; ``same_device`` says whose hand signs from now on."""

    contents: Contents
    keys: int
    same_device: bool
    passphrase: bool


def restore(
    file: Path, passphrase: str, identities: Sequence[Identity], create: Create, home: Path, up_to_ms: int
) -> Restored:
    """Restore a backup.

    Everything is proved and verified before the place gets its name; keys go into the device's folder only then. The
    device that wrote the backup becomes this one, unless this one is a device already.

    Parameters
    ----------
    create
        Makes the new place.
    home
        The device's folder.
    up_to_ms
        The latest clock reading to believe.

    Raises
    ------
    BackupRefused, BackupNotOpened, WorkspaceExists
        Nothing is left behind.
    """
    done: list[Restored] = []
    fresh: list[Path] = []

    def begin(writer: Writer) -> None:
        kept = _read_into(writer, file, passphrase, identities, up_to_ms)
        fresh.extend(path for path in _files(home, kept.contents.ledger) if not path.exists())
        done.append(_install(writer, kept, home))

    try:
        with many_values():
            create(begin)
    except BaseException:
        for path in fresh:
            if path.exists():
                overwrite(path)
                path.unlink()
        raise
    return done[0]


def _read_into(
    writer: Writer, file: Path, passphrase: str, identities: Sequence[Identity], up_to_ms: int
) -> Kept:
    assembly: list[Assembly] = []

    def take(about: Contents, parcels: Sequence[Parcel]) -> None:
        if not assembly:
            assembly.append(Assembly(writer, about.ledger, up_to_ms))
        assembly[0].take(parcels)

    with file.open("rb") as data:
        kept = backup.read(data, file.name, passphrase, identities, take)
    found = assembly[0].finish() if assembly else None
    if found is None or not found.unaltered:
        what = f"{found.findings[0].place}: {found.findings[0].what}" if found else "it holds no commit"
        raise BackupRefused(
            place=file.name, found=f"a ledger that does not verify ({what})", remedy=FETCH_AGAIN
        )
    return kept


def _files(home: Path, ledger: bytes) -> list[Path]:
    """What a restore may make in the device's folder."""
    keys = [home / KEYRINGS / f"{ledger.hex()}{ENDING}{end}" for end in ("", "-journal")]
    return [home / devicefile.FILE_NAME, *keys, home / LAST / f"{ledger.hex()}.json"]


def _install(reader: Reader, kept: Kept, home: Path) -> Restored:
    """The keys, into the device's folder; and the mark that makes the device begin a new epoch here."""
    device = _device(kept, home)
    ring = keyring_of(device, kept.contents.ledger)
    try:
        taken = sum(ring.accept(site, vault, pairs) for site, vault, pairs in kept.keys)
    finally:
        ring.close()
    _begin_anew(reader, device, kept.contents.ledger)
    return Restored(
        kept.contents,
        taken,
        device.fingerprint == kept.contents.device,
        devicefile.load(home).kek is None,
    )


def _device(kept: Kept, home: Path) -> DeviceKey:
    """This device: the one that was backed up, where there is none here yet."""
    had = (home / devicefile.FILE_NAME).exists() or (home / devicefile.FIRST_FILE_NAME).exists()
    if had or kept.device is None:
        return device_key(home)
    # Its passphrase stays what it was; the backup itself holds what it takes to open it this once.
    file = devicefile.put(home, kept.device.file)
    secrets = file.open(kept.device.kek)
    return DeviceKey(file.public, file.box_key, lambda: secrets, InFolder(home), folder=home)


def _begin_anew(reader: Reader, device: DeviceKey, ledger: bytes) -> None:
    """Remember a commit that is not here, so that the next thing written begins a new epoch.

    After the backup was made this device may have signed more, which other copies hold. Going on where the backup
    ends would sign those numbers a second time.
    """
    own = [
        tip for end in reader.ends() if end.log.startswith(device.fingerprint) if (tip := reader.tip(end.log))
    ]
    newest = max(own, key=lambda tip: unpack(tip.header).physical_ms, default=None)
    if newest:
        header = unpack(newest.header)
        device.remember(ledger, Last(header.log, header.sequence + 1, header_hash(newest.header)))
