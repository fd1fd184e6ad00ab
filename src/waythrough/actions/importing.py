"""Tables in: requests, figures, places and legs from CSV, whole or not at all, and the same row never twice.

A row carries an ``id``. A row whose record stands already and says the same is left alone; one that says something
else is written as a correction; a new one is added. The reconciliation says how many of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waythrough.actions.permissions import check_can
from waythrough.actions.record import draft_of
from waythrough.actions.workspace import Workspace
from waythrough.intake.guarded import read_table_guarded
from waythrough.intake.shapes import Column, Row, Shape
from waythrough.terms.access import Request, Step
from waythrough.terms.codes import code_list
from waythrough.terms.entries import Draft
from waythrough.terms.kinds import body_of
from waythrough.terms.parties import Person
from waythrough.terms.places import Leg, Place
from waythrough.terms.problems import InputRefused
from waythrough.terms.references import check_record
from waythrough.terms.sayings import Figure


@dataclass(frozen=True)
class Reconciliation:
    """What an import did: rows that stood already, rows corrected, rows added. Refused rows refuse the whole file."""

    table: str
    same: int
    corrected: int
    added: int
    written: bool
    notices: tuple[str, ...] = ()


def import_table(
    ws: Workspace, actor: Person, path: Path, kind: str, *, dry_run: bool = False
) -> Reconciliation:
    """Take in one CSV table of requests, figures, places or legs.

    Raises
    ------
    InputRefused
        Something in the file is wrong; every place is listed and nothing was written.
    """
    check_can(actor, "import")
    shape, make = SHAPES[kind](ws), MAKERS[kind]
    table = read_table_guarded(path, shape)
    records = [(row, make(row)) for row in table.rows]
    coming = {record.id for _, record in records}
    for row, record in records:
        check_record(
            record,
            lambda k, ident: ident in ws.register(k) or (k == RECORD_KIND[kind] and ident in coming),
            ws.register,
            f"{path.name}, row {row.number}",
        )
    same, drafts = _reconcile(ws, RECORD_KIND[kind], records)
    corrected = sum(bool(draft.corrects) for draft in drafts)
    if drafts and not dry_run:
        ws.append(drafts, actor.id, key=f"import {kind} {table.sha256}")
    notices = tuple(notice.message for notice in table.notices)
    return Reconciliation(kind, same, corrected, len(drafts) - corrected, not dry_run, notices)


def _reconcile(ws: Workspace, kind: str, records: list[tuple[Row, Any]]) -> tuple[int, list[Draft]]:
    same, drafts = 0, []
    sources = ws.register("source")
    for row, record in records:
        source = sources.get(row.values.get("source") or "")
        head = ws.ledger.head(record.id)
        if head and head.kind != kind:
            raise InputRefused(
                place=f"row {row.number}, column “id”",
                found=f"{record.id}, which is a {head.kind}",
                allowed=f"the id of a {kind}, or a new id",
                remedy="Choose another id for this row.",
            )
        if head and not head.contested and dict(head.entries[0].body) == dict(body_of(record)):
            same += 1
        else:
            drafts.append(draft_of(record, source, tuple(e.id for e in head.entries) if head else ()))
    return same, drafts


# --- the four tables ---------------------------------------------------------------------------------------


def _requests(ws: Workspace) -> Shape:
    speakers = (*ws.register("party"), *ws.register("organisation"))
    return Shape(
        "requests",
        (
            Column("id", "text", required=True, aliases=("request_id",)),
            Column("site", "id", required=True, ids=tuple(ws.register("site"))),
            Column("type", "code", required=True, codes=tuple(code_list("request_type").codes)),
            Column("subject", "text", required=True, aliases=("what",)),
            Column("asked_by", "id", required=True, ids=speakers, aliases=("requester",)),
            Column("asked_on", "date", required=True, aliases=("date_requested",)),
            Column("door", "id", required=True, ids=tuple(ws.register("door")), aliases=("addressed_to",)),
            Column("step", "code", required=True, codes=tuple(code_list("step_kind").codes)),
            Column("agreed_working_days", "int", minimum=0),
            Column("needed_by", "date"),
            Column("source", "id", ids=tuple(ws.register("source"))),
        ),
        key=("id",),
    )


def _request(row: Row) -> Request:
    return Request(
        row["id"],
        row["site"],
        row["type"],
        row["subject"],
        (row["asked_by"],),
        row["asked_on"],
        (Step(row["step"], row["door"], row["agreed_working_days"]),),
        needed_by=row["needed_by"],
    )


def _figures(ws: Workspace) -> Shape:
    speakers = (*ws.register("party"), *ws.register("organisation"))
    return Shape(
        "figures",
        (
            Column("id", "text", required=True),
            Column("source", "id", required=True, ids=tuple(ws.register("source"))),
            Column("site", "id", required=True, ids=tuple(ws.register("site"))),
            Column(
                "counts", "code", required=True, codes=tuple(code_list("counted").codes), aliases=("measure",)
            ),
            Column("low", "number", minimum=0),
            Column("high", "number", minimum=0),
            Column("value", "number", minimum=0),
            Column("unit", "text", required=True),
            Column("vague", "code", codes=tuple(code_list("vague").codes), aliases=("qualifier",)),
            Column("on", "date", required=True, aliases=("as_of",)),
            Column("speaker", "id", required=True, ids=speakers, aliases=("claimant",)),
            Column("source_class", "code", codes=tuple(code_list("source_class").codes)),
            Column("since", "date", aliases=("counted_since",)),
            Column("sample", "int", minimum=1),
            Column("words", "text"),
            Column("note", "text"),
        ),
        key=("id",),
    )


def _figure(row: Row) -> Figure:
    value, low, high = row["value"], row["low"], row["high"]
    if (value is None) == (low is None and high is None):
        raise InputRefused(
            place=f"row {row.number}, columns “value”, “low”, “high”",
            found="no number" if value is None else "a value and a bound",
            allowed="either a value, or a low bound, a high bound, or both",
            remedy="Keep the one the words give.",
        )
    if value is not None:
        low = high = value
    if low is not None and high is not None and low > high:
        raise InputRefused(
            place=f"row {row.number}, columns “low” and “high”",
            found=f"{low} above {high}",
            allowed="low at most high",
            remedy="Exchange the two, or correct the one that is wrong.",
        )
    return Figure(
        row["id"],
        row["source"],
        row["site"],
        row["counts"],
        None if low is None else float(low),
        None if high is None else float(high),
        row["unit"],
        row["vague"] or "exact",
        row["on"],
        row["speaker"],
        source_class=row["source_class"] or "",
        since=row["since"],
        sample=row["sample"],
        words=row["words"] or "",
        note=row["note"] or "",
    )


def _places(ws: Workspace) -> Shape:
    return Shape(
        "places",
        (
            Column("id", "text", required=True),
            Column("name_en", "text", required=True, aliases=("name",)),
            Column("name_ar", "text"),
            Column("kind", "code", required=True, codes=tuple(code_list("place_kind").codes)),
            Column("lat", "number", required=True, minimum=-90, maximum=90),
            Column("lon", "number", required=True, minimum=-180, maximum=180),
            Column("precision", "code", required=True, codes=("published", "estimated")),
            Column("basis", "text", required=True, aliases=("position_source",)),
            Column("source", "id", ids=tuple(ws.register("source"))),
        ),
        key=("id",),
    )


def _place(row: Row) -> Place:
    names = {"en": row["name_en"], **({"ar": row["name_ar"]} if row["name_ar"] else {})}
    return Place(
        row["id"], names, row["kind"], float(row["lat"]), float(row["lon"]), row["precision"], row["basis"]
    )


def _legs(ws: Workspace) -> Shape:
    places = tuple(ws.register("place"))
    return Shape(
        "legs",
        (
            Column("id", "text", required=True),
            Column("start", "id", required=True, ids=places, aliases=("from",)),
            Column("end", "id", required=True, ids=places, aliases=("to",)),
            Column("zone", "id", required=True, ids=tuple(ws.register("zone"))),
            Column("km", "number", required=True, minimum=0, aliases=("length_km",)),
            Column("hours", "number", required=True, minimum=0, aliases=("travel_h",)),
            Column("road", "text"),
            Column("state", "text"),
            Column("basis", "text", required=True),
            Column("source", "id", ids=tuple(ws.register("source"))),
        ),
        key=("id",),
    )


def _leg(row: Row) -> Leg:
    return Leg(
        row["id"],
        row["start"],
        row["end"],
        row["zone"],
        float(row["km"]),
        float(row["hours"]),
        road=row["road"] or "",
        state=row["state"] or "unknown",
        basis=row["basis"],
    )


SHAPES: dict[str, Callable[[Workspace], Shape]] = {
    "requests": _requests,
    "figures": _figures,
    "places": _places,
    "legs": _legs,
}
MAKERS: dict[str, Callable[[Row], Any]] = {
    "requests": _request,
    "figures": _figure,
    "places": _place,
    "legs": _leg,
}
RECORD_KIND = {"requests": "request", "figures": "figure", "places": "place", "legs": "leg"}


def guess_kind(ws: Workspace, path: Path) -> str:
    """Which of the four tables a CSV file is, by its header; refuses when that is not plain."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        header = {
            cell.strip().strip('"').lower()
            for cell in file.readline().replace(";", ",").replace("\t", ",").split(",")
        }
    fits = [
        kind
        for kind, shape in SHAPES.items()
        if all(header & {c.name, *c.aliases} for c in shape(ws).columns if c.required)
    ]
    if len(fits) != 1:
        raise InputRefused(
            place=f"{path.name}, row 1",
            found=", ".join(sorted(header))[:120] or "an empty first row",
            allowed="the header of one of the tables: " + ", ".join(SHAPES),
            remedy="Name the table with --as, to see which columns are missing.",
        )
    return fits[0]
