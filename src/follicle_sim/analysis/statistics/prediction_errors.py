"""Normalised prediction distribution errors: where people lie in what a model predicts of them.

Brendel et al. 2006 (Pharm Res 23:2036) and Comets et al. 2008 (Comput Methods Programs Biomed
90:154): what was read of a person at several visits is centred and decorrelated by the mean and the
covariance of simulated people, and each part is then ranked among theirs. Under the right model
the ranks are even between 0 and 1, and their normal scores N(0, 1), visits of a person included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import ndtr, ndtri

from follicle_sim.analysis.statistics.products import product
from follicle_sim.base.types import Floats

DUST = 1e-9
"""Of a standard deviation: values nearer than this are equal, so that no order of summation and no
last bit decides which of two equal counts is the larger."""


@dataclass(frozen=True)
class Predicted:
    """What a model predicts of a person, from K simulated ones, at n visits.

    mean : (n,) ; factor : (n, n) lower triangle L of the covariance L L'; ranked : (n, K) the
    decorrelated values of the simulated people, each row sorted
    """

    mean: Floats
    factor: Floats
    ranked: Floats

    def decorrelated(self, values: Floats) -> Floats:
        """Return L^-1 (y - mean) of people (P, n)."""
        centred = np.atleast_2d(values) - self.mean
        return np.asarray(solve_triangular(self.factor, centred.T, lower=True).T)


def predicted(pool: Floats) -> Predicted:
    """Return what simulated people (K, n) predict; visits in a fixed order, the first one first.

    Raises
    ------
    ValueError
        Fewer people than leave a covariance, or a visit that says nothing beside those before it.
    """
    size, visits = pool.shape
    if size <= visits + 1:
        raise ValueError(f"{size} simulated people are too few for {visits} visits")
    mean = pool.mean(axis=0)
    centred = pool - mean
    covariance = product(centred.T, centred) / (size - 1)
    spread = np.sqrt(np.diag(covariance))
    flat = np.flatnonzero(spread <= DUST * np.maximum(np.abs(mean), 1e-300))
    if flat.size:
        raise ValueError(f"simulated people do not differ at visit {flat[0] + 1}")
    # of the correlations, whose pivots are shares of a variance whatever the unit
    correlation = covariance / np.outer(spread, spread)
    try:
        lower = np.linalg.cholesky(correlation)
    except np.linalg.LinAlgError:
        lower = np.zeros_like(correlation)
    pivots = np.diag(lower) ** 2
    if pivots.min() <= DUST:
        text = "is what the visits before it say: people differ in nothing else"
        raise ValueError(f"simulated visit {int(pivots.argmin()) + 1} {text}")
    factor = spread[:, None] * lower
    ranked = np.sort(solve_triangular(factor, centred.T, lower=True), axis=1)
    return Predicted(mean, factor, ranked)


def prediction_errors(
    law: Predicted, values: Floats, ties: Floats, own: Floats | None = None
) -> Floats:
    """Return the normalised prediction distribution errors (P, n) of people.

    The share of simulated values below a person's is (less + u (equal + 1)) / (K + 1), with u even
    between 0 and 1: exactly even under the model, for counts that tie as for measures that do not
    (the smoothing of version 3 of the R package npde).

    Parameters
    ----------
    law
        From `predicted`.
    values : (P, n)
        What was read, without gaps.
    ties : (P, n)
        The u of each value, between 0 and 1.
    own : (Q, n)
        People of the pool that do not count: a trial is ranked among the others.
    """
    parts = law.decorrelated(values)
    scores = np.empty_like(parts)
    left_out = None if own is None else np.sort(law.decorrelated(own), axis=0)
    for visit, ranked in enumerate(law.ranked):
        less, equal = _ranks(ranked, parts[:, visit])
        size = ranked.size
        if left_out is not None:
            less_own, equal_own = _ranks(left_out[:, visit], parts[:, visit])
            less, equal, size = less - less_own, equal - equal_own, size - len(left_out)
        scores[:, visit] = ndtri((less + ties[:, visit] * (equal + 1.0)) / (size + 1.0))
    return scores


def _ranks(ranked: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return how many of some sorted values are less than each value, and how many equal."""
    less = np.searchsorted(ranked, values - DUST, side="left")
    equal = np.searchsorted(ranked, values + DUST, side="right") - less
    return less.astype(np.float64), equal.astype(np.float64)


@dataclass(frozen=True, slots=True)
class Shape:
    """How normal scores lie: 0, 1 and nearly 0 under the right model.

    mean, variance : of the scores
    distance : of Kolmogorov and Smirnov from N(0, 1)
    """

    mean: float
    variance: float
    distance: float


def shape_of(scores: Floats) -> Shape:
    """Return the shape of normal scores; NaN are left out.

    Raises
    ------
    ValueError
        Fewer than two.
    """
    ranked = np.sort(scores[np.isfinite(scores)])
    if ranked.size < 2:
        raise ValueError(f"{ranked.size} values have no shape; 2 or more are needed")
    below, steps = ndtr(ranked), np.arange(ranked.size + 1) / ranked.size
    distance = max(float((steps[1:] - below).max()), float((below - steps[:-1]).max()))
    return Shape(float(ranked.mean()), float(ranked.var(ddof=1)), distance)


def shares_as_far(found: Shape, trials: list[Shape]) -> tuple[float, float, float]:
    """Return how often trials of the model lie as far off in mean, variance and distance.

    (1 + those as far) / (1 + trials), which is a p-value whatever people of a trial share, such as
    an operator. Of the variance its logarithm counts; distances are one-sided.
    """
    observed = np.array(_offs(found))
    simulated = np.array([_offs(trial) for trial in trials])
    # what differs by rounding alone is as far
    as_far = (simulated >= observed - DUST).sum(axis=0)
    mean, variance, distance = ((1.0 + as_far) / (1.0 + len(trials))).tolist()
    return mean, variance, distance


def _offs(shape: Shape) -> tuple[float, float, float]:
    spread = abs(float(np.log(max(shape.variance, 1e-300))))
    return abs(shape.mean), spread, shape.distance
