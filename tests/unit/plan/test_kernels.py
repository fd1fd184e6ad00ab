"""A kernel gives the same numbers compiled and in plain Python, and is compiled only where it pays."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from waythrough.plan import kernels
from waythrough.plan.kernels import PAYS, helper, kernel


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


def test_the_numbers_are_the_same_either_way() -> None:
    assert kernels.can_compile(), "numba is among what the tests install"
    values = np.random.default_rng(1).integers(0, 1_000_000, 1000)
    assert total.compiled(values) == total.plain(values)


def test_little_work_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    assert total.sized(PAYS - 1) is total.plain
    assert total.sized(PAYS) is total.compiled
    monkeypatch.setattr(kernels, "can_compile", lambda: False)
    assert total.sized(PAYS) is total.plain


def test_compiling_is_told_once_and_only_where_a_loop_is_not_kept_on_this_machine(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "waythrough.compiling")
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path))
    values = np.arange(5)

    def told() -> int:
        caplog.clear()
        kernels._say_once.cache_clear()
        again = kernel(mixed)(total.plain)
        # Numbers of two kinds: compiled for each.
        for kind in (np.int64, np.int32):
            assert again.compiled(values.astype(kind)) == total.plain(values)
        return len(caplog.records)

    assert told() == 1
    assert told() == 0
