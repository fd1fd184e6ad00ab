"""Fixtures every suite may use."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from servers import Server
    from waythrough.ledger.places import Place

TORTURE = os.environ.get("WAYTHROUGH_TORTURE") == "1"


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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server the tests start for themselves (one per worker); in CI it must be there; else a skip."""
    from servers import (  # here, so that suites without a server do not wait for its driver
        AS_A_DICTIONARY,
        Server,
        programs,
    )

    folder = programs()
    if folder is None:
        message = "PostgreSQL is not installed; `make system` says which package brings it"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    server = Server.begin(folder, order=AS_A_DICTIONARY)
    yield server
    server.end()


@pytest.fixture(params=["file", "sealed file", "server"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Where a new ledger can be made: a test that asks for it runs once for each kind of store."""
    from waythrough.ledger import places

    if request.param == "file":
        return places.find(tmp_path / "valley.way")
    if request.param == "sealed file":
        monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
        return places.File(tmp_path / "valley.way", sealed=True)
    return places.find(request.getfixturevalue("postgres").new())


class Nonces:
    """Every nonce under its key, seen so far: all encryptions of a whole run go past here."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.repeated = 0
        self.counting = True

    def __call__(self, key: bytes, nonce: bytes) -> None:
        if self.counting:
            before = len(self.seen)
            self.seen.add(hash(key + nonce))
            self.repeated += len(self.seen) == before


@pytest.fixture(scope="session")
def nonces() -> Iterator[Nonces]:
    """Sees every nonce of the whole run, under its key."""
    from waythrough.ledger import aead

    seen = Nonces()
    stop = aead.watch(seen)
    yield seen
    stop()


@pytest.fixture(autouse=True)
def no_nonce_twice(nonces: Nonces) -> Iterator[None]:
    """Two messages under one key and nonce give both away. The test in which one comes again is named."""
    before = nonces.repeated
    yield
    again, nonces.repeated = nonces.repeated - before, before
    assert again == 0, f"{again} of {len(nonces.seen)} nonces came a second time under their key"


@pytest.fixture
def nonces_by_hand(nonces: Nonces) -> Iterator[None]:
    """For a test that chooses nonces itself, such as one of published answers: the watch looks away."""
    nonces.counting = False
    yield
    nonces.counting = True


# --- how long to look, and what was counted -------------------------------------------------------------------


@pytest.fixture(scope="session")
def torture() -> bool:
    """True in `make torture`: the full number of runs, as `docs/measured.md` quotes them."""
    return TORTURE


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """What a test counted, told at the end of the whole run: ``figures("killed process", runs=60, lost=0)``."""

    def tell(what: str, **counted: object) -> None:
        told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counted.items())
        record_property("figure", f"{what}: {told}")

    return tell


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, without calling it a skip, what only `make torture` runs."""
    left_out = [] if TORTURE else [item for item in items if item.get_closest_marker("torture")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: Any) -> None:
    reports = [report for group in terminalreporter.stats.values() for report in group]
    told = {
        str(value)
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "figure"
    }
    if told:
        terminalreporter.section("figures")
        for line in sorted(told):
            terminalreporter.write_line(line)


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
