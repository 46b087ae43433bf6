"""What the instrument sees of a follicle, compiled (model section 5.7)."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.addresses import add_number, number_at
from follicle_sim.base.codes import Phase
from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import exp
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import (
    ANAGEN,
    GROWN,
    KENOGEN,
    LOG_CALIBRE,
    Clocks,
    Rules,
    cell_of,
)

SEEN, TERMINAL, SEEN_ANAGEN, CALIBRE_SUM, GROWTH_SUM, WEIGHT_SUM, SHED, GROWS, PHASES = range(9)
TALLY_COLUMNS = PHASES + len(Phase)
"""Columns of a tally: sums over one subject's follicles at one visit; GROWS counts the hairs in
anagen that two images tell from resting ones; PHASES starts a block."""


class Sight(NamedTuple):
    """What decides whether a hair is seen; numbers only, so that passing it costs nothing."""

    emergence_length: float
    detection_calibre: float
    terminal_calibre: float
    full_calibre: float
    growth: float
    scale: float  # this person's growth relative to the mean
    shed_window: float
    grows_from: float  # relative calibre from which growth shows between two images; 0 for any
    visits: int


@jit_inline
def grows_from(rules: Rules, scale: float) -> float:
    """Return the relative calibre from which a hair adds `resolution` in `regrowth` days.

    Growth is proportional to calibre; infinity where no time is left to grow.
    """
    if rules.resolution <= 0.0:
        return 0.0
    return rules.resolution / (rules.growth * scale * rules.regrowth)


@jit_inline
def sight_of(rules: Rules, scale: float, visits: int) -> Sight:
    """Return what `see` needs of a run's rules and of one person."""
    return Sight(
        rules.emergence_length,
        rules.detection_calibre,
        rules.terminal_calibre,
        rules.full_calibre,
        rules.growth,
        scale,
        rules.shed_window,
        grows_from(rules, scale),
        visits,
    )


@jit
def by_stratum(state: Any, strata: int) -> NDArray[np.int64]:
    """Return the follicles' indices stratum by stratum: neighbours then read the same clocks."""
    first = np.zeros(strata + 1, np.int64)
    for i in range(state.size):
        first[state[i].stratum + 1] += 1
    for g in range(strata):
        first[g + 1] += first[g]
    order = np.empty(state.size, np.int64)
    for i in range(state.size):
        g = state[i].stratum
        order[first[g]] = i
        first[g] += 1
    return order


@jit
def gauge(clocks: Clocks, visits: Floats) -> Floats:
    """Return (G, 2, V): relative calibre of a growing hair and growth reading at each visit."""
    strata = clocks.table.shape[1]
    grid, table = clocks.grid, clocks.table
    out = np.empty((strata, 2, visits.size))
    for v in range(visits.size):
        c = cell_of(visits[v], grid)
        share = (visits[v] - grid[c]) / (grid[c + 1] - grid[c])
        for g in range(strata):
            x, grown = table[LOG_CALIBRE, g], table[GROWN, g]
            out[g, 0, v] = exp(x[c] + share * (x[c + 1] - x[c]))
            out[g, 1, v] = grown[c] + share * (grown[c + 1] - grown[c])
    return out


@jit
def visits_from(grid: Floats, visits: Floats) -> NDArray[np.int64]:
    """Return, for each grid time, the first visit that is not before it: (T,)."""
    out = np.empty(grid.size, np.int64)
    v = 0
    for i in range(grid.size):
        while v < visits.size and visits[v] < grid[i]:
            v += 1
        out[i] = v
    return out


@jit_inline
def _count(steps: int, sight: Sight, column: int, start: int, end: int) -> None:
    """Count one follicle in a column at visits start to end, as a step up and a step down."""
    row = steps + 8 * (sight.visits + 1) * column
    add_number(row, start, 1.0)
    add_number(row, end, -1.0)


@jit_inline
def see(
    f: Any, start: int, end: int, visits: int, readings: int, sight: Sight, sums: int, steps: int
) -> None:
    """Add what is seen of one follicle, which has no event between them, at visits start to end.

    visits : address of (V,) days; readings : of one stratum's rows of a gauge; sums : of
    (TALLY_COLUMNS, V); steps : of (TALLY_COLUMNS, V + 1) changes of counts from visit to visit.
    A club hair keeps the calibre at which its growth ended; a growing hair has the present one and
    is seen once its shaft is long enough.
    """
    # held in registers: for all the compiler knows, a sum could lie where the follicle does
    phase, shed, mark, full = f.phase, f.shed, f.mark, f.full_calibre
    row = 8 * sight.visits
    calibre_row = sums + row * CALIBRE_SUM
    _count(steps, sight, PHASES + phase, start, end)
    late = start
    while late < end and number_at(visits, late) - shed <= sight.shed_window:
        late += 1
    _count(steps, sight, SHED, start, late)
    if phase == ANAGEN:
        seen_row, terminal_row = sums + row * SEEN, sums + row * TERMINAL
        growth_row, weight_row = sums + row * GROWTH_SUM, sums + row * WEIGHT_SUM
        growing_row, grown_row = sums + row * SEEN_ANAGEN, readings + row
        grows_row, told_apart = sums + row * GROWS, sight.grows_from > 0.0
        for v in range(start, end):
            relative = number_at(readings, v)
            calibre = full * relative
            out = number_at(grown_row, v) - mark >= sight.emergence_length
            visible = 1.0 if out and calibre >= sight.detection_calibre else 0.0
            thickness = calibre / sight.full_calibre
            add_number(seen_row, v, visible)
            add_number(terminal_row, v, visible if calibre >= sight.terminal_calibre else 0.0)
            add_number(growing_row, v, visible)
            add_number(calibre_row, v, visible * calibre)
            add_number(growth_row, v, visible * sight.growth * sight.scale * relative)
            add_number(weight_row, v, visible * thickness * thickness * sight.scale * relative)
            if told_apart:
                add_number(grows_row, v, visible if relative >= sight.grows_from else 0.0)
    elif phase < KENOGEN:
        calibre = full * f.club
        if calibre >= sight.detection_calibre:
            _count(steps, sight, SEEN, start, end)
            if calibre >= sight.terminal_calibre:
                _count(steps, sight, TERMINAL, start, end)
            for v in range(start, end):
                add_number(calibre_row, v, calibre)


@jit
def total_up(sums: Floats, steps: Floats, sight: Sight, tally: Floats) -> None:
    """Fill tally (V, TALLY_COLUMNS) from sums and from counts kept as steps (whole numbers)."""
    if sight.grows_from == 0.0:
        sums[GROWS] = sums[SEEN_ANAGEN]  # every growing hair is told apart: counted once
    for column in range(TALLY_COLUMNS):
        count = 0.0
        for v in range(tally.shape[0]):
            count += steps[column, v]
            tally[v, column] = sums[column, v] + count


@jit_inline
def calibre_of(f: Any, readings: Floats, v: int, sight: Sight) -> float:
    """Return the calibre of a follicle's hair at visit v, 0 where no hair is seen."""
    calibre = f.full_calibre * f.club
    if f.phase == ANAGEN:
        calibre = f.full_calibre * readings[f.stratum, 0, v]
        if readings[f.stratum, 1, v] - f.mark < sight.emergence_length:
            return 0.0
    elif f.phase >= KENOGEN:
        return 0.0
    return calibre if calibre >= sight.detection_calibre else 0.0
