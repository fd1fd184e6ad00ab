"""The first time on a machine, inner loops are compiled: a wait that is told, and told apart from the work itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

LOG = "waythrough.compiling"
"""Who compiles says so here, whatever room it is in."""
PREPARING = "Preparing the fast loops, once on this machine: about 10 s …"


@contextmanager
def told(tell: Callable[[str], None]) -> Iterator[None]:
    """Within, compiling is told as it begins."""
    log, handler = logging.getLogger(LOG), _Tells(tell)
    before = log.level
    log.setLevel(logging.INFO)
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(before)


class _Tells(logging.Handler):
    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell(PREPARING)
