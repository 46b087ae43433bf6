"""Duration laws as shares of mass in bins of biological time: what the solver moves about."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from follicle_sim.base.types import Floats

BINS = (72, 18, 33, 22)
"""Bins that the mean duration of anagen, catagen, telogen and kenogen is cut into. Twice as many
move no output of a target area by 0.03 %; the step of a week moves it by 0.09 %."""

NARROWEST = 0.02
"""Width of a bin, day: a phase that takes no time at all is left within one."""

TAIL = 4.0
"""Standard deviations of log duration after which a law ends; 3 in 100,000 are longer."""


class Law(NamedTuple):
    """The log-normal law of one phase, in B bins of equal width."""

    width: float  # of a bin, day of biological time
    share: Floats  # (B,) probability that a duration ends in each bin; sums to 1
    residual: Floats  # (B,) the same of what is left of a phase that is met at a random moment


def law_of(mean: float, sigma: float, bins: int) -> Law:
    """Return a log-normal duration law in bins.

    A duration between the centres of two bins is shared between them by its distance, so the mean
    is kept; what is cut off at the end is made up for by the width of the bins.

    Parameters
    ----------
    mean : mean duration, day
    sigma : standard deviation of its logarithm; 0 for a duration that never varies
    bins : into which the mean is cut
    """
    if mean <= NARROWEST:
        return Law(NARROWEST, np.array([1.0, 0.0]), np.array([1.0, 0.0]))
    bins = min(bins, int(mean / NARROWEST))
    width = mean / bins
    count = int(np.ceil(bins * np.exp(TAIL * sigma))) + 2
    centres: Floats = np.array((np.arange(-1, count + 1) + 0.5) * width, np.float64)
    below = _probability(centres, mean, sigma)
    sum_below = _partial_mean(centres, mean, sigma)
    mass, first = np.diff(below), np.diff(sum_below)
    # of the mass between two centres, the part that goes up is (D - left) / width on average
    up = (first - centres[:-1] * mass) / width
    share = np.maximum(0.0, up[:-1] + (mass - up)[1:])
    share /= share.sum()
    width *= bins / float(share @ (np.arange(count) + 0.5))
    longer = np.append(np.cumsum(share[::-1])[::-1][1:], 0.0)
    residual = (longer + 0.5 * share) * width / mean
    return Law(width, share, residual / residual.sum())


def _standard(x: Floats, mean: float, sigma: float) -> Floats:
    with np.errstate(divide="ignore"):
        distance = np.log(np.maximum(x, 0.0) / mean)
    return distance / sigma if sigma > 0.0 else np.where(distance >= 0.0, np.inf, -np.inf)


def _probability(x: Floats, mean: float, sigma: float) -> Floats:
    """Return the probability that a duration is at most x."""
    return np.asarray(ndtr(_standard(x, mean, sigma) + 0.5 * sigma))


def _partial_mean(x: Floats, mean: float, sigma: float) -> Floats:
    """Return the integral of D over durations D up to x, day."""
    return np.asarray(mean * ndtr(_standard(x, mean, sigma) - 0.5 * sigma))
