"""What the clocks of one stratum read at the nodes of time, compiled."""

import math

import numpy as np

from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import exp
from follicle_sim.simulation.engine.agents.clocks import (
    ATTACK_HAZARD,
    DESTRUCTION_HAZARD,
    FALLS,
    GROWN,
    LOG_CALIBRE,
    Clocks,
    Rules,
)
from follicle_sim.simulation.engine.expected.flow import WEIGHTS, Bins, Course
from follicle_sim.simulation.engine.expected.nodes import Nodes, between
from follicle_sim.simulation.engine.expected.visible import partial_moment


@jit
def course_room(steps: int, emergence: float) -> Course:
    """Return room for the course of a stratum.

    emergence : length of shaft below which a hair is not seen, mm
    """
    return Course(
        np.empty((4, steps + 1)),
        np.empty((4, steps)),
        np.empty(steps + 1),
        np.empty(steps + 1),
        np.zeros(steps + 1),
        np.zeros(steps + 1),
        np.zeros(steps),
        np.empty((WEIGHTS, steps)),
        emergence,
    )


@jit
def fill_course(
    course: Course, clocks: Clocks, g: int, rules: Rules, bins: Bins, nodes: Nodes
) -> None:
    """Fill a course with what the clocks of stratum g read at the nodes."""
    grid, table, day = clocks.grid, clocks.table, nodes.day
    cell = 0
    for i in range(2 * day.size - 1):  # nodes, and the middle of each step between them
        n, half = nodes.past + i // 2, i % 2
        t = day[i // 2] if half == 0 else 0.5 * (day[i // 2] + day[i // 2 + 1])
        while cell < grid.size - 2 and grid[cell + 1] <= t:
            cell += 1
        share = (t - grid[cell]) / (grid[cell + 1] - grid[cell])
        to = course.reading if half == 0 else course.middle
        for p in range(4):
            to[p, n] = between(table[p, g], cell, share)
        x = between(table[LOG_CALIBRE, g], cell, share)
        if half == 1:
            _weigh(course, n, exp(x), rules)
        else:
            course.log_calibre[n] = x
            course.grown[n] = between(table[GROWN, g], cell, share)
    _strikes(course, clocks, g, nodes)
    _before(course, clocks, g, rules, bins, nodes)


@jit
def _strikes(course: Course, clocks: Clocks, g: int, nodes: Nodes) -> None:
    """Fill in the hazards: their integrals, and the share of each step's attacked hairs that fall.

    Attacks and falls are constant in each cell of the grid.
    """
    if not (clocks.attacked or clocks.destroyed):
        return
    grid, hazard = clocks.grid, clocks.hazard
    attack, falls = hazard[ATTACK_HAZARD, g], hazard[FALLS, g]
    cell = 0
    before = fallen = 0.0  # integral of the hazard of hairs that fall at once
    for i in range(nodes.day.size):
        n, t = nodes.past + i, nodes.day[i]
        while cell < grid.size - 2 and grid[cell + 1] <= t:
            if clocks.attacked:
                fallen += falls[cell] * (attack[cell + 1] - attack[cell])
            cell += 1
        share = (t - grid[cell]) / (grid[cell + 1] - grid[cell])
        if clocks.destroyed:
            course.destruction[n] = between(hazard[DESTRUCTION_HAZARD, g], cell, share)
        if clocks.attacked:
            course.attack[n] = between(attack, cell, share)
            here = fallen + falls[cell] * (course.attack[n] - attack[cell])
            if i > 0:
                strikes = course.attack[n] - course.attack[n - 1]
                course.falls[n - 1] = (here - before) / strikes if strikes > 0.0 else 0.0
            before = here


@jit
def _before(course: Course, clocks: Clocks, g: int, rules: Rules, bins: Bins, nodes: Nodes) -> None:
    """Fill in the steps before the grid, at its first speeds.

    Readings are moved so that the first node stands on an edge of a bin, and all are above 0.
    """
    table, past = clocks.table, nodes.past
    first = clocks.grid[1] - clocks.grid[0]
    for p in range(4):
        gone = nodes.step * table[p, g, 1] / first
        shift = math.ceil(past * gone / bins.width[p]) * bins.width[p]
        course.reading[p, past:] += shift
        course.middle[p, past:] += shift
        for n in range(past):
            course.reading[p, n] = shift - (past - n) * gone
            course.middle[p, n] = course.reading[p, n] + 0.5 * gone
    for n in range(past):
        course.grown[n] = -(past - n) * nodes.step * table[GROWN, g, 1] / first
        course.log_calibre[n] = table[LOG_CALIBRE, g, 0]
        _weigh(course, n, exp(course.log_calibre[n]), rules)


@jit_inline
def _weigh(course: Course, n: int, relative: float, rules: Rules) -> None:
    """Say what is seen of a hair whose growth ends at a relative calibre."""
    terminal = max(rules.detection_calibre, rules.terminal_calibre)
    course.weight[0, n] = partial_moment(rules, relative, rules.detection_calibre, 0)
    course.weight[1, n] = partial_moment(rules, relative, terminal, 0)
    mean = rules.full_calibre * relative
    course.weight[2, n] = mean * partial_moment(rules, relative, rules.detection_calibre, 1)
