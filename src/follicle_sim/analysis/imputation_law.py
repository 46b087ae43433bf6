"""The normal law that fills gaps: fitted to people drawn again, and what it puts in each gap.

Parameters are redrawn for every imputation by fitting people drawn with replacement within arms
(Honaker and King 2010, doi:10.1111/j.1540-5907.2010.00447.x).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from follicle_sim.analysis.statistics import reml
from follicle_sim.base.codes import Decision
from follicle_sim.base.numerics import uniforms
from follicle_sim.base.types import Flags, Floats

MOST_TRIES = 20


def impute(
    values: Floats,
    arm: Floats,
    beta: Floats,
    sigma: Floats,
    z: Floats,
    left: Flags | None = None,
) -> Floats:
    """Fill the gaps of each person from the normal law, the reference's from leaving on.

    Parameters
    ----------
    values : (n, T)
        Baseline first; NaN where missing. People without a baseline stay empty.
    arm : (n,)
        1 for treated, 0 for the reference.
    beta : (T, 2)
        Effect of the arm, and mean of the reference.
    sigma : (T, T)
        Covariance of one person's values.
    z : (n, T)
        Standard normal draws.
    left : (n,)
        Who left, after the last visit they were seen at; default: everybody. Others missed visits.
    """
    out = values.copy()
    gaps: dict[bytes, list[int]] = {}
    observed = np.isfinite(values)
    leavers = np.ones(len(values), dtype=bool) if left is None else left
    for person in np.flatnonzero(observed[:, 0] & ~observed.all(axis=1)).tolist():
        name = observed[person].tobytes() + leavers[person].tobytes()
        gaps.setdefault(name, []).append(person)
    visits = np.arange(values.shape[1])
    for people in gaps.values():
        present = observed[people[0]]
        gone = ~present
        after = leavers[people[0]] & (visits > np.flatnonzero(present)[-1])
        effect = np.where(after, 0.0, beta[:, 0])
        mean = beta[:, 1] + arm[people, None] * effect
        link = np.linalg.solve(sigma[np.ix_(present, present)], sigma[np.ix_(present, gone)])
        conditional = sigma[np.ix_(gone, gone)] - sigma[np.ix_(gone, present)] @ link
        root = np.linalg.cholesky(conditional)
        shift = (values[people][:, present] - mean[:, present]) @ link
        out[np.ix_(people, gone)] = mean[:, gone] + shift + z[people][:, gone] @ root.T
    return out


def draw_law(
    values: Floats, arm: Floats, names: tuple[int, int, int, int]
) -> tuple[Floats, Floats] | None:
    """Return beta and sigma fitted to people drawn with replacement within arms."""
    seed, replicate, stream, m = names
    slots = np.arange(len(values))
    for attempt in range(MOST_TRIES):
        u = uniforms(seed, replicate, stream, slots, m, attempt, int(Decision.RESAMPLING))
        people = _resample(arm, u)
        x = np.column_stack([arm, np.ones_like(arm)])[people]
        try:
            fitted = reml.fit(x, values[people])
        except reml.NotEstimableError:
            continue
        return fitted.beta, fitted.sigma
    return None


def _resample(arm: Floats, u: Floats) -> NDArray[np.int64]:
    people = np.empty(arm.size, dtype=np.int64)
    for side in (0.0, 1.0):
        members = np.flatnonzero(arm == side)
        people[members] = members[(u[members] * members.size).astype(np.int64)]
    return people
