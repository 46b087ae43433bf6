"""One stratum from its start to the last visit, compiled: where its mass begins, and its fate."""

from typing import NamedTuple

import numpy as np

from follicle_sim.base.addresses import hold, number_at
from follicle_sim.base.codes import Phase
from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import exp
from follicle_sim.base.types import Floats
from follicle_sim.simulation.engine.expected.flow import (
    AT,
    BASE,
    CLOCK,
    COUNT,
    FIRST_K,
    FIRST_LANE,
    FIRST_T,
    HIGH,
    LOST_SO_FAR,
    LOW,
    OUT,
    POOLS,
    SHED_SO_FAR,
    SKIP,
    WEIGHTS,
    WIDTH,
    A,
    Bins,
    C,
    Course,
    Hand,
    K,
    Store,
    T,
    enter,
    hand_of,
    lane_of,
    lay,
    step,
    weigh,
)
from follicle_sim.simulation.engine.expected.nodes import Nodes

LOST = int(Phase.LOST)


class Fate(NamedTuple):
    """What becomes of one follicle, at N + 1 nodes."""

    phase: Floats  # (5, N + 1) probability of each phase; the last is lost for good
    out: Floats  # (N + 1,) probability of a growing hair that has come out of the skin
    club: Floats  # (WEIGHTS, N + 1) probability of a club hair, weighted
    shed: Floats  # (N + 1,) hairs shed up to each node


@jit
def fate_room(steps: int) -> Fate:
    """Return room for the fate of a follicle."""
    return Fate(
        np.zeros((LOST + 1, steps + 1)),
        np.zeros(steps + 1),
        np.zeros((WEIGHTS, steps + 1)),
        np.zeros(steps + 1),
    )


@jit
def _begin(store: Store, bins: Bins, course: Course, n: int) -> None:
    """Empty a store and put the sweep of every pool at node n."""
    store.row[:] = 0.0
    store.total[:] = 0.0
    store.entered[:] = 0.0
    store.leaves[:] = 0.0
    store.due[:] = 0.0
    for pool in range(POOLS):
        reading, width = course.reading[CLOCK[pool], n], bins.width[pool]
        # an empty row begins where the clock is, behind what a step may pass
        base = max(0, int(reading / width) - store.slack)
        place = int(reading / width) - base
        dial = store.dial[pool]
        dial[BASE], dial[LOW], dial[HIGH], dial[AT] = base, place, place, reading
        dial[WIDTH], dial[SKIP], dial[COUNT] = width, bins.skip[pool], bins.number[pool]


@jit
def settle(store: Store, bins: Bins, course: Course, mean: Floats, nodes: Nodes) -> None:
    """Place the stationary law of the clocks' first speeds at the first node.

    The steps before it say when the hairs began that have not come out of the skin yet.
    """
    past, days = nodes.past, nodes.step
    _begin(store, bins, course, past)
    store.dial[:, SKIP] = 0.0  # what is left of a phase can be nothing
    hand = hand_of(store, course, bins.residual)
    whole = 0.0
    for p in range(4):
        whole += mean[p] * days / (course.reading[p, 1] - course.reading[p, 0])
    for p in (A, C, T, K):
        mass = mean[p] * days / (course.reading[p, 1] - course.reading[p, 0]) / whole
        weigh(hand, past, mass)
        enter(hand, p, course.reading[p, past])
    store.dial[:, SKIP] = bins.skip
    # all are out but those born in the steps before; `emerge` adds them
    store.row[OUT] = store.row[FIRST_LANE[A]]
    store.total[OUT] = store.total[FIRST_LANE[A]]
    for s in range(past):
        store.entered[s] = days / whole
        store.total[OUT] += _come_out(hand, bins, course, s, -_left(store, bins, course, s, past))
    hold(store.row)


@jit_inline
def _hazards(course: Course, n: int) -> float:
    return course.attack[n] + course.destruction[n]


@jit_inline
def _left(store: Store, bins: Bins, course: Course, s: int, n: int) -> float:
    """Return the mass that began anagen in step s and is in it at node n."""
    since = 0.5 * (_hazards(course, s) + _hazards(course, s + 1)) - _hazards(course, n)
    age = (course.reading[A, n] - course.middle[A, s]) / bins.width[A]
    k = min(int(age), int(bins.number[A]))
    longer, shorter = bins.longer[A, k], bins.longer[A, k + 1]
    return store.entered[s] * exp(since) * (longer + min(age - k, 1.0) * (shorter - longer))


@jit_inline
def _come_out(hand: Hand, bins: Bins, course: Course, s: int, mass: float) -> float:
    """Add hairs that began anagen in step s to the lane of those that are out; return the mass.

    mass : of those that are in anagen still
    """
    position = course.middle[A, s] / bins.width[A]
    place = int(position) - int(number_at(hand.dial, BASE))
    skip = max(0, int(number_at(hand.dial, LOW)) - place)
    size = int(bins.number[A]) + 1 - skip
    if size <= 0 or mass == 0.0:
        return 0.0
    part = position - int(position)
    ahead = (1.0 - part) * bins.longer[A, skip] + part * bins.longer[A, max(0, skip - 1)]
    if ahead <= 0.0:
        return 0.0
    law = np.int64(bins.share.ctypes.data) + 8 * (bins.share.shape[1] * A + 1 + skip)
    begun = mass / ahead
    lay(lane_of(hand, OUT, place + skip), law, size, begun * (1.0 - part), begun * part)
    return mass


@jit_inline
def _emerge(
    store: Store, hand: Hand, bins: Bins, course: Course, first: int, n: int
) -> tuple[int, float]:
    """Let hairs come out of the skin by node n.

    first : the first step whose hairs are not all out yet. Returns the new first step, and the
    mass of those that are out and in no lane yet: a part of that step's.
    """
    skin = course.grown[n] - course.emergence
    while first < n and course.grown[first + 1] <= skin:
        left = _left(store, bins, course, first, n)
        store.total[OUT] += _come_out(hand, bins, course, first, left)
        first += 1
    if first >= n or course.grown[first] >= skin:
        return first, 0.0
    part = (skin - course.grown[first]) / (course.grown[first + 1] - course.grown[first])
    return first, part * _left(store, bins, course, first, n)


@jit
def plant(store: Store, bins: Bins, course: Course, n: int) -> None:
    """Place one follicle as a graft that takes at node n: in telogen with the shaft it came with.

    As its growth ended long ago, its calibre is that of the day.
    """
    _begin(store, bins, course, n)
    hand = hand_of(store, course, bins.share)
    weigh(hand, n, 1.0)
    enter(hand, FIRST_T, course.reading[T, n])
    hold(store.row)


@jit
def run(store: Store, bins: Bins, course: Course, start: int, grafted: bool, fate: Fate) -> None:
    """Carry a stratum from node `start` to the last; fill its fate from there on.

    Before it starts, `settle` or `plant` has placed it.
    """
    hand = hand_of(store, course, bins.share)
    first = start if grafted else 0
    total, due = store.total, store.due
    club, rest = FIRST_LANE[C] + 1, FIRST_LANE[T] + 1
    graft = FIRST_LANE[FIRST_T] + 1
    for n in range(start, course.grown.size):
        first, more = _emerge(store, hand, bins, course, first, n)
        fate.phase[A, n] = total[FIRST_LANE[A]]
        fate.phase[C, n] = total[FIRST_LANE[C]]
        fate.phase[T, n] = total[FIRST_LANE[T]] + total[FIRST_LANE[FIRST_T]]
        fate.phase[K, n] = total[FIRST_LANE[K]] + total[FIRST_LANE[FIRST_K]]
        fate.phase[LOST, n] = due[LOST_SO_FAR]
        fate.out[n] = total[OUT] + more
        for i in range(WEIGHTS):
            fate.club[i, n] = total[club + i] + total[rest + i] + total[graft + i]
        if n > start:
            # of attacked hairs, those that are out are seen to fall
            struck = course.falls[n - 1] * (course.attack[n] - course.attack[n - 1])
            due[SHED_SO_FAR] += 0.5 * struck * (fate.out[n - 1] + fate.out[n])
        fate.shed[n] = due[SHED_SO_FAR]
        if n + 1 < course.grown.size:
            step(hand, n, grafted)
    hold(store.row)
