"""Small counts are hidden, and an attacker with all published numbers cannot find them again."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from waythrough.publish.disclosure import (
    SafeTable,
    block_of,
    blocks,
    bounds,
    check_public,
    journeys_by_block,
    protect,
)
from waythrough.publish.problems import NotSafeToPublish

THRESHOLD = 10


def attack(table: SafeTable, cell: tuple[int, int]) -> tuple[float, float]:
    """The bounds an independent attacker finds with a linear program over everything published."""
    rows, columns = len(table.rows), len(table.columns)
    index = {c: n for n, c in enumerate(itertools.product(range(rows), range(columns)))}
    equalities, sums = [], []

    def know(cells: list[tuple[int, int]], total: int | None) -> None:
        if total is not None:
            line = np.zeros(len(index))
            line[[index[c] for c in cells]] = 1
            equalities.append(line)
            sums.append(total)

    for i, j in index:
        know([(i, j)], table.counts[i][j])
    for i in range(rows):
        know([(i, j) for j in range(columns)], table.row_totals[i])
    for j in range(columns):
        know([(i, j) for i in range(rows)], table.column_totals[j])
    know(list(index), table.total)
    if not equalities:
        return 0.0, float("inf")
    goal = np.zeros(len(index))
    goal[index[cell]] = 1
    low = linprog(goal, A_eq=np.array(equalities), b_eq=sums, bounds=(0, None))
    high = linprog(-goal, A_eq=np.array(equalities), b_eq=sums, bounds=(0, None))
    return low.fun, float("inf") if high.status == 3 else -high.fun


def small_cells(counts: list[list[int]]) -> list[tuple[int, int]]:
    return [(i, j) for i, row in enumerate(counts) for j, n in enumerate(row) if 0 < n < THRESHOLD]


def assert_safe(counts: list[list[int]], table: SafeTable) -> None:
    for i, j in small_cells(counts):
        assert table.counts[i][j] is None
        low, high = attack(table, (i, j))
        assert low <= 1e-6
        assert high >= THRESHOLD - 1e-6


TABLES = {
    "one small cell": [[40, 3, 60], [50, 70, 80], [20, 30, 90]],
    "two in a row": [[4, 3, 60], [50, 70, 80], [20, 30, 90]],
    "a bridge between two cycles": [[4, 5, 60, 70], [6, 3, 2, 40], [30, 50, 7, 8], [90, 20, 9, 5]],
    "one column": [[40], [12], [30]],
    "one column, one small": [[40], [2], [30]],
    "small totals": [[4, 2], [50, 60]],
    "zeros": [[0, 5, 30], [0, 40, 0], [20, 0, 60]],
}


@pytest.mark.parametrize("name", TABLES)
def test_a_linear_program_cannot_find_a_small_cell_again(name: str) -> None:
    assert_safe(TABLES[name], protect(range(len(TABLES[name])), range(len(TABLES[name][0])), TABLES[name]))


def test_random_tables_are_safe_against_a_linear_program() -> None:
    rng = random.Random(20310314)
    for _ in range(25):
        shape = rng.randint(1, 5), rng.randint(1, 4)
        counts = [[rng.choice([0, 3, 7, 12, 25, 60, 140]) for _ in range(shape[1])] for _ in range(shape[0])]
        assert_safe(counts, protect(range(shape[0]), range(shape[1]), counts))


def test_hiding_only_the_small_cells_is_found_again() -> None:
    counts = TABLES["one small cell"]
    naive = SafeTable(
        (0, 1, 2), (0, 1, 2), ((40, None, 60), (50, 70, 80), (20, 30, 90)),
        (103, 200, 140), (110, 103, 230), 443, 1, 0,
    )  # fmt: skip
    assert attack(naive, (0, 1)) == pytest.approx((3, 3))
    assert bounds(counts, {(0, 1)}, (0, 1)) == (3, 3)


def test_bounds_are_those_of_the_linear_program() -> None:
    counts = TABLES["a bridge between two cycles"]
    hidden = {(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 2), (2, 3), (3, 2), (3, 3)}
    shown = tuple(
        tuple(None if (i, j) in hidden else n for j, n in enumerate(row)) for i, row in enumerate(counts)
    )
    table = SafeTable(
        tuple(range(4)), tuple(range(4)), shown,
        tuple(map(sum, counts)), tuple(map(sum, zip(*counts, strict=True))), sum(map(sum, counts)), 0, 0,
    )  # fmt: skip
    for cell in hidden:
        assert bounds(counts, hidden, cell) == pytest.approx(attack(table, cell), abs=1e-6)


def test_a_table_without_small_cells_is_left_alone() -> None:
    table = protect("ab", "xy", [[10, 20], [30, 0]])
    assert table.counts == ((10, 20), (30, 0))
    assert (table.primary, table.secondary) == (0, 0)


def test_a_small_total_hides_the_whole_table() -> None:
    table = protect("ab", "xy", [[4, 2], [50, 60]])
    assert {cell for row in table.counts for cell in row} == {None}
    assert set(table.row_totals) == set(table.column_totals) == {None}
    assert table.total == 116


def test_a_small_grand_total_is_hidden_too() -> None:
    assert protect("a", "x", [[4]]).total is None
    assert protect("a", "x", [[0]]).total == 0


def test_the_plan_is_told_in_blocks_of_seven_days_or_more_from_its_first_day(sample) -> None:
    for days in range(1, 60):
        plan = replace(sample.plan(), days=days)
        told = [block_of(plan, day) for day in range(days)]
        assert told == sorted(told)
        assert set(told) == set(range(len(blocks(plan))))
        assert min(told.count(block) for block in told) >= min(days, 7)


def test_small_destinations_lose_their_name(sample) -> None:
    plan, situation = sample.plan(), sample.situation()
    told, columns, counts = journeys_by_block(plan, situation)
    assert len(told) == len(counts) == 4
    assert columns == ["de-hill", "de-quay"]
    assert sum(map(sum, counts)) == plan.people_moved
    fewer = replace(plan, returns=plan.returns[:2])
    assert journeys_by_block(fewer, situation)[1] == ["de-hill", ""]


def test_a_page_with_a_household_in_it_is_refused_with_exit_code_7(sample) -> None:
    with pytest.raises(NotSafeToPublish) as refusal:
        check_public("<p>hh-0007 leaves on Sunday</p>", sample.situation())
    assert refusal.value.exit_code == 7
    check_public("<p>Nothing here</p>", sample.situation())
