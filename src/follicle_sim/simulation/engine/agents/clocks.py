"""Phase clocks of one subject: tables of their running integrals, and the exact inverse.

A follicle that enters a phase at t0 with intrinsic duration D leaves it when the integral of the
phase's speed since t0 reaches D. The speed is tabulated at the grid times; its integral by the
trapezoid rule is linear between them and is inverted exactly. No time step enters anywhere else.
"""

import math
from typing import NamedTuple

import numpy as np

from follicle_sim.base.addresses import number_at
from follicle_sim.base.codes import Phase
from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import exp
from follicle_sim.base.types import Floats

ANAGEN, CATAGEN, TELOGEN, KENOGEN, LOST = (int(phase) for phase in Phase)

LOG_CALIBRE, GROWN = 4, 5
ATTACK_HAZARD, DESTRUCTION_HAZARD, FALLS = 0, 1, 2


class Rules(NamedTuple):
    """Numbers that are the same for every subject of a run (units: day, mm, µm)."""

    mean: Floats  # (4,) mean intrinsic duration of each phase
    sigma: Floats  # (4,) sigma of its log-normal law
    gamma: Floats  # (3,) effect of log calibre on the anagen, telogen and kenogen clocks
    brake: Floats  # (3,) effect of the androgen brake on the same clocks
    reversible: float  # b: reversible miniaturisation per square root of sensitivity
    calibre_log_min: float
    calibre_log_max: float
    full_calibre: float  # mean of a follicle's full calibre
    full_calibre_sigma: float
    growth: float  # at full size, mm/day
    emergence_length: float  # length of shaft below which a hair is not seen
    detection_calibre: float
    terminal_calibre: float
    shed_window: float
    resolution: float  # a hair that adds less than this in `regrowth` days is not seen to grow
    regrowth: float  # days between two images of the same hairs


class Forcing(NamedTuple):
    """What drives one subject's clocks, at the T grid times."""

    grid: Floats  # (T,) day, increasing
    miniaturisation: Floats  # M, cumulative
    reversible: Floats  # R
    brake: Floats  # Q
    gain: Floats  # G, log calibre gained from growth factors
    log_rho: Floats  # (3, T) log speed of the anagen, telogen and kenogen clocks from factors
    attack: Floats  # (G or 1, T) hazard of a forced end of anagen, 1/day, in the cell that each
    # node begins
    destruction: Floats  # (G or 1, T) hazard of permanent loss, likewise
    falls: Floats  # (G or 1, T) share of attacked hairs that fall at once; others enter catagen
    shaft: Floats  # C, log of the full size of shafts at the person's age
    growth_scale: float  # this person's growth relative to the mean
    pace: Floats  # (3,) log speed this person adds to the anagen, telogen and kenogen clocks


class Block(NamedTuple):
    """Forcing of S subjects; a first axis of length 1 means that all of them share the row."""

    grid: Floats  # (T,)
    severity: Floats  # (S,) M at the baseline visit
    progression: Floats  # (S,) multiplier of the growth of M
    growth_scale: Floats  # (S,)
    pace: Floats  # (S, 3) log speed added to the anagen, telogen and kenogen clocks
    miniaturisation: Floats  # (S or 1, T) M without severity and at progression 1
    reversible: Floats  # (S or 1, T)
    brake: Floats  # (S or 1, T)
    gain: Floats  # (S or 1, T)
    log_rho: Floats  # (S or 1, 3, T)
    attack: Floats  # (S or 1, G or 1, T)
    destruction: Floats  # (S or 1, G or 1, T)
    falls: Floats  # (S or 1, G or 1, T)
    shaft: Floats  # (S or 1, T)


class Clocks(NamedTuple):
    """Tables over strata (G) and grid times (T) from which a subject's follicles read."""

    grid: Floats  # (T,)
    table: Floats  # (6, G, T) running integral of the four phase clocks; then LOG_CALIBRE y and
    # GROWN, mm of shaft made since the start of the grid
    hazard: Floats  # (3, G, T) running integral of the attack and destruction hazards; then FALLS,
    # the share of attacked hairs that fall at once, in the cell that each node begins
    attacked: bool
    destroyed: bool
    emergence: float  # length of shaft below which a hair is not seen
    native: int  # strata of native follicles: all, or all but the last, which holds grafts


@jit
def forcing_of(block: Block, s: int) -> Forcing:
    """Return the forcing of subject s of a block; M never falls below 0, a healthy follicle."""
    aged = block.miniaturisation[min(s, block.miniaturisation.shape[0] - 1)]
    return Forcing(
        block.grid,
        np.maximum(0.0, block.severity[s] + block.progression[s] * aged),
        block.reversible[min(s, block.reversible.shape[0] - 1)],
        block.brake[min(s, block.brake.shape[0] - 1)],
        block.gain[min(s, block.gain.shape[0] - 1)],
        block.log_rho[min(s, block.log_rho.shape[0] - 1)],
        block.attack[min(s, block.attack.shape[0] - 1)],
        block.destruction[min(s, block.destruction.shape[0] - 1)],
        block.falls[min(s, block.falls.shape[0] - 1)],
        block.shaft[min(s, block.shaft.shape[0] - 1)],
        block.growth_scale[s],
        block.pace[s],
    )


@jit
def same_forcing(block: Block, s: int) -> bool:
    """Tell whether subject s is forced as the one before: their clocks are then the same."""
    shared = (
        block.miniaturisation.shape[0]
        * block.reversible.shape[0]
        * block.brake.shape[0]
        * block.gain.shape[0]
        * block.log_rho.shape[0]
        * block.attack.shape[0]
        * block.destruction.shape[0]
        * block.falls.shape[0]
        * block.shaft.shape[0]
        == 1
    )
    return (
        shared
        and block.severity[s] == block.severity[s - 1]
        and block.progression[s] == block.progression[s - 1]
        and block.growth_scale[s] == block.growth_scale[s - 1]
        and block.pace[s, 0] == block.pace[s - 1, 0]
        and block.pace[s, 1] == block.pace[s - 1, 1]
        and block.pace[s, 2] == block.pace[s - 1, 2]
    )


@jit
def allocate_clocks(strata: int, nodes: int, grafted: int = 0) -> Clocks:
    """Return clock tables with room for `strata` strata and `nodes` grid times.

    grafted : 1 where the last of the strata holds grafts.
    """
    return Clocks(
        np.empty(nodes),
        np.empty((6, strata, nodes)),
        np.empty((3, strata, nodes)),
        False,
        False,
        0.0,
        strata - grafted,
    )


@jit
def _accumulate(speed: Floats, grid: Floats, total: Floats) -> None:
    """Trapezoid rule: the clock is linear between nodes, its integral is tabulated at them."""
    total[0] = 0.0
    for i in range(1, grid.size):
        total[i] = total[i - 1] + 0.5 * (grid[i] - grid[i - 1]) * (speed[i - 1] + speed[i])


@jit
def _accumulate_cells(rate: Floats, grid: Floats, total: Floats) -> None:
    """Integrate a rate that is constant in each cell: a pulse of hazard has edges, not ramps."""
    total[0] = 0.0
    for i in range(1, grid.size):
        total[i] = total[i - 1] + (grid[i] - grid[i - 1]) * rate[i - 1]


@jit
def _tabulate(hazard: Floats, grid: Floats, total: Floats) -> bool:
    """Fill the running integral of a hazard (G or 1, T) in every stratum; tell if there is any.

    A table that is zero everywhere is left as it is: nobody reads it.
    """
    anything = False
    for g in range(hazard.shape[0]):
        _accumulate_cells(hazard[g], grid, total[g])
        anything = anything or total[g, grid.size - 1] > 0.0
    if anything:
        for g in range(hazard.shape[0], total.shape[0]):
            total[g] = total[0]
    return anything


@jit_inline
def _within(x: float, rules: Rules) -> float:
    return min(max(x, rules.calibre_log_min), rules.calibre_log_max)


@jit
def build_clocks(room: Clocks, forcing: Forcing, sensitivity: Floats, rules: Rules) -> Clocks:
    """Fill the tables `room` for one subject and return them (model sections 5.2 and 5.3).

    x_g = -a_g M - b sqrt(a_g) R + G, kept within bounds;
    v_p = exp(gamma_p x + brake_p sqrt(a_g) Q + pace_p) rho_p, and catagen runs at speed 1;
    y_g = min(x_g - G, min(C, 0)) + max(C, 0) + G, kept within bounds, is the log calibre of the
    shaft: `biology.calibre_changes`. Without C it is x_g.
    """
    grid = forcing.grid
    nodes = grid.size
    speed = np.empty(nodes)
    for g in range(sensitivity.size):
        a = sensitivity[g]
        root = math.sqrt(a)
        x = room.table[LOG_CALIBRE, g]
        for i in range(nodes):
            raw = -a * forcing.miniaturisation[i] - rules.reversible * root * forcing.reversible[i]
            x[i] = _within(raw + forcing.gain[i], rules)
        for c in range(3):
            gamma, brake, log_rho = rules.gamma[c], rules.brake[c] * root, forcing.log_rho[c]
            pace = forcing.pace[c]
            for i in range(nodes):
                speed[i] = exp(gamma * x[i] + brake * forcing.brake[i] + log_rho[i] + pace)
            _accumulate(speed, grid, room.table[ANAGEN if c == 0 else c + 1, g])
        for i in range(nodes):
            full = forcing.shaft[i]
            if full != 0.0:  # clocks are done: they follow x, and the shaft y
                raw = -a * forcing.miniaturisation[i]
                raw -= rules.reversible * root * forcing.reversible[i]
                thin = min(raw, min(full, 0.0)) + max(full, 0.0)
                x[i] = _within(thin + forcing.gain[i], rules)
            speed[i] = rules.growth * forcing.growth_scale * exp(x[i])
        _accumulate(speed, grid, room.table[GROWN, g])
        for i in range(nodes):
            room.table[CATAGEN, g, i] = grid[i] - grid[0]
    attacked = _tabulate(forcing.attack, grid, room.hazard[ATTACK_HAZARD])
    destroyed = _tabulate(forcing.destruction, grid, room.hazard[DESTRUCTION_HAZARD])
    if attacked:
        for g in range(sensitivity.size):
            room.hazard[FALLS, g] = forcing.falls[min(g, forcing.falls.shape[0] - 1)]
    return Clocks(
        grid,
        room.table,
        room.hazard,
        attacked,
        destroyed,
        rules.emergence_length,
        room.native,
    )


@jit
def cell_of(t: float, grid: Floats) -> int:
    """Return i with grid[i] <= t < grid[i + 1], the last cell for t at the end."""
    low, high = 0, grid.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if grid[middle] <= t:
            low = middle
        else:
            high = middle
    return low


class Reader(NamedTuple):
    """Where one subject's tables lie in memory, for code that runs once an event."""

    grid: int
    table: int
    hazard: int
    strata: int
    nodes: int
    attacked: bool
    destroyed: bool
    emergence: float


@jit_inline
def reader_of(clocks: Clocks) -> Reader:
    """Return the addresses of a subject's tables; valid while `clocks` is held."""
    return Reader(
        np.int64(clocks.grid.ctypes.data),
        np.int64(clocks.table.ctypes.data),
        np.int64(clocks.hazard.ctypes.data),
        clocks.table.shape[1],
        clocks.grid.size,
        clocks.attacked,
        clocks.destroyed,
        clocks.emergence,
    )


@jit_inline
def row_of(reader: Reader, row: int, g: int) -> int:
    """Return the address of table[row, g, 0]."""
    return reader.table + 8 * reader.nodes * (row * reader.strata + g)


@jit_inline
def hazard_of(reader: Reader, row: int, g: int) -> int:
    """Return the address of hazard[row, g, 0]."""
    return reader.hazard + 8 * reader.nodes * (row * reader.strata + g)


@jit_inline
def share_of_cell(grid: int, cell: int, t: float) -> float:
    """Return how far through its grid cell time t is, 0 to 1."""
    start = number_at(grid, cell)
    return (t - start) / (number_at(grid, cell + 1) - start)


@jit_inline
def interpolate(row: int, cell: int, share: float) -> float:
    """Return a table row's value part of the way through a cell."""
    low = number_at(row, cell)
    return low + share * (number_at(row, cell + 1) - low)


@jit_inline
def inverse(row: int, grid: int, nodes: int, cell: int, level: float) -> tuple[float, int]:
    """Return when a non-decreasing table row reaches `level`, and in which grid cell.

    Infinity if it does not. The search starts in `cell`, jumps to where a constant speed would
    lead, then brackets: clocks are smooth, so it rarely takes more than three looks. The answer
    does not depend on the start.
    """
    last = nodes - 1
    if not level < number_at(row, last):
        return math.inf, last - 1
    start = number_at(row, cell)
    rise = number_at(row, cell + 1) - start
    low = cell
    if rise > 0.0:
        jump = min((level - start) / rise, float(last))
        low = max(0, min(cell + int(jump), last - 1))
    step = 1
    if number_at(row, low) > level:
        high = low
        while low > 0 and number_at(row, low) > level:
            high = low
            low = max(0, low - step)
            step *= 2
    else:
        high = low + 1
        while number_at(row, high) <= level:
            low = high
            high = min(last, high + step)
            step *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if number_at(row, middle) <= level:
            low = middle
        else:
            high = middle
    below = number_at(row, low)
    share = max(0.0, level - below) / (number_at(row, high) - below)
    begin = number_at(grid, low)
    return begin + (number_at(grid, high) - begin) * share, low
