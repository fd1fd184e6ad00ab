"""Why not: blockers of a purpose, and the rule that keeps one household from each of its choices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from unit.plan.invented import (
    DAYS,
    consent,
    household,
    situation,
    with_destination,
    with_door,
    with_fleet,
    with_household,
)
from waythrough.plan.program import make
from waythrough.plan.why import why_not
from waythrough.terms.problems import NotFound
from waythrough.terms.situation import Situation

NEVER = (0,) * DAYS


def codes(given: Situation) -> set[tuple[str, str]]:
    return {(blocker.about, blocker.code) for blocker in make(given).blockers}


def reasons(given: Situation, name: str) -> list[tuple[str, int, int, str]]:
    return [(r.destination, r.first_day, r.last_day, r.code) for r in why_not(given, make(given), name)]


BLOCKED: dict[str, tuple[tuple[str, str], Any]] = {
    "no household consents": (
        ("return", "no_live_consent"),
        lambda s: replace(s, households=tuple(replace(h, consents=()) for h in s.households)),
    ),
    "there are no coaches": (
        ("return", "no_fleet"),
        lambda s: replace(s, fleets=tuple(f for f in s.fleets if f.purpose == "aid")),
    ),
    "there are no trucks": (("aid", "no_fleet"), lambda s: with_fleet(s, "trucks", count=0)),
    "the stores are empty": (
        ("aid", "no_warehouse_stock"),
        lambda s: replace(s, warehouses=tuple(replace(w, stock_g={}) for w in s.warehouses)),
    ),
    "there is no store": (("aid", "no_warehouse"), lambda s: replace(s, warehouses=())),
    "no route is recorded": (("aid", "no_route"), lambda s: replace(s, routes=())),
    "nobody said what keeps people alive": (("aid", "no_life_saving_good"), lambda s: replace(s, goods=())),
    "every destination is stopped": (
        ("return", "destination_stopped"),
        lambda s: with_destination(with_destination(s, "lake", stopped=True), "port", stopped=True),
    ),
    "nobody stated reception places": (
        ("return", "no_reception_stated"),
        lambda s: replace(
            s, destinations=tuple(replace(d, per_day=None, total=None) for d in s.destinations)
        ),
    ),
    "stocks at the site are unknown and no truck drives": (
        ("aid", "stock_not_stated"),
        lambda s: replace(with_fleet(s, "trucks", count=0), sites=(replace(s.sites[0], stock_known=()),)),
    ),
}


@pytest.mark.parametrize("why", BLOCKED)
def test_a_purpose_is_blocked_and_says_why_when(why: str) -> None:
    expected, change = BLOCKED[why]
    assert expected in codes(change(situation()))


def test_nothing_is_said_to_block_a_purpose_that_moves() -> None:
    assert codes(situation()) == set()


def test_of_several_shut_doors_the_smallest_set_is_named() -> None:
    shut = with_door(with_door(situation(), "return hill", open_days=NEVER), "return plain", open_days=NEVER)
    sets = [b.doors for b in make(shut).blockers if b.code == "doors_shut"]
    assert sets == [("return hill",)]


def test_two_doors_that_only_open_a_road_together_are_named_together() -> None:
    only_port = replace(situation(), routes=situation().routes[3:])
    shut = with_door(with_door(only_port, "return hill", open_days=NEVER), "return plain", open_days=NEVER)
    sets = [b.doors for b in make(shut).blockers if b.code == "doors_shut"]
    assert sets == [("return hill", "return plain")]


# --- one household ----------------------------------------------------------------------------------------


def test_a_seated_household_has_nothing_to_explain() -> None:
    assert reasons(situation(), "ash") == []


def test_each_choice_is_told_day_by_day_with_the_first_rule_that_kills_it() -> None:
    late = tuple(consent(f"ash-{n}", town, first=8) for n in range(2) for town in ("lake", "port"))
    assert reasons(with_household(situation(), "ash", consents=late), "ash") == [
        ("lake", 0, 7, "consent_not_on_this_day"),
        ("lake", 8, 9, "door_shut"),
        ("port", 0, 7, "consent_not_on_this_day"),
        ("port", 8, 8, "door_shut"),
        ("port", 9, 9, "trip_too_long"),
    ]


def test_shut_doors_are_named_in_the_reason() -> None:
    shut = with_door(situation(), "return hill", open_days=NEVER)
    first = why_not(shut, make(shut), "ash")[0]
    assert (first.code, first.fields["doors"]) == ("door_shut", "return hill")


def test_a_household_without_consents_is_told_so_once() -> None:
    assert reasons(situation(), "hazel") == [("", 0, DAYS - 1, "wishes_to_leave_no_consent")]
    assert reasons(situation(), "juniper") == [("", 0, DAYS - 1, "wishes_to_stay")]


def test_full_reception_and_full_coaches_are_told_apart() -> None:
    homes = (household("oak", 6, "lake", weight=9), household("pine", 6, "lake"))
    full = with_destination(situation(households=homes), "lake", total=6, per_day=None)
    assert {r[3] for r in reasons(full, "pine")} == {"reception_full", "door_shut"}
    small = replace(
        situation(households=homes), fleets=(replace(situation().fleets[0], seats=6, cycle_days=10),)
    )
    assert {r[3] for r in reasons(small, "pine")} == {"no_seat", "door_shut"}


def test_reasons_never_tell_which_adult_said_no() -> None:
    given = with_household(situation(), "birch", consents=(consent("birch-0", "lake"),))
    told = str(why_not(given, make(given), "birch"))
    assert "birch-" not in told


def test_an_unknown_household_is_refused() -> None:
    given = situation()
    with pytest.raises(NotFound, match="nobody"):
        why_not(given, make(given), "nobody")
