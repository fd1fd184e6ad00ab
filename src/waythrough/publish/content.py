"""What a situation report is made of: records with their entries, estimates, a plan. No sentence is written here.

Everything is a value of ``terms``. `actions` gathers it from the ledger as of a day; a notebook can build it by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from waythrough.terms.access import Answer, Execution, Guarantee, Invitation, Performance, Request
from waythrough.terms.board import DoorState, Evacuation
from waythrough.terms.doing import Policy
from waythrough.terms.estimates import NotComputable, Outlook, PopulationEstimate, SurveyRow, Waiting
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Organisation, Party
from waythrough.terms.places import Destination, Door, Leg, Names, Place, Route, Site, Zone
from waythrough.terms.planned import DoorValue, Plan
from waythrough.terms.sayings import Claim, Figure, Source
from waythrough.terms.situation import Situation


@dataclass(frozen=True)
class Topic:
    """One question, and every claim that speaks to it.

    ``stances`` maps a claim's id to a short code of what it says about the question; a claim missing there counts
    by its polarity, and one with an empty code makes a point of its own that is compared with nobody's. Speakers
    with different stances *differ*: no row is ever marked true or false. Topics with the same ``about`` stand
    together under that name.
    """

    id: str
    question: Names
    claims: tuple[Known[Claim], ...] = ()
    stances: Mapping[str, str] = field(default_factory=dict)
    about: Names = field(default_factory=dict)


@dataclass(frozen=True)
class Gap:
    """One thing we do not know.

    ``code`` chooses the sentence and what would close the gap; ``fields`` hold the ids it names, by what they are
    (``site``, ``goods``, ``records``). A gap somebody names by hand has its own words instead, per language.
    """

    code: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    what: Names = field(default_factory=dict)
    remedy: Names = field(default_factory=dict)


@dataclass(frozen=True)
class Wishes:
    """Households' wishes and consents in numbers of people; internal only.

    ``seated`` hold a seat in the plan; ``no_consent`` wish to leave and have no live consent of every adult;
    ``stay`` wish to stay; ``undecided`` did not say. ``flagged`` consents were given under pressure or below the
    life-saving threshold.
    """

    as_of: date
    wish_to_leave: int
    stay: int
    undecided: int
    no_consent: int
    seated: int = 0
    flagged: int = 0
    invented: bool = False


@dataclass(frozen=True)
class Report:
    """One situation report. ``banners`` are notices shown on every page, such as that a case is an exercise.

    ``ledger`` is the hash the values were taken at. ``plan`` comes with its ``situation``. ``routes`` name the trips
    of the plan; ``goods`` maps a good's id to its names. ``approved_by`` is who approved the ``policy``, by name;
    ``stated_by`` maps a fleet, warehouse or destination to the organisation that answers for it.
    ``months`` chooses the Arabic names of months.
    """

    site: Site
    as_of: date
    generated_at: datetime
    number: int | None = None
    ledger: str = ""
    banners: tuple[Names, ...] = ()
    summary: tuple[Names, ...] = ()
    parties: tuple[Party, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    places: tuple[Place, ...] = ()
    zones: tuple[Zone, ...] = ()
    legs: tuple[Leg, ...] = ()
    doors: tuple[Door, ...] = ()
    routes: tuple[Route, ...] = ()
    destinations: tuple[Destination, ...] = ()
    goods: Mapping[str, Names] = field(default_factory=dict)
    states: tuple[DoorState, ...] = ()
    requests: tuple[Known[Request], ...] = ()
    invitations: tuple[Known[Invitation], ...] = ()
    answers: tuple[Known[Answer], ...] = ()
    guarantees: tuple[Known[Guarantee], ...] = ()
    performances: tuple[Known[Performance], ...] = ()
    executions: tuple[Known[Execution], ...] = ()
    topics: tuple[Topic, ...] = ()
    population: PopulationEstimate | NotComputable | None = None
    figures: tuple[Known[Figure], ...] = ()
    survey: tuple[SurveyRow, ...] = ()
    waits: tuple[Waiting, ...] = ()
    plan: Plan | None = None
    situation: Situation | None = None
    values: tuple[DoorValue, ...] = ()
    outlooks: tuple[Outlook, ...] = ()
    wishes: Wishes | None = None
    evacuations: tuple[Evacuation, ...] = ()
    policy: Policy | None = None
    approved_by: str = ""
    stated_by: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    gaps: tuple[Gap, ...] = ()
    methods: tuple[Names, ...] = ()
    entries: Mapping[str, str] = field(default_factory=dict)
    months: str = "both"
