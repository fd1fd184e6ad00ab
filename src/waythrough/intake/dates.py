# ruff: noqa: E501 - a pattern broken over lines is harder to check than a long one
"""Days in English text as closed intervals: ``in February`` is the whole month, never one of its days.

Dates without a year are resolved against the day of publication. What cannot be resolved honestly (no day of
publication, or 02/03/2019, which has two readings) is handed back as unresolved, not guessed.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from waythrough.terms.claims import Span, TimeMention
from waythrough.terms.when import Days

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_M = r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan\.?|feb\.?|mar\.?|apr\.?|jun\.?|jul\.?|aug\.?|sept\.?|sep\.?|oct\.?|nov\.?|dec\.?)(?![a-z])"  # fmt: skip
_D = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![\d:]|\.\d|,\d{3})"
_Y = r"(?:19|20)\d{2}(?![\d:,]\d|\d|[\s-]?(?:km|people|persons|families|households|trucks|kg)\b)"
_DASH = r"(?:\s*[–—-]\s*|\s+to\s+|\s+and\s+|\s+until\s+|\s+through\s+)"
_PART = r"(?:early|mid|late|the\s+(?:beginning|start|end|middle|first\s+half|second\s+half)\s+of|beginning\s+of|end\s+of|middle\s+of)"
_WD = rf"(?:(?:{'|'.join(_WEEKDAYS)}),?\s+)?"
_I = re.IGNORECASE
_MONTH_IS_A_VERB = re.compile(r"^(?:may|march|mar)$", _I)

# Words that make a date without a year lie ahead; without them a date far ahead is taken for last year's.
_AHEAD = re.compile(r"\b(?:will|shall|plan(?:s|ned)?|next|due|scheduled|expected?|upcoming|invit\w+|by|until|before|intends?|deadline|proposed?|to\s+be)\b", _I)  # fmt: skip


@dataclass(frozen=True)
class DatesFound:
    """The mentions that were resolved, and the words that look like dates but were not."""

    mentions: tuple[TimeMention, ...]
    unresolved: tuple[Span, ...] = ()


def find_dates(text: str, published: date | None = None) -> DatesFound:
    """Every date in ``text`` as a closed interval of days, in order, without overlaps.

    Parameters
    ----------
    text
        English text.
    published
        The day the words were published. Without it, dates that lack a year stay unresolved.
    """
    taken: list[tuple[int, int]] = []
    mentions: list[TimeMention] = []
    unresolved: list[Span] = []
    for pattern, build in _RULES:
        for match in pattern.finditer(text):
            start, end = match.span("w")
            if any(start < e and s < end for s, e in taken) or not _is_date(match, text):
                continue
            days = build(match, _Context(text, published, start, end))
            if days is None:
                continue
            taken.append((start, end))
            span = Span.of(text, start, end)
            if isinstance(days, Days):
                mentions.append(_mention(text, span, days, published))
            else:
                unresolved.append(span)
    return DatesFound(tuple(sorted(mentions, key=lambda m: m.span)), tuple(sorted(unresolved)))


class _Unresolved:
    """Looks like a date; cannot be placed on the calendar."""


_UNKNOWN = _Unresolved()


@dataclass(frozen=True)
class _Context:
    text: str
    published: date | None
    start: int
    end: int

    def ahead(self) -> bool:
        """True when words before the date in its sentence say that it lies in the future."""
        before = re.split(r"[.!?]\s", self.text[max(0, self.start - 160) : self.start])[-1]
        return bool(_AHEAD.search(before))


_Result = Days | _Unresolved | None


def _mention(text: str, span: Span, days: Days, published: date | None) -> TimeMention:
    before = text[max(0, span.start - 24) : span.start].lower()
    role = (
        "deadline"
        if re.search(r"\b(?:by|until|before|no later than|not later than)\s+(?:the\s+)?$", before)
        else "event"
    )
    if re.search(r"\bsince\s+(?:the\s+)?$", before) and published and published >= days.earliest:
        start = text.lower().rfind("since", 0, span.start)
        return TimeMention(Span.of(text, start, span.end), days.earliest, published, role)
    return TimeMention(span, days.earliest, days.latest, role)


def _is_date(match: re.Match[str], text: str) -> bool:
    """Not the verbs "may" and "march", nor a year inside another number."""
    words = match["w"]
    if _MONTH_IS_A_VERB.match(words.rstrip(".")):
        before = text[max(0, match.start("w") - 12) : match.start("w")]
        return words[0].isupper() and bool(
            re.search(
                r"\b(?:in|since|by|during|until|last|next|this|of|from|to|and|before|after|late|early|mid)[\s-]$",
                before,
                _I,
            )
        )
    if re.fullmatch(_M, words, _I) and not words[0].isupper():
        return False
    return match.start("w") == 0 or not text[match.start("w") - 1].isalnum()


# --- building blocks ---------------------------------------------------------------------------------------


def _month_number(word: str) -> int:
    return _MONTHS[word.lower().rstrip(".")]


def _number(word: str) -> int:
    return int(re.sub(r"\D", "", word))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_days(year: int, month: int) -> Days:
    return Days(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def _year_days(year: int) -> Days:
    return Days(date(year, 1, 1), date(year, 12, 31))


def _days(first: date | None, last: date | None) -> Days | _Unresolved:
    if first is None or last is None or last < first:
        return _UNKNOWN
    return Days(first, last)


def _year_for(month: int, day: int, context: _Context) -> int | None:
    """The year meant by a date without one.

    Reports look back, so it is the latest such date that is not far ahead; up to two months ahead is taken as
    announced, and up to ten months where the sentence speaks of the future.
    """
    if context.published is None:
        return None
    limit = context.published + timedelta(days=300 if context.ahead() else 60)
    for year in (context.published.year + 1, context.published.year, context.published.year - 1):
        candidate = _day(year, month, min(day, 28))
        if candidate and candidate <= limit:
            return year
    return context.published.year


def _part_of(days: Days, part: str) -> Days:
    """Early, middle or late: the first, middle or last third (ten days of a month, four months of a year)."""
    word = part.lower()
    length = (days.latest - days.earliest).days + 1
    if "half" in word:
        middle = days.earliest + timedelta(days=length // 2)
        return (
            Days(days.earliest, middle - timedelta(days=1)) if "first" in word else Days(middle, days.latest)
        )
    if length > 31:
        year = days.earliest.year
        cuts = (_month_days(year, 4).latest, _month_days(year, 8).latest)
    else:
        cuts = (days.earliest.replace(day=10), days.earliest.replace(day=20))
    if "early" in word or "beginning" in word or "start" in word:
        return Days(days.earliest, cuts[0])
    if "mid" in word:
        return Days(cuts[0] + timedelta(days=1), cuts[1])
    return Days(cuts[1] + timedelta(days=1), days.latest)


# --- the rules, most specific first ------------------------------------------------------------------------


def _iso_range(m: re.Match[str], c: _Context) -> _Result:
    return _days(_iso(m["a"]), _iso(m["b"]))


def _iso(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _iso_day(m: re.Match[str], c: _Context) -> _Result:
    return _days(_iso(m["w"]), _iso(m["w"]))


def _slashed(m: re.Match[str], c: _Context) -> _Result:
    a, b, year = int(m["a"]), int(m["b"]), int(m["y"])
    if a == b or (a > 12) != (b > 12):
        day = _day(year, min(a, b), max(a, b)) if a != b else _day(year, a, b)
        return _days(day, day)
    return _UNKNOWN  # 02/03/2019 is the second of March to some and February 3rd to others


def _full_range(m: re.Match[str], c: _Context) -> _Result:
    """Day month – day month: "28 February to 3 March 2019", "February 28 – March 3"."""
    month1, month2 = _month_number(m["m1"]), _month_number(m["m2"])
    day1, day2 = _number(m["d1"]), _number(m["d2"])
    year2 = int(m["y2"]) if m["y2"] else _year_for(month2, day2, c)
    if year2 is None:
        return _UNKNOWN
    year1 = int(m["y1"]) if m["y1"] else year2 - (month1 > month2)
    return _days(_day(year1, month1, day1), _day(year2, month2, day2))


def _day_range(m: re.Match[str], c: _Context) -> _Result:
    """Two days of one month: "2–4 Aug 2016", "August 2-4"."""
    month, day1, day2 = _month_number(m["m"]), _number(m["d1"]), _number(m["d2"])
    year = int(m["y"]) if m["y"] else _year_for(month, day1, c)
    return _UNKNOWN if year is None else _days(_day(year, month, day1), _day(year, month, day2))


def _one_day(m: re.Match[str], c: _Context) -> _Result:
    month, day = _month_number(m["m"]), _number(m["d"])
    year = int(m["y"]) if m["y"] else _year_for(month, day, c)
    if year is None:
        return _UNKNOWN
    return _days(_day(year, month, day), _day(year, month, day))


def _month_range(m: re.Match[str], c: _Context) -> _Result:
    month1, month2 = _month_number(m["m1"]), _month_number(m["m2"])
    year2 = int(m["y2"]) if m["y2"] else _year_for(month2, 1, c)
    if year2 is None:
        return _UNKNOWN
    year1 = int(m["y1"]) if m["y1"] else year2 - (month1 > month2)
    return _days(_month_days(year1, month1).earliest, _month_days(year2, month2).latest)


def _month(m: re.Match[str], c: _Context) -> _Result:
    month = _month_number(m["m"])
    year = int(m["y"]) if m["y"] else _year_for(month, 1, c)
    if m["rel"] and not m["y"] and c.published:
        year = c.published.year
        if m["rel"].lower().startswith("last") and month >= c.published.month:
            year -= 1
        if m["rel"].lower().startswith("next") and month <= c.published.month:
            year += 1
    if year is None:
        return _UNKNOWN
    days = _month_days(year, month)
    return _part_of(days, m["part"]) if m["part"] else days


def _year_range(m: re.Match[str], c: _Context) -> _Result:
    second = int(m["b"]) if len(m["b"]) == 4 else int(m["a"][:2] + m["b"])
    return _days(date(int(m["a"]), 1, 1), date(second, 12, 31)) if second > int(m["a"]) else None


def _year(m: re.Match[str], c: _Context) -> _Result:
    days = _year_days(int(m["y"]))
    return _part_of(days, m["part"]) if m["part"] else days


def _near(m: re.Match[str], c: _Context) -> _Result:
    if c.published is None:
        return _UNKNOWN
    shift = {"yesterday": -1, "today": 0, "tomorrow": 1, "tonight": 0}[m["w"].lower()]
    return Days.on(c.published + timedelta(days=shift))


def _weekday(m: re.Match[str], c: _Context) -> _Result:
    if c.published is None:
        return _UNKNOWN
    wanted = _WEEKDAYS.index(m["wd"].lower())
    back = (c.published.weekday() - wanted) % 7
    word = (m["rel"] or "").lower().strip()
    if word in ("next", "coming") or (not word and c.ahead() and back):
        return Days.on(c.published + timedelta(days=(7 - back) or 7))
    return Days.on(c.published - timedelta(days=7 if word == "last" and back == 0 else back))


def _unit_shift(m: re.Match[str], c: _Context) -> _Result:
    """Last week, this month, next year: whole calendar weeks (Monday first), months and years."""
    if c.published is None:
        return _UNKNOWN
    step = {"last": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "coming": 1}[m["rel"].lower()]
    unit = m["unit"].lower()
    if unit == "year":
        return _year_days(c.published.year + step)
    if unit == "month":
        index = c.published.year * 12 + c.published.month - 1 + step
        return _month_days(index // 12, index % 12 + 1)
    monday = c.published - timedelta(days=c.published.weekday()) + timedelta(weeks=step)
    return Days(monday, monday + timedelta(days=6))


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], _Context], _Result]], ...] = (
    (re.compile(r"(?P<w>(?P<a>\d{4}-\d{2}-\d{2})(?:\s*[–—/]\s*|\s+(?:to|and|until)\s+)(?P<b>\d{4}-\d{2}-\d{2}))(?!\d)", _I), _iso_range),
    (re.compile(r"(?<![\d-])(?P<w>\d{4}-\d{2}-\d{2})(?![\d-])"), _iso_day),
    (re.compile(r"(?<![\d/.])(?P<w>(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<y>(?:19|20)\d{2}))(?![\d/])"), _slashed),
    (re.compile(rf"(?P<w>{_WD}\b(?P<d1>{_D})\s+(?P<m1>{_M})(?:\s+(?P<y1>{_Y}))?{_DASH}{_WD}(?P<d2>{_D})\s+(?P<m2>{_M})(?:,?\s+(?P<y2>{_Y}))?)", _I), _full_range),
    (re.compile(rf"\b(?P<w>{_WD}(?P<m1>{_M})\s+(?P<d1>{_D})(?:,?\s+(?P<y1>{_Y}))?{_DASH}{_WD}(?P<m2>{_M})\s+(?P<d2>{_D})(?:,?\s+(?P<y2>{_Y}))?)", _I), _full_range),
    (re.compile(rf"\b(?P<w>(?P<d1>{_D}){_DASH}(?P<d2>{_D})\s+(?P<m>{_M})(?:,?\s+(?P<y>{_Y}))?)", _I), _day_range),
    (re.compile(rf"\b(?P<w>(?P<m>{_M})\s+(?P<d1>{_D}){_DASH}(?P<d2>{_D})(?:,?\s+(?P<y>{_Y}))?)", _I), _day_range),
    (re.compile(rf"\b(?P<w>{_WD}(?:the\s+)?(?P<d>{_D})\s+(?:of\s+|day\s+of\s+)?(?P<m>{_M})(?:,?\s+(?P<y>{_Y}))?)", _I), _one_day),
    (re.compile(rf"\b(?P<w>{_WD}(?P<m>{_M})\s+(?P<d>{_D})(?:,?\s+(?P<y>{_Y}))?)", _I), _one_day),
    (re.compile(rf"\b(?P<w>(?P<m1>{_M})(?:\s+(?P<y1>{_Y}))?{_DASH}(?P<m2>{_M})(?:,?\s+(?P<y2>{_Y}))?)", _I), _month_range),
    (re.compile(rf"\b(?P<w>(?:(?P<part>{_PART})[\s-]+)?(?:(?P<rel>last|next|this)\s+)?(?P<m>{_M})(?:,?\s+(?:of\s+)?(?P<y>{_Y}))?)", _I), _month),
    (re.compile(r"\b(?P<w>(?P<a>(?:19|20)\d{2})(?:\s*[–—/-]\s*|\s+(?:to|and|until)\s+)(?P<b>(?:19|20)\d{2}|\d{2}))(?![\d-])"), _year_range),
    (re.compile(rf"\b(?P<w>(?P<part>{_PART})[\s-]+(?P<y>{_Y}))", _I), _year),
    (re.compile(rf"\b(?:in|since|by|during|until|before|after|of|from|throughout|year|around)\s+(?P<part>)(?P<w>(?P<y>{_Y}))", _I), _year),
    (re.compile(r"\b(?P<w>yesterday|today|tomorrow|tonight)\b", _I), _near),
    (re.compile(rf"\b(?P<w>(?:(?P<rel>last|next|this|coming)\s+)?(?P<wd>{'|'.join(_WEEKDAYS)}))\b", _I), _weekday),
    (re.compile(r"\b(?P<w>(?P<rel>last|previous|this|current|next|coming)\s+(?P<unit>week|month|year))\b", _I), _unit_shift),
)  # fmt: skip
