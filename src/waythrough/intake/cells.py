"""One cell in, one typed value out, or a reason. Nothing ambiguous is resolved by guessing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

from waythrough.intake.shapes import Column, Value
from waythrough.terms.problems import InputRefused
from waythrough.terms.when import Days, Window

# Arabic-Indic and Extended Arabic-Indic digits, their decimal and thousands marks, and the minus sign.
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫−", "01234567890123456789.-")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[ \u00a0\u2009\u202f\u066c]\d{3})+(?:\.\d+)?")
_GROUP_MARKS = re.compile(r"[ \u00a0\u2009\u202f\u066c]")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?")
_ZONE = re.compile(r"^(?P<when>[^\[]+?)\s*\[(?P<zone>[A-Za-z_+\-/0-9]+)\]$")
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")


class CellRefused(Exception):
    """Why one cell was refused: what was found, what is allowed, and what to do. Collected, never shown
    alone.
    """

    def __init__(self, found: str, allowed: str, remedy: str) -> None:
        super().__init__(found)
        self.found, self.allowed, self.remedy = found, allowed, remedy


def read_cell(cell: str, column: Column) -> Value:
    """The value of one cell, or None when it is empty and may be."""
    words = cell.strip()
    if not words:
        if column.required:
            raise CellRefused("an empty cell", f"a value ({column.type})", "Fill it in, or take the row out.")
        return None
    return _READERS[column.type](words, column)


def western_digits(words: str) -> str:
    """The same words with Arabic-Indic digits and marks written as 0-9 and a full stop."""
    return words.translate(_DIGITS)


def _text(words: str, column: Column) -> str:
    return words


def _number(words: str, column: Column) -> int | float:
    plain = western_digits(words)
    if _GROUPED.fullmatch(plain):
        plain = _GROUP_MARKS.sub("", plain)
    if not _PLAIN.fullmatch(plain):
        raise CellRefused(_quoted(words), "digits, with a full stop before decimals", _number_remedy(plain))
    value = float(plain) if "." in plain else int(plain)
    _check_bounds(words, value, column)
    return value


def _number_remedy(plain: str) -> str:
    if re.fullmatch(r"[+-]?[\d.]*\d,[\d,.]*", plain):
        return "A comma means thousands to some and decimals to others: write 1234 or 1234.5 (or 1 234)."
    if re.fullmatch(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+", plain):
        return (
            "A spreadsheet has shortened this number and may have lost digits: format the column as a number."
        )
    if plain.casefold() in ("n/a", "na", "nan", "-", "none", "null", "unknown", "inf"):
        return "Leave the cell empty if the number is not known."
    return "Keep only the number here; put units and remarks in another column."


def _int(words: str, column: Column) -> int:
    value = _number(words, column)
    if isinstance(value, float):
        raise CellRefused(_quoted(words), "a whole number", "Write it without decimals.")
    return value


def _check_bounds(words: str, value: float, column: Column) -> None:
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        allowed = f"{'' if low is None else f'{low:g} or more'}{' and ' if None not in (low, high) else ''}"
        raise CellRefused(
            _quoted(words), allowed + ("" if high is None else f"{high:g} or less"), "Check the number."
        )


def _day(words: str, column: Column) -> date:
    plain = western_digits(words)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", plain):
        try:
            return date.fromisoformat(plain)
        except ValueError:
            raise CellRefused(
                _quoted(words), "a day of the calendar", "That day does not exist; check it."
            ) from None
    raise CellRefused(_quoted(words), "a day as YYYY-MM-DD", _date_remedy(plain))


def _date_remedy(plain: str) -> str:
    if re.fullmatch(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}", plain):
        return "Day and month can be read either way round: write YYYY-MM-DD."
    if re.fullmatch(r"\d{5}(?:\.\d+)?", plain):
        return "This looks like a spreadsheet's day number: format the column as a date, YYYY-MM-DD."
    return "Write YYYY-MM-DD."


def _date(words: str, column: Column) -> Days:
    plain = western_digits(words)
    if "/" in plain and not re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", plain):
        first, _, last = plain.partition("/")
        start, end = _one_date(first.strip(), words), _one_date(last.strip(), words)
        if end.latest < start.earliest:
            raise CellRefused(
                _quoted(words), "a stretch that ends after it starts", "Swap the two dates, or check them."
            )
        return Days(start.earliest, end.latest)
    return _one_date(plain, words)


def _one_date(plain: str, words: str) -> Days:
    if not re.fullmatch(r"\d{4}(?:-\d{2}(?:-\d{2})?)?", plain):
        allowed = "YYYY-MM-DD, YYYY-MM or YYYY, or two of them with a slash between"
        raise CellRefused(_quoted(words), allowed, _date_remedy(plain))
    try:
        return Days.parse(plain)
    except InputRefused:
        raise CellRefused(
            _quoted(words), "a day, month or year of the calendar", "It does not exist; check it."
        ) from None


def _datetime(words: str, column: Column) -> datetime:
    return _one_time(words, words, column)


def _one_time(part: str, words: str, column: Column) -> datetime:
    plain = western_digits(part).strip()
    zone = column.zone
    if match := _ZONE.match(plain):
        plain, zone = match["when"], match["zone"]
    if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", plain):
        raise CellRefused(
            _quoted(words), "YYYY-MM-DDTHH:MM with a time zone", "Write for example 2019-04-02T08:00+03:00."
        )
    try:
        when = datetime.fromisoformat(plain)
        if when.tzinfo is None and zone:
            return _in_zone(when, ZoneInfo(zone), words)
    except (ValueError, KeyError, OSError):
        raise CellRefused(
            _quoted(words), "a moment of the calendar with a known time zone", "Check date, hour and zone."
        ) from None
    if when.tzinfo is None:
        raise CellRefused(
            _quoted(words) + ", which names no time zone", "a time with its zone",
            "Add the offset, as in 2019-04-02T08:00+03:00, or Z, or state the column's zone on import.",
        )  # fmt: skip
    return when


def _in_zone(when: datetime, zone: ZoneInfo, words: str) -> datetime:
    """The moment, with the offset then in force; an hour the clocks skip or repeat is refused."""
    offset = when.replace(tzinfo=zone).utcoffset()
    if offset is None or offset != when.replace(tzinfo=zone, fold=1).utcoffset():
        raise CellRefused(
            _quoted(words),
            "an hour that the clocks show once",
            "The clocks change then: write the offset, as in +03:00.",
        )
    return when.replace(tzinfo=timezone(offset))


def _window(words: str, column: Column) -> Window:
    head, slash, tail = re.sub(r"(\[[^\]]*)/([^\]]*\])", r"\1\0\2", words).partition("/")
    if not slash:
        raise CellRefused(
            _quoted(words), "two times with a slash between", "Write start/end, each with its time zone."
        )
    start, end = (_one_time(part.replace("\0", "/"), words, column) for part in (head, tail))
    if end <= start:
        raise CellRefused(
            _quoted(words), "a window that ends after it starts", "Swap the two times, or check them."
        )
    return Window(start, end)


def _code(words: str, column: Column) -> str:
    known = dict(column.codes) if isinstance(column.codes, Mapping) else {code: code for code in column.codes}
    folded = {_fold(spelling): code for spelling, code in known.items()}
    folded |= {_fold(code): code for code in known.values()}
    if _fold(words) not in folded:
        raise CellRefused(
            _quoted(words), "one of " + ", ".join(sorted(set(known.values()))), "Use one of these codes."
        )
    return folded[_fold(words)]


def _fold(words: str) -> str:
    return re.sub(r"[\s_-]+", "_", words.strip().casefold())


def _id(words: str, column: Column) -> str:
    if column.ids is not None and words not in column.ids:
        shown = sorted(column.ids)[:8]
        more = " …" if len(column.ids) > len(shown) else ""
        allowed = (
            f"an id that is known ({', '.join(shown)}{more})"
            if shown
            else "an id that is known (there are none yet)"
        )
        raise CellRefused(_quoted(words), allowed, "Correct the id, or record what it names first.")
    return words


def _bool(words: str, column: Column) -> bool:
    low = western_digits(words).casefold()
    if low in _TRUE or low in _FALSE:
        return low in _TRUE
    raise CellRefused(_quoted(words), "yes or no (true/false, 1/0)", "Use one of these words.")


def _quoted(words: str) -> str:
    return f"“{words if len(words) <= 60 else words[:57] + '…'}”"


_READERS: Mapping[str, Callable[[str, Column], Value]] = {
    "text": _text, "int": _int, "number": _number, "day": _day, "date": _date, "datetime": _datetime,
    "window": _window, "code": _code, "id": _id, "bool": _bool,
}  # fmt: skip
