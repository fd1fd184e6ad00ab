"""How near their bound journeys come, in how much processor time: ``python bench/returns.py 8000 [slices] [seed]``."""

from __future__ import annotations

import resource
import sys
import time

from waythrough.plan.convoys import packed
from waythrough.plan.generate import generate
from waythrough.plan.network import Network
from waythrough.plan.problem import problem
from waythrough.plan.returns.priced import journeys_priced, price
from waythrough.plan.search import Search
from waythrough.plan.vehicles import whole_vehicles


class Clock:
    """Processor seconds since it was last asked, said beside what was done, and the most memory until then."""

    def __init__(self) -> None:
        self.at = time.process_time()

    def say(self, what: str) -> None:
        now = time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(f"{what}: {now - self.at:.2f} s, at most {peak} MiB until here\n")
        sys.stdout.flush()
        self.at = now


def main(households: int, slices: int, seed: int) -> None:
    """Price, seat, improve and pack one invented country of 90 days."""
    situation, clock = generate(households, 90, seed), Clock()
    whole = problem(situation, Network(situation))
    clock.say(f"problem, {whole.size} units, {len(whole.option_cell)} options")
    priced = price(whole)
    clock.say(f"prices, bound {priced.bound}")
    search = Search(whole, priced.prices)
    search.start(whole_vehicles(whole, priced.vehicles), priced.going)
    clock.say("first seating")
    for number in range(slices + 1):
        at, driving = search.best()
        worth = int(whole.option_value[at[at >= 0]].sum())
        clock.say(f"slice {number}, gap {(priced.bound - worth) / priced.bound:.3%}")
        if number < slices:
            search.improve(1)
    convoys = packed(situation, whole, at, driving, None)
    convoys.safer()
    gap = (priced.bound - convoys.value()) / priced.bound
    clock.say(f"packed, gap {gap:.3%}, {int(whole.people[convoys.at >= 0].sum())} people")
    found = journeys_priced(situation, whole, slices)
    gap = (found.bound - found.value) / found.bound
    clock.say(f"the same as a plan does it, prices and rounds of packing and all, gap {gap:.3%}")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [8_000, 10, 1][len(given) :]))
