"""Looking households up in their columns, without making the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from waythrough.terms.households import NOBODY, HouseholdNow
from waythrough.terms.problems import NotFound
from waythrough.terms.situation import Situation
from waythrough.terms.spelling import nearest


def home_named(situation: Situation, ident: str) -> HouseholdNow:
    """The household of that id.

    Raises
    ------
    NotFound
        No such household in the situation.
    """
    ids = situation.households.columns.ids
    if ident not in ids:
        raise NotFound(what="household", id=ident, near=nearest(ident, ids))
    return situation.households.row(ids.index(ident))


def homes_named(situation: Situation, wanted: Iterable[str]) -> dict[str, HouseholdNow]:
    """The households of these ids, by id, as far as they are there."""
    ids = set(wanted)
    rows = (n for n, ident in enumerate(situation.households.columns.ids) if ident in ids)
    return {home.id: home for home in map(situation.households.row, rows)}


def kin_of(situation: Situation, home: HouseholdNow) -> tuple[HouseholdNow, ...]:
    """The households that travel together with this one, itself among them, in order of id."""
    if not home.kin_group:
        return (home,)
    columns = situation.households.columns
    kin, site = columns.kin_names.index(home.kin_group), columns.site_names.index(home.site)
    rows = (n for n, at in enumerate(columns.kin) if at == kin and columns.site[n] == site)
    return tuple(sorted(map(situation.households.row, rows), key=lambda h: h.id))


def kin_groups(situation: Situation) -> dict[tuple[int, int], list[int]]:
    """Rows of the households of each kin group at each site, by their numbers; one pass over all of them."""
    columns = situation.households.columns
    groups: dict[tuple[int, int], list[int]] = {}
    for n, kin in enumerate(columns.kin):
        if kin != NOBODY:
            groups.setdefault((columns.site[n], kin), []).append(n)
    return groups


def homes_that_chose(
    situation: Situation, destination: str
) -> Iterator[tuple[HouseholdNow, tuple[HouseholdNow, ...]]]:
    """Every household that has the destination among its choices, with the kin it travels with, itself among them."""
    columns = situation.households.columns
    if destination not in columns.destination_names:
        return
    place = columns.destination_names.index(destination)
    groups, row = kin_groups(situation), situation.households.row
    for n in range(len(columns.ids)):
        if place in columns.choice[columns.choice_start[n] : columns.choice_start[n + 1]]:
            together = groups.get((columns.site[n], columns.kin[n]), [n])
            yield row(n), tuple(sorted(map(row, together), key=lambda home: home.id))


def sizes(situation: Situation) -> dict[str, int]:
    """People in each household, by id."""
    columns = situation.households.columns
    return dict(zip(columns.ids, columns.size, strict=True))


def people_and_adults(situation: Situation) -> dict[str, tuple[int, int]]:
    """People in each household and the adults among them, by id."""
    columns = situation.households.columns
    adults = (last - first for first, last in pairwise(columns.adult_start))
    return dict(zip(columns.ids, zip(columns.size, adults, strict=True), strict=True))
