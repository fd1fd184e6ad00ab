"""Values to JSON and back, by their own type hints. One way, for every record.

Dates become ISO strings, tuples become lists. Wrong types are refused with the path to them, and so are unknown fields,
except in what a newer version of this program may have written.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from waythrough.terms.problems import InputRefused

T = TypeVar("T")

LARGEST_EXACT = 2**53
"""Whole numbers below this survive every reader of JSON."""
_PLAIN = frozenset({str, int, float, bool, type(None)})
"""Most of what there is to write is one of these, and is written as it is."""


def to_body(value: Any, *, full: bool = False) -> Any:
    """A JSON-ready form of a value of `terms`.

    Fields that hold their default are left out, so that a later version may add fields without changing what older
    records say; ``full`` True keeps them, for readers who do not know the defaults.
    """
    if type(value) in _PLAIN:
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            name: to_body(item, full=full)
            for name, default in _fields(type(value))
            if (item := getattr(value, name)) != default or full
        }
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_body(item, full=full) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [to_body(item, full=full) for item in value]
    return value.to_body() if hasattr(value, "to_body") else value


def from_body(kind: type[T], body: Any, place: str = "", *, newer: bool = False) -> T:
    """The value of type ``kind`` that ``body`` describes; refuses naming the place of what does not fit.

    ``newer`` True reads past fields that this version does not know: a newer one wrote them.
    """
    try:
        return typing.cast(T, reader_of(typing.cast(Any, kind), newer)(body))
    except Misfit as misfit:
        raise InputRefused(
            place=(place or kind.__name__) + misfit.path,
            found=repr(misfit.found)[:80],
            allowed=misfit.allowed,
            remedy="Correct this field.",
        ) from None


# --- writing -----------------------------------------------------------------------------------------------


@functools.cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    """Name and default of each field; a required field has no default, and nothing equals that."""
    return tuple((f.name, _default(f)) for f in dataclasses.fields(kind))


def _required(f: dataclasses.Field[Any]) -> bool:
    return f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING


def _default(f: dataclasses.Field[Any]) -> Any:
    if f.default is not dataclasses.MISSING:
        return f.default
    return f.default_factory() if f.default_factory is not dataclasses.MISSING else dataclasses.MISSING


# --- reading -----------------------------------------------------------------------------------------------
#
# A reader is made once for each type hint. A ledger of tens of thousands of entries is read on every call of the
# command line, so the way down carries no text; only a misfit builds its path, on the way up.

Reader = Callable[[Any], Any]


class Misfit(Exception):
    """Something does not fit. ``path`` grows from the inside out."""

    def __init__(self, found: Any, allowed: str, path: str = "") -> None:
        super().__init__(allowed)
        self.found, self.allowed, self.path = found, allowed, path

    def inside(self, step: str) -> Misfit:
        self.path = step + self.path
        return self


@functools.cache
def reader_of(hint: Any, newer: bool = False) -> Reader:
    """How to read values of a type from JSON; raises `Misfit`. A type may bring its own way: ``from_body``."""
    origin = typing.get_origin(hint)
    if hint is Any:
        return lambda body: body
    if origin in (typing.Union, types.UnionType):
        return _union(typing.get_args(hint), newer)
    if origin is tuple:
        return _tuple(typing.get_args(hint), newer)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(typing.get_args(hint)[1], newer)
    if isinstance(hint, type) and hasattr(hint, "from_body"):
        return lambda body: body if isinstance(body, hint) else hint.from_body(body)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint, newer)
    return _day(hint) if hint in (date, datetime) else _scalar(hint)


def _union(hints: tuple[Any, ...], newer: bool) -> Reader:
    readers = [reader_of(hint, newer) for hint in hints if hint is not type(None)]
    optional = type(None) in hints

    def read(body: Any) -> Any:
        if body is None and optional:
            return None
        misfit = Misfit(body, "a value")
        for reader in readers:
            try:
                return reader(body)
            except Misfit as found:
                misfit = found
        raise misfit

    return read


def _tuple(hints: tuple[Any, ...], newer: bool) -> Reader:
    endless = len(hints) == 2 and hints[1] is Ellipsis
    readers = [reader_of(hint, newer) for hint in hints if hint is not Ellipsis]

    def read(body: Any) -> tuple[Any, ...]:
        if not isinstance(body, (list, tuple)):
            raise Misfit(body, "a list")
        if not endless and len(body) != len(readers):
            raise Misfit(body, f"a list of {len(readers)}")
        items = []
        for n, item in enumerate(body):
            try:
                items.append(readers[0 if endless else n](item))
            except Misfit as misfit:
                raise misfit.inside(f"[{n}]") from None
        return tuple(items)

    return read


def _mapping(hint: Any, newer: bool) -> Reader:
    reader = reader_of(hint, newer)

    def read(body: Any) -> dict[str, Any]:
        if not isinstance(body, Mapping):
            raise Misfit(body, "an object")
        values = {}
        for key, item in body.items():
            try:
                values[key] = reader(item)
            except Misfit as misfit:
                raise misfit.inside(f".{key}") from None
        return values

    return read


def _dataclass(kind: type, newer: bool) -> Reader:
    hints = typing.get_type_hints(kind)
    names = [f.name for f in dataclasses.fields(kind)]
    readers = {name: reader_of(hints[name], newer) for name in names}
    required = [f.name for f in dataclasses.fields(kind) if _required(f)]
    short: Reader | None = getattr(kind, "parse", None)  # days and windows have a short written form

    def read(body: Any) -> Any:
        if isinstance(body, kind):
            return body
        if short is not None and isinstance(body, str):
            return short(body)
        if not isinstance(body, Mapping):
            raise Misfit(body, f"an object describing a {kind.__name__}")
        values = {}
        for name, item in body.items():
            reader = readers.get(name)
            if reader is None:
                if newer:
                    continue
                raise Misfit(name, ", ".join(names), f".{name}")
            try:
                values[name] = reader(item)
            except Misfit as misfit:
                raise misfit.inside(f".{name}") from None
        missing = [name for name in required if name not in values]
        if missing:
            raise Misfit(f"no {', '.join(missing)}", "every required field")
        return kind(**values)

    return read


def _day(hint: Any) -> Reader:
    allowed = "an ISO date" if hint is date else "an ISO date and time"

    def read(body: Any) -> Any:
        if type(body) is hint:
            return body
        try:
            return hint.fromisoformat(body)
        except (TypeError, ValueError):
            raise Misfit(body, allowed) from None

    return read


def _scalar(hint: Any) -> Reader:
    name = getattr(hint, "__name__", str(hint))

    def read(body: Any) -> Any:
        if type(body) is hint:
            return body
        if hint is float and type(body) is int:
            return float(body)
        if isinstance(body, bool) or not isinstance(body, hint):  # a bool is an int to Python, not to us
            raise Misfit(body, name)
        return body

    return read
