"""Values to JSON and back, by their own type hints. One way, for every record.

Dates become ISO strings, tuples become lists. Unknown fields and wrong types are refused with the path to them.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from waythrough.terms.problems import InputRefused

T = TypeVar("T")


def to_body(value: Any) -> Any:
    """A JSON-ready form of a value of `terms`; fields that hold their default are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            f.name: to_body(item)
            for f in dataclasses.fields(value)
            if (item := getattr(value, f.name)) != _default(f) or _required(f)
        }
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_body(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_body(item) for item in value]
    return value


def from_body(kind: type[T], body: Any, place: str = "") -> T:
    """The value of type ``kind`` that ``body`` describes; refuses naming the place of what does not fit."""
    return typing.cast(T, _read(kind, body, place or getattr(kind, "__name__", "value")))


def _required(f: dataclasses.Field[Any]) -> bool:
    return f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING


def _default(f: dataclasses.Field[Any]) -> Any:
    if f.default is not dataclasses.MISSING:
        return f.default
    return f.default_factory() if f.default_factory is not dataclasses.MISSING else dataclasses.MISSING


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _refuse(place: str, found: Any, allowed: str) -> typing.NoReturn:
    raise InputRefused(place=place, found=repr(found)[:80], allowed=allowed, remedy="Correct this field.")


def _read(hint: Any, body: Any, place: str) -> Any:
    origin = typing.get_origin(hint)
    if hint is Any:
        return body
    if origin in (typing.Union, types.UnionType):
        return _read_union(typing.get_args(hint), body, place)
    if origin is tuple:
        return _read_tuple(typing.get_args(hint), body, place)
    if origin is not None and issubclass(origin, Mapping):
        value_hint = typing.get_args(hint)[1]
        if not isinstance(body, Mapping):
            _refuse(place, body, "an object")
        return {key: _read(value_hint, item, f"{place}.{key}") for key, item in body.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        if isinstance(body, hint):
            return body
        if isinstance(body, str) and hasattr(hint, "parse"):  # days and windows have a short written form
            return hint.parse(body)
        return _read_dataclass(hint, body, place)
    return _read_scalar(hint, body, place)


def _read_union(hints: tuple[Any, ...], body: Any, place: str) -> Any:
    if body is None:
        return None if type(None) in hints else _refuse(place, body, "a value")
    refusals = []
    for hint in (h for h in hints if h is not type(None)):
        try:
            return _read(hint, body, place)
        except InputRefused as problem:
            refusals.append(problem)
    raise refusals[0]


def _read_tuple(hints: tuple[Any, ...], body: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(body, (list, tuple)):
        _refuse(place, body, "a list")
    if len(hints) == 2 and hints[1] is Ellipsis:
        return tuple(_read(hints[0], item, f"{place}[{n}]") for n, item in enumerate(body))
    if len(body) != len(hints):
        _refuse(place, body, f"a list of {len(hints)}")
    return tuple(_read(h, item, f"{place}[{n}]") for n, (h, item) in enumerate(zip(hints, body, strict=True)))


def _read_dataclass(kind: type, body: Any, place: str) -> Any:
    if not isinstance(body, Mapping):
        _refuse(place, body, f"an object describing a {kind.__name__}")
    fields = {f.name: f for f in dataclasses.fields(kind)}
    for name in body:
        if name not in fields:
            _refuse(f"{place}.{name}", name, ", ".join(fields))
    missing = [name for name, f in fields.items() if _required(f) and name not in body]
    if missing:
        _refuse(place, f"no {', '.join(missing)}", "every required field")
    hints = _hints(kind)
    return kind(**{name: _read(hints[name], item, f"{place}.{name}") for name, item in body.items()})


def _read_scalar(hint: Any, body: Any, place: str) -> Any:
    if hint in (date, datetime):
        if isinstance(body, hint):
            return body
        try:
            return hint.fromisoformat(body)
        except (TypeError, ValueError):
            _refuse(place, body, "an ISO date" if hint is date else "an ISO date and time")
    if hint is float and isinstance(body, int) and not isinstance(body, bool):
        return float(body)
    if isinstance(body, bool) and hint is not bool:
        _refuse(place, body, hint.__name__)
    return body if isinstance(body, hint) else _refuse(place, body, getattr(hint, "__name__", str(hint)))
