"""Waythrough: which door to knock on next, and what to do the day it opens."""

from __future__ import annotations

from typing import Any

__version__ = "2026.11.0"
__all__ = ["open"]


def __getattr__(name: str) -> Any:
    """The front door of the library, imported only when it is used: ``import waythrough`` stays quick."""
    if name == "open":
        from waythrough.actions.notebook import open as open_workspace

        return open_workspace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
