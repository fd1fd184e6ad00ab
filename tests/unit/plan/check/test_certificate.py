"""The bound that follows from prices: the same by every way of counting it, and never below a legal plan."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from unit.plan.check.worlds import case, draft
from waythrough.plan import prices as planner
from waythrough.plan.check import certificate, check, fast
from waythrough.plan.check.certificate import Prices
from waythrough.plan.check.facts import Facts
from waythrough.plan.check.fast import certificate as quick
from waythrough.plan.check.fast.crowd import Crowd
from waythrough.plan.generate import generate
from waythrough.plan.network import Network
from waythrough.plan.problem import Problem, problem
from waythrough.plan.sample import Size, sample
from waythrough.terms.planned import Certificate, Plan
from waythrough.terms.situation import Situation


def with_prices(s: Situation, p: Plan, luck: random.Random, most: int, share: float = 0.5) -> Plan:
    rows = sorted(Prices(Facts(s, replace(p, certificate=Certificate({})))).named)
    chosen = {name: luck.randint(0, most) for name in rows if luck.random() < share}
    return replace(p, certificate=Certificate(chosen))


def both(s: Situation, p: Plan) -> tuple[int, int]:
    facts, crowd = Facts(s, p), Crowd(s, p)
    return certificate.bound(facts, Prices(facts)), quick.bound(crowd, Prices(crowd))


def points(s: Situation, p: Plan) -> int:
    return Facts(s, p).points


@pytest.mark.parametrize("seed", range(12))
def test_no_prices_prove_less_than_a_legal_plan_reaches(seed: int) -> None:
    s, p = case(seed)
    luck = random.Random(seed)
    for _ in range(8):
        p = with_prices(s, p, luck, luck.choice((0, 3, 40, 900)), luck.random())
        slow, columns = both(s, p)
        assert slow == columns >= points(s, p)


def at_random(whole: Problem, seed: int) -> planner.Prices:
    """Prices the planner could have found, drawn at random."""
    luck = np.random.default_rng(seed)
    free = planner.no_prices(whole.cells)
    return planner.Prices(*(luck.integers(0, 300, len(rows)) for rows in vars(free).values()))


@pytest.mark.parametrize("seed", range(10))
def test_the_planner_and_both_checkers_count_the_same_bound(seed: int) -> None:
    s = sample(Size(households=50, days=20), seed) if seed % 2 else generate(120, 20 + 25 * seed, seed)
    whole = problem(s, Network(s))
    found = at_random(whole, seed)
    p = replace(draft(s), certificate=Certificate(found.by_name(whole.cells)))
    slow, columns = both(s, p)
    assert slow == columns
    # Of a family larger than a day's places the planner still counts the journey; the checker knows better.
    assert slow <= planner.bound(whole, found)


def test_where_every_family_finds_places_the_planner_and_the_checker_agree_to_the_last_point() -> None:
    s = generate(300, 40, 5)
    whole = problem(s, Network(s))
    found = at_random(whole, 5)
    stated = planner.bound(whole, found)
    p = replace(draft(s), certificate=Certificate(found.by_name(whole.cells)))
    assert both(s, p) == (stated, stated)


def test_prices_beyond_all_reason_are_counted_exactly_all_the_same() -> None:
    s, p = case(3)
    p = with_prices(s, p, random.Random(3), 2**52)
    slow, columns = both(s, p)
    assert slow == columns > 2**60


def test_weights_that_would_leave_64_bits_are_left_to_the_plain_loops() -> None:
    s, p = case(3)
    homes = tuple(replace(h, weight=2**52) for h in s.households)
    assert fast.fits(s, p)
    assert not fast.fits(replace(s, households=homes), p)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_sound_plan_with_any_prices_is_sound_when_it_states_what_follows(share: float) -> None:
    s, p = case(5)
    p = with_prices(s, p, random.Random(5), 50, share)
    stated, _ = both(s, p)
    aims = tuple(replace(a, bound=stated) if a.name == "journeys" else a for a in p.aims)
    assert check(s, replace(p, aims=aims)) == []
    less = tuple(replace(a, bound=stated - 1) if a.name == "journeys" else a for a in p.aims)
    assert {b.rule for b in check(s, replace(p, aims=less))} >= {"certificate-bound"}
