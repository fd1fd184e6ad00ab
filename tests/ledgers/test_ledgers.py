"""Every ledger format ever released still opens, verifies, and says what it said."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft

HERE = Path(__file__).parent
FORMATS = sorted(path.stem for path in HERE.glob("format-*.way"))


def maker(name: str) -> ModuleType:
    path = HERE / f"make_{name.replace('-', '_')}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def clock(name: str) -> Callable[[], datetime]:
    """The time at which a ledger is looked at: where a commit waits for its time, that decides whether it counts."""
    now = getattr(maker(name), "NOW", datetime.now(UTC))
    return lambda: now


@pytest.fixture(params=FORMATS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def path(name: str, tmp_path: Path) -> Path:
    return Path(shutil.copy(HERE / f"{name}.way", tmp_path))


def test_there_is_a_ledger_of_every_format() -> None:
    assert FORMATS == ["format-1", "format-2"]


def test_an_old_ledger_verifies_and_says_what_it_said(name: str, path: Path) -> None:
    said = json.loads((HERE / f"{name}.json").read_text("utf-8"))
    with Ledger.open(path, clock=clock(name)) as ledger:
        assert ledger.verify().findings == ()
        assert maker(name).expected(ledger) == said
        ledger.rebuild()
        assert ledger.verify().sound
        assert maker(name).expected(ledger) == said


def test_an_old_ledger_is_written_on(name: str, path: Path) -> None:
    device = DeviceKey.from_seed(bytes(range(32)))
    with Ledger.open(path, device=device, clock=clock(name)) as ledger:
        commits = ledger.verify().commits
        ledger.append([Draft("note", "note/later", {"words": "still here"})], author="Amina Example")
        verification = ledger.verify()
    assert (verification.sound, verification.commits) == (True, commits + 1)


def test_todays_program_makes_the_same_ledger_again(tmp_path: Path) -> None:
    """The same clocks, keys and random bytes give the same ids: the way entries are written has not drifted."""
    maker("format-2").main(tmp_path)
    assert (tmp_path / "format-2.json").read_text("utf-8") == (HERE / "format-2.json").read_text("utf-8")
