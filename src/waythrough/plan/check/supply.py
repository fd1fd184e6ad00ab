"""Rules of goods: what stores hold day by day, what a site can store, and who goes short, counted anew."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate

from waythrough.plan.check.facts import Facts, Found
from waythrough.terms.situation import Good, SiteNow


def _warehouses(f: Facts) -> Found:
    """H13: no convoy takes what its store does not hold yet, receipts of the day included."""
    drawn: Counter[tuple[str, str, int]] = Counter()
    for _, trip in f.convoys:
        for good, grams in trip.load_g.items():
            drawn[trip.warehouse, good, trip.day] += grams
    for name, good in sorted({(name, good) for name, good, _ in drawn}):
        store = f.warehouses.get(name)
        out = 0
        for day in sorted(day for other, g, day in drawn if (other, g) == (name, good)):
            out += drawn[name, good, day]
            there = 0
            if store:
                there = store.stock_g.get(good, 0)
                there += sum(r.grams for r in store.receipts if r.good == good and r.day <= day)
            if out > there:
                found = f"{out} g of {good} drawn by day {day}, {there} g there were"
                yield "warehouse-stock", f"warehouse {name}", found
                break


def _storage(f: Facts) -> Found:
    """H11: on a day on which a good arrives, no more of it is left in the evening than can be stored."""
    arriving, people = arrivals(f), population(f, nobody_left=False)
    for site in f.situation.sites:
        for name, cap in sorted(site.storage_g.items()):
            good = f.goods.get(name)
            if good is None:
                continue
            for day, (_, left) in enumerate(_eaten(site, good, people[site.id], arriving)):
                if arriving[site.id, day, name] and left > cap:
                    found = f"{left} g of {name} on day {day}, room for {cap} g"
                    yield "storage-cap", f"site {site.id}", found
                    break


def population(f: Facts, *, nobody_left: bool) -> dict[str, list[int]]:
    """H14: people at each site day by day: those counted, the changes without us, less those who left."""
    gone: Counter[tuple[str, int]] = Counter() if nobody_left else f.leaving
    found = {}
    for site in f.situation.sites:
        change = [*site.changes[: f.days], *[0] * (f.days - len(site.changes))]
        steps = [change[day] - gone[site.id, day] for day in range(f.days)]
        found[site.id] = [max(0, n) for n in accumulate(steps, initial=site.people)][1:]
    return found


def arrivals(f: Facts) -> Counter[tuple[str, int, str]]:
    """Grams that reach a site on a day, by good."""
    arriving: Counter[tuple[str, int, str]] = Counter()
    for _, trip in f.convoys:
        if trip.route in f.routes:
            for name, grams in trip.load_g.items():
                arriving[trip.site, f.arrival(trip), name] += grams
    return arriving


def unmet(f: Facts, *, nobody_left: bool) -> dict[str, int]:
    """Person-days short of each life-saving good, counted day by day from the loads as they arrive."""
    if nobody_left not in f.short:
        f.short[nobody_left] = _unmet(f, nobody_left=nobody_left)
    return f.short[nobody_left]


def _unmet(f: Facts, *, nobody_left: bool) -> dict[str, int]:
    arriving, people = arrivals(f), population(f, nobody_left=nobody_left)
    return {
        good.id: sum(
            here - fed
            for site in f.situation.sites
            for here, (fed, _) in zip(
                people[site.id], _eaten(site, good, people[site.id], arriving), strict=True
            )
        )
        for good in f.situation.goods
        if good.life_saving and good.grams_per_person_day > 0
    }


def _eaten(
    site: SiteNow, good: Good, people: list[int], arriving: Counter[tuple[str, int, str]]
) -> list[tuple[int, int]]:
    """Day by day: people who get their whole ration, and grams left in the evening. Nothing is held back."""
    stock, found = site.stock_g.get(good.id, 0), []
    ration = good.grams_per_person_day
    for day, here in enumerate(people):
        stock += arriving[site.id, day, good.id]
        fed = min(here, stock // ration) if ration > 0 else here
        stock -= fed * ration
        found.append((fed, stock))
    return found


RULES = (_warehouses, _storage)
