"""What one change of doors is worth, and the plan it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from waythrough.plan import aid, evacuations
from waythrough.plan.network import Network
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

INTEGER, SAMPLED, CEILING, UNCHANGED, STILL_SHUT = (
    "solved_again",
    "solved_again_on_a_sample",
    "ceiling",
    "no_day_changes",
    "still_shut",
)
"""How a value was found: by the integer program; by a linear program over a sample of households, or over all
convoys in parts; not solved, because prices show that it cannot be worth a look; without solving, because no
route gains or loses a day; or the same, because other doors (named after the colon) keep every route shut."""


@dataclass(frozen=True)
class Worth:
    """A change in people or person-days, and as a share of what the plan's aim comes to.

    ``error`` is how far the number may be off: by the solver's gap, or because another sample would give
    another; ``shared`` is the part of it that is the same for all changes of a kind, and says nothing of which of two
    is larger. ``ceiling`` is a share that the change cannot pass; None where none was worked out.
    """

    number: int
    share: float
    method: str
    error: float = 0.0
    shared: float = 0.0
    ceiling: float | None = None


NOTHING = Worth(0, 0.0, UNCHANGED)


@dataclass(frozen=True)
class Base:
    """The situation as it is, its plan, and the figures that changes are compared with."""

    situation: Situation
    plan: Plan

    @cached_property
    def network(self) -> Network:
        """Its routes; journeys have what evacuations and the plan's convoys leave."""
        return evacuations.network(self.situation).after(self.plan.convoys)

    @cached_property
    def worth(self) -> int:
        """What the plan's journeys are worth, in points."""
        return next(aim.value for aim in self.plan.aims if aim.name == "journeys")

    @property
    def people(self) -> int:
        """How many people the plan moves."""
        return self.plan.people_moved

    @property
    def unmet(self) -> int:
        """Person-days unmet in the plan, as if nobody left."""
        return self.plan.unmet_if_nobody_left

    @cached_property
    def rations(self) -> int:
        """Person-days of every life-saving good over the horizon: what could be unmet at most."""
        people = sum(site.people for site in self.situation.sites)
        return people * self.situation.days * len(aid.life_saving(self.situation))
