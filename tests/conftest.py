"""Fixtures every suite may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of reference data beside the checkout; a loud failure in CI, a reasoned skip elsewhere."""
    folder = Path(os.environ.get("WAYTHROUGH_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if folder.is_dir():
        return folder
    message = f"reference data not found at {folder}; set WAYTHROUGH_SHARED to its folder"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
