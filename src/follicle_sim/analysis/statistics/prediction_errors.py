"""Normalised prediction distribution errors: where people lie in what a model predicts of them.

Brendel et al. 2006 (Pharm Res 23:2036) and Comets et al. 2008 (Comput Methods Programs Biomed
90:154): what was read of a person at several visits is centred and decorrelated by the mean and the
covariance of simulated people, and each part is then ranked among theirs. Under the right model
the ranks are even between 0 and 1, and their normal scores N(0, 1), visits of a person included.
"""

from __future__ import annotations

from collections.abc import Sequence
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
        lower = solve_triangular(self.factor, centred.T, lower=True, check_finite=False)
        return np.asarray(lower.T)


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
    lower = _root(correlation)
    factor = spread[:, None] * lower
    ranked = np.sort(solve_triangular(factor, centred.T, lower=True), axis=1)
    return Predicted(mean, factor, ranked)


def _root(correlation: Floats) -> Floats:
    """Return the lower triangle L of correlations L L', or say which visit adds nothing."""
    lower = np.zeros_like(correlation)
    for visit in range(len(correlation)):
        before = lower[:visit, :visit]
        if visit:
            lower[visit, :visit] = solve_triangular(before, correlation[:visit, visit], lower=True)
        pivot = 1.0 - float((lower[visit, :visit] ** 2).sum())
        if pivot <= DUST:
            text = "is what the visits before it say: people differ in nothing else"
            raise ValueError(f"simulated visit {visit + 1} {text}")
        lower[visit, visit] = np.sqrt(pivot)
    return lower


def prediction_errors(law: Predicted, values: Floats, ties: Floats) -> Floats:
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
    """
    parts = law.decorrelated(values)
    scores = np.empty_like(parts)
    for visit, ranked in enumerate(law.ranked):
        less, equal = _ranks(ranked, parts[:, visit])
        scores[:, visit] = _score(less, equal, ties[:, visit], ranked.size)
    return scores


def trial_errors(law: Predicted, simulated: Floats, people: Sequence[int], ties: Floats) -> Floats:
    """Return the errors (R, P, n) of some people of each simulated trial, ranked among the others.

    Parameters
    ----------
    law
        Of all people of all trials.
    simulated : (R, S, n)
        Trials; NaN where nothing was read, and people with a gap are nobody's others.
    people : (P,)
        Numbers of those that are wanted, of each trial.
    ties : (R, P, n)
        The u of each value.
    """
    trials, size, visits = simulated.shape
    parts = law.decorrelated(simulated.reshape(-1, visits)).reshape(trials, size, visits)
    scores = np.empty((trials, len(people), visits))
    for trial, rows in enumerate(parts):
        whole = np.asarray(np.isfinite(rows).all(axis=1))
        for visit, ranked in enumerate(law.ranked):
            values = rows[people, visit]
            less, equal = _ranks(ranked, values)
            less_own, equal_own = _ranks(np.sort(rows[whole, visit]), values)
            left = ranked.size - int(whole.sum())
            tie = ties[trial, :, visit]
            scores[trial, :, visit] = _score(less - less_own, equal - equal_own, tie, left)
        scores[trial, ~whole[people]] = np.nan
    return scores


def _score(less: Floats, equal: Floats, ties: Floats, size: int) -> Floats:
    return np.asarray(ndtri((less + ties * (equal + 1.0)) / (size + 1.0)))


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
