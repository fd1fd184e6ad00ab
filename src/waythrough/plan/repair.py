"""After a denial, a breakdown or a withdrawn consent: a legal plan of journeys at once, then a better one.

Who still may travel as told keeps seat, day and vehicle. The others are seated again where the prices of the old
plan favour it; no program is solved, so the answer is there in a moment. ``better`` then asks for new prices
and searches on from there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from waythrough.plan.network import Network
from waythrough.plan.prices import bound, from_names, no_prices
from waythrough.plan.prices_lp import lifted
from waythrough.plan.problem import Problem, problem
from waythrough.plan.problem_units import Ints
from waythrough.plan.returns import ReturnsPlan, as_plan
from waythrough.plan.returns_priced import Journeys, Priced, journeys_priced, price
from waythrough.plan.vehicles import joined
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

MOVED, CANCELLED, NEW = "moved", "cancelled", "new"
"""What became of a household: it travels another day or elsewhere, no longer, or now too."""

GONE, STOPPED, SHUT, CONSENT, ROOM = (
    "household_gone", "destination_stopped", "door_shut", "consent_ended", "no_room",
)  # fmt: skip
"""Why it does not travel as told: it is not in the situation any more; movements to its destination are stopped;
the road is not open on that day; its consents do not cover that day; there is no place left, or it is needed
for others.
"""

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
        why = _Whys(self.situation, self.network, self.whole)
        found = []
        for household in sorted({*self.told, *now}):
            was, goes = self.told.get(household), now.get(household)
            if was is None:
                found.append(Change(household, NEW, None, goes))
            elif was != goes:
                what = CANCELLED if goes is None else MOVED
                found.append(Change(household, what, was, goes, why.code(household, was)))
        return tuple(found)


def repair(
    situation: Situation, network: Network, plan: Plan, *, whole: Problem | None = None, seed: int = 0
) -> Repaired:
    """Legal journeys at once: everybody as told who still may, the others where the old prices favour it."""
    whole = whole or problem(situation, network)
    told = _told(situation, plan)
    known = from_names(whole.cells, plan.certificate.prices) if plan.certificate else no_prices(whole.cells)
    prices = lifted(whole, known)
    vehicles = _vehicles(situation, whole, plan)
    priced = Priced(prices, bound(whole, prices), vehicles.astype(float), np.full(whole.size, -1, np.int64))
    found = journeys_priced(
        situation, whole, 0, seed, priced=priced, wishes=_wishes(situation, whole, plan), vehicles=vehicles
    )
    return Repaired(situation, network, whole, found, told)


def better(first: Repaired, *, slices: int | None = None, seed: int = 0) -> Repaired:
    """The same journeys improved: new prices, and a search from where the first repair left off."""
    convoys = first.journeys.convoys
    vehicles = np.zeros(len(first.whole.cells.column_cell), np.int64)
    for column in convoys.columns():
        vehicles[column] += 1
    found = journeys_priced(
        first.situation, first.whole, slices, seed, wishes=convoys.at, vehicles=vehicles,
        priced=price(first.whole, seed),
    )  # fmt: skip
    return Repaired(first.situation, first.network, first.whole, found, first.told)


# --- what people were told ----------------------------------------------------------------------------------


def _told(situation: Situation, plan: Plan) -> dict[str, Trip]:
    later = (situation.first_day - plan.first_day).days
    return {
        seat.household: (trip.destination, trip.day - later)
        for trip in plan.returns
        if trip.day >= later
        for seat in trip.seats
    }


def _wishes(situation: Situation, whole: Problem, plan: Plan) -> Ints:
    """The option that is each unit's seat of the old plan, by the same road; −1 where there is none."""
    later = (situation.first_day - plan.first_day).days
    ids = situation.households.columns.ids
    row = dict(zip(ids, range(len(ids)), strict=True))
    cells = whole.cells
    number = _cell_numbers(whole)
    cell_of = np.full(len(ids), -1, np.int64)
    for trip in plan.returns:
        cell = number.get((trip.route, trip.day - later), -1)
        for seat in trip.seats:
            if seat.household in row:
                cell_of[row[seat.household]] = cell
    member, start = whole.units.member, whole.units.member_start[:-1]
    wanted = np.full(whole.size, -1, np.int64)
    if len(start) and len(cells.day):
        wanted = np.minimum.reduceat(cell_of[member], start)
    match = np.flatnonzero(whole.option_cell == wanted[whole.option_unit])
    wishes = np.full(whole.size, -1, np.int64)
    wishes[whole.option_unit[match]] = match
    return wishes


def _vehicles(situation: Situation, whole: Problem, plan: Plan) -> Ints:
    """The vehicles of the old plan, as far as they are still there, free and allowed on the road."""
    later = (situation.first_day - plan.first_day).days
    cells, number = whole.cells, _cell_numbers(whole)
    column = {
        (int(cell), cells.fleets[fleet]): n
        for n, (cell, fleet) in enumerate(
            zip(cells.column_cell.tolist(), cells.column_fleet.tolist(), strict=True)
        )
    }
    wanted = np.zeros(len(cells.column_cell), np.int64)
    for trip in plan.returns:
        at = column.get((number.get((trip.route, trip.day - later), -1), trip.fleet))
        if at is not None:
            wanted[at] += trip.vehicles
    return joined(whole, np.zeros_like(wanted), wanted)


def _cell_numbers(whole: Problem) -> dict[tuple[str, int], int]:
    cells = whole.cells
    places = zip(cells.route.tolist(), cells.day.tolist(), strict=True)
    return {(cells.routes[route], day): n for n, (route, day) in enumerate(places)}


# --- why ----------------------------------------------------------------------------------------------------


class _Whys:
    """The first rule that keeps a household from what it was told."""

    def __init__(self, situation: Situation, network: Network, whole: Problem) -> None:
        c = situation.households.columns
        self.row = dict(zip(c.ids, range(len(c.ids)), strict=True))
        self.site = [c.site_names[site] for site in c.site]
        self.stopped = {d.id for d in situation.destinations if d.stopped}
        self.network = network
        self.roads: dict[tuple[str, str], int] = {}
        for route in network.of_purpose("return"):
            key = (route.site, route.end)
            self.roads[key] = self.roads.get(key, 0) | network.departures[route.id]
        self.allowed = _allowed(situation, whole)

    def code(self, household: str, was: Trip) -> str:
        end, day = was
        if household not in self.row:
            return GONE
        if end in self.stopped:
            return STOPPED
        row = self.row[household]
        if not self.roads.get((self.site[row], end), 0) >> max(day, 0) & 1:
            return SHUT
        held = self.allowed.get((row, end), ())
        return ROOM if any(first <= day <= last for first, last in held) else CONSENT


def _allowed(situation: Situation, whole: Problem) -> dict[tuple[int, str], list[tuple[int, int]]]:
    """Household (row) and destination → the days (first, last) on which every consent of its unit holds."""
    units, names = whole.units, [d.id for d in situation.destinations]
    many = np.diff(units.member_start)[units.allow_unit]
    before = np.cumsum(many) - many
    at = np.repeat(units.member_start[units.allow_unit] - before, many) + np.arange(int(many.sum()))
    each = (np.repeat(column, many) for column in (units.allow_end, units.allow_first, units.allow_last))
    found: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for home, end, first, last in zip(
        units.member[at].tolist(), *(column.tolist() for column in each), strict=True
    ):
        found.setdefault((home, names[end]), []).append((first, last))
    return found
