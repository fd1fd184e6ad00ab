"""What no plan ever does, whatever the situation: told from the raw situation, without the checker's code."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from unit.plan.check.worlds import world
from unit.plan.invented import with_destination, with_household
from waythrough.plan.check import check
from waythrough.plan.program import make
from waythrough.plan.sample import Size, sample
from waythrough.plan.solver import Limits
from waythrough.terms.planned import Plan, ReturnTrip
from waythrough.terms.situation import HouseholdNow, RouteNow, Situation

QUICK = Limits(gap=1e-3, nodes=60)
SMALL = Size(households=8, days=6, destinations=2, warehouses=1, consenting=0.8, people_per_household=2)
with_aid = st.builds(lambda seed: sample(SMALL, seed), st.integers(0, 10_000))
situations = st.one_of(
    with_aid, st.builds(lambda seed: journeys_of(world(seed, homes=8)), st.integers(0, 10_000))
)
few = settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def journeys_of(s: Situation) -> Situation:
    """The same without trucks: what is looked at here are people, and convoys take long to plan."""
    return replace(s, fleets=tuple(fleet for fleet in s.fleets if fleet.purpose == "return"))


def homes(s: Situation) -> dict[str, HouseholdNow]:
    return {home.id: home for home in s.households}


def routes(s: Situation) -> dict[str, RouteNow]:
    return {route.id: route for route in s.routes}


def rides(s: Situation, p: Plan) -> list[tuple[ReturnTrip, HouseholdNow, int]]:
    return [(trip, homes(s)[seat.household], seat.vehicle) for trip in p.returns for seat in trip.seats]


def arrives(s: Situation, trip: ReturnTrip) -> int:
    return trip.day + max(use.day_offset for use in routes(s)[trip.route].out)


@few
@given(situations)
def test_whoever_rides_asked_to_and_every_adult_still_allows_it_to_the_end_of_the_margin(
    s: Situation,
) -> None:
    for trip, home, _ in rides(s, make(s, QUICK)):
        assert home.adults
        assert not home.refused
        assert trip.destination in home.choices
        for adult in home.adults:
            assert home.data_consent[adult] >= trip.day
            assert any(
                (c.adult, c.destination, c.kind) == (adult, trip.destination, "voluntary_return_movement")
                and c.first <= trip.day <= c.last - s.consent_margin_days
                for c in home.consents
            )


@few
@given(situations)
def test_no_vehicle_is_on_a_road_on_a_day_on_which_one_of_its_doors_is_not_open(s: Situation) -> None:
    plan = make(s, QUICK)
    open_days = {door.id: door.open_days for door in s.doors}
    for trip in (*plan.convoys, *plan.returns):
        route = routes(s)[trip.route]
        uses = (*route.out, *route.back)
        for use in uses:
            assert use.doors
            assert all(open_days[door][trip.day + use.day_offset] for door in use.doors)
        last = max(use.day_offset for use in uses)
        for door in route.extra_doors:
            assert all(open_days[door][trip.day : trip.day + last + 1])


@few
@given(situations)
def test_families_and_kin_stay_together(s: Situation) -> None:
    plan = make(s, QUICK)
    rows = [home.id for _, home, _ in rides(s, plan)]
    assert len(rows) == len(set(rows))
    when = {home.id: (trip.route, trip.day) for trip, home, _ in rides(s, plan)}
    for home in s.households:
        kin = [
            h.id for h in s.households if h.kin_group and (h.site, h.kin_group) == (home.site, home.kin_group)
        ]
        assert len({when.get(name) for name in kin}) <= 1


@few
@given(situations)
def test_no_vehicle_no_desk_no_door_and_no_place_takes_more_than_it_can(s: Situation) -> None:
    aboard: dict[str, Counter[object]] = {name: Counter() for name in ("seats", "special", "stretchers")}
    desk, through, received = Counter[object](), Counter[object](), Counter[object]()
    for n, trip in enumerate(make(s, QUICK).returns):
        for seat in trip.seats:
            home, at = homes(s)[seat.household], (n, trip.fleet, seat.vehicle)
            aboard["seats"][at] += home.size - home.stretchers
            aboard["special"][at] += home.special
            aboard["stretchers"][at] += home.stretchers
            assert 0 <= seat.vehicle < trip.vehicles
            desk[trip.site, trip.day] += home.size
            for span in (("day", arrives(s, trip)), ("week", arrives(s, trip) // 7), ("all", 0)):
                received[trip.destination, span] += home.size
            for use in routes(s)[trip.route].out:
                for door in use.doors:
                    through[door, trip.day + use.day_offset] += home.size
    fleets = {fleet.id: fleet for fleet in s.fleets}
    for (_, fleet, _), people in aboard["seats"].items():  # type: ignore[misc]
        assert people <= fleets[fleet].seats
    for (_, fleet, _), people in aboard["special"].items():  # type: ignore[misc]
        assert people <= fleets[fleet].special_seats
    for (_, fleet, _), people in aboard["stretchers"].items():  # type: ignore[misc]
        assert people <= fleets[fleet].stretcher_places
    sites, doors, ends = ({x.id: x for x in row} for row in (s.sites, s.doors, s.destinations))
    for (site, _), people in desk.items():  # type: ignore[misc]
        most = sites[site].registration_per_day
        assert most is None or people <= most
    for (door, _), people in through.items():  # type: ignore[misc]
        most = doors[door].max_people
        assert most is None or people <= most
    for (end, (span, _)), people in received.items():  # type: ignore[misc]
        most = {"day": ends[end].per_day, "week": ends[end].per_week, "all": ends[end].total}[span]
        assert most is None or people <= most


@few
@given(situations, st.integers(1, 50))
def test_nothing_is_gained_by_people_who_did_not_ask(s: Situation, weight: int) -> None:
    """However heavy their needs, households without consent change no journey and no convoy."""
    silent = tuple(
        replace(home, id=f"silent {n}", consents=(), weight=weight, kin_group="", wishes_to_leave=True)
        for n, home in enumerate(s.households)
    )
    asked, all_of_them = make(s, QUICK), make(replace(s, households=(*s.households, *silent)), QUICK)
    assert not {seat.household for trip in all_of_them.returns for seat in trip.seats} & {
        h.id for h in silent
    }
    assert all_of_them.convoys == asked.convoys
    assert [aim.value for aim in all_of_them.aims] == [aim.value for aim in asked.aims]


@few
@given(with_aid)
def test_nobody_is_fed_by_being_moved(s: Situation) -> None:
    """The first aim is the same whether anybody leaves or not."""
    nobody = replace(s, households=tuple(replace(home, consents=()) for home in s.households), frozen_days=0)
    assert make(s, QUICK).unmet_if_nobody_left == make(nobody, QUICK).unmet_if_nobody_left


@few
@given(situations, st.data())
def test_whoever_takes_a_consent_back_is_not_in_the_very_next_plan(s: Situation, data: st.DataObject) -> None:
    going = sorted(home.id for _, home, _ in rides(s, make(s, QUICK)))
    assume(going)
    name = data.draw(st.sampled_from(going))
    home = homes(s)[name]
    adult = data.draw(st.sampled_from(home.adults))
    taken_back = data.draw(
        st.sampled_from(
            [
                {"consents": tuple(c for c in home.consents if c.adult != adult)},
                {"data_consent": {who: day for who, day in home.data_consent.items() if who != adult}},
                {"refused": True},
            ]
        )
    )
    after = with_household(s, name, **taken_back)
    plan = make(after, QUICK)
    assert name not in {home.id for _, home, _ in rides(after, plan)}
    kin = {
        h.id for h in s.households if home.kin_group and (h.site, h.kin_group) == (home.site, home.kin_group)
    }
    assert not kin & {home.id for _, home, _ in rides(after, plan)}
    assert check(after, plan) == []


@few
@given(situations, st.data())
def test_nobody_goes_where_harm_was_reported(s: Situation, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([end.id for end in s.destinations]))
    stopped = with_destination(s, name, stopped=True, stop_reason="harm reported")
    plan = make(stopped, QUICK)
    assert name not in {trip.destination for trip in plan.returns}
    assert check(stopped, plan) == []
