"""Situations and plans as JSON files, and the hash that ties a plan to the situation it was made from.

The formats are written down in `docs/reference/plan.md` and as JSON Schemas beside it. A file is read whole or
refused with its name, the place in it, what was found, what is allowed, and what to do.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from waythrough.plan.sensible import check_plan, check_situation
from waythrough.terms import planned, situation
from waythrough.terms.codec import LARGEST_EXACT as LARGEST_EXACT
from waythrough.terms.codec import from_body, to_body
from waythrough.terms.households import Households
from waythrough.terms.planned import Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation

T = TypeVar("T")


def canonical(value: Situation | Plan) -> bytes:
    """The one way to write a value: JSON with sorted keys, no spaces, UTF-8, fields at their default left
    out.

    The households of a situation stand there by the SHA-256 of each of their columns: two hundred thousand of
    them are hashed in a blink, and a row changed anywhere changes the hash of its column.
    """
    body = to_body(value) if isinstance(value, Plan) else _without_rows(value)
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def sha256(value: Situation | Plan) -> str:
    """The hash of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def _without_rows(value: Situation) -> dict[str, Any]:
    return {**to_body(replace(value, households=Households())), "households": dict(value.households.digests)}


# --- writing ----------------------------------------------------------------------------------------------


def save(value: Situation | Plan, path: Path) -> Path:
    """Write a situation or a plan as a JSON file that names its schema: one thing a line, for people who look.

    A new file may be read by its owner only: households, their consents and their seats are in it.
    """
    body = {"schema": value.schema, **to_body(value)}
    fields = [f" {_text(name)}: {_lines(item)}" for name, item in sorted(body.items())]
    with open(path, "w", encoding="utf-8", opener=_owners_own) as file:
        file.write("{\n" + ",\n".join(fields) + "\n}\n")
    return path


def _owners_own(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lines(item: Any) -> str:
    """A list with one item a line, an object with one field a line; anything deeper without breaks."""
    if isinstance(item, list) and item and isinstance(item[0], (dict, list)):
        return "[\n  " + ",\n  ".join(_text(one) for one in item) + "\n ]"
    if isinstance(item, dict) and item:
        return (
            "{\n  "
            + ",\n  ".join(f"{_text(name)}: {_text(one)}" for name, one in sorted(item.items()))
            + "\n }"
        )
    return _text(item)


def _text(item: Any) -> str:
    return json.dumps(item, ensure_ascii=False, sort_keys=True, allow_nan=False)


# --- reading ----------------------------------------------------------------------------------------------


def load_situation(path: Path) -> Situation:
    """Read a situation file; refuses anything that is not JSON of exactly this schema, and what cannot be so."""
    found = _load(path, Situation, situation.READABLE)
    check_situation(found, str(path))
    return found


def load_plan(path: Path) -> Plan:
    """Read a plan file; refuses anything that is not JSON of exactly this schema, and what cannot be so."""
    found = _load(path, Plan, planned.READABLE)
    check_plan(found, str(path))
    return found


def _load(path: Path, kind: type[T], readable: Sequence[str]) -> T:
    allowed = " or ".join(readable)
    try:
        body: Any = json.loads(
            path.read_text(encoding="utf-8"), parse_constant=_no_number, object_pairs_hook=_each_once
        )
    except OSError as problem:
        _refuse(path, f"nothing to read ({problem.strerror})", allowed, "Name a file that is there.")
    except (ValueError, RecursionError) as problem:
        _refuse(path, f"no JSON ({problem})", allowed, "Name the right file, or make it again.")
    found = body.get("schema") if isinstance(body, dict) else None
    if found not in readable:
        _refuse(path, f"schema {found!r}", allowed, "Name the right file, or make it again.")
    _exact(body, path, "")
    return from_body(kind, {**body, "schema": readable[0]}, str(path))


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one that says the same field twice may be read either way, and is not read at all."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the field {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _exact(item: Any, path: Path, place: str) -> None:
    """Refuse numbers that a reader of JSON may round, wherever they stand.

    Columns of households are left to the reader of columns, which looks at each as a whole.
    """
    if isinstance(item, dict):
        for name, one in item.items():
            if name != "households" or place or not isinstance(one, dict):
                _exact(one, path, f"{place}.{name}")
    elif isinstance(item, list):
        for n, one in enumerate(item):
            _exact(one, path, f"{place}[{n}]")
    elif isinstance(item, (int, float)) and not abs(item) < LARGEST_EXACT:
        _refuse(f"{path}{place}", f"{item}", "a number within ±9007199254740991", "Correct this field.")


def _refuse(place: object, found: str, allowed: str, remedy: str) -> NoReturn:
    raise InputRefused(place=str(place), found=found[:200], allowed=allowed, remedy=remedy)
