"""What a verification has found so far, and how it compares and shows values nobody vouches for."""

from __future__ import annotations

from typing import Any

from waythrough.terms.entries import Finding

STOP_WRITING = (
    "Do not write to it. Keep it as it is: restore a backup that verifies, or run `waythrough repair`."
)


class Findings:
    """Findings in the order they were made."""

    def __init__(self) -> None:
        self.all: list[Finding] = []

    def add(self, place: str, what: str, advice: str = STOP_WRITING) -> None:
        """Write down one finding."""
        self.all.append(Finding(place, what, advice))

    def compare(self, place: str, name: str, stored: Any, due: Any, says: str) -> None:
        """Write down a column that does not say what it was copied from."""
        if not same(stored, due):
            self.add(place, f"its column {name} says {stored!r} where {says} {due!r}")


def same(stored: Any, due: Any) -> bool:
    """Equal and of one type: 1 equals 1.0 and True to Python, but a column that changed its type was altered."""
    return type(stored) is type(due) and stored == due


def shown(value: Any) -> str:
    """A value as a finding names it."""
    return value.hex() if isinstance(value, bytes) else repr(value)
