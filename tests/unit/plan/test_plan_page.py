"""The page about the plan is true: its sums, its example, and the names of its rules."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from waythrough.plan.check import certificate, check, fast, main
from waythrough.plan.check.certificate import Prices
from waythrough.plan.check.facts import Facts
from waythrough.plan.check.rules import NAMES
from waythrough.plan.files import load_plan, load_situation, save
from waythrough.plan.program import make

PAGES = Path(__file__).resolve().parents[3] / "docs/reference"
PAGE = (PAGES / "plan.md").read_text(encoding="utf-8")
EXAMPLE = [PAGES / "plan-example/situation.json", PAGES / "plan-example/plan.json"]
SITUATION, PLAN = load_situation(EXAMPLE[0]), load_plan(EXAMPLE[1])


def sums() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = re.findall(r"^([-+*0-9 (),max]+) = (\d+)$", PAGE, re.MULTILINE)
    return found


def test_the_page_has_sums_to_try() -> None:
    assert len(sums()) >= 11


@pytest.mark.parametrize(("left", "right"), sums())
def test_every_sum_on_the_page_is_right(left: str, right: str) -> None:
    assert eval(left, {"__builtins__": {"max": max}}) == int(right)  # noqa: S307  # digits, signs and max only


def test_the_example_is_sound_for_both_checkers_and_as_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(SITUATION, PLAN, slow=True) == fast.check(SITUATION, PLAN) == []
    assert main([str(path) for path in EXAMPLE]) == 0
    assert capsys.readouterr().out in PAGE


def test_the_figures_of_the_example_are_those_on_the_page() -> None:
    facts = Facts(SITUATION, PLAN)
    aims = {aim.name: aim for aim in PLAN.aims}
    assert PLAN.certificate is not None
    assert PLAN.certificate.prices == {"seats|camp to lake|1": 10}
    assert certificate.bound(facts, Prices(facts)) == aims["journeys"].bound == 480
    assert facts.points == aims["journeys"].value == 460
    assert f"{aims['journeys'].gap or 0:.1%}" == "4.2%"
    assert PLAN.unmet_if_nobody_left == 0


def test_a_bound_one_point_better_than_the_prices_prove_is_refused(tmp_path: Path) -> None:
    aims = tuple(replace(aim, bound=479) if aim.name == "journeys" else aim for aim in PLAN.aims)
    path = save(replace(PLAN, aims=aims), tmp_path / "plan.json")
    assert main([str(EXAMPLE[0]), str(path)]) == 6
    assert [breach.rule for breach in check(SITUATION, load_plan(path))] == ["certificate-bound"]


def test_the_planner_finds_the_best_plan_of_the_example() -> None:
    plan = make(SITUATION)
    assert next(aim.value for aim in plan.aims if aim.name == "journeys") == 460
    assert plan.unmet_if_nobody_left == 0


def test_every_rule_of_the_checker_stands_on_the_page_under_its_number() -> None:
    for number, rules in NAMES.items():
        row = (
            next(line for line in PAGE.splitlines() if line.startswith(f"| {number} "))
            if number[0] == "H"
            else PAGE
        )
        assert [rule for rule in rules if f"`{rule}`" not in row] == [], number


def test_every_row_of_a_certificate_stands_on_the_page() -> None:
    rows = Prices(Facts(SITUATION, PLAN))
    assert {name.split("|")[0] for name in rows.named} <= set(re.findall(r"`(\w+)\\\|", PAGE))


def test_the_example_files_are_written_as_we_write_files(tmp_path: Path) -> None:
    for path, value in zip(EXAMPLE, (SITUATION, PLAN), strict=True):
        assert json.loads(path.read_text()) == json.loads(save(value, tmp_path / path.name).read_text())
