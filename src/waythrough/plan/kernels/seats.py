"""Seating by search: empty a few trips, seat again whom prices favour, and keep what is no worse.

The loops work on two groups of arrays. The ``Board`` says what is possible and never changes: options with their
value and their gain (value less the price of all they use), best gain first for each unit. The ``State`` says who
sits where, what is left of every place, and holds the scratch room; every change is logged, so that a try that
ends worse is taken back step by step. All numbers are whole, the luck is a counter of its own, and nothing
depends on time: the same board and state always end the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from waythrough.plan.kernels import helper, kernel

Ints = np.ndarray

LOG, LUCK, VALUE, STAMP, QUEUE, BLINK, HOME, TOUCHED, FIRST_TOUCHED = range(9)
"""Places in ``State.now``: length of the log, state of the luck, value seated, number of the try, units waiting
to be seated, chance in 1024 to pass a trip over, how often a vehicle has left a trip, how many cells have room to
fill, and then these cells."""

SEATED, LEFT, CAME, WENT = range(4)
"""Kinds of change in the log: a unit took an option or left it, a vehicle came or went."""

FIRST, PEOPLE, SEATS, SPECIAL, LYING, PINNED = range(6)
"""Columns of ``Board.units``: its first option, everyone of it, places it takes of each kind, 1 if it must stay
where it is."""

BLINKS = 10
"""How often in 1024 a try passes a good trip over."""

CELL, WORTH, GAIN, OWNER = range(4)
"""Columns of ``Board.options``: its cell, value, value less the price of all it uses, and unit."""

ROW, COLUMN, BY_GAIN = range(3)
"""Columns of ``Board.cells``: where in ``lists`` its people rows begin, its first vehicle column, and where in
``lists`` its options begin, best gain first."""

USE = 3
"""Column of ``Board.columns`` after the places of one vehicle (seats, special seats, stretchers): where in
``lists`` the vehicle rows begin of which it takes one place each."""

AT, MARK = range(2)
"""Columns of ``State.units``: its option or -1, and the last try that asked for it."""


class Board(NamedTuple):
    """What is possible. Tables of whole numbers, one row for each thing and one more that closes the last.

    Options stand unit by unit, best gain first. ``lists`` holds the lists of all others, one after the other.
    """

    units: Ints
    options: Ints
    cells: Ints
    columns: Ints
    lists: Ints


class State(NamedTuple):
    """Who sits where, what is left of every place, and scratch room.

    ``cells`` has the seats, special seats and stretcher places left on each cell, ``left`` the places left on
    each people row and then on each vehicle row, ``driving`` the vehicles on each column. ``busy`` says of each cell
    how often a vehicle had left a trip when none was free for it. ``log`` and ``queue`` are scratch: (kind, what,
    cell) of each change, (unit, key) of those waiting.
    """

    units: Ints
    cells: Ints
    left: Ints
    driving: Ints
    busy: Ints
    log: Ints
    queue: Ints
    now: Ints


# --- luck and order ---------------------------------------------------------------------------------------


@helper()
def draw(now: Ints) -> int:
    """A number from 1 to 2,147,483,646 (Lehmer's generator: Park and Miller 1988, CACM 31, 1192–1201)."""
    now[LUCK] = now[LUCK] * 48271 % 2147483647
    return now[LUCK]


@helper()
def arrange(queue: Ints, many: int) -> None:
    """Sort the first ``many`` of the queue by key, smallest first, ties by unit (Shell 1959)."""
    gap = 1
    while gap < many // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, many):
            unit, key, j = queue[i, 0], queue[i, 1], i
            while j >= gap and (
                queue[j - gap, 1] > key or (queue[j - gap, 1] == key and queue[j - gap, 0] > unit)
            ):
                queue[j, 0], queue[j, 1] = queue[j - gap, 0], queue[j - gap, 1]
                j -= gap
            queue[j, 0], queue[j, 1] = unit, key
        gap //= 3


# --- changes ----------------------------------------------------------------------------------------------


@helper()
def shift(board: Board, state: State, option: int, sign: int) -> None:
    """Count a unit onto its option's cell (sign 1) or off it (−1)."""
    unit, cell = board.options[option, OWNER], board.options[option, CELL]
    state.cells[cell, 0] -= sign * board.units[unit, SEATS]
    state.cells[cell, 1] -= sign * board.units[unit, SPECIAL]
    state.cells[cell, 2] -= sign * board.units[unit, LYING]
    for k in range(board.cells[cell, ROW], board.cells[cell + 1, ROW]):
        state.left[board.lists[k]] -= sign * board.units[unit, PEOPLE]
    state.now[VALUE] += sign * board.options[option, WORTH]
    state.units[unit, AT] = option if sign > 0 else -1


@helper()
def drive(board: Board, state: State, column: int, cell: int, sign: int) -> None:
    """Count a vehicle onto a column (sign 1) or off it (−1)."""
    state.driving[column] += sign
    if sign < 0:
        state.now[HOME] += 1
    state.cells[cell, 0] += sign * board.columns[column, 0]
    state.cells[cell, 1] += sign * board.columns[column, 1]
    state.cells[cell, 2] += sign * board.columns[column, 2]
    for k in range(board.columns[column, USE], board.columns[column + 1, USE]):
        state.left[board.lists[k]] -= sign


@helper()
def note(state: State, kind: int, what: int, cell: int) -> None:
    """Write a change down."""
    at = state.now[LOG]
    state.log[at, 0], state.log[at, 1], state.log[at, 2] = kind, what, cell
    state.now[LOG] = at + 1


@helper(shift, note)
def leave(board: Board, state: State, unit: int) -> None:
    """Take a unit off its trip and put it among those to be seated."""
    option, now = state.units[unit, AT], state.now
    shift(board, state, option, -1)
    note(state, LEFT, option, 0)
    if state.units[unit, MARK] != now[STAMP] and now[QUEUE] < len(state.queue):
        state.units[unit, MARK] = now[STAMP]
        state.queue[now[QUEUE], 0] = unit
        now[QUEUE] += 1


@helper(shift, drive)
def back(board: Board, state: State) -> None:
    """Take back everything in the log, last change first."""
    now = state.now
    while now[LOG] > 0:
        now[LOG] -= 1
        kind, what, cell = state.log[now[LOG], 0], state.log[now[LOG], 1], state.log[now[LOG], 2]
        if kind == SEATED:
            shift(board, state, what, -1)
        elif kind == LEFT:
            shift(board, state, what, 1)
        elif kind == CAME:
            drive(board, state, what, cell, -1)
        else:
            drive(board, state, what, cell, 1)


# --- seating ----------------------------------------------------------------------------------------------


@helper()
def received(board: Board, state: State, unit: int, cell: int) -> bool:
    """Whether every people row of the cell still has places for the unit."""
    for k in range(board.cells[cell, ROW], board.cells[cell + 1, ROW]):
        if state.left[board.lists[k]] < board.units[unit, PEOPLE]:
            return False
    return True


@helper()
def free(board: Board, state: State, column: int) -> bool:
    """Whether one vehicle more can drive on the column."""
    for k in range(board.columns[column, USE], board.columns[column + 1, USE]):
        if state.left[board.lists[k]] < 1:
            return False
    return True


@helper()
def room(board: Board, state: State, unit: int, cell: int) -> bool:
    """Whether the vehicles on the cell have places for the unit."""
    return (
        state.cells[cell, 0] >= board.units[unit, SEATS]
        and state.cells[cell, 1] >= board.units[unit, SPECIAL]
        and state.cells[cell, 2] >= board.units[unit, LYING]
    )


@helper(room, received, free, drive, note)
def fetch(board: Board, state: State, unit: int, cell: int) -> bool:
    """Whether the unit has places on the cell, if need be by one vehicle more that now drives there."""
    if room(board, state, unit, cell):
        found: bool = received(board, state, unit, cell)
        return found
    if state.busy[cell] == state.now[HOME] or not received(board, state, unit, cell):
        return False
    seats = board.units[unit, SEATS] - state.cells[cell, 0]
    special = board.units[unit, SPECIAL] - state.cells[cell, 1]
    lying = board.units[unit, LYING] - state.cells[cell, 2]
    none = True
    for column in range(board.cells[cell, COLUMN], board.cells[cell + 1, COLUMN]):
        if not free(board, state, column):
            continue
        none = False
        if (
            board.columns[column, 0] >= seats
            and board.columns[column, 1] >= special
            and board.columns[column, 2] >= lying
        ):
            drive(board, state, column, cell, 1)
            note(state, CAME, column, cell)
            return True
    if none:
        # Until a vehicle leaves a trip there is no need to look again.
        state.busy[cell] = state.now[HOME]
    return False


@helper(shift, note)
def take(board: Board, state: State, option: int) -> None:
    """Seat a unit on an option with room for it."""
    shift(board, state, option, 1)
    note(state, SEATED, option, 0)


@helper(room, received, fetch, take, draw)
def seat(board: Board, state: State, unit: int) -> bool:
    """Seat a unit on its best trip with room, with one vehicle more if no trip has any; whether it was.

    Now and then a trip is passed over, so that the next best gets its chance.
    """
    first, last = board.units[unit, FIRST], board.units[unit + 1, FIRST]
    for option in range(first, last):
        cell = board.options[option, CELL]
        if (
            room(board, state, unit, cell)
            and (state.now[BLINK] == 0 or draw(state.now) % 1024 >= state.now[BLINK])
            and received(board, state, unit, cell)
        ):
            take(board, state, option)
            return True
    for option in range(first, last):
        if fetch(board, state, unit, board.options[option, CELL]):
            take(board, state, option)
            return True
    return False


# --- making room ------------------------------------------------------------------------------------------


@helper()
def touch(state: State, cell: int) -> None:
    """Remember a cell with room to fill, once."""
    now = state.now
    for k in range(now[TOUCHED]):
        if now[FIRST_TOUCHED + k] == cell:
            return
    if now[TOUCHED] < len(now) - FIRST_TOUCHED:
        now[FIRST_TOUCHED + now[TOUCHED]] = cell
        now[TOUCHED] += 1


@helper(leave, touch, draw)
def empty(board: Board, state: State, cell: int, share: int) -> None:
    """Take units off a cell, each with a chance of ``share`` in 1024."""
    touch(state, cell)
    for k in range(board.cells[cell, BY_GAIN], board.cells[cell + 1, BY_GAIN]):
        option = board.lists[k]
        unit = board.options[option, OWNER]
        if (
            state.units[unit, AT] == option
            and board.units[unit, PINNED] == 0
            and draw(state.now) % 1024 < share
        ):
            leave(board, state, unit)


@helper(drive, note)
def send_home(board: Board, state: State, cell: int) -> None:
    """Send home every vehicle a cell can do without, so that it is free for another trip."""
    for column in range(board.cells[cell, COLUMN], board.cells[cell + 1, COLUMN]):
        while (
            state.driving[column] > 0
            and state.cells[cell, 0] >= board.columns[column, 0]
            and state.cells[cell, 1] >= board.columns[column, 1]
            and state.cells[cell, 2] >= board.columns[column, 2]
        ):
            drive(board, state, column, cell, -1)
            note(state, WENT, column, cell)


@helper(leave, touch)
def relieve(board: Board, state: State, cell: int) -> None:
    """Take off units, least gain first, until no place of the cell is taken twice."""
    touch(state, cell)
    for k in range(board.cells[cell + 1, BY_GAIN] - 1, board.cells[cell, BY_GAIN] - 1, -1):
        seats, special, lying = state.cells[cell, 0], state.cells[cell, 1], state.cells[cell, 2]
        if seats >= 0 and special >= 0 and lying >= 0:
            return
        option = board.lists[k]
        unit = board.options[option, OWNER]
        if state.units[unit, AT] != option or board.units[unit, PINNED] != 0:
            continue
        if (
            (seats < 0 and board.units[unit, SEATS] > 0)
            or (special < 0 and board.units[unit, SPECIAL] > 0)
            or (lying < 0 and board.units[unit, LYING] > 0)
        ):
            leave(board, state, unit)


@helper(draw, empty, send_home, relieve, drive, note, free, touch)
def ruin(board: Board, state: State) -> None:
    """Empty a few trips that have to do with each other, or let a vehicle drive elsewhere."""
    now, units = state.now, len(state.units)
    unit = draw(now) % units
    option = state.units[unit, AT]
    for _ in range(64):
        if option >= 0:
            break
        unit = draw(now) % units
        option = state.units[unit, AT]
    if option < 0:
        return
    cell, way = board.options[option, CELL], draw(now) % 8
    first, many = board.units[unit, FIRST], board.units[unit + 1, FIRST] - board.units[unit, FIRST]
    other = board.options[first + draw(now) % many, CELL]
    if way < 3:
        empty(board, state, cell, 1024 if draw(now) % 2 == 0 else 300 + draw(now) % 600)
        if draw(now) % 2 == 0:
            empty(board, state, other, 300 + draw(now) % 724)
            send_home(board, state, other)
        send_home(board, state, cell)
        return
    if way < 6:
        empty(board, state, cell, 100 + draw(now) % 400)
        empty(board, state, other, 100 + draw(now) % 400)
        return
    columns = board.cells[cell + 1, COLUMN] - board.cells[cell, COLUMN]
    column = board.cells[cell, COLUMN] + draw(now) % columns
    if state.driving[column] > 0:
        drive(board, state, column, cell, -1)
        note(state, WENT, column, cell)
        relieve(board, state, cell)
        if state.cells[cell, 0] < 0 or state.cells[cell, 1] < 0 or state.cells[cell, 2] < 0:
            # Those who may not be moved hold on to the vehicle.
            drive(board, state, column, cell, 1)
            note(state, CAME, column, cell)
    columns = board.cells[other + 1, COLUMN] - board.cells[other, COLUMN]
    column = board.cells[other, COLUMN] + draw(now) % columns
    if free(board, state, column):
        drive(board, state, column, other, 1)
        note(state, CAME, column, other)
        touch(state, other)


@helper(leave, touch, draw)
def gather(board: Board, state: State, most: int) -> None:
    """Ask for every touched cell who would like it best: units that wait, and now and then one that sits worse."""
    now = state.now
    pull = draw(now) % 2 == 0
    for n in range(now[TOUCHED]):
        cell, asked = now[FIRST_TOUCHED + n], 0
        for k in range(board.cells[cell, BY_GAIN], board.cells[cell + 1, BY_GAIN]):
            if asked >= most:
                break
            option = board.lists[k]
            unit = board.options[option, OWNER]
            at = state.units[unit, AT]
            if at < 0:
                asked += 1
                if state.units[unit, MARK] != now[STAMP] and now[QUEUE] < len(state.queue):
                    state.units[unit, MARK] = now[STAMP]
                    state.queue[now[QUEUE], 0] = unit
                    now[QUEUE] += 1
            elif (
                pull
                and board.options[option, GAIN] > board.options[at, GAIN]
                and board.units[unit, PINNED] == 0
                and draw(now) % 4 == 0
            ):
                asked += 1
                touch(state, board.options[at, CELL])
                leave(board, state, unit)


@helper(draw)
def rank(board: Board, state: State) -> None:
    """Keys for the order in which the queue is seated: one of several orders, drawn for each try."""
    now = state.now
    way = draw(now) % 4
    for n in range(now[QUEUE]):
        unit = state.queue[n, 0]
        first, last = board.units[unit, FIRST], board.units[unit + 1, FIRST]
        best = board.options[first, GAIN]
        second = board.options[first + 1, GAIN] if last - first > 1 else 0
        noise = 768 + draw(now) % 512
        if way == 0:
            state.queue[n, 1] = -(best // (1 + board.units[unit, PEOPLE])) * noise
        elif way == 1:
            state.queue[n, 1] = -(best - max(second, 0)) * noise
        elif way == 2:
            state.queue[n, 1] = -board.units[unit, PEOPLE] * noise
        else:
            state.queue[n, 1] = -best * noise


# --- the kernel -------------------------------------------------------------------------------------------


@kernel(draw, arrange, back, fetch, take, seat, ruin, gather, rank)
def search(board: Board, state: State, queue: Ints, wishes: Ints, tries: int, slack: int, most: int) -> int:
    """Seat the units of ``queue``, in its order: first each on its wish (an option, or −1 for none), then
    whoever is left on the best trip with room. Then try ``tries`` times to do better.

    A try is kept if it is worth at most a random part of ``slack`` less than before. Gives the value seated.
    ``most`` is how many waiting units are asked for each emptied cell.
    """
    now = state.now
    now[BLINK] = 0
    for n in range(len(queue)):
        if wishes[n] >= 0 and state.units[queue[n], AT] < 0:
            if fetch(board, state, queue[n], board.options[wishes[n], CELL]):
                take(board, state, wishes[n])
            now[LOG] = 0
    for n in range(len(queue)):
        if state.units[queue[n], AT] < 0:
            seat(board, state, queue[n])
            now[LOG] = 0
    now[BLINK] = BLINKS
    for _ in range(tries):
        before = now[VALUE]
        now[STAMP] += 1
        now[QUEUE], now[TOUCHED], now[LOG] = 0, 0, 0
        ruin(board, state)
        gather(board, state, most)
        rank(board, state)
        arrange(state.queue, now[QUEUE])
        for n in range(now[QUEUE]):
            seat(board, state, state.queue[n, 0])
        if now[VALUE] < before - (slack * (draw(now) % 1024) >> 10):
            back(board, state)
    now[LOG] = 0
    return now[VALUE]
