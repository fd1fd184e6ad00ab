"""What the record says as of a day: the board of doors, how many people, what they want, how long parties take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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


@dataclass(frozen=True)
class Wish:
    """Households at a site by what they want and what they allow, in people."""

    leave: int
    stay: int
    undecided: int
    leave_no_consent: int
    synthetic: bool


def wishes(ws: Workspace, site: str) -> Wish:
    """Counts of people by their newest intention, and how many of those who wish to leave hold no live consent."""
    households = {h.id: h for h in ws.records("household") if h.site == site and h.present}
    newest: dict[str, Any] = {}
    for intention in sorted(ws.records("intention"), key=lambda i: (i.asked_on, i.id)):
        newest[intention.household] = intention
    consenting = _consenting(ws)
    leave = stay = undecided = bare = 0
    for household in households.values():
        wish = newest[household.id].wish_to_leave if household.id in newest else None
        if wish is None:
            undecided += household.size
        elif wish:
            leave += household.size
            bare += 0 if all(a in consenting for a in household.adults) else household.size
        else:
            stay += household.size
    return Wish(leave, stay, undecided, bare, any(h.synthetic for h in households.values()))


def _consenting(ws: Workspace) -> set[str]:
    """Adults whose newest word on some destination is a yes to travel that is valid today."""
    newest: dict[tuple[str, str, str], Any] = {}
    for consent in sorted(ws.records("consent"), key=lambda c: (c.given_on, c.id)):
        if consent.purpose == "travel":
            newest[consent.adult, consent.destination, consent.movement_kind] = consent
    live = (c for c in newest.values() if c.decision in ("given", "reconfirmed"))
    return {c.adult for c in live if c.valid_from <= ws.as_of <= c.valid_until}


def days_back(as_of: date, every: int, times: int) -> Sequence[date]:
    """``times`` days before ``as_of``, ``every`` days apart, oldest first."""
    return [as_of - timedelta(days=every * n) for n in range(times, -1, -1)]


def value_of(estimate: PopulationEstimate | NotComputable) -> Estimate | None:
    """The number, if there is one."""
    return estimate.estimate if isinstance(estimate, PopulationEstimate) else None
