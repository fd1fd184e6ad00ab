"""Guarding this device: its passphrase, its recovery code, opening it for a while, locking it, ending it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from waythrough.ledger import expiry, passphrase, recovery, sealed, unlocking
from waythrough.ledger.device import data_folder, device_key
from waythrough.ledger.device import destroy as destroy_files
from waythrough.ledger.devicefile import FILE_NAME, DeviceFile, load, load_or_make, save
from waythrough.ledger.passphrase import Cost
from waythrough.ledger.places import File, Place
from waythrough.ledger.unlocking import PASSPHRASE, RECOVERY
from waythrough.terms.problems import InputRefused


@dataclass(frozen=True)
class Guarded:
    """How the device stands: has it a passphrase, is it unlocked, and since when must nobody ask."""

    passphrase: bool
    unlocked: bool
    recovery_code: bool


def guarded() -> Guarded:
    """How this device stands. Makes nothing."""
    file = _file_if_any()
    if file is None:
        return Guarded(False, False, False)
    return Guarded(PASSPHRASE in file.locks, unlocking.is_unlocked(file), RECOVERY in file.locks)


def set_passphrase(new: str, cost: Cost | None = None) -> str | None:
    """Put this device's keys under a passphrase.

    Parameters
    ----------
    cost
        What one try costs; measured on this machine if not given.

    Returns
    -------
    str or None
        The recovery code, to be written on paper now: it is kept nowhere. None if the device has one already.

    Raises
    ------
    InputRefused
        It has a passphrase already, or the new one is too short.
    """
    folder = data_folder()
    file = load_or_make(folder)
    if file.kek is None:
        raise _refusal("one is set already", "none yet", "Change it: waythrough passphrase change.")
    passphrase.check_strong(new)
    code = None if RECOVERY in file.locks else recovery.new_code()
    if code:
        lock = recovery.wrap(file.kek, code, file.public)
        file = replace(
            file, locks={**file.locks, RECOVERY: lock}, recovery_key=recovery.device_of(code).public
        )
    save(folder, _closed(file, file.kek or b"", new, cost))
    return code


def change_passphrase(old: str, new: str, cost: Cost | None = None) -> None:
    """Another passphrase for this device. The recovery code stays as it is."""
    file = _protected()
    kek = passphrase.unwrap(file.locks[PASSPHRASE], old, file.public)
    passphrase.check_strong(new)
    save(data_folder(), _closed(file, kek, new, cost))


def recover(code: str, new: str, cost: Cost | None = None) -> None:
    """Another passphrase for this device, by its recovery code. The code stays as it is."""
    file = _protected()
    kek = recovery.unwrap(file.locks.get(RECOVERY, {}), code, file.public)
    passphrase.check_strong(new)
    save(data_folder(), _closed(file, kek, new, cost))


def remove_passphrase(old: str) -> None:
    """Leave the keys to the file's permissions again. The recovery code stays good."""
    file = _protected()
    kek = passphrase.unwrap(file.locks[PASSPHRASE], old, file.public)
    locks = {way: lock for way, lock in file.locks.items() if way != PASSPHRASE}
    unlocking.forget(file)
    save(data_folder(), replace(file, kek=kek, locks=locks))


def unlock(said: str, idle: float = expiry.IDLE_SECONDS) -> None:
    """Keep the device open in memory until nobody has used it for a while."""
    file = _protected()
    unlocking.unlock(file, passphrase.unwrap(file.locks[PASSPHRASE], said, file.public), idle)


def lock() -> bool:
    """Forget what `unlock` kept; True when there was something to forget."""
    file = _file_if_any()
    return file is not None and unlocking.forget(file)


def is_to_be_sealed(asked: bool | None) -> bool:
    """Whether a new workspace's file is encrypted whole: as asked or, if nobody asked, where it would protect.

    Raises
    ------
    InputRefused
        It was asked for on a device without a passphrase: the key would lie beside the file.
    """
    protects = guarded().passphrase
    if asked and not protects:
        raise _refusal(
            "none is set", "a passphrase", "A sealed file needs one first: waythrough passphrase set."
        )
    return protects and sealed.is_installed() if asked is None else asked


def new_place(place: Place, asked: bool | None = None) -> Place:
    """A place for a ledger that comes here from elsewhere or begins here: a sealed file where that protects."""
    return File(place.path, is_to_be_sealed(asked)) if isinstance(place, File) else place


def seal(path: Path) -> None:
    """Encrypt the whole file of a workspace that is there, and overwrite the plain one where it lay.

    Raises
    ------
    InputRefused
        This device has no passphrase, the file is sealed already, or another program has it open.
    """
    is_to_be_sealed(True)
    sealed.convert(path, device_key())


def is_sealed(path: Path) -> bool:
    """True for a workspace file that this device sealed."""
    return sealed.is_sealed(path)


def destroy_keys() -> list[Path]:
    """Overwrite and remove every key of this device; the files that are gone.

    What the keys closed stays closed: sealed workspaces, and the personal data in all of them.
    """
    lock()
    return destroy_files(data_folder())


def _file_if_any() -> DeviceFile | None:
    folder = data_folder()
    return load(folder) if (folder / FILE_NAME).exists() else None


def _protected() -> DeviceFile:
    file = _file_if_any()
    if file is None or PASSPHRASE not in file.locks:
        raise _refusal("none is set", "a passphrase", "Set one: waythrough passphrase set.")
    return file


def _closed(file: DeviceFile, kek: bytes, new: str, cost: Cost | None) -> DeviceFile:
    lock = passphrase.wrap(kek, new, file.public, cost or passphrase.calibrated())
    return replace(file, kek=None, locks={**file.locks, PASSPHRASE: lock})


def _refusal(found: str, allowed: str, remedy: str) -> InputRefused:
    return InputRefused(place="this device's passphrase", found=found, allowed=allowed, remedy=remedy)
