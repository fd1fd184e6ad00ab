"""The journeys as one integer program, the way a textbook writes it, for solvers to try as they come.

A column for each unit on each trip, a whole number of vehicles of each fleet on each trip, and every shared row.
It is easier than the real problem: seats are counted for a trip, not vehicle by vehicle, so a family may be
"seated" across two vans. HiGHS, SCIP and CP-SAT all get these same numbers, two threads and a time limit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from waythrough.plan.files import load_situation
from waythrough.plan.network import Network
from waythrough.plan.problem import Problem, problem

THREADS = 2


@dataclass(frozen=True)
class Monolith:
    """Maximise cost·x with rows ≤ high, 0 ≤ x ≤ upper, all whole. Rows are (start, column, value), row by row."""

    cost: np.ndarray
    upper: np.ndarray
    high: np.ndarray
    start: np.ndarray
    column: np.ndarray
    value: np.ndarray
    people: np.ndarray
    """People each column moves."""


def monolith(made: Problem) -> Monolith:
    """The integer program of a problem."""
    cells, options = made.cells, len(made.option_cell)
    unit, cell = made.option_unit, made.option_cell
    vehicles = np.arange(len(cells.column_cell)) + options
    room = made.fleet_room[cells.column_fleet]
    parts = [(unit, np.arange(options), np.ones(options, np.int64))]
    high = [np.ones(made.size, np.int64)]
    done = made.size
    for need, kind in ((made.seats, 0), (made.special, 1), (made.stretchers, 2)):
        parts.append((done + cell, np.arange(options), need[unit]))
        parts.append((done + cells.column_cell, vehicles, -room[:, kind]))
        high.append(np.zeros(len(cells.day), np.int64))
        done += len(cells.day)
    for rows, member, column, use in (
        (cells.people_rows, cell, np.arange(options), made.people[unit]),
        (cells.vehicle_rows, np.arange(len(vehicles)), vehicles, np.ones(len(vehicles), np.int64)),
    ):
        many = (rows.start[1:] - rows.start[:-1])[member]
        at = np.repeat(rows.start[member] - np.cumsum(many) + many, many) + np.arange(many.sum())
        parts.append((done + rows.row[at], np.repeat(column, many), np.repeat(use, many)))
        high.append(rows.capacity)
        done += len(rows.names)
    row, column, value = (np.concatenate(part) for part in zip(*parts, strict=True))
    kept = value != 0
    row, column, value = row[kept], column[kept], value[kept]
    order = np.argsort(row, kind="stable")
    return Monolith(
        cost=np.r_[made.option_value, np.zeros(len(vehicles), np.int64)],
        upper=np.r_[np.ones(options, np.int64), made.column_count],
        high=np.concatenate(high),
        start=np.searchsorted(row[order], np.arange(done + 1)),
        column=column[order],
        value=value[order],
        people=np.r_[made.people[unit], np.zeros(len(vehicles), np.int64)],
    )


def read(path: str) -> Monolith:
    """The integer program of a situation file."""
    situation = load_situation(Path(path))
    return monolith(problem(situation, Network(situation)))


def told(model: Monolith, x: np.ndarray | None, bound: float | None) -> dict[str, Any]:
    """What a solver reached and proved; nothing where it found nothing."""
    if x is None:
        return {"value": 0, "people": 0, "bound": bound}
    whole = np.rint(x).astype(np.int64)
    return {"value": int(model.cost @ whole), "people": int(model.people @ whole), "bound": bound}


def highs(path: str, seconds: float) -> Callable[[], dict[str, Any]]:
    """HiGHS on the monolith."""
    import highspy

    model = read(path)

    def work() -> dict[str, Any]:
        solver = highspy.Highs()
        for name, value in (("output_flag", False), ("time_limit", seconds), ("threads", THREADS)):
            solver.setOptionValue(name, value)
        columns, rows = len(model.cost), len(model.high)
        solver.passModel(
            columns, rows, len(model.column), 2, -1, 0.0, model.cost.astype(float), np.zeros(columns),
            model.upper.astype(float), np.full(rows, -highspy.kHighsInf), model.high.astype(float),
            model.start[:-1].astype(np.int32), model.column.astype(np.int32), model.value.astype(float),
            np.ones(columns, np.int32),
        )  # fmt: skip
        solver.run()
        info = solver.getInfo()
        found = info.primal_solution_status == 2
        bound = info.mip_dual_bound if abs(info.mip_dual_bound) < 1e15 else None
        return told(model, np.array(solver.getSolution().col_value) if found else None, bound)

    return work


def cp_sat(path: str, seconds: float) -> Callable[[], dict[str, Any]]:
    """CP-SAT on the monolith. Its process never loads HiGHS: the two break each other."""
    from ortools.sat.python import cp_model

    data = read(path)

    def work() -> dict[str, Any]:
        began = time.perf_counter()
        model = cp_model.CpModel()
        columns = [model.new_int_var(0, int(most), "") for most in data.upper]
        for row in range(len(data.high)):
            at = slice(data.start[row], data.start[row + 1])
            terms = [columns[c] for c in data.column[at].tolist()]
            if terms:
                model.add(
                    cp_model.LinearExpr.weighted_sum(terms, data.value[at].tolist()) <= int(data.high[row])
                )
        model.maximize(cp_model.LinearExpr.weighted_sum(columns, data.cost.tolist()))
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(1.0, seconds - (time.perf_counter() - began))
        solver.parameters.num_workers = THREADS
        status = solver.solve(model)
        found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
        x = np.array([solver.value(c) for c in columns]) if found else None
        return told(data, x, solver.best_objective_bound if found else None)

    return work


def scip(path: str, seconds: float) -> Callable[[], dict[str, Any]]:
    """SCIP on the monolith."""
    from pyscipopt import Model, quicksum

    data = read(path)

    def work() -> dict[str, Any]:
        model = Model()
        model.hideOutput()
        model.setParam("limits/time", seconds)
        columns = [
            model.addVar(vtype="I", lb=0, ub=int(most), obj=int(cost))
            for most, cost in zip(data.upper, data.cost, strict=True)
        ]
        model.setMaximize()
        for row in range(len(data.high)):
            at = range(data.start[row], data.start[row + 1])
            if at:
                terms = quicksum(int(data.value[k]) * columns[data.column[k]] for k in at)
                model.addCons(terms <= int(data.high[row]))
        model.optimize()
        found = model.getNSols() > 0
        x = np.array([model.getVal(c) for c in columns]) if found else None
        return told(data, x, model.getDualbound())

    return work
