"""Charts as drawings: the title states the finding, the axis starts at zero, every line bears its own label."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import Markup

from waythrough.publish import svg
from waythrough.publish.words import Words
from waythrough.terms.problems import InputRefused

_ROW = 40
_TOP = 8
_SIDE = 12
_WIDE = 600


@dataclass(frozen=True)
class ChartRow:
    """One line: a label, a low and a high (one may be missing), a value if there is one, and the text beside it."""

    label: str
    low: float | None
    high: float | None
    value: float | None
    text: str
    ours: bool = False


def interval_chart(rows: list[ChartRow], width: int, *, title: str, note: str, words: Words) -> Markup:
    """Dots and intervals on one axis from zero, labels above each line so that it fits a telephone too.

    Parameters
    ----------
    rows
        At least one, each with a low, a high or both.
    width
        In pixels: draw it once for narrow and once for wide pages, so that letters keep their size.
    title, note
        The finding in words; unit, source and date. Both are asked for: a chart without them is refused.
    """
    if not (rows and title.strip() and note.strip()):
        raise InputRefused(
            place="chart",
            found="no rows, no title or no note",
            allowed="rows, the finding in words, and unit, source and date",
            remedy="Give all three.",
        )
    rtl = words.numbers.rtl
    top = nice_above(max(edge for row in rows for edge in (row.low, row.high) if edge is not None))
    inner = width - 2 * _SIDE
    floor = _TOP + _ROW * len(rows)

    def x(value: float) -> float:
        across = inner * value / top
        return width - _SIDE - across if rtl else _SIDE + across

    parts = []
    for part in range(5):
        mark = top * part / 4
        parts.append(svg.line(x(mark), _TOP, x(mark), floor, "grid" if part else "axis"))
        anchor = "start" if part == 0 else "end" if part == 4 else "middle"
        parts.append(svg.text(x(mark), floor + 18, str(words.numbers.number(mark)), anchor, rtl, "tick"))
    for index, row in enumerate(rows):
        parts += _row(row, _TOP + _ROW * index, x, width, rtl, top)
    alternative = "; ".join(f"{row.label}: {row.text}" for row in rows) + ". " + note
    return svg.drawing(f"chart-{width}", width, floor + 28, title, alternative, parts, _size(width))


def _row(row: ChartRow, y: float, x, width: float, rtl: bool, top: float) -> list[Markup]:  # type: ignore[no-untyped-def]
    kind = "ours" if row.ours else "theirs"
    low = row.low if row.low is not None else 0.0
    high = row.high if row.high is not None else top
    start, end = (width - _SIDE, _SIDE) if rtl else (_SIDE, width - _SIDE)
    parts = [
        svg.text(start, y + 14, row.label, "start", rtl, f"label {kind}"),
        svg.text(end, y + 14, row.text, "end", rtl, f"value {kind}"),
    ]
    middle = y + 26
    if low != high:
        # A bound nobody gave is drawn as a dashed line that runs on to the edge.
        open_ended = row.low is None or row.high is None
        parts.append(
            svg.line(x(low), middle, x(high), middle, f"span {kind}{' open-ended' if open_ended else ''}")
        )
    for edge in {row.low, row.high, row.value} - {None}:
        if row.value is None or edge == row.value:
            parts.append(svg.tag("circle", cx=x(float(edge or 0)), cy=middle, r=5, class_=f"dot {kind}"))
    return parts


def nice_above(value: float) -> float:
    """The smallest of 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8 times a power of ten that is not below value."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1
    return next(step * power for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * power >= value)


def _size(width: int) -> str:
    return "chart wide" if width >= _WIDE else "chart narrow"
