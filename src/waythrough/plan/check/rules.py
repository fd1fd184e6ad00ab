"""The rules in the order in which they are looked at, each with its number, and how they are run.

Rules of trips, places and goods look at hundreds of things and are written once, as plain loops. Rules of
households look at every seat, so there are two of each: the readable one (`people`, `certificate`) and one
in columns (`fast`), which must find the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from waythrough.plan.check import certificate, evacuations, places, promises, supply, totals, trips
from waythrough.plan.check.certificate import Prices
from waythrough.plan.check.facts import Facts, Found
from waythrough.terms.planned import Breach

Rule = Callable[[Facts], Found]
Bound = Callable[[Facts, Prices], int]

NAMES: Mapping[str, tuple[str, ...]] = {
    "H1": ("refused-household", "consent-every-adult", "consent-destination", "consent-live", "consent-data"),
    "H2": ("route-known", "route-matches", "day-in-horizon", "door-shut", "door-shut-return"),
    "H3": ("destination-known", "destination-stopped"),
    "H4": ("household-unknown", "household-site", "household-twice"),
    "H5": ("family-whole", "kin-together"),
    "H6": ("vehicle-known", "seats", "special-seats", "stretchers"),
    "H7": ("fleet-known", "fleet-route", "vehicles-positive", "fleet-size"),
    "H8": ("reception-stated", "reception-day", "reception-week", "reception-total"),
    "H9": ("registration-day",),
    "H10": ("vehicle-cap", "people-cap", "goods-at-door"),
    "H11": ("storage-cap",),
    "H12": ("load-known-good", "load-not-negative", "payload", "convoy-size", "convoy-spacing"),
    "H13": ("warehouse-stock",),
    "H14": ("unmet-if-nobody-left", "unmet-total", "unmet-by-good"),
    "H15": (
        "evacuation-known", "evacuation-once", "evacuation-road", "evacuation-places", "evacuation-in-time",
        "evacuation-first", "evacuation-said",
    ),
    "promises": ("promise-kept", "frozen-day", "standby-trip", "standby-household", "standby-consent", "standby-kin"),
    "proof": ("certificate-prices", "certificate-missing", "certificate-bound"),
    "stated": (
        "situation-hash", "as-of", "people-moved-total", "not-seated-total", "flagged-consents-total",
        "aims-in-order", "aim-value", "aim-sense", "bound-side", "aim-size", "step-for-trip", "step-gates",
    ),
}  # fmt: skip
"""Every rule by its stable name, under the number it has in `docs/reference/plan.md`."""


def run(facts: Facts, of_households: Sequence[Rule], bound: Bound) -> list[Breach]:
    """Every breach, with the rules of households and the bound worked out in one of the two ways."""
    stated = (
        *totals.SITUATION,
        *trips.RULES,
        *of_households,
        *places.RULES,
        *supply.RULES,
        *evacuations.RULES,
    )
    every = (*stated, *promises.RULES, *totals.RULES)
    found = [breach for rule in every for breach in rule(facts)]
    return [Breach(*breach) for breach in (*found, *_certified(facts, bound))]


def _certified(facts: Facts, bound: Bound) -> Iterator[tuple[str, str, str]]:
    """The certificate, if there is one or a proof claims one."""
    plan = facts.plan
    if plan.certificate is None and all(aim.proof == "solver" for aim in plan.aims):
        return
    prices = Prices(facts)
    proves = any(aim.proof == "prices" for aim in plan.aims) and prices.whole
    yield from certificate.judge(facts, prices, bound(facts, prices) if proves else 0)
