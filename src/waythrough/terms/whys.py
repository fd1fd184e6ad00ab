"""Answers to “why not?”: a destination, a route, an aim somebody set; and what still stands of a plan. Pure values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from waythrough.terms.planned import Reason, ReturnTrip

OTHER_DAY, OTHER_DESTINATION, LOST, GAINED = "other_day", "other_destination", "lost", "gained"
"""What became of a household's journey from one plan to the next."""

OF_ONE_ADULT = frozenset(
    {
        "adult_without_consent",
        "consent_expired",
        "consent_not_to_this_destination",
        "consents_do_not_meet",
        "no_consent",
        "no_data_consent",
        "refused",
        "wishes_to_leave_no_consent",
    }
)
"""Reasons that say what some adult of a household did or did not allow."""
CONSENTS_INCOMPLETE = "consents_incomplete"
"""What is said instead where one could tell who it was: whoever said yes knows which other adult did not."""
FEW = 10
"""Of fewer than so many households or people one could tell who they are."""


def hushed(code: str) -> str:
    """A reason as it may be told of one household."""
    return CONSENTS_INCOMPLETE if code in OF_ONE_ADULT else code


def few_together(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by reason, most first, with the reasons of adults told apart only where they hold for many."""
    told: Counter[str] = Counter()
    for code, n in counts.items():
        told[hushed(code) if n < FEW else code] += n
    return dict(sorted(told.items(), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True)
class DestinationWhy:
    """Who asked to go to a destination, and what became of it, in households and people.

    ``seated`` travel there by the plan, ``elsewhere`` to another of their choices. ``others`` counts the households
    that stay by the first rule that takes the last day away from this destination; ``no_seat`` where none does.
    """

    destination: str
    households: int
    people: int
    seated: int
    seated_people: int
    elsewhere: int
    others: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RouteWhy:
    """One route over a run of days: what keeps vehicles off it; ``trips`` are the vehicles that leave, by day."""

    route: str
    purpose: str
    reasons: tuple[Reason, ...]
    trips: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Lever:
    """Something that would have to give way: a door that opens, places, vehicles, a new asking for consent.

    ``alone`` is how many people more could travel if this alone gave way, ``without`` how many fewer if it did not
    while all the others of its set do. ``week`` counts the weeks of the plan from 0; −1 where it has none.
    """

    kind: str
    about: str
    week: int = -1
    alone: int = 0
    without: int = 0


@dataclass(frozen=True)
class TargetWhy:
    """Whether everybody of a group could travel by a day, and what stands against it. All in people.

    ``planned`` travel by then in the plan; ``possible`` is a bound on how many could, if nobody else travelled at
    all. ``never`` counts those whom nothing here would help, by reason. ``levers`` is a set that together would let
    all the others travel, none of which can be left out; empty when they can travel as things are.
    Where very many were asked about, consents were rounded outward to whole blocks of ``rounded_days``: no number of
    people who could travel is too low for it.
    """

    group: str
    by_day: int
    people: int
    planned: int
    possible: int
    never: Mapping[str, int] = field(default_factory=dict)
    levers: tuple[Lever, ...] = ()
    rounded_days: int = 1


@dataclass(frozen=True)
class LetOff:
    """A household that no longer travels as it was told: where to, on which day of the new situation, and why."""

    household: str
    destination: str
    day: int
    code: str


@dataclass(frozen=True)
class Standing:
    """The trips that still stand, in the days of the new situation, and who was let off, in order of household."""

    trips: tuple[ReturnTrip, ...]
    let_off: tuple[LetOff, ...]


@dataclass(frozen=True)
class Journey:
    """Where a household goes, and on which day."""

    destination: str
    day: date


@dataclass(frozen=True)
class Change:
    """One household whose journey is not what it was told: what it was (None: no seat), what it is now, and for those
    who were told something the code of what stands against it.
    """

    household: str
    was: Journey | None
    now: Journey | None
    code: str = ""

    @property
    def what(self) -> str:
        """``gained`` or ``lost`` a seat, or travels on an ``other_day``, or to an ``other_destination``."""
        if self.was is None:
            return GAINED
        if self.now is None:
            return LOST
        return OTHER_DAY if self.was.destination == self.now.destination else OTHER_DESTINATION


@dataclass(frozen=True)
class Changes:
    """What changed from one plan to the next, in households and convoys; only days of the new plan are compared.

    ``kept`` keep destination and day; ``changed`` are all others who had a seat or have one, in order of household. Who
    lost one is told before anybody else hears of the new plan.
    """

    kept: int
    changed: tuple[Change, ...]
    convoys_kept: int
    convoys_dropped: int
    convoys_new: int

    def those(self, what: str) -> tuple[Change, ...]:
        """The households of whom this is true."""
        return tuple(one for one in self.changed if one.what == what)
