"""Convoys: as good as trying everything where that can be done, and within every limit where it cannot."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.plan.aid_by_hand import fewest_short, tiny
from unit.plan.invented import DAYS, door, situation, with_destination, with_door
from waythrough.plan import aid
from waythrough.plan.aid.eating import people_each_day, unmet_by_good, unmet_by_site
from waythrough.plan.aid.prices import gain_bound
from waythrough.plan.aid.rows import AidProgram, whole_room
from waythrough.plan.check import check
from waythrough.plan.files import sha256
from waythrough.plan.generate.aid import aid_case
from waythrough.plan.generate.scale import Scale
from waythrough.plan.network import Network
from waythrough.plan.program import make
from waythrough.plan.solver import Limits
from waythrough.terms.planned import ConvoyTrip, Plan
from waythrough.terms.situation import Good, Receipt, SiteNow, Situation, WarehouseNow

EXACT, QUICK = Limits(gap=0.0), Limits(gap=1e-3, nodes=4)
few = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def short_trucks(sites: int, warehouses: int, days: int, seed: int) -> Situation:
    return aid_case(Scale(sites, warehouses, 0, 2 * sites + 2), days, seed)


cases = st.builds(short_trucks, st.integers(1, 2), st.integers(1, 2), st.integers(10, 20), st.integers(0, 40))
PLANS: dict[str, Plan] = {}


def quick(case: Situation) -> Plan:
    """The plan with little work; made once for each case, as several tests look at it."""
    key = sha256(case)
    if key not in PLANS:
        PLANS[key] = make(case, QUICK)
    return PLANS[key]


def first_aim(case: Situation, limits: Limits = EXACT) -> tuple[int, int]:
    """Person-days short as if nobody left, and the bound proved."""
    first = aid.feed_everyone(case, Network(case), limits)
    return sum(unmet_by_good(case, first.convoys, people_each_day(case, {})).values()), first.unmet_bound


def alone(**changes: Any) -> Situation:
    """The invented situation with nobody who leaves."""
    return situation(households=(), **changes)


def brought(plan: Plan, good: str) -> int:
    return sum(trip.load_g.get(good, 0) for trip in plan.convoys)


# --- against trying everything ----------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", [range(start, start + 20) for start in range(0, 120, 20)])
def test_nobody_can_be_fed_better_than_by_trying_everything(seeds: range) -> None:
    for seed in seeds:
        fewest = fewest_short(tiny(seed))
        assert first_aim(tiny(seed)) == (fewest, fewest), seed


def test_with_parts_of_a_thousand_rations_the_bound_holds_and_the_plan_meets_it() -> None:
    """A thousand times as many people, rations and payload: what trying everything finds is one possible plan."""
    for seed in range(40):
        possible = 1_000 * fewest_short(tiny(seed))
        reached, bound = first_aim(tiny(seed, 1_000))
        assert bound <= reached <= possible, seed
        assert reached - bound <= 10, seed


# --- for every case ---------------------------------------------------------------------------------------


@few
@given(cases)
def test_no_convoy_breaks_a_rule(case: Situation) -> None:
    assert check(case, quick(case)) == []


@settings(few, max_examples=2)
@given(cases)
def test_the_same_case_gives_the_same_convoys(case: Situation) -> None:
    assert make(case, QUICK).convoys == quick(case).convoys


@few
@given(cases, st.data())
def test_an_opened_door_keeps_the_old_plan_legal_and_never_makes_the_bound_worse(
    case: Situation, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([d.id for d in case.doors]))
    opened = with_door(case, name, open_days=(1,) * case.days)
    assert check(opened, replace(quick(case), situation_sha256=sha256(opened))) == []
    assert fed_at_most(opened) >= fed_at_most(case) - 1e-6


def fed_at_most(case: Situation) -> float:
    """The bound on rations eaten at fixed prices: lorries at two thousand rations a day, stock at a few."""
    network, people = Network(case), people_each_day(case, {})
    sites = frozenset(site.id for site in case.sites)
    program = AidProgram(case, network, aid.life_saving(case), [people], sites)
    room = whole_room(case, network, program.scale)
    prices = {row: 2.0 if row[0] == "fleet" else 0.1 for row in room if row[0] != "cap"}
    paid = {row: price for row, price in prices.items() if row in program.shared}
    alone_fed = program.without[0] / program.scale
    return alone_fed + gain_bound(
        program, room, {**dict.fromkeys(room, 0.0), **paid, **prices}, Limits(nodes=0)
    )


@few
@given(cases)
def test_no_plan_feeds_more_than_any_prices_allow(case: Situation) -> None:
    reached, _ = first_aim(case, QUICK)
    demand = sum(map(sum, people_each_day(case, {}).values())) * len(aid.life_saving(case))
    assert demand - reached <= fed_at_most(case) * 1_000 + 1


@pytest.mark.slow
@pytest.mark.parametrize(("sites", "warehouses", "gap"), [(1, 3, 0.01), (3, 3, 0.1)])
def test_larger_plans_are_sound_and_near_their_bound(sites: int, warehouses: int, gap: float) -> None:
    case = short_trucks(sites, warehouses, 40, 1)
    plan = make(case, Limits(gap=1e-3, nodes=8))
    assert check(case, plan) == []
    assert plan.convoys
    assert (plan.aims[0].gap or 0) <= gap


# --- one story at a time ----------------------------------------------------------------------------------


def test_the_worse_off_site_is_served_first_when_that_costs_nobody_else_a_ration() -> None:
    camp = SiteNow("camp", 100, {}, ("food",))
    for worse in ("camp", "other"):
        sites = (replace(camp, severity=2), replace(camp, id="other", severity=1))
        if worse == "other":
            sites = (replace(sites[0], severity=1), replace(sites[1], severity=2))
        case = two_sites(sites, food=500 * 400)
        plan = make(case)
        short = unmet_by_site(case, plan.convoys, people_each_day(case, {}))
        other = "other" if worse == "camp" else "camp"
        assert sum(short.values()) == 2 * 100 * DAYS - 400
        assert short[worse, "food"] < short[other, "food"]


def two_sites(sites: tuple[SiteNow, SiteNow], food: int) -> Situation:
    base = alone()
    there = base.routes[0]
    return replace(
        base,
        sites=sites,
        goods=(Good("food", 500, True),),
        warehouses=(WarehouseNow("store east", {"food": food}),),
        routes=(there, replace(there, id="east to other", site="other")),
        min_convoy_vehicles=1,
    )


def test_soap_rides_only_in_the_room_that_food_and_water_leave() -> None:
    without = replace(alone(), goods=tuple(g for g in alone().goods if g.life_saving))
    plan, bare = make(alone()), make(without)
    assert brought(plan, "soap") > 0
    assert plan.unmet_by_good == bare.unmet_by_good
    assert sum(t.vehicles for t in plan.convoys) == sum(t.vehicles for t in bare.convoys)
    assert check(alone(), plan) == []


def test_no_more_soap_is_brought_than_can_be_used() -> None:
    plenty = replace(
        alone(),
        warehouses=(alone().warehouses[0], WarehouseNow("store west", {"soap": 10**9, "food": 10**6})),
    )
    assert brought(make(plenty), "soap") <= 100 * 10 * DAYS


def test_what_is_still_on_its_way_to_a_warehouse_cannot_leave_it() -> None:
    late = tuple(
        replace(w, stock_g={}, receipts=tuple(Receipt(g, 4, n) for g, n in w.stock_g.items()))
        for w in alone().warehouses
    )
    case = alone(warehouses=late)
    plan = make(case)
    assert plan.convoys
    assert min(trip.day for trip in plan.convoys) >= 4
    assert check(case, plan) == []


def test_a_store_is_not_filled_beyond_what_it_holds() -> None:
    camp = replace(alone().sites[0], storage_g={"water": 0})
    case = alone(sites=(camp,))
    plan = make(case)
    assert check(case, plan) == []
    assert 0 < brought(plan, "water") < brought(make(alone()), "water")


def test_a_store_small_for_those_who_stay_still_gives_a_legal_plan() -> None:
    camp = replace(situation().sites[0], storage_g={"water": 100 * 2_000, "food": 100 * 500})
    case = situation(sites=(camp,))
    plan = make(case)
    assert plan.people_moved > 0
    assert check(case, plan) == []


def test_a_guarantee_that_names_goods_lets_no_other_through() -> None:
    case = with_door(with_door(alone(), "aid hill", goods=("food",)), "aid plain", goods=("food", "soap"))
    plan = make(case)
    assert brought(plan, "water") == 0
    assert brought(plan, "food") > 0
    assert check(case, plan) == []


def test_people_who_arrive_and_die_and_leave_by_themselves_are_counted() -> None:
    camp = replace(alone().sites[0], changes=(5, -3, *[1] * (DAYS - 2)))
    case = alone(sites=(camp,))
    plan = make(case)
    assert people_each_day(case, {})["camp"][:3] == [105, 102, 103]
    assert check(case, plan) == []


def test_aid_passes_a_capped_door_first_and_journeys_have_what_is_left() -> None:
    shared = door("shared", max_vehicles=3)
    routes = tuple(replace(r, extra_doors=("shared",)) for r in situation().routes)
    case = replace(situation(), doors=(*situation().doors, shared), routes=routes)
    plan = make(case)
    assert check(case, plan) == []
    assert plan.convoys
    assert plan.returns
    nobody = make(replace(case, households=()))
    assert plan.unmet_if_nobody_left == nobody.unmet_if_nobody_left


def test_convoys_that_fill_a_capped_door_leave_no_journey_through_it_that_day() -> None:
    network = Network(
        replace(
            situation(),
            doors=(*situation().doors, door("shared", max_vehicles=3)),
            routes=tuple(replace(r, extra_doors=("shared",)) for r in situation().routes),
        )
    )
    convoy = ConvoyTrip("east in", "store east", "camp", 2, "trucks", 3, {})
    after = network.after([convoy])
    assert (network.cap("shared", 2), after.cap("shared", 2), after.cap("shared", 3)) == (3, 0, 3)
    assert after.cap("return hill", 2) is None


def test_both_figures_are_kept_when_people_leave() -> None:
    case = with_destination(situation(), "lake", per_day=5)
    plan = make(case)
    guard = make(replace(case, households=()))
    assert plan.unmet_if_nobody_left == guard.unmet_person_days
    assert plan.unmet_person_days <= plan.unmet_if_nobody_left


def test_with_the_days_of_convoys_settled_the_later_aims_still_keep_every_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As large plans do it."""
    searched = make(situation())
    monkeypatch.setattr(aid, "FIXED_CALENDAR_ABOVE", 0)
    settled = make(situation())
    assert check(situation(), settled) == []
    assert settled.unmet_if_nobody_left == searched.unmet_if_nobody_left
    assert settled.unmet_person_days <= settled.unmet_if_nobody_left
