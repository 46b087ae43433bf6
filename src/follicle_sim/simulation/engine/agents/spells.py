"""Spells of single follicles, compiled: the day on which each of a few entered every phase.

The lives are those of `kernel.run_block`, lived again: draws have names, so that a follicle does
the same whether or not anybody follows it.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.addresses import hold
from follicle_sim.base.codes import NO_FOLLICLE
from follicle_sim.base.compiled import jit
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.birth import initialise
from follicle_sim.simulation.engine.agents.clocks import (
    Block,
    Clocks,
    Rules,
    allocate_clocks,
    build_clocks,
    forcing_of,
    reader_of,
    same_forcing,
)
from follicle_sim.simulation.engine.agents.durations import FIRST_CYCLE, scratch
from follicle_sim.simulation.engine.agents.events import event
from follicle_sim.simulation.engine.agents.kernel import People


class Spells(NamedTuple):
    """Spells of K tracked follicles of S subjects, room for M of each, to be filled in.

    A follicle is in `phase` m from `onset` m until `onset` m + 1. The first spell is the one that
    runs at the first visit, and began before it; the last runs at the last visit.
    """

    onset: Floats  # (S, K, M) day; NaN where there is no further spell
    phase: NDArray[np.uint8]  # (S, K, M)


@jit
def follow(
    state: Any, clocks: Clocks, rules: Rules, name: Any, named_from: int, days: Floats, spells: Any
) -> None:
    """Write the spells of every follicle from the first to the last of some days, V in order.

    spells : onset and phase, (K, M) each. Where M are not enough, the last says no phase: follow-up
    ends with its onset.
    """
    ahead = scratch(rules)
    here, reader = np.int64(ahead.ctypes.data), reader_of(clocks)
    onset, phase = spells
    for i in range(state.size):
        ahead[FIRST_CYCLE] = -1.0
        while state[i].next <= days[0]:
            event(state[i], named_from + i, reader, name, here)
        onset[i, 0], phase[i, 0] = state[i].entered, state[i].phase
        m = 1
        while m < onset.shape[1] and state[i].next <= days[-1]:
            event(state[i], named_from + i, reader, name, here)
            onset[i, m], phase[i, m] = state[i].entered, state[i].phase
            m += 1
        if state[i].next <= days[-1]:
            phase[i, m - 1] = NO_FOLLICLE
        onset[i, m:] = math.nan
    hold(ahead)


@jit
def follow_block(
    block: Block,
    sensitivity: Floats,
    rules: Rules,
    people: People,
    grafted: int,
    state: Any,
    spells: Spells,
    stop: NDArray[np.uint8],
) -> None:
    """Write the spells of the first native follicles of each of a block of subjects.

    grafted : 1 where the last of the strata is that of grafts; state : (K,) room;
    stop : another thread sets it to give up early.
    """
    keys, visits = people.keys, people.visits
    room = allocate_clocks(sensitivity.size, block.grid.size, grafted)
    for s in range(people.subjects.size):
        if stop[0] != 0:
            break
        if s == 0 or not same_forcing(block, s):
            clocks = build_clocks(room, forcing_of(block, s), sensitivity, rules)
        own = state[: min(state.size, people.follicles[s])]
        name = (keys[0], keys[1], keys[2], people.subjects[s])
        initialise(own, clocks, rules, name, True, people.first)
        days = visits[min(s, visits.shape[0] - 1)]
        spells.onset[s] = math.nan
        written = spells.onset[s], spells.phase[s]
        follow(own, clocks, rules, name, people.first, days, written)
