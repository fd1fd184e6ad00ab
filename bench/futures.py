"""Futures a second: compiled on one processor and on two, and with numpy alone; and that all say the same.

``BENCH_FUTURES`` is how many are played (200,000). The first line is what a machine pays once: loading the
compiler, and compiling where nothing was kept on disk.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace

NUMBER = int(os.environ.get("BENCH_FUTURES", 200_000))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 5))
TARGET = 500_000
SIZES = ((1_000, "12 doors"), (8_000, "14 doors"), (80_000, "24 doors"))


def main() -> None:
    """Print one line per size and engine."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["NUMBA_CACHE_DIR"] = folder
        print(
            f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
        )
        for households, doors in SIZES:
            report(households, doors)


def report(households: int, doors: str) -> None:
    """One situation: what each engine makes of it."""
    from waythrough.plan.futures.play import COMPILED, NUMPY, play
    from waythrough.plan.futures.policy import Policy
    from waythrough.plan.futures.world import board
    from waythrough.plan.generate import generate
    from waythrough.plan.kernels import can_compile

    given = with_outlooks(generate(households, 90, 1))
    world, took = timed(lambda: board(given, Policy()).world)
    out = world.leaving
    size = f"{len(out.special)} classes of families in {len(out.lane_class)} lanes, {len(out.site)} roads out"
    print(f"\n{doors}, 90 days, {households:,} households, {size}; tables made in {took:.2f} s")
    print(f"{'':24}{'futures/s':>12}{'per CPU s':>12}  same numbers")
    few, _ = timed(lambda: play(world, 4_096, 1, engine=NUMPY, threads=1))
    hashes = {fingerprint(few)}
    line("numpy, 1 processor", 4_096, lambda: play(world, 4_096, 1, engine=NUMPY, threads=1), hashes)
    if not can_compile():
        print("numba is not installed: not measured")
        return
    cpu = time.process_time()
    _, took = timed(lambda: play(world, 4_096, 1, engine=COMPILED, threads=1))
    print(
        f"compiler loaded, loop compiled and 4,096 futures: {took:.1f} s, {time.process_time() - cpu:.1f} s CPU"
    )
    hashes.add(fingerprint(play(world, 4_096, 1, engine=COMPILED, threads=2)))
    print("numpy and compiled give", "the same" if len(hashes) == 1 else "DIFFERENT", "numbers")
    hashes = set()
    for threads in (1, 2):
        name = f"compiled, {threads} processor{'s' if threads > 1 else ''}"
        line(name, NUMBER, lambda n=threads: play(world, NUMBER, 1, engine=COMPILED, threads=n), hashes)


def line(name: str, number: int, run: Callable[[], object], hashes: set[str]) -> None:
    """The best of some rounds."""
    walls, cpus = [], []
    for _ in range(ROUNDS):
        cpu = time.process_time()
        played, took = timed(run)
        walls.append(took)
        cpus.append(time.process_time() - cpu)
        hashes.add(fingerprint(played))
    same = "yes" if len(hashes) == 1 else "NO"
    print(f"{name:24}{number / min(walls):12,.0f}{number / min(cpus):12,.0f}  {same}")


def fingerprint(played: object) -> str:
    """A hash of all numbers of all futures."""
    found = hashlib.sha256()
    for each in vars(played).values():
        found.update(each.tobytes())
    return found.hexdigest()


def timed(run: Callable[[], object]) -> tuple:
    """What it gives, and the seconds it took."""
    start = time.perf_counter()
    return run(), time.perf_counter() - start


def with_outlooks(given: object) -> object:
    """Every door with a belief of its party: fair, slow and little known."""
    from waythrough.terms.estimates import Estimate, Outlook

    def outlook(door: object) -> Outlook:
        n = sum(map(ord, door.party)) % 5
        chance = Estimate(0.2 + 0.1 * n, 0.05, 0.8, 0.9, "chance", "invented", given.as_of, ())
        wait = Estimate(6.0 + 3 * n, 2.0, 40.0, 0.9, "days", "invented", given.as_of, ())
        return Outlook(door.id, chance, wait, 3, 28, 14 + n)

    return replace(given, outlooks=tuple(outlook(door) for door in given.doors))


if __name__ == "__main__":
    main()
