"""People out, by their own consent: most journeys honoured, soonest for those in most danger, then least
exposure.

Two ways, chosen by size alone, so that the same situation is always solved the same way:

* *exact*: every vehicle is a bin of its own in the integer program; the answer is proven to the solver's gap;
* *priced*: prices of seats, vehicles and reception places guide a search, and prove a bound that needs no solver.

Whatever the way, every change of a convoy keeps to the places left, and the plan is checked again elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from waythrough.plan.network import Network
from waythrough.plan.prices import profit_of
from waythrough.plan.problem import Problem, problem
from waythrough.plan.promises import Told, told
from waythrough.plan.returns.exact import bins, exactly
from waythrough.plan.returns.priced import NEAR_ENOUGH, Journeys, journeys_priced, road_bounds
from waythrough.plan.solver import Limits
from waythrough.terms.planned import Certificate, ReturnTrip, Standby
from waythrough.terms.situation import Situation

EXACT_UP_TO = 160
"""Household-on-vehicle columns up to which every vehicle is a bin of its own."""
NOISE = NEAR_ENOUGH
"""How far, of the whole, a value may lie from the best possible one: smaller differences tell nothing."""


@dataclass(frozen=True)
class ReturnsPlan:
    """Trips with the second aim's value and bound, and bounds on what the trips cost in exposure and metres.

    By the exact method the last two hold for any trips of the same value; by the other for just these
    journeys, and the bound on the value is the certificate's. ``broken`` lists households whose promise for a
    frozen day is not kept.
    """

    trips: tuple[ReturnTrip, ...]
    value: int
    bound: int
    exposure_bound: int
    metres_bound: int
    method: str
    certificate: Certificate | None = None
    standby: tuple[Standby, ...] = ()
    slices: int = 0
    seed: int = 0
    broken: tuple[str, ...] = ()

    @property
    def proof(self) -> str:
        """Where the bound comes from: the certificate's prices, or the solver's own word."""
        return "prices" if self.certificate else "solver"


def journeys(
    situation: Situation,
    network: Network,
    limits: Limits,
    *,
    whole: Problem | None = None,
    road: bool = True,
    slices: int | None = None,
    seed: int = 0,
) -> ReturnsPlan:
    """The trips that honour most consented journeys, and among the trips for these, those with least
    exposure. ``whole`` is the situation's problem, where it is at hand.
    """
    whole = whole or problem(situation, network)
    if not len(whole.option_cell):
        return ReturnsPlan((), 0, 0, 0, 0, "none")
    if len(whole.option_cell) <= EXACT_UP_TO and bins(whole) <= EXACT_UP_TO:
        return _exact(situation, whole, limits, road)
    return as_plan(situation, whole, journeys_priced(situation, whole, slices, seed), road=road)


def _exact(situation: Situation, whole: Problem, limits: Limits, road: bool) -> ReturnsPlan:
    promised = told(situation, whole)
    found = exactly(situation, whole, promised, limits, road=road)
    return ReturnsPlan(
        trips=found.convoys.trips(),
        value=found.convoys.value(),
        bound=found.bound,
        exposure_bound=found.exposure_bound,
        metres_bound=found.metres_bound,
        method="exact",
        standby=found.convoys.standby(lambda options: whole.option_value[options]),
        broken=_broken(situation, whole, promised, found.convoys.at.tolist()),
    )


def as_plan(situation: Situation, whole: Problem, found: Journeys, *, road: bool) -> ReturnsPlan:
    """Journeys found at prices, with their proof."""
    exposure, metres = road_bounds(whole, found.convoys) if road else (0, 0)
    prices = found.priced.prices
    return ReturnsPlan(
        trips=found.convoys.trips(),
        value=found.value,
        bound=found.bound,
        exposure_bound=exposure,
        metres_bound=metres,
        method="priced",
        certificate=Certificate(prices.by_name(whole.cells)) if found.bound == found.priced.bound else None,
        standby=found.convoys.standby(lambda options: profit_of(whole, prices, options)),
        slices=found.slices,
        seed=found.seed,
        broken=_broken(situation, whole, found.told, found.convoys.at.tolist()),
    )


def _broken(situation: Situation, whole: Problem, promised: Told, at: Sequence[int]) -> tuple[str, ...]:
    """Households of units promised for a frozen day that are not seated as told: they must hear of it."""
    ids, start = situation.households.columns.ids, whole.units.member_start
    never = np.zeros(whole.size, bool) if promised.too_many is None else promised.too_many
    return tuple(
        ids[int(h)]
        for unit in (promised.frozen | never).nonzero()[0].tolist()
        if at[unit] < 0 or never[unit]
        for h in whole.units.member[start[unit] : start[unit + 1]]
    )
