"""The whole plan: evacuations before all, aid for everyone first, then consented journeys, then loads for those
who remain, then the road.

The order is strict. What an earlier aim reached is a hard rule for the later ones, so nobody is ever fed by
being moved, and no road is made safer by leaving someone hungry.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from waythrough.plan import aid, evacuations, files, repair, returns, steps
from waythrough.plan.homes import homes_named, sizes
from waythrough.plan.network import Network
from waythrough.plan.problem import Problem, problem
from waythrough.plan.solver import Limits, version
from waythrough.plan.why import blockers as why_not
from waythrough.plan.why.unseated import unseated
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.planned import Aim, ConvoyTrip, Plan, ReturnTrip
from waythrough.terms.situation import HouseholdNow, Situation

DEFAULT_LIMITS = Limits()


def make(
    situation: Situation,
    limits: Limits = DEFAULT_LIMITS,
    *,
    slices: int | None = None,
    seed: int = 0,
    keeping: Plan | None = None,
) -> Plan:
    """The plan for a situation: the same situation, slices and seed always give the same plan.

    ``slices`` of search are worked on the journeys; none said, as many as it takes to come near the bound. With the
    plan people were told to be kept (``keeping``), everybody who still may travel as it says does so, and the other
    journeys are found around them.

    Raises
    ------
    NoPlan
        The solver failed where doing nothing is possible.
    """
    urgent = evacuations.first(situation)
    network = urgent.network
    first = aid.feed_everyone(situation, network, limits)
    open_to_people = network.after(first.convoys)
    whole = problem(situation, open_to_people)
    if keeping is None:
        people_out = returns.journeys(
            situation, open_to_people, limits, whole=whole, slices=slices, seed=seed
        )
    else:
        people_out = repair.journeys(
            situation, open_to_people, keeping, whole=whole, slices=slices, seed=seed
        )
    leaving = leaving_each_day(situation, people_out.trips)
    supplies = aid.finish(situation, network, first, leaving, limits)
    remaining = aid.unmet_by_good(situation, supplies.convoys, aid.people_each_day(situation, leaving))
    everyone = aid.unmet_by_good(situation, supplies.convoys, aid.people_each_day(situation, {}))
    aims = _aims(network, supplies, people_out, sum(everyone.values()), sum(remaining.values()))
    seated = {seat.household for trip in people_out.trips for seat in trip.seats}
    return Plan(
        situation_sha256=files.sha256(situation),
        as_of=situation.as_of,
        first_day=situation.first_day,
        days=situation.days,
        convoys=supplies.convoys,
        returns=people_out.trips,
        aims=aims,
        unmet_if_nobody_left=sum(everyone.values()),
        unmet_person_days=sum(remaining.values()),
        people_moved=sum(leaving.values()),
        steps=steps.steps(situation, supplies.convoys, people_out.trips, urgent.trips),
        blockers=urgent.blockers
        + why_not.blockers(
            situation, network, _wanted(situation, whole), supplies.convoys, people_out.trips, aims[0].value
        ),
        not_seated=unseated(situation, network, whole, seated),
        flagged_consents=flagged_consents(situation, people_out.trips),
        solver=f"{version()}; journeys {people_out.method}; gap {limits.gap:g}, nodes {limits.nodes}",
        notes=_notes(situation) + _broken(people_out),
        unmet_by_good=remaining,
        certificate=people_out.certificate,
        standby=people_out.standby,
        slices=people_out.slices,
        seed=people_out.seed,
        evacuations=urgent.trips,
    )


def leaving_each_day(situation: Situation, trips: Sequence[ReturnTrip]) -> dict[tuple[str, int], int]:
    """People leaving each site on each day, (site, day) → people."""
    size = sizes(situation)
    leaving: dict[tuple[str, int], int] = defaultdict(int)
    for trip in trips:
        leaving[trip.site, trip.day] += sum(size[seat.household] for seat in trip.seats)
    return dict(leaving)


def flagged_consents(situation: Situation, trips: Sequence[ReturnTrip]) -> int:
    """How many of the consents the seats rest on carry a flag (given under need or pressure, not in
    private).
    """
    going = {seat.household: trip for trip in trips for seat in trip.seats}
    if not situation.households.columns.consent_flags:
        return 0
    return sum(_flagged(home, going[name]) for name, home in homes_named(situation, going).items())


def _flagged(household: HouseholdNow, trip: ReturnTrip) -> int:
    return sum(
        1
        for consent in household.consents
        if consent.flagged
        and consent.adult in household.adults
        and (consent.destination, consent.kind) == (trip.destination, VOLUNTARY_RETURN)
        and consent.first <= trip.day <= consent.last
    )


def road(network: Network, convoys: Sequence[ConvoyTrip], trips: Sequence[ReturnTrip]) -> tuple[int, int]:
    """Risk-weighted minutes, and metres, of every vehicle there and back."""
    every: list[ConvoyTrip | ReturnTrip] = [*convoys, *trips]
    driven = [(network.routes[trip.route], trip.vehicles) for trip in every]
    return (
        sum(network.exposure(route) * n for route, n in driven),
        sum(network.metres(route) * n for route, n in driven),
    )


def _aims(
    network: Network, supplies: aid.AidPlan, people_out: returns.ReturnsPlan, everyone: int, remaining: int
) -> tuple[Aim, ...]:
    exposure, metres = road(network, supplies.convoys, people_out.trips)
    least_exposure = min(exposure, supplies.exposure_bound + people_out.exposure_bound)
    least_metres = min(metres, supplies.metres_bound + people_out.metres_bound)
    return (
        Aim("unmet_if_nobody_left", everyone, min(everyone, supplies.unmet_full_bound), "min", "person-day"),
        Aim("journeys", people_out.value, people_out.bound, "max", "point", people_out.proof),
        Aim("unmet_remaining", remaining, min(remaining, supplies.unmet_left_bound), "min", "person-day"),
        Aim("exposure", exposure, least_exposure, "min", "risk-weighted vehicle-minute"),
        Aim("distance", metres, least_metres, "min", "vehicle-metre"),
    )


def _broken(people_out: returns.ReturnsPlan) -> tuple[str, ...]:
    return tuple(f"promise_not_kept:{household}" for household in people_out.broken)


def _wanted(situation: Situation, whole: Problem) -> set[tuple[str, str]]:
    """The journeys somebody consents to, as (site, destination)."""
    sites, ends = situation.households.columns.site_names, situation.destinations
    pairs = np.unique(np.stack((whole.units.site[whole.units.allow_unit], whole.units.allow_end)), axis=1)
    return {(sites[site], ends[end].id) for site, end in pairs.T.tolist()}


def _notes(situation: Situation) -> tuple[str, ...]:
    notes = [
        f"stock_not_stated:{site.id}/{good.id}"
        for site in situation.sites
        for good in situation.goods
        if good.id not in site.stock_known
    ]
    if not situation.policy:
        notes.append("no_policy:every need weighs the same, no zone is riskier than another")
    homes = situation.households.columns
    registered: Counter[str] = Counter()
    for site, size in zip(homes.site, homes.size, strict=True):
        registered[homes.site_names[site]] += size
    notes += [f"more_registered_than_counted:{s.id}" for s in situation.sites if registered[s.id] > s.people]
    return tuple(notes)
