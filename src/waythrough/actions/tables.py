"""The four tables that can be imported: their columns, what each may hold, an invented example row for each.

Written once, for the import itself, for ``waythrough import --template`` and for the reference page.
"""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable, Collection
from dataclasses import dataclass

from waythrough.intake.shapes import Column, Shape
from waythrough.terms.codes import code_list
from waythrough.terms.references import SPEAKERS

Ids = Callable[[str], Collection[str]]
"""The ids recorded of a kind."""


@dataclass(frozen=True)
class Declared:
    """A column as people know it: how it is read, what it may hold, its meaning, and an invented example.

    ``kinds`` are the kinds of record whose ids it takes; ``codes`` is the code list it takes its codes from.
    """

    column: Column
    meaning: str
    example: str = ""
    kinds: tuple[str, ...] = ()
    codes: str = ""


def _ids(name: str, kinds: tuple[str, ...], meaning: str, example: str, *aliases: str) -> Declared:
    return Declared(Column(name, "id", required=True, aliases=aliases), meaning, example, kinds)


def _code(
    name: str, codes: str, meaning: str, example: str, *aliases: str, required: bool = True
) -> Declared:
    allowed = tuple(code_list(codes).codes)
    return Declared(
        Column(name, "code", required=required, codes=allowed, aliases=aliases), meaning, example, codes=codes
    )


def _text(name: str, meaning: str, example: str = "", *aliases: str, required: bool = False) -> Declared:
    return Declared(Column(name, "text", required=required, aliases=aliases), meaning, example)


def _date(name: str, meaning: str, example: str = "", *aliases: str, required: bool = False) -> Declared:
    return Declared(Column(name, "date", required=required, aliases=aliases), meaning, example)


def _id(example: str, *aliases: str) -> Declared:
    meaning = "The row’s own id. The same id again, with other words, is a correction."
    return _text("id", meaning, example, *aliases, required=True)


_SOURCE = Declared(
    Column("source", "id"),
    "Where it was read or heard. Its last possible day is the day the row is known on; without it, today.",
    "source-notebook",
    ("source",),
)

TABLES: dict[str, tuple[Declared, ...]] = {
    "places": (
        _id("place-bridge"),
        _text("name_en", "Its name in English.", "The bridge", "name", required=True),
        _text("name_ar", "Its name in Arabic."),
        _code("kind", "place_kind", "What kind of point it is.", "crossing"),
        Declared(
            Column("lat", "number", required=True, minimum=-90, maximum=90), "Degrees north, WGS 84.", "10.1"
        ),
        Declared(
            Column("lon", "number", required=True, minimum=-180, maximum=180), "Degrees east, WGS 84.", "20.1"
        ),
        _code("precision", "position_precision", "Whether the position was published.", "estimated"),
        _text("basis", "Where the position is from.", "our own estimate", "position_source", required=True),
        _SOURCE,
    ),
    "legs": (
        _id("leg-1"),
        _ids("start", ("place",), "Where it begins, on the site’s side.", "place-site", "from"),
        _ids("end", ("place",), "Where it ends.", "place-bridge", "to"),
        _ids("zone", ("zone",), "The one zone it lies in; a road through two zones is two legs.", "zone-north"),
        Declared(
            Column("km", "number", required=True, minimum=0, aliases=("length_km",)), "Length in km.", "18"
        ),
        Declared(
            Column("hours", "number", required=True, minimum=0, aliases=("travel_h",)),
            "Driving time of a loaded truck, in hours.",
            "1",
        ),
        _text("road", "What the road is called, or is like.", "gravel"),
        _code("state", "leg_state", "How it can be driven; empty is unknown.", "passable", required=False),
        _text("basis", "Whether length and time were published or estimated.", "our own estimate", required=True),
        _SOURCE,
    ),
    "requests": (
        _id("request-1", "request_id"),
        _ids("site", ("site",), "The site it is about.", "site-valley"),
        _code("type", "request_type", "What is asked for.", "aid_convoy"),
        _text("subject", "What it is about, in a few words.", "flour for March", "what", required=True),
        _ids("asked_by", SPEAKERS, "Who asked.", "our-team", "requester"),
        _date("asked_on", "The day it was sent.", "2021-03-08", "date_requested", required=True),
        _ids("door", ("door",), "The door it was sent to: one door a row.", "door-north-aid", "addressed_to"),
        _code("step", "step_kind", "What kind of step it is.", "plan_approval"),
        Declared(
            Column("agreed_working_days", "int", minimum=0),
            "Working days agreed for the answer; empty takes the door’s own.",
            "5",
        ),
        _date("needed_by", "The day the answer is needed by.", "2021-03-22"),
        _SOURCE,
    ),
    "figures": (
        _id("figure-1"),
        dataclasses.replace(_SOURCE, column=Column("source", "id", required=True),
            meaning="Where it was read or heard. Its last possible day is the day the figure is known on."),
        _ids("site", ("site",), "The site it is about.", "site-valley"),
        _code("counts", "counted", "What is counted.", "population", "measure"),
        Declared(Column("low", "number", minimum=0), "The lower bound, where the words give a range or bound."),
        Declared(Column("high", "number", minimum=0), "The upper bound, likewise."),
        Declared(Column("value", "number", minimum=0), "The number, if the words give one: never with bounds.", "640"),
        _text("unit", "What one is: people, families, share (0 to 1) …", "people", required=True),
        _code("vague", "vague", "How the words put it; empty is exact.", "about", "qualifier", required=False),
        _date("on", "The day the number speaks of.", "2021-02", "as_of", required=True),
        _ids("speaker", SPEAKERS, "Who says it.", "our-team", "claimant"),
        _code("source_class", "source_class", "How it was counted.", "headcount", required=False),
        _date("since", "For counts that add up: since when.", "", "counted_since"),
        Declared(Column("sample", "int", minimum=1), "How many were interviewed, where that was published."),
        _text("words", "The exact words, where we may carry them."),
        _text("note", "Our own remark."),
    ),
}  # fmt: skip
"""Table → its columns, in the order of the template."""

RECORD_KIND = {"requests": "request", "figures": "figure", "places": "place", "legs": "leg"}
"""Table → the kind of record a row becomes."""


def shape(table: str, ids: Ids | None = None) -> Shape:
    """How a table is read. ``ids`` gives the ids that may be named; without it any word is taken for an id."""
    columns = [
        dataclasses.replace(declared.column, ids=[i for kind in declared.kinds for i in ids(kind)])
        if ids and declared.kinds
        else declared.column
        for declared in TABLES[table]
    ]
    return Shape(table, tuple(columns), key=("id",))


def template(table: str) -> str:
    """The header of a table and one invented row, as CSV."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(declared.column.name for declared in TABLES[table])
    writer.writerow(declared.example for declared in TABLES[table])
    return written.getvalue()


def required(table: str) -> tuple[Column, ...]:
    """The columns a table cannot do without."""
    return tuple(declared.column for declared in TABLES[table] if declared.column.required)
