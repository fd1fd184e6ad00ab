"""Opening a workspace on the day its case speaks of, unless another day is asked for."""

from __future__ import annotations

import os
from datetime import date

from waythrough.actions.workspace import Clock, Workspace, utc_now
from waythrough.ledger.places import Place
from waythrough.terms.problems import InputRefused


def open_workspace(where: str | os.PathLike[str] | Place, as_of: date | None) -> Workspace:
    """Open a workspace as of a day; a historical case opens on the day it was made for, any other on today."""
    ws = Workspace.open(where, as_of)
    if as_of is None:
        exercise = [item.record for item in ws.known("exercise")]
        if exercise:
            return ws.at(exercise[0].default_as_of)
    return ws


def open_to_act(
    where: str | os.PathLike[str] | Place, as_of: date | None, clock: Clock = utc_now
) -> Workspace:
    """Open a workspace to write in it what happens: with everything known today, as the past is not written to.

    An example is practised in: today is there the day it was made for, or the one that is named, and what is written
    shows as of that day and later.

    Raises
    ------
    InputRefused
        A day was named, and the workspace is no example.
    """
    ws = Workspace.open(where, clock=clock)
    exercise = [item.record for item in ws.known("exercise")]
    if exercise:
        ws = ws.at(as_of or exercise[0].default_as_of)
        ws.practised = True
    elif as_of is not None:
        ws.close()
        raise InputRefused(
            place="--as-of",
            found=str(as_of),
            allowed="no --as-of with a command that writes",
            remedy="Say with --on on which day it was; only an example is practised in as of another day.",
        )
    return ws
