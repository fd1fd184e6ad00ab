"""What a door is worth: the same program solved again, never a price."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from unit.plan.invented import DAYS, situation, with_door
from waythrough.plan.doors import door_values, opened, shut
from waythrough.plan.program import make
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
