"""Says whether requirements/*.txt still follow from pyproject.toml, without asking any network.

``--header`` prints the lines that `make lock` puts on top of each file; without it the files are checked and
the program ends with 1 and a list of what is wrong.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STAMP = "# follows pyproject.toml: "
# A pinned package as uv writes it; a marker and the hashes follow.
PIN = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==(?P<version>[^\s;\\]+)")
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links")


def asked(pyproject: dict[str, object]) -> dict[str, object]:
    """Everything in pyproject.toml that decides which packages are pinned."""
    project = pyproject["project"]
    assert isinstance(project, dict)  # noqa: S101  # the file is ours; this is for the type checker
    return {
        "python": project["requires-python"],
        "dependencies": project["dependencies"],
        "extras": project["optional-dependencies"],
        "groups": pyproject["dependency-groups"],
    }


def digest(pyproject: dict[str, object]) -> str:
    """The SHA-256 of what is asked for; it changes only when a requirement does."""
    return hashlib.sha256(json.dumps(asked(pyproject), sort_keys=True).encode()).hexdigest()


def pinned(text: str) -> dict[str, set[str]]:
    """Each package named in a requirements file, with its versions (several where systems differ)."""
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        if match := PIN.match(line):
            found.setdefault(normal(match["name"]), set()).add(match["version"])
    return found


def normal(name: str) -> str:
    """The one spelling of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def troubles(name: str, text: str, wanted: list[str], expected: str) -> list[str]:
    """What is wrong with one requirements file, in sentences; empty when nothing is."""
    from packaging.requirements import Requirement  # not in a bare Python, where only --header is needed

    said: list[str] = []
    if f"{STAMP}{expected}" not in text:
        said.append(f"{name}: pyproject.toml has changed since this file was made.")
    if ADDRESS.search(text):
        said.append(f"{name}: names an address.")
    versions = pinned(text)
    for block in re.split(r"\n(?=\S)", text):
        if PIN.match(block) and "--hash=sha256:" not in block:
            said.append(f"{name}: no hash for {block.split()[0]}.")
    for requirement in map(Requirement, wanted):
        if normal(requirement.name) == "waythrough":
            continue
        have = versions.get(normal(requirement.name), set())
        if not have:
            said.append(f"{name}: {requirement.name} is asked for and not pinned.")
        said += [
            f"{name}: {requirement.name} is pinned at {version}, but {requirement.specifier} is asked for."
            for version in sorted(have)
            if not requirement.specifier.contains(version, prereleases=True)
        ]
    return said


def check(root: Path = ROOT) -> list[str]:
    """What is wrong with the requirements files, in sentences."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project, groups = pyproject["project"], pyproject["dependency-groups"]
    runtime = project["dependencies"] + list(chain.from_iterable(project["optional-dependencies"].values()))
    wanted = {"bootstrap": groups["bootstrap"], "all": runtime, "dev": runtime + groups["dev"]}
    said: list[str] = []
    for name, lines in wanted.items():
        path = root / "requirements" / f"{name}.txt"
        said += troubles(path.name, path.read_text(encoding="utf-8"), lines, digest(pyproject))
    shipped = pinned((root / "requirements/all.txt").read_text(encoding="utf-8"))
    tested = pinned((root / "requirements/dev.txt").read_text(encoding="utf-8"))
    said += [
        f"dev.txt: {name} is tested at {sorted(tested.get(name, set()))} and shipped at {sorted(versions)}."
        for name, versions in shipped.items()
        if tested.get(name) != versions
    ]
    return said


def header(root: Path = ROOT) -> str:
    """The lines on top of each file: how it is made, and from what."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return f"# Made by `make lock`; do not edit.\n{STAMP}{digest(pyproject)}"


def main(arguments: list[str]) -> int:
    if arguments == ["--header"]:
        print(header())
        return 0
    said = check()
    for line in said:
        print(line, file=sys.stderr)
    if said:
        print("Run `make lock` and commit what it writes.", file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
