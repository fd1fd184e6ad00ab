"""How often windows end early and movements are stopped: the assumption, and a party's record on top of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unit.plan.invented import situation
from waythrough.plan.futures import Policy, of_plan, simulate
from waythrough.plan.futures.many import door_bits, keys
from waythrough.plan.futures.rates import of_record
from waythrough.plan.futures.world import board
from waythrough.plan.program import make
from waythrough.terms.estimates import Kept, NotComputable, Outlook
from waythrough.terms.situation import Situation


def with_record(kept: Kept) -> Situation:
    """The party of the door of the hill has a record; nothing else is known of anybody."""
    now = situation()
    nothing = NotComputable("chance", "no case", now.as_of)
    doors = tuple(replace(d, open_days=(1,) * now.days) for d in now.doors)
    return replace(now, doors=doors, outlooks=(Outlook("return hill", nothing, nothing, 0, 28, kept=kept),))


def test_with_no_record_the_assumption_stands_and_a_record_soon_outweighs_it() -> None:
    policy = Policy(suspended_per_1000_days=5, impeded_percent=10)
    assumed = of_record("x", None, policy)
    assert (assumed.suspended_per_1000_days, assumed.impeded_percent) == (5.0, 10.0)
    empty = of_record("x", Kept(0, 0, 0, 0), policy)
    assert (empty.suspended_per_1000_days, empty.impeded_percent) == pytest.approx((5.0, 10.0))
    # One window of 200 days and one movement of ten is what is assumed; two more in as many, and it has doubled.
    worse = of_record("x", Kept(200, 3, 10, 3), policy)
    assert (worse.suspended_per_1000_days, worse.impeded_percent) == pytest.approx((10.0, 20.0))
    much = of_record("x", Kept(100_000, 3_000, 10_000, 5_000), policy)
    assert (much.suspended_per_1000_days, much.impeded_percent) == pytest.approx((30.0, 50.0), rel=0.02)


def test_none_assumed_means_none_whatever_the_record() -> None:
    calm = of_record("x", Kept(100, 50, 10, 10), Policy(suspended_per_1000_days=0, impeded_percent=0))
    assert (calm.suspended_per_1000_days, calm.impeded_percent) == (0.0, 0.0)


def test_doors_of_a_party_that_takes_its_yeses_back_shut_early_and_others_do_not() -> None:
    policy = Policy(ask="waiting", impeded_percent=0)
    now = board(with_record(Kept(200, 39, 0, 0)), policy)
    bits = door_bits(now.world.answers, keys(1, 0, 20_000))[:, :, 0]
    last = (bits >> np.uint64(9) & np.uint64(1)).mean(axis=0)
    open_on_last = dict(zip(now.doors, last.tolist(), strict=True))
    # 40 ends in 400 days: a tenth a day.
    assert open_on_last["return hill"] == pytest.approx(np.exp(-0.1 * 10), abs=0.02)
    assert open_on_last["return plain"] == pytest.approx(np.exp(-0.005 * 10), abs=0.01)


def test_movements_are_stopped_as_often_as_the_record_says_and_the_record_is_told() -> None:
    now = with_record(Kept(0, 0, 30, 11))
    plan = make(now, slices=1)
    policy = Policy(ask="waiting", suspended_per_1000_days=0)
    found = of_plan(now, plan, policy, futures=4_000)
    through_the_hill = [t for t in found.trips if t.route == "to lake"]
    assert through_the_hill
    assert all(t.turned_back.value == pytest.approx(12 / 40, abs=0.03) for t in through_the_hill)
    (told,) = found.rates
    assert (told.party, told.tried, told.stopped) == ("party of return hill", 30, 11)
    assert told.impeded_percent == pytest.approx(30.0)
    assert simulate(now, policy, futures=200).rates == (told,)
    assert simulate(situation(), futures=200).rates == ()
