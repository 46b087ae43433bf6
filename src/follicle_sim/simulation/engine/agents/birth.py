"""The start of a follicle's life in the simulation, compiled: its traits and place in the cycle."""

import math
from typing import Any

import numpy as np

from follicle_sim.base.addresses import hold
from follicle_sim.base.codes import Decision
from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import draw, exp, normal_quantile
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import (
    ANAGEN,
    GROWN,
    KENOGEN,
    LOG_CALIBRE,
    Clocks,
    Rules,
    reader_of,
)
from follicle_sim.simulation.engine.agents.durations import budget, look_ahead, scratch
from follicle_sim.simulation.engine.agents.events import ATTACK, DESTRUCTION, schedule

INITIAL_PHASE, INITIAL_DURATION = int(Decision.INITIAL_PHASE), int(Decision.INITIAL_DURATION)
STRATUM, FULL_CALIBRE = int(Decision.STRATUM), int(Decision.FULL_CALIBRE)


@jit_inline
def _place(f: Any, i: int, clocks: Clocks, rules: Rules, name: Any, weight: Floats) -> None:
    """Place one follicle by the stationary law at the clocks' first values."""
    step = clocks.grid[1] - clocks.grid[0]
    total = 0.0
    for p in range(4):
        weight[p] = rules.mean[p] * step / clocks.table[p, f.stratum, 1]
        total += weight[p]
    u, position = draw(name[0], name[1], name[2], name[3], i, 0, INITIAL_PHASE)
    p = ANAGEN
    below = weight[ANAGEN]
    while p < KENOGEN and u * total >= below:
        p += 1
        below += weight[p]
    u, _ = draw(name[0], name[1], name[2], name[3], i, 0, INITIAL_DURATION)
    # a phase met at a random moment is length-biased: the log-normal moves up by sigma squared
    sigma = rules.sigma[p]
    whole = rules.mean[p] * exp(sigma * normal_quantile(u) + 0.5 * sigma * sigma)
    elapsed = position * whole
    days = elapsed * step / clocks.table[p, f.stratum, 1]
    f.phase = p
    f.due = whole - elapsed
    f.entered = clocks.grid[0] - days
    if p == ANAGEN:
        f.mark = -days * clocks.table[GROWN, f.stratum, 1] / step
    if p == KENOGEN:
        f.shed = f.entered


@jit
def initialise(
    state: Any, clocks: Clocks, rules: Rules, name: Any, stationary: bool, first: int = 0
) -> None:
    """Give every follicle its traits and its place in the cycle at the start of the grid.

    `name` is (seed, replicate, stream, subject). With `stationary`, phases and residual times
    follow the exact stationary law of a renewal process at the clocks' first values: phase with
    probability proportional to mean / speed, a length-biased duration, a uniform position in it.
    Otherwise all follicles begin anagen together. Follicles are named from `first` on.
    """
    strata = clocks.native
    reader = reader_of(clocks)
    weight = np.empty(4)
    ahead = scratch(rules)
    for place in range(state.size):
        f, i = state[place], first + place
        u, _ = draw(name[0], name[1], name[2], name[3], i, 0, STRATUM)
        f.stratum = min(int(u * strata), strata - 1)
        u, _ = draw(name[0], name[1], name[2], name[3], i, 0, FULL_CALIBRE)
        sigma = rules.full_calibre_sigma
        f.full_calibre = rules.full_calibre * exp(sigma * normal_quantile(u) - 0.5 * sigma * sigma)
        f.cycle = 0
        f.phase = ANAGEN
        f.entered = clocks.grid[0]
        f.mark = 0.0
        f.shed = -math.inf
        f.club = exp(clocks.table[LOG_CALIBRE, f.stratum, 0])
        f.attack = budget(name, i, 0, ATTACK) if clocks.attacked else math.inf
        f.destruction = budget(name, i, 0, DESTRUCTION) if clocks.destroyed else math.inf
        if stationary:
            _place(f, i, clocks, rules, name, weight)
        else:
            look_ahead(np.int64(ahead.ctypes.data), name, i, 0)
            f.due = ahead[ANAGEN]
        schedule(f, reader, f.phase, f.due, 0, clocks.grid[0])
    hold(ahead)
