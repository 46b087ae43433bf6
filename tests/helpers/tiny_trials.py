"""Random trials of a few people, and what they should look like after nothing of note has changed.

Counts are whole numbers, so that ties, constant columns and exact sums of columns are common and a
rank can be worked out in fractions.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from follicle_sim.analysis.statistics.groups import Group

NAN = np.nan


@dataclass(frozen=True)
class Tiny:
    """Two groups, the visit asked about, and how to disturb them."""

    treated: Group
    control: Group
    visit: int
    seed: int
    size: float  # relative size of a disturbance


def _group(draw, people, visits, kind, strata):
    whole = st.integers(80, 240)
    baseline = np.array(draw(st.lists(whole, min_size=people, max_size=people)), dtype=float)
    if kind == "one baseline":
        baseline[:] = 200.0
    moves = {"few values": st.sampled_from([0, 5]), "all alike": st.just(7)}.get(
        kind, st.integers(-20, 30)
    )
    row = st.lists(moves, min_size=visits, max_size=visits)
    change = np.array(draw(st.lists(row, min_size=people, max_size=people)), dtype=float)
    followed = baseline[:, None] + change.reshape(people, visits)
    if kind == "tenths":
        followed = np.round(baseline[:, None] * 1.1, 1) + 0.0 * followed
    if kind == "visits alike":
        followed[:] = followed[:, :1]
    gaps = draw(st.sampled_from([(), (0,), (0, 0, 0, 1), (0, 1)]))
    if gaps:
        flags = st.lists(st.sampled_from(gaps), min_size=visits, max_size=visits)
        missed = np.array(draw(st.lists(flags, min_size=people, max_size=people)), dtype=bool)
        followed[missed.reshape(people, visits)] = NAN
    if draw(st.integers(0, 9)) == 0:
        baseline[0] = NAN
    if not strata:
        return Group(baseline, followed)
    row = st.lists(st.integers(0, 1), min_size=strata, max_size=strata)
    columns = np.array(draw(st.lists(row, min_size=people, max_size=people)), dtype=float)
    return Group(baseline, followed, columns.reshape(people, strata))


@st.composite
def tiny_trials(draw, most=4):
    """Draw two groups of 1 to `most` people at 1 to 4 visits."""
    visits, strata = draw(st.integers(1, 4)), draw(st.sampled_from([0, 0, 1, 2]))
    kind = draw(
        st.sampled_from(
            ["plain", "plain", "few values", "one baseline", "all alike", "tenths", "visits alike"]
        )
    )
    treated, control = (
        _group(draw, draw(st.integers(1, most)), visits, kind, strata) for _ in range(2)
    )
    return Tiny(
        treated,
        control,
        draw(st.integers(0, visits - 1)),
        draw(st.integers(0, 2**31)),
        10.0 ** draw(st.integers(-15, -12)),
    )


def order_of(people, seed):
    """Return an order of people."""
    return np.random.default_rng(seed).permutation(people)


def disturbed(group, visits, order, tiny):
    """Return a group with people, columns and visits in other orders and memory the other way.

    Every number is moved by up to `tiny.size` of itself, as other orders of summation move them.
    """
    rng = np.random.default_rng([tiny.seed, len(order)])

    def moved(values):
        return values * (1.0 + tiny.size * rng.uniform(-1.0, 1.0, size=values.shape))

    columns = None if group.covariates is None else group.covariates[order][:, ::-1]
    return replace(
        group,
        baseline=moved(group.baseline)[order],
        followed=np.asfortranarray(moved(group.followed)[order][:, visits]),
        covariates=None if columns is None else np.asfortranarray(columns),
    )


def exact_rank(rows):
    """Return the rank of a matrix of whole numbers or tenths, by elimination in fractions."""
    left = [[Fraction(str(round(float(number), 6))) for number in row] for row in rows]
    rank = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((i for i in range(rank, len(left)) if left[i][column]), None)
        if pivot is None:
            continue
        left[rank], left[pivot] = left[pivot], left[rank]
        for i in range(rank + 1, len(left)):
            share = left[i][column] / left[rank][column]
            left[i] = [a - share * b for a, b in zip(left[i], left[rank], strict=True)]
        rank += 1
    return rank


def columns_of(tiny, seen):
    """Return arm, mean, baseline and strata of people with all of these, and `seen` of each group.

    The arm is the first column.
    """
    rows = []
    for arm, group, here in zip((1, 0), (tiny.treated, tiny.control), seen, strict=True):
        for person in np.flatnonzero(group.complete & here):
            strata = [] if group.covariates is None else list(group.covariates[person])
            rows.append([arm, 1, group.baseline[person], *strata])
    return rows
