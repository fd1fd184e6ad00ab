"""What the planner proposes, with its bound, and what the checker says of it. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from waythrough.terms.estimates import Estimate

SCHEMA = "waythrough/plan/2"
READABLE = (SCHEMA, "waythrough/plan/1")
"""Schemas of plan files that can still be read."""


@dataclass(frozen=True)
class ConvoyTrip:
    """Aid in: departs from a warehouse on day ``day`` with ``vehicles`` and ``load_g`` grams per good.

    The load is at the site on day ``day`` plus the route's outward days.
    """

    route: str
    warehouse: str
    site: str
    day: int
    fleet: str
    vehicles: int
    load_g: Mapping[str, int]

    kind: ClassVar[str] = "convoy"
    purpose: ClassVar[str] = "aid"


@dataclass(frozen=True)
class Seat:
    """One household on one vehicle of a return trip (vehicles of a trip are numbered from 0)."""

    household: str
    vehicle: int


@dataclass(frozen=True)
class ReturnTrip:
    """People out, by their own live consent: households seated vehicle by vehicle."""

    route: str
    site: str
    destination: str
    day: int
    fleet: str
    vehicles: int
    seats: tuple[Seat, ...]

    kind: ClassVar[str] = "return"
    purpose: ClassVar[str] = "return"


@dataclass(frozen=True)
class EvacuationTrip:
    """A medical evacuation on its way: whole vehicles for nobody else, on the day that brings it there first."""

    evacuation: str
    route: str
    site: str
    destination: str
    day: int
    fleet: str
    vehicles: int

    kind: ClassVar[str] = "evacuation"
    purpose: ClassVar[str] = "evacuation"


Trip = ConvoyTrip | EvacuationTrip | ReturnTrip
"""Anything that departs. ``kind`` is that of its step, ``purpose`` that of the routes and doors it needs."""


@dataclass(frozen=True)
class Standby:
    """Households that would take the seats of others on a trip who do not come, in this order."""

    route: str
    day: int
    households: tuple[str, ...]


@dataclass(frozen=True)
class Certificate:
    """Whole prices of what journeys share, from which anyone can work out the bound again without a solver.

    ``prices`` maps the name of a row, ``kind|what|day``, to a price of 0 or more in points per unit; rows that
    are not named cost nothing. docs/reference/plan.md says how the bound follows from them.
    """

    prices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Aim:
    """One aim of the lexicographic order: value reached, proven bound, and the relative gap (None if bound
    is 0).

    ``proof`` says where the bound comes from: ``solver``, the solver's own word, or ``prices``, the plan's
    certificate.
    """

    name: str
    value: int
    bound: int
    sense: str
    unit: str
    proof: str = "solver"

    @property
    def gap(self) -> float | None:
        """|bound − value| / max(|bound|, |value|); 0.0 when they meet, None when nothing was there to
        reach.
        """
        if self.bound == self.value:
            return 0.0 if self.value else None
        return abs(self.bound - self.value) / max(abs(self.bound), abs(self.value))


@dataclass(frozen=True)
class Blocker:
    """Why something cannot be done: the smallest set of things that block it, as ids with a stable reason
    code.
    """

    about: str
    code: str
    doors: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Gate:
    """One thing that must be true the day before a trip: a code, what it concerns, and who sees to it.

    ``see_to`` is a role of ours; ``otherwise`` a code of what is done if it is not true by then.
    """

    code: str
    about: str
    fields: Mapping[str, str] = field(default_factory=dict)
    see_to: str = ""
    otherwise: str = ""


@dataclass(frozen=True)
class PlanStep:
    """One dated line of the plan a driver and a head of office can follow."""

    day: int
    kind: str
    trip: int
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Plan:
    """A step-by-step proposal over the coming days.

    ``unmet_if_nobody_left`` is the guard: the first aim computed as if nobody left, so that nobody is ever
    fed by being moved; ``unmet_person_days`` is after the journeys, with the loads re-optimised for those
    who remain. Both count a person's day once for each life-saving good that is short on it;
    ``unmet_by_good`` splits the second by good. ``not_seated`` counts households by reason code. ``notes``
    are codes, a colon, and an id. ``slices`` of search with the random numbers of ``seed`` make the same plan
    again. ``evacuations`` come before every aim and count in none.
    """

    situation_sha256: str
    as_of: date
    first_day: date
    days: int
    convoys: tuple[ConvoyTrip, ...]
    returns: tuple[ReturnTrip, ...]
    aims: tuple[Aim, ...]
    unmet_if_nobody_left: int
    unmet_person_days: int
    people_moved: int
    steps: tuple[PlanStep, ...]
    blockers: tuple[Blocker, ...]
    not_seated: Mapping[str, int]
    flagged_consents: int
    solver: str
    notes: tuple[str, ...] = ()
    unmet_by_good: Mapping[str, int] = field(default_factory=dict)
    schema: str = SCHEMA
    certificate: Certificate | None = None
    standby: tuple[Standby, ...] = ()
    slices: int = 0
    seed: int = 0
    evacuations: tuple[EvacuationTrip, ...] = ()

    @property
    def trips(self) -> tuple[Trip, ...]:
        """Everything that departs: evacuations, convoys, return trips."""
        return (*self.evacuations, *self.convoys, *self.returns)

    @property
    def does_nothing(self) -> bool:
        """True when no vehicle moves."""
        return not self.trips

    @property
    def gap(self) -> float | None:
        """The largest relative gap over the aims that had anything to reach; None for a plan that does
        nothing.
        """
        gaps = [aim.gap for aim in self.aims if aim.gap is not None]
        return max(gaps) if gaps and not self.does_nothing else None


@dataclass(frozen=True)
class Reason:
    """The first rule that keeps one household from one choice on a run of days (inclusive day indexes)."""

    destination: str
    first_day: int
    last_day: int
    code: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Breach:
    """One hard rule a plan breaks: the rule's stable name, where, and what was found."""

    rule: str
    place: str
    found: str


@dataclass(frozen=True)
class DoorValue:
    """What would be gained if a set of closed doors opened, or lost if an open one shut; by re-solving.

    ``person_days_fed`` and ``people_moved`` are differences against the base plan. ``ask_by`` is the last
    day on which asking still helps if the wait for a yes is the usual one, ``ask_by_if_slow`` if it is as
    long as waits of that party may be. ``tied_with`` lists door sets whose values cannot be told apart.
    ``journeys_share`` is the change of the journeys' worth as a share of the plan's; ``ceiling`` a share that
    it cannot pass, where one was worked out. ``moved_interval`` and ``fed_interval`` are how far the two
    numbers vary over futures of the other doors, under a simpler rule than the plan's, and ``nothing_in`` the share of
    these futures in which neither changes, also where that is outside the intervals; ``people_within`` and
    ``person_days_within`` are how far they may be off as things stand, by the solver's gap or by sampling.
    """

    doors: tuple[str, ...]
    change: str
    from_day: int
    window_days: int
    person_days_fed: int
    people_moved: int
    ask_by: date | None = None
    chance: Estimate | None = None
    cases: int = 0
    rank: int = 0
    tied_with: tuple[tuple[str, ...], ...] = ()
    note: str = ""
    ask_by_if_slow: date | None = None
    journeys_share: float = 0.0
    ceiling: float | None = None
    people_within: int = 0
    person_days_within: int = 0
    moved_interval: Estimate | None = None
    fed_interval: Estimate | None = None
    nothing_in: float | None = None
