"""The one way the ledger writes JSON, so that the bytes which are hashed are the bytes which are read.

UTF-8, keys sorted by code point, no spaces, no escapes beyond those JSON requires, numbers in the shortest form that
reads back the same. The stored bytes are what is hashed and signed; nothing is ever written again to be checked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from waythrough.terms.problems import BodyRefused

DEPTH_LIMIT = 64
"""Lists and objects inside one another. Deeper text makes common JSON readers give up."""

INTEGER_LIMIT = 2**53 - 1
"""Largest integer every JSON reader keeps exactly (RFC 7493, section 2.2)."""

_write = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
).encode


def _exact(digits: str) -> int:
    value = int(digits)
    if not -INTEGER_LIMIT <= value <= INTEGER_LIMIT:
        raise ValueError("it holds an integer too large to be kept exactly")
    return value


_quick_read = json.JSONDecoder().raw_decode
_careful_read = json.JSONDecoder(parse_int=_exact).raw_decode


class _NotSaid(Exception):
    """Something JSON cannot say; ``path`` grows from the inside out while the refusal rises."""

    def __init__(self, found: str) -> None:
        super().__init__(found)
        self.found = found
        self.path: list[str] = []


def encode(value: Mapping[str, Any], place: str) -> bytes:
    """The canonical bytes of a JSON object.

    Parameters
    ----------
    value
        Strings, integers within ±(2^53 - 1), finite floats, booleans, None, lists, tuples and mappings of these.
        A tuple is written as a list.
    place
        Where the value stands, for the refusal: “draft 3, record access/17”.

    Raises
    ------
    BodyRefused
        Something JSON cannot say exactly: NaN, an infinity, a key that is no string, half a surrogate pair, a date.
    """
    try:
        return _quickly(value) or _write(_plain(value, 0)).encode("utf-8")
    except _NotSaid as refusal:
        where = "/" + "/".join(reversed(refusal.path))
        raise BodyRefused(place=place, where=where, found=refusal.found) from None
    except UnicodeEncodeError as error:
        found = f"a character that is not text ({error.object[error.start]!a})"
        raise BodyRefused(place=place, where="a string", found=found) from None


def decode(data: bytes) -> dict[str, Any]:
    """The object these bytes say.

    Raises
    ------
    ValueError
        The bytes are not one JSON object, say a key twice, or hold NaN or an infinity. `verify` turns this into
        a finding; it cannot happen to bytes this program wrote.
    """
    value = json.loads(data.decode("utf-8"), object_pairs_hook=_no_key_twice, parse_constant=_no_constant)
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value


def quick_decode(*datas: bytes) -> list[Any]:
    """The objects these bytes say, for bytes that `verify` has answered for: lists of thousands use it."""
    values: list[Any] = _quick_read("[" + b",".join(datas).decode("utf-8") + "]")[0]
    return values


def read(data: bytes) -> tuple[dict[str, Any], bool]:
    """The object these bytes say, and whether they are the very bytes `encode` would write for it.

    Raises
    ------
    ValueError
        As `decode` does.
    """
    text = data.decode("utf-8")
    try:
        value, end = _careful_read(text)
        # Written again the same: then no key was said twice, nothing stood after the object, no number was infinite.
        if end == len(text) and type(value) is dict and not _may_be_deep(text) and _write(value) == text:
            return value, True
    except ValueError:
        pass  # `decode` says what is wrong, in its own words
    value = decode(data)
    return value, says(data, value)


def says(data: bytes, value: Mapping[str, Any]) -> bool:
    """True when these are the very bytes `encode` would write for this value."""
    try:
        return encode(value, "") == data
    except (BodyRefused, RecursionError):
        return False


def _quickly(value: Mapping[str, Any]) -> bytes | None:
    """The bytes of a value that reads back equal, without a look at each of its parts; None where one is needed.

    The encoder written in C would turn keys that are numbers into strings and keep any integer and depth. Reading
    its text back shows it. It takes a third of the time.
    """
    try:
        text = _write(value)
        if _may_be_deep(text) or _careful_read(text)[0] != value:
            return None
        return text.encode("utf-8")
    except (TypeError, ValueError, RecursionError):
        return None


def _may_be_deep(text: str) -> bool:
    return text.count("{") + text.count("[") > DEPTH_LIMIT


def _plain(value: Any, depth: int) -> Any:
    """The same value in dict, list, str, int, float, bool and None only."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        if -INTEGER_LIMIT <= value <= INTEGER_LIMIT:
            return value
        raise _NotSaid(f"the integer {value}, too large to be kept exactly")
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise _NotSaid(f"{value}, which is not a number")
    if depth == DEPTH_LIMIT:
        raise _NotSaid(f"more than {DEPTH_LIMIT} levels")
    if isinstance(value, Mapping):
        return _plain_items(value, depth + 1)
    if isinstance(value, (list, tuple)):
        return list(_plain_items(dict(enumerate(value)), depth + 1, keyed=False).values())
    raise _NotSaid(f"a value of type {type(value).__name__}")


def _plain_items(items: Mapping[Any, Any], depth: int, keyed: bool = True) -> dict[Any, Any]:
    plain = {}
    key: Any = None
    try:
        for key, item in items.items():
            if keyed and not isinstance(key, str):
                raise _NotSaid(f"the key {key!r}, which is not a string")
            plain[key] = item if type(item) is str else _plain(item, depth)
    except _NotSaid as refusal:
        refusal.path.append(str(key))
        raise
    return plain


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # The usual parsers keep the last of two equal keys silently, so two readers could read two things.
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("it says a key twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"it holds {name}, which is not a number")
