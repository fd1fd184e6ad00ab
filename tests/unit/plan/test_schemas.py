"""The published schemas say what the reader of files accepts: every field, and nothing else."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from unit.plan.check.worlds import case
from unit.plan.invented import situation
from waythrough.plan.files import load_plan, load_situation, save
from waythrough.plan.generate import generate
from waythrough.plan.program import make
from waythrough.terms.codec import from_body, to_body
from waythrough.terms.households import Columns, HouseholdNow
from waythrough.terms.planned import Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation

PAGES = Path(__file__).resolve().parents[3] / "docs/reference"
SCHEMAS = {
    kind: json.loads((PAGES / f"{kind}.schema.json").read_text(encoding="utf-8"))
    for kind in ("situation", "plan")
}
KINDS: dict[str, Any] = {"situation": Situation, "plan": Plan}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def holds(schema: dict[str, Any], value: Any, top: dict[str, Any]) -> bool:
    """True if a value is what a schema allows; of JSON Schema what our schemas use, and refuses the rest."""
    known = {
        "$schema",
        "title",
        "description",
        "$defs",
        "type",
        "properties",
        "required",
        "additionalProperties",
    }
    known |= {"patternProperties", "items", "anyOf", "enum", "minimum", "maximum", "format", "$ref"}
    assert set(schema) <= known, set(schema) - known
    if "$ref" in schema:
        return holds(top["$defs"][schema["$ref"].removeprefix("#/$defs/")], value, top)
    if "anyOf" in schema:
        return any(holds(one, value, top) for one in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    return of_type(schema, value) and inside(schema, value, top)


def of_type(schema: dict[str, Any], value: Any) -> bool:
    kind = schema.get("type")
    if kind in ("integer", "number"):
        fits = type(value) is int or (kind == "number" and type(value) is float)
        return fits and schema["minimum"] <= value <= schema["maximum"]
    if "format" in schema:
        reader = date if schema["format"] == "date" else datetime
        try:
            return isinstance(value, str) and bool(reader.fromisoformat(value))
        except ValueError:
            return False
    return kind is None or type(value) is TYPES[kind]


def inside(schema: dict[str, Any], value: Any, top: dict[str, Any]) -> bool:
    if isinstance(value, list):
        return all(holds(schema.get("items", {}), one, top) for one in value)
    if not isinstance(value, dict):
        return True
    for name, one in value.items():
        part = schema.get("properties", {}).get(name)
        for pattern, wanted in schema.get("patternProperties", {}).items():
            part = wanted if re.match(pattern, name) else part
        part = schema.get("additionalProperties", {}) if part is None else part
        if part is False or not holds(part, one, top):
            return False
    return set(schema.get("required", ())) <= set(value)


def bodies(kind: str) -> list[dict[str, Any]]:
    cases = [case(2, homes=6), (situation(), make(situation()))]
    values: list[Any] = [found[kind == "plan"] for found in cases]
    if kind == "situation":
        values.append(generate(9, 8, 1))
    found = [
        {"schema": value.schema, **to_body(value, full=full)} for value in values for full in (False, True)
    ]
    if kind == "situation":
        found.append({**found[0], "households": to_body(tuple(values[0].households))})
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_write_is_what_the_schema_allows(kind: str, tmp_path: Path) -> None:
    for body in bodies(kind):
        assert holds(SCHEMAS[kind], body, SCHEMAS[kind])
    found = case(2, homes=6)[kind == "plan"]
    path = save(found, tmp_path / "file.json")
    assert holds(SCHEMAS[kind], json.loads(path.read_text()), SCHEMAS[kind])
    assert (load_plan if kind == "plan" else load_situation)(path) == found


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_every_part_is_in_the_schema_and_no_other(kind: str) -> None:
    parts = SCHEMAS[kind]["$defs"] | {KINDS[kind].__name__: SCHEMAS[kind]}
    modules = {"situation": "situation households estimates", "plan": "planned"}[kind].split()
    known = {
        name: value
        for module in (*modules, "when")
        for name, value in vars(__import__(f"waythrough.terms.{module}", fromlist=["terms"])).items()
    }
    for name, part in parts.items():
        assert set(part["properties"]) == {f.name for f in dataclasses.fields(known[name])}, name
        assert part["additionalProperties"] is False
    if kind == "situation":
        assert {"Columns", "HouseholdNow", "ConsentNow", "Promise", "Receipt"} <= set(parts)
        assert set(parts["Columns"]["properties"]) == {f.name for f in dataclasses.fields(Columns)}
        assert set(parts["HouseholdNow"]["required"]) < {f.name for f in dataclasses.fields(HouseholdNow)}


def places(body: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a body."""
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [way, *(found for key, one in items for found in places(one, (*way, key)))]


def changed(body: Any, way: tuple[Any, ...], value: Any) -> Any:
    if not way:
        return value
    copy: Any = dict(body) if isinstance(body, dict) else list(body)
    copy[way[0]] = changed(copy[way[0]], way[1:], value)
    return copy


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_changed_no_file_is_read_that_the_schema_does_not_allow(
    kind: str, tmp_path: Path
) -> None:
    luck, refused, path = random.Random(kind), 0, tmp_path / "file.json"
    for body in bodies(kind):
        every = places(body)[1:]
        for _ in range(120):
            other = luck.choice(("x", 1.5, None, True, [], {}, 7, -7, {"x": 1}, 2**60, "2031-03-02", [[1]]))
            wrong = changed(body, luck.choice(every), other)
            path.write_text(json.dumps(wrong))
            allowed = holds(SCHEMAS[kind], wrong, SCHEMAS[kind])
            try:
                (load_plan if kind == "plan" else load_situation)(path)
            except InputRefused as problem:
                assert "file.json" in problem.sentence()
                continue
            finally:
                refused += not allowed
            assert allowed, wrong
    assert refused > 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_too_many_is_refused_by_schema_and_reader_wherever_it_stands(kind: str) -> None:
    body = bodies(kind)[0]
    tried = 0
    for way in places(body):
        found = body
        for key in way:
            found = found[key]
        wrong = changed(body, way, {**found, "priority_origin": "north"}) if isinstance(found, dict) else None
        if wrong is None or holds(SCHEMAS[kind], wrong, SCHEMAS[kind]):
            continue  # a table of names, such as stock by good, may hold any name
        with pytest.raises(InputRefused):
            from_body(KINDS[kind], wrong)
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("kind", KINDS)
def test_a_required_field_that_is_missing_is_refused_by_schema_and_reader(kind: str) -> None:
    body = bodies(kind)[0]
    for name in SCHEMAS[kind]["required"]:
        short = {key: value for key, value in body.items() if key != name}
        assert not holds(SCHEMAS[kind], short, SCHEMAS[kind])
        if name != "schema":  # the reader of files asks for it before anything else
            with pytest.raises(InputRefused, match=name):
                from_body(KINDS[kind], short)
