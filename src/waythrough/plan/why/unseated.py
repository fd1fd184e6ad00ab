"""Why households have no seat, counted by reason; read from the columns, so that a country takes seconds too.

The rules are those of ``units.why_no_consent``, which reads one household at a time; a test holds the two together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

import numpy as np

from waythrough.plan.network import Network
from waythrough.plan.problem import Problem
from waythrough.plan.problem.units import Ints, alone, column
from waythrough.plan.units import Unit, units
from waythrough.plan.why import last_straw, rules
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.households import Columns
from waythrough.terms.situation import Situation

NEARNESS = (
    "no_route",
    "stopped",
    "no_reception",
    "no_door_recorded",
    "no_fleet",
    "vehicle_too_small",
    "trip_too_long",
    "door_shut",
)
"""Causes from furthest to nearest: of several choices, the one that came nearest to a seat is told."""

WISHES = ("wishes_to_stay", "wishes_to_leave_no_consent", "no_consent")
"""What is said of a household without any travel consent, by its wish: no, yes, not known (the last, index −1)."""


def unseated(
    situation: Situation, network: Network, whole: Problem, seated: Collection[str]
) -> dict[str, int]:
    """Households without a seat, counted by the code of what stands against it.

    ``whole`` is the situation's problem, ``seated`` the ids of the households that have a seat.
    """
    c = situation.households.columns
    waits = np.array([ident not in seated for ident in c.ids], bool)
    start, member = whole.units.member_start, whole.units.member
    unit_of = np.repeat(np.arange(whole.size), np.diff(start))
    has_option = np.diff(whole.option_start) > 0
    counts = Counter({"no_seat": int((waits[member] & has_option[unit_of]).sum())})
    far = [u for u in np.flatnonzero(~has_option).tolist() if waits[member[start[u]]]]
    some = (situation.households.row(int(h)) for u in far for h in member[start[u] : start[u + 1]])
    for unit in units(situation, some)[0] if far else ():
        counts[_nearest(network, unit)] += len(unit.households)
    rest = waits.copy()
    rest[member] = False
    for code, true in _without_consent(situation, c):
        counts[code] += int((rest & true).sum())
        rest &= ~true
    return {code: n for code, n in sorted(counts.items()) if n}


def _without_consent(situation: Situation, c: Columns) -> Iterator[tuple[str, np.ndarray]]:
    """Each reason and the households it holds for; the first that holds is the one that is told."""
    n = len(c.ids)
    adults = np.diff(column(c.adult_start))
    of_adult = np.repeat(np.arange(n), adults)
    gave, last = _gave(c)
    gave_any = np.bincount(of_adult[gave], minlength=n)
    yield "conversation_needed", alone(situation)
    yield "refused", column(c.refused) == 1
    yield "no_adult", adults == 0
    wish = column(c.wishes)
    for value in (0, 1, -1):
        yield WISHES[value], (gave_any == 0) & (wish == value)
    yield "consent_expired", _any(of_adult[gave & (last < 0)], n)
    yield "adult_without_consent", gave_any < adults
    yield "no_data_consent", _any(of_adult[column(c.data_until) < 0], n)
    yield "consents_do_not_meet", np.ones(n, bool)


def _gave(c: Columns) -> tuple[np.ndarray, Ints]:
    """Whether each adult ever gave a travel consent, and the last day of the longest one."""
    kind = c.kind_names.index(VOLUNTARY_RETURN) if VOLUNTARY_RETURN in c.kind_names else -1
    ours = (column(c.consent_kind) == kind) & (column(c.consent_adult) >= 0)
    adult, until = column(c.consent_adult)[ours], column(c.consent_last)[ours]
    last = np.full(len(c.adult_ids), np.iinfo(np.int64).min)
    np.maximum.at(last, adult, until)
    return np.bincount(adult, minlength=len(c.adult_ids)) > 0, last


def _any(households: Ints, n: int) -> np.ndarray:
    found = np.zeros(n, bool)
    found[households] = True
    return found


def _nearest(network: Network, unit: Unit) -> str:
    every = (1 << network.situation.days) - 1
    codes = [
        last_straw(rules(network, unit.households[0], unit.households, choice.destination), every)
        for choice in unit.choices
    ]
    known = [code for code in codes if code in NEARNESS]
    return max(known, key=NEARNESS.index) if len(known) == len(codes) else "no_seat"
