"""Invented situations: the same each time, of the shape they say, and legal to plan from."""

from __future__ import annotations

from pathlib import Path

import pytest

from waythrough.plan import files
from waythrough.plan.check import check
from waythrough.plan.generate import SHAPES, generate
from waythrough.plan.generate.scale import SHORT_TRUCKS
from waythrough.plan.network import Network
from waythrough.plan.program import make
from waythrough.plan.units import units
from waythrough.terms.problems import InputRefused


def test_the_same_numbers_invent_the_same_situation() -> None:
    assert files.sha256(generate(200, 40, 3)) == files.sha256(generate(200, 40, 3))
    assert files.sha256(generate(200, 40, 3)) != files.sha256(generate(200, 40, 4))


def test_a_case_has_the_shape_it_should() -> None:
    made = generate(8_000, 90, 1)
    homes = made.households.columns
    consenting = [n for n in range(8_000) if homes.consent_start[n + 1] > homes.consent_start[n]]
    assert (len(made.sites), len(made.warehouses), len(made.destinations)) == (1, 3, 4)
    assert 0.58 < len(consenting) / 8_000 < 0.62
    assert 21_000 < sum(homes.size[n] for n in consenting) < 26_000
    in_kin = sum(homes.kin[n] >= 0 for n in consenting) / len(consenting)
    assert 0.09 < in_kin < 0.15
    assert 0.002 < sum(homes.stretchers) / sum(homes.size) < 0.02
    network = Network(made)
    roads = [r for r in made.routes if r.purpose == "return"]
    share = sum(network.departures[r.id].bit_count() for r in roads) / len(roads) / 90
    assert 0.3 < share < 0.7


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(3))
def test_an_invented_case_can_be_planned_and_its_plan_holds(shape: str, seed: int) -> None:
    made = generate(60, 21, seed, shape)
    assert bool(units(made)[0]) == (shape != SHORT_TRUCKS)
    assert check(made, make(made)) == []


def test_it_comes_back_from_its_file(tmp_path: Path) -> None:
    made = generate(50, 20, 2)
    assert files.load_situation(files.save(made, tmp_path / "s.json")) == made


@pytest.mark.parametrize(
    "wrong", [(0, 90, 1, "country"), (10, 0, 1, "country"), (10, 90, 1, "sphere"), (10, 9, 1, "short-trucks")]
)
def test_what_cannot_be_invented_is_refused(wrong: tuple[int, int, int, str]) -> None:
    with pytest.raises(InputRefused, match="shape"):
        generate(*wrong)
