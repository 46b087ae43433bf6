"""Nodes of time: the days between which the solver steps, compiled."""

import math
from typing import NamedTuple

import numpy as np

from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import (
    ATTACK_HAZARD,
    GROWN,
    Clocks,
    Rules,
    cell_of,
)
from follicle_sim.simulation.engine.expected.flow import Bins

STEP, CYCLE_DAYS = 7.0, 1000.0
"""Days between nodes, at most, where a cycle takes so many days or more; else in proportion."""

LONG_STEPS, SETTLED = 4, -728.0
"""Steps taken at once up to a day of the history: nothing is seen there, and forcing only drifts.
From that day on there is time to forget what the longer step moves."""

HAZARD_STEP = 0.15
"""Integral of a hazard that a step may hold, before it is cut in pieces of a day or more."""

CLOSE = 1e-9
"""Days between which two nodes are one."""


class Nodes(NamedTuple):
    """When a person's strata are looked at."""

    day: Floats  # (M,) from the start of the grid to the last visit
    past: int  # steps before that: no part of the simulation, they say how old its hairs are
    step: float  # days of each of those


@jit_inline
def between(row: Floats, cell: int, share: float) -> float:
    """Return a table row's value part of the way through a cell."""
    return row[cell] + share * (row[cell + 1] - row[cell])


@jit_inline
def step_of(rules: Rules) -> float:
    """Return the days between nodes for the phases of a run."""
    return STEP * min(1.0, rules.mean.sum() / CYCLE_DAYS)


@jit
def nodes_of(clocks: Clocks, rules: Rules, visits: Floats, sessions: Floats) -> Nodes:
    """Return the nodes of time from the start of the grid to the last visit.

    Multiples of a step, every visit and transplant session, and more where hazards are high.
    """
    grid, step = clocks.grid, step_of(rules)
    start, end = grid[0], max(visits[visits.size - 1], grid[0] + 1.0)
    low, high = math.floor(start / step) + 1, math.ceil(end / step)
    wanted = np.empty(max(0, high - low) + visits.size + sessions.size + 2)
    count = 0
    for k in range(low, high):
        if k * step >= SETTLED or k % LONG_STEPS == 0:
            wanted[count] = k * step
            count += 1
    for day in visits:
        wanted[count] = max(day, start)
        count += 1
    for day in sessions:
        wanted[count] = min(max(day, start), end)
        count += 1
    wanted[count], wanted[count + 1] = start, end
    coarse = np.sort(wanted[: count + 2])
    longest = int(LONG_STEPS * step) + 2
    nodes = np.empty(coarse.size * longest)
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
    past, days = _past_of(clocks, rules)
    return Nodes(nodes[:size].copy(), past, days)


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
    return between(row, cell, (t - grid[cell]) / (grid[cell + 1] - grid[cell]))


@jit
def _past_of(clocks: Clocks, rules: Rules) -> tuple[int, float]:
    """Return the number of steps before the grid and their length, day.

    They reach back to when the slowest hair began that comes out of the skin on the first day, and
    over the window in which shed hairs are counted.
    """
    slowest = math.inf
    for g in range(clocks.table.shape[1]):
        slowest = min(slowest, clocks.table[GROWN, g, 1] / (clocks.grid[1] - clocks.grid[0]))
    reach = rules.shed_window
    if rules.emergence_length > 0.0:
        reach = max(reach, min(rules.emergence_length / max(slowest, 1e-12), 4000.0))
    days = max(step_of(rules), reach / 60.0)
    return math.ceil(reach / days) + 1, days


@jit
def fastest(clocks: Clocks, nodes: Nodes, bins: Bins) -> int:
    """Return the most bins that a clock passes in one step."""
    most = 0.0
    for p in range(4):
        width = min(bins.width[p], bins.width[p + 2] if p >= 2 else math.inf)
        for g in range(clocks.table.shape[1]):
            row = clocks.table[p, g]
            most = max(most, nodes.step * row[1] / (clocks.grid[1] - clocks.grid[0]) / width)
            before = _read(row, clocks.grid, nodes.day[0])
            for t in nodes.day[1:]:
                here = _read(row, clocks.grid, t)
                most = max(most, (here - before) / width)
                before = here
    return math.ceil(most) + 2
