"""This device: where its files are, and its keys, made on first use."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from waythrough.ledger.aead import DoesNotOpen
from waythrough.ledger.devicefile import FILE_NAME, FIRST_FILE_NAME, load_or_make
from waythrough.ledger.files import overwrite
from waythrough.ledger.keys import DeviceKey, Secrets
from waythrough.ledger.last import FOLDER as LAST
from waythrough.ledger.last import InFolder
from waythrough.ledger.unlocking import kek_of
from waythrough.terms.problems import DeviceKeyUnusable

KEYRINGS, SEALED = "keyrings", "sealed"
"""Folders beside the device's file: the keys of vaults, and of sealed workspace files."""


def data_folder() -> Path:
    """Where this user's Waythrough keeps what belongs to the device: WAYTHROUGH_HOME, or the platform's own place."""
    if chosen := os.environ.get("WAYTHROUGH_HOME"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Waythrough"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Waythrough"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "waythrough"


def device_key(folder: Path | None = None) -> DeviceKey:
    """This device, its keys made on first use. Raises as `devicefile.load_or_make`."""
    folder = folder or data_folder()
    file = load_or_make(folder)

    @cache
    def secrets() -> Secrets:
        try:
            return file.open(kek_of(file))
        except DoesNotOpen:
            found = "its secrets do not open: the file was altered"
            raise DeviceKeyUnusable(path=folder / FILE_NAME, found=found) from None

    return DeviceKey(
        file.public,
        file.box_key,
        secrets,
        InFolder(folder),
        folder=folder,
        recovery_key=file.recovery_key,
    )


def destroy(folder: Path) -> list[Path]:
    """Overwrite and remove everything that belongs to the device, its keys first; the files that are gone."""
    first = [folder / FILE_NAME, folder / FIRST_FILE_NAME]
    drafts = folder.glob(f".{FILE_NAME}.*")
    rest = (file for name in (KEYRINGS, SEALED, LAST) for file in (folder / name).glob("*"))
    gone = []
    for file in (*first, *drafts, *rest):
        if file.is_file():
            overwrite(file)
            file.unlink()
            gone.append(file)
    return gone
