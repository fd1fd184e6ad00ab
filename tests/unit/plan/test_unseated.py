"""Households without a seat are counted in columns as they would be one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from waythrough.plan.network import Network
from waythrough.plan.problem import problem
from waythrough.plan.sample import Size, sample
from waythrough.plan.units import units
from waythrough.plan.why.unseated import unseated


@pytest.mark.parametrize("seed", range(60))
def test_the_columns_say_what_each_household_says(seed: int) -> None:
    made = sample(Size(households=80, open_share=0.3), seed)
    if seed % 3 == 0:  # nobody of some kin, so that each household speaks for itself
        made = replace(made, households=[replace(h, kin_group="") for h in made.households])  # type: ignore[arg-type]
    network = Network(made)
    whole = problem(made, network)
    able, out = units(made)
    aboard = {home.id for home in able[0].households} if able else set()
    counted = unseated(made, network, whole, aboard)
    assert {code: n for code, n in counted.items() if code in set(out.values())} == Counter(out.values())
    assert sum(counted.values()) == 80 - len(aboard)


def test_who_has_a_seat_is_not_counted() -> None:
    made = sample(Size(households=30), 4)
    everyone = {home.id for home in made.households}
    network = Network(made)
    assert unseated(made, network, problem(made, network), everyone) == {}
