"""The same biology as a vectorised NumPy model with a step of one day.

Written as an experienced NumPy user would: state as flat arrays over the follicles of many
subjects in large chunks, one gather from a table of speeds and one
subtraction in place a day, work on the few follicles that change phase by index, shaft length as
the difference of two readings of a growth table, sums at visits only.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from workload import Floats, Workload

from follicle_sim.simulation.engine.agents.clocks import ANAGEN, KENOGEN, TELOGEN, Rules
from follicle_sim.simulation.engine.agents.sight import (
    CALIBRE_SUM,
    GROWS,
    GROWTH_SUM,
    PHASES,
    SEEN,
    SEEN_ANAGEN,
    SHED,
    TALLY_COLUMNS,
    TERMINAL,
    WEIGHT_SUM,
)
from peers.daily import DailyTables, daily_tables

FOLLICLES_PER_CHUNK = 100_000
"""Found by trial: smaller chunks stay in a faster cache but pay for more calls."""


@dataclass
class State:
    """One element a follicle."""

    key: NDArray[np.intp]  # phase * strata + stratum: where the daily table holds its speed
    stratum: NDArray[np.intp]
    left: Floats  # days at speed 1 until the phase ends
    mark: Floats  # growth reading when the present hair began, mm
    club: Floats  # relative calibre frozen when growth last ended
    shed: Floats  # day of the last shed hair
    full: Floats  # full calibre, um


def run_numpy(work: Workload, seed: int = 1) -> Floats:
    """Run the model; return tallies as the engine does, (S, V, TALLY_COLUMNS)."""
    rng = np.random.default_rng(seed)
    tables = daily_tables(work)
    follicles = int(work.follicles[0])
    people = max(1, FOLLICLES_PER_CHUNK // follicles)
    tallies = np.empty((work.subjects.size, work.visits.size, TALLY_COLUMNS))
    for low in range(0, work.subjects.size, people):
        part = tallies[low : low + people]
        state = start(len(part) * follicles, tables, work.rules, rng)
        live(state, tables, work, rng, part)
    return tallies


def start(n: int, tables: DailyTables, rules: Rules, rng: np.random.Generator) -> State:
    """Draw n follicles from the stationary law at the speeds of the first day."""
    strata = tables.speed.shape[2]
    stratum = rng.integers(0, strata, n)
    share = np.cumsum(rules.mean[:, None] / tables.speed[0], axis=0)
    u = rng.random(n) * share[-1, stratum]
    phase = (u[:, None] >= share[:3, stratum].T).sum(axis=1)
    sigma = rules.sigma[phase]
    whole = rules.mean[phase] * np.exp(sigma * rng.standard_normal(n) + 0.5 * sigma**2)
    elapsed = rng.random(n) * whole
    days = elapsed / tables.speed[0, phase, stratum]
    spread = rules.full_calibre_sigma
    full = rules.full_calibre * np.exp(spread * rng.standard_normal(n) - 0.5 * spread**2)
    daily_growth = rules.growth * tables.calibre[0, stratum]
    return State(
        key=phase * strata + stratum,
        stratum=stratum,
        left=whole - elapsed,
        mark=np.where(phase == ANAGEN, -days * daily_growth, 0.0),
        club=tables.calibre[0, stratum],
        shed=np.where(phase == KENOGEN, tables.days[0] - days, -np.inf),
        full=full,
    )


def live(
    state: State, tables: DailyTables, work: Workload, rng: np.random.Generator, tallies: Floats
) -> None:
    """Step day by day; fill the tallies of this chunk's people at the visits."""
    visit_of = {day: v for v, day in enumerate(work.visits)}
    speeds = tables.speed.reshape(tables.days.size, -1)
    spent = np.empty_like(state.left)
    over = np.empty(state.left.size, dtype=bool)
    for d, day in enumerate(tables.days):
        if d > 0:
            np.take(speeds[d - 1], state.key, out=spent, mode="clip")
            np.subtract(state.left, spent, out=state.left)
            np.less_equal(state.left, 0.0, out=over)
            turn(state, np.flatnonzero(over), d, tables, work.rules, rng)
        if day in visit_of:
            tallies[:, visit_of[day]] = see(state, d, tables, work, len(tallies))


def turn(
    state: State,
    done: NDArray[np.intp],
    d: int,
    tables: DailyTables,
    rules: Rules,
    rng: np.random.Generator,
) -> None:
    """Move the follicles `done` to their next phase; the rest of the day counts towards it."""
    strata = tables.speed.shape[2]
    key, stratum = state.key[done], state.stratum[done]
    speed = tables.speed[d - 1].reshape(-1)
    rest = state.left[done] / speed[key]
    phase = key // strata
    ended = phase == ANAGEN
    state.club[done[ended]] = tables.calibre[d, stratum[ended]]
    state.shed[done[phase == TELOGEN]] = tables.days[d]
    begun = phase == KENOGEN
    state.mark[done[begun]] = tables.grown[d, stratum[begun]]
    phase = (phase + 1) % 4
    key = phase * strata + stratum
    state.key[done] = key
    sigma = rules.sigma[phase]
    whole = np.exp(sigma * rng.standard_normal(done.size) - 0.5 * sigma**2)
    state.left[done] = rules.mean[phase] * whole + rest * speed[key]


def see(state: State, d: int, tables: DailyTables, work: Workload, people: int) -> Floats:
    """Return what the instrument sees of each person, (S, TALLY_COLUMNS)."""
    rules, scale = work.rules, work.block.growth_scale[0]
    phase = state.key // tables.speed.shape[2]
    growing = phase == ANAGEN
    relative = np.where(growing, tables.calibre[d, state.stratum], state.club)
    calibre = state.full * relative
    out = tables.grown[d, state.stratum] - state.mark >= rules.emergence_length
    seen = np.where(growing, out, phase < KENOGEN) & (calibre >= rules.detection_calibre)
    seen_growing = seen & growing
    thickness = calibre / rules.full_calibre
    tally = np.zeros((people, TALLY_COLUMNS))

    def put(column: int, values: NDArray[np.generic]) -> None:
        tally[:, column] = values.reshape(people, -1).sum(axis=1)

    put(SEEN, seen)
    put(TERMINAL, seen & (calibre >= rules.terminal_calibre))
    put(SEEN_ANAGEN, seen_growing)
    put(GROWS, seen_growing)
    put(CALIBRE_SUM, seen * calibre)
    put(GROWTH_SUM, seen_growing * relative * (rules.growth * scale))
    put(WEIGHT_SUM, seen_growing * thickness**2 * relative * scale)
    put(SHED, tables.days[d] - state.shed < rules.shed_window)
    for p in range(4):
        put(PHASES + p, phase == p)
    return tally
