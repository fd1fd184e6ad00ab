"""After a denial, a breakdown or a withdrawn consent: a legal plan of journeys at once, then a better one.

Who still may travel as told keeps destination, day and place (``standing``, there in a moment), and nothing found later
takes it from them. The others are seated around them where the prices of the old plan favour it, and no program is
solved for that. ``better`` then asks for new prices and searches on from there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from waythrough.plan.changes import changed, reasons, seats
from waythrough.plan.network import Network
from waythrough.plan.packing import Vehicle
from waythrough.plan.prices import bound, from_names, no_prices
from waythrough.plan.prices.lp import lifted
from waythrough.plan.problem import Problem, problem
from waythrough.plan.problem.units import Ints
from waythrough.plan.returns import ReturnsPlan, as_plan
from waythrough.plan.returns.priced import Journeys, Kept, Priced, journeys_priced, price
from waythrough.plan.standing import standing
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation
from waythrough.terms.whys import Change, Standing


@dataclass(frozen=True)
class Repaired:
    """Journeys after something changed: who still may travel as told (``kept``) is among them."""

    situation: Situation
    network: Network
    whole: Problem
    journeys: Journeys
    old: Plan
    stands: Standing
    kept: Kept

    @property
    def returns(self) -> ReturnsPlan:
        """The journeys as part of a plan."""
        return as_plan(self.situation, self.whole, self.journeys, road=True)

    def changes(self) -> tuple[Change, ...]:
        """Everybody whose journey changed, in order of household."""
        now = self.situation
        before = seats(self.old.returns, self.old.first_day, since=now.first_day)
        return changed(before, seats(self.journeys.convoys.trips(), now.first_day), reasons(self.stands))


def repair(
    situation: Situation, network: Network, plan: Plan, *, whole: Problem | None = None, seed: int = 0
) -> Repaired:
    """Legal journeys at once: everybody as told who still may, the others where the old prices favour it."""
    whole = whole or problem(situation, network)
    stands = standing(situation, network, plan)
    known = from_names(whole.cells, plan.certificate.prices) if plan.certificate else no_prices(whole.cells)
    prices = lifted(whole, known)
    kept = Kept(_wishes(situation, whole, stands), _vehicles(whole, stands), _aboard(whole, stands))
    nobody = np.full(whole.size, -1, np.int64)
    priced = Priced(prices, bound(whole, prices), kept.vehicles.astype(float), nobody)
    found = journeys_priced(
        situation, whole, 0, seed, priced=priced, wishes=kept.wishes, vehicles=kept.vehicles, keep=kept
    )
    return Repaired(situation, network, whole, found, plan, stands, kept)


def better(first: Repaired, *, slices: int | None = None, seed: int = 0) -> Repaired:
    """The same journeys improved: new prices, and a search from where the first repair left off. Who travels as told
    keeps doing so, and what was found at first is kept where nothing better is.
    """
    convoys = first.journeys.convoys
    vehicles = np.zeros(len(first.whole.cells.column_cell), np.int64)
    for column in convoys.columns():
        vehicles[column] += 1
    found = journeys_priced(
        first.situation, first.whole, slices, seed, wishes=convoys.at, vehicles=vehicles,
        priced=price(first.whole, seed), keep=first.kept,
    )  # fmt: skip
    if _quality(first, found) < _quality(first, first.journeys):
        found = replace(found, convoys=convoys)
    return replace(first, journeys=found)


def journeys(
    situation: Situation,
    network: Network,
    plan: Plan,
    *,
    whole: Problem | None = None,
    slices: int | None = None,
    seed: int = 0,
) -> ReturnsPlan:
    """The journeys of a plan after something changed: whoever may still travel as told does, the others are seated
    around them. The bound is that of all journeys, so that the gap also tells what keeping to what was told may cost.
    """
    first = repair(situation, network, plan, whole=whole, seed=seed)
    if not len(first.whole.option_cell):
        return ReturnsPlan((), 0, 0, 0, 0, "none")
    return better(first, slices=slices, seed=seed).returns


def _quality(repaired: Repaired, found: Journeys) -> tuple[int, int]:
    """Journeys kept that still stand, then what all are worth."""
    return int((found.convoys.at[repaired.kept.wishes >= 0] >= 0).sum()), found.value


# --- what still stands, in numbers ---------------------------------------------------------------------------


def _wishes(situation: Situation, whole: Problem, stands: Standing) -> Ints:
    """The option that is each unit's seat as far as it stands, by the same road; −1 where there is none."""
    ids = situation.households.columns.ids
    row = dict(zip(ids, range(len(ids)), strict=True))
    number = _cell_numbers(whole)
    cell_of = np.full(len(ids), -1, np.int64)
    for trip in stands.trips:
        cell = number.get((trip.route, trip.day), -1)
        cell_of[[row[seat.household] for seat in trip.seats]] = cell
    wanted = cell_of[whole.units.member[whole.units.member_start[:-1]]]
    match = np.flatnonzero(whole.option_cell == wanted[whole.option_unit])
    wishes = np.full(whole.size, -1, np.int64)
    wishes[whole.option_unit[match]] = match
    return wishes


def _vehicles(whole: Problem, stands: Standing) -> Ints:
    """The vehicles that still drive, on each column."""
    cells, number = whole.cells, _cell_numbers(whole)
    pairs = zip(cells.column_cell.tolist(), cells.column_fleet.tolist(), strict=True)
    column = {(cell, cells.fleets[fleet]): n for n, (cell, fleet) in enumerate(pairs)}
    found = np.zeros(len(cells.column_cell), np.int64)
    for trip in stands.trips:
        found[column[number[trip.route, trip.day], trip.fleet]] += trip.vehicles
    return found


def _aboard(whole: Problem, stands: Standing) -> dict[int, list[Vehicle]]:
    """The vehicles that still drive, by cell, each with who is still aboard."""
    number, found = _cell_numbers(whole), dict[int, list[Vehicle]]()
    for trip in stands.trips:
        vehicles = [Vehicle(trip.fleet, 0, 0, 0) for _ in range(trip.vehicles)]
        for seat in trip.seats:
            vehicles[seat.vehicle].aboard.append(seat.household)
        found.setdefault(number[trip.route, trip.day], []).extend(vehicles)
    return found


def _cell_numbers(whole: Problem) -> dict[tuple[str, int], int]:
    cells = whole.cells
    places = zip(cells.route.tolist(), cells.day.tolist(), strict=True)
    return {(cells.routes[route], day): n for n, (route, day) in enumerate(places)}
