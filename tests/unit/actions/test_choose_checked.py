"""No plan that breaks a rule leaves the room, whoever made it."""

from __future__ import annotations

import ast
import random
from dataclasses import replace
from pathlib import Path

import pytest

from unit.plan.check.test_mutants import SPOILED, spoil
from unit.plan.invented import situation
from waythrough.actions import alone, choose
from waythrough.actions.choose import Chosen, PlanBroken
from waythrough.plan import check as checker
from waythrough.plan import files, program
from waythrough.plan.check import fast
from waythrough.terms.planned import Plan

ACTIONS = Path(choose.__file__).parent


def a_person_too_many(plan: Plan) -> Plan:
    return replace(plan, people_moved=plan.people_moved + 1)


def test_a_plan_that_breaks_a_rule_cannot_be_chosen() -> None:
    plan = program.make(situation())
    assert Chosen(situation(), plan).plan is plan
    with pytest.raises(PlanBroken, match="people-moved-total") as refused:
        Chosen(situation(), a_person_too_many(plan))
    assert refused.value.exit_code == 6


def test_a_planner_gone_wrong_hands_out_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = program.make
    monkeypatch.setattr(program, "make", lambda *known, **how: a_person_too_many(right(*known, **how)))
    files.save(situation(), tmp_path / "s.json")
    with pytest.raises(PlanBroken, match="people-moved-total"):
        alone.plan_file(tmp_path / "s.json")
    assert sorted(tmp_path.iterdir()) == [tmp_path / "s.json"]


def test_a_plan_from_a_file_is_checked_before_anything_is_said_of_it(tmp_path: Path) -> None:
    plan = program.make(situation())
    files.save(situation(), tmp_path / "s.json")
    files.save(plan, tmp_path / "p.json")
    assert alone.read(tmp_path / "s.json", tmp_path / "p.json").plan == plan
    files.save(a_person_too_many(plan), tmp_path / "p.json")
    with pytest.raises(PlanBroken, match="people-moved-total"):
        alone.read(tmp_path / "s.json", tmp_path / "p.json")


@pytest.mark.parametrize("rule", [rule for rule in SPOILED if rule])
def test_a_plan_spoiled_in_any_way_cannot_be_chosen(rule: str) -> None:
    with pytest.raises(PlanBroken):
        Chosen(*spoil(SPOILED[rule], random.Random(f"choose {rule}")))


def test_no_action_makes_a_plan_but_to_choose_it() -> None:
    """Whatever calls the planner hands its plan to `Chosen` in the same breath, and `Chosen` checks it."""
    calls = 0
    for path in ACTIONS.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "program.make":
                above = parents[node]
                assert isinstance(above, ast.Call), path.name
                assert ast.unparse(above.func) == "Chosen", path.name
                calls += 1
    assert calls >= 2


def test_files_are_checked_by_either_half_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "PLAIN_UP_TO", 0)
    paths = files.save(situation(), tmp_path / "s.json"), tmp_path / "p.json"
    files.save(a_person_too_many(program.make(situation())), paths[1])
    asked: list[str] = []
    quick = fast.check
    monkeypatch.setattr(fast, "check", lambda *known: asked.append("quick") or quick(*known))
    for slow in (False, True):
        found = choose.check_files(*paths, slow=slow)
        assert [breach.rule for breach in found] == ["people-moved-total"]
    assert asked == ["quick"]
