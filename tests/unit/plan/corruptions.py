"""Ways to corrupt a sound plan, one rule each: a name that is a sentence, the rule it breaks, and the
change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from unit.plan.invented import consent, door, with_destination, with_door, with_fleet, with_household
from waythrough.plan.files import sha256
from waythrough.terms.planned import ConvoyTrip, Plan, ReturnTrip, Seat
from waythrough.terms.situation import Situation

Case = tuple[Situation, Plan]
Change = Callable[[Situation, Plan], Case]


def convoy(n: int, **changes: Any) -> Change:
    def change(situation: Situation, plan: Plan) -> Case:
        trips = list(plan.convoys)
        trips[n] = replace(trips[n], **changes)
        return situation, replace(plan, convoys=tuple(trips))

    return change


def load(n: int, **grams: int) -> Change:
    def change(situation: Situation, plan: Plan) -> Case:
        return convoy(n, load_g={**plan.convoys[n].load_g, **grams})(situation, plan)

    return change


def ride(n: int, **changes: Any) -> Change:
    def change(situation: Situation, plan: Plan) -> Case:
        trips = list(plan.returns)
        trips[n] = replace(trips[n], **changes)
        return situation, replace(plan, returns=tuple(trips))

    return change


def aboard(n: int, *seats: tuple[str, int], vehicles: int = 1) -> Change:
    return ride(n, seats=tuple(Seat(home, vehicle) for home, vehicle in seats), vehicles=vehicles)


def more_convoys(*trips: ConvoyTrip) -> Change:
    return lambda s, p: (s, replace(p, convoys=(*p.convoys, *trips)))


def more_rides(*trips: ReturnTrip) -> Change:
    return lambda s, p: (s, replace(p, returns=(*p.returns, *trips)))


def world(make: Callable[[Situation], Situation]) -> Change:
    """The situation turned out otherwise after the plan was made; its hash is mended so that only one rule
    breaks.
    """

    def change(situation: Situation, plan: Plan) -> Case:
        other = make(situation)
        return other, replace(plan, situation_sha256=sha256(other))

    return change


def stated(**changes: Any) -> Change:
    return lambda s, p: (s, replace(p, **changes))


def aim(n: int, **changes: Any) -> Change:
    def change(situation: Situation, plan: Plan) -> Case:
        aims = list(plan.aims)
        aims[n] = replace(aims[n], **changes)
        return situation, replace(plan, aims=tuple(aims))

    return change


def step(n: int, **changes: Any) -> Change:
    def change(situation: Situation, plan: Plan) -> Case:
        steps = list(plan.steps)
        steps[n] = replace(steps[n], **changes)
        return situation, replace(plan, steps=tuple(steps))

    return change


def home(name: str, **changes: Any) -> Change:
    return world(lambda s: with_household(s, name, **changes))


def gate(name: str, **changes: Any) -> Change:
    return world(lambda s: with_door(s, name, **changes))


def consents(name: str, *given: Any, adults: int = 2) -> Change:
    return home(name, consents=tuple(given), adults=tuple(f"{name}-{n}" for n in range(adults)))


def both(name: str, destination: str, **changes: Any) -> tuple[Any, ...]:
    """Both adults of a household consent alike."""
    return tuple(consent(f"{name}-{n}", destination, **changes) for n in range(2))


# The kept plan of the invented situation (invented_plan.json): coaches take ash and birch to the lake on day 0, and
# cedar, elm and fir to the port on day 2; four convoys leave on days 0, 2, 5 and 8 (test_check makes sure of it).
EAST = ConvoyTrip("east in", "store east", "camp", 4, "trucks", 2, {})
LAKE = ReturnTrip("to lake", "camp", "lake", 5, "vans", 1, (Seat("hazel", 0),))
ASH, BIRCH = ("ash", 0), ("birch", 0)

CORRUPTIONS: Mapping[str, tuple[str, Change]] = {
    # consent
    "an adult withdrew": ("consent-every-adult", consents("ash", consent("ash-0", "lake"))),
    "nobody of the household ever consented": ("consent-every-adult", consents("birch")),
    "a child came of age and was not asked": ("consent-every-adult", home("ash", adults=("ash-0", "ash-1",
    "ash-2"))), "a household without adults is seated": ("consent-every-adult", home("ash", adults=())),
    "the consent is to a visit": (
        "consent-every-adult",
        consents("ash", *(replace(c, kind="go_and_see_visit") for c in both("ash", "lake"))),
    ),
    "one adult consented to another town": (
        "consent-destination",
        consents("ash", consent("ash-0", "lake"), consent("ash-1", "port")),
    ),
    "all adults consented to another town": ("consent-destination", consents("ash", *both("ash", "port"))),
    "the town is none of its choices": ("consent-destination", home("birch", choices=("port",))),
    "the consent ended before the day": ("consent-live", consents("cedar", *both("cedar", "port", last=1))),
    "the consent ends inside the margin": ("consent-live", consents("cedar", *both("cedar", "port", last=2))),
    "the consent starts after the day": ("consent-live", consents("birch", *both("birch", "lake", first=1))),
    "the margin became longer than the consent": (
        "consent-live",
        world(lambda s: replace(s, consent_margin_days=90)),
    ),
    "a data consent ended": ("consent-data", home("cedar", data_consent={"cedar-0": 60, "cedar-1": 1})),
    "a data consent was withdrawn": ("consent-data", home("ash", data_consent={"ash-0": 60})),
    "somebody of the household refused": ("refused-household", home("ash", refused=True)),
    # households
    "a household nobody registered": ("household-unknown", aboard(0, ASH, BIRCH, ("nobody", 0))),
    "a household of another site": ("household-site", home("ash", site="elsewhere")),
    "a household leaves twice": ("household-twice", more_rides(replace(LAKE, seats=(Seat("ash", 0),)))),
    "a family is split over two coaches": ("family-whole", aboard(0, ASH, ("ash", 1), BIRCH, vehicles=2)),
    "kin are left behind": ("kin-together", aboard(1, ("cedar", 0), ("elm", 0))),
    "kin travel on different days": (
        "kin-together",
        more_rides(ReturnTrip("to port", "camp", "port", 4, "vans", 1, (Seat("elm", 0),))),
    ),
    "a stranger joins the kin group and stays": ("kin-together", home("hazel", kin_group="trees")),
    # vehicles
    "a coach is too full": ("seats", world(lambda s: with_fleet(s, "coaches", seats=12))),
    "a family grew": ("seats", home("ash", size=11)),
    "one special seat too few": ("special-seats", home("ash", special=1)),
    "the coach has no special seat": ("special-seats", world(lambda s: with_fleet(s, "coaches",
    special_seats=0))), "a seat on a coach that is not there": ("vehicle-known", aboard(0, ASH, ("birch",
    1))), "a seat on a coach before the first": ("vehicle-known", aboard(0, ASH, ("birch", -1))),
    "a trip without vehicles": ("vehicles-positive", ride(0, vehicles=0)),
    "more coaches than there are": ("fleet-size", ride(0, vehicles=2)),
    "the coach is still away": ("fleet-size", ride(1, day=1)),
    "trucks are away longer": ("fleet-size", world(lambda s: with_fleet(s, "trucks", cycle_days=3))),
    "trucks broke down": ("fleet-size", world(lambda s: with_fleet(s, "trucks", count=4))),
    "a fleet nobody knows": ("fleet-known", ride(0, fleet="camels")),
    "trucks carry people": ("fleet-route", ride(0, fleet="trucks")),
    "coaches carry goods": ("fleet-route", convoy(0, fleet="coaches")),
    "the fleet may not drive this route": (
        "fleet-route",
        world(lambda s: with_fleet(s, "coaches", routes=("to lake",))),
    ),
    # doors
    "the road out was shut": ("door-shut", gate("return hill", open_days=door("x", 1, 9).open_days)),
    "the second zone was shut": ("door-shut", gate("return plain", open_days=door("x", 3, 9).open_days)),
    "the door for aid was shut": ("door-shut", gate("aid hill", open_days=door("x", 0, 6).open_days)),
    "the road home was shut for empty coaches": (
        "door-shut-return",
        gate("return plain", open_days=door("x", 2, 2).open_days),
    ),
    "the road home was shut for empty trucks": (
        "door-shut-return",
        gate("aid plain", open_days=door("x", 1, 5).open_days),
    ),
    "a door further away was shut": (
        "door-shut",
        world(lambda s: replace(s, routes=tuple(replace(r, extra_doors=("aid far",)) for r in s.routes))),
    ),
    "no door is recorded for a zone": (
        "door-shut",
        world(
            lambda s: replace(
                s, routes=tuple(replace(r, out=tuple(replace(u, doors=()) for u in r.out)) for r in s.routes)
            )
        ),
    ),
    "the trip ends after the horizon": ("door-shut-return", ride(1, day=9)),
    "more vehicles than the guarantee allows": ("vehicle-cap", gate("aid hill", max_vehicles=2)),
    # destinations
    "harm was reported at the destination": ("destination-stopped", world(lambda s: with_destination(s,
    "lake", stopped=True))), "too many arrive on a day": ("reception-day", world(lambda s:
    with_destination(s, "lake", per_day=8))), "too many arrive in all": ("reception-total", world(lambda s:
    with_destination(s, "port", total=12))), "nobody stated reception places": (
        "reception-stated",
        world(lambda s: with_destination(s, "lake", per_day=None, total=None)),
    ),
    "a destination nobody knows": ("destination-known", ride(0, destination="moon")),
    # routes and days
    "a route nobody knows": ("route-known", convoy(0, route="over the sea")),
    "people on the road for aid": ("route-matches", ride(0, route="east in")),
    "the convoy loads at the other store": ("route-matches", convoy(0, warehouse="store west")),
    "the ride ends in the other town": ("route-matches", ride(0, destination="port")),
    "a convoy left yesterday": ("day-in-horizon", convoy(0, day=-1)),
    "a ride after the horizon": ("day-in-horizon", ride(0, day=10)),
    # loads
    "a truck is too heavy": ("payload", load(0, water=650_001)),
    "a good nobody knows": ("load-known-good", load(1, sand=1_000)),
    "less than nothing is loaded": ("load-not-negative", load(1, soap=-1)),
    "more water than the store has": (
        "warehouse-stock",
        world(lambda s: replace(s, warehouses=(replace(s.warehouses[0], stock_g={"food": 300_000}),
        s.warehouses[1]))),
    ),
    "more food than the store has": ("warehouse-stock", load(0, food=300_000, water=0)),
    "a convoy is too small": ("convoy-size", convoy(1, vehicles=1)),
    "a convoy is too large": ("convoy-size", world(lambda s: replace(s, max_convoy_vehicles=4))),
    "convoys follow too closely": ("convoy-spacing", more_convoys(replace(EAST, day=6))),
    "convoys were to be further apart": ("convoy-spacing", world(lambda s: replace(s,
    convoy_spacing_days=3))), # totals
    "unmet need is made smaller": ("unmet-total", stated(unmet_person_days=-1)),
    "unmet need of a good is left out": ("unmet-by-good", stated(unmet_by_good={"food": 0})),
    "unmet need if nobody left is made smaller": ("unmet-if-nobody-left", stated(unmet_if_nobody_left=49)),
    "a load was dropped on the way": ("unmet-if-nobody-left", load(0, water=440_000)),
    "people are counted twice": ("people-moved-total", stated(people_moved=44)),
    "those without a seat are not counted": ("not-seated-total", stated(not_seated={})),
    "flags are not counted": (
        "flagged-consents-total",
        consents("ash", *both("ash", "lake", flagged=("pressure_reported",))),
    ),
    # aims
    "the first aim says less": ("aim-value", aim(0, value=50 - 1, bound=0)),
    "journeys are worth more": ("aim-value", aim(1, value=6_141, bound=6_141)),
    "exposure says less": ("aim-value", aim(3, value=1, bound=1)),
    "distance says less": ("aim-value", aim(4, value=1, bound=1)),
    "a zone became more dangerous": ("aim-value", world(lambda s: replace(s, zone_risk={"hill": 9, "plain":
    1}))), "a minimum is below its bound": ("bound-side", aim(0, bound=51)),
    "a maximum is above its bound": ("bound-side", aim(1, bound=6_139)),
    "the aim is turned round": ("aim-sense", aim(0, sense="max")),
    "an aim is left out": ("aims-in-order", lambda s, p: (s, replace(p, aims=p.aims[1:]))),
    "an aim is too large for JSON": ("aim-size", aim(1, bound=2**53)),
    # the plan and its situation
    "the plan was made from another situation": ("situation-hash", stated(situation_sha256="f" * 64)),
    "the situation changed by one person": (
        "situation-hash",
        lambda s, p: (replace(s, sites=(replace(s.sites[0], people=101),)), p),
    ),
    "the plan is of another day": ("as-of", lambda s, p: (s, replace(p, as_of=s.first_day))),
    "the plan is for fewer days": ("as-of", stated(days=9)),
    # steps
    "a trip has no step": ("step-for-trip", lambda s, p: (s, replace(p, steps=p.steps[1:]))),
    "a step has no trip": ("step-for-trip", lambda s, p: (s, replace(p, steps=(*p.steps, replace(p.steps[0],
    trip=9))))), "a step is on another day": ("step-for-trip", step(0, day=9)),
    "a step forgets its doors": ("step-gates", step(0, gates=())),
}  # fmt: skip
