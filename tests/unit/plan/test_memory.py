"""What is free goes back to the machine."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

HELD = """
import os
from pathlib import Path
from waythrough.plan.memory import give_back

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

# Pieces small enough for the heap, under one that keeps its end in place.
pieces = [bytes(100_000) for _ in range(1_000)]
last = bytes(100_000)
del pieces
before = megabytes()
give_back()
print(before - megabytes())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep nothing")
def test_freed_memory_is_handed_back() -> None:
    run = subprocess.run(
        [sys.executable, "-c", HELD], env=dict(os.environ), capture_output=True, text=True, check=True
    )
    assert float(run.stdout) > 50
