"""Prices from a linear program over a random sample of units, with everything shared scaled down alike.

In the program parts of families may travel; what it proves is only used through ``prices.bound``, which looks
at every unit and needs no solver. The program stays in memory: shutting and opening cells and solving again
from where it stopped costs a small part of the first solution, which is what door values are made of.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass, field

import highspy
import numpy as np

from waythrough.plan.prices import Prices, no_prices, profit_of, vehicle_profit
from waythrough.plan.problem import LARGEST_EXACT, Problem
from waythrough.plan.problem.parts import RECEPTION, Part, cut, part_of_sites
from waythrough.plan.problem.units import Ints, ranges
from waythrough.plan.together import together
from waythrough.terms.problems import NoPlan

BEGIN = 10
"""Options of each unit a program near known prices begins with."""
JOIN = 8
"""Options of each unit that may join it in one round."""
MISSING = 5e-4
"""The program is done when all that its missing options could add is this part of its value."""
PARTS_FROM = 200
"""Units of the sample from which a program begins with those of its parts."""
MIXES = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


@dataclass(frozen=True)
class Relaxed:
    """What the linear program found, scaled back up to everybody.

    ``value`` is what journeys are worth in it and ``people`` how many travel: estimates when the sample is not
    everybody. ``vehicles`` are per vehicle column, in parts. ``going`` is each unit's option where it travels
    whole, −1 otherwise. ``prices`` are whole, and lifted as far as vehicles' costs allow. ``used`` are the people on
    each people row.
    """

    value: float
    people: float
    vehicles: np.ndarray
    going: Ints
    prices: Prices
    used: np.ndarray


@dataclass
class SampledLp:
    """The program over a sample of units; ``solve`` it as often as cells open and shut.

    With prices ``near`` the program begins with the few best options of each unit at these prices; others join
    where the program's own prices show that they are missing, until all that is missing could add no more than the
    part ``missing`` of its value. That takes a third of the time.
    """

    problem: Problem
    share: float
    seed: int = 0
    near: Prices | None = None
    scale: float = 0.0
    missing: float = MISSING
    sample: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.sample = sample(self.problem, self.share, self.seed)
        everyone = int(self.problem.people[_able(self.problem)].sum())
        self.scale = self.scale or int(self.problem.people[self.sample].sum()) / max(everyone, 1)
        options = ranges(self.problem.option_start, self.sample)
        unit = np.repeat(np.arange(len(self.sample)), np.diff(self.problem.option_start)[self.sample])
        first = np.ones(len(options), bool)
        if self.near is not None:
            first = _best_few(profit_of(self.problem, self.near, options), unit, BEGIN)
        self._options, self._unit = options[first], unit[first]
        self._waiting, self._waiting_unit = options[~first], unit[~first]
        self._built = False

    def solve(self, shut: np.ndarray | None = None) -> Relaxed:
        """The best with the cells marked in ``shut`` (shape: (cells,)) shut; with none given, all are open.

        Raises
        ------
        NoPlan
            HiGHS found no optimum, where doing nothing is possible.
        """
        cells = self.problem.cells
        if not len(self._options):
            nothing = np.zeros(len(cells.column_cell))
            nobody = np.full(self.problem.size, -1, np.int64)
            unused = np.zeros(len(cells.people_rows.names))
            return Relaxed(0.0, 0.0, nothing, nobody, lifted(self.problem, no_prices(cells)), unused)
        if not self._built:
            self._begin(shut)
        high = self.problem.column_count * self.scale
        if shut is not None:
            high = np.where(shut[cells.column_cell], 0.0, high)
        columns = np.arange(len(high), dtype=np.int32)
        self._highs.changeColsBounds(len(high), columns, np.zeros(len(high)), high)
        while True:
            found = self._optimum()
            duals = np.asarray(found.row_dual)
            if not self._join(np.maximum(duals, 0.0), self._highs.getInfo().objective_function_value, shut):
                return self._read(np.asarray(found.col_value), duals, np.asarray(found.row_value))

    def within(self, low: Ints, high: Ints) -> Relaxed:
        """The best with at least ``low`` and at most ``high`` vehicles on each column, after ``solve`` and with the
        options it ended with.

        Raises
        ------
        NoPlan
            HiGHS found no optimum.
        """
        columns = np.arange(len(high), dtype=np.int32)
        self._highs.changeColsBounds(len(high), columns, low * self.scale, high * self.scale)
        found = self._optimum()
        return self._read(
            np.asarray(found.col_value), np.asarray(found.row_dual), np.asarray(found.row_value)
        )

    def _optimum(self) -> highspy.HighsSolution:
        self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise NoPlan(
                what=f"the solver found no prices: {self._highs.modelStatusToString(status)}",
                remedy="Report this with the situation file: doing nothing should always be possible.",
            )
        return self._highs.getSolution()

    def _begin(self, shut: np.ndarray | None) -> None:
        """Build the program; where it falls into parts, begin where their own programs end.

        With places to be received as if they were without end, the parts' bases together are dual feasible for the
        whole, so that the dual simplex method has only these few rows to see to.
        """
        part = part_of_sites(self.problem)
        of_unit = part[self.problem.units.site[self.sample]]
        there = np.unique(of_unit).tolist()
        if len(there) < 2 or len(self.sample) < PARTS_FROM:
            self._build()
            return
        parts = [self._part(part, n, shut) for n in there]
        together(lambda one: one[1].solve(one[2]), parts)
        self._take([(cut_out, program) for cut_out, program, _ in parts])

    def _part(self, part: Ints, n: int, shut: np.ndarray | None) -> tuple[Part, SampledLp, np.ndarray | None]:
        """The program of one part alone."""
        p, rows = self.problem, self.problem.cells.people_rows
        cells = np.flatnonzero((p.cells.site >= 0) & (part[p.cells.site] == n))
        units = self.sample[part[p.units.site[self.sample]] == n]
        endless = [name[0] in RECEPTION for name in rows.names]
        room = np.where(np.array(endless, bool), LARGEST_EXACT, rows.capacity)
        found = cut(p, units, cells, room, p.cells.vehicle_rows.capacity)
        near = None if self.near is None else found.prices(self.near)
        program = SampledLp(found.problem, 1.0, self.seed, near, self.scale, self.missing)
        return found, program, None if shut is None else shut[cells]

    def _take(self, parts: list[tuple[Part, SampledLp]]) -> None:
        """The options the parts' programs ended with, and the bases they ended at."""
        units = [np.searchsorted(self.sample, part.units[program.sample]) for part, program in parts]
        self._options = np.concatenate([part.options[program._options] for part, program in parts])
        self._unit = np.concatenate([at[one._unit] for at, (_, one) in zip(units, parts, strict=True)])
        waiting = np.concatenate([part.options[program._waiting] for part, program in parts])
        of_unit = np.concatenate([at[one._waiting_unit] for at, (_, one) in zip(units, parts, strict=True)])
        order = np.argsort(of_unit, kind="stable")
        self._waiting, self._waiting_unit = waiting[order], of_unit[order]
        self._build()
        cells = self.problem.cells
        columns = np.full(len(cells.column_cell), highspy.HighsBasisStatus.kLower)
        rows, going = np.full(self._rows, highspy.HighsBasisStatus.kBasic), []
        for at, (part, program) in zip(units, parts, strict=True):
            basis = program._highs.getBasis()
            status, many = np.array(basis.col_status), len(part.columns)
            columns[part.columns] = status[:many]
            going.append(status[many:])
            kinds = [kind * len(cells.day) + part.cells for kind in range(3)]
            shared = (self._people_at + part.people_rows, self._vehicle_at + part.vehicle_rows)
            rows[np.concatenate([*kinds, *shared, self._unit_at + at])] = np.array(basis.row_status)
        start = highspy.HighsBasis()
        start.col_status, start.row_status = [*columns, *np.concatenate(going)], list(rows)
        start.valid, start.alien = True, False
        self._highs.setBasis(start)

    def _join(self, duals: np.ndarray, reached: float, shut: np.ndarray | None) -> bool:
        """Let the options join that are worth more than their unit has; False when hardly anything is missing."""
        p, n = self.problem, len(self.problem.cells.day)
        if not len(self._waiting):
            return False
        cell, unit = p.option_cell[self._waiting], self.sample[self._waiting_unit]
        per_person = p.cells.people_rows.priced(duals[self._people_at : self._vehicle_at])
        missing = p.option_value[self._waiting] - duals[self._unit_at + self._waiting_unit]
        missing -= per_person[cell] * p.people[unit] + duals[cell] * p.seats[unit]
        missing -= duals[n + cell] * p.special[unit] + duals[2 * n + cell] * p.stretchers[unit]
        if shut is not None:
            missing[shut[cell]] = 0.0
        most = np.zeros(len(self.sample))
        np.maximum.at(most, self._waiting_unit, missing)
        if most.sum() <= self.missing * reached:
            return False
        joins = _best_few(missing, self._waiting_unit, JOIN) & (missing > 0)
        first, options, units = len(self._options), self._waiting[joins], self._waiting_unit[joins]
        parts = self._terms(np.arange(len(options)), options, units)
        starts, index, value = _by_column(len(options), parts)
        self._highs.addCols(
            len(options), p.option_value[options].astype(float), np.zeros(len(options)), np.ones(len(options)),
            len(index), starts[:-1], index, value,
        )  # fmt: skip
        self._options, self._unit = np.r_[self._options, options], np.r_[self._unit, units]
        self._waiting, self._waiting_unit = self._waiting[~joins], self._waiting_unit[~joins]
        return len(self._options) > first

    def whole(self, nodes: int, gap: float) -> tuple[Relaxed, int]:
        """The best with whole vehicles and whole families, and what the solver proves that no journeys can pass.
        Only over everybody, and without prices: they are those of nothing.

        Where vehicles are few, half a vehicle flatters the bound of ``solve``.
        """
        if not self._built:
            self._build()
        columns = np.arange(len(self._options) + len(self.problem.cells.column_cell), dtype=np.int32)
        for name, value in (
            ("mip_max_nodes", nodes),
            ("mip_rel_gap", gap),
            ("mip_feasibility_tolerance", 1e-7),
        ):
            self._highs.setOptionValue(name, value)
        kinds = np.full(len(columns), int(highspy.HighsVarType.kInteger), np.uint8)
        self._highs.changeColsIntegrality(len(columns), columns, kinds)
        self._highs.run()
        info = self._highs.getInfo()
        found = self._highs.getSolution()
        values = np.asarray(found.col_value)
        kinds[:] = int(highspy.HighsVarType.kContinuous)
        self._highs.changeColsIntegrality(len(columns), columns, kinds)
        proven = math.floor(info.mip_dual_bound + 1e-6 + 1e-9 * abs(info.mip_dual_bound))
        return self._read(values, np.zeros(self._rows), np.asarray(found.row_value)), proven

    def _read(self, values: np.ndarray, duals: np.ndarray, rows: np.ndarray) -> Relaxed:
        many = len(self.problem.cells.column_cell)
        vehicles, going = values[:many], values[many:]
        whole = np.full(self.problem.size, -1, np.int64)
        whole[self.sample[self._unit[going > 1 - 1e-6]]] = self._options[going > 1 - 1e-6]
        people = going @ self.problem.people[self.sample][self._unit]
        return Relaxed(
            float(going @ self.problem.option_value[self._options]) / self.scale,
            float(people) / self.scale,
            vehicles / self.scale,
            whole,
            self._prices(duals),
            rows[self._people_at : self._vehicle_at] / self.scale,
        )

    def keep(self) -> highspy.HighsBasis:
        """Where the solver stands, to come back to."""
        return self._highs.getBasis()

    def back_to(self, kept: highspy.HighsBasis) -> None:
        """Stand there again, with nobody on the options that have joined since."""
        status = list(kept.col_status)
        more = len(self.problem.cells.column_cell) + len(self._options) - len(status)
        kept.col_status = status + [highspy.HighsBasisStatus.kLower] * more
        self._highs.setBasis(kept)

    def copied(self) -> SampledLp:
        """The same program once more, standing where this one stands: both can be solved side by side."""
        twin = copy(self)
        if self._built:
            twin._build()
            twin._highs.setBasis(self._highs.getBasis())
        return twin

    # --- building -----------------------------------------------------------------------------------------

    def _build(self) -> None:
        """Columns: vehicles, then the sample's options. Rows: seats, special seats, stretcher places of each
        cell, people rows, vehicle rows, then one row for each unit of the sample.
        """
        p, cells = self.problem, self.problem.cells
        n_cells, many = len(cells.day), len(cells.column_cell)
        self._people_at = 3 * n_cells
        self._vehicle_at = self._people_at + len(cells.people_rows.names)
        self._unit_at = self._vehicle_at + len(cells.vehicle_rows.names)
        self._rows = self._unit_at + len(self.sample)
        vehicle, room = np.arange(many), p.fleet_room[cells.column_fleet]
        uses = np.diff(cells.vehicle_rows.start)
        parts = [
            *(
                (vehicle, kind * n_cells + cells.column_cell, -room[:, kind] * wanted[cells.column_cell])
                for kind, wanted in enumerate(self._wanted())
            ),
            (np.repeat(vehicle, uses), self._vehicle_at + cells.vehicle_rows.row, np.ones(int(uses.sum()), np.int64)),
            *self._terms(many + np.arange(len(self._options)), self._options, self._unit),
        ]  # fmt: skip
        high = np.zeros(self._rows)
        people = cells.people_rows.capacity
        high[self._people_at : self._vehicle_at] = np.where(
            people >= LARGEST_EXACT, highspy.kHighsInf, people * self.scale
        )
        high[self._vehicle_at : self._unit_at] = cells.vehicle_rows.capacity * self.scale
        high[self._unit_at :] = 1.0
        cost = np.r_[np.zeros(many, np.int64), p.option_value[self._options]].astype(float)
        most = np.r_[p.column_count * self.scale, np.ones(len(self._options))]
        self._highs, self._built = _loaded(cost, most, high, parts), True

    def _wanted(self) -> list[np.ndarray]:
        """For seats, special seats and stretcher places: the cells on which somebody of the sample could use one.
        Elsewhere the places of vehicles need no looking after.
        """
        p = self.problem
        options = np.concatenate((self._options, self._waiting))
        unit, cell = self.sample[np.concatenate((self._unit, self._waiting_unit))], p.option_cell[options]
        many = len(p.cells.day)
        return [
            np.bincount(cell[need[unit] > 0], minlength=many) > 0
            for need in (p.seats, p.special, p.stretchers)
        ]

    def _terms(self, column: Ints, options: Ints, units: Ints) -> list[tuple[Ints, Ints, Ints]]:
        """(column, row, value) of what options use: places on their cell, people rows, and their unit."""
        p, rows = self.problem, self.problem.cells.people_rows
        n_cells, unit = len(p.cells.day), self.sample[units]
        cell = p.option_cell[options].astype(np.int64)
        many, paid = np.diff(rows.start)[cell], ranges(rows.start, cell)
        return [
            (column, cell, p.seats[unit]),
            (column, n_cells + cell, p.special[unit]),
            (column, 2 * n_cells + cell, p.stretchers[unit]),
            (np.repeat(column, many), self._people_at + rows.row[paid], np.repeat(p.people[unit], many)),
            (column, self._unit_at + units, np.ones(len(options), np.int64)),
        ]

    def _prices(self, duals: np.ndarray) -> Prices:
        whole = np.floor(np.maximum(duals, 0.0) + 1e-6).astype(np.int64)
        n = len(self.problem.cells.day)
        return lifted(
            self.problem,
            Prices(
                whole[:n],
                whole[n : 2 * n],
                whole[2 * n : self._people_at],
                whole[self._people_at : self._vehicle_at],
                whole[self._vehicle_at : self._unit_at],
            ),
        )


def sample(problem: Problem, share: float, seed: int) -> Ints:
    """Units drawn for a program, in order: ``share`` of those with an option, spread over sites and days.

    Units alike in site, best trip and size stand side by side, and every so manyth is taken from a random
    start: a sample that looks like everybody gives better prices than one drawn blindly.
    """
    able = _able(problem)
    if share >= 1.0:
        return able
    luck = scrambled(able, seed)
    best = problem.option_cell[problem.option_start[able]]
    order = able[np.lexsort((luck, problem.people[able], best, problem.units.site[able]))]
    many = max(1, round(share * len(able)))
    start = int(scrambled(np.zeros(1, np.int64), seed)[0] % np.uint64(1 << 20)) / (1 << 20)
    at = np.floor((np.arange(many) + start) * (len(able) / many)).astype(np.int64)
    return np.sort(order[at])


def scrambled(numbers: Ints, seed: int) -> np.ndarray:
    """A well-mixed number for each number and seed (SplitMix64), the same on every machine."""
    with np.errstate(over="ignore"):
        z = numbers.astype(np.uint64) + np.uint64((seed + 1) * MIXES[0] % (1 << 64))
        z = (z ^ (z >> np.uint64(30))) * np.uint64(MIXES[1])
        z = (z ^ (z >> np.uint64(27))) * np.uint64(MIXES[2])
        return z ^ (z >> np.uint64(31))


def lifted(problem: Problem, prices: Prices) -> Prices:
    """The prices with seats and special seats as dear as they can be before a vehicle earns anything.

    A seat nobody in the sample wanted has no price, and would look free to everybody else. As long as no
    vehicle on the cell earns more than it costs, a dearer seat can only lower the bound.
    """
    cells = problem.cells
    if not len(cells.column_cell):
        return prices
    at, room = cells.column_start[:-1], problem.fleet_room[cells.column_fleet]
    seats, special, stretchers = prices.seats.copy(), prices.special.copy(), prices.stretchers.copy()
    for kind, price in enumerate((seats, special, stretchers)):
        now = Prices(seats, special, stretchers, prices.people_rows, prices.vehicle_rows)
        spare = np.maximum(-vehicle_profit(problem, now), 0)
        # Where no vehicle of a cell has such a place, its price is nobody's cost: it may be as high as any value.
        each = np.where(room[:, kind] > 0, spare // np.maximum(room[:, kind], 1), np.iinfo(np.int64).max)
        least = np.minimum.reduceat(each, at)
        price += np.where(least == np.iinfo(np.int64).max, problem.option_value.max(initial=0), least)
    return Prices(seats, special, stretchers, prices.people_rows, prices.vehicle_rows)


def solved(
    cost: np.ndarray, most: np.ndarray, high: np.ndarray, terms: tuple[Ints, Ints, np.ndarray]
) -> np.ndarray:
    """The columns of most cost, each from 0 to ``most``, with each row at most ``high``."""
    highs = _loaded(cost, most, high, [terms])
    highs.run()
    return np.asarray(highs.getSolution().col_value)


def _able(problem: Problem) -> Ints:
    return np.flatnonzero(np.diff(problem.option_start))


def _loaded(
    cost: np.ndarray, most: np.ndarray, high: np.ndarray, parts: list[tuple[Ints, Ints, Ints]]
) -> highspy.Highs:
    starts, index, value = _by_column(len(cost), parts)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(cost), len(high)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(len(cost)), most
    lp.row_lower_, lp.row_upper_ = np.full(len(high), -highspy.kHighsInf), high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = starts, index, value
    lp.sense_ = highspy.ObjSense.kMaximize
    highs = highspy.Highs()
    highs.silent()
    for name, option in (("threads", 1), ("parallel", "off"), ("random_seed", 7), ("solver", "simplex")):
        highs.setOptionValue(name, option)
    highs.passModel(lp)
    return highs


def _by_column(
    columns: int, parts: list[tuple[Ints, Ints, Ints]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Terms as starts of columns, rows and values, without those that are nothing."""
    column, row, value = (np.concatenate(each) for each in zip(*parts, strict=True))
    kept = value != 0
    column, row, value = column[kept], row[kept], value[kept]
    order = np.argsort(column, kind="stable")
    starts = np.searchsorted(column[order], np.arange(columns + 1)).astype(np.int32)
    return starts, row[order].astype(np.int32), value[order].astype(float)


def _best_few(worth: np.ndarray, unit: Ints, few: int) -> np.ndarray:
    """Marks the ``few`` best of each unit; units rise."""
    order = np.lexsort((-worth, unit))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order)) - np.searchsorted(unit[order], unit[order])
    found: np.ndarray = place < few
    return found
