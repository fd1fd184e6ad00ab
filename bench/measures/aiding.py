"""Convoys planned by us, by a solver given the whole program at once, and by a rule of thumb; judged by one checker."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from measures.aid_rule import send_the_scarcest
from waythrough.plan import aid, files, steps
from waythrough.plan.aid.loads import convoys
from waythrough.plan.aid.rows import AidProgram, whole_room
from waythrough.plan.check import check
from waythrough.plan.generate import generate
from waythrough.plan.generate.scale import SHORT_TRUCKS
from waythrough.plan.network import Network
from waythrough.plan.program import road
from waythrough.plan.solver import Limits
from waythrough.terms.households import Households
from waythrough.terms.planned import Aim, ConvoyTrip, Plan
from waythrough.terms.situation import Situation

Case = Sequence[Any]
"""``["country", households, seed]`` or ``["hard", households, seed]``, 90 days."""


def situation(case: Case) -> Situation:
    """The aid side of a case: nobody leaves."""
    if case[0] == "country":
        return replace(generate(case[1], 90, case[2]), households=Households(()))
    return generate(case[1], 90, case[2], SHORT_TRUCKS)


def size(case: Case) -> Callable[[], dict[str, Any]]:
    """How large a case is."""
    given = situation(case)
    network = Network(given)
    open_days = sum(len(network.days(r.id)) for r in network.of_purpose("aid"))

    def work() -> dict[str, Any]:
        return {
            "sites": len(given.sites),
            "warehouses": len(given.warehouses),
            "need": sum(map(sum, aid.people_each_day(given, {}).values())) * len(aid.life_saving(given)),
            "open": open_days / max(1, len(network.of_purpose("aid")) * given.days),
        }

    return work


def ours(case: Case, gap: float, nodes: int) -> Callable[[], dict[str, Any]]:
    """The first aim as the planner reaches it."""
    given = situation(case)
    network = Network(given)

    def work() -> dict[str, Any]:
        first = aid.feed_everyone(given, network, Limits(gap, nodes))
        return _told(given, network, first.convoys, first.unmet_bound)

    return work


def whole_aid(case: Case, gap: float, nodes: int) -> Callable[[], dict[str, Any]]:
    """Every aim of aid: the first, then the worse-off first, the road, and the room left over."""
    given = situation(case)
    network = Network(given)

    def work() -> dict[str, Any]:
        limits = Limits(gap, nodes)
        first = aid.feed_everyone(given, network, limits)
        done = aid.finish(given, network, first, {}, limits)
        return _told(given, network, done.convoys, done.unmet_full_bound)

    return work


def highs(case: Case, seconds: float) -> Callable[[], dict[str, Any]]:
    """HiGHS, given the same tight program whole, on one core as ours."""
    given = situation(case)
    network, program = _monolith(given)

    def work() -> dict[str, Any]:
        solver = _model(program)
        solver.setOptionValue("time_limit", seconds)
        solver.setOptionValue("mip_max_nodes", 10**8)
        solver.run()
        info = solver.getInfo()
        values = np.asarray(solver.getSolution().col_value)
        return _told(given, network, convoys(program, values), program.unmet_bound(0, info.mip_dual_bound))

    return work


def scip(case: Case, seconds: float) -> Callable[[], dict[str, Any]]:
    """SCIP, given the same program as a file."""
    from pyscipopt import Model

    given = situation(case)
    network, program = _monolith(given)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "aid.mps")
        _model(program).writeModel(path)
        solver = Model()
        solver.hideOutput()
        solver.readProblem(path)

    def work() -> dict[str, Any]:
        solver.setParam("limits/time", seconds)
        solver.optimize()
        by_name = {v.name: solver.getVal(v) for v in solver.getVars()}
        values = np.array([by_name.get(f"c{n}", 0.0) for n in range(len(program.program.cost))])
        # The file says what to make least; what is made most is its negative.
        bound = abs(solver.getDualbound())
        return _told(given, network, convoys(program, values), program.unmet_bound(0, bound))

    return work


def field_rule(case: Case) -> Callable[[], dict[str, Any]]:
    """Every allowed day, a full convoy of what is scarcest, the worst-off site first."""
    given = situation(case)
    network = Network(given)
    return lambda: _told(given, network, send_the_scarcest(given, network), 0)


def _monolith(given: Situation) -> tuple[Network, AidProgram]:
    network = Network(given)
    sites = frozenset(site.id for site in given.sites)
    program = AidProgram(given, network, aid.life_saving(given), [aid.people_each_day(given, {})], sites)
    program.close(whole_room(given, network, program.scale))
    program.aim_at_fed(0)
    return network, program


def _model(program: AidProgram) -> highspy.Highs:
    solver = program.program.relaxation()
    whole = [n for n, flag in enumerate(program.program.whole) if flag]
    kinds = [highspy.HighsVarType.kInteger] * len(whole)
    solver.changeColsIntegrality(len(whole), np.array(whole, np.int32), np.array(kinds))
    return solver


def _told(given: Situation, network: Network, trips: tuple[ConvoyTrip, ...], bound: int) -> dict[str, Any]:
    unmet = aid.unmet_by_good(given, trips, aid.people_each_day(given, {}))
    total = sum(unmet.values())
    exposure, metres = road(network, trips, ())
    plan = Plan(
        situation_sha256=files.sha256(given), as_of=given.as_of, first_day=given.first_day, days=given.days,
        convoys=trips, returns=(),
        aims=(
            Aim("unmet_if_nobody_left", total, min(total, bound), "min", "person-day"),
            Aim("journeys", 0, 0, "max", "point"),
            Aim("unmet_remaining", total, min(total, bound), "min", "person-day"),
            Aim("exposure", exposure, 0, "min", "risk-weighted vehicle-minute"),
            Aim("distance", metres, 0, "min", "vehicle-metre"),
        ),
        unmet_if_nobody_left=total, unmet_person_days=total, people_moved=0,
        steps=steps.steps(given, trips, ()), blockers=(), not_seated={}, flagged_consents=0, solver="",
        unmet_by_good=unmet,
    )  # fmt: skip
    return {"unmet": total, "bound": bound, "trips": len(trips), "broken": len(check(given, plan))}
