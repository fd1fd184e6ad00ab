"""Opening a workspace on the day its case speaks of, unless another day is asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from waythrough.actions.workspace import Workspace


def open_workspace(path: Path, as_of: date | None) -> Workspace:
    """Open a workspace as of a day; a historical case opens on the day it was made for, any other on today."""
    ws = Workspace.open(path, as_of)
    if as_of is None:
        exercise = [item.record for item in ws.known("exercise")]
        if exercise:
            return ws.at(exercise[0].default_as_of)
    return ws
