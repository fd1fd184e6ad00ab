"""The same readers, run in a limited child process: what to call for files from outside."""

from __future__ import annotations

from pathlib import Path

from waythrough.intake.child import run_limited
from waythrough.intake.shapes import Shape, Table
from waythrough.intake.tables import read_table
from waythrough.intake.text import load_text
from waythrough.terms.claims import TextLayer


def load_text_guarded(
    source: Path | str | bytes, *, name: str | None = None, encoding: str | None = None
) -> TextLayer:
    """As ``load_text``, in a limited child (about a tenth of a second more)."""
    source, name = _from_here(source, name)
    return run_limited(load_text, (source,), {"name": name, "encoding": encoding})


def read_table_guarded(
    source: Path | str | bytes,
    shape: Shape,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> Table:
    """As ``read_table``, in a limited child (about a tenth of a second more)."""
    source, name = _from_here(source, name)
    return run_limited(
        read_table, (source, shape), {"name": name, "encoding": encoding, "delimiter": delimiter}
    )


def _from_here(source: Path | str | bytes, name: str | None) -> tuple[Path | bytes, str | None]:
    """An absolute path, since the child works in another folder."""
    if isinstance(source, bytes):
        return source, name
    path = Path(source)
    return path.absolute(), name or path.name
