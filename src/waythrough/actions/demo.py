"""The example: a shipped case loaded, planned and reported in one go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from waythrough import cases
from waythrough.actions.beginning import Progress, begin_case, silent
from waythrough.actions.tell import Told, exercises, gather, languages, write
from waythrough.actions.workspace import Clock, Workspace, utc_now
from waythrough.publish.report import WrittenFile
from waythrough.terms.problems import WorkspaceExists


@dataclass(frozen=True)
class Shown:
    """What the example made: the open workspace, what the report tells, and the files with their hashes."""

    workspace: Workspace
    told: Told
    folder: Path
    files: list[WrittenFile]


def demo(
    case: str | None,
    folder: Path,
    as_of: date | None = None,
    clock: Clock = utc_now,
    progress: Progress = silent,
) -> Shown:
    """Load a case into ``folder``/CASE.way, plan it as of its day, and write the report beside it.

    A workspace of the same case that is there already is opened as it is; its report is written anew.

    Raises
    ------
    WorkspaceExists
        Another workspace of that name is there; nothing was overwritten.
    """
    case = case or cases.MODEL
    progress("load", 0, 3)
    ws = _open(folder / f"{case}.way", case, clock, progress)
    if as_of:
        ws = ws.at(as_of)
    progress("plan", 1, 3)
    told = gather(ws)
    progress("report", 2, 3)
    out = folder / f"{case}-{ws.as_of.isoformat()}"
    files = write(told, out, ("internal", "public"), languages(ws), replace=True)
    progress("done", 3, 3)
    return Shown(ws, told, out, files)


def _open(path: Path, case: str, clock: Clock, progress: Progress) -> Workspace:
    if not path.exists():
        return begin_case(path, case, clock=clock, progress=progress)
    ws = Workspace.open(path, clock=clock)
    found = [e for e in exercises(ws) if e.case == case]
    if not found:
        ws.close()
        raise WorkspaceExists(path=path)
    return ws.at(found[0].default_as_of)
