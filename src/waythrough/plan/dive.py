"""A calendar of whole vehicles, one vehicle after the other, for cases with few of them.

Rounding all parts of vehicles at once loses much where a fleet is one bus: half a bus to each of two towns is no bus
to either. Here the vehicle that is most nearly whole is sent, the program solved again, and so on until every vehicle
is whole: each choice is made in sight of those before it.
"""

from __future__ import annotations

import numpy as np

from waythrough.plan.prices.lp import Relaxed, SampledLp
from waythrough.plan.problem.units import Ints

NEARLY = 1e-6
STEPS = 60
"""About how often the program is solved again: with more parts than that, several vehicles are sent at a time."""


def dive(program: SampledLp, found: Relaxed, high: Ints) -> Relaxed:
    """The program's answer with whole vehicles, at most ``high`` on each column, from its answer with parts.

    The program is over everybody. It keeps the bounds of its last step.
    """
    rows, low, high = program.problem.cells.vehicle_rows, np.zeros_like(high), high.copy()
    many, each = np.diff(rows.start), 0
    while True:
        down = np.floor(found.vehicles + NEARLY).astype(np.int64)
        part = found.vehicles - down
        open_columns = np.flatnonzero(part > NEARLY)
        if not len(open_columns):
            return found
        each = each or -(-len(open_columns) // STEPS)
        left = rows.capacity - np.bincount(rows.row, np.repeat(low, many), len(rows.names)).astype(np.int64)
        for column in open_columns[np.argsort(-part[open_columns], kind="stable")][:each].tolist():
            mine, up = rows.row[rows.start[column] : rows.start[column + 1]], down[column] + 1
            if (left[mine] >= up - low[column]).all():
                left[mine] -= up - low[column]
                low[column] = up
            else:
                high[column] = down[column]
        found = program.within(low, high)
