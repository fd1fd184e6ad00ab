"""Writes generated pages, or says which are stale. Both generators of this folder leave their pages to it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path


def write(pages: Mapping[str, Callable[[], str]], arguments: list[str], root: Path) -> int:
    """Write the pages that differ below ``root``; with --check write nothing, name them and return 1."""
    stale = []
    for name, page in pages.items():
        path, text = root / name, page()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if arguments != ["--check"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    if stale and arguments == ["--check"]:
        print(f"Stale: {', '.join(stale)}. Run `make docs` and commit what it writes.", file=sys.stderr)
        return 1
    return 0
