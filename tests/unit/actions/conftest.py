"""A small invented place to record in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from waythrough.actions.beginning import begin
from waythrough.actions.record import record
from waythrough.terms.access import Request, Step
from waythrough.terms.parties import Organisation, Party, Person
from waythrough.terms.people import Household
from waythrough.terms.places import Destination, Door, Leg, Place, Route, Site, Zone
from waythrough.terms.sayings import Source
from waythrough.terms.when import Days

NOW = datetime(2030, 5, 20, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOW


WORLD = [
    Party("party-north", {"en": "Northern Council"}, "local_authority", rest_days=(6,)),
    Party("party-south", {"en": "Southern Command"}, "military"),
    Organisation("org-relief", {"en": "Relief Desk"}, "international_ngo"),
    Place("place-camp", {"en": "Stone Ford"}, "site", 10.0, 20.0, "published", "survey"),
    Place("place-town", {"en": "Millgate"}, "town", 10.5, 20.0, "published", "survey"),
    Site("site-ford", {"en": "Stone Ford"}, "place-camp", "XA", "Etc/GMT-3"),
    Zone("zone-river", {"en": "River strip"}, "party-south", "party-south"),
    Leg("leg-1", "place-town", "place-camp", "zone-river", 40.0, 1.0),
    Door("door-aid", {"en": "Aid over the river"}, "party-south", "zone-river", "aid", answer_working_days=5),
    Door("door-return", {"en": "Returns over the river"}, "party-south", "zone-river", "return"),
    Destination("dest-mill", {"en": "Millgate"}, "place-town", 100, None, "party-north"),
    Route("route-out", {"en": "To Millgate"}, "site-ford", "dest-mill", "return", ("leg-1",)),
    Source(
        "source-letter", "Letter 4 of the Southern Command", "party-south", Days.parse("2030-05-10"), "letter"
    ),
    Household("hh-1", "site-ford", 4, ("hh-1/a", "hh-1/b"), synthetic=True),
]


@pytest.fixture
def ws(tmp_path, monkeypatch):
    """A workspace with one site, two parties, two doors and one household; its first person holds every role."""
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    with begin(tmp_path / "ford.way", "Stone Ford", "A. K.", clock=clock) as workspace:
        for value in WORLD:
            record(workspace, workspace.person(), value)
        yield workspace


@pytest.fixture
def person(ws) -> Person:
    return ws.person()


@pytest.fixture
def request_sent(ws, person) -> Request:
    sent = Request(
        "request-1",
        "site-ford",
        "aid_convoy",
        "flour",
        ("org-relief",),
        Days.parse("2030-05-01"),
        (Step("plan_approval", "door-aid"),),
    )
    record(ws, person, sent)
    return sent
