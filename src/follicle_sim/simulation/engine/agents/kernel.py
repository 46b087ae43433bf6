"""Follicles lived and seen, compiled: one visit, all visits of a subject, a block of subjects.

Everything in the compiled engine is a pure function of its arrays. One subject is one `Clocks`
tuple and one state array (`state.STATE`); subjects never share anything writable, so any number of
threads may each run their own.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.addresses import hold
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
from follicle_sim.simulation.engine.agents.grafts import Grafts, foresee, plant
from follicle_sim.simulation.engine.agents.sight import (
    TALLY_COLUMNS,
    by_stratum,
    calibre_of,
    gauge,
    see,
    sight_of,
    total_up,
    visits_from,
)


class People(NamedTuple):
    """Who is lived in a block of S subjects, and when they are seen."""

    keys: NDArray[np.int64]  # (3,) seed, replicate and stream, which name the draws
    subjects: NDArray[np.int64]  # (S,) names in the draws
    follicles: NDArray[np.int64]  # (S,) native follicles of each
    visits: Floats  # (S or 1, V) day, in order in each row
    first: int = 0  # name of the first follicle of each in the draws


class Person(NamedTuple):
    """One subject, and when it is seen."""

    name: tuple[int, int, int, int]  # seed, replicate, stream and subject
    growth_scale: float  # this person's growth relative to the mean
    visits: Floats  # (V,) day, in order
    grafts: NDArray[np.int64]  # (K,) follicles given in each transplant session
    first: int = 0  # name of the first follicle in the draws


class Sightings(NamedTuple):
    """What is seen, to be filled in: at V visits of S subjects, or without the first axis of one.

    The records of single follicles have no room (N = 0) where they are not wanted.
    """

    tally: Floats  # (S, V, TALLY_COLUMNS)
    phase: NDArray[np.uint8]  # (S, V, N)
    calibre: NDArray[np.float32]  # (S, V, N)


@jit
def observe(
    state: Any, clocks: Clocks, rules: Rules, scale: float, now: float, tally: Floats
) -> None:
    """Fill `tally` (1, TALLY_COLUMNS) with what is seen of natives that were advanced to `now`."""
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
    total_up(sums, steps, sight, tally)
    hold(visit)
    hold(readings)


@jit
def live(
    state: Any,
    clocks: Clocks,
    rules: Rules,
    person: Person,
    grafts: Grafts,
    sightings: Sightings,
    stop: NDArray[np.uint8],
) -> int:
    """Advance to each visit and observe there: the same bits as `advance` and `observe` in turn.

    Follicle by follicle rather than visit by visit, so that a follicle stays in the fastest memory
    and is seen at all visits between two of its events at once. Returns the number of events.
    state : native follicles, then grafts; sightings : out, without the axis of subjects;
    stop : (1,) another thread sets it to give up early.
    """
    visits, counts, name = person.visits, person.grafts, person.name
    strata, count = clocks.table.shape[1], visits.size
    readings, ahead = gauge(clocks, visits), scratch(rules)
    upcoming = visits_from(clocks.grid, visits)
    sums, steps = np.zeros((TALLY_COLUMNS, count)), np.zeros((TALLY_COLUMNS, count + 1))
    reader, sight = reader_of(clocks), sight_of(rules, person.growth_scale, count)
    days, gauged = np.int64(visits.ctypes.data), np.int64(readings.ctypes.data)
    total, changes = np.int64(sums.ctypes.data), np.int64(steps.ctypes.data)
    here = np.int64(ahead.ctypes.data)
    natives = state.size - counts.sum()
    events = 0
    for i in by_stratum(state, strata):
        if stop[0] != 0:
            break
        f = state[i]
        v, who = 0, person.first + i
        if i < natives:
            ahead[FIRST_CYCLE] = -1.0
        else:
            who = foresee(here, name, grafts, counts, i - natives)
            # seen after its day: a visit on the day of surgery comes before it
            while v < count and visits[v] <= f.entered:
                v += 1
        while v < count:
            while f.next <= visits[v] and stop[0] == 0:
                event(f, who, reader, name, here)
                events += 1
            end = max(v + 1, upcoming[f.cell]) if f.next < math.inf else count
            while end < count and visits[end] < f.next:
                end += 1
            see(f, v, end, days, gauged + 16 * count * f.stratum, sight, total, changes)
            if sightings.phase.shape[1] > 0:
                for w in range(v, end):
                    sightings.phase[w, i] = f.phase
                    sightings.calibre[w, i] = calibre_of(f, readings, w, sight)
            v = end
    total_up(sums, steps, sight, sightings.tally)
    hold(readings)
    hold(ahead)
    return events


@jit
def run_block(
    block: Block,
    sensitivity: Floats,
    rules: Rules,
    people: People,
    grafts: Grafts,
    states: Any,
    sightings: Sightings,
    stop: NDArray[np.uint8],
) -> int:
    """Live a block of subjects from the start of the grid through every visit; count events.

    grafts : transplant sessions; where there are any, the last of the strata is theirs;
    states : (S, N) out, or (1, N) where the final states are not wanted;
    sightings : out; stop : as for `live`.
    """
    events = 0
    keys, visits = people.keys, people.visits
    room = allocate_clocks(sensitivity.size, block.grid.size, min(1, grafts.day.size))
    for s in range(people.subjects.size):
        forcing = forcing_of(block, s)
        if s == 0 or not same_forcing(block, s):
            clocks = build_clocks(room, forcing, sensitivity, rules)
        natives, counts = people.follicles[s], grafts.number[s]
        state = states[min(s, states.shape[0] - 1)][: natives + counts.sum()]
        name = (keys[0], keys[1], keys[2], people.subjects[s])
        initialise(state[:natives], clocks, rules, name, True, people.first)
        if grafts.day.size > 0:
            plant(state[natives:], clocks, rules, name, grafts, counts)
        days = visits[min(s, visits.shape[0] - 1)]
        person = Person(name, forcing.growth_scale, days, counts, people.first)
        seen = Sightings(sightings.tally[s], sightings.phase[s], sightings.calibre[s])
        events += live(state, clocks, rules, person, grafts, seen, stop)
    return events
