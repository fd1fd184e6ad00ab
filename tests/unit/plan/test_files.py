"""Situations and plans as files: what is written is read back, and nothing else is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from unit.plan.invented import situation
from waythrough.plan.files import canonical, load_plan, load_situation, save, sha256
from waythrough.plan.program import make
from waythrough.terms.problems import InputRefused


def test_a_situation_and_its_plan_come_back_as_they_were(tmp_path: Path) -> None:
    given, plan = situation(), make(situation())
    assert load_situation(save(given, tmp_path / "s.json")) == given
    assert load_plan(save(plan, tmp_path / "p.json")) == plan
    assert json.loads((tmp_path / "s.json").read_text())["schema"] == "waythrough/situation/2"


def test_the_plan_carries_the_hash_of_its_situation() -> None:
    assert make(situation()).situation_sha256 == sha256(situation())
    assert sha256(situation()) == hashlib.sha256(canonical(situation())).hexdigest()
    assert sha256(situation()) != sha256(situation(days=9))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"schema": "waythrough/plan/2"}', "\x00"])
def test_anything_else_is_refused_with_the_name_of_the_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)
    for load in (load_plan, load_situation):
        with pytest.raises(InputRefused, match=r"other\.json"):
            load(path)


def test_a_file_with_a_field_too_many_is_refused(tmp_path: Path) -> None:
    path = save(situation(), tmp_path / "s.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"priority_origin": "north"}))
    with pytest.raises(InputRefused, match="priority_origin"):
        load_situation(path)
