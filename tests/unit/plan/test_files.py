"""Situations and plans as files: what is written is read back, and nothing else is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from unit.plan.invented import situation, with_household
from waythrough.plan.files import canonical, load_plan, load_situation, save, sha256
from waythrough.plan.generate import generate
from waythrough.plan.program import make
from waythrough.terms.codec import to_body
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


# --- numbers and names --------------------------------------------------------------------------------------


def refused(path: Path, content: str) -> InputRefused:
    """How a reader refuses a file with this content."""
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputRefused) as problem:
        (load_plan if path.name == "p.json" else load_situation)(path)
    assert str(path) in problem.value.sentence()
    assert problem.value.remedy()
    return problem.value


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ('"days": 10', '"days": 10.0', "days"),
        ('"days": 10', '"days": NaN', "NaN"),
        ('"days": 10', '"days": Infinity', "Infinity"),
        ('"days": 10', '"days": 1e400', "days"),
        ('"days": 10', '"days": 9007199254740992', "days"),
        ('"days": 10', '"days": -9007199254740992', "days"),
        ('"days": 10', '"days": true', "days"),
        ('"days": 10', '"days": "10"', "days"),
        ('"days": 10', '"days": 0', "days"),
        ('"days": 10', '"days": 11', "open_days"),
        ('"days": 10', '"days": 10, "days": 9', "twice"),
        ('"days": 10', '"days": 1000000', "days"),
        ('"first_day": "2031-03-02"', '"first_day": "2 March"', "first_day"),
        ('"time_zone": "UTC"', '"time_zone": ""', "time_zone"),
        ('"kin_names": ["trees"]', '"kin_names": [7]', "kin_names[0]"),
        ('"size": [4,', '"size": [4.0,', "size[0]"),
        ('"size": [4,', '"size": [true,', "size[0]"),
        ('"size": [4,', '"size": [9007199254740992,', "size[0]"),
        ('"size": [4,', '"size": [-4,', "size[0]"),
        ('"size": [4,', '"size": [4, 4,', "size"),
        ('"kin": [-1,', '"kin": [-2,', "kin[0]"),
        ('"site": [0,', '"site": [1,', "site[0]"),
        ('"special": [0,', '"special": [5,', "households row 0"),
        ('"ids": ["ash", "birch"', '"ids": ["ash", "ash"', "ids"),
        ('"id": "vans"', '"id": "trucks"', "fleets[2]"),
        ('"id": "port"', '"id": "lake"', "destinations[1]"),
        ('"payload_g": 150000', '"payload_g": -1', "fleets[1]"),
        ('"open_days": [1, 1', '"open_days": [1, 2', "doors[0].open_days"),
    ],
)
def test_a_situation_with_something_that_cannot_be_is_refused_with_its_place(
    field: str, written: str, said: str, tmp_path: Path
) -> None:
    text = save(situation(), tmp_path / "s.json").read_text(encoding="utf-8")
    assert field in text
    assert said in refused(tmp_path / "s.json", text.replace(field, written, 1)).sentence()


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ('"people_moved": 22', '"people_moved": 22.5', "people_moved"),
        ('"people_moved": 22', '"people_moved": 22, "people_moved": 21', "twice"),
        ('"slices": 0', '"slices": -1', "slices"),
        ('"vehicle": 0', '"vehicle": 12345678901234567890', "vehicle"),
    ],
)
def test_a_plan_with_something_that_cannot_be_is_refused_with_its_place(
    field: str, written: str, said: str, tmp_path: Path
) -> None:
    text = save(make(situation()), tmp_path / "p.json").read_text(encoding="utf-8")
    if field.startswith('"slices"'):
        text, field = text.replace("{\n", "{\n " + field + ",\n", 1), field
    assert field in text
    assert said in refused(tmp_path / "p.json", text.replace(field, written, 1)).sentence()


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    for load in (load_plan, load_situation):
        with pytest.raises(InputRefused, match=r"nowhere\.json"):
            load(tmp_path / "nowhere.json")


def test_a_file_nested_beyond_reason_is_refused_and_not_a_crash(tmp_path: Path) -> None:
    assert "no JSON" in refused(tmp_path / "s.json", "[" * 100_000).sentence()


def test_households_may_be_written_by_hand_one_by_one(tmp_path: Path) -> None:
    path = save(situation(), tmp_path / "s.json")
    body = json.loads(path.read_text())
    body["households"] = to_body(tuple(situation().households))
    path.write_text(json.dumps(body))
    assert load_situation(path) == situation()
    assert sha256(load_situation(path)) == sha256(situation())


def test_the_hash_changes_with_any_column_of_households() -> None:
    before = sha256(situation())
    for change in ({"size": 3}, {"weight": 2}, {"refused": True}, {"kin_group": "x"}, {"consents": ()}):
        assert sha256(with_household(situation(), "ash", **change)) != before


def test_two_hundred_households_are_a_line_a_column(tmp_path: Path) -> None:
    s = generate(200, 20, 1)
    path = save(s, tmp_path / "s.json")
    assert load_situation(path) == s
    assert len(path.read_text().splitlines()) < 120
