"""This device: where its files are, and its keys, made on first use."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from waythrough.ledger.aead import DoesNotOpen
from waythrough.ledger.devicefile import FILE_NAME, load_or_make
from waythrough.ledger.keys import DeviceKey, Secrets
from waythrough.ledger.last import InFolder
from waythrough.terms.problems import DeviceKeyUnusable


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
            return file.open(file.kek)
        except DoesNotOpen:
            found = "its secrets do not open: the file was altered"
            raise DeviceKeyUnusable(path=folder / FILE_NAME, found=found) from None

    return DeviceKey(file.public, file.box_key, secrets, InFolder(folder), folder=folder)
