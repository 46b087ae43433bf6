"""Mass of follicles through the phases, compiled: one stratum, from step to step.

A follicle that enters phase p when its clock reads L leaves it at the reading L + D. Entries of a
step are taken together at its middle and laid out over the readings at which they will leave, in
bins; the clock then sweeps the bins. Hazards act half before the sweep and half after it (Strang
splitting), so that the error of all of it falls with the square of the step.

A *pool* is a phase, or the first telogen or kenogen of a graft. A *lane* is one row of bins: every
pool has one of plain mass. Growing hairs have a second one of those that have come out of the skin.
Club hairs have three more, weighted by what is seen of them at the calibre that their growth ended
with.

As in the agents' events, hot code passes addresses (`base.addresses`).
"""

from typing import NamedTuple

import numpy as np

from follicle_sim.base.addresses import (
    add_beside,
    add_number,
    number_at,
    put_number,
    table_at,
)
from follicle_sim.base.compiled import jit, jit_inline
from follicle_sim.base.numerics import exp
from follicle_sim.base.types import Floats

POOLS = 6
A, C, T, K, FIRST_T, FIRST_K = range(POOLS)
CLOCK = (A, C, T, K, T, K)
"""The phase clock that each pool runs by."""
NEXT = (C, T, K, A, FIRST_K, A)
DOWN = (A, C, T, FIRST_T, FIRST_K, K)
"""The order in which pools are swept: down the cycle."""

FIRST_LANE = (0, 2, 6, 10, 11, 15, 16)
"""Of each pool; the last entry is the number of all lanes."""
OUT = 1
"""Lane of growing hairs that have come out of the skin."""
WEIGHTS = 3
"""Of a club hair: is it seen, is it terminal, and its calibre if it is seen."""

BASE, LOW, HIGH, AT, WIDTH, SKIP, COUNT, DIALS = range(8)
"""What is known of a pool: the bin that the first place of its rows stands for; the first place
that may hold mass; the place after the last; the reading up to which it is swept; of its law the
width of a bin, the bins before the first that is not empty, and the bins in all."""


class Bins(NamedTuple):
    """The duration laws of all pools; rows are as long as the longest law needs."""

    width: Floats  # (POOLS,) of a bin, day of biological time
    number: Floats  # (POOLS,) bins
    skip: Floats  # (POOLS,) bins before the first that holds a share of the durations
    share: Floats  # (POOLS, B + 2) of durations, with a zero before the first and after the last
    residual: Floats  # (POOLS, B + 2) of what is left of a phase met at a random moment, likewise
    longer: Floats  # (POOLS, B + 2) share of durations from each bin on


class Course(NamedTuple):
    """What one stratum goes through, at N + 1 nodes of time with N steps between them."""

    reading: Floats  # (4, N + 1) of the phase clocks, day of biological time, from 0 on
    middle: Floats  # (4, N) of the phase clocks at the middle of each step
    grown: Floats  # (N + 1,) mm of shaft made
    log_calibre: Floats  # (N + 1,) of a growing hair, relative to its full calibre
    attack: Floats  # (N + 1,) integral of the hazard on growing hairs
    destruction: Floats  # (N + 1,) integral of the hazard on follicles
    falls: Floats  # (N,) share of attacked hairs that fall at once
    weight: Floats  # (WEIGHTS, N) of a hair whose growth ends in each step
    emergence: float  # length of shaft below which a hair is not seen, mm


class Store(NamedTuple):
    """Mass under way."""

    row: Floats  # (lanes, W) mass by the bin of the reading at which it leaves
    total: Floats  # (lanes,)
    dial: Floats  # (POOLS, DIALS)
    entered: Floats  # (N,) mass that began anagen in each step
    leaves: Floats  # (4,) mass that left a pool in the present step: plain, then weighted
    due: Floats  # (4,) attacked hairs on their way to catagen and to kenogen; lost and shed so far
    slack: int  # places that the fastest clock passes in one step


class Hand(NamedTuple):
    """Where a store, its laws and a course lie in memory; valid while they are held."""

    row: int
    places: int  # in a row
    total: int
    dial: int
    entered: int
    leaves: int
    due: int
    slack: int
    law: int  # of the shares of durations
    law_size: int
    reading: int
    middle: int
    weight: int
    attack: int
    destruction: int
    falls: int
    steps: int


@jit
def store_of(steps: int, bins: Bins, slack: int) -> Store:
    """Return an empty store.

    steps : of time; slack : bins that a clock passes in one step
    """
    lanes = FIRST_LANE[POOLS]
    return Store(
        np.zeros((lanes, 3 * bins.share.shape[1] + 2 * slack + 64)),
        np.zeros(lanes),
        np.zeros((POOLS, DIALS)),
        np.zeros(steps),
        np.zeros(4),
        np.zeros(4),
        slack,
    )


@jit_inline
def hand_of(store: Store, course: Course, laws: Floats) -> Hand:
    """Return the addresses of a store and of what it meets."""
    return Hand(
        np.int64(store.row.ctypes.data),
        store.row.shape[1],
        np.int64(store.total.ctypes.data),
        np.int64(store.dial.ctypes.data),
        np.int64(store.entered.ctypes.data),
        np.int64(store.leaves.ctypes.data),
        np.int64(store.due.ctypes.data),
        store.slack,
        np.int64(laws.ctypes.data),
        laws.shape[1],
        np.int64(course.reading.ctypes.data),
        np.int64(course.middle.ctypes.data),
        np.int64(course.weight.ctypes.data),
        np.int64(course.attack.ctypes.data),
        np.int64(course.destruction.ctypes.data),
        np.int64(course.falls.ctypes.data),
        course.falls.size,
    )


@jit_inline
def lane_of(hand: Hand, lane: int, place: int) -> int:
    """Return the address of a place in a lane."""
    return hand.row + 8 * (hand.places * lane + place)


@jit_inline
def lay(row: int, law: int, size: int, plain: float, shifted: float) -> None:
    """Add a law to a row, once in its place and once a bin later: that is a law between two bins.

    law : address of a share; the one before it is read too
    """
    for j in range(size):
        add_beside(row, j, plain * table_at(law, j) + shifted * table_at(law, j - 1))


@jit
def _make_room(hand: Hand, pool: int) -> None:
    """Move a pool's mass to the front of its rows.

    What one step passes stays in front: mass can enter behind the clock, in the middle of a step.
    """
    dial = hand.dial + 8 * DIALS * pool
    low, high = int(number_at(dial, LOW)), int(number_at(dial, HIGH))
    shift = low - hand.slack
    end = min(high, hand.places)  # an empty pool stands where its clock is, even beyond its rows
    for lane in range(FIRST_LANE[pool], FIRST_LANE[pool + 1]):
        row = lane_of(hand, lane, 0)
        for j in range(low, end):
            put_number(row, j - shift, number_at(row, j))
        for j in range(hand.slack):
            put_number(row, j, 0.0)
        for j in range(max(hand.slack, end - shift), end):
            put_number(row, j, 0.0)
    add_number(dial, BASE, float(shift))
    put_number(dial, LOW, float(hand.slack))
    put_number(dial, HIGH, float(hand.slack + max(0, high - low)))


@jit_inline
def enter(hand: Hand, pool: int, reading: float) -> None:
    """Let what left another pool (`leaves`) enter one whose clock is at a reading.

    The lane of hairs that have come out of the skin gets nothing: no hair begins so.
    """
    dial = hand.dial + 8 * DIALS * pool
    skip = int(number_at(dial, SKIP))
    count = int(number_at(dial, COUNT)) - skip
    position = reading / number_at(dial, WIDTH)
    whole = int(position)
    if whole + skip - int(number_at(dial, BASE)) + count + 1 >= hand.places:
        _make_room(hand, pool)
    place = whole + skip - int(number_at(dial, BASE))
    low, high, end = number_at(dial, LOW), number_at(dial, HIGH), float(place + count + 1)
    put_number(dial, LOW, min(low, float(place)))
    put_number(dial, HIGH, max(high, end) if low < high else end)
    first = FIRST_LANE[pool]
    law = hand.law + 8 * (hand.law_size * pool + 1 + skip)
    for lane in range(1 if pool == A else FIRST_LANE[pool + 1] - first):
        mass = number_at(hand.leaves, lane)
        add_number(hand.total, first + lane, mass)
        later = mass * (position - whole)
        lay(lane_of(hand, first + lane, place), law, count + 1, mass - later, later)


@jit_inline
def _sweep(hand: Hand, pool: int, until: float) -> None:
    """Take out of a pool what is due up to a reading, into `leaves`."""
    dial = hand.dial + 8 * DIALS * pool
    width, base = number_at(dial, WIDTH), int(number_at(dial, BASE))
    first = FIRST_LANE[pool]
    start, high = int(number_at(dial, LOW)), int(number_at(dial, HIGH))
    # bins that end by then leave whole, the one after them in part
    here = int(until / width) - base
    place = max(start, min(high, here))
    begin = max(number_at(dial, AT), (place + base) * width)
    edge = (place + base + 1) * width
    part = (until - begin) / (edge - begin) if place < high and begin < until else 0.0
    for lane in range(FIRST_LANE[pool + 1] - first):
        row = lane_of(hand, first + lane, 0)
        mass = 0.0
        if part > 0.0:
            mass = part * number_at(row, place)
            add_number(row, place, -mass)
        for j in range(start, place):
            mass += number_at(row, j)
            put_number(row, j, 0.0)
        put_number(hand.leaves, lane, mass)
        add_number(hand.total, first + lane, -mass)
    if place >= high:  # empty: the next mass comes where the clock is, or before
        place = max(place, here)
        put_number(dial, HIGH, float(place))
    put_number(dial, LOW, float(place))
    put_number(dial, AT, until)


DUE_CATAGEN, DUE_KENOGEN, LOST_SO_FAR, SHED_SO_FAR = range(4)


@jit
def _strike(hand: Hand, n: int) -> None:
    """Let the hazards of half a step act.

    Attacked hairs wait until they enter catagen or kenogen. One that is struck before it comes out
    is no hair that anybody finds.
    """
    attack = 0.5 * (number_at(hand.attack, n + 1) - number_at(hand.attack, n))
    destruction = 0.5 * (number_at(hand.destruction, n + 1) - number_at(hand.destruction, n))
    for pool in range(POOLS):
        hazard = destruction + (attack if pool == A else 0.0)
        plain = number_at(hand.total, FIRST_LANE[pool])
        if hazard <= 0.0 or plain <= 0.0:
            continue
        stay = exp(-hazard)
        gone = (1.0 - stay) * plain
        add_number(hand.due, LOST_SO_FAR, gone * destruction / hazard)
        if pool == A and attack > 0.0:
            falls, share = number_at(hand.falls, n), attack / hazard
            add_number(hand.due, DUE_CATAGEN, gone * share * (1.0 - falls))
            add_number(hand.due, DUE_KENOGEN, gone * share * falls)
        dial = hand.dial + 8 * DIALS * pool
        for lane in range(FIRST_LANE[pool], FIRST_LANE[pool + 1]):
            row = lane_of(hand, lane, 0)
            for j in range(int(number_at(dial, LOW)), int(number_at(dial, HIGH))):
                put_number(row, j, number_at(row, j) * stay)
            put_number(hand.total, lane, number_at(hand.total, lane) * stay)


@jit_inline
def weigh(hand: Hand, n: int, mass: float) -> None:
    """Make `leaves` of hairs whose growth ends in step n."""
    put_number(hand.leaves, 0, mass)
    for i in range(WEIGHTS):
        put_number(hand.leaves, 1 + i, mass * number_at(hand.weight, hand.steps * i + n))


@jit
def _struck_enter(hand: Hand, n: int) -> None:
    """Let attacked hairs enter catagen and kenogen."""
    for i in range(2):
        pool = C if i == DUE_CATAGEN else K
        mass = number_at(hand.due, i)
        if mass > 0.0:
            weigh(hand, n, mass)
            enter(hand, pool, number_at(hand.middle, hand.steps * pool + n))
        put_number(hand.due, i, 0.0)


@jit_inline
def step(hand: Hand, n: int, grafted: bool) -> None:
    """Carry all mass through step n."""
    struck = number_at(hand.attack, n + 1) > number_at(hand.attack, n) or number_at(
        hand.destruction, n + 1
    ) > number_at(hand.destruction, n)
    if struck:
        _strike(hand, n)
    # down the cycle, so that what is through a short phase within the step goes on
    for turn in range(POOLS):
        pool = DOWN[turn]
        if pool >= FIRST_T and not grafted:
            continue
        to = NEXT[pool]
        _sweep(hand, pool, number_at(hand.reading, (hand.steps + 1) * CLOCK[pool] + n + 1))
        if pool == A:
            weigh(hand, n, number_at(hand.leaves, 0) + number_at(hand.due, DUE_CATAGEN))
        elif pool in (T, FIRST_T):
            add_number(hand.due, SHED_SO_FAR, number_at(hand.leaves, 0))
            if pool == T:
                add_number(hand.leaves, 0, number_at(hand.due, DUE_KENOGEN))
        elif to == A:
            add_number(hand.entered, n, number_at(hand.leaves, 0))
        enter(hand, to, number_at(hand.middle, hand.steps * CLOCK[to] + n))
    put_number(hand.due, DUE_CATAGEN, 0.0)
    put_number(hand.due, DUE_KENOGEN, 0.0)
    until, first = number_at(hand.reading, n + 1), number_at(hand.dial, LOW)
    if (first + number_at(hand.dial, BASE)) * number_at(hand.dial, WIDTH) < until:
        # the tiniest hairs begin and end anagen within the step
        _sweep(hand, A, until)
        weigh(hand, n, number_at(hand.leaves, 0))
        late = number_at(hand.reading, (hand.steps + 1) * C + n + 1)
        enter(hand, C, 0.5 * (number_at(hand.middle, hand.steps * C + n) + late))
    if struck:
        _strike(hand, n)
        _struck_enter(hand, n)
