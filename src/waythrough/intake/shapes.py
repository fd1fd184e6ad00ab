"""What a table must look like before it may be read: its columns, their types, and what each may hold.

An import declares one ``Shape``. For example::

    PLACES = Shape("places", (
        Column("id", "text", required=True),
        Column("name", "text", required=True, aliases=("name_en", "place")),
        Column("kind", "code", required=True, codes=("site", "zone", "leg")),
        Column("since", "date"),
        Column("parent", "id", ids=known_places),
    ), key=("id",))

Column types and the values they give:

=========  =============================================================================================
text       the words as they stand, without white space at the edges
int        a whole number
number     an int, or a float where the cell has decimals; never NaN or infinity
day        one day, ``date``; YYYY-MM-DD only
date       ``Days``: YYYY-MM-DD, YYYY-MM or YYYY, or two of them with a slash between
datetime   ``datetime`` with its time zone: an offset, Z, [Area/City], or the column's stated ``zone``
window     ``Window``: two datetimes with a slash between, the second later
code       one of ``codes`` (case and white space aside); a mapping translates spellings to codes
id         one of ``ids``, exactly; any non-empty word when ``ids`` is None
bool       True or False from true/false, yes/no, 1/0
=========  =============================================================================================

An empty cell gives None, and is refused where the column is ``required``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from waythrough.terms.claims import Notice
from waythrough.terms.when import Days, Window

ColumnType = Literal["text", "int", "number", "day", "date", "datetime", "window", "code", "id", "bool"]
Value = str | int | float | bool | date | datetime | Days | Window | None


@dataclass(frozen=True)
class Column:
    """One column: its name in the program, other headers it may have in a file, and what a cell may hold.

    ``required`` asks for the column and for a value in every row. ``minimum`` and ``maximum`` bound numbers,
    inclusive. ``zone`` is an IANA time zone that a person has stated for cells without one.
    """

    name: str
    type: ColumnType = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    codes: Collection[str] | Mapping[str, str] = ()
    ids: Collection[str] | None = None
    minimum: float | None = None
    maximum: float | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if self.type == "code" and not self.codes:
            raise ValueError(f"column {self.name!r} is of type code and lists no codes")


@dataclass(frozen=True)
class Shape:
    """A declared table. ``key`` names the columns that together may not repeat.

    ``unknown`` says what to do with columns that are not declared: ``refuse``, or ``keep`` them as text in
    ``Row.extra``. They are never dropped.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    unknown: Literal["refuse", "keep"] = "refuse"
    max_rows: int = 100_000

    def column(self, name: str) -> Column:
        """The declared column of that name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Row:
    """One row. ``number`` counts as a spreadsheet does, the header being 1; ``values`` has all columns."""

    number: int
    values: Mapping[str, Any]
    extra: Mapping[str, str]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


@dataclass(frozen=True)
class Table:
    """A whole file that was accepted. ``sha256`` is of the raw bytes; ``absent`` columns it lacks."""

    name: str
    shape: str
    sha256: str
    encoding: str
    delimiter: str
    rows: tuple[Row, ...]
    absent: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True)
class CellError:
    """One thing wrong in one place. ``row`` is 1 for the header; ``column`` is the file's own header."""

    row: int
    column: str
    found: str
    allowed: str
    remedy: str

    def __str__(self) -> str:
        where = f"row {self.row}" + (f", column “{self.column}”" if self.column else "")
        return f"{where}: found {self.found}. Allowed: {self.allowed}. {self.remedy}"
