"""Movements, incidents, the planning policy, and what we publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from waythrough.terms.when import Days, Window

VOLUNTARY_RETURN = "voluntary_return_movement"
"""Kind of the movements in which people travel home; a consent to another kind does not count for them."""
MEDICAL_EVACUATION = "medical_evacuation"
"""Kind of the movements, and type of the requests, that bring somebody to treatment."""
AHEAD = ("planned", "gates_passed")
"""States of a movement that has not left."""


@dataclass(frozen=True)
class Movement:
    """Vehicles on a route in a window: a convoy (aid in) or a return movement (people out).

    ``need_by`` is the last day on which it still helps, as for somebody who must reach a hospital. Of an evacuation
    ``people`` are the patients, ``stretchers`` how many of them lie down, ``escorts`` those who go along with them.
    ``left_on`` is the day on which it left.
    """

    id: str
    site: str
    kind: str
    route: str
    window: Window
    state: str
    vehicles: int = 0
    people: int = 0
    responsible: str = ""
    note: str = ""
    need_by: Days | None = None
    escorts: int = 0
    stretchers: int = 0
    left_on: date | None = None

    @property
    def is_ahead(self) -> bool:
        """True until it leaves or is called off."""
        return self.state in AHEAD


@dataclass(frozen=True)
class Boarding:
    """One household's line of a movement's manifest, and what became of it on that day. No names.

    ``vehicle`` counts from 0; None while no seat is kept.
    """

    id: str
    movement: str
    household: str
    state: str
    on: date
    vehicle: int | None = None
    note: str = ""


@dataclass(frozen=True)
class ClosureCheck:
    """How one question stands that must be answered before a site closes, as one of us found it on a day."""

    id: str
    site: str
    item: str
    state: str
    on: Days
    by: str
    note: str = ""


@dataclass(frozen=True)
class Incident:
    """An event said to have harmed someone, as ``speaker`` tells it. No names."""

    id: str
    site: str
    type: str
    on: Days
    speaker: str
    what: str
    place: str = ""
    destination: str = ""
    words: str = ""


@dataclass(frozen=True)
class Policy:
    """What the planner may weigh, who approved it and when. Never by origin, ethnicity or party.

    ``need_weights`` maps a need code to an integer ≥ 1. ``consent_margin_days`` is how long a consent must still
    be valid after the day of travel. ``zone_risk`` maps a zone to an integer ≥ 0. ``keep_personal_days`` is how long
    data about people at a site are kept after they were last written down, and ``keep_personal_basis`` who set that.
    """

    id: str
    approved_by: str
    approved_on: Days
    need_weights: Mapping[str, int] = field(default_factory=dict)
    zone_risk: Mapping[str, int] = field(default_factory=dict)
    consent_margin_days: int = 0
    convoy_spacing_days: int = 1
    min_convoy_vehicles: int = 1
    max_convoy_vehicles: int = 100
    reserve_days: int = 0
    # The protection handbooks name no number: they ask for one that is stated, reviewed and kept to. A year is ours.
    keep_personal_days: int = 365
    keep_personal_basis: str = ""
    note: str = ""


@dataclass(frozen=True)
class PlanRecord:
    """A plan as it was written down: the situation's hash, who made it, and what the plan says of no household.

    Who sits where is not in it. That stands in the plan file, which ``plan_sha256`` tells from any other, and once
    the plan is taken up on the manifests of its movements, which are kept closed.
    """

    id: str
    site: str
    situation_sha256: str
    plan: Mapping[str, Any]
    made_by: str
    plan_sha256: str = ""


@dataclass(frozen=True)
class Release:
    """A product after disclosure control: number, edition, language, hash of each file."""

    id: str
    number: int
    edition: str
    files: Mapping[str, str]
    suppressed: int = 0
    withdrawn: bool = False


@dataclass(frozen=True)
class Exercise:
    """This workspace is an example: its notice stands on every page, and it opens as of ``default_as_of``."""

    id: str
    case: str
    default_as_of: date
    notice: Mapping[str, str]
    titles: Mapping[str, str]
    languages: tuple[str, ...] = ("en",)
    credits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a reader proposed for one document: draft claims nobody has accepted yet.

    ``claims`` holds them in the waythrough-claims/0.1 form, by draft id.
    """

    id: str
    document: str
    engine: str
    claims: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
