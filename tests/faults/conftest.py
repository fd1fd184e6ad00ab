"""Where faults are played."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def arena() -> Iterator[Path]:
    """A folder in memory where there is one: thousands of small files are made, and none must outlive the test."""
    memory = Path("/dev/shm")  # noqa: S108  # a fixed name, but the folder in it is new and ours
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)
