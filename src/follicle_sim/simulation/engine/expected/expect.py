"""A block of people by expected value, compiled: their clocks, strata, grafts and tallies."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import exp
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.agents.clocks import (
    KENOGEN,
    Block,
    Clocks,
    Rules,
    allocate_clocks,
    build_clocks,
    cell_of,
    forcing_of,
    same_forcing,
)
from follicle_sim.simulation.engine.agents.grafts import Grafts
from follicle_sim.simulation.engine.agents.kernel import People
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
    grows_from,
)
from follicle_sim.simulation.engine.expected.course import (
    CLOSE,
    course_room,
    fastest,
    fill_course,
    nodes_of,
    past_of,
)
from follicle_sim.simulation.engine.expected.flow import Bins, Course, Store, store_of
from follicle_sim.simulation.engine.expected.life import Fate, fate_room, plant, run, settle
from follicle_sim.simulation.engine.expected.visible import partial_moment


class Look(NamedTuple):
    """What turns a stratum's fate into what is seen of it."""

    rules: Rules
    scale: float  # this person's growth relative to the mean
    log_calibre: Floats  # (N + 1,) of a growing hair, at the nodes


@jit_inline
def _see(fate: Fate, look: Look, n: int, shed: float, times: float, tally: Floats) -> None:
    """Add what is seen of one stratum at node n, `times` over, to one row of a tally.

    shed : hairs shed in the window before
    """
    rules, relative = look.rules, exp(look.log_calibre[n])
    least = rules.detection_calibre
    thick = max(least, rules.terminal_calibre)
    out = times * fate.out[n]
    shown = out * partial_moment(rules, relative, least, 0)
    tally[SEEN] += shown + times * fate.club[0, n]
    tally[SEEN_ANAGEN] += shown
    if relative >= grows_from(rules, look.scale):
        tally[GROWS] += shown
    tally[TERMINAL] += out * partial_moment(rules, relative, thick, 0) + times * fate.club[1, n]
    calibre = rules.full_calibre * relative * partial_moment(rules, relative, least, 1)
    tally[CALIBRE_SUM] += out * calibre + times * fate.club[2, n]
    tally[GROWTH_SUM] += shown * rules.growth * look.scale * relative
    section = relative * relative * partial_moment(rules, relative, least, 2)
    tally[WEIGHT_SUM] += out * section * look.scale * relative
    tally[SHED] += times * shed
    for p in range(fate.phase.shape[0]):
        tally[PHASES + p] += times * fate.phase[p, n]


@jit
def _shed_until(day: float, nodes: Floats, shed: Floats) -> float:
    """Return the hairs shed up to a day within the nodes, linear between them."""
    cell = cell_of(day, nodes)
    share = min(1.0, (day - nodes[cell]) / (nodes[cell + 1] - nodes[cell]))
    return shed[cell] + share * (shed[cell + 1] - shed[cell])


@jit
def _shed_before(days: float, clocks: Clocks, g: int, bins: Bins) -> float:
    """Return the share of those in kenogen on the first day that have come there within some days.

    In the stationary law the time since a phase began is distributed as the time left of it.
    """
    reach = days * clocks.table[KENOGEN, g, 1] / (clocks.grid[1] - clocks.grid[0])
    reach /= bins.width[KENOGEN]
    within, k, count = 0.0, 0, int(bins.count[KENOGEN])
    while k < count and k + 1 <= reach:
        within += bins.residual[KENOGEN, k + 1]
        k += 1
    return within + max(0.0, min(1.0, reach - k)) * bins.residual[KENOGEN, min(k, count) + 1]


class Life(NamedTuple):
    """Room for the lives of one person's strata."""

    nodes: Floats  # (M,) day
    past: int  # steps before them
    days: float  # length of each of those
    store: Store
    room: Course
    fate: Fate
    log_calibre: Floats  # (past + M,)
    places: NDArray[np.int64]  # (V,) node of each visit


@jit
def _natives(
    life: Life, clocks: Clocks, bins: Bins, rules: Rules, scale: float, visits: Floats, out: Floats
) -> None:
    """Fill the tally (V, TALLY_COLUMNS) of one native follicle, of every stratum in equal parts."""
    nodes, past, days, store, room, fate, log_calibre, places = life
    look = Look(rules, scale, log_calibre)
    for g in range(clocks.native):
        course = fill_course(room, log_calibre, clocks, g, rules, bins, nodes, past, days)
        settle(store, bins, course, rules.mean, past, days)
        run(store, bins, course, past, False, fate)
        for v in range(visits.size):
            n = past + places[v]
            opens = visits[v] - rules.shed_window
            if opens >= nodes[0]:
                shed = fate.shed[n] - _shed_until(opens, nodes, fate.shed[past:])
            else:
                early = _shed_before(nodes[0] - opens, clocks, g, bins)
                shed = fate.shed[n] + early * fate.phase[KENOGEN, past]
            _see(fate, look, n, shed, 1.0 / clocks.native, out[v])


@jit
def _planted(
    life: Life,
    clocks: Clocks,
    bins: Bins,
    rules: Rules,
    scale: float,
    visits: Floats,
    grafts: Grafts,
    out: Floats,
) -> None:
    """Fill the tallies (K, V, TALLY_COLUMNS) of one graft of each session; the last stratum's."""
    nodes, past, days, store, room, fate, log_calibre, places = life
    look, g = Look(rules, scale, log_calibre), clocks.native
    course = fill_course(room, log_calibre, clocks, g, rules, bins, nodes, past, days)
    for k in range(grafts.day.size):
        begin = past + np.searchsorted(nodes, grafts.day[k] - CLOSE)
        fate.shed[:] = 0.0
        plant(store, bins, course, begin)
        run(store, bins, course, begin, True, fate)
        for v in range(visits.size):
            if visits[v] <= grafts.day[k]:  # a visit on the day comes before the session
                continue
            n, opens = past + places[v], max(nodes[0], visits[v] - rules.shed_window)
            shed = fate.shed[n] - _shed_until(opens, nodes, fate.shed[past:])
            _see(fate, look, n, shed, grafts.survival[k], out[k, v])


@jit
def expect_person(
    clocks: Clocks,
    rules: Rules,
    bins: Bins,
    grafts: Grafts,
    scale: float,
    visits: Floats,
    native: Floats,
    planted: Floats,
) -> None:
    """Fill the expected tallies of one person.

    native : (V, TALLY_COLUMNS) out, of one native follicle; planted : (K, V, TALLY_COLUMNS) out, of
    one graft of each transplant session
    """
    nodes = nodes_of(clocks, visits, grafts.day)
    past, days = past_of(clocks, rules, rules.shed_window)
    steps = past + nodes.size - 1
    store = store_of(steps, bins, fastest(clocks, nodes, days, bins))
    places = np.minimum(np.searchsorted(nodes, visits - CLOSE), nodes.size - 1)
    room, fate, log_calibre = course_room(steps), fate_room(steps), np.empty(steps + 1)
    life = Life(nodes, past, days, store, room, fate, log_calibre, places)
    native[:] = 0.0
    planted[:] = 0.0
    _natives(life, clocks, bins, rules, scale, visits, native)
    if grafts.day.size > 0:
        _planted(life, clocks, bins, rules, scale, visits, grafts, planted)


@jit
def expect_block(
    block: Block,
    sensitivity: Floats,
    rules: Rules,
    people: People,
    grafts: Grafts,
    bins: Bins,
    tally: Floats,
    stop: NDArray[np.uint8],
) -> None:
    """Fill the expected tallies (S, V, TALLY_COLUMNS) of a block of people.

    stop : (1,) another thread sets it to give up early
    """
    visits = people.visits
    sessions = grafts.day.size
    room = allocate_clocks(sensitivity.size, block.grid.size, min(1, sessions))
    native = np.empty((visits.shape[1], TALLY_COLUMNS))
    planted = np.empty((sessions, visits.shape[1], TALLY_COLUMNS))
    for s in range(people.subjects.size):
        if stop[0] != 0:
            return
        if s == 0 or visits.shape[0] > 1 or not same_forcing(block, s):
            forcing = forcing_of(block, s)
            clocks = build_clocks(room, forcing, sensitivity, rules)
            days = visits[min(s, visits.shape[0] - 1)]
            scale = forcing.growth_scale
            expect_person(clocks, rules, bins, grafts, scale, days, native, planted)
        tally[s] = people.follicles[s] * native
        for k in range(sessions):
            tally[s] += grafts.number[s, k] * planted[k]
