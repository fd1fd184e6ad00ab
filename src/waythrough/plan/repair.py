"""After a denial, a breakdown or a withdrawn consent: a legal plan of journeys at once, then a better one.

Who still may travel as told keeps seat, day and vehicle (``standing``, there in a moment). The others are seated
again where the prices of the old plan favour it, and no program is solved for that. ``better`` then asks for new
prices and searches on from there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waythrough.plan.network import Network
from waythrough.plan.packing import Vehicle
from waythrough.plan.prices import bound, from_names, no_prices
from waythrough.plan.prices_lp import lifted
from waythrough.plan.problem import Problem, problem
from waythrough.plan.problem_units import Ints
from waythrough.plan.returns import ReturnsPlan, as_plan
from waythrough.plan.returns_priced import Journeys, Priced, journeys_priced, price
from waythrough.plan.standing import ROOM, Standing, standing
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

MOVED, CANCELLED, NEW = "moved", "cancelled", "new"
"""What became of a household: it travels another day or elsewhere, no longer, or now too."""

Trip = tuple[str, int]
"""A destination and a day of the new situation."""


@dataclass(frozen=True)
class Change:
    """One household whose journey is not what it was told: what it was, what it is now, and why (a code)."""

    household: str
    what: str
    was: Trip | None
    now: Trip | None
    code: str = ""


@dataclass(frozen=True)
class Repaired:
    """Journeys after something changed, and what they change for whom, in order of household."""

    situation: Situation
    network: Network
    whole: Problem
    journeys: Journeys
    told: dict[str, Trip]
    stands: Standing

    @property
    def returns(self) -> ReturnsPlan:
        """The journeys as part of a plan."""
        return as_plan(self.situation, self.whole, self.journeys, road=True)

    def changes(self) -> tuple[Change, ...]:
        """Everybody whose journey changed."""
        now = {
            seat.household: (trip.destination, trip.day)
            for trip in self.journeys.convoys.trips()
            for seat in trip.seats
        }
        why = {one.household: one.code for one in self.stands.let_off}
        found = []
        for household in sorted({*self.told, *now}):
            was, goes = self.told.get(household), now.get(household)
            if was is None:
                found.append(Change(household, NEW, None, goes))
            elif was != goes:
                what = CANCELLED if goes is None else MOVED
                found.append(Change(household, what, was, goes, why.get(household, ROOM)))
        return tuple(found)


def repair(
    situation: Situation, network: Network, plan: Plan, *, whole: Problem | None = None, seed: int = 0
) -> Repaired:
    """Legal journeys at once: everybody as told who still may, the others where the old prices favour it."""
    whole = whole or problem(situation, network)
    stands = standing(situation, network, plan)
    known = from_names(whole.cells, plan.certificate.prices) if plan.certificate else no_prices(whole.cells)
    prices = lifted(whole, known)
    vehicles = _vehicles(whole, stands)
    priced = Priced(prices, bound(whole, prices), vehicles.astype(float), np.full(whole.size, -1, np.int64))
    found = journeys_priced(
        situation, whole, 0, seed, priced=priced, wishes=_wishes(situation, whole, stands), vehicles=vehicles,
        before=_aboard(whole, stands),
    )  # fmt: skip
    return Repaired(situation, network, whole, found, _told(situation, plan), stands)


def better(first: Repaired, *, slices: int | None = None, seed: int = 0) -> Repaired:
    """The same journeys improved: new prices, and a search from where the first repair left off."""
    convoys = first.journeys.convoys
    vehicles = np.zeros(len(first.whole.cells.column_cell), np.int64)
    for column in convoys.columns():
        vehicles[column] += 1
    found = journeys_priced(
        first.situation, first.whole, slices, seed, wishes=convoys.at, vehicles=vehicles,
        priced=price(first.whole, seed), before=convoys.aboard,
    )  # fmt: skip
    return Repaired(first.situation, first.network, first.whole, found, first.told, first.stands)


# --- what people were told ----------------------------------------------------------------------------------


def _told(situation: Situation, plan: Plan) -> dict[str, Trip]:
    later = (situation.first_day - plan.first_day).days
    return {
        seat.household: (trip.destination, trip.day - later)
        for trip in plan.returns
        if trip.day >= later
        for seat in trip.seats
    }


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
