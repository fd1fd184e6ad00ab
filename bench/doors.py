"""What each door is worth, by samples and by solving everything again: seconds, and how far they lie apart.

``BENCH_DOORS`` is the households to invent (8000); up to 20,000 every value is solved again with everybody, to
compare. Figures about the journeys are shares of what they are worth without the change.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

HOUSEHOLDS = int(os.environ.get("BENCH_DOORS", 8_000))
SEED = int(os.environ.get("BENCH_SEED", 1))
COMPARED = 20_000
WINDOW_DAYS = 10


def main() -> None:
    """Singles, pairs, losses; the aid side; the intervals."""
    from futures import with_outlooks

    from waythrough.plan.doors import changes, convoys, sampled
    from waythrough.plan.doors.worth import CEILING
    from waythrough.plan.generate import generate

    given = with_outlooks(generate(HOUSEHOLDS, 90, SEED))
    base = unplanned(given)
    print(f"{HOUSEHOLDS:,} households, {len(given.doors)} doors, 90 days, window {WINDOW_DAYS} days")
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}\n")
    network = base.network
    singles, took, cpu = timed(lambda: changes.openings(network, 0, WINDOW_DAYS, pairs=False))
    losses = changes.closings(network, 0)
    both = changes.openings(network, 0, WINDOW_DAYS, pairs=True)
    pairs = [change for change in both if len(change.doors) > 1]

    def out(some: list) -> list:
        """Those that change the days of a road on which people leave."""
        now = changes.calendar(network, network.departures, "return")
        made = [(change, change.days(network)) for change in some]
        return [one for one in made if changes.calendar(network, one[1], "return") != now]

    alone = [*out(singles), *out(losses)]
    found, took, cpu = timed(lambda: sampled.journeys(base, alone))
    skipped = sum(worth.method == CEILING for worth in found)
    print(
        f"journeys, {len(alone)} openings and losses alone: {took:.2f} s ({cpu:.2f} CPU), {skipped} not worth a look"
    )
    if pairs:
        _, took, cpu = timed(lambda: sampled.journeys(base, out(pairs)))
        print(f"journeys, {len(out(pairs))} of {len(pairs)} pairs and sets: {took:.2f} s ({cpu:.2f} CPU)")
    if HOUSEHOLDS <= COMPARED:
        compare(base, alone, found)
    aid_now = changes.calendar(network, network.departures, "aid")
    aid = [(c, c.days(network)) for c in [*singles, *losses]]
    aid = [one for one in aid if changes.calendar(network, one[1], "aid") != aid_now]
    if os.environ.get("BENCH_AID", "1") == "1":
        _, took, cpu = timed(lambda: convoys.fed(base, aid))
        print(f"\naid, {len(aid)} openings and losses alone: {took:.2f} s ({cpu:.2f} CPU)")
    intervals(base, [change for change, _ in alone])


def compare(base: object, alone: list, found: list) -> None:
    """Beside the values of a program over everybody."""
    from waythrough.plan.doors import sampled
    from waythrough.plan.doors.changes import SHUTS

    full, took, cpu = timed(lambda: sampled.journeys(base, alone, share=1.0))
    print(f"the same with everybody: {took:.2f} s ({cpu:.2f} CPU)\n")
    print(
        f"{'door':12}{'change':12}{'samples':>10}{'everybody':>11}{'apart':>8}{'ceiling':>9}{'people':>9}{'everybody':>11}"
    )
    worst = {True: 0.0, False: 0.0}
    for (change, _), one, whole in zip(alone, found, full, strict=True):
        apart = 100 * abs(one.share - whole.share)
        worst[change.kind == SHUTS] = max(worst[change.kind == SHUTS], apart)
        ceiling = "" if change.kind == SHUTS else f"{100 * (one.ceiling or 0):8.2f}%"
        print(
            f"{change.doors[0]:12}{change.kind:12}{100 * one.share:9.3f}%{100 * whole.share:10.3f}%"
            f"{apart:8.3f}{ceiling:>9}{one.number:9,}{whole.number:11,}"
        )
    print(
        f"\nfarthest apart, in points: openings {worst[False]:.3f} (target 0.05), losses {worst[True]:.3f} (1.0)"
    )


def intervals(base: object, some: list) -> None:
    """The same futures with and without each change."""
    from waythrough.plan.doors.luck import Luck

    def all_of_them() -> Luck:
        luck = Luck(base)
        luck.spreads(some)
        return luck

    luck, took, cpu = timed(all_of_them)
    print(f"intervals of {len(some)} changes, {luck.number} futures each: {took:.2f} s ({cpu:.2f} CPU)")


def unplanned(given: object) -> object:
    """The situation with a plan that does nothing: samples are compared with themselves, not with it."""
    from waythrough.plan.doors.worth import Base
    from waythrough.terms.planned import Aim, Plan

    aims = (Aim("journeys", 1, 1, "max", "point"),)
    nothing = Plan("", given.as_of, given.first_day, given.days, (), (), aims, 0, 0, 1, (), (), {}, 0, "")
    return Base(given, nothing)


def timed(run: Callable[[], object]) -> tuple:
    """What it gives, and the seconds it took: wall and processor."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = run()
    return found, time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
