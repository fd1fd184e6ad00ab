"""Opening a workspace on the day its case speaks of, unless another day is asked for."""

from __future__ import annotations

import os
from datetime import date

from waythrough.actions.workspace import Workspace
from waythrough.ledger.places import Place


def open_workspace(where: str | os.PathLike[str] | Place, as_of: date | None) -> Workspace:
    """Open a workspace as of a day; a historical case opens on the day it was made for, any other on today."""
    ws = Workspace.open(where, as_of)
    if as_of is None:
        exercise = [item.record for item in ws.known("exercise")]
        if exercise:
            return ws.at(exercise[0].default_as_of)
    return ws
