"""Pieces of work that have nothing to do with each other, a few at a time.

Compiled loops and the solver let go of the interpreter while they work, so threads are enough. What is found does not
depend on how many run at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 2
"""Pieces worked on at a time: a laptop has two processors to spare, seldom more."""


def together(work: Callable[[T], R], given: Iterable[T]) -> list[R]:
    """The work done for each, some at the same time; what came of it in the order given."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(work, given))
