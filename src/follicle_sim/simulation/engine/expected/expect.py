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
from follicle_sim.simulation.engine.expected.course import course_room, fill_course
from follicle_sim.simulation.engine.expected.flow import Bins, Course, Store, store_of
from follicle_sim.simulation.engine.expected.life import Fate, fate_room, plant, run, settle
from follicle_sim.simulation.engine.expected.nodes import CLOSE, Nodes, fastest, nodes_of
from follicle_sim.simulation.engine.expected.visible import partial_moment


class Life(NamedTuple):
    """Room for the lives of one person's strata, one after the other."""

    nodes: Nodes
    store: Store
    course: Course
    fate: Fate
    visits: Floats  # (V,) day
    places: NDArray[np.int64]  # (V,) node of each


@jit_inline
def _see(
    life: Life, n: int, shed: float, times: float, rules: Rules, scale: float, tally: Floats
) -> None:
    """Add what is seen of one stratum at node n, `times` over, to one row of a tally.

    shed : hairs shed in the window before; scale : of this person's growth
    """
    fate, relative = life.fate, exp(life.course.log_calibre[n])
    least = rules.detection_calibre
    thick = max(least, rules.terminal_calibre)
    out = times * fate.out[n]
    shown = out * partial_moment(rules, relative, least, 0)
    tally[SEEN] += shown + times * fate.club[0, n]
    tally[SEEN_ANAGEN] += shown
    if relative >= grows_from(rules, scale):
        tally[GROWS] += shown
    tally[TERMINAL] += out * partial_moment(rules, relative, thick, 0) + times * fate.club[1, n]
    calibre = rules.full_calibre * relative * partial_moment(rules, relative, least, 1)
    tally[CALIBRE_SUM] += out * calibre + times * fate.club[2, n]
    tally[GROWTH_SUM] += shown * rules.growth * scale * relative
    section = relative * relative * partial_moment(rules, relative, least, 2)
    tally[WEIGHT_SUM] += out * section * scale * relative
    tally[SHED] += times * shed
    for p in range(fate.phase.shape[0]):
        tally[PHASES + p] += times * fate.phase[p, n]


@jit
def _shed_since(life: Life, n: int, opens: float) -> float:
    """Return the hairs shed from a day within the nodes to node n, linear between nodes."""
    day, shed = life.nodes.day, life.fate.shed[life.nodes.past :]
    cell = cell_of(opens, day)
    share = min(1.0, (opens - day[cell]) / (day[cell + 1] - day[cell]))
    return life.fate.shed[n] - shed[cell] - share * (shed[cell + 1] - shed[cell])


@jit
def _shed_before(life: Life, days: float, clocks: Clocks, g: int, bins: Bins) -> float:
    """Return the hairs shed within some days before the first node.

    Those who are in kenogen there have shed theirs. In the stationary law the time since a phase
    began is distributed as the time left of it.
    """
    reach = days * clocks.table[KENOGEN, g, 1] / (clocks.grid[1] - clocks.grid[0])
    reach /= bins.width[KENOGEN]
    within, k, number = 0.0, 0, int(bins.number[KENOGEN])
    while k < number and k + 1 <= reach:
        within += bins.residual[KENOGEN, k + 1]
        k += 1
    within += max(0.0, min(1.0, reach - k)) * bins.residual[KENOGEN, min(k, number) + 1]
    return within * life.fate.phase[KENOGEN, life.nodes.past]


@jit
def life_of(clocks: Clocks, rules: Rules, bins: Bins, sessions: Floats, visits: Floats) -> Life:
    """Return room for a person who is seen at visits (V,) and has transplant sessions (K,), day."""
    nodes = nodes_of(clocks, rules, visits, sessions)
    steps = nodes.past + nodes.day.size - 1
    places = np.minimum(np.searchsorted(nodes.day, visits - CLOSE), nodes.day.size - 1)
    store = store_of(steps, bins, fastest(clocks, nodes, bins))
    course = course_room(steps, rules.emergence_length)
    return Life(nodes, store, course, fate_room(steps), visits, nodes.past + places)


@jit
def _natives(
    life: Life, clocks: Clocks, bins: Bins, rules: Rules, scale: float, out: Floats
) -> None:
    """Fill the tally (V, TALLY_COLUMNS) of one native follicle, of every stratum in equal parts."""
    nodes = life.nodes
    for g in range(clocks.native):
        fill_course(life.course, clocks, g, rules, bins, nodes)
        settle(life.store, bins, life.course, rules.mean, nodes)
        run(life.store, bins, life.course, nodes.past, False, life.fate)
        for v in range(life.visits.size):
            n, opens = life.places[v], life.visits[v] - rules.shed_window
            shed = _shed_since(life, n, max(opens, nodes.day[0]))
            if opens < nodes.day[0]:
                shed += _shed_before(life, nodes.day[0] - opens, clocks, g, bins)
            _see(life, n, shed, 1.0 / clocks.native, rules, scale, out[v])


@jit
def _planted(
    life: Life, clocks: Clocks, bins: Bins, rules: Rules, scale: float, grafts: Grafts, out: Floats
) -> None:
    """Fill the tallies (K, V, TALLY_COLUMNS) of one graft of each session; the last stratum's."""
    nodes, fate = life.nodes, life.fate
    fill_course(life.course, clocks, clocks.native, rules, bins, nodes)
    for k in range(grafts.day.size):
        begin = nodes.past + np.searchsorted(nodes.day, grafts.day[k] - CLOSE)
        fate.shed[:] = 0.0
        plant(life.store, bins, life.course, begin)
        run(life.store, bins, life.course, begin, True, fate)
        for v in range(life.visits.size):
            if life.visits[v] <= grafts.day[k]:  # a visit on the day comes before the session
                continue
            opens = max(nodes.day[0], life.visits[v] - rules.shed_window)
            shed = _shed_since(life, life.places[v], opens)
            _see(life, life.places[v], shed, grafts.survival[k], rules, scale, out[k, v])


@jit
def expect_person(
    clocks: Clocks,
    rules: Rules,
    bins: Bins,
    grafts: Grafts,
    scale: float,
    visits: Floats,
    out: tuple[Floats, Floats],
) -> None:
    """Fill the expected tallies of one person.

    out : (V, TALLY_COLUMNS) of one native follicle, and (K, V, TALLY_COLUMNS) of one graft of each
    transplant session
    """
    native, planted = out
    life = life_of(clocks, rules, bins, grafts.day, visits)
    native[:] = 0.0
    planted[:] = 0.0
    _natives(life, clocks, bins, rules, scale, native)
    if grafts.day.size > 0:
        _planted(life, clocks, bins, rules, scale, grafts, planted)
    if rules.resolution <= 0.0:  # every growing hair is told from resting ones
        native[:, GROWS] = native[:, SEEN_ANAGEN]
        planted[:, :, GROWS] = planted[:, :, SEEN_ANAGEN]


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
            expect_person(clocks, rules, bins, grafts, scale, days, (native, planted))
        tally[s] = people.follicles[s] * native
        for k in range(sessions):
            tally[s] += grafts.number[s, k] * planted[k]
