"""Follicles that come later, compiled: where they begin, and their first rest.

A graft lives in the last stratum, which androgens do not reach. Up to its day nobody sees it. It
then stands in telogen with the shaft it came with, sheds it, rests in kenogen and begins anagen;
from there on it cycles as any follicle. One that does not take is never there.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.addresses import put_number
from follicle_sim.base.codes import Decision
from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import draw, exp, normal_quantile
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import (
    DESTRUCTION_HAZARD,
    KENOGEN,
    LOG_CALIBRE,
    LOST,
    TELOGEN,
    Clocks,
    Rules,
    cell_of,
    hazard_of,
    interpolate,
    reader_of,
    row_of,
    share_of_cell,
)
from follicle_sim.simulation.engine.agents.durations import budget, look_ahead
from follicle_sim.simulation.engine.agents.events import DESTRUCTION, schedule

SURVIVAL, SHAFT, REST = (
    int(d) for d in (Decision.GRAFT_SURVIVAL, Decision.GRAFT_SHAFT, Decision.GRAFT_REST)
)
FULL_CALIBRE = int(Decision.FULL_CALIBRE)

FIRST_NAME, NAMES_PER_SESSION = 1 << 31, 1 << 24
"""Grafts are named in the draws by session and number in it, so that natives never rename them."""


class Grafts(NamedTuple):
    """Transplant sessions of an arm, K in time order."""

    day: Floats  # (K,)
    survival: Floats  # (K,) chance that a follicle takes
    shaft: Floats  # (K,) mean days until the shaft it came with falls
    shaft_sigma: Floats  # (K,) sigma of its log-normal law
    rest: Floats  # (K,) mean days of rest after that
    rest_sigma: Floats  # (K,)
    number: NDArray[np.int64]  # (S, K) follicles given to each subject


def no_grafts(subjects: int = 1) -> Grafts:
    """Return the sessions of an arm that has none."""
    return Grafts(*[np.empty(0)] * 6, np.zeros((subjects, 0), np.int64))


@jit_inline
def _session(counts: NDArray[np.int64], j: int) -> tuple[int, int]:
    """Return the session of a subject's graft number j, and its name in the draws."""
    k = 0
    while j >= counts[k]:
        j -= counts[k]
        k += 1
    return k, FIRST_NAME + k * NAMES_PER_SESSION + j


@jit_inline
def _lasting(name: Any, who: int, decision: int, mean: float, sigma: float) -> float:
    u, _ = draw(name[0], name[1], name[2], name[3], who, 0, decision)
    return mean * exp(sigma * normal_quantile(u) - 0.5 * sigma * sigma)


@jit
def plant(
    state: Any,
    clocks: Clocks,
    rules: Rules,
    name: Any,
    grafts: Grafts,
    counts: NDArray[np.int64],
) -> None:
    """Give every graft of one subject its traits and its place in the cycle on its day.

    state : (sum of counts,) out; counts : (K,) follicles of each session.
    """
    reader = reader_of(clocks)
    for j in range(state.size):
        f = state[j]
        k, who = _session(counts, j)
        day = grafts.day[k]
        cell = cell_of(day, clocks.grid)
        share = share_of_cell(reader.grid, cell, day)
        sigma = rules.full_calibre_sigma
        f.stratum = clocks.table.shape[1] - 1
        f.full_calibre = _lasting(name, who, FULL_CALIBRE, rules.full_calibre, sigma)
        f.cycle = 0
        f.mark = 0.0
        f.shed = -math.inf
        f.club = exp(interpolate(row_of(reader, LOG_CALIBRE, f.stratum), cell, share))
        f.attack = math.inf
        f.destruction = math.inf
        if clocks.destroyed:
            spent = interpolate(hazard_of(reader, DESTRUCTION_HAZARD, f.stratum), cell, share)
            f.destruction = spent + budget(name, who, 0, DESTRUCTION)
        u, _ = draw(name[0], name[1], name[2], name[3], who, 0, SURVIVAL)
        if u < grafts.survival[k]:
            f.phase = TELOGEN
            f.entered = day
            begun = interpolate(row_of(reader, TELOGEN, f.stratum), cell, share)
            f.due = begun + _lasting(name, who, SHAFT, grafts.shaft[k], grafts.shaft_sigma[k])
        else:
            f.phase = LOST
            f.entered = math.inf
            f.due = math.inf
        schedule(f, reader, f.phase, f.due, cell, day)


@jit
def foresee(ahead: int, name: Any, grafts: Grafts, counts: NDArray[np.int64], j: int) -> int:
    """Draw the first durations of graft number j into `ahead`, its rest among them; name it."""
    k, who = _session(counts, j)
    look_ahead(ahead, name, who, 0)
    rest = _lasting(name, who, REST, grafts.rest[k], grafts.rest_sigma[k])
    put_number(ahead, KENOGEN, rest)
    return who
