"""From event to event, compiled: when a follicle's next one is due, and what it changes."""

import math
from typing import Any

import numpy as np

from follicle_sim.base.addresses import hold, number_at
from follicle_sim.base.codes import Decision
from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import draw, exp
from follicle_sim.simulation.engine.agents.clocks import (
    ANAGEN,
    ATTACK_HAZARD,
    CATAGEN,
    DESTRUCTION_HAZARD,
    FALLS,
    GROWN,
    KENOGEN,
    LOG_CALIBRE,
    LOST,
    Clocks,
    Reader,
    Rules,
    cell_of,
    hazard_of,
    interpolate,
    inverse,
    reader_of,
    row_of,
    share_of_cell,
)
from follicle_sim.simulation.engine.agents.durations import FIRST_CYCLE, budget, duration, scratch

ATTACK, DESTRUCTION = int(Decision.ATTACK), int(Decision.DESTRUCTION)
ATTACK_FALLS = int(Decision.ATTACK_FALLS)

PHASE_END, ATTACKED, DESTROYED = range(3)
"""What a follicle's next event is."""


@jit_inline
def schedule(f: Any, reader: Reader, phase: int, due: float, cell: int, now: float) -> None:
    """Set the time of a follicle's next event: phase end, attack or destruction, the first.

    `phase` and `due` are the follicle's own, passed so that they stay in registers.
    """
    grid, nodes = reader.grid, reader.nodes
    following, there, cause = math.inf, cell, PHASE_END
    if phase != LOST:
        following, there = inverse(row_of(reader, phase, f.stratum), grid, nodes, cell, due)
        if reader.attacked and phase == ANAGEN:
            rival, rival_cell = inverse(
                hazard_of(reader, ATTACK_HAZARD, f.stratum), grid, nodes, cell, f.attack
            )
            if rival < following:
                following, there, cause = rival, rival_cell, ATTACKED
        if reader.destroyed:
            destruction = hazard_of(reader, DESTRUCTION_HAZARD, f.stratum)
            rival, rival_cell = inverse(destruction, grid, nodes, cell, f.destruction)
            if rival < following:
                following, there, cause = rival, rival_cell, DESTROYED
    f.cell = there
    f.cause = cause
    f.next = max(following, now)


@jit_inline
def attacked_into(falls: float, name: Any, follicle: int, cycle: int) -> int:
    """Return the phase of an attacked hair: CATAGEN, or KENOGEN where it falls at once.

    Only where some fall and some do not is it drawn.
    """
    if falls <= 0.0:
        return CATAGEN
    if falls >= 1.0:
        return KENOGEN
    u, _ = draw(name[0], name[1], name[2], name[3], follicle, cycle, ATTACK_FALLS)
    return KENOGEN if u < falls else CATAGEN


@jit_inline
def _is_out(f: Any, reader: Reader, cell: int, share: float) -> bool:
    """Tell whether the shaft of a growing hair has come out of the skin."""
    grown = interpolate(row_of(reader, GROWN, f.stratum), cell, share)
    return grown - f.mark >= reader.emergence


@jit_inline
def event(f: Any, i: int, reader: Reader, name: Any, ahead: int) -> None:
    """Let follicle i live through its next event; `ahead` holds durations drawn for it."""
    now, cell, g, cycle = f.next, np.int64(f.cell), f.stratum, np.int64(f.cycle)
    share = share_of_cell(reader.grid, cell, now)
    f.entered = now
    if f.cause == DESTROYED:
        f.phase = LOST
        f.next = math.inf
        return
    phase = (f.phase + 1) & 3
    if f.cause == ATTACKED:
        phase = attacked_into(number_at(hazard_of(reader, FALLS, g), cell), name, i, cycle)
    if phase == CATAGEN:
        f.club = exp(interpolate(row_of(reader, LOG_CALIBRE, g), cell, share))
    elif phase == KENOGEN:
        # a hair that is struck before it comes out is no hair that anybody finds
        if f.cause != ATTACKED or _is_out(f, reader, cell, share):
            f.shed = now
    elif phase == ANAGEN:
        cycle += 1
        f.cycle = cycle
        f.mark = interpolate(row_of(reader, GROWN, g), cell, share)
        if reader.attacked:
            spent = interpolate(hazard_of(reader, ATTACK_HAZARD, g), cell, share)
            f.attack = spent + budget(name, i, cycle, ATTACK)
    reading = interpolate(row_of(reader, phase, g), cell, share)
    due = reading + duration(ahead, name, i, cycle, phase)
    f.phase = phase
    f.due = due
    schedule(f, reader, phase, due, cell, now)


@jit
def advance(state: Any, clocks: Clocks, rules: Rules, name: Any, until: float) -> int:
    """Carry every native follicle through its events up to and including `until`; count them."""
    events = 0
    ahead = scratch(rules)
    here = np.int64(ahead.ctypes.data)
    reader = reader_of(clocks)
    for i in range(state.size):
        ahead[FIRST_CYCLE] = -1.0
        while state[i].next <= until:
            event(state[i], i, reader, name, here)
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
            f.attack = budget(name, i, f.cycle, ATTACK)
        if clocks.destroyed and f.destruction == math.inf:
            f.destruction = budget(name, i, 0, DESTRUCTION)
        schedule(f, reader, f.phase, f.due, cell, now)
