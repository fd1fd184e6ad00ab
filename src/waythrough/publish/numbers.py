"""The one formatter: no number, date, window, code or phone reaches a reader except through here.

In right-to-left text the Unicode bidirectional rules turn "41 200" written with an ordinary space into "200 41", and
a range into its own reverse. For a page that publishes how many people there are, that is a published falsehood.
So every item is written with U+202F between thousands and carries its own direction: isolate characters in plain
text (U+2066 or U+2067 … U+2069), ``<bdi dir>`` in HTML.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date as Day
from datetime import datetime
from typing import Any

from markupsafe import Markup, escape

from waythrough.terms.estimates import Estimate
from waythrough.terms.problems import InputRefused
from waythrough.terms.when import Days, Window

THIN = "\u202f"
"""Narrow no-break space: between thousands, and before a unit sign."""
_OPEN = {"ltr": "\u2066", "rtl": "\u2067", "auto": "\u2068"}
_CLOSE = "\u2069"
RTL = frozenset({"ar", "he", "fa", "ur"})
"""Languages written from right to left."""

_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "ru": "янв. февр. марта апр. мая июня июля авг. сент. окт. нояб. дек.",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
# Readers of Arabic in the Levant use these names of the months, others the ones above. Some are two words, joined
# by "_" here and parted again when shown.
_LEVANT = "كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول"
_DECIMAL = {"fr": ",", "ru": ","}


@dataclass(frozen=True)
class Run:
    """A piece of text with a direction of its own. ``str()`` gives isolates, ``__html__`` gives ``<bdi>``.

    ``parts`` are strings and inner runs, in reading order.
    """

    parts: tuple[str | Run, ...]
    direction: str = "ltr"

    @classmethod
    def of(cls, *parts: str | Run, direction: str = "ltr") -> Run:
        """A run of these parts."""
        return cls(parts, direction)

    @property
    def plain(self) -> str:
        """The characters alone, without isolates: for file names and sorting, never for a reader's page."""
        return "".join(part if isinstance(part, str) else part.plain for part in self.parts)

    def __str__(self) -> str:
        return _OPEN[self.direction] + "".join(map(str, self.parts)) + _CLOSE

    def __html__(self) -> str:
        inner = Markup("").join(self.parts)
        if self.direction == "auto":  # what <bdi> does of itself
            return Markup("<bdi>{}</bdi>").format(inner)
        return Markup('<bdi dir="{}">{}</bdi>').format(self.direction, inner)


def words_of_others(text: str) -> Run:
    """A name, quotation or other text not ours: its own first strong letter decides its direction."""
    return Run((text,), "auto")


@dataclass(frozen=True)
class Numbers:
    """Formats for one language.

    ``months`` is for Arabic: ``common`` (فبراير), ``levant`` (شباط) or ``both`` (شباط/فبراير). Digits are Western
    in every language, as in the common locale data since Arabic moved to them.
    """

    language: str = "en"
    months: str = "both"
    _names: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.language not in _MONTHS or self.months not in ("common", "levant", "both"):
            raise InputRefused(
                place="formatter",
                found=f"language {self.language!r}, months {self.months!r}",
                allowed=f"languages {', '.join(_MONTHS)}; months common, levant, both",
                remedy="Choose one of these.",
            )
        object.__setattr__(self, "_names", _month_names(self.language, self.months))

    @property
    def rtl(self) -> bool:
        """True where the language is written from right to left."""
        return self.language in RTL

    def number(self, value: float, decimals: int = 0, unit: str = "") -> Run:
        """A finite number, rounded half to even, with an optional unit sign such as ``km``."""
        return Run.of(self._digits(value, decimals) + (THIN + unit if unit else ""))

    def share(self, value: float, decimals: int = 0) -> Run:
        """A share in 0..1 as per cent."""
        return Run.of(self._digits(value * 100, decimals) + THIN + "%")

    def range(self, low: float | None, high: float | None, *, as_share: bool = False) -> Run:
        """Low to high; one number if they are equal; "≥ low" or "≤ high" where the other bound is not known."""
        scale, sign = (100, THIN + "%") if as_share else (1, "")
        texts = [None if x is None else self._digits(x * scale, 0) for x in (low, high)]
        if texts[0] is None and texts[1] is None:
            raise InputRefused(
                place="range", found="no bound at all", allowed="a low, a high or both", remedy="Show a gap."
            )
        if texts[0] is None:
            return Run.of(f"≤{THIN}{texts[1]}{sign}")
        if texts[1] is None:
            return Run.of(f"≥{THIN}{texts[0]}{sign}")
        # A dash between two minus signs cannot be read.
        between = " … " if low is not None and low < 0 else "–"
        return Run.of((texts[0] if low == high else f"{texts[0]}{between}{texts[1]}") + sign)

    def interval(self, estimate: Estimate, decimals: int = 0) -> Run:
        """An estimate as value (low–high); shares as per cent. In Arabic the value still comes first to the reader."""
        if estimate.unit in ("share", "chance"):
            value = self.share(estimate.value, decimals)
            bounds = self.range(estimate.low, estimate.high, as_share=True)
        else:
            value = self.number(estimate.value, decimals)
            bounds = self.range(estimate.low, estimate.high)
        return Run.of(value, " (", bounds, ")", direction="rtl" if self.rtl else "ltr")

    def chance(self, estimate: Estimate) -> Run:
        """A chance in 0..1 as per cent with its interval and the level of the interval: 48 % (17–79 %, 90 %)."""
        bounds = self.range(estimate.low, estimate.high, as_share=True)
        comma = "، " if self.rtl else ", "
        return Run.of(
            self.share(estimate.value),
            " (",
            bounds,
            comma,
            self.share(estimate.level),
            ")",
            direction=self.direction,
        )

    def date(self, day: Day) -> Run:
        """14 Feb 2019, with the month in words, so that no reader can take the day for the month."""
        return self._dated(f"{day.day} {self._names[day.month - 1]} {day.year}")

    def month(self, day: Day) -> Run:
        """Feb 2019: the month a day is in."""
        return self._dated(f"{self._names[day.month - 1]} {day.year}")

    def days(self, days: Days) -> Run:
        """A day, a month, a year, or first to last day, as exactly as it is known and no more."""
        first, last = days.earliest, days.latest
        if days.exact:
            return self.date(first)
        if Days.parse(f"{first:%Y}") == days:
            return Run.of(str(first.year))
        if Days.parse(f"{first:%Y-%m}") == days:
            return self.month(first)
        return self.dates(first, last)

    def dates(self, first: Day, last: Day) -> Run:
        """From one day to another, saying month and year once where they are the same."""
        if first == last:
            return self.date(first)
        if (first.year, first.month) == (last.year, last.month):
            rest = f" {self._names[last.month - 1]} {last.year}".replace("_", " ")
            return Run.of(Run.of(f"{first.day}–{last.day}"), rest, direction=self.direction)
        start = self.date(first)
        if first.year == last.year:
            start = self._dated(f"{first.day} {self._names[first.month - 1]}")
        return Run.of(start, " – ", self.date(last), direction=self.direction)

    def time(self, moment: datetime) -> Run:
        """Hours and minutes with the zone: 09:30 UTC+03:00."""
        offset = moment.strftime("%z")
        if not offset:
            raise InputRefused(
                place="time",
                found=f"{moment.isoformat()} without a time zone",
                allowed="a date and time with an offset",
                remedy="Add the offset of the place it is for.",
            )
        zone = "UTC" if offset == "+0000" else f"UTC{offset[:3]}:{offset[3:5]}".replace("-", "\u2212")
        return Run.of(f"{moment:%H:%M} {zone}")

    def moment(self, moment: datetime) -> Run:
        """Day, hours and minutes with the zone."""
        return Run.of(self.date(moment.date()), " ", self.time(moment), direction=self.direction)

    def window(self, window: Window) -> Run:
        """Start to end with day and hour, and the zone: once if both ends have the same."""
        start: Run = self.moment(window.start)
        if window.start.utcoffset() == window.end.utcoffset():
            start = Run.of(
                self.date(window.start.date()), " ", Run.of(f"{window.start:%H:%M}"), direction=self.direction
            )
        return Run.of(start, " – ", self.moment(window.end), direction=self.direction)

    def code(self, text: str) -> Run:
        """An id, a P-code, a version: never reordered, never translated."""
        return Run.of(text)

    def hash(self, text: str) -> Run:
        """The first twelve characters of a hash, enough to compare by eye."""
        return Run.of(text[:12] + ("…" if len(text) > 12 else ""))

    def phone(self, text: str) -> Run:
        """A telephone number as given, kept in one piece."""
        return Run.of("\u00a0".join(text.split()))

    def show(self, value: Any) -> Any:
        """Whatever a sentence is given, in the form a reader may see. What is already a run stays as it is."""
        if hasattr(value, "__html__"):
            return value
        if isinstance(value, str):
            return words_of_others(value)
        if isinstance(value, bool) or value is None:
            raise TypeError(f"{value!r} is nothing a reader could be shown; say it in words")
        match value:
            case datetime():
                return self.moment(value)
            case Day():
                return self.date(value)
            case Days():
                return self.days(value)
            case Window():
                return self.window(value)
            case Estimate():
                return self.interval(value)
            case int() | float():
                return self.number(value)
        raise TypeError(f"no format for {type(value).__name__}")

    def join(self, items: Iterable[Any], separator: str | None = None) -> Run:
        """Several shown things in a row, parted by the language's semicolon, as names may hold commas."""
        comma = separator or ("؛ " if self.rtl else "; ")
        parts: list[Any] = []
        for item in items:
            parts += [comma, self.show(item)] if parts else [self.show(item)]
        return Run.of(*parts, direction=self.direction)

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return "rtl" if self.rtl else "ltr"

    def _dated(self, text: str) -> Run:
        # A day in Arabic reads 14, month, 2019 from the right: it is a right-to-left run, unlike a bare number.
        return Run.of(text.replace("_", " "), direction=self.direction)

    def _digits(self, value: float, decimals: int) -> str:
        text = f"{value:,.{decimals}f}"
        if not any(char.isdigit() for char in text):
            raise InputRefused(
                place="number",
                found=text,
                allowed="a finite number",
                remedy="Say that it cannot be computed, and why.",
            )
        whole, _, rest = text.replace(",", THIN).replace("-", "\u2212").partition(".")
        return whole + (_DECIMAL.get(self.language, ".") + rest if rest else "")


def html(value: Any) -> str:
    """A run or plain text as safe HTML."""
    return str(escape(value))


def _month_names(language: str, months: str) -> tuple[str, ...]:
    common = _MONTHS[language].split()
    if language != "ar" or months == "common":
        return tuple(common)
    levant = _LEVANT.split()
    if months == "levant":
        return tuple(levant)
    return tuple(f"{one}/{other}" for one, other in zip(levant, common, strict=True))
