"""A ledger to try things on: its clock is set by hand, its random bytes and its key are the same each time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.places import Place


class HandClock:
    """A wall clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2019, 4, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def device() -> DeviceKey:
    return DeviceKey.from_seed(bytes(range(32)))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "valley.way"


@pytest.fixture
def ledger(workspace: Path | Place, clock: HandClock, device: DeviceKey) -> Iterator[Ledger]:
    with Ledger.create(
        workspace,
        title="Valley camp",
        author="Amina Example",
        clock=clock,
        entropy=random.Random(7).randbytes,
        device=device,
    ) as made:
        yield made
