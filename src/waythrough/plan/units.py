"""Travel units: a household, or the kin group that asked to travel together, with the days each choice is
allowed.

Consent is read here and nowhere else in the planner: a day is allowed only when every adult of every
household of the unit holds a live consent to that destination and kind of movement on that day and through
the margin, and a live consent to the use of the household's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.situation import HouseholdNow, Situation

RANKS = 10
"""Choices after the ninth all weigh as little as the tenth."""


@dataclass(frozen=True)
class Choice:
    """One destination a unit may go to: the days its consents allow as bits, and its value per day left."""

    destination: str
    days: int
    worth: int


@dataclass(frozen=True)
class Unit:
    """Households that travel on one trip or not at all."""

    id: str
    site: str
    households: tuple[HouseholdNow, ...]
    choices: tuple[Choice, ...]

    @property
    def people(self) -> int:
        """Everyone of the unit."""
        return sum(household.size for household in self.households)

    @property
    def special(self) -> int:
        """Those who need a special seat."""
        return sum(household.special for household in self.households)

    @property
    def weight(self) -> int:
        """The heaviest need among its households."""
        return max(household.weight for household in self.households)


def value(days: int, worth: int, day: int) -> int:
    """What one journey counts in the second aim: people × weight × (10 − rank), more the sooner it is."""
    return worth * (2 * days - day)


def worth(household: HouseholdNow, destination: str) -> int:
    """People × weight × (10 − rank of the destination among the household's own choices)."""
    rank = min(household.choices.index(destination), RANKS - 1)
    return household.size * household.weight * (RANKS - rank)


def consent_days(situation: Situation, household: HouseholdNow, destination: str) -> int:
    """Days, as bits, on which every adult's consents allow the journey; 0 when the household refused or
    chose not.
    """
    if household.refused or destination not in household.choices or not household.adults:
        return 0
    days = (1 << situation.days) - 1
    for adult in household.adults:
        days &= _travel_days(situation, household, adult, destination)
        days &= _up_to(household.data_consent.get(adult, -1))
    return days


def units(
    situation: Situation, households: Iterable[HouseholdNow] | None = None
) -> tuple[list[Unit], dict[str, str]]:
    """Every unit with at least one allowed day, in order of need then id, and why each other household is
    in none. ``households`` are those to look at, whole kin groups; all of the situation's if not given.
    """
    homes = tuple(situation.households if households is None else households)
    known = {d.id for d in situation.destinations}
    allowed = {
        h.id: {d: days for d in h.choices if d in known and (days := consent_days(situation, h, d))}
        for h in homes
    }
    found, out = [], {}
    for members in _together(homes):
        choices = _common(members, allowed)
        if choices:
            name = members[0].kin_group or members[0].id
            found.append(Unit(name, members[0].site, members, choices))
            continue
        for household in members:
            if allowed[household.id]:
                out[household.id] = "conversation_needed"
            else:
                out[household.id] = why_no_consent(situation, household)
    return sorted(found, key=lambda unit: (-unit.weight, unit.id)), out


def why_no_consent(situation: Situation, household: HouseholdNow) -> str:
    """The code of the first rule of consent that keeps a household off every trip."""
    if household.refused:
        return "refused"
    if not household.adults:
        return "no_adult"
    ours = [c for c in household.consents if c.kind == VOLUNTARY_RETURN and c.adult in household.adults]
    if not ours:
        wish = {True: "wishes_to_leave_no_consent", False: "wishes_to_stay", None: "no_consent"}
        return wish[household.wishes_to_leave]
    if any(all(c.last < 0 for c in ours if c.adult == adult) for adult in {c.adult for c in ours}):
        return "consent_expired"
    if {c.adult for c in ours} != set(household.adults):
        return "adult_without_consent"
    if any(household.data_consent.get(adult, -1) < 0 for adult in household.adults):
        return "no_data_consent"
    return "consents_do_not_meet"


def _travel_days(situation: Situation, household: HouseholdNow, adult: str, destination: str) -> int:
    days = 0
    for consent in household.consents:
        if (consent.adult, consent.destination, consent.kind) == (adult, destination, VOLUNTARY_RETURN):
            last = min(consent.last - situation.consent_margin_days, situation.days - 1)
            days |= _up_to(last) & ~_up_to(consent.first - 1)
    return days


def _up_to(last: int) -> int:
    return (1 << (last + 1)) - 1 if last >= 0 else 0


def _together(households: Iterable[HouseholdNow]) -> list[tuple[HouseholdNow, ...]]:
    """Households grouped by kin at one site, each group in order of id."""
    groups: dict[tuple[str, str, str], list[HouseholdNow]] = {}
    for household in sorted(households, key=lambda h: h.id):
        key = (household.site, household.kin_group, "" if household.kin_group else household.id)
        groups.setdefault(key, []).append(household)
    return [tuple(members) for _, members in sorted(groups.items())]


def _common(
    members: tuple[HouseholdNow, ...], allowed: Mapping[str, Mapping[str, int]]
) -> tuple[Choice, ...]:
    choices = []
    for destination in members[0].choices:
        days = -1
        for household in members:
            days &= allowed[household.id].get(destination, 0)
        if days > 0:
            choices.append(Choice(destination, days, sum(worth(h, destination) for h in members)))
    return tuple(choices)
