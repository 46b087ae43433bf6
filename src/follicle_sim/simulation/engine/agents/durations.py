"""Draws of a follicle's life, compiled: intrinsic durations of its phases and hazard budgets."""

from typing import Any

import numpy as np

from follicle_sim.base.addresses import number_at, put_number
from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import CENTRE, central_quantile, draw, exp, log, tail_quantile
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import Rules

LOOK_AHEAD = 8
"""Durations drawn at once: two cycles of four phases."""

UNIFORM, SIGMA, MEAN = LOOK_AHEAD, 2 * LOOK_AHEAD, 3 * LOOK_AHEAD
FIRST_CYCLE, COUNT = 4 * LOOK_AHEAD, 4 * LOOK_AHEAD + 1
"""Where a scratch array keeps, after the durations, what they were made of, the cycle they begin
with and how many there are."""


@jit_inline
def budget(name: Any, follicle: int, cycle: int, decision: int) -> float:
    """Return a unit-exponential budget of integrated hazard."""
    return -log(draw(name[0], name[1], name[2], name[3], follicle, cycle, decision)[0])


@jit
def scratch(rules: Rules) -> Floats:
    """Return room for durations drawn ahead and what drawing them needs, side by side."""
    ahead = np.empty(COUNT + 1)
    ahead[FIRST_CYCLE] = -1.0
    ahead[COUNT] = LOOK_AHEAD
    for j in range(LOOK_AHEAD):
        ahead[SIGMA + j] = rules.sigma[j & 3]
        ahead[MEAN + j] = rules.mean[j & 3]
    return ahead


@jit_inline
def look_ahead(ahead: int, name: Any, follicle: int, cycle: int) -> None:
    """Draw the intrinsic durations of the phases of `cycle` and the next one (model section 5.1).

    ahead : address of a `scratch`. Durations depend on names alone and not on time, so eight are
    drawn at once in vector registers; drawn one by one on the way from event to event they would
    be most of the cost.
    """
    # read from memory, so that the compiler vectorises the eight turns instead of unrolling them
    count = int(number_at(ahead, COUNT))
    for j in range(count):
        u, _ = draw(name[0], name[1], name[2], name[3], follicle, cycle + (j >> 2), j & 3)
        put_number(ahead, UNIFORM + j, u)
    for j in range(count):
        put_number(ahead, j, central_quantile(number_at(ahead, UNIFORM + j) - 0.5))
    for j in range(count):
        u = number_at(ahead, UNIFORM + j)
        if abs(u - 0.5) > CENTRE:
            put_number(ahead, j, tail_quantile(u))
    for j in range(count):
        sigma = number_at(ahead, SIGMA + j)
        law = exp(sigma * number_at(ahead, j) - 0.5 * sigma * sigma)
        put_number(ahead, j, number_at(ahead, MEAN + j) * law)
    put_number(ahead, FIRST_CYCLE, float(cycle))


@jit_inline
def duration(ahead: int, name: Any, follicle: int, cycle: int, phase: int) -> float:
    """Return the intrinsic duration of a phase of one of a follicle's cycles."""
    second = cycle & 1
    first = cycle - second
    if number_at(ahead, FIRST_CYCLE) != first:
        look_ahead(ahead, name, follicle, first)
    return number_at(ahead, 4 * second + phase)
