"""How well the readers draft claims, beside each other in one run: `python bench/claims.py`.

The scorer and the gold files are reference data beside the checkout (WAYTHROUGH_SHARED names their folder); without
them this stops with exit code 2. `bare` is the peer of `rules`; "registry off" reads without the team's aliases. The
figures are of development files: a reader was tuned while looking at them, so they flatter it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

from waythrough.intake.reader import get_reader, has_model
from waythrough.intake.text import load_text
from waythrough.terms.claims import DocumentInfo, Published, Registry
from waythrough.terms.claims_json import reading_to_json, registry_from_json

ROWS = (
    ("detect", "f1"), ("detect", "core_recall"), ("typed", "f1"), ("typed_src", "f1"), ("full", "f1"),
    ("on_matched", "source_acc"), ("on_matched", "modality_acc"), ("agent", "f1"), ("target", "f1"),
    ("places", "f1"), ("times", "f1"), ("numbers", "f1"),
)  # fmt: skip


def main() -> int:
    """Print the table; 2 where the scorer or the gold files are missing."""
    shared = Path(os.environ.get("WAYTHROUGH_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    scorer_file, golds = (
        shared / "intake" / "score_claims.py",
        sorted((shared / "intake" / "dev").glob("*.json")),
    )
    if not scorer_file.is_file() or not golds:
        print(
            f"No scorer or no gold files at {shared}/intake; set WAYTHROUGH_SHARED to their folder.",
            file=sys.stderr,
        )
        return 2
    readers = ("rules", "bare") if has_model() else ("bare",)
    if not has_model():
        print("The parser of the reader “rules” is not installed; only “bare” is measured.", file=sys.stderr)
    scorer = _load(scorer_file)
    columns = {
        f"{reader}, {label}": measure(scorer, golds, reader, registry)
        for registry, label in ((True, "registry on"), (False, "registry off"))
        for reader in readers
    }
    print_table(columns, len(golds))
    return 0


def measure(scorer: ModuleType, golds: list[Path], reader: str, with_registry: bool) -> dict[str, Any]:
    """The scorer's figures over all gold files, and the seconds a document takes once the model is loaded."""
    engine = get_reader(reader)
    engine.read(load_text(b"The road was open."), Registry(), DocumentInfo("warm", "warm", "", 18))
    pairs, started = [], time.perf_counter()
    for gold, prediction in _read_all(engine, golds, with_registry):
        pairs.append((gold, prediction))
    seconds = (time.perf_counter() - started) / len(golds)
    return {**scorer.score(pairs), "seconds": seconds}


def _read_all(engine: Any, golds: list[Path], with_registry: bool) -> Iterator[tuple[Any, Any]]:
    for path in golds:
        gold = json.loads(path.read_text(encoding="utf-8"))
        layer = load_text(path.parent / gold["doc"]["file"])
        if layer.sha256 != gold["doc"]["sha256"]:
            raise SystemExit(
                f"{layer.name} is not the file that {path.name} was made from (its hash differs)."
            )
        doc = DocumentInfo(
            gold["doc"]["id"], layer.name, layer.sha256, len(layer.text), gold["doc"]["lang"], gold["doc"]["genre"],
            gold["doc"]["outlet"], Published(date.fromisoformat(gold["doc"]["published"]["value"])),
        )  # fmt: skip
        registry = registry_from_json(gold) if with_registry else Registry()
        yield gold, reading_to_json(engine.read(layer, registry, doc))


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_claims", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def print_table(columns: dict[str, dict[str, Any]], documents: int) -> None:
    """One line a figure, one column a reader."""
    print(f"Development files: {documents}. Figures on files used while building; they flatter the reader.\n")
    width = max(len(name) for name in columns) + 2
    print(" " * 24 + "".join(name.rjust(width) for name in columns))
    for group, key in ROWS:
        cells = "".join(f"{column[group][key]:.3f}".rjust(width) for column in columns.values())
        print(f"{group} {key}".ljust(24) + cells)
    print(
        "seconds a document".ljust(24) + "".join(f"{c['seconds']:.3f}".rjust(width) for c in columns.values())
    )


if __name__ == "__main__":
    sys.exit(main())
