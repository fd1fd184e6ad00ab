"""From records, as they stand on a day, to the situation a plan is made from. In doubt, a door stays shut.

Day 0 is the day after ``as_of``. What this room has to decide when records leave something open is decided
towards caution, and each such rule is told where it is applied.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NoReturn

from waythrough.plan.consents import after_a_no, household_now
from waythrough.plan.evacuations import waiting
from waythrough.plan.manifests import left, said_no
from waythrough.plan.network import AID, EVACUATION, RETURN
from waythrough.terms.board import DoorState
from waythrough.terms.codes import code_list
from waythrough.terms.doing import Boarding, Incident, Movement, Policy
from waythrough.terms.estimates import Outlook
from waythrough.terms.people import Consent, Household, Intention
from waythrough.terms.places import Destination, Door, Leg, ProtectionStop, Review, Route, Site
from waythrough.terms.problems import InputRefused, NoPlan
from waythrough.terms.situation import (
    DestinationNow,
    DoorNow,
    FleetNow,
    Good,
    HouseholdNow,
    Households,
    LegUse,
    RouteNow,
    SiteNow,
    Situation,
    WarehouseNow,
)
from waythrough.terms.supply import Commodity, Fleet, Stock, Warehouse

PURPOSES = (AID, RETURN)
"""Purposes the planner always plans; roads of evacuations while one waits. Others (visits) are left to people."""


@dataclass(frozen=True)
class Position:
    """What is known on a day, as records: everything ``situation`` needs.

    ``people`` is the reconciled number at each site, in whole people. ``ledger`` is the hash the records
    were read at. ``special_needs`` are the need codes that need a special seat; None takes them from the
    code list of needs. Stops, incidents and reviews come in the order in which they became known.
    """

    as_of: date
    time_zone: str
    ledger: str
    people: Mapping[str, int]
    legs: Sequence[Leg]
    doors: Sequence[Door]
    door_states: Sequence[DoorState]
    routes: Sequence[Route]
    destinations: Sequence[Destination] = ()
    stops: Sequence[ProtectionStop] = ()
    incidents: Sequence[Incident] = ()
    reviews: Sequence[Review] = ()
    warehouses: Sequence[Warehouse] = ()
    stocks: Sequence[Stock] = ()
    commodities: Sequence[Commodity] = ()
    fleets: Sequence[Fleet] = ()
    households: Sequence[Household] = ()
    intentions: Sequence[Intention] = ()
    consents: Sequence[Consent] = ()
    policy: Policy | None = None
    outlooks: Sequence[Outlook] = ()
    days: int = 28
    special_needs: frozenset[str] | None = None
    site_records: Sequence[Site] = ()
    speakers: Mapping[str, str] = field(default_factory=dict)
    """The name of each party and organisation, by id; one that is not here is called by its id."""
    movements: Sequence[Movement] = ()
    boardings: Sequence[Boarding] = ()
    sites: Sequence[str] = field(default=())
    """Site ids to plan for; empty means every site whose people are known."""


def situation(position: Position) -> Situation:
    """The situation on the day after ``position.as_of``, for ``position.days`` days.

    Raises
    ------
    NoPlan
        No number of people is known for a site to plan for.
    InputRefused
        A record contradicts itself: a leg nobody recorded, a need below nothing, a horizon without days.
    """
    if position.days < 1:
        _refuse("horizon", f"{position.days} days", "at least one day")
    policy, first_day = position.policy, position.as_of + timedelta(days=1)
    sites = sorted(position.sites or position.people)
    goods = tuple(_good(c) for c in sorted(position.commodities, key=lambda c: c.id))
    stock = _newest_stock(position)
    ill = waiting(position.movements, position.routes, sites, first_day)
    ill_at = {one.site for one in ill}
    routes = [
        r
        for r in position.routes
        if r.site in sites and (r.purpose in PURPOSES or (r.purpose == EVACUATION and r.site in ill_at))
    ]
    return Situation(
        as_of=position.as_of,
        first_day=first_day,
        days=position.days,
        time_zone=position.time_zone,
        ledger=position.ledger,
        sites=tuple(_site(position, site, goods, stock) for site in sites),
        goods=goods,
        warehouses=tuple(
            WarehouseNow(w.id, {good: g for (at, good), g in stock.items() if at == w.id})
            for w in sorted(position.warehouses, key=lambda w: w.id)
        ),
        destinations=tuple(
            _destination(position, d) for d in sorted(position.destinations, key=lambda d: d.id)
        ),
        doors=_doors(position, first_day),
        routes=tuple(_route(position, r) for r in sorted(routes, key=lambda r: r.id)),
        fleets=tuple(_fleet(position, f) for f in sorted(position.fleets, key=lambda f: f.id)),
        households=Households(_households(position, set(sites), first_day)),
        outlooks=tuple(sorted(position.outlooks, key=lambda o: o.door)),
        consent_margin_days=policy.consent_margin_days if policy else 0,
        convoy_spacing_days=policy.convoy_spacing_days if policy else 1,
        min_convoy_vehicles=policy.min_convoy_vehicles if policy else 1,
        max_convoy_vehicles=policy.max_convoy_vehicles if policy else 100,
        zone_risk=dict(policy.zone_risk) if policy else {},
        policy=policy.id if policy else "",
        evacuations=ill,
    )


def special_needs() -> frozenset[str]:
    """Need codes that need a special seat, by the code list of needs; who lies down needs no seat at all."""
    rows = code_list("need").codes.items()
    return frozenset(code for code, row in rows if row.get("special_seat") is True) - stretcher_needs()


def stretcher_needs() -> frozenset[str]:
    """Need codes that need a place to lie down, by the code list of needs."""
    return frozenset(code for code, row in code_list("need").codes.items() if row.get("lying") is True)


# --- supply -----------------------------------------------------------------------------------------------


def _good(commodity: Commodity) -> Good:
    if not (math.isfinite(commodity.kg_per_person_day) and commodity.kg_per_person_day >= 0):
        _refuse(f"commodity {commodity.id}", f"{commodity.kg_per_person_day} kg a day", "a number from 0")
    # Rounded up: a need of half a gram must not become a need of none.
    return Good(commodity.id, math.ceil(round(commodity.kg_per_person_day * 1000, 6)), commodity.life_saving)


def _newest_stock(position: Position) -> dict[tuple[str, str], int]:
    """Grams per place and good by its newest statement; of several for one day, the lowest, for caution."""
    newest: dict[tuple[str, str], Stock] = {}
    for stock in sorted(position.stocks, key=lambda s: (s.on.latest, -s.kg, s.id)):
        if stock.on.latest <= position.as_of:
            newest[stock.at, stock.commodity] = stock
    return {key: max(0, math.floor(round(stock.kg * 1000, 3))) for key, stock in sorted(newest.items())}


def _site(
    position: Position, site: str, goods: Sequence[Good], stock: Mapping[tuple[str, str], int]
) -> SiteNow:
    if site not in position.people:
        raise NoPlan(
            what=f"nobody knows how many people are at {site}",
            remedy="Record a figure for the site, and look at `waythrough assess population`.",
        )
    known = {good.id: stock[site, good.id] for good in goods if (site, good.id) in stock}
    desk = next((s.registration_per_day for s in position.site_records if s.id == site), None)
    return SiteNow(site, position.people[site], known, tuple(sorted(known)), registration_per_day=desk)


def _fleet(position: Position, fleet: Fleet) -> FleetNow:
    """A fleet with places for people carries people, one without carries goods: none is counted for both.

    A fleet based at a warehouse loads there only; one based elsewhere serves every route of its purpose.
    """
    purpose = RETURN if fleet.seats + fleet.stretcher_places > 0 else AID
    routes = fleet.routes
    if not routes and purpose == AID:
        home = {w.id for w in position.warehouses if fleet.base in (w.id, w.place)}
        routes = tuple(sorted(r.id for r in position.routes if r.purpose == AID and r.end in home))
    return FleetNow(
        id=fleet.id,
        purpose=purpose,
        count=fleet.count,
        seats=fleet.seats,
        special_seats=fleet.special_seats,
        payload_g=math.floor(round(fleet.payload_kg * 1000, 3)),
        routes=routes,
        cycle_days=fleet.cycle_days,
        stretcher_places=fleet.stretcher_places,
    )


# --- doors and roads --------------------------------------------------------------------------------------


def _doors(position: Position, first_day: date) -> tuple[DoorNow, ...]:
    states = {state.door: state for state in position.door_states}
    doors = []
    for door in sorted(position.doors, key=lambda d: d.id):
        state = states.get(door.id)
        # A door of which nothing is known was not asked, and is shut.
        open_days = tuple(
            int(state is not None and state.open_on(first_day + timedelta(days=t)))
            for t in range(position.days)
        )
        doors.append(
            DoorNow(
                id=door.id,
                party=door.party,
                state=state.state if state else "not_asked",
                open_days=open_days,
                own_word=bool(state and state.own_word),
                conditions=state.conditions if state else "",
                disputed=bool(state and state.disputed_by),
                max_vehicles=state.max_vehicles if state else None,
                max_people=state.max_people if state else None,
                goods=state.goods if state else (),
            )
        )
    return tuple(doors)


def _route(position: Position, route: Route) -> RouteNow:
    """A record lists legs from the site to the other end; aid drives them loaded the other way round.

    The trip takes ``days_out`` days to arrive and ``days_cycle`` in all. Where on the road it spends a
    night is not recorded, so a leg counts for every day on which vehicles may be on it, and each of these
    days must be open.
    """
    legs = {leg.id: leg for leg in position.legs}
    missing = [leg for leg in route.legs if leg not in legs]
    if missing or not route.legs:
        _refuse(f"route {route.id}", f"legs {', '.join(missing) or 'none'}", "legs that are recorded")
    ordered = [legs[leg] for leg in route.legs]
    out, back = (ordered[::-1], ordered) if route.purpose == AID else (ordered, ordered[::-1])
    # The empty way home takes whatever days the cycle leaves.
    home = max(route.days_out, route.days_cycle - 1)
    return RouteNow(
        id=route.id,
        purpose=route.purpose,
        site=route.site,
        end=route.end,
        out=_uses(position, route, out, 0, route.days_out),
        back=_uses(position, route, back, route.days_out, home),
        extra_doors=route.extra_doors,
        cycle_days=max(route.days_cycle, home + 1),
    )


def _uses(position: Position, route: Route, legs: Sequence[Leg], first: int, last: int) -> tuple[LegUse, ...]:
    hours = sum(leg.hours for leg in legs) or 1.0
    uses, driven = [], 0.0
    for leg in legs:
        start, end = driven / hours * (last - first), (driven + leg.hours) / hours * (last - first)
        days = range(math.floor(start + 1e-9), math.ceil(end - 1e-9) + 1) if last > first else range(1)
        doors = tuple(
            door.id
            for door in sorted(position.doors, key=lambda d: d.id)
            if door.purpose == route.purpose
            and door.zone == leg.zone
            and (not door.legs or leg.id in door.legs)
        )
        share = len(days)
        uses += [
            LegUse(leg.id, leg.zone, leg.km / share, leg.hours / share, first + day, doors) for day in days
        ]
        driven += leg.hours
    return tuple(uses)


# --- people -----------------------------------------------------------------------------------------------


def _destination(position: Position, destination: Destination) -> DestinationNow:
    reasons = why_stopped(
        destination.id, position.stops, position.incidents, position.reviews, position.speakers
    )
    return DestinationNow(
        id=destination.id,
        per_day=destination.reception_per_day,
        per_week=destination.reception_per_week,
        total=destination.reception_total,
        stopped=bool(reasons),
        stop_reason="; ".join(reasons),
        flags=tuple(sorted(code for code, state in destination.criteria.items() if state != "met")),
    )


def why_stopped(
    destination: str,
    stops: Sequence[ProtectionStop],
    incidents: Sequence[Incident],
    reviews: Sequence[Review],
    speakers: Mapping[str, str],
) -> list[str]:
    """Why nobody is brought to a destination: stops that stand, and harm reported there; empty where nothing is.

    Each in the words of whoever said so, with the name that ``speakers`` has for them: it is an account, not a fact.
    """
    standing = [
        (s.reason, s.speaker) for s in stops if s.destination == destination and not _lifted(reviews, s.id)
    ]
    standing += [(r.what, r.speaker) for r in unreviewed(incidents, reviews) if r.destination == destination]
    return [f"“{words.rstrip(' .;')}” ({speakers.get(speaker, speaker)})" for words, speaker in standing]


def unreviewed(incidents: Sequence[Incident], reviews: Sequence[Review]) -> list[Incident]:
    """Reports of harm to people at a destination that no named person has looked at and set aside.

    Such a report stops movements there by itself: waiting for somebody to write down a stop as well would send
    people there meanwhile. A review of the report lifts it; where a stop was written down too, each is lifted by its
    own review.
    """
    harm = code_list("incident_type").codes
    return [
        report
        for report in incidents
        if report.destination
        and harm.get(report.type, {"protection": True}).get("protection") is True
        and not _lifted(reviews, report.id)
    ]


def _lifted(reviews: Sequence[Review], about: str) -> bool:
    """True when the newest review of a stop or report lifts it, by the code list of outcomes; any other leaves it."""
    outcomes = [review.outcome for review in reviews if review.about == about]
    rows = code_list("review_outcome").codes
    return bool(outcomes) and rows.get(outcomes[-1], {}).get("lifts") is True


def _households(position: Position, sites: set[str], first_day: date) -> tuple[HouseholdNow, ...]:
    needs = special_needs() if position.special_needs is None else position.special_needs
    consents: dict[str, list[Consent]] = {}
    for consent in position.consents:
        consents.setdefault(consent.household, []).append(consent)
    wishes: dict[str, Intention] = {}
    for intention in sorted(position.intentions, key=lambda i: (i.asked_on, i.id)):
        wishes[intention.household] = intention
    gone, refusals = left(position.boardings, position.movements), said_no(position.boardings)
    return tuple(
        household_now(
            home,
            after_a_no(consents.get(home.id, ()), refusals.get(home.id)),
            wishes.get(home.id),
            first_day=first_day,
            weights=position.policy.need_weights if position.policy else {},
            special_needs=needs,
            stretcher_needs=stretcher_needs(),
            short_on=functools.partial(_short_on, position, home.site),
        )
        for home in sorted(position.households, key=lambda h: h.id)
        if home.present and home.id not in gone and home.site in sites
    )


def _short_on(position: Position, site: str, day: date) -> bool:
    """True if, by the newest statement until then, a life-saving good at the site was below the reserve on
    that day.

    The reserve is the policy's ``reserve_days``, one day at least. A good nobody stated says nothing either
    way.
    """
    reserve = max(1, position.policy.reserve_days if position.policy else 1)
    for commodity in position.commodities:
        said = [
            s for s in position.stocks if (s.at, s.commodity) == (site, commodity.id) and s.on.latest <= day
        ]
        if commodity.life_saving and said:
            newest = max(said, key=lambda s: (s.on.latest, -s.kg, s.id))
            if newest.kg < commodity.kg_per_person_day * position.people[site] * reserve:
                return True
    return False


def _refuse(place: str, found: str, allowed: str) -> NoReturn:
    raise InputRefused(
        place=place, found=found, allowed=allowed, remedy="Correct the record, then plan again."
    )
