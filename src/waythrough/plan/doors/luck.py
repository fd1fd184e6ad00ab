"""What a door is worth in futures in which the other doors answer as is believed, and not as they stand today.

Each future is played twice with the same luck, once with the doors changed and once without, so that nothing but
the doors makes the difference. The rule of planning again is simpler than the plan's own optimiser: it is there
for how much a value may vary, the optimiser for how large it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from waythrough.plan.doors.changes import Change
from waythrough.plan.doors.worth import Base
from waythrough.plan.futures import fans
from waythrough.plan.futures.play import COMPILED, Played, play
from waythrough.plan.futures.policy import ASK_WAITING, Policy
from waythrough.plan.futures.world import Board, board
from waythrough.plan.kernels import can_compile
from waythrough.plan.kernels.futures import WORD, World
from waythrough.plan.together import together
from waythrough.terms.estimates import Estimate

FUTURES = 400
"""Futures for each change: enough for the middle four fifths."""
COMPILED_FROM = 40_000
"""Futures times lanes (see `kernels.futures.Leaving`) from which one playing costs numpy a second, and the compiled
loops, which take a few seconds to load, a tenth of that.
"""
METHOD = "the same futures played with and without it"
Spread = tuple[Estimate, Estimate, float]
"""How many more people move, and person-days are fed, over the futures; and the share of them without either."""
OTHERS = Policy(ask=ASK_WAITING)
"""Nobody is asked anew; requests that wait are answered or not as is believed of the party."""


@dataclass
class Luck:
    """Futures of one situation, with doors changed or not."""

    base: Base
    number: int = FUTURES
    seed: int = 1
    policy: Policy = OTHERS
    known: dict[tuple[str, ...], Played] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.board: Board = board(self.base.situation, self.policy)
        lanes = len(self.board.world.leaving.lane_class)
        self.engine = COMPILED if self.number * lanes >= COMPILED_FROM and can_compile() else None

    def spreads(self, changes: Sequence[Change]) -> list[Spread]:
        """The `spread` of each change. Futures without the changes are played first, for they are often the same."""
        for change in changes:
            self._without(change.doors)
        return together(self.spread, changes)

    def spread(self, change: Change) -> Spread:
        """How many more people move, and person-days are fed, because of the change: the middle of the
        futures, and the interval that holds `fans.LEVEL` of them; and the share in which it changes nothing.
        """
        numbers = [self.board.doors.index(door) for door in change.doors]
        before, quiet = self._without(change.doors), self._unasked(numbers)
        known = quiet.answers.known.copy()
        for number, bits in zip(numbers, change.doors_days(self.base.network).values(), strict=True):
            known[number] = [bits >> WORD * k & 0xFFFFFFFFFFFFFFFF for k in range(known.shape[1])]
        after = self._play(quiet._replace(answers=quiet.answers._replace(known=known)))
        people = after.moved.sum(axis=1) - before.moved.sum(axis=1)
        days = before.unmet.sum(axis=1) - after.unmet.sum(axis=1)
        return (
            self._fan(people, "people"),
            self._fan(days, "person-days"),
            float(np.mean((people == 0) & (days == 0))),
        )

    def _unasked(self, numbers: Sequence[int]) -> World:
        """Without an answer of the doors concerned: the change stands in its place."""
        world = self.board.world
        asked = world.answers.asked.copy()
        asked[list(numbers)] = -1
        return world._replace(answers=world.answers._replace(asked=asked))

    def _without(self, doors: tuple[str, ...]) -> Played:
        numbers = [self.board.doors.index(door) for door in doors]
        asked = tuple(
            d for d, n in zip(doors, numbers, strict=True) if self.board.world.answers.asked[n] >= 0
        )
        if asked not in self.known:
            self.known[asked] = self._play(self._unasked(numbers))
        return self.known[asked]

    def _play(self, world: World) -> Played:
        return play(world, self.number, self.seed, engine=self.engine)

    def _fan(self, values: np.ndarray, unit: str) -> Estimate:
        found = fans.fan(values, unit, self.base.situation.as_of)
        return Estimate(
            found.value, found.low, found.high, found.level, unit, METHOD, found.as_of, (), found.note
        )
