"""A kernel gives the same numbers compiled and in plain Python, and is compiled only where it pays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from waythrough.plan import kernels
from waythrough.plan.kernels import PAYS, Compiled, helper, kernel, machine_code

SCALE = 3


@helper()
def doubled(n: int) -> int:
    return 2 * n


@helper(doubled)
def mixed(n: int) -> int:
    return (doubled(n) * 31 + 7) % 1_000_003


@kernel(mixed)
def total(values: np.ndarray) -> int:
    found = 0
    for n in range(values.shape[0]):
        found += mixed(values[n])
    return found


def scaled(values: np.ndarray, more: int = 0) -> int:
    found = 0
    for n in range(values.shape[0]):
        found += values[n] * SCALE
    return found + more - more


def test_the_numbers_are_the_same_either_way() -> None:
    assert kernels.can_compile(), "numba is among what the tests install"
    values = np.random.default_rng(1).integers(0, 1_000_000, 1000)
    assert total.compiled(values) == total.plain(values)


def test_little_work_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert total.sized(PAYS - 1) is total.plain
    assert total.sized(PAYS) is total.compiled
    monkeypatch.setattr(kernels, "can_compile", lambda: False)
    assert total.sized(PAYS) is total.plain


# --- machine code that is kept ------------------------------------------------------------------------------

LATER = """
import sys
import numpy as np
from waythrough.plan.kernels.seats import Board, State, search
table = [np.zeros((2, many), np.int64) for many in (6, 4, 3, 4)]
board = Board(*table, np.zeros(3, np.int32))
state = State(*(np.zeros(shape, np.int64) for shape in ((2, 2), (2, 3), 3, 3, 3, (5, 3), (5, 2), 80)))
none = np.zeros(0, np.int64)
print(search.compiled(board, state, none, none, 0, 0, 0), "numba" in sys.modules)
"""


def test_a_later_run_needs_no_compiler(tmp_path: Path) -> None:
    told = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    runs = [
        subprocess.run([sys.executable, "-c", LATER], env=told, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert [run.stdout.split() for run in runs] == [["0", "True"], ["0", "False"]]


def test_kept_code_that_is_not_whole_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    values = np.arange(50)
    expected = total.plain(values)
    assert Compiled(total.plain, (mixed,))(values) == expected
    (kept,) = tmp_path.glob("total-*.loop")
    whole = kept.read_bytes()
    for spoiled in (whole[:-20], whole[:10], b"", whole.replace(b'"int64"', b'"int16"', 1)[:-1]):
        kept.write_bytes(spoiled)
        assert Compiled(total.plain, (mixed,))(values) == expected
        machine_code.Code.read(kept.read_bytes())


def test_a_constant_or_a_helper_that_changes_makes_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    functions, given = [scaled, doubled.plain], (np.arange(3),)
    first = machine_code.place(functions, given)
    assert machine_code.place(functions, given) == first
    assert machine_code.place([scaled, mixed.plain], given) != first
    assert machine_code.place(functions, (np.arange(3, dtype=np.int32),)) != first
    monkeypatch.setitem(globals(), "SCALE", 4)
    assert machine_code.place(functions, given) != first


def test_arguments_that_cannot_be_taken_apart_are_left_to_the_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    compiled = kernel()(scaled).compiled
    assert compiled(np.arange(4), True) == scaled(np.arange(4), True) == 18
    assert compiled(np.arange(4), 1) == 18
    assert len(list(tmp_path.glob("*.loop"))) == 1


def test_a_place_where_nothing_can_be_written_costs_only_the_time_to_compile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a-file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "a-file"))
    assert kernel()(scaled).compiled(np.arange(4), 1) == 18
