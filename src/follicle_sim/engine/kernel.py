"""The life of a follicle, compiled: initialise, advance, observe, and a block of subjects.

Everything here is a pure function of its arrays. One subject is one `Clocks` tuple and one state
array (`state.STATE`); subjects never share anything writable, so any number of threads may each run
their own.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.codes import Decision, Phase
from follicle_sim.compiled import jit, jit_inline
from follicle_sim.engine.clocks import (
    ANAGEN,
    ATTACK_HAZARD,
    CATAGEN,
    DESTRUCTION_HAZARD,
    GROWN,
    KENOGEN,
    LOG_CALIBRE,
    LOST,
    TELOGEN,
    Block,
    Clocks,
    Rules,
    allocate_clocks,
    build_clocks,
    cell_of,
    forcing_of,
    interpolate,
    inverse,
    share_of_cell,
)
from follicle_sim.numerics import draw, exp, log, normal_quantile

Floats = NDArray[np.float64]

INITIAL_PHASE, INITIAL_DURATION = int(Decision.INITIAL_PHASE), int(Decision.INITIAL_DURATION)
ATTACK, DESTRUCTION = int(Decision.ATTACK), int(Decision.DESTRUCTION)
STRATUM, FULL_CALIBRE = int(Decision.STRATUM), int(Decision.FULL_CALIBRE)

PHASE_END, ATTACKED, DESTROYED = range(3)
"""What a follicle's next event is."""

SEEN, TERMINAL, SEEN_ANAGEN, CALIBRE_SUM, GROWTH_SUM, WEIGHT_SUM, SHED, PHASES = range(8)
TALLY_COLUMNS = PHASES + len(Phase)
"""Columns of a tally: sums over one subject's follicles at one visit; PHASES starts a block."""


@jit_inline
def _budget(name: Any, follicle: int, cycle: int, decision: int) -> float:
    """Return a unit-exponential budget of integrated hazard."""
    return -log(draw(name[0], name[1], name[2], name[3], follicle, cycle, decision)[0])


@jit_inline
def _duration(name: Any, follicle: int, cycle: int, phase: int, rules: Rules) -> float:
    """Return the intrinsic duration of a phase of one cycle (model section 5.1)."""
    if rules.mean[phase] == 0.0:
        return 0.0
    u = draw(name[0], name[1], name[2], name[3], follicle, cycle, phase)[0]
    sigma = rules.sigma[phase]
    return rules.mean[phase] * exp(sigma * normal_quantile(u) - 0.5 * sigma * sigma)


@jit_inline
def _schedule(f: Any, clocks: Clocks, cell: int, now: float) -> None:
    """Set the time of a follicle's next event: phase end, attack or destruction, the first."""
    grid = clocks.grid
    following, there, cause = math.inf, cell, PHASE_END
    if f.phase != LOST:
        following, there = inverse(clocks.table, f.phase, f.stratum, grid, cell, f.due)
        if clocks.attacked and f.phase == ANAGEN:
            rival, rival_cell = inverse(clocks.hazard, ATTACK_HAZARD, 0, grid, cell, f.attack)
            if rival < following:
                following, there, cause = rival, rival_cell, ATTACKED
        if clocks.destroyed:
            level = f.destruction
            rival, rival_cell = inverse(clocks.hazard, DESTRUCTION_HAZARD, 0, grid, cell, level)
            if rival < following:
                following, there, cause = rival, rival_cell, DESTROYED
    f.cell = there
    f.cause = cause
    f.next = max(following, now)


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
    duration = rules.mean[p] * exp(sigma * normal_quantile(u) + 0.5 * sigma * sigma)
    elapsed = position * duration
    days = elapsed * step / clocks.table[p, f.stratum, 1]
    f.phase = p
    f.due = duration - elapsed
    f.entered = clocks.grid[0] - days
    if p == ANAGEN:
        f.mark = -days * clocks.table[GROWN, f.stratum, 1] / step
    if p == KENOGEN:
        f.shed = f.entered


@jit
def initialise(state: Any, clocks: Clocks, rules: Rules, name: Any, stationary: bool) -> None:
    """Give every follicle its traits and its place in the cycle at the start of the grid.

    `name` is (seed, replicate, stream, subject). With `stationary`, phases and residual times
    follow the exact stationary law of a renewal process at the clocks' first values: phase with
    probability proportional to mean / speed, a length-biased duration, a uniform position in it.
    Otherwise all follicles begin anagen together.
    """
    strata = clocks.table.shape[1]
    weight = np.empty(4)
    for i in range(state.size):
        f = state[i]
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
        f.attack = _budget(name, i, 0, ATTACK) if clocks.attacked else math.inf
        f.destruction = _budget(name, i, 0, DESTRUCTION) if clocks.destroyed else math.inf
        if stationary:
            _place(f, i, clocks, rules, name, weight)
        else:
            f.due = _duration(name, i, 0, ANAGEN, rules)
        _schedule(f, clocks, 0, clocks.grid[0])


@jit_inline
def _event(f: Any, i: int, clocks: Clocks, rules: Rules, name: Any) -> None:
    """Let follicle i live through its next event."""
    grid, table = clocks.grid, clocks.table
    now, cell, g = f.next, f.cell, f.stratum
    share = share_of_cell(now, grid, cell)
    f.entered = now
    if f.cause == DESTROYED:
        f.phase = LOST
        f.next = math.inf
        return
    if f.phase == ANAGEN:
        f.phase = CATAGEN
        f.club = exp(interpolate(table, LOG_CALIBRE, g, cell, share))
    elif f.phase == CATAGEN:
        f.phase = TELOGEN
    elif f.phase == TELOGEN:
        f.phase = KENOGEN
        f.shed = now
    else:
        f.phase = ANAGEN
        f.cycle += 1
        f.mark = interpolate(table, GROWN, g, cell, share)
        if clocks.attacked:
            spent = interpolate(clocks.hazard, ATTACK_HAZARD, 0, cell, share)
            f.attack = spent + _budget(name, i, f.cycle, ATTACK)
    reading = interpolate(table, f.phase, g, cell, share)
    f.due = reading + _duration(name, i, f.cycle, f.phase, rules)
    _schedule(f, clocks, cell, now)


@jit
def advance(state: Any, clocks: Clocks, rules: Rules, name: Any, until: float) -> int:
    """Carry every follicle through its events up to and including time `until`; count them."""
    events = 0
    for i in range(state.size):
        while state[i].next <= until:
            _event(state[i], i, clocks, rules, name)
            events += 1
    return events


@jit
def refresh(state: Any, clocks: Clocks, name: Any, now: float) -> None:
    """Reschedule every follicle after its clocks were rewritten from time `now` on.

    A follicle that began under clocks without a hazard gets its budget when one appears.
    """
    cell = cell_of(now, clocks.grid)
    for i in range(state.size):
        f = state[i]
        if clocks.attacked and f.attack == math.inf:
            f.attack = _budget(name, i, f.cycle, ATTACK)
        if clocks.destroyed and f.destruction == math.inf:
            f.destruction = _budget(name, i, 0, DESTRUCTION)
        _schedule(f, clocks, cell, now)


@jit
def gauge(clocks: Clocks, visits: Floats) -> Floats:
    """Return (V, 2, G): relative calibre of a growing hair and the growth reading at each visit."""
    strata = clocks.table.shape[1]
    out = np.empty((visits.size, 2, strata))
    for v in range(visits.size):
        cell = cell_of(visits[v], clocks.grid)
        share = share_of_cell(visits[v], clocks.grid, cell)
        for g in range(strata):
            out[v, 0, g] = exp(interpolate(clocks.table, LOG_CALIBRE, g, cell, share))
            out[v, 1, g] = interpolate(clocks.table, GROWN, g, cell, share)
    return out


@jit_inline
def _see(
    f: Any, now: float, readings: Floats, v: int, rules: Rules, scale: float, tally: Floats
) -> float:
    """Add what the instrument sees of one follicle to tally[v]; return the calibre, 0 if unseen.

    A club hair keeps the calibre at which its growth ended; a growing hair has the present one and
    is seen once its shaft is long enough (model section 5.7).
    """
    # without branches: which way a follicle goes is a coin toss that a processor cannot guess
    growing = f.phase == ANAGEN
    out = readings[v, 1, f.stratum] - f.mark >= rules.emergence_length
    relative = readings[v, 0, f.stratum] if growing else f.club
    calibre = f.full_calibre * relative
    shown = (out if growing else f.phase < KENOGEN) and calibre >= rules.detection_calibre
    seen = 1.0 if shown else 0.0
    seen_growing = seen if growing else 0.0
    thickness = calibre / rules.full_calibre
    tally[v, PHASES + f.phase] += 1.0
    tally[v, SHED] += 1.0 if now - f.shed <= rules.shed_window else 0.0
    tally[v, SEEN] += seen
    tally[v, CALIBRE_SUM] += seen * calibre
    tally[v, TERMINAL] += seen if calibre >= rules.terminal_calibre else 0.0
    tally[v, SEEN_ANAGEN] += seen_growing
    tally[v, GROWTH_SUM] += seen_growing * rules.growth * scale * relative
    tally[v, WEIGHT_SUM] += seen_growing * thickness * thickness * scale * relative
    return seen * calibre


@jit
def observe(
    state: Any, clocks: Clocks, rules: Rules, scale: float, now: float, tally: Floats
) -> None:
    """Fill `tally` (1, TALLY_COLUMNS) with what is seen of a state that was advanced to `now`."""
    visit = np.empty(1)
    visit[0] = now
    readings = gauge(clocks, visit)
    tally[:] = 0.0
    for i in range(state.size):
        _see(state[i], now, readings, 0, rules, scale, tally)


@jit
def live(
    state: Any,
    clocks: Clocks,
    rules: Rules,
    name: Any,
    scale: float,
    visits: Floats,
    tally: Floats,
    phase_record: NDArray[np.uint8],
    calibre_record: NDArray[np.float32],
    stop: NDArray[np.uint8],
) -> int:
    """Advance to each visit and observe there: the same bits as `advance` and `observe` in turn.

    Follicle by follicle rather than visit by visit, so a follicle stays in the fastest memory.
    tally : (V, TALLY_COLUMNS) out; the records : (V, N) out, or (V, 0) where not wanted;
    stop : (1,) another thread sets it to give up early.
    """
    readings = gauge(clocks, visits)
    events = 0
    tally[:] = 0.0
    for i in range(state.size):
        if stop[0] != 0:
            break
        f = state[i]
        for v in range(visits.size):
            while f.next <= visits[v]:
                _event(f, i, clocks, rules, name)
                events += 1
            seen = _see(f, visits[v], readings, v, rules, scale, tally)
            if phase_record.shape[1] > 0:
                phase_record[v, i] = f.phase
                calibre_record[v, i] = seen
    return events


@jit
def run_block(
    block: Block,
    sensitivity: Floats,
    rules: Rules,
    keys: NDArray[np.int64],
    subjects: NDArray[np.int64],
    follicles: NDArray[np.int64],
    visits: Floats,
    states: Any,
    tallies: Floats,
    phase_record: NDArray[np.uint8],
    calibre_record: NDArray[np.float32],
    stop: NDArray[np.uint8],
) -> int:
    """Live a block of subjects from the start of the grid through every visit; count events.

    keys : (seed, replicate, stream); subjects, follicles : (S,) names and number of follicles;
    visits : (V,) day; states : (S, N) out, or (1, N) where the final states are not wanted;
    tallies : (S, V, TALLY_COLUMNS) out; records : (S, V, N) out, or (S, V, 0) where not wanted.
    """
    events = 0
    room = allocate_clocks(sensitivity.size, block.grid.size)
    for s in range(subjects.size):
        n = follicles[s]
        forcing = forcing_of(block, s)
        clocks = build_clocks(room, forcing, sensitivity, rules)
        state = states[min(s, states.shape[0] - 1)][:n]
        name = (keys[0], keys[1], keys[2], subjects[s])
        initialise(state, clocks, rules, name, True)
        events += live(
            state,
            clocks,
            rules,
            name,
            forcing.growth_scale,
            visits,
            tallies[s],
            phase_record[s],
            calibre_record[s],
            stop,
        )
    return events
