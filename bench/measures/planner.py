"""Our planner on the journeys of a situation file: problem, prices, search, manifests and the check, all timed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from waythrough.plan.check import check
from waythrough.plan.files import load_situation
from waythrough.plan.program import make
from waythrough.terms.situation import Situation


def quick(path: str) -> Callable[[], dict[str, Any]]:
    """As it comes: as many slices of search as it takes to come near the bound."""
    situation = journeys_only(path)
    return lambda: _told(situation, None)


def thorough(path: str, slices: int) -> Callable[[], dict[str, Any]]:
    """So many slices of search."""
    situation = journeys_only(path)
    return lambda: _told(situation, slices)


def journeys_only(path: str) -> Situation:
    """The situation without what is about aid, which has a table of its own."""
    whole = load_situation(Path(path))
    return replace(
        whole,
        warehouses=(),
        routes=tuple(route for route in whole.routes if route.purpose == "return"),
        fleets=tuple(fleet for fleet in whole.fleets if fleet.purpose == "return"),
    )


def _told(situation: Situation, slices: int | None) -> dict[str, Any]:
    plan = make(situation, slices=slices)
    aim = next(aim for aim in plan.aims if aim.name == "journeys")
    broken = check(situation, plan)
    return {
        "value": aim.value,
        "bound": aim.bound,
        "people": plan.people_moved,
        "unmet": plan.unmet_if_nobody_left,
        "checker": f"{len(broken)} rules broken" if broken else "every rule holds",
        "slices": plan.slices,
    }
