"""From records to a situation: what is decided when records leave something open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest

from waythrough.plan.gather import Position, situation
from waythrough.plan.program import make
from waythrough.terms.board import DoorState
from waythrough.terms.doing import Boarding, Incident, Movement, Policy
from waythrough.terms.people import Consent, Household, Intention
from waythrough.terms.places import Destination, Door, Leg, ProtectionStop, Review, Route, Site
from waythrough.terms.problems import InputRefused, NoPlan
from waythrough.terms.situation import HouseholdNow, Situation
from waythrough.terms.supply import Commodity, Fleet, Stock, Warehouse
from waythrough.terms.when import Days, Window

TODAY = date(2031, 3, 1)
NAMES = {"en": "an invented name"}
RETURN = "voluntary_return_movement"


def day(n: int) -> date:
    return TODAY + timedelta(days=n)


def on(n: int) -> Days:
    return Days.on(day(n))


def window(first: int, last: int) -> Window:
    zone = timezone(timedelta(hours=2))
    at = [datetime(d.year, d.month, d.day, tzinfo=zone) for d in (day(first), day(last + 1))]
    return Window(at[0], at[1])


def door(name: str, zone: str, purpose: str, *legs: str) -> Door:
    return Door(name, NAMES, f"party of {zone}", zone, purpose, legs)


def open_door(name: str, **changes: Any) -> DoorState:
    return replace(DoorState(name, "open", TODAY, own_word=True), **changes)


def consent(home: str, n: int, **changes: Any) -> Consent:
    base = Consent(
        f"{home}-{n}-travel",
        home,
        f"{home}-{n}",
        "travel",
        "given",
        "v1",
        day(-3),
        day(-3),
        day(60),
        "lake",
        RETURN,
    )
    return replace(base, **changes)


def data(home: str, n: int, **changes: Any) -> Consent:
    return consent(
        home,
        n,
        **({"id": f"{home}-{n}-data", "purpose": "data", "destination": "", "movement_kind": ""} | changes),
    )


def agreed(home: str = "ash") -> tuple[Consent, ...]:
    return tuple(make_one(home, n) for make_one in (consent, data) for n in range(2))


def position(**changes: Any) -> Position:
    base = Position(
        as_of=TODAY,
        time_zone="Etc/GMT-2",
        ledger="a" * 64,
        people={"camp": 100},
        legs=(
            Leg("camp to hill", "camp", "hill", "north", 40.0, 1.0),
            Leg("hill to town", "hill", "town", "south", 60.0, 1.0),
        ),
        doors=(
            door("north return", "north", "return"),
            door("south return", "south", "return"),
            door("north aid", "north", "aid"),
            door("south aid", "south", "aid"),
        ),
        door_states=tuple(open_door(f"{z} {p}") for z in ("north", "south") for p in ("return", "aid")),
        routes=(
            Route("way out", NAMES, "camp", "lake", "return", ("camp to hill", "hill to town")),
            Route("way in", NAMES, "camp", "store", "aid", ("camp to hill", "hill to town")),
            Route("visit", NAMES, "camp", "lake", "visit", ("camp to hill",)),
        ),
        destinations=(Destination("lake", NAMES, "town", 50, None, "a speaker"),),
        warehouses=(Warehouse("store", NAMES, "town", "a speaker"),),
        stocks=(Stock("s1", "store", "food", 1_000.0, on(-2), "a speaker"),),
        commodities=(Commodity("food", NAMES, 0.5, True, "an edition"),),
        fleets=(
            Fleet("coaches", NAMES, "town", "coach", 1, "a speaker", seats=30, special_seats=1),
            Fleet("trucks", NAMES, "town", "truck", 2, "a speaker", payload_kg=20_000.0),
        ),
        households=(Household("ash", "camp", 4, ("ash-0", "ash-1"), needs=("chair",)),),
        consents=agreed(),
        policy=Policy("policy", "head of office", on(-9), need_weights={"chair": 3}, zone_risk={"north": 2}),
        special_needs=frozenset({"chair"}),
        days=7,
    )
    return replace(base, **changes)


def home(**changes: Any) -> HouseholdNow:
    return situation(position(**changes)).households[0]


def moved(found: Situation) -> int:
    return make(found).people_moved


def test_the_first_day_is_the_day_after_as_of_and_a_plan_can_be_made() -> None:
    found = situation(position())
    assert found.first_day == day(1)
    plan = make(found)
    assert plan.people_moved == 4
    assert plan.convoys
    assert [r.id for r in found.routes] == ["way in", "way out"]


# --- doors and roads --------------------------------------------------------------------------------------


def test_a_door_is_open_on_the_days_of_its_window_only() -> None:
    states = (open_door("north return", window=window(2, 4)),)
    doors = {d.id: d for d in situation(position(door_states=states)).doors}
    assert doors["north return"].open_days == (0, 1, 1, 1, 0, 0, 0)
    assert doors["south return"].open_days == (0,) * 7
    assert doors["south return"].state == "not_asked"


@pytest.mark.parametrize("state", ["contested", "waiting", "no_answer", "closed", "lapsed", "not_asked"])
def test_only_an_open_door_is_open(state: str) -> None:
    states = (*position().door_states[1:], DoorState("north return", state, TODAY))
    assert moved(situation(position(door_states=states))) == 0


def test_a_leg_needs_every_door_of_its_zone_and_purpose() -> None:
    doors = (
        *position().doors,
        door("second north", "north", "return"),
        door("other leg", "north", "return", "x"),
    )
    route = next(r for r in situation(position(doors=doors)).routes if r.id == "way out")
    assert route.out[0].doors == ("north return", "second north")
    assert moved(situation(position(doors=doors))) == 0


def test_a_zone_without_a_door_for_the_purpose_closes_the_route_and_is_named() -> None:
    doors = tuple(d for d in position().doors if d.id != "south return")
    plan = make(situation(position(doors=doors)))
    assert plan.people_moved == 0
    blocker = next(b for b in plan.blockers if b.code == "no_door_recorded")
    assert blocker.fields["zone"] == "south"


def test_aid_drives_the_legs_from_the_store_to_the_site_and_home_again() -> None:
    route = next(r for r in situation(position()).routes if r.id == "way in")
    assert [use.zone for use in route.out] == ["south", "north"]
    assert [use.zone for use in route.back] == ["north", "south"]


def test_a_leg_that_may_be_driven_on_either_of_two_days_must_be_open_on_both() -> None:
    routes = (replace(position().routes[0], days_out=1, days_cycle=3),)
    route = situation(position(routes=routes)).routes[0]
    assert [(u.zone, u.day_offset) for u in route.out] == [
        ("north", 0),
        ("north", 1),
        ("south", 0),
        ("south", 1),
    ]
    assert {u.day_offset for u in route.back} == {1, 2}
    assert sum(u.km for u in route.out) == 100.0
    assert route.days_out == 1
    assert route.cycle_days == 3


def test_a_route_over_a_leg_nobody_recorded_is_refused() -> None:
    with pytest.raises(InputRefused, match="ghost leg"):
        situation(position(routes=(Route("way", NAMES, "camp", "lake", "return", ("ghost leg",)),)))


# --- supply and numbers -----------------------------------------------------------------------------------


def test_a_site_whose_people_nobody_counted_has_no_plan() -> None:
    with pytest.raises(NoPlan, match="camp"):
        situation(position(people={}, sites=("camp",)))


def test_the_newest_stock_counts_and_of_two_on_one_day_the_lower() -> None:
    stocks = (
        Stock("old", "camp", "food", 900.0, on(-9), "a"),
        Stock("high", "camp", "food", 80.0, on(-1), "a"),
        Stock("low", "camp", "food", 20.0, on(-1), "b"),
        Stock("later", "camp", "food", 999.0, on(3), "b"),
    )
    site = situation(position(stocks=stocks)).sites[0]
    assert site.stock_g == {"food": 20_000}
    assert site.stock_known == ("food",)


def test_a_stock_nobody_stated_counts_as_none_and_the_plan_says_so() -> None:
    found = situation(position())
    assert found.sites[0].stock_known == ()
    assert "stock_not_stated:camp/food" in make(found).notes


def test_a_fleet_based_at_a_store_loads_there_only() -> None:
    routes = (*position().routes, Route("far in", NAMES, "camp", "far store", "aid", ("camp to hill",)))
    fleets = {f.id: f for f in situation(position(routes=routes)).fleets}
    assert fleets["trucks"].routes == ("way in",)
    assert (fleets["trucks"].purpose, fleets["coaches"].purpose) == ("aid", "return")


def test_without_a_policy_every_need_weighs_the_same_and_the_plan_says_so() -> None:
    found = situation(position(policy=None))
    assert found.households[0].weight == 1
    assert any(note.startswith("no_policy") for note in make(found).notes)


def test_needs_give_weight_and_special_seats() -> None:
    assert (home().weight, home().special) == (3, 1)


# --- stops ------------------------------------------------------------------------------------------------


def test_a_protection_stop_stands_until_a_later_review_lifts_it() -> None:
    stop = ProtectionStop("stop", "lake", "harm reported", on(-4), "a speaker")
    stands = Review("r1", "stop", "stop_stands", "someone", "why")
    lifted = Review("r2", "stop", "stop_lifted", "someone", "why")
    for reviews, expected in (
        ((), 0),
        ((stands,), 0),
        ((lifted,), 4),
        ((stands, lifted), 4),
        ((lifted, stands), 0),
    ):
        assert moved(situation(position(stops=(stop,), reviews=reviews))) == expected
    assert situation(position(stops=(stop,))).destinations[0].stop_reason == "“harm reported” (a speaker)"


# --- consents: which of an adult's decisions counts -------------------------------------------------------

OFF: dict[str, tuple[Consent, ...]] = {
    "one adult withdrew later": (consent("ash", 1, id="w", decision="withdrawn", given_on=day(-1)),),
    "one adult withdrew on the same day": (consent("ash", 1, id="a", decision="withdrawn"),),
    "one adult withdrew from everything": (
        consent("ash", 1, id="w", decision="withdrawn", given_on=day(-1), destination="", movement_kind=""),
    ),
    "one adult refused later": (consent("ash", 0, id="r", decision="refused", given_on=day(0)),),
    "one adult refused everything": (
        consent("ash", 0, id="r", decision="refused", given_on=day(0), destination="", movement_kind=""),
    ),
    "one adult withdrew the data consent": (data("ash", 0, id="d", decision="withdrawn", given_on=day(0)),),
    "a newer consent holds for fewer days": (consent("ash", 0, id="n", given_on=day(0), valid_until=day(0)),),
    "a newer consent holds from later": (consent("ash", 0, id="n", given_on=day(0), valid_from=day(30)),),
}


@pytest.mark.parametrize("why", OFF)
def test_a_household_stays_off_when(why: str) -> None:
    assert moved(situation(position(consents=(*agreed(), *OFF[why])))) == 0


MISSING: dict[str, Any] = {
    "the travel consent of one adult": lambda c: c.id != "ash-1-travel",
    "the data consent of one adult": lambda c: c.id != "ash-1-data",
    "all travel consents, though it wishes to leave": lambda c: c.purpose == "data",
}


@pytest.mark.parametrize("what", MISSING)
def test_a_household_stays_off_without(what: str) -> None:
    wish = (Intention("i", "ash", "return", True, day(-5), "lake"),)
    assert moved(situation(position(consents=tuple(filter(MISSING[what], agreed())), intentions=wish))) == 0


@pytest.mark.parametrize("kind", ["go_and_see_visit", "medical_evacuation", ""])
def test_a_consent_to_another_kind_of_movement_is_none_to_this_one(kind: str) -> None:
    consents = tuple(replace(c, movement_kind=kind) if c.purpose == "travel" else c for c in agreed())
    assert moved(situation(position(consents=consents))) == 0


def test_a_consent_given_again_after_a_withdrawal_counts() -> None:
    again = (
        consent("ash", 1, id="w", decision="withdrawn", given_on=day(-2)),
        consent("ash", 1, id="again", given_on=day(-1)),
    )
    assert moved(situation(position(consents=(*agreed(), *again)))) == 4


def test_a_no_to_one_town_beside_a_yes_to_another_is_a_choice() -> None:
    no = tuple(consent("ash", n, id=f"no{n}", decision="refused", destination="port") for n in range(2))
    assert not home(consents=(*agreed(), *no)).refused
    assert moved(situation(position(consents=(*agreed(), *no)))) == 4


def test_the_margin_of_the_policy_must_still_be_covered() -> None:
    consents = tuple(replace(c, valid_until=day(2)) if c.purpose == "travel" else c for c in agreed())
    for margin, expected in ((0, 4), (1, 4), (2, 0)):
        policy = Policy("policy", "head of office", on(-9), consent_margin_days=margin)
        assert moved(situation(position(consents=consents, policy=policy))) == expected


def test_choices_start_with_the_town_the_household_named_itself() -> None:
    both = (*agreed(), *(consent("ash", n, id=f"p{n}", destination="port") for n in range(2)))
    assert home(consents=both).choices == ("lake", "port")
    wish = (Intention("i", "ash", "return", True, day(-5), "port"),)
    assert home(consents=both, intentions=wish).choices == ("port", "lake")


def test_consents_given_under_pressure_or_need_are_flagged_and_counted() -> None:
    consents = tuple(
        replace(c, pressure_reported=True) if c.id == "ash-0-travel" else replace(c, asked_in_private=False)
        for c in agreed()
    )
    low = (*position().stocks, Stock("low", "camp", "food", 10.0, on(-9), "a speaker"))
    found = situation(position(consents=consents, stocks=low))
    assert [c.flagged for c in found.households[0].consents] == [
        ("pressure_reported", "given_while_stocks_were_low"),
        ("not_in_private", "given_while_stocks_were_low"),
    ]
    assert make(found).flagged_consents == 2


@pytest.mark.parametrize("ident", ["a", "z"])
def test_of_two_consents_of_one_day_the_one_given_under_pressure_counts(ident: str) -> None:
    pressed = replace(agreed()[0], id=ident, pressure_reported=True)
    said = home(consents=(*agreed(), pressed)).consents
    assert [c.flagged for c in said if c.adult == "ash-0"] == [("pressure_reported",)]


RIDE = Movement(
    "ride", "camp", RETURN, "to lake", Window.parse("2031-02-20T00:00+02:00/2031-02-21T00:00+02:00"), "departed"
)  # fmt: skip


@pytest.mark.parametrize(
    ("line", "movement", "rows"),
    [
        ("boarded", "departed", 0), ("arrived", "arrived", 0), ("boarded", "arrived", 0),
        ("disembarked", "departed", 0), ("boarded", "turned_back", 1), ("boarded", "cancelled_security", 1),
        ("confirmed", "planned", 1), ("no_show", "arrived", 1),
    ],
)  # fmt: skip
def test_who_left_by_a_movement_is_not_planned_for_again(line: str, movement: str, rows: int) -> None:
    lines = (Boarding("line", "ride", "ash", line, day(-2)),)
    found = situation(position(movements=(replace(RIDE, state=movement),), boardings=lines))
    assert len(found.households) == rows


@pytest.mark.parametrize("no", ["withdrawn", "declined_at_boarding"])
def test_a_no_at_the_vehicle_gives_no_seat_until_every_adult_says_yes_on_a_later_day(no: str) -> None:
    lines = (Boarding("line", "ride", "ash", no, day(-2)),)

    def seated(*days: int) -> int:
        again = (consent("ash", n, id=f"again{n}", given_on=day(at)) for n, at in enumerate(days))
        return moved(situation(position(movements=(RIDE,), boardings=lines, consents=(*agreed(), *again))))

    assert (seated(), seated(-1), seated(-1, -2), seated(-1, -1)) == (0, 0, 0, 4)


def test_a_household_that_left_is_not_planned_for() -> None:
    gone = (replace(position().households[0], present=False),)
    assert situation(position(households=gone)).households.rows == ()


# --- what a yes, a desk, a destination and a vehicle allow --------------------------------------------------


def test_limits_of_a_yes_come_with_the_open_door() -> None:
    limited = open_door("north return", max_vehicles=3, max_people=40)
    states = (limited, open_door("north aid", goods=("food",)))
    doors = {d.id: d for d in situation(position(door_states=states)).doors}
    assert (doors["north return"].max_vehicles, doors["north return"].max_people) == (3, 40)
    assert all(d.goods == () for name, d in doors.items() if name != "north aid")


def test_weekly_places_the_desk_and_stretcher_places_come_from_the_record() -> None:
    end = replace(position().destinations[0], reception_per_week=25)
    camp = Site("camp", NAMES, "camp place", "XX", "UTC", registration_per_day=80)
    coach = replace(position().fleets[0], stretcher_places=2)
    found = situation(position(destinations=(end,), site_records=(camp,), fleets=(coach,)))
    assert found.destinations[0].per_week == 25
    assert found.sites[0].registration_per_day == 80
    assert found.fleets[0].stretcher_places == 2


def test_who_lies_down_takes_a_stretcher_place_and_no_special_seat() -> None:
    home = replace(position().households[0], needs=("stretcher", "wheelchair"))
    (now,) = situation(position(households=(home,), special_needs=None)).households
    assert (now.special, now.stretchers) == (1, 1)


# --- harm reported at a destination -------------------------------------------------------------------------


def harm(**changes: Any) -> Incident:
    told = Incident(
        "report", "camp", "arrest", on(-2), "a speaker", "people were arrested", destination="lake"
    )
    return replace(told, **changes)


def test_reported_harm_stops_a_destination_until_a_named_person_reviewed_the_report() -> None:
    stopped = situation(position(incidents=(harm(),)))
    assert (stopped.destinations[0].stopped, stopped.destinations[0].stop_reason) == (
        True,
        "“people were arrested” (a speaker)",
    )
    assert moved(stopped) == 0
    for outcome, expected in (
        ("stop_stands", True),
        ("stop_lifted", False),
        ("stop_lifted_with_conditions", False),
    ):
        review = Review("review", "report", outcome, "a person", "looked into")
        assert situation(position(incidents=(harm(),), reviews=(review,))).destinations[0].stopped is expected


def test_a_review_of_one_report_says_nothing_of_another() -> None:
    review = Review("review", "report", "stop_lifted", "a person", "looked into")
    two = (harm(), harm(id="later report"))
    assert situation(position(incidents=two, reviews=(review,))).destinations[0].stopped


def test_reports_of_what_is_no_harm_to_returnees_or_of_elsewhere_stop_nothing() -> None:
    others = (harm(type="traffic_accident"), harm(id="b", destination=""), harm(id="c", destination="far"))
    assert not situation(position(incidents=others)).destinations[0].stopped


def test_a_kind_of_harm_this_version_does_not_know_stops_in_doubt() -> None:
    assert situation(position(incidents=(harm(type="a newer code"),))).destinations[0].stopped
