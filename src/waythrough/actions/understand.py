"""What the record says as of a day: the board of doors, how many people, what they want, how long parties take."""

from __future__ import annotations

from typing import Any

from waythrough.actions.workspace import Workspace
from waythrough.assess import doors as door_rule
from waythrough.assess import outlook as outlook_rule
from waythrough.assess import population as population_rule
from waythrough.assess import survey as survey_rule
from waythrough.assess import waits as wait_rule
from waythrough.terms.board import DoorState
from waythrough.terms.estimates import (
    Estimate,
    NotComputable,
    Outlook,
    PopulationEstimate,
    SurveyRow,
    Waiting,
)

HORIZON_DAYS = 28


def board(ws: Workspace) -> list[DoorState]:
    """The state of every door, by the rule of the board."""
    return door_rule.board(
        ws.known("door"),
        ws.known("party"),
        ws.known("request"),
        ws.known("answer"),
        ws.known("guarantee"),
        ws.known("performance"),
        ws.known("execution"),
        ws.as_of,
    )


def population(ws: Workspace, site: str) -> PopulationEstimate | NotComputable:
    """How many people are at a site, reconciled from figures that disagree."""
    return population_rule.reconcile(figures_of(ws, site), site, ws.as_of)


def figures_of(ws: Workspace, site: str) -> list[Any]:
    """Every figure stated about a site, with its entry."""
    return [item for item in ws.known("figure") if item.record.site == site]


def survey(ws: Workspace, site: str) -> list[SurveyRow]:
    """What surveys at a site found, with an interval or the reason there is none."""
    return survey_rule.survey_table(figures_of(ws, site), ws.as_of)


def waits(ws: Workspace) -> list[Waiting]:
    """How long each party that was asked something has kept requests waiting."""
    doors, parties = ws.register("door"), ws.register("party")
    asked = {doors[d].party for r in ws.records("request") for d in r.doors if d in doors}
    return [
        wait_rule.waiting(
            parties[party],
            ws.known("request"),
            ws.known("answer"),
            ws.as_of,
            doors=ws.known("door"),
            guarantees=ws.known("guarantee"),
            executions=ws.known("execution"),
        )
        for party in sorted(asked)
    ]


def outlooks(ws: Workspace, horizon_days: int = HORIZON_DAYS) -> list[Outlook]:
    """What is believed about each door, with how few cases it rests on."""
    return outlook_rule.outlooks(
        ws.known("door"),
        ws.known("party"),
        ws.known("request"),
        ws.known("answer"),
        ws.known("execution"),
        ws.as_of,
        horizon_days=horizon_days,
        guarantees=ws.known("guarantee"),
    )


def speaker_names(ws: Workspace) -> dict[str, str]:
    """What parties and organisations are called, in English or the first language there is, by id."""
    everyone = {**ws.register("party"), **ws.register("organisation")}
    return {
        one.id: one.names.get("en") or next(iter(one.names.values()), one.id) for one in everyone.values()
    }


def value_of(estimate: PopulationEstimate | NotComputable) -> Estimate | None:
    """The number, if there is one."""
    return estimate.estimate if isinstance(estimate, PopulationEstimate) else None
