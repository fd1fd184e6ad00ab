"""Tables in: requests, figures, places and legs from CSV, whole or not at all, and the same row never twice.

A row carries an ``id``. A row whose record stands already and says the same is left alone; one that says something
else is written as a correction; a new one is added. The reconciliation says how many of each.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waythrough.actions.permissions import check_can
from waythrough.actions.tables import RECORD_KIND, TABLES, required, shape
from waythrough.actions.workspace import Workspace
from waythrough.actions.writing import draft_of
from waythrough.intake.guarded import read_table_guarded
from waythrough.intake.shapes import Row, Table
from waythrough.intake.tables import TableRefused
from waythrough.terms.access import Request, Step
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
    make = MAKERS[kind]
    table = _read(ws, path, kind)
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


def _read(ws: Workspace, path: Path, kind: str) -> Table:
    try:
        return read_table_guarded(path, shape(kind, ws.register))
    except TableRefused as refused:
        header = {error.column for error in refused.errors if error.row == 1}
        missing = [column.name for column in required(kind) if column.name in header]
        if not missing:
            raise
        raise _header_refused(path, kind, missing) from refused


def _reconcile(ws: Workspace, kind: str, records: list[tuple[Row, Any]]) -> tuple[int, list[Draft]]:
    same, drafts = 0, []
    sources = ws.register("source")
    for row, record in records:
        source = sources.get(row.values.get("source") or "")
        head = ws.standing(record.id)
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


# --- from rows to records ---------------------------------------------------------------------------------------


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


def _place(row: Row) -> Place:
    names = {"en": row["name_en"], **({"ar": row["name_ar"]} if row["name_ar"] else {})}
    return Place(
        row["id"], names, row["kind"], float(row["lat"]), float(row["lon"]), row["precision"], row["basis"]
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


MAKERS: dict[str, Callable[[Row], Any]] = {
    "requests": _request,
    "figures": _figure,
    "places": _place,
    "legs": _leg,
}


# --- which table it is -------------------------------------------------------------------------------------


HEADER_CHARACTERS = 100_000  # more is no header, and more than Python's csv takes in one cell


def guess_kind(path: Path) -> str:
    """Which of the four tables a CSV file is, by its header.

    Raises
    ------
    InputRefused
        The header lacks required columns of every table, or has those of several.
    """
    header = _header(path)
    missing = {kind: _missing(kind, header) for kind in TABLES}
    fits = [kind for kind, names in missing.items() if not names]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise InputRefused(
            place=f"{path.name}, row 1",
            found=f"the required columns of {' and '.join(fits)}",
            allowed="the columns of one table",
            remedy="Say which table it is with --as.",
        )
    nearest = max(TABLES, key=lambda kind: 1 - len(missing[kind]) / len(required(kind)))
    if len(missing[nearest]) == len(required(nearest)):
        raise InputRefused(
            place=f"{path.name}, row 1",
            found=", ".join(sorted(header))[:120] or "an empty first row",
            allowed="the header of one of the tables: " + ", ".join(TABLES),
            remedy=f"See the columns of a table with `waythrough import --template {nearest}`.",
        )
    raise _header_refused(path, nearest, missing[nearest])


def _header(path: Path) -> set[str]:
    """The names in the first row, in small letters, whatever the delimiter."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        first = file.readline(HEADER_CHARACTERS).replace(";", ",").replace("\t", ",")
    return {_fold(cell) for cell in next(csv.reader([first]), [])} - {""}


def _missing(kind: str, header: Collection[str]) -> list[str]:
    return [
        c.name for c in required(kind) if not {_fold(name) for name in (c.name, *c.aliases)} & set(header)
    ]


def _fold(name: str) -> str:
    """Header names are read with any case, and with blanks or hyphens for underscores."""
    return "_".join(name.strip().casefold().replace("-", " ").replace("_", " ").split())


def _header_refused(path: Path, kind: str, missing: list[str]) -> InputRefused:
    columns = "column" if len(missing) == 1 else "columns"
    return InputRefused(
        place=f"{path.name}, row 1",
        found=f"a table of {kind} without the required {columns} {', '.join(missing)}",
        allowed=", ".join(column.name for column in required(kind)) + " (and the optional ones)",
        remedy=f"Add what is missing. `waythrough import --template {kind}` prints the header with an example row.",
    )
