"""The life of a follicle, compiled: initialise, advance, observe, and a block of subjects.

Everything here is a pure function of its arrays. One subject is one `Clocks` tuple and one state
array (`state.STATE`); subjects never share anything writable, so any number of threads may each run
their own.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from follicle_sim.addresses import hold, number_at, put_number
from follicle_sim.codes import Decision
from follicle_sim.compiled import jit, jit_inline
from follicle_sim.engine.clocks import (
    ANAGEN,
    CATAGEN,
    GROWN,
    KENOGEN,
    LOG_CALIBRE,
    LOST,
    Block,
    Clocks,
    Reader,
    Rules,
    allocate_clocks,
    build_clocks,
    cell_of,
    forcing_of,
    interpolate,
    inverse,
    reader_of,
    row_of,
    same_forcing,
    share_of_cell,
)
from follicle_sim.engine.sight import (
    TALLY_COLUMNS,
    by_stratum,
    calibre_of,
    gauge,
    see,
    sight_of,
    total_up,
    visits_from,
)
from follicle_sim.numerics import (
    CENTRE,
    central_quantile,
    draw,
    exp,
    log,
    normal_quantile,
    tail_quantile,
)

Floats = NDArray[np.float64]

INITIAL_PHASE, INITIAL_DURATION = int(Decision.INITIAL_PHASE), int(Decision.INITIAL_DURATION)
ATTACK, DESTRUCTION = int(Decision.ATTACK), int(Decision.DESTRUCTION)
STRATUM, FULL_CALIBRE = int(Decision.STRATUM), int(Decision.FULL_CALIBRE)

LOOK_AHEAD = 8
"""Durations drawn at once: two cycles of four phases."""

UNIFORM, SIGMA, MEAN = LOOK_AHEAD, 2 * LOOK_AHEAD, 3 * LOOK_AHEAD
FIRST_CYCLE, COUNT = 4 * LOOK_AHEAD, 4 * LOOK_AHEAD + 1
"""Where a scratch array keeps, after the durations, what they were made of, the cycle they begin
with and how many there are."""

PHASE_END, ATTACKED, DESTROYED = range(3)
"""What a follicle's next event is."""


@jit_inline
def _budget(name: Any, follicle: int, cycle: int, decision: int) -> float:
    """Return a unit-exponential budget of integrated hazard."""
    return -log(draw(name[0], name[1], name[2], name[3], follicle, cycle, decision)[0])


@jit
def _scratch(rules: Rules) -> Floats:
    """Return room for durations drawn ahead and what drawing them needs, side by side."""
    scratch = np.empty(COUNT + 1)
    scratch[FIRST_CYCLE] = -1.0
    scratch[COUNT] = LOOK_AHEAD
    for j in range(LOOK_AHEAD):
        scratch[SIGMA + j] = rules.sigma[j & 3]
        scratch[MEAN + j] = rules.mean[j & 3]
    return scratch


@jit_inline
def _look_ahead(ahead: int, name: Any, follicle: int, cycle: int) -> None:
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
def _duration(ahead: int, name: Any, follicle: int, cycle: int, phase: int) -> float:
    """Return the intrinsic duration of a phase of one of a follicle's cycles."""
    second = cycle & 1
    first = cycle - second
    if number_at(ahead, FIRST_CYCLE) != first:
        _look_ahead(ahead, name, follicle, first)
    return number_at(ahead, 4 * second + phase)


@jit_inline
def _schedule(f: Any, reader: Reader, phase: int, due: float, cell: int, now: float) -> None:
    """Set the time of a follicle's next event: phase end, attack or destruction, the first.

    `phase` and `due` are the follicle's own, passed so that they stay in registers.
    """
    grid, nodes = reader.grid, reader.nodes
    following, there, cause = math.inf, cell, PHASE_END
    if phase != LOST:
        following, there = inverse(row_of(reader, phase, f.stratum), grid, nodes, cell, due)
        if reader.attacked and phase == ANAGEN:
            rival, rival_cell = inverse(reader.hazard, grid, nodes, cell, f.attack)
            if rival < following:
                following, there, cause = rival, rival_cell, ATTACKED
        if reader.destroyed:
            destruction = reader.hazard + 8 * nodes
            rival, rival_cell = inverse(destruction, grid, nodes, cell, f.destruction)
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
    reader = reader_of(clocks)
    weight = np.empty(4)
    ahead = _scratch(rules)
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
            _look_ahead(np.int64(ahead.ctypes.data), name, i, 0)
            f.due = ahead[ANAGEN]
        _schedule(f, reader, f.phase, f.due, 0, clocks.grid[0])
    hold(ahead)


@jit_inline
def _event(f: Any, i: int, reader: Reader, name: Any, ahead: int) -> None:
    """Let follicle i live through its next event; `ahead` holds durations drawn for it."""
    now, cell, g, cycle = f.next, np.int64(f.cell), f.stratum, np.int64(f.cycle)
    share = share_of_cell(reader.grid, cell, now)
    f.entered = now
    if f.cause == DESTROYED:
        f.phase = LOST
        f.next = math.inf
        return
    phase = (f.phase + 1) & 3
    if phase == CATAGEN:
        f.club = exp(interpolate(row_of(reader, LOG_CALIBRE, g), cell, share))
    elif phase == KENOGEN:
        f.shed = now
    elif phase == ANAGEN:
        cycle += 1
        f.cycle = cycle
        f.mark = interpolate(row_of(reader, GROWN, g), cell, share)
        if reader.attacked:
            spent = interpolate(reader.hazard, cell, share)
            f.attack = spent + _budget(name, i, cycle, ATTACK)
    reading = interpolate(row_of(reader, phase, g), cell, share)
    due = reading + _duration(ahead, name, i, cycle, phase)
    f.phase = phase
    f.due = due
    _schedule(f, reader, phase, due, cell, now)


@jit
def advance(state: Any, clocks: Clocks, rules: Rules, name: Any, until: float) -> int:
    """Carry every follicle through its events up to and including time `until`; count them."""
    events = 0
    ahead = _scratch(rules)
    here = np.int64(ahead.ctypes.data)
    reader = reader_of(clocks)
    for i in range(state.size):
        ahead[FIRST_CYCLE] = -1.0
        while state[i].next <= until:
            _event(state[i], i, reader, name, here)
            events += 1
    hold(ahead)
    return events


@jit
def refresh(state: Any, clocks: Clocks, name: Any, now: float) -> None:
    """Reschedule every follicle after its clocks were rewritten from time `now` on.

    A follicle that began under clocks without a hazard gets its budget when one appears.
    """
    cell = cell_of(now, clocks.grid)
    reader = reader_of(clocks)
    for i in range(state.size):
        f = state[i]
        if clocks.attacked and f.attack == math.inf:
            f.attack = _budget(name, i, f.cycle, ATTACK)
        if clocks.destroyed and f.destruction == math.inf:
            f.destruction = _budget(name, i, 0, DESTRUCTION)
        _schedule(f, reader, f.phase, f.due, cell, now)


@jit
def observe(
    state: Any, clocks: Clocks, rules: Rules, scale: float, now: float, tally: Floats
) -> None:
    """Fill `tally` (1, TALLY_COLUMNS) with what is seen of a state that was advanced to `now`."""
    visit = np.empty(1)
    visit[0] = now
    strata = clocks.table.shape[1]
    readings = gauge(clocks, visit)
    sight = sight_of(rules, scale, 1)
    days, gauged = np.int64(visit.ctypes.data), np.int64(readings.ctypes.data)
    sums, steps = np.zeros((TALLY_COLUMNS, 1)), np.zeros((TALLY_COLUMNS, 2))
    total, changes = np.int64(sums.ctypes.data), np.int64(steps.ctypes.data)
    for i in by_stratum(state, strata):
        f = state[i]
        see(f, 0, 1, days, gauged + 16 * f.stratum, sight, total, changes)
    total_up(sums, steps, tally)
    hold(visit)
    hold(readings)


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

    Follicle by follicle rather than visit by visit, so that a follicle stays in the fastest memory
    and is seen at all visits between two of its events at once.
    tally : (V, TALLY_COLUMNS) out; the records : (V, N) out, or (V, 0) where not wanted;
    stop : (1,) another thread sets it to give up early.
    """
    strata, count = clocks.table.shape[1], visits.size
    readings, ahead = gauge(clocks, visits), _scratch(rules)
    upcoming = visits_from(clocks.grid, visits)
    sums, steps = np.zeros((TALLY_COLUMNS, count)), np.zeros((TALLY_COLUMNS, count + 1))
    reader, sight = reader_of(clocks), sight_of(rules, scale, count)
    days, gauged = np.int64(visits.ctypes.data), np.int64(readings.ctypes.data)
    total, changes = np.int64(sums.ctypes.data), np.int64(steps.ctypes.data)
    here = np.int64(ahead.ctypes.data)
    events = 0
    for i in by_stratum(state, strata):
        if stop[0] != 0:
            break
        f = state[i]
        ahead[FIRST_CYCLE] = -1.0
        v = 0
        while v < count:
            while f.next <= visits[v] and stop[0] == 0:
                _event(f, i, reader, name, here)
                events += 1
            end = max(v + 1, upcoming[f.cell]) if f.next < math.inf else count
            while end < count and visits[end] < f.next:
                end += 1
            see(f, v, end, days, gauged + 16 * count * f.stratum, sight, total, changes)
            if phase_record.shape[1] > 0:
                for w in range(v, end):
                    phase_record[w, i] = f.phase
                    calibre_record[w, i] = calibre_of(f, readings, w, sight)
            v = end
    total_up(sums, steps, tally)
    hold(readings)
    hold(ahead)
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
        forcing = forcing_of(block, s)
        if s == 0 or not same_forcing(block, s):
            clocks = build_clocks(room, forcing, sensitivity, rules)
        state = states[min(s, states.shape[0] - 1)][: follicles[s]]
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
