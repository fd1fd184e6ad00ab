"""What the disk itself takes to make a small write safe, measured beside what stands on it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PAGE = 4096


def fsync(folder: str, count: int) -> Callable[[], dict[str, Any]]:
    """Append one page and sync, so many times: milliseconds of each."""

    def work() -> dict[str, Any]:
        path, took = Path(folder) / "fsync", []
        with path.open("wb", buffering=0) as file:
            for _ in range(count):
                start = time.perf_counter()
                file.write(bytes(PAGE))
                os.fsync(file.fileno())
                took.append((time.perf_counter() - start) * 1000)
        path.unlink()
        return {"ms": took}

    return work
