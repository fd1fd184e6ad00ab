"""The order of doors: most helpful first, with those that cannot be told apart sharing a rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from waythrough.plan.doors.worth import Worth
from waythrough.terms.planned import DoorValue


@dataclass(frozen=True)
class Valued:
    """A door value, with how far its two numbers may be off."""

    value: DoorValue
    fed: Worth
    moved: Worth


def ranked(found: Sequence[Valued], sign: int) -> list[DoorValue]:
    """In order of people fed, then people moved, then fewest doors, then ids; ranks from 1, shared by ties.

    Values of nothing keep rank 0: there is no order among doors that change nothing.
    """
    order = sorted(
        found,
        key=lambda v: (
            -sign * v.value.person_days_fed,
            -sign * v.value.people_moved,
            len(v.value.doors),
            v.value.doors,
        ),
    )
    groups: list[list[Valued]] = []
    for one in order:
        if groups and _alike(groups[-1][0], one):
            groups[-1].append(one)
        else:
            groups.append([one])
    ranks, rank = [], 1
    for group in groups:
        nothing = _nothing(group[0])
        for one in group:
            tied = () if nothing else tuple(o.value.doors for o in group if o.value.doors != one.value.doors)
            ranks.append(replace(one.value, rank=0 if nothing else rank, tied_with=tied))
        rank += len(group)
    return ranks


def _nothing(one: Valued) -> bool:
    return not (one.value.person_days_fed or one.value.people_moved)


def _alike(one: Valued, other: Valued) -> bool:
    """True when both numbers may be off by more than what lies between them. Something is never alike to
    nothing.
    """
    if _nothing(one) or _nothing(other):
        return _nothing(one) and _nothing(other)
    fed = abs(one.value.person_days_fed - other.value.person_days_fed)
    moved = abs(one.value.people_moved - other.value.people_moved)
    return fed <= _own(one.fed) + _own(other.fed) and moved <= _own(one.moved) + _own(other.moved)


def _own(worth: Worth) -> float:
    """How far a number may be off by itself, where another of its kind is not."""
    return worth.error - worth.shared
