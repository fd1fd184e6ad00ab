"""A child process that works on a ledger until it is killed, and what it had acknowledged by then."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import NamedTuple

from faults.operations import Say

LONGEST_SECONDS = 120.0


class Ended(NamedTuple):
    """How a child ended, after how long, and what it had said by then. ``code`` is negative for a signal."""

    code: int
    seconds: float
    said: list[str]

    @property
    def killed(self) -> bool:
        """True when the kill came before the work was done."""
        return self.code == -signal.SIGKILL


def run(work: Callable[[Say], None], kill_after: float | None = None) -> Ended:
    """Do the work in a child of this process; kill it after so many seconds.

    The child shares everything loaded here, so a kill costs a fork and not the start of an interpreter. What it says
    lies in a pipe, out of its reach, before it goes on; a kill takes back nothing.
    """
    reading, writing = os.pipe()
    began = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work_and_leave(work, writing)
    os.close(writing)
    said = _listen(child, reading, began, kill_after)
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), time.perf_counter() - began, said)


def _work_and_leave(work: Callable[[Say], None], pipe: int) -> None:
    """Never returns: a forked child must not run the rest of the test."""
    code = 1
    try:
        work(lambda what: os.write(pipe, what.encode() + b"\n") and None)
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it was, the parent sees it on the child's error output
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def _listen(child: int, pipe: int, began: float, kill_after: float | None) -> list[str]:
    """All the child says until it is gone. A pipe holds only so much, so it is emptied all the time."""
    heard = b""
    alive_until = began + (LONGEST_SECONDS if kill_after is None else kill_after)
    while True:
        left = alive_until - time.perf_counter()
        if left <= 0:
            os.kill(child, signal.SIGKILL)
            left = LONGEST_SECONDS
            alive_until = time.perf_counter() + LONGEST_SECONDS
        if select.select([pipe], [], [], left)[0]:
            part = os.read(pipe, 65536)
            if not part:
                os.close(pipe)
                break
            heard += part
    # A line cut short was not acknowledged: the child had not returned from saying it.
    return heard.decode().split("\n")[:-1]


def usual_seconds(work: Callable[[], Callable[[Say], None]]) -> float:
    """How long the work takes undisturbed: the middle of three runs."""
    return sorted(_undisturbed(work()) for _ in range(3))[1]


def _undisturbed(work: Callable[[Say], None]) -> float:
    ended = run(work)
    assert ended.code == 0, f"the work fails without any fault: exit {ended.code}"
    return ended.seconds
