"""Situations and plans as JSON files, and the hash that ties a plan to the situation it was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from waythrough.terms import planned, situation
from waythrough.terms.codec import from_body, to_body
from waythrough.terms.planned import Plan
from waythrough.terms.problems import InputRefused
from waythrough.terms.situation import Situation

T = TypeVar("T")


def canonical(value: Situation | Plan) -> bytes:
    """The one way to write a value: JSON with sorted keys, no spaces, UTF-8, fields at their default left
    out.
    """
    text = json.dumps(
        to_body(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def sha256(value: Situation | Plan) -> str:
    """The hash of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def save(value: Situation | Plan, path: Path) -> Path:
    """Write a situation or a plan as a readable JSON file that names its schema."""
    body = {"schema": value.schema, **to_body(value)}
    path.write_text(json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def load_situation(path: Path) -> Situation:
    """Read a situation file; refuses anything that is not JSON of exactly this schema."""
    return _load(path, Situation, situation.READABLE)


def load_plan(path: Path) -> Plan:
    """Read a plan file; refuses anything that is not JSON of exactly this schema."""
    return _load(path, Plan, planned.READABLE)


def _load(path: Path, kind: type[T], readable: Sequence[str]) -> T:
    try:
        body: Any = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, UnicodeDecodeError) as problem:
        raise InputRefused(
            place=str(path),
            found=f"no JSON ({problem})",
            allowed=f"a {readable[0]} file",
            remedy="Name the right file.",
        ) from None
    found = body.get("schema") if isinstance(body, dict) else None
    if found not in readable:
        raise InputRefused(
            place=str(path),
            found=f"schema {found!r}",
            allowed=" or ".join(readable),
            remedy="Name the right file, or make it again.",
        )
    return from_body(kind, {**body, "schema": readable[0]}, str(path))
