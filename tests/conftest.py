"""Fixtures every suite may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

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


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """Where a program is that the test needs: ``tool("pdftotext")``. In CI it must be there; else a skip."""

    def find(name: str) -> str:
        if path := shutil.which(name):
            return path
        message = f"{name} is not installed; `make system` says which package brings it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)

    return find


# In CI a test that skips has tested nothing, and nobody would see it. So a skip is a failure there, whatever
# asked for it. A test that expects to fail (xfail) is another matter: it ran.


def refuse_skip(report: Any) -> None:
    """Turn a skipped report into a failed one when CI is set."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    report = yield
    refuse_skip(report)
    return report
