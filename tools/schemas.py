"""JSON Schemas of situation and plan files, from the types the program reads them by (draft 2020-12)."""

from __future__ import annotations

import dataclasses
import inspect
import json
import types
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from waythrough.terms import planned, situation
from waythrough.terms.codec import LARGEST_EXACT
from waythrough.terms.households import Columns, HouseholdNow, Households
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

WHOLE = {"type": "integer", "minimum": 1 - LARGEST_EXACT, "maximum": LARGEST_EXACT - 1}
DAY = {"type": "string", "format": "date"}
MOMENT = {"type": "string", "format": "date-time"}
SCALARS: dict[Any, dict[str, Any]] = {
    int: WHOLE,
    float: {"type": "number", "minimum": 1 - LARGEST_EXACT, "maximum": LARGEST_EXACT - 1},
    bool: {"type": "boolean"},
    str: {"type": "string"},
    date: DAY,
    datetime: MOMENT,
    Any: {},
}


def situation_schema() -> str:
    """The schema of a situation file."""
    return _page(Situation, situation.READABLE)


def plan_schema() -> str:
    """The schema of a plan file."""
    return _page(Plan, planned.READABLE)


def _page(kind: type, readable: Sequence[str]) -> str:
    parts: dict[str, Any] = {}
    top = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": readable[0],
        **_record(kind, parts),
    }
    top["properties"]["schema"] = {"enum": list(readable)}
    top["required"] = ["schema", *top["required"]]
    top["$defs"] = dict(sorted(parts.items()))
    return json.dumps(top, indent=1, ensure_ascii=False) + "\n"


def _record(kind: Any, parts: dict[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    needed = [
        f.name
        for f in fields
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    return {
        "description": " ".join(inspect.getdoc(kind).split("\n\n")[0].split()),
        "type": "object",
        "properties": {f.name: _value(hints[f.name], parts) for f in fields},
        "required": needed,
        "additionalProperties": False,
    }


def _value(hint: Any, parts: dict[str, Any]) -> dict[str, Any]:
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if hint in SCALARS:
        return SCALARS[hint]
    if origin in (typing.Union, types.UnionType):
        ways = [{"type": "null"} if one is type(None) else _value(one, parts) for one in inside]
        return {"anyOf": ways}
    if origin is tuple:
        return {"type": "array", "items": _value(inside[0], parts)}
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _value(inside[1], parts)}
    if hint is Households:
        rows = {"type": "array", "items": _value(HouseholdNow, parts)}
        return {"anyOf": [rows, _columns(parts)]}
    if hint.__name__ not in parts:
        parts[hint.__name__] = {}
        parts[hint.__name__] = _record(hint, parts)
    named = {"$ref": f"#/$defs/{hint.__name__}"}
    # Days and windows have a short written form.
    return {"anyOf": [{"type": "string"}, named]} if hasattr(hint, "parse") else named


def _columns(parts: dict[str, Any]) -> dict[str, Any]:
    """Households as columns; every column may be left out if it is empty."""
    ways = {
        "tuple[str, ...]": {"type": "array", "items": {"type": "string"}},
        "array[int]": {"type": "array", "items": WHOLE},
        "Mapping[int, tuple[str, ...]]": {
            "type": "object",
            "patternProperties": {"^[0-9]+$": {"type": "array", "items": {"type": "string"}}},
            "additionalProperties": False,
        },
        "Mapping[int, str]": {
            "type": "object",
            "patternProperties": {"^[0-9]+$": {"type": "string"}},
            "additionalProperties": False,
        },
    }
    parts["Columns"] = {
        "description": " ".join(inspect.getdoc(Columns).split()),
        "type": "object",
        "properties": {f.name: ways[str(f.type)] for f in dataclasses.fields(Columns)},
        "additionalProperties": False,
    }
    return {"$ref": "#/$defs/Columns"}
