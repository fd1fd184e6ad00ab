"""A plan played as it stands: which of its trips travel when doors answer late or never, or stop what they allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from waythrough.plan.aid import life_saving
from waythrough.plan.futures.many import SIDE_BY_SIDE, keys, road_bits
from waythrough.plan.futures.play import Played
from waythrough.plan.futures.policy import Policy
from waythrough.plan.futures.world import Roads, roads_of
from waythrough.plan.kernels.futures import WORD
from waythrough.plan.network import Network
from waythrough.terms.planned import ConvoyTrip, Plan, ReturnTrip, Trip
from waythrough.terms.situation import Situation


@dataclass(frozen=True)
class Ahead:
    """The trips of a plan that are still to leave, with their days in the situation's count and their people.

    ``others`` is how many leave before its first day or after its last.
    """

    trips: tuple[Trip, ...]
    days: np.ndarray
    people: np.ndarray
    others: int


@dataclass(frozen=True)
class Told:
    """What came of each future, and of each trip: in how many it travelled, and in how many it was turned back."""

    played: Played
    travelled: np.ndarray
    turned_back: np.ndarray
    all_travelled: np.ndarray


def ahead(situation: Situation, plan: Plan) -> Ahead:
    """What is still to leave. A household the situation does not know any more travels with nobody."""
    later = (situation.first_day - plan.first_day).days
    trips = tuple(trip for trip in plan.trips if 0 <= trip.day - later < situation.days)
    size = dict(
        zip(situation.households.columns.ids, situation.households.columns.size.tolist(), strict=True)
    )
    people = [
        sum(size.get(seat.household, 0) for seat in trip.seats) if isinstance(trip, ReturnTrip) else 0
        for trip in trips
    ]
    days = np.array([trip.day - later for trip in trips], np.int64)
    return Ahead(trips, days, np.array(people, np.int64), len(plan.trips) - len(trips))


def roads_of_trips(situation: Situation, trips: Sequence[Trip], policy: Policy) -> Roads:
    """The roads that trips need, as doors are believed to open. A road that is no more is not among them."""
    network = Network(situation)
    needed = sorted({trip.route for trip in trips} & set(network.routes))
    return roads_of(network, [network.routes[name] for name in needed], policy)


def play(situation: Situation, told: Ahead, roads: Roads, number: int, seed: int) -> Told:
    """Every trip in every future, goes if its road is open on its day; and what that means week by week."""
    weeks, trips = -(-situation.days // 7), len(told.trips)
    moved, unmet = np.zeros((number, weeks), np.int64), np.zeros((number, weeks), np.int64)
    travelled, turned_back = np.zeros(trips, np.int64), np.zeros(trips, np.int64)
    all_travelled = np.zeros(number, bool)
    # The same luck where no party stops what it allowed: what goes then, and not otherwise, was turned back.
    calm = roads.answers._replace(impeded=np.zeros_like(roads.answers.impeded))
    for begin in range(0, number, SIDE_BY_SIDE):
        rows = slice(begin, min(number, begin + SIDE_BY_SIDE))
        key = keys(seed, rows.start, rows.stop)
        goes, let = (_goes(told, roads, road_bits(answers, key)) for answers in (roads.answers, calm))
        travelled += goes.sum(axis=0)
        turned_back += (let & ~goes).sum(axis=0)
        all_travelled[rows] = goes.all(axis=1)
        moved[rows], unmet[rows] = come_of(situation, told, goes)
    return Told(Played(moved, unmet, np.zeros((2, number), np.int64)), travelled, turned_back, all_travelled)


def come_of(situation: Situation, told: Ahead, goes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """People gone and person-days unmet by week when those trips go. Shapes: (futures, trips), (futures, weeks)."""
    weeks = -(-situation.days // 7)
    moved, unmet = (np.zeros((len(goes), weeks), np.int64) for _ in range(2))
    for n, day in enumerate(told.days.tolist()):
        moved[:, day // 7] += goes[:, n] * told.people[n]
    for site in situation.sites:
        here = [n for n, trip in enumerate(told.trips) if trip.site == site.id]
        people = _people(situation, told, goes, site.id)
        for good in life_saving(situation):
            arriving = _arriving(situation, told, here, goes, good.id)
            stock = np.full(len(goes), site.stock_g.get(good.id, 0), np.int64)
            for t in range(situation.days):
                stock += arriving[t]
                fed = np.minimum(people[t], stock // good.grams_per_person_day)
                stock -= fed * good.grams_per_person_day
                unmet[:, t // 7] += people[t] - fed
    return moved, unmet


def _goes(told: Ahead, roads: Roads, bits: np.ndarray) -> np.ndarray:
    """Whether each trip finds its road open. Shape (futures, trips)."""
    number = {name: n for n, name in enumerate(roads.routes)}
    found = np.zeros((len(bits), len(told.trips)), bool)
    for n, (trip, day) in enumerate(zip(told.trips, told.days.tolist(), strict=True)):
        if trip.route in number:
            found[:, n] = bits[:, number[trip.route], day // WORD] >> np.uint64(day % WORD) & np.uint64(1)
    return found


def _people(situation: Situation, told: Ahead, goes: np.ndarray, site: str) -> np.ndarray:
    """People at a site day by day, less those who have left: the rule H14 of a plan. Shape (days, futures)."""
    now = next(each for each in situation.sites if each.id == site)
    steps = np.zeros((situation.days, len(goes)), np.int64)
    steps += np.array((*now.changes, *(0,) * situation.days)[: situation.days], np.int64)[:, None]
    for n, trip in enumerate(told.trips):
        if trip.site == site:
            steps[told.days[n]] -= goes[:, n] * told.people[n]
    return np.asarray(np.maximum(0, now.people + steps.cumsum(axis=0)))


def _arriving(
    situation: Situation, told: Ahead, trips: Sequence[int], goes: np.ndarray, good: str
) -> np.ndarray:
    """Grams of a good that reach a site day by day. Shape (days, futures)."""
    out = {route.id: route.days_out for route in situation.routes}
    found = np.zeros((situation.days, len(goes)), np.int64)
    for n in trips:
        trip = told.trips[n]
        there = int(told.days[n]) + out.get(trip.route, 0)
        if isinstance(trip, ConvoyTrip) and there < situation.days:
            found[there] += goes[:, n] * trip.load_g.get(good, 0)
    return found
