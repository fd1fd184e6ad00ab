"""A kernel gives the same numbers compiled and in plain Python, and is compiled only where it pays."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import numpy as np
import pytest

from waythrough.plan import kernels
from waythrough.plan.kernels import PAYS, helper, is_kept, kernel


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


def test_a_loop_that_is_not_kept_on_this_machine_is_told_once_before_it_is_compiled(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "waythrough.compiling")
    kernels._say_once.cache_clear()
    assert not is_kept(total.plain, tmp_path)
    monkeypatch.setattr(kernels, "is_kept", lambda function, folder: False)
    first, second = (kernel(mixed)(total.plain) for _ in range(2))
    values = np.arange(5)
    assert first.compiled(values) == second.compiled(values) == total.plain(values)
    assert [record.getMessage() for record in caplog.records] == [
        "compiling loops that are not kept on this machine yet"
    ]


def test_a_loop_kept_since_its_source_was_written_is_not_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    total.compiled(np.arange(3))
    folder = Path(total.compiled.stats.cache_path)  # type: ignore[attr-defined]
    assert is_kept(total.plain, folder)
    caplog.set_level(logging.INFO, "waythrough.compiling")
    kernels._say_once.cache_clear()
    assert kernel(mixed)(total.plain).compiled
    assert not caplog.records
    later = Path(__file__).stat().st_mtime + 1
    kept = sorted(folder.glob("*.total-*.nbi"))
    for index in kept:
        os.utime(index, (later - 10, later - 10))
    assert not is_kept(total.plain, folder)
    for index in kept:
        os.utime(index, (later, later))
