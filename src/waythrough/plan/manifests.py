"""What manifests say of households: who has left the site by a movement, and who said no at the vehicle."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from waythrough.terms.doing import Boarding, Movement

REACHED = frozenset({"arrived", "disembarked"})
"""States of a line of a household that is at the site no more."""
UNDER_WAY = frozenset({"gates_passed", "departed", "arrived", "arrived_in_part"})
"""States of a movement that takes those aboard away. From one called off or turned back they are at the site again."""
NO = frozenset({"withdrawn", "declined_at_boarding"})
"""States of a line in which the household itself said no."""


def left(boardings: Iterable[Boarding], movements: Iterable[Movement]) -> frozenset[str]:
    """Households that have left by a movement. Of two accounts of one line, that it left counts."""
    away = under_way(movements)
    return frozenset(line.household for line in boardings if has_left(line, away))


def under_way(movements: Iterable[Movement]) -> frozenset[str]:
    """The movements that take those aboard away."""
    return frozenset(movement.id for movement in movements if movement.state in UNDER_WAY)


def has_left(line: Boarding, away: Collection[str]) -> bool:
    """Whether by this line its household is at the site no more; ``away`` are the movements under way."""
    return line.state in REACHED or (line.state == "boarded" and line.movement in away)


def said_no(boardings: Iterable[Boarding]) -> dict[str, date]:
    """The newest day on which a household took its consent back, or said no, when a manifest was gone through."""
    days: dict[str, date] = {}
    for line in boardings:
        if line.state in NO:
            days[line.household] = max(line.on, days.get(line.household, line.on))
    return days
