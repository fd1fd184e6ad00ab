"""Options for a record's fields, made from the record's own type: one option per field, one meaning everywhere."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from waythrough.terms.access import Step
from waythrough.terms.codec import from_body
from waythrough.terms.problems import InputRefused
from waythrough.terms.references import CODED, REFERENCES
from waythrough.terms.when import Days, Window

FORMS = {
    Days: "YYYY-MM-DD, YYYY-MM, YYYY or DAY/DAY",
    Window: "START/END, each YYYY-MM-DDTHH:MM+HH:MM",
    date: "YYYY-MM-DD",
}


def options_for(name: str, kind: type) -> list[click.Option]:
    """One option per field of a record kind, apart from its id and its source: every record is told the same way."""
    hints = typing.get_type_hints(kind)
    return [
        _option(name, f, hints[f.name]) for f in dataclasses.fields(kind) if f.name not in ("id", "source")
    ]


def record_from(kind: type, ident: str, given: Mapping[str, Any]) -> Any:
    """The record the given options describe; what was not given keeps its default."""
    hints = typing.get_type_hints(kind)
    body = {name: _plain(hints[name], value) for name, value in given.items() if value not in (None, ())}
    return from_body(kind, {**body, "id": ident}, kind.__name__.lower())


def _option(record: str, f: dataclasses.Field[Any], hint: Any) -> click.Option:
    required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    flag = "--" + f.name.replace("_", "-")
    core = _core(hint)
    if core is bool and not required:
        return click.Option(
            [f"{flag}/--no-{flag[2:]}", f.name], default=None, help=_help(record, f.name, hint)
        )
    return click.Option(
        [flag, f.name],
        required=required,
        multiple=_many(hint),
        type={int: int, float: float, bool: bool}.get(core, str),
        metavar=_metavar(hint),
        help=_help(record, f.name, hint),
    )


def _core(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(h for h in typing.get_args(hint) if h is not type(None))
    return hint


def _many(hint: Any) -> bool:
    origin = typing.get_origin(_core(hint))
    return origin is tuple or (origin is not None and issubclass(origin, Mapping))


def _metavar(hint: Any) -> str:
    core = _core(hint)
    if core in FORMS:
        return FORMS[core]
    if typing.get_origin(core) is tuple and typing.get_args(core)[0] is Step:
        return "KIND:DOOR[:WORKING_DAYS]"
    if _many(hint) and typing.get_origin(core) is not tuple:
        return "KEY=VALUE"
    return {int: "N", float: "N", bool: "yes|no"}.get(core, "TEXT")


def _help(record: str, field: str, hint: Any) -> str:
    base = f"{record}.{field}"
    parts = []
    for path, kinds in REFERENCES.items():
        if path in (base, base + "[]"):
            parts.append(f"id of a {' or '.join(kinds)}")
    for path, name in CODED.items():
        if path.startswith(base) and path[len(base) :] in ("", "[]", "[].kind", "{}"):
            parts.append(f"code of the list {name}")
    if _many(hint):
        parts.append("may be given several times")
    return "; ".join(parts)


def _plain(hint: Any, value: Any) -> Any:
    """The JSON form of what was typed."""
    core = _core(hint)
    origin = typing.get_origin(core)
    if origin is tuple:
        item = typing.get_args(core)[0]
        return [_step(text) if item is Step else _scalar(item, text) for text in value]
    if origin is not None and issubclass(origin, Mapping):
        item = typing.get_args(core)[1]
        return dict(_pair(item, text) for text in value)
    return value


def _scalar(hint: Any, text: str) -> Any:
    try:
        return hint(text) if hint in (int, float) else text
    except ValueError:
        raise InputRefused(
            place="option",
            found=repr(text),
            allowed="a number",
            remedy="Write digits, with a full stop for decimals.",
        ) from None


def _pair(hint: Any, text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise InputRefused(
            place="option",
            found=repr(text),
            allowed="KEY=VALUE",
            remedy="Write for example --names en='North road'.",
        )
    return key, _scalar(hint, value)


def _step(text: str) -> dict[str, Any]:
    kind, _, rest = text.partition(":")
    door, _, days = rest.partition(":")
    if not kind or not door or (days and not days.isdigit()):
        raise InputRefused(
            place="--steps",
            found=repr(text),
            allowed="KIND:DOOR or KIND:DOOR:WORKING_DAYS",
            remedy="Write for example --steps plan_approval:door-1:7.",
        )
    return {"kind": kind, "door": door, **({"agreed_working_days": int(days)} if days else {})}
