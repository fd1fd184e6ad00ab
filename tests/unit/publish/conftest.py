"""The sample report beside these tests, as a fixture that can be changed."""

from __future__ import annotations

from types import ModuleType

import pytest

from unit.publish import sample as module


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """The module with the invented site; ``sample.report(**changes)`` makes its report."""
    return module
