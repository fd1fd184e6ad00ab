"""What a door is worth: the same program solved again, never a price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from unit.plan.invented import DAYS, situation, with_door
from waythrough.plan.doors import convoys, door_values, luck, opened, sampled, shut
from waythrough.plan.doors.changes import SHUTS, Change, closings, openings
from waythrough.plan.doors.luck import Luck
from waythrough.plan.doors.worth import CEILING, Base
from waythrough.plan.futures import Policy
from waythrough.plan.network import Network
from waythrough.plan.prices.lp import SampledLp
from waythrough.plan.problem import problem
from waythrough.plan.program import make
from waythrough.plan.sample import Size, sample
from waythrough.terms.estimates import Estimate, NotComputable, Outlook
from waythrough.terms.planned import DoorValue
from waythrough.terms.situation import Situation

NEVER = (0,) * DAYS


def closed(*doors: str) -> Situation:
    given = replace(situation(), convoy_spacing_days=1, min_convoy_vehicles=1)
    for name in doors:
        given = with_door(given, name, open_days=NEVER, state="closed")
    return given


def values(given: Situation, **more: int) -> dict[tuple[tuple[str, ...], str], DoorValue]:
    return {(v.doors, v.change): v for v in door_values(given, make(given), **more)}


def outlook(name: str, delay: float | None) -> Outlook:
    def estimate(value: float) -> Estimate:
        return Estimate(value, value, value, 0.9, "day", "invented", date(2031, 3, 1), ())

    unknown = NotComputable("delay", "no case", date(2031, 3, 1))
    return Outlook(name, estimate(0.4), unknown if delay is None else estimate(delay), 5, 28)


def test_a_value_is_the_difference_between_two_plans() -> None:
    given = closed("return hill", "return plain", "aid hill")
    found = values(given)
    base = make(given)
    for (doors, change), value in found.items():
        if change == "opens":
            after = make(opened(given, doors, 0, 10))
            assert value.person_days_fed == base.unmet_if_nobody_left - after.unmet_if_nobody_left
            assert value.people_moved == after.people_moved - base.people_moved
    assert found[("aid hill",), "opens"].person_days_fed > 0
    assert found[("return hill",), "opens"].people_moved > 0


def test_a_door_behind_another_shut_door_is_worth_nothing_alone_and_much_together() -> None:
    only_port = replace(closed("return hill", "return plain"), routes=situation().routes[3:])
    found = values(only_port)
    assert found[("return plain",), "opens"].people_moved == 0
    assert found[("return plain",), "opens"].note == "still_shut: return hill"
    assert found[("return hill", "return plain"), "opens"].people_moved > 0
    alone = {doors for doors, _ in values(only_port, pairs=False)}
    assert ("return hill", "return plain") not in alone


def test_losing_an_open_door_is_told_as_a_loss() -> None:
    given = closed()
    found = values(given)
    lost = found[("aid hill",), "shuts"]
    after = make(shut(given, ("aid hill",), 0))
    assert lost.person_days_fed == make(given).unmet_if_nobody_left - after.unmet_if_nobody_left < 0
    assert not any(v.person_days_fed < 0 or v.people_moved < 0 for (_, c), v in found.items() if c != "shuts")


def test_ask_by_is_the_last_useful_opening_less_the_usual_delay() -> None:
    given = replace(closed("return hill"), outlooks=(outlook("return hill", 3.5),))
    value = values(given)[("return hill",), "opens"]
    # The road to the lake is driven there and back on one day: an opening on the last day still helps someone.
    assert value.ask_by == given.first_day + timedelta(days=DAYS - 1 - 4)
    assert value.chance is not None
    assert value.cases == 5


def test_no_ask_by_is_told_when_nobody_knows_how_long_an_answer_takes() -> None:
    given = replace(closed("return hill"), outlooks=(outlook("return hill", None),))
    assert values(given)[("return hill",), "opens"].ask_by is None
    assert values(closed("return hill"))[("return hill",), "opens"].ask_by is None


def test_doors_that_cannot_be_told_apart_share_a_rank_and_name_each_other() -> None:
    given = closed("return hill", "return plain")
    twin = replace(given.doors[2], id="return twin")
    routes = tuple(
        replace(r, out=tuple(replace(u, doors=("return hill",)) for u in r.out), back=())
        if r.id == "to lake"
        else replace(r, end="lake", out=tuple(replace(u, doors=("return twin",)) for u in r.out), back=())
        for r in given.routes[2:]
    )
    routes = (routes[0], replace(routes[0], id="to lake again", out=routes[1].out[:1]))
    found = values(replace(given, doors=(*given.doors, twin), routes=routes))
    one, other = found[("return hill",), "opens"], found[("return twin",), "opens"]
    assert one.rank == other.rank == 1
    assert ("return twin",) in one.tied_with
    assert ("return hill",) in other.tied_with


def test_values_come_in_the_same_order_every_time() -> None:
    given = closed("return hill", "aid plain")
    plan = make(given)
    assert door_values(given, plan) == door_values(given, plan)


@pytest.mark.parametrize("from_day", [0, 4])
def test_an_opening_from_a_later_day_is_worth_no_more(from_day: int) -> None:
    given = closed("aid hill")
    now = values(given)[("aid hill",), "opens"].person_days_fed
    later = values(given, from_day=from_day)[("aid hill",), "opens"].person_days_fed
    assert later <= now


# --- large cases --------------------------------------------------------------------------------------------


def crowd(seed: int, households: int = 60) -> Base:
    """Many households and one plan that does nothing: samples are compared with themselves."""
    given = sample(Size(households=households, days=24, zones=4, destinations=4, consenting=0.9), seed)
    return Base(given, make(replace(given, households=())))


def tried(base: Base) -> list[tuple[Change, dict[str, int]]]:
    network = base.network
    found = [*openings(network, 0, 8, pairs=True), *closings(network, 0)]
    return [(change, change.days(network)) for change in found]


@pytest.mark.parametrize("seed", range(5))
def test_what_everybody_s_prices_prove_is_what_solving_again_gives(seed: int) -> None:
    base = crowd(seed)
    made = tried(base)
    for (change, days), worth in zip(made, sampled.journeys(base, made, share=1.0), strict=True):
        assert (worth.share <= 0.0) if change.kind == SHUTS else (worth.share >= 0.0)
        now, after = best(base, base.network.departures), best(base, days)
        assert worth.share == pytest.approx((after - now) / max(now, 1.0), abs=2e-3)


def best(base: Base, days: dict[str, int]) -> float:
    """The true best of the linear program over everybody, on a problem of its own."""
    network = Network(base.situation)
    whole = problem(base.situation, network, days)
    shut_cells = sampled._shut(whole, days)
    return SampledLp(whole, 1.0).solve(shut_cells).value


@pytest.mark.parametrize("seed", range(12))
def test_no_door_that_was_not_looked_at_is_worth_a_look(seed: int) -> None:
    base = crowd(seed)
    made = [one for one in tried(base) if one[0].kind != SHUTS]
    found = sampled.journeys(base, made, share=1.0)
    now = best(base, base.network.departures)
    for (_, days), worth in zip(made, found, strict=True):
        gain = (best(base, days) - now) / max(now, 1.0)
        if worth.ceiling is not None:
            assert gain <= worth.ceiling + 1e-3
        if worth.method == CEILING:
            assert gain <= sampled.HOPELESS + 1e-3


def two_camps_apart(seed: int) -> Base:
    """Two camps with roads, doors and vehicles of their own, to the same towns."""
    given = crowd(seed, households=160).situation

    def other(name: str) -> str:
        return f"{name} b"

    doors = tuple(replace(d, id=other(d.id), open_days=d.open_days[::-1]) for d in given.doors)
    roads = tuple(
        replace(
            r, id=other(r.id), site="camp b",
            out=tuple(replace(u, doors=tuple(map(other, u.doors))) for u in r.out),
            back=tuple(replace(u, doors=tuple(map(other, u.doors))) for u in r.back),
            extra_doors=tuple(map(other, r.extra_doors)),
        )
        for r in given.routes
    )  # fmt: skip
    fleets = tuple(
        replace(f, id=name(f.id), routes=tuple(r.id for r in some if r.purpose == f.purpose))
        for f in given.fleets
        for name, some in ((str, given.routes), (other, roads))
    )
    homes = tuple(
        replace(h, site="camp b", kin_group="") if n % 2 else replace(h, kin_group="")
        for n, h in enumerate(given.households)
    )
    given = replace(
        given, sites=(*given.sites, replace(given.sites[0], id="camp b")), doors=(*given.doors, *doors),
        routes=(*given.routes, *roads), fleets=fleets, households=homes,
    )  # fmt: skip
    return Base(given, make(replace(given, households=())))


@pytest.mark.parametrize("seed", range(3))
def test_losses_solved_site_by_site_are_about_those_of_the_whole(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = two_camps_apart(seed)
    made = [one for one in tried(base) if len(one[0].doors) == 1]
    apart = sampled.journeys(base, made, share=0.9)
    monkeypatch.setattr(sampled, "part_of_sites", lambda problem: np.zeros(2, np.int64))
    whole = sampled.journeys(base, made, share=0.9)
    assert max(worth.share for worth in whole) > 0.005
    assert min(worth.share for worth in whole) < -0.1
    for (change, _), one, other in zip(made, apart, whole, strict=True):
        assert one.share == pytest.approx(other.share, abs=0.03 if change.kind == SHUTS else 1e-3)


def test_what_is_solved_next_does_not_depend_on_options_that_joined_in_between() -> None:
    base = crowd(1, households=160)
    whole = problem(base.situation, base.network)
    program = SampledLp(whole, 1.0, near=SampledLp(whole, 0.1).solve().prices, missing=0.0)
    before, stand = program.solve().value, program.keep()
    program.solve(whole.cells.day > 6)
    program.back_to(stand)
    assert program.solve().value == pytest.approx(before, rel=1e-9)


def test_changes_solved_side_by_side_are_those_solved_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    base = crowd(3, households=160)
    made = tried(base)
    beside = sampled.journeys(base, made, share=0.6)
    monkeypatch.setattr(sampled, "AT_ONCE", 1)
    for one, other in zip(sampled.journeys(base, made, share=0.6), beside, strict=True):
        assert one.share == pytest.approx(other.share, abs=2e-3)
        assert one.method == other.method
    assert min(worth.share for worth in beside) < -0.1


def test_where_nobody_may_leave_no_door_is_worth_anybody() -> None:
    base = crowd(1)
    refused = tuple(replace(home, refused=True) for home in base.situation.households)
    nobody = Base(replace(base.situation, households=refused), base.plan)
    for worth in sampled.journeys(nobody, tried(nobody)):
        assert (worth.number, worth.share, worth.ceiling) == (0, 0.0, 0.0)


def test_an_error_that_all_losses_share_does_not_hide_which_is_larger() -> None:
    base = crowd(0)
    losses = [one for one in tried(base) if one[0].kind == SHUTS]
    for worth in sampled.journeys(base, losses):
        assert worth.error > worth.shared > 0


def test_a_door_is_skipped_where_prices_show_that_it_cannot_be_worth_a_look() -> None:
    """Everybody can leave on the first days by an open road; a second road to the same place adds nothing."""
    given = closed("return plain")
    lake = next(r for r in given.routes if r.id == "to lake")
    late = replace(lake, id="late to lake", out=given.routes[3].out, back=())
    given = replace(given, routes=(*given.routes[:3], late))
    base = Base(given, make(given))
    made = [(change, change.days(base.network)) for change in openings(base.network, 7, 2, pairs=False)]
    found = {change.doors: w for (change, _), w in zip(made, sampled.journeys(base, made, 1.0), strict=True)}
    assert base.worth > 0
    assert found["return plain",].method == CEILING
    assert best(base, dict(made)[Change(("return plain",), "opens", 7, 2)]) == best(
        base, base.network.departures
    )


def test_aid_in_parts_of_convoys_is_never_worth_less_than_in_whole_ones() -> None:
    given = closed("aid hill")
    base = Base(given, make(given))
    made = [(change, change.days(base.network)) for change in openings(base.network, 0, 10, pairs=False)]
    values_whole = values(given)
    for (change, _), worth in zip(made, convoys.fed(base, made), strict=True):
        assert worth.number >= 0
        if change.doors == ("aid hill",):
            assert worth.number > 0
            assert worth.number == pytest.approx(values_whole[change.doors, "opens"].person_days_fed, rel=0.3)


# --- futures ------------------------------------------------------------------------------------------------


def test_with_nothing_left_to_chance_the_interval_is_one_number() -> None:
    given = closed("return hill")
    sure = Luck(
        Base(given, make(given)), 200, policy=Policy("waiting", suspended_per_1000_days=0, impeded_percent=0)
    )
    people, fed, nothing = sure.spread(Change(("return hill",), "opens", 0, 10))
    assert people.low == people.value == people.high > 0
    assert (fed.low, fed.high) == (0.0, 0.0)
    assert nothing == 0


def test_an_interval_holds_what_the_door_is_worth_when_the_other_doors_answer_or_not() -> None:
    only_port = replace(closed("return hill", "return plain"), routes=situation().routes[3:])
    waits = with_door(only_port, "return hill", state="waiting")
    waits = replace(waits, outlooks=(outlook("return hill", 1.0), outlook("return plain", 1.0)))
    calm = Policy("waiting", suspended_per_1000_days=0, impeded_percent=0)
    played = Luck(Base(waits, make(waits)), 500, policy=calm)
    people, _, nothing = played.spread(Change(("return plain",), "opens", 0, 10))
    # The other door says yes in four futures of ten: alone this door is worth nothing, with it much.
    assert people.low == 0
    assert people.high > 0
    assert 0.5 < nothing < 0.7
    together, _, never = played.spread(Change(("return hill", "return plain"), "opens", 0, 10))
    assert together.low > 0
    assert never == 0


def test_intervals_do_not_depend_on_the_loops_that_play_them(monkeypatch: pytest.MonkeyPatch) -> None:
    base = crowd(2)
    changes = [change for change, _ in tried(base)]
    plain = Luck(base, 50)
    one_by_one = [plain.spread(change) for change in changes]
    assert plain.engine is None
    monkeypatch.setattr(luck, "COMPILED_FROM", 1)
    assert Luck(base, 50).spreads(changes) == one_by_one


def test_asking_must_be_sooner_where_answers_may_be_slow() -> None:
    given = closed("return hill")
    slow = replace(
        outlook("return hill", 3.5), delay_days=Estimate(3.5, 1, 6, 0.9, "day", "x", given.as_of, ())
    )
    value = values(replace(given, outlooks=(slow,)))[("return hill",), "opens"]
    assert value.ask_by == given.first_day + timedelta(days=DAYS - 1 - 4)
    assert value.ask_by_if_slow == given.first_day + timedelta(days=DAYS - 1 - 6)
