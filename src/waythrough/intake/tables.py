"""CSV files in, against a declared shape: a whole table of typed values, or one refusal listing all wrongs.

Nothing is applied by halves: a file with one bad cell gives no rows, and the refusal names up to a hundred
places at once, so that a person mends the file in one sitting.
"""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

from waythrough.intake.cells import CellRefused, read_cell
from waythrough.intake.shapes import CellError, Column, Row, Shape, Table
from waythrough.intake.text import MAX_BYTES, EmptyFile, NulInside, decode_exactly, read_capped
from waythrough.terms.claims import Notice
from waythrough.terms.problems import N_, InputRefused

MAX_ERRORS = 100
MAX_CELL = 32_767  # characters; what a spreadsheet cell holds at most
_DELIMITERS = (",", ";", "\t")
_FORMULA = ("=", "+", "-", "@")


class TableRefused(InputRefused):
    """A table with something wrong in it; ``errors`` holds the first hundred, ``total`` counts them all."""

    code = "intake.table"
    message = N_("{place}: found {found}. Allowed: {allowed}.{more}")
    advice = N_("{remedy} Nothing of this file was taken in.")

    @property
    def errors(self) -> tuple[CellError, ...]:
        """What is wrong, in the order of the file, at most a hundred."""
        return tuple(self.fields["errors"])

    @property
    def total(self) -> int:
        """How many things are wrong in all."""
        return int(self.fields["total"])

    def lines(self) -> list[str]:
        """One line for each error, and one that says how many are not shown."""
        hidden = self.total - len(self.errors)
        return [str(error) for error in self.errors] + ([f"and {hidden} more"] if hidden else [])


def read_table(
    source: Path | str | bytes,
    shape: Shape,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """Every row of a CSV file as typed values.

    Parameters
    ----------
    source
        A path, or the bytes themselves. At most 25 MB.
    shape
        The declared columns.
    name
        What to call the file in refusals.
    encoding, delimiter
        What a person has stated. Without them: a byte-order mark or strict UTF-8; and of comma, semicolon
        and tab the one whose header names most declared columns.

    Raises
    ------
    TableRefused
        Something is wrong in the header or in cells; all of it is listed.
    EmptyFile, NulInside, WrongEncoding, TooLarge, NotReadable
        The file could not be read as a table at all.
    """
    raw = source if isinstance(source, bytes) else read_capped(Path(source), MAX_BYTES)
    called = name or ("(bytes)" if isinstance(source, bytes) else Path(source).name)
    text, used = decode_exactly(raw, called, encoding)
    _check_text(text, called)
    errors = _Errors(called)
    mark = delimiter or _delimiter(text, shape)
    records = _records(text, mark, shape, errors)
    header = _header(records[0][1], shape, errors)
    rows = [row for number, cells in records[1:] if (row := _row(number, cells, header, shape, errors))]
    _check_keys(rows, shape, errors)
    errors.raise_any()
    return Table(
        called, shape.name, hashlib.sha256(raw).hexdigest(), used, mark, tuple(rows),
        tuple(column.name for column in shape.columns if column not in header), _notices(records[1:]),
    )  # fmt: skip


class _Errors:
    """Collects what is wrong; raises it as one refusal."""

    def __init__(self, name: str) -> None:
        self.name, self.kept, self.total = name, list[CellError](), 0

    def add(self, row: int, column: str, found: str, allowed: str, remedy: str) -> None:
        self.total += 1
        if len(self.kept) < MAX_ERRORS:
            self.kept.append(CellError(row, column, found, allowed, remedy))

    def raise_any(self) -> None:
        if not self.kept:
            return
        self.kept.sort(key=lambda error: error.row)
        first, others = self.kept[0], self.total - 1
        raise TableRefused(
            place=f"{self.name}, row {first.row}" + (f", column “{first.column}”" if first.column else ""),
            row=first.row, column=first.column, found=first.found, allowed=first.allowed, remedy=first.remedy,
            more=f" And {others} more like it or other." if others else "", errors=tuple(self.kept),
            total=self.total,
        )  # fmt: skip


def _check_text(text: str, name: str) -> None:
    if not text.strip():
        raise EmptyFile(
            place=name, found="no rows (only white space)", allowed="a header row and rows below it",
            remedy="Check that the right file was chosen.",
        )  # fmt: skip
    if (at := text.find("\0")) >= 0:
        raise NulInside(
            place=f"{name}, row {text.count(chr(10), 0, at) + 1}", found="a NUL character",
            allowed="text without NUL",
            remedy="The file may be UTF-16 without its mark, or damaged. Save it again as CSV UTF-8.",
        )  # fmt: skip


def _delimiter(text: str, shape: Shape) -> str:
    names = {_fold(word) for column in shape.columns for word in (column.name, *column.aliases)}

    def fit(mark: str) -> tuple[int, int]:
        try:
            first = next(csv.reader(io.StringIO(text[:100_000]), delimiter=mark), [])
        except csv.Error:
            return (-1, 0)
        return sum(_fold(cell) in names for cell in first), len(first)

    return max(_DELIMITERS, key=fit)


def _records(text: str, mark: str, shape: Shape, errors: _Errors) -> list[tuple[int, list[str]]]:
    """Numbered records, blank ones left out. What is not CSV cannot be read past, and is refused here."""
    records: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    number = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            errors.add(
                number + 1,
                "",
                f"text that is not CSV ({error})",
                "quotes in pairs",
                "Mend the quotation marks.",
            )
            errors.raise_any()
        number += 1
        if any(cell.strip() for cell in cells):
            records.append((number, cells))
        if len(records) > shape.max_rows + 1:
            errors.add(
                number,
                "",
                f"more than {shape.max_rows:,} rows",
                f"at most {shape.max_rows:,}",
                "Split the file.",
            )
            errors.raise_any()
    return records


def _header(cells: Sequence[str], shape: Shape, errors: _Errors) -> list[Column | str]:
    """For each cell of the header its declared column, or its own words where it is unknown and kept."""
    known = {_fold(word): column for column in shape.columns for word in (column.name, *column.aliases)}
    header: list[Column | str] = []
    for cell in cells:
        column: Column | str = known.get(_fold(cell), cell.strip())
        if column in header:
            errors.add(1, cell, "the same column twice", "each column once", "Take one of them out.")
        if isinstance(column, str) and (shape.unknown == "refuse" or not column):
            errors.add(
                1,
                cell,
                "a column that is not known" if column else "a column without a name",
                _names(shape),
                _near(cell, shape),
            )
        header.append(column)
    for wanted in shape.columns:
        if wanted.required and wanted not in header:
            also = f" (or {', '.join(wanted.aliases)})" if wanted.aliases else ""
            errors.add(
                1,
                wanted.name,
                "no such column",
                wanted.name + also,
                "Add the column, or rename the one you mean.",
            )
    return header


def _names(shape: Shape) -> str:
    return ", ".join(column.name for column in shape.columns)


def _near(cell: str, shape: Shape) -> str:
    near = difflib.get_close_matches(_fold(cell), [column.name for column in shape.columns], 1)
    return f"Did you mean “{near[0]}”?" if near else "Take it out, or import with its columns kept."


def _row(
    number: int, cells: Sequence[str], header: Sequence[Column | str], shape: Shape, errors: _Errors
) -> Row | None:
    if len(cells) != len(header):
        errors.add(
            number, "", f"{len(cells)} cells", f"{len(header)}, as in the header",
            "A delimiter is missing or too many, or a cell with one in it lacks its quotes.",
        )  # fmt: skip
        return None
    values = {column.name: None for column in shape.columns}
    extra: dict[str, str] = {}
    before = errors.total
    for cell, column in zip(cells, header, strict=True):
        label = column if isinstance(column, str) else column.name
        if len(cell) > MAX_CELL:
            errors.add(
                number, label, f"{len(cell):,} characters", f"at most {MAX_CELL:,}", "Shorten the cell."
            )
        elif isinstance(column, str):
            extra[column] = cell.strip()
        else:
            try:
                values[column.name] = read_cell(cell, column)  # type: ignore[assignment]
            except CellRefused as why:
                errors.add(number, label, why.found, why.allowed, why.remedy)
    return Row(number, values, extra) if errors.total == before else None


def _check_keys(rows: Sequence[Row], shape: Shape, errors: _Errors) -> None:
    if not shape.key:
        return
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        key = tuple(row.values[name] for name in shape.key)
        if key in seen:
            label = " + ".join(shape.key)
            found = f"“{' + '.join(str(part) for part in key)}” again (first in row {seen[key]})"
            errors.add(row.number, label, found, "each once", "Take one row out, or give it another id.")
        else:
            seen[key] = row.number


def _notices(records: Sequence[tuple[int, Sequence[str]]]) -> tuple[Notice, ...]:
    formulas = sum(
        cell.strip().startswith(_FORMULA) and not _is_number(cell) for _, cells in records for cell in cells
    )  # fmt: skip
    if not formulas:
        return ()
    sentence = f"{formulas} cells begin like a formula; they were kept as text and nothing was computed."
    return (Notice("table.formula-like", sentence),)


def _is_number(cell: str) -> bool:
    return cell.strip().lstrip("+-").replace(".", "", 1).replace(" ", "").isdigit()


def _fold(word: str) -> str:
    return "_".join(word.strip().casefold().replace("-", " ").replace("_", " ").split())
