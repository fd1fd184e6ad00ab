"""What the public edition may say: small counts go, and whatever would give them back by subtraction goes with them.

A published count from 1 to 9 can point at a family. A hidden count can be found again from a row's total and its other
cells, so hiding one cell is not enough: further cells are hidden until an attacker who knows every published cell,
every total and that counts are never negative can exclude neither 0 nor the threshold for any small cell.

For a table of rows and columns with their totals that attacker's bounds are exact and cheap: each hidden cell is an
edge between its row and its column, and what can be moved through it along a cycle of other hidden cells is a maximum
flow. Source: Geurts (1992), Heuristics for cell suppression in tables; Cox (1995), Journal of the American
Statistical Association 90, 1453–1462 (network models for complementary suppression).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waythrough.publish.desk import Desk
from waythrough.publish.problems import NotSafeToPublish
from waythrough.publish.words import Said
from waythrough.terms.planned import Plan
from waythrough.terms.situation import Situation

THRESHOLD = 10
"""Counts of people below this are not shown. The house's own rule; an information-sharing protocol may ask for more."""
MIN_BASE = 30
"""Shares from fewer interviews than this are not shown in public."""
ROUND_TO = 10
"""Our own estimates of people are rounded to this in public."""

Cell = tuple[int, int]


@dataclass(frozen=True)
class SafeTable:
    """A table that may be shown. ``None`` is a hidden count. ``whole`` hides everything, totals included.

    ``primary`` cells were too small themselves; ``secondary`` would have given one of them away.
    """

    rows: tuple[Any, ...]
    columns: tuple[Any, ...]
    counts: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None
    primary: int
    secondary: int


def protect(
    rows: Iterable[Any], columns: Iterable[Any], counts: Iterable[Iterable[int]], threshold: int = THRESHOLD
) -> SafeTable:
    """Hide the small cells of a table that is published with its row, column and grand totals.

    Parameters
    ----------
    rows, columns
        What heads each row and column.
    counts
        People, at least 0. Shape (rows, columns).
    threshold
        Counts from 1 to one less than this are hidden.

    Returns
    -------
    SafeTable
        With totals where they are safe. A small row or column total hides the whole table but its grand total, and
        a small grand total hides that too: when in doubt nothing is shown.
    """
    heads, names = tuple(rows), tuple(columns)
    table = [list(row) for row in counts]
    totals = [sum(row) for row in table]
    downs = [sum(column) for column in zip(*table, strict=True)]
    grand = sum(totals)
    small = {(i, j) for i, row in enumerate(table) for j, count in enumerate(row) if 0 < count < threshold}
    if any(0 < total < threshold for total in (*totals, *downs)):
        return _nothing(heads, names, grand if grand == 0 or grand >= threshold else None, len(small))
    hidden = _enough(table, small, threshold)
    if hidden is None:
        return _nothing(heads, names, grand, len(small))
    return SafeTable(
        rows=heads,
        columns=names,
        counts=tuple(
            tuple(None if (i, j) in hidden else count for j, count in enumerate(row))
            for i, row in enumerate(table)
        ),
        row_totals=tuple(totals),
        column_totals=tuple(downs),
        total=grand,
        primary=len(small),
        secondary=len(hidden) - len(small),
    )


def bounds(table: list[list[int]], hidden: set[Cell], cell: Cell) -> tuple[int, int | None]:
    """The least and the most a hidden cell can be for someone who knows all other cells and all totals.

    None means no upper bound; it cannot occur while totals are published.
    """
    value = table[cell[0]][cell[1]]
    # One more here is one less elsewhere in the row, one more there in its column, and so on around a cycle.
    up = _flow(table, hidden, cell, grow=True)
    down = min(value, _flow(table, hidden, cell, grow=False))
    return value - down, value + up


def _enough(table: list[list[int]], small: set[Cell], threshold: int) -> set[Cell] | None:
    """The small cells and the further ones that keep each of them uncertain; None if all together do not."""
    hidden = set(small)
    while exposed := _exposed(table, hidden, small, threshold):
        candidates = [
            (i, j)
            for i, row in enumerate(table)
            for j, count in enumerate(row)
            if (i, j) not in hidden and count
        ]
        if not candidates:
            return None
        # Prefer the row and column of the exposed cell, then small counts: they cost the reader least.
        hidden.add(
            min(candidates, key=lambda c: (c[0] != exposed[0] and c[1] != exposed[1], table[c[0]][c[1]], c))
        )
    return _pruned(table, hidden, small, threshold)


def _exposed(table: list[list[int]], hidden: set[Cell], small: set[Cell], threshold: int) -> Cell | None:
    for cell in sorted(small):
        low, high = bounds(table, hidden, cell)
        if low > 0 or (high is not None and high < threshold):
            return cell
    return None


def _pruned(table: list[list[int]], hidden: set[Cell], small: set[Cell], threshold: int) -> set[Cell]:
    for cell in sorted(hidden - small, key=lambda c: (-table[c[0]][c[1]], c)):
        if _exposed(table, hidden - {cell}, small, threshold) is None:
            hidden = hidden - {cell}
    return hidden


def _flow(table: list[list[int]], hidden: set[Cell], cell: Cell, *, grow: bool) -> int:
    """How much can be moved around cycles through ``cell``: a maximum flow (Edmonds and Karp 1972)."""
    start, goal = ("column", cell[1]), ("row", cell[0])
    unlimited = sum(map(sum, table)) + 1
    room: dict[tuple[Any, Any], int] = {}
    for i, j in hidden - {cell}:
        # Raising the cell means lowering others of its row and column; a count can fall to 0 and rise freely.
        down, up = (("column", j), ("row", i)), (("row", i), ("column", j))
        room[down if grow else up] = table[i][j]
        room[up if grow else down] = unlimited
    moved = 0
    while (path := _path(room, start, goal)) is not None:
        step = min(room[edge] for edge in path)
        for a, b in path:
            room[a, b] -= step
            room[b, a] += step
        moved += step
    return moved


def _path(room: Mapping[tuple[Any, Any], int], start: Any, goal: Any) -> list[tuple[Any, Any]] | None:
    came: dict[Any, Any] = {start: None}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here == goal:
            path = []
            while came[here] is not None:
                path.append((came[here], here))
                here = came[here]
            return path
        for (a, b), left in room.items():
            if a == here and left and b not in came:
                came[b] = here
                queue.append(b)
    return None


def _nothing(rows: tuple[Any, ...], columns: tuple[Any, ...], total: int | None, small: int) -> SafeTable:
    blank: tuple[tuple[int | None, ...], ...] = tuple((None,) * len(columns) for _ in rows)
    cells = len(rows) * len(columns)
    return SafeTable(
        rows, columns, blank, (None,) * len(rows), (None,) * len(columns), total, small, cells - small
    )


# --- in a report -------------------------------------------------------------------------------------------


def shown_count(desk: Desk, people: int) -> Any:
    """A count of people; in public a small one is replaced by words, and that is noted."""
    if desk.internal or people == 0 or people >= THRESHOLD:
        return desk.words.numbers.number(people)
    desk.suppressed.append(desk.words.say("A count of people in what then happened after a request."))
    return hidden_word(desk)


def hidden_word(desk: Desk) -> Said:
    """What stands where a count is hidden for being small."""
    return desk.words.say("fewer than {n}: not shown", n=THRESHOLD)


def blocks(plan: Plan) -> list[int]:
    """The first day index of each block of at least seven days the plan is told in, counted from its first day.

    Calendar weeks would not do: where the plan begins late in a week, that week's departures fall on one or two
    known days. For the same reason a last block of fewer than seven days is joined to the one before.
    """
    return [7 * k for k in range(max(plan.days // 7, 1))]


def block_of(plan: Plan, day: int) -> int:
    """The number of the block a day belongs to."""
    return min(day // 7, len(blocks(plan)) - 1)


def journeys_by_block(plan: Plan, situation: Situation) -> tuple[list[int], list[str], list[list[int]]]:
    """People who travel by choice, per block of days and destination, with every small destination merged.

    A destination whose total is small is not named: it joins the column "" (elsewhere).
    """
    sizes = {household.id: household.size for household in situation.households}
    cells: dict[tuple[int, str], int] = {}
    for trip in plan.returns:
        key = (block_of(plan, trip.day), trip.destination)
        cells[key] = cells.get(key, 0) + sum(sizes[seat.household] for seat in trip.seats)
    sums: dict[str, int] = {}
    for (_, destination), people in cells.items():
        sums[destination] = sums.get(destination, 0) + people
    merged = {name: name if people >= THRESHOLD else "" for name, people in sums.items()}
    told = list(range(len(blocks(plan))))
    columns = sorted(set(merged.values()), key=lambda name: (name == "", name))
    table = [
        [
            sum(cells.get((block, one), 0) for one, into in merged.items() if into == column)
            for column in columns
        ]
        for block in told
    ]
    return told, columns, table


def check_public(html: str, situation: Situation | None, confidential: Iterable[str] = ()) -> None:
    """A last look at the finished public page: no household, adult, consent or other confidential id may be in it.

    Raises
    ------
    NotSafeToPublish
        One was found. This should never happen; when it does, nothing is published.
    """
    marks = set(confidential)
    for household in situation.households if situation else ():
        marks |= {household.id, *household.adults, *(consent.ref for consent in household.consents)}
    found = len(_standing_in(html, {mark for mark in marks if len(mark) > 2}))
    if found:
        raise NotSafeToPublish(
            what=f"{found} ids of households, consents or confidential records stand in the public page",
            remedy="Look for them in the words of quotations, subjects and notices, then publish again.",
        )


def _standing_in(text: str, marks: set[str]) -> set[str]:
    """The marks that stand anywhere in a text, also inside a longer word. One pass for each length of mark.

    Tens of thousands of ids are looked for in each page; one search for each of them took seconds.
    """
    found: set[str] = set()
    for length in {len(mark) for mark in marks}:
        pieces = {text[at : at + length] for at in range(len(text) - length + 1)}
        found |= marks & pieces
    return found
