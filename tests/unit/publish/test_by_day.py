"""The plan as data for a map of each day: who moves and what goes on each road, which doors are open in each zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from unit.plan.invented import door, route, situation
from waythrough.plan.program import make
from waythrough.publish.by_day import MapDay, OnRoute, by_day
from waythrough.terms.codec import to_body
from waythrough.terms.planned import EvacuationTrip
from waythrough.terms.situation import EvacuationNow

HERE = situation()
PLAN = make(HERE)
DAYS = by_day(PLAN, HERE)


def on(day: MapDay, name: str) -> OnRoute:
    return next(one for one in day.routes if one.route == name)


def test_every_day_has_every_route_and_every_zone() -> None:
    assert [day.on for day in DAYS] == [date(2031, 3, 2) + timedelta(days=t) for t in range(10)]
    assert all([one.route for one in day.routes] == [r.id for r in HERE.routes] for day in DAYS)
    assert all([place.zone for place in day.places] == ["hill", "plain"] for day in DAYS)


def test_what_the_plan_moves_is_on_the_map_once() -> None:
    assert sum(one.people for day in DAYS for one in day.routes) == PLAN.people_moved > 0
    assert sum(one.vehicles for day in DAYS for one in day.routes) == sum(
        trip.vehicles for trip in PLAN.trips
    )
    for good in HERE.goods:
        mapped = sum(one.load_g.get(good.id, 0) for day in DAYS for one in day.routes)
        assert mapped == sum(trip.load_g.get(good.id, 0) for trip in PLAN.convoys)


def test_several_fleets_of_one_day_and_road_are_one_line() -> None:
    trip = PLAN.convoys[0]
    more = replace(trip, fleet="lorries", load_g={"food": 7_000, "soap": 500})
    one = on(by_day(replace(PLAN, convoys=(trip, more)), HERE)[trip.day], trip.route)
    assert one.vehicles == 2 * trip.vehicles
    assert one.load_g == {good: trip.load_g.get(good, 0) + more.load_g.get(good, 0) for good in one.load_g}
    assert one.load_g.keys() == {*trip.load_g, "food", "soap"}


def test_a_road_is_open_only_where_whatever_leaves_can_come_home() -> None:
    for day in DAYS:
        for one in day.routes:
            assert one.open or not one.vehicles
    # Its doors open from day 2 to day 6, and the vehicles come home a day later.
    assert [day.day for day in DAYS if on(day, "to port").open] == [2, 3, 4, 5]


def test_a_trip_that_would_end_after_the_last_day_is_not_blamed_on_a_door() -> None:
    assert [day.day for day in DAYS if on(day, "to port").too_late] == [9]
    assert not any(one.too_late and (one.open or one.vehicles) for day in DAYS for one in day.routes)
    always = replace(HERE, doors=tuple(replace(d, open_days=(1,) * HERE.days) for d in HERE.doors))
    last = by_day(PLAN, always)[-1]
    assert [(one.route, one.open) for one in last.routes if one.too_late or not one.open] == [
        ("west in", False),
        ("to port", False),
    ]


def test_what_leaves_says_when_it_arrives() -> None:
    slow = replace(HERE.routes[0], out=tuple(replace(use, day_offset=2) for use in HERE.routes[0].out))
    trip = replace(PLAN.convoys[0], route=slow.id, day=1)
    days = by_day(replace(PLAN, convoys=(trip,)), replace(HERE, routes=(slow, *HERE.routes[1:])))
    assert on(days[1], slow.id).arrives == 3
    assert on(days[2], slow.id).arrives is None


def test_doors_stand_in_their_zone_open_or_shut_on_that_day() -> None:
    first = {place.zone: (place.open, place.shut) for place in DAYS[0].places}
    assert first == {
        "hill": (("aid hill", "return hill"), ()),
        "plain": ((), ("aid plain", "return plain")),
    }


def test_patients_and_their_escorts_count_as_people_who_travel() -> None:
    road = route("to clinic", "evacuation", "clinic", "plain")
    ill = replace(
        HERE,
        routes=(*HERE.routes, road),
        doors=(*HERE.doors, door("evacuation plain")),
        evacuations=(EvacuationNow("patients", "camp", 2, escorts=1),),
    )
    gone = EvacuationTrip("patients", "to clinic", "camp", "clinic", 4, "vans", 1)
    assert on(by_day(replace(PLAN, evacuations=(gone,)), ill)[4], "to clinic").people == 3


def test_it_is_plain_data_of_ids_and_numbers() -> None:
    body = to_body(DAYS, full=True)
    assert body[0]["on"] == "2031-03-02"
    assert set(body[0]["routes"][0]) == {
        *("route", "open", "vehicles", "people", "load_g", "arrives", "too_late")
    }
    assert not any(home.id in str(body) for home in HERE.households)
