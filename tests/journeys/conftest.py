"""The command line from start to finish, in this process."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from waythrough.cli.app import run

CASES = ("rukban", "tirsa")


@dataclass(frozen=True)
class Result:
    """What one call left: exit code, data on stdout, talk on stderr."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A folder with each shipped case loaded, planned and reported once, as ``waythrough demo`` leaves it."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAYTHROUGH_HOME", str(folder / "home"))
        for case in CASES:
            with pytest.raises(SystemExit) as left:
                run(["demo", "--case", case, "--out", str(folder), "-q", "--json"])
            assert left.value.code == 0
    return folder


@pytest.fixture
def wt(capsys, monkeypatch, tmp_path, made) -> Callable[..., Result]:
    """Run one command line in ``tmp_path``."""
    monkeypatch.setenv("WAYTHROUGH_HOME", str(made / "home"))
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(int(left.value.code or 0), captured.out, captured.err)

    return call


def copy_of(made: Path, case: str, folder: Path) -> Path:
    for ending in ("", "-wal", "-shm"):
        if (made / f"{case}.way{ending}").exists():
            shutil.copy(made / f"{case}.way{ending}", folder / f"{case}.way{ending}")
    return folder / f"{case}.way"


@pytest.fixture
def rukban(made, tmp_path) -> Path:
    """A fresh copy of the model case's workspace."""
    return copy_of(made, "rukban", tmp_path)


@pytest.fixture
def tirsa(made, tmp_path) -> Path:
    """A fresh copy of the invented site's workspace."""
    return copy_of(made, "tirsa", tmp_path)


@pytest.fixture
def fingerprint() -> Callable[[Path], str]:
    """What a workspace says, byte for byte: every row of every table."""

    def of(path: Path) -> str:
        digest = hashlib.sha256()
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            for (table,) in db.execute("select name from sqlite_master where type = 'table' order by name"):
                for row in db.execute(f'select * from "{table}" order by 1, 2'):  # noqa: S608
                    digest.update(repr(row).encode())
        return digest.hexdigest()

    return of
