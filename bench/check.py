"""How long a plan takes to be read and checked, and its certificate to be worked out again, by size.

A legal plan is put together family by family, first come, first served: what is measured is the check, and it
looks at every seat whoever found it. Each figure is the best of three. ``BENCH=full`` takes all sizes.
"""

from __future__ import annotations

import os
import random
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from waythrough.plan import files
from waythrough.plan.check import check, fast
from waythrough.plan.check.certificate import Prices
from waythrough.plan.check.fast import certificate as quick
from waythrough.plan.check.fast.crowd import Crowd
from waythrough.plan.check.supply import unmet
from waythrough.plan.generate import generate
from waythrough.terms.planned import Aim, Certificate, Gate, Plan, PlanStep, ReturnTrip, Seat
from waythrough.terms.situation import Situation

SIZES = (1_000, 8_000, 80_000, 200_000) if os.environ.get("BENCH") == "full" else (8_000,)
TWIN_UP_TO = 8_000
"""Households up to which the readable loops are timed too."""


def main() -> None:
    """Print one line for each size and thing measured."""
    for households in SIZES:
        measure(households)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"peak memory {peak} MB, all sizes in one process")


def measure(households: int) -> None:
    """All figures of one size."""
    s = generate(households, 90, 1)
    p = stated(s, first_come(s))
    bare = tuple(replace(aim, proof="solver") for aim in p.aims)
    print(f"{households} households, {len(p.returns)} trips, {sum(len(t.seats) for t in p.returns)} seats")
    timed("check without certificate", lambda: fast.check(s, replace(p, certificate=None, aims=bare)))
    timed("certificate worked out again", lambda: bound(s, p))
    timed("check with certificate", lambda: fast.check(s, p))
    if households <= TWIN_UP_TO:
        timed("the same by the readable loops", lambda: check(s, p, slow=True))
    with tempfile.TemporaryDirectory() as folder:
        paths = files.save(s, Path(folder) / "s.json"), files.save(p, Path(folder) / "p.json")
        print(f"  files of {paths[0].stat().st_size / 1e6:.1f} and {paths[1].stat().st_size / 1e6:.1f} MB")
        timed("situation file read", lambda: files.load_situation(paths[0]))
        timed("plan file read", lambda: files.load_plan(paths[1]))
        fresh = files.load_situation(paths[0])
        timed("hash of the situation as read", lambda: files.sha256(fresh), times=1)
    assert fast.check(s, p) == []


def timed(what: str, work: Callable[[], Any], times: int = 3) -> None:
    """The best wall and processor time of some runs."""
    walls, processor = [], []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processor.append(time.process_time() - cpu)
    print(f"  {what}: {min(walls):.3f} s, of which processor {min(processor):.3f} s")


def bound(s: Situation, p: Plan) -> int:
    """The bound that follows from the plan's prices, from nothing but the two values."""
    crowd = Crowd(s, p)
    return quick.bound(crowd, Prices(crowd))


def first_come(s: Situation) -> Plan:
    """Families without kin or special needs, heaviest journeys first, each on the first trip with a place."""
    none = dict.fromkeys(("unmet_if_nobody_left", "unmet_person_days", "people_moved", "flagged_consents"), 0)
    empty = Plan(
        situation_sha256=files.sha256(s), as_of=s.as_of, first_day=s.first_day, days=s.days, convoys=(),
        returns=(), aims=(), steps=(), blockers=(), not_seated={}, solver="first come", **none,
    )  # fmt: skip
    crowd, c = Crowd(s, empty), s.households.columns
    trips: dict[tuple[str, int, str], list[tuple[int, list[str]]]] = defaultdict(list)
    used, going = Counter[tuple[str, str, int]](), set[int]()
    for home, size, route, day in journeys(crowd):
        end = crowd.destinations[route.end]
        desk = crowd.sites[route.site].registration_per_day or 10**9
        week, leaving = ("week", route.end, day // 7), ("site", route.site, day)
        if home in going or used[week] + size > (end.per_week or 10**9) or used[leaving] + size > desk:
            continue
        for fleet in (f for f in s.fleets if crowd.carries(f, route) and f.seats >= size):
            rows = trips[route.id, day, fleet.id]
            away = [("fleet", fleet.id, t) for t in range(day, min(day + crowd.kept(route, fleet), s.days))]
            if not rows or rows[-1][0] < size:
                if any(used[row] >= fleet.count for row in away):
                    continue
                used.update(away)
                rows.append((fleet.seats, []))
            free, aboard = rows[-1]
            rows[-1] = (free - size, [*aboard, c.ids[home]])
            used[week], used[leaving] = used[week] + size, used[leaving] + size
            going.add(home)
            break
    found = []
    for (name, day, fleet), rows in sorted(trips.items()):
        r = crowd.routes[name]
        seats = tuple(Seat(home, n) for n, (_, aboard) in enumerate(rows) for home in aboard)
        found += [ReturnTrip(name, r.site, r.end, day, fleet, len(rows), seats)] if rows else []
    return replace(empty, returns=tuple(found))


def journeys(crowd: Crowd) -> Iterator[tuple[int, int, Any, int]]:
    """Household, people, route and day of every journey a household alone may make, best household first."""
    c, wishes = crowd.columns, quick._wishes(crowd)
    days = {r.id: [t for t in range(crowd.days) if crowd.drivable(r, t)] for r in crowd.situation.routes}
    serving = defaultdict(list)
    for r in crowd.situation.routes:
        serving[r.site, r.end].append(r)
    for n in np.argsort(-wishes.worth, kind="stable").tolist():
        home = int(wishes.who[n])
        if c.kin[home] < 0 and not c.special[home] and not c.stretchers[home]:
            for r in serving[c.site_names[c.site[home]], c.destination_names[wishes.end[n]]]:
                for t in days[r.id]:
                    if int(wishes.days[n][t >> 6]) >> (t & 63) & 1:
                        yield home, c.size[home], r, t


def stated(s: Situation, p: Plan) -> Plan:
    """The plan with its totals, its steps, and a certificate of prices drawn at random."""
    rows = Prices(Crowd(s, replace(p, certificate=Certificate({})))).named
    luck = random.Random(1)
    prices = {name: luck.randint(0, 400) for name in sorted(rows) if not name.startswith("cap")}
    p = replace(p, certificate=Certificate(prices))
    f = Crowd(s, p)
    staying, left = unmet(f, nobody_left=True), unmet(f, nobody_left=False)
    uses = {r.id: (*r.out, *r.back) for r in s.routes}
    worst = max(s.zone_risk.values())
    minutes = {
        r: sum(s.zone_risk.get(u.zone, worst) * round(u.hours * 60) for u in us) for r, us in uses.items()
    }
    metres = {r: sum(round(u.km * 1000) for u in us) for r, us in uses.items()}
    aims = (
        Aim("unmet_if_nobody_left", sum(staying.values()), 0, "min", "person-day"),
        Aim("journeys", f.points, quick.bound(f, Prices(f)),
            "max", "point", "prices"),
        Aim("unmet_remaining", sum(left.values()), 0, "min", "person-day"),
        Aim("exposure", sum(minutes[t.route] * t.vehicles for t in p.returns), 0, "min", "minute"),
        Aim("distance", sum(metres[t.route] * t.vehicles for t in p.returns), 0, "min", "metre"),
    )  # fmt: skip
    steps = tuple(
        PlanStep(
            t.day,
            "return",
            n,
            tuple(Gate("door_open", d) for d in {d for u in uses[t.route] for d in u.doors}),
        )
        for n, t in enumerate(p.returns)
    )
    return replace(
        p, aims=aims, steps=steps, people_moved=sum(f.people), flagged_consents=f.flagged,
        unmet_if_nobody_left=sum(staying.values()), unmet_person_days=sum(left.values()), unmet_by_good=left,
        not_seated={"no_seat": len(s.households) - f.homes_seated},
    )  # fmt: skip


if __name__ == "__main__":
    main()
