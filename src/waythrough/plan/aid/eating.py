"""Who is at a site on each day, and who goes short when every good is eaten as it comes and nothing is held back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from waythrough.terms.planned import ConvoyTrip
from waythrough.terms.situation import Good, SiteNow, Situation

Population = Mapping[str, Sequence[int]]
"""People at each site on each day (shape of each: (days,))."""


def life_saving(situation: Situation) -> list[Good]:
    """The goods the first aim counts, in order of id."""
    return sorted(
        (good for good in situation.goods if good.life_saving and good.grams_per_person_day > 0),
        key=lambda good: good.id,
    )


def people_each_day(situation: Situation, leaving: Mapping[tuple[str, int], int]) -> Population:
    """People at each site day by day, never fewer than none.

    What a site's ``changes`` say happens without us; ``leaving[site, day]`` people leave by our movements.
    """
    return {site.id: _people(situation, site, leaving) for site in situation.sites}


def _people(situation: Situation, site: SiteNow, leaving: Mapping[tuple[str, int], int]) -> list[int]:
    changes = [*site.changes, *[0] * situation.days][: situation.days]
    moved = [change - leaving.get((site.id, t), 0) for t, change in enumerate(changes)]
    return [max(0, people) for people in list(accumulate(moved, initial=site.people))[1:]]


def short_of(good: Good, stock_g: int, arriving_g: Mapping[int, int], people: Sequence[int]) -> int:
    """Person-days short of one good at one site, for grams in stock at first and grams arriving on each day."""
    need = good.grams_per_person_day
    short = 0
    for t, here in enumerate(people):
        stock_g += arriving_g.get(t, 0)
        fed = min(here, stock_g // need)
        stock_g -= fed * need
        short += here - fed
    return short


def arriving(situation: Situation, convoys: Iterable[ConvoyTrip]) -> dict[tuple[str, str], dict[int, int]]:
    """Grams arriving, (site, good) → day → grams."""
    days_out = {route.id: route.days_out for route in situation.routes}
    found: dict[tuple[str, str], dict[int, int]] = {}
    for trip in convoys:
        for name, grams in trip.load_g.items():
            days = found.setdefault((trip.site, name), {})
            t = trip.day + days_out[trip.route]
            days[t] = days.get(t, 0) + grams
    return found


def unmet_by_site(
    situation: Situation, convoys: Iterable[ConvoyTrip], people: Population
) -> dict[tuple[str, str], int]:
    """Person-days short of each life-saving good at each site, (site, good) → person-days."""
    loads = arriving(situation, convoys)
    return {
        (site.id, good.id): short_of(
            good, site.stock_g.get(good.id, 0), loads.get((site.id, good.id), {}), people[site.id]
        )
        for site in situation.sites
        for good in life_saving(situation)
    }


def unmet_by_good(situation: Situation, convoys: Iterable[ConvoyTrip], people: Population) -> dict[str, int]:
    """Person-days short of each life-saving good, over all sites."""
    unmet = {good.id: 0 for good in life_saving(situation)}
    for (_, good), short in unmet_by_site(situation, convoys, people).items():
        unmet[good] += short
    return unmet


def until_first(stock: int, people: Sequence[int], first: int) -> tuple[int, int]:
    """Rations eaten before day ``first`` from rations in stock, and what is left then, if nothing arrives."""
    eaten = min(stock, sum(people[:first]))
    return eaten, stock - eaten
