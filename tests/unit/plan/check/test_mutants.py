"""Every rule is attacked by plans spoiled on purpose, and both halves of the checker must name it.

`make test` spoils each rule a few times; WAYTHROUGH_TORTURE=1 (`make torture`) three hundred times and more, ten
thousand plans and more in all, and prints how many there were of each.
"""

from __future__ import annotations

import functools
import os
import random
from pathlib import Path

import pytest

from unit.plan.check import spoil_evacuations, spoil_people, spoil_trips
from unit.plan.check.changing import NothingToSpoil
from unit.plan.check.worlds import Case, case
from unit.plan.corruptions import CORRUPTIONS
from unit.plan.invented import situation
from waythrough.plan.check import check, fast
from waythrough.plan.check.rules import NAMES
from waythrough.plan.files import canonical, load_plan

TORTURE = bool(os.environ.get("WAYTHROUGH_TORTURE"))
EACH = 310 if TORTURE else 5
WORLDS = 150 if TORTURE else 6
SPOILED = {**spoil_people.SPOILED, **spoil_trips.SPOILED, **spoil_evacuations.SPOILED}
EITHER = (*spoil_people.SPOILED[""], *spoil_trips.SPOILED[""])
RULES = [name for names in NAMES.values() for name in names]
COUNTED: dict[str, int] = {}


@functools.cache
def sound(seed: int) -> Case:
    return case(seed)


def breaches(found: Case) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(rule, place) of every breach by the readable checker and by the quick one."""
    assert fast.fits(*found)
    slow, quick = check(*found, slow=True), fast.check(*found)
    return {(b.rule, b.place) for b in slow}, {(b.rule, b.place) for b in quick}


def spoil(ways: tuple[object, ...], luck: random.Random) -> Case:
    """A plan spoiled in one of these ways: the first of some worlds that has what the way needs."""
    for _ in range(200):
        way = luck.choice(ways)
        try:
            return way(luck, *sound(luck.randrange(WORLDS)))  # type: ignore[operator]
        except NothingToSpoil:
            continue
    raise AssertionError("no world has anything to spoil in this way")


@pytest.mark.parametrize("seed", range(WORLDS))
def test_the_plans_to_be_spoiled_are_sound_for_both(seed: int) -> None:
    assert breaches(sound(seed)) == (set(), set())


@pytest.mark.parametrize("seed", range(WORLDS))
def test_a_sound_plan_with_an_evacuation_is_sound_for_both(seed: int) -> None:
    luck = random.Random(f"ill {seed}")
    found = spoil((spoil_evacuations.ill,), luck)
    assert found[1].evacuations
    assert breaches(found) == (set(), set())


def test_every_rule_is_attacked() -> None:
    assert set(SPOILED) - {""} == set(RULES)
    assert len(RULES) == len(set(RULES)) >= 60


@pytest.mark.parametrize("rule", RULES)
def test_a_spoiled_plan_is_refused_by_both_with_the_rule_it_breaks(rule: str) -> None:
    luck, seen = random.Random(f"spoil {rule}"), set()
    for _ in range(20 * EACH):
        spoiled = spoil(SPOILED[rule], luck)
        mark = (canonical(spoiled[0]), canonical(spoiled[1]))
        if mark in seen:
            continue
        seen.add(mark)
        slow, quick = breaches(spoiled)
        assert rule in {name for name, _ in quick}
        assert slow == quick
        if len(seen) == EACH:
            break
    assert len(seen) >= EACH
    COUNTED[rule] = len(seen)
    print(f"{rule}: {len(seen)} plans spoiled, {len(seen)} refused by both with this rule")


def test_both_find_the_same_whatever_is_changed() -> None:
    luck, illegal = random.Random("either"), 0
    for _ in range(2_000 if TORTURE else 200):
        slow, quick = breaches(spoil(EITHER, luck))
        assert slow == quick
        illegal += bool(slow)
    print(f"anything: {illegal} of {2_000 if TORTURE else 200} plans illegal, the same for both")
    assert illegal > 50


def test_both_find_the_same_in_plans_spoiled_several_times() -> None:
    luck, illegal, times = random.Random("several"), 0, 1_000 if TORTURE else 100
    for _ in range(times):
        found = sound(luck.randrange(WORLDS))
        for way in luck.sample([way for ways in SPOILED.values() for way in ways], 3):
            try:
                found = way(luck, *found)
            except (NothingToSpoil, StopIteration, IndexError, KeyError):
                continue  # what came before took away what this way would spoil
        slow, quick = breaches(found)
        assert slow == quick
        illegal += bool(slow)
    assert illegal > times * 0.9


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_quick_checker_names_what_the_readable_one_names(name: str) -> None:
    slow, quick = breaches(CORRUPTIONS[name][1](*planned()))
    assert CORRUPTIONS[name][0] in {rule for rule, _ in slow}
    assert slow == quick


@functools.cache
def planned() -> Case:
    return situation(), load_plan(Path(__file__).parents[1] / "invented_plan.json")
