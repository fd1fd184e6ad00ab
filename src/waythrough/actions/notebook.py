"""The library's front door: a workspace as a notebook meets it. Same actions as the command line."""

from __future__ import annotations

import os
from datetime import date

from waythrough.actions import choose, show, tell, understand
from waythrough.actions.opening import open_workspace
from waythrough.actions.workspace import Workspace
from waythrough.terms.board import DoorState
from waythrough.terms.estimates import NotComputable, PopulationEstimate
from waythrough.terms.futures import Futures, PlanFutures
from waythrough.terms.kinds import Known
from waythrough.terms.planned import DoorValue, Plan
from waythrough.terms.when import parse_day


class Notebook:
    """What a workspace says as of a day.

    For example::

        import waythrough as wt
        ws = wt.open("valley.way", as_of="2030-05-20")
        ws.plan(days=28)
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @property
    def as_of(self) -> date:
        """The day everything here is as of."""
        return self.workspace.as_of

    def records(self, kind: str) -> list[Known[object]]:
        """Every standing record of a kind, with its entry and the day its words were known."""
        return self.workspace.known(kind)

    def board(self) -> list[DoorState]:
        """The state of every door, with who says so."""
        return understand.board(self.workspace)

    def population(self, site: str | None = None) -> PopulationEstimate | NotComputable:
        """How many people, reconciled from figures that disagree."""
        return understand.population(self.workspace, site or self.workspace.site.id)

    def plan(self, days: int = choose.DAYS) -> Plan:
        """The plan over the coming days, with its bound; checked before it is returned."""
        return choose.make_plan(self.workspace, days).plan

    def doors(self, days: int = choose.DAYS) -> list[DoorValue]:
        """What each door is worth, by solving again."""
        return choose.value_doors(choose.make_plan(self.workspace, days))

    def futures(self, days: int = choose.DAYS, number: int = 2_000, seed: int = 1) -> Futures:
        """What may come over the coming days, planning again each morning by a simple rule."""
        return choose.play(choose.situation(self.workspace, days), number, seed)

    def plan_futures(self, days: int = choose.DAYS, number: int = 2_000, seed: int = 1) -> PlanFutures:
        """What may come of the plan over the coming days, if nobody plans again."""
        made = choose.make_plan(self.workspace, days)
        return choose.play_plan(made.situation, made.plan, number, seed)

    def report(self, edition: str = "internal", language: str = "en") -> str:
        """The situation report as one HTML page."""
        return tell.page(self.workspace, edition, language)

    def show(self, ident: str) -> show.Shown:
        """Where a record or figure comes from: entry, source, words."""
        return show.show(self.workspace, ident)

    def close(self) -> None:
        """Close the workspace."""
        self.workspace.close()


def open(where: str | os.PathLike[str], as_of: date | str | None = None) -> Notebook:
    """Open a workspace, by its path or its server's address, as of a day.

    Without a day it is the case's own day for an example, and today for any other.
    """
    day = parse_day(as_of, "as_of") if isinstance(as_of, str) else as_of
    return Notebook(open_workspace(where, day))
