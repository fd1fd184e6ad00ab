"""UNDERSTAND: how many people, what they want, how each party answers.

For notebooks, the questions by name: ``from waythrough.assess import reconcile, board, waiting, outlooks``.
Each is loaded when first asked for, so that importing the room costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from waythrough.assess.doors import board as board
    from waythrough.assess.outlook import outlooks as outlooks
    from waythrough.assess.population import reconcile as reconcile
    from waythrough.assess.population import series as series
    from waythrough.assess.requests import request_states as request_states
    from waythrough.assess.survey import survey_table as survey_table
    from waythrough.assess.waits import waiting as waiting

_WHERE = {
    "board": "doors",
    "outlooks": "outlook",
    "reconcile": "population",
    "request_states": "requests",
    "series": "population",
    "survey_table": "survey",
    "waiting": "waits",
}

__all__ = ["reconcile", "board", "series", "request_states", "survey_table", "waiting", "outlooks"]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_WHERE[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
