"""Nodes of time, and what the clocks of one stratum read at them, compiled."""

import math

import numpy as np

from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import exp
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import (
    ATTACK_HAZARD,
    DESTRUCTION_HAZARD,
    FALLS,
    GROWN,
    LOG_CALIBRE,
    Clocks,
    Rules,
    cell_of,
)
from follicle_sim.simulation.engine.expected.flow import WEIGHTS, Bins, Course
from follicle_sim.simulation.engine.expected.visible import partial_moment

STEP = 7.0
"""Days between nodes, at most."""

LONG_STEP, SETTLED = 28.0, -728.0
"""Days between nodes up to a day of the history: nothing is seen there, and forcing only drifts.
From that day on there is time to forget what the longer step moves."""

HAZARD_STEP = 0.15
"""Integral of a hazard that a step may hold, before it is cut in pieces of a day or more."""

CLOSE = 1e-9
"""Days between which two nodes are one."""


@jit_inline
def _between(row: Floats, cell: int, share: float) -> float:
    return row[cell] + share * (row[cell + 1] - row[cell])


@jit
def nodes_of(clocks: Clocks, visits: Floats, sessions: Floats) -> Floats:
    """Return the nodes of time from the start of the grid to the last visit, day.

    Multiples of `STEP`, every visit and transplant session, and more where hazards are high.
    """
    grid = clocks.grid
    start, end = grid[0], max(visits[visits.size - 1], grid[0] + 1.0)
    low, high = math.floor(start / STEP) + 1, math.ceil(end / STEP)
    wanted = np.empty(max(0, high - low) + visits.size + sessions.size + 2)
    count = 0
    for k in range(low, high):
        if k * STEP >= SETTLED or k % int(LONG_STEP / STEP) == 0:
            wanted[count] = k * STEP
            count += 1
    for day in visits:
        wanted[count] = max(day, start)
        count += 1
    for day in sessions:
        wanted[count] = min(max(day, start), end)
        count += 1
    wanted[count], wanted[count + 1] = start, end
    coarse = np.sort(wanted[: count + 2])
    nodes = np.empty(coarse.size * (int(STEP) + 1) + 1)
    nodes[0], size = coarse[0], 1
    for day in coarse[1:]:
        before = nodes[size - 1]
        if day - before <= CLOSE:
            continue
        pieces = min(_hazard(clocks, before, day) / HAZARD_STEP, day - before)
        pieces = max(1, math.ceil(pieces))
        for k in range(1, pieces):
            nodes[size] = before + (day - before) * k / pieces
            size += 1
        nodes[size] = day
        size += 1
    return nodes[:size].copy()


@jit
def _hazard(clocks: Clocks, start: float, end: float) -> float:
    """Return the largest integral of a hazard between two days, over the strata."""
    most = 0.0
    for row in range(2):
        if not (clocks.attacked if row == ATTACK_HAZARD else clocks.destroyed):
            continue
        for g in range(clocks.hazard.shape[1]):
            total = clocks.hazard[row, g]
            most = max(most, _read(total, clocks.grid, end) - _read(total, clocks.grid, start))
    return most


@jit
def _read(row: Floats, grid: Floats, t: float) -> float:
    cell = cell_of(t, grid)
    return _between(row, cell, (t - grid[cell]) / (grid[cell + 1] - grid[cell]))


@jit
def past_of(clocks: Clocks, rules: Rules, window: float) -> tuple[int, float]:
    """Return the number of steps before the grid and their length, day.

    They reach back to when the slowest hair began that comes out of the skin on the first day, and
    over the window in which shed hairs are counted.
    """
    slowest = math.inf
    for g in range(clocks.table.shape[1]):
        slowest = min(slowest, clocks.table[GROWN, g, 1] / (clocks.grid[1] - clocks.grid[0]))
    reach = window
    if rules.emergence_length > 0.0:
        reach = max(reach, min(rules.emergence_length / max(slowest, 1e-12), 4000.0))
    days = max(STEP, reach / 60.0)
    return math.ceil(reach / days) + 1, days


@jit
def course_room(steps: int) -> Course:
    """Return room for the course of a stratum."""
    return Course(
        np.empty((4, steps + 1)),
        np.empty((4, steps)),
        np.empty(steps + 1),
        np.zeros(steps + 1),
        np.zeros(steps + 1),
        np.zeros(steps),
        np.empty((WEIGHTS, steps)),
        0.0,
    )


@jit
def fill_course(
    room: Course,
    log_calibre: Floats,
    clocks: Clocks,
    g: int,
    rules: Rules,
    bins: Bins,
    nodes: Floats,
    past: int,
    days: float,
) -> Course:
    """Fill a course with what the clocks of stratum g read at nodes (N + 1,), and say it.

    room : with `past` steps of `days` each before the first node
    log_calibre : (past + N + 1,) out, log relative calibre of a growing hair at the nodes
    """
    grid, table, hazard = clocks.grid, clocks.table, clocks.hazard
    cell = passed = 0
    before = fallen = 0.0  # integral of the hazard of hairs that fall at once
    for i in range(nodes.size):
        for half in range(2):
            if half == 1 and i + 1 == nodes.size:
                break
            t = nodes[i] if half == 0 else 0.5 * (nodes[i] + nodes[i + 1])
            while cell < grid.size - 2 and grid[cell + 1] <= t:
                cell += 1
            share = (t - grid[cell]) / (grid[cell + 1] - grid[cell])
            n = past + i
            to = room.reading if half == 0 else room.middle
            for p in range(4):
                to[p, n] = _between(table[p, g], cell, share)
            x = _between(table[LOG_CALIBRE, g], cell, share)
            if half == 1:
                _weigh(room, n, exp(x), rules)
                continue
            log_calibre[n] = x
            room.grown[n] = _between(table[GROWN, g], cell, share)
            if clocks.attacked:
                attack = hazard[ATTACK_HAZARD, g]
                room.attack[n] = _between(attack, cell, share)
                while passed < cell:
                    fallen += hazard[FALLS, g, passed] * (attack[passed + 1] - attack[passed])
                    passed += 1
                here = fallen + hazard[FALLS, g, cell] * (room.attack[n] - attack[cell])
                if i > 0:
                    strikes = room.attack[n] - room.attack[n - 1]
                    room.falls[n - 1] = (here - before) / strikes if strikes > 0.0 else 0.0
                before = here
            if clocks.destroyed:
                room.destruction[n] = _between(hazard[DESTRUCTION_HAZARD, g], cell, share)
    first = grid[1] - grid[0]
    for p in range(4):
        speed = table[p, g, 1] / first
        # the first node stands on an edge of a bin, and the readings before it above 0
        shift = math.ceil(past * days * speed / bins.width[p]) * bins.width[p]
        for n in range(past, past + nodes.size):
            room.reading[p, n] += shift
            if n < past + nodes.size - 1:
                room.middle[p, n] += shift
        for n in range(past):
            room.reading[p, n] = shift - (past - n) * days * speed
            room.middle[p, n] = room.reading[p, n] + 0.5 * days * speed
    for n in range(past):
        room.grown[n] = -(past - n) * days * table[GROWN, g, 1] / first
        log_calibre[n] = table[LOG_CALIBRE, g, 0]
        room.attack[n] = room.destruction[n] = room.falls[n] = 0.0
        _weigh(room, n, exp(log_calibre[n]), rules)
    return Course(
        room.reading,
        room.middle,
        room.grown,
        room.attack,
        room.destruction,
        room.falls,
        room.weight,
        rules.emergence_length,
    )


@jit_inline
def _weigh(room: Course, n: int, relative: float, rules: Rules) -> None:
    """Say what is seen of a hair whose growth ends at a relative calibre."""
    terminal = max(rules.detection_calibre, rules.terminal_calibre)
    room.weight[0, n] = partial_moment(rules, relative, rules.detection_calibre, 0)
    room.weight[1, n] = partial_moment(rules, relative, terminal, 0)
    mean = rules.full_calibre * relative
    room.weight[2, n] = mean * partial_moment(rules, relative, rules.detection_calibre, 1)


@jit
def fastest(clocks: Clocks, nodes: Floats, past_days: float, bins: Bins) -> int:
    """Return the most bins that a clock passes in one step."""
    most = 0.0
    for p in range(4):
        width = min(bins.width[p], bins.width[p + 2] if p >= 2 else math.inf)
        for g in range(clocks.table.shape[1]):
            row = clocks.table[p, g]
            most = max(most, past_days * row[1] / (clocks.grid[1] - clocks.grid[0]) / width)
            before = _read(row, clocks.grid, nodes[0])
            for t in nodes[1:]:
                here = _read(row, clocks.grid, t)
                most = max(most, (here - before) / width)
                before = here
    return math.ceil(most) + 2
