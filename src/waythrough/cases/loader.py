"""Opens a shipped case: checked records, in the order in which the world came to know them.

A case is a folder with ``case.json`` and one file per kind of record (``parties.json``, ``answers.json`` …), each a
list of objects: ``id`` and the fields of the record, and beside them, where needed,

* ``source``: the source the words come from (for claims, figures and documents it is a field of the record);
* ``known_on``: the day the words were published, where it is not the source's;
* ``valid_from``, ``valid_to``: the days the record itself is about;
* ``revises: true``: a later revision of the record of that id. Entry ids exist only once entries are written, so
  its draft carries ``corrects=("@previous",)``: whoever writes it puts the record's current head there.

A route's ``end`` is the id of a warehouse (aid), a destination (return) or a place (visit), and its ``legs`` lead
from the site to that end.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from waythrough.cases import synthetic
from waythrough.terms.codec import from_body
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import KINDS, PERSONAL, body_of
from waythrough.terms.problems import InputRefused, NotFound
from waythrough.terms.references import check_record
from waythrough.terms.when import Days

PREVIOUS = "@previous"
"""Stands for the current head of the same record, in a draft that corrects it."""

FILES: Mapping[str, str] = {kind: f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s" for kind in KINDS}
"""The file that holds the records of a kind, without ``.json``."""

# What a team keeps as its own register, known before anything was published about it.
REGISTER = frozenset(
    "place site zone leg door route destination party organisation person commodity warehouse policy fleet".split()
)
ORDER = ("register", "record", "people")
"""Who writes first of those who write on the same day; ``authors`` in case.json names a person for each."""
BESIDE = ("known_on", "valid_from", "valid_to", "revises")


@dataclass(frozen=True)
class Meta:
    """What a case says about itself. ``notice`` stands on every page made from it, per language."""

    id: str
    titles: Mapping[str, str]
    notice: Mapping[str, str]
    default_as_of: date
    sites: tuple[str, ...]
    time_zone: str
    languages: tuple[str, ...]
    register_known_on: date
    authors: Mapping[str, str]
    licence: str
    credits: tuple[str, ...] = ()
    synthetic: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Commit:
    """Drafts that one person writes down at once: what became known on one day."""

    author: str
    drafts: tuple[Draft, ...]


@dataclass(frozen=True)
class Case:
    """A case ready to be written: ``commits`` in order of the day they were known."""

    meta: Meta
    commits: tuple[Commit, ...]

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """Every draft, in order."""
        return tuple(draft for commit in self.commits for draft in commit.drafts)


@dataclass(frozen=True)
class _Row:
    kind: str
    record: Any
    beside: Mapping[str, Any]
    source: str | None
    place: str

    @property
    def revises(self) -> bool:
        return bool(self.beside.get("revises"))


def names() -> list[str]:
    """The cases shipped, by name."""
    folders = resources.files("waythrough.cases").iterdir()
    return sorted(f.name for f in folders if f.is_dir() and (f / "case.json").is_file())


def load(name: str) -> Case:
    """The case of that name, every record read through the codec and every reference and code checked."""
    if name not in names():
        raise NotFound(what="case", id=name, near=", ".join(names()))
    return load_from(resources.files("waythrough.cases") / name)


def load_from(folder: Traversable) -> Case:
    """The case in a folder; refused where a file, a record, a reference or a day does not fit."""
    meta = _meta(folder)
    rows = list(_rows(folder))
    _check_ids(rows)
    _check_records(rows)
    drafts = [*_drafts(meta, rows), *synthetic.drafts(meta.synthetic, meta.sites)]
    return Case(meta, tuple(_commits(meta, drafts)))


# --- reading -----------------------------------------------------------------------------------------------


def _json(file: Traversable, place: str) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as problem:
        raise InputRefused(
            place=f"{place}, line {problem.lineno}",
            found=problem.msg,
            allowed="JSON",
            remedy="Correct this line.",
        ) from None


def _meta(folder: Traversable) -> Meta:
    return from_body(
        Meta, _json(folder / "case.json", f"{folder.name}/case.json"), f"{folder.name}/case.json"
    )


def _rows(folder: Traversable) -> Iterator[_Row]:
    files = {f"{plural}.json": kind for kind, plural in FILES.items()}
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name == "case.json" or not file.name.endswith(".json"):
            continue
        place = f"{folder.name}/{file.name}"
        if file.name not in files:
            raise InputRefused(
                place=place,
                found="a file of no known kind",
                allowed=", ".join(files),
                remedy="Rename the file.",
            )
        for row in _json(file, place):
            yield _row(files[file.name], row, place)


def _row(kind: str, row: Mapping[str, Any], file: str) -> _Row:
    place = f"{file} {row.get('id', 'without an id')}"
    own = {key: value for key, value in row.items() if key not in BESIDE}
    source = own.get("source") if _has_source(kind) else own.pop("source", None)
    beside = {key: row[key] for key in BESIDE if key in row}
    return _Row(kind, from_body(KINDS[kind], own, place), beside, source, place)


@functools.cache
def _has_source(kind: str) -> bool:
    return "source" in KINDS[kind].__dataclass_fields__


# --- checking ----------------------------------------------------------------------------------------------


def _check_ids(rows: list[_Row]) -> None:
    seen: dict[str, str] = {}
    for row in rows:
        if (
            row.revises != (seen.get(row.record.id) == row.kind)
            or seen.get(row.record.id, row.kind) != row.kind
        ):
            raise InputRefused(
                place=row.place,
                found="a revision of nothing" if row.revises else "an id used before",
                allowed="ids used once, or a later row of the same kind with revises: true",
                remedy="Choose another id, or mark the row as a revision.",
            )
        seen[row.record.id] = row.kind


def _check_records(rows: list[_Row]) -> None:
    """Every code is in its list, and every record, party and source that is named is in the case."""
    ids: dict[str, set[str]] = {}
    for row in rows:
        ids.setdefault(row.kind, set()).add(row.record.id)
    nothing: set[str] = set()
    for row in rows:
        check_record(
            row.record,
            lambda kind, name: name in ids.get(kind, nothing),
            lambda kind: ids.get(kind, nothing),
            row.place,
        )
        if row.source is not None and row.source not in ids.get("source", nothing):
            raise InputRefused(
                place=f"{row.place}, source",
                found=f"“{row.source}”",
                allowed="the id of a source of this case",
                remedy="Correct the id, or add the source.",
            )


# --- writing -----------------------------------------------------------------------------------------------


def _drafts(meta: Meta, rows: list[_Row]) -> Iterator[Draft]:
    published = {row.record.id: row.record.published.latest for row in rows if row.kind == "source"}
    for row in rows:
        yield Draft(
            kind=row.kind,
            record=row.record.id,
            body=body_of(row.record),
            corrects=(PREVIOUS,) if row.revises else (),
            known_on=_known_on(meta, row, published),
            valid_from=_day(row, "valid_from"),
            valid_to=_day(row, "valid_to"),
            source=row.record.id if row.kind == "source" else row.source,
        )


def _known_on(meta: Meta, row: _Row, published: Mapping[str, date]) -> date:
    """The day the words were published; never before their source was, and a month is known on its last day."""
    from_source = row.record.published.latest if row.kind == "source" else published.get(row.source or "")
    stated = _day(row, "known_on")
    if stated and from_source and stated < from_source:
        raise InputRefused(
            place=f"{row.place}, known_on",
            found=f"{stated}",
            allowed=f"{from_source}, when its source was published, or later",
            remedy="Correct the day: nobody could have read it before.",
        )
    day = stated or from_source or (meta.register_known_on if row.kind in REGISTER else None)
    if day is None:
        raise InputRefused(
            place=row.place,
            found="no day it was known",
            allowed="a source or known_on",
            remedy="Name one of them.",
        )
    return day


def _day(row: _Row, name: str) -> date | None:
    text = row.beside.get(name)
    return None if text is None else Days.parse(text).latest


def _commits(meta: Meta, drafts: list[Draft]) -> Iterator[Commit]:
    """One commit for what became known on one day, people's choices apart: another person writes those down."""
    groups: dict[tuple[date, str], list[Draft]] = {}
    for draft in drafts:
        groups.setdefault((draft.known_on or meta.register_known_on, _writer(meta, draft)), []).append(draft)
    written: set[str] = set()
    for day, who in sorted(groups, key=lambda key: (key[0], ORDER.index(key[1]))):
        group = groups[day, who]
        for draft in group:
            if draft.corrects and draft.record not in written:
                raise InputRefused(
                    place=f"{draft.kind} {draft.record}",
                    found=f"a revision known on {day}, not after what it revises",
                    allowed="a later day",
                    remedy="Correct known_on of one of the two.",
                )
        written.update(draft.record for draft in group)
        yield Commit(meta.authors[who], tuple(group))


def _writer(meta: Meta, draft: Draft) -> str:
    """Who writes a draft down: the register's keeper, the records', or the one people speak to."""
    if draft.kind in PERSONAL:
        return "people"
    return "register" if draft.known_on == meta.register_known_on else "record"
