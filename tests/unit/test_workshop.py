"""The tools of the workshop: counts that must not lie, pins that must not drift, skips that must not hide."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"tools/{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


sum_tests = load("sum_tests")
locked = load("locked")
pages = load("pages")


# --- the count at the end of a CI run ---


def test_closing_lines_of_two_runs_are_added_up() -> None:
    quick = "...\n======= 1 failed, 230 passed, 2 skipped, 7 deselected in 61.50s (0:01:01) =======\n"
    slow = "\x1b[32m===== \x1b[1m7 passed\x1b[0m, 230 deselected, 1 warning in 100.25s =====\x1b[0m\nmake: done\n"
    assert (
        sum_tests.total([quick, slow]) == "===== 1 failed, 237 passed, 2 skipped, 1 warnings in 161.75s ====="
    )


def test_quiet_closing_line_counts_too() -> None:
    assert sum_tests.total(["12 passed in 0.30s\n"]) == "===== 12 passed in 0.30s ====="


def test_a_run_without_marked_tests_adds_nothing() -> None:
    assert (
        sum_tests.total(["5 passed in 1.00s", "==== no tests ran in 0.50s ===="])
        == "===== 5 passed in 1.50s ====="
    )


@pytest.mark.parametrize(
    "texts",
    [
        ["5 passed in 1.00s", "Segmentation fault\n"],
        ["", ""],
        ["==== no tests ran in 0.50s ===="],
        ["I say 5 passed in 1.00s, and it is no closing line"],
    ],
)
def test_a_run_that_never_closed_or_ran_nothing_is_no_count(texts: list[str]) -> None:
    assert sum_tests.total(texts) is None


# --- the pins ---


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_pins_that_follow_pyproject_pass(checkout: Path) -> None:
    assert locked.check(checkout) == []


def test_a_new_dependency_without_a_pin_is_named(checkout: Path) -> None:
    change(checkout / "pyproject.toml", '"rich>=', '"left-out>=1",\n    "rich>=')
    said = "\n".join(locked.check(checkout))
    assert "all.txt: left-out is asked for and not pinned." in said
    assert "all.txt: pyproject.toml has changed" in said


def test_a_pin_outside_the_range_is_named(checkout: Path) -> None:
    for name in ("all", "dev"):
        change(checkout / f"requirements/{name}.txt", "highspy==1.15.1", "highspy==1.14.0")
    assert "all.txt: highspy is pinned at 1.14.0, but <1.16,>=1.15.1 is asked for." in locked.check(checkout)


def test_what_is_tested_is_what_is_shipped(checkout: Path) -> None:
    change(checkout / "requirements/dev.txt", "highspy==1.15.1", "highspy==1.15.2")
    assert "dev.txt: highspy is tested at ['1.15.2'] and shipped at ['1.15.1']." in locked.check(checkout)


def test_a_pin_without_hash_is_named(checkout: Path) -> None:
    path = checkout / "requirements/bootstrap.txt"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "--hash" not in line) + "\n")
    assert any(line.startswith("bootstrap.txt: no hash for uv") for line in locked.check(checkout))


def test_an_address_among_the_pins_is_named(checkout: Path) -> None:
    with (checkout / "requirements/all.txt").open("a") as file:
        file.write("--extra-index-url https://example.org/simple\n")
    assert "all.txt: names an address." in locked.check(checkout)


# --- pages, targets, skips ---


def test_generated_pages_are_fresh() -> None:
    assert pages.main(["--check"]) == 0


def test_make_alone_lists_the_targets() -> None:
    said = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    listed = {line.split()[1] for line in said.splitlines()}
    assert {"demo", "test", "test-all", "lint", "bench", "check", "docs", "lock", "clean"} <= listed


SKIPPING = [
    "def test_it(): pytest.skip('no tool')",
    "pytest.skip('no library', allow_module_level=True)",
    "pytest.importorskip('a_library_nobody_has')",
    "@pytest.mark.skipif(True, reason='not here')\ndef test_it(): pass",
]


def counts_of_skipping(folder: Path, ci: str) -> dict[str, int]:
    """What pytest counts for one test that passes beside four ways to skip."""
    shutil.copy(ROOT / "tests/conftest.py", folder)
    for number, lines in enumerate(["def test_it(): pass", *SKIPPING]):
        (folder / f"test_{number}.py").write_text(f"import pytest\n{lines}\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--rootdir",
        str(folder),
        "--continue-on-collection-errors",
    ]
    environment = {**os.environ, "CI": ci, "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    done = subprocess.run([*command, str(folder)], capture_output=True, text=True, env=environment)
    counts, _ = sum_tests.closing(done.stdout)
    return counts


@pytest.mark.slow
def test_a_skip_is_a_failure_on_ci(tmp_path: Path) -> None:
    assert counts_of_skipping(tmp_path, "true") == {"passed": 1, "failed": 1, "errors": 3}


@pytest.mark.slow
def test_a_skip_is_a_skip_elsewhere(tmp_path: Path) -> None:
    assert counts_of_skipping(tmp_path, "") == {"passed": 1, "skipped": 4}
