"""Shares of responders compared, in many trials at once.

Rates and their difference carry the intervals of Wilson (1927, JASA 22:209) and Newcombe (1998,
Stat Med 17:873, his method 10) and the score test of Miettinen and Nurminen (1985, Stat Med 4:213);
pairs McNemar's exact test and the interval of Agresti and Min (2005, Stat Med 24:729).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtr, ndtri

from follicle_sim.analysis.groups import Alternative, Effects, Floats

SCORE, PAIRS = "miettinen_nurminen", "mcnemar"
"""Names of the tests: between different people, and within persons."""

Counts = NDArray[np.int64]


def wilson_limits(count: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Return the interval of rates count / n; NaN where n is 0."""
    z = float(ndtri(0.5 + level / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = count / n
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def newcombe_limits(
    x: Floats, n: Floats, y: Floats, m: Floats, level: float
) -> tuple[Floats, Floats]:
    """Return the interval of differences x / n - y / m; NaN where there is nobody."""
    (low1, high1), (low2, high2) = wilson_limits(x, n, level), wilson_limits(y, m, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        p, q = x / n, y / m
    return (
        p - q - np.hypot(p - low1, high2 - q),
        p - q + np.hypot(high1 - p, q - low2),
    )


def rate_differences(
    treated: Floats, control: Floats, level: float, alternative: Alternative = "two_sided"
) -> Effects:
    """Compare responder rates of two groups of different people in each of R trials.

    Parameters
    ----------
    treated, control
        (R, n) and (R, m) of 1, 0 and NaN.
    level
        Of the interval, which is two-sided whatever the alternative.
    alternative
        As for `follicle_sim.analysis.methods.compare_many`.

    Returns
    -------
    Effects
        NaN where one of the groups is empty; p is 1 where nobody or everybody responds.
    """
    (x, n), (y, m) = _counted(treated), _counted(control)
    low, high = newcombe_limits(x, n, y, m, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (x + y) / (n + m)
        # Under no difference the restricted estimate is the common rate; n / (n - 1) is theirs.
        variance = share * (1 - share) * (1 / n + 1 / m) * (n + m) / (n + m - 1)
        estimate = x / n - y / m
        z = np.where(variance == 0.0, 0.0, estimate / np.sqrt(variance))
    sides = {"greater": ndtr(-z), "less": ndtr(z), "two_sided": 2 * ndtr(-np.abs(z))}
    return _effects(estimate, low, high, sides[alternative], (n, m), SCORE)


def rate_differences_within(
    treated: Floats, control: Floats, level: float, alternative: Alternative = "two_sided"
) -> Effects:
    """Compare responder rates of two sides of the same people, (R, n) each, person by person."""
    both = np.isfinite(treated) & np.isfinite(control)
    n = both.sum(axis=-1).astype(np.float64)
    only_treated = ((treated == 1) & (control == 0) & both).sum(axis=-1)
    only_control = ((treated == 0) & (control == 1) & both).sum(axis=-1)
    pairs = only_treated + only_control
    sides = {
        "greater": _at_most(only_control, pairs),
        "less": _at_most(only_treated, pairs),
        "two_sided": np.minimum(1.0, 2.0 * _at_most(np.minimum(only_treated, only_control), pairs)),
    }
    # Half an observation more in each of the four cells.
    b, c, whole = only_treated + 0.5, only_control + 0.5, n + 2.0
    half = float(ndtri(0.5 + level / 2)) * np.sqrt(b + c - (b - c) ** 2 / whole) / whole
    middle = (b - c) / whole
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (only_treated - only_control) / n
    low, high = np.maximum(-1.0, middle - half), np.minimum(1.0, middle + half)
    nobody = np.zeros_like(n)
    low, high = (np.where(n > 0, each, np.nan) for each in (low, high))
    return _effects(estimate, low, high, sides[alternative], (n, nobody), PAIRS)


def _counted(responses: Floats) -> tuple[Floats, Floats]:
    """Return responders and people seen, (R,) each."""
    known = np.isfinite(responses)
    count = np.where(known, responses, 0.0).sum(axis=-1)
    return count, known.sum(axis=-1).astype(np.float64)


def _at_most(count: Counts, of: Counts) -> Floats:
    """Return the chance of so many heads or fewer in tosses of a fair coin; 1 without a toss."""
    return np.asarray(np.where(of == 0, 1.0, bdtr(count, of, 0.5)))


def _effects(
    estimate: Floats,
    low: Floats,
    high: Floats,
    p: Floats,
    people: tuple[Floats, Floats],
    method: str,
) -> Effects:
    p = np.where(np.isfinite(estimate), p, np.nan)
    nothing = np.full(estimate.shape, math.nan)
    n, m = (each.astype(np.int64) for each in people)
    return Effects(estimate, nothing, low, high, p, nothing, n, m, method)
