"""Shares of responders compared, in many trials at once.

Rates and their difference carry the intervals of Wilson (1927, JASA 22:209) and Newcombe (1998,
Stat Med 17:873, his method 10) and the score test of Miettinen and Nurminen (1985, Stat Med 4:213);
pairs McNemar's exact test and Newcombe's interval of pairs (1998, Stat Med 17:2635, his method 10).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, ndtr, ndtri

from follicle_sim.analysis.statistics.effects import Alternative, Effects, give_need, no_reasons
from follicle_sim.analysis.statistics.linear import few
from follicle_sim.base.types import Floats

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
    (x, n), (y, m) = _count(treated), _count(control)
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
    seen_twice = np.isfinite(treated) & np.isfinite(control)
    n = seen_twice.sum(axis=-1).astype(np.float64)
    only_treated = ((treated == 1) & (control == 0) & seen_twice).sum(axis=-1)
    only_control = ((treated == 0) & (control == 1) & seen_twice).sum(axis=-1)
    pairs = only_treated + only_control
    sides = {
        "greater": _at_most(only_control, pairs),
        "less": _at_most(only_treated, pairs),
        "two_sided": np.minimum(1.0, 2.0 * _at_most(np.minimum(only_treated, only_control), pairs)),
    }
    neither = ((treated == 0) & (control == 0) & seen_twice).sum(axis=-1)
    low, high = paired_limits(n - pairs - neither, only_treated, only_control, neither, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = (only_treated - only_control) / n
    return _effects(estimate, low, high, sides[alternative], (n, np.zeros_like(n)), PAIRS)


def paired_limits(
    both: Floats, first: Floats, second: Floats, neither: Floats, level: float
) -> tuple[Floats, Floats]:
    """Return the interval of the difference of two rates seen in the same people.

    Newcombe's method 10: Wilson's intervals of the two rates, joined with their correlation, which
    is corrected for continuity where it is positive. It always holds the estimate.

    Parameters
    ----------
    both, first, second, neither : (R,)
        People who responded twice, only to the first, only to the second, never.

    Returns
    -------
    Limits of the rate of the first less that of the second; NaN where there is nobody.
    """
    n = both + first + second + neither
    x, y = both + first, both + second
    (low1, high1), (low2, high2) = wilson_limits(x, n, level), wilson_limits(y, n, level)
    cross = both * neither - first * second
    cross = np.where(cross > 0.0, np.maximum(cross - n / 2.0, 0.0), cross)
    margins = x * (n - x) * y * (n - y)
    with np.errstate(divide="ignore", invalid="ignore"):
        phi = np.where(margins > 0.0, cross / np.sqrt(margins), 0.0)
        p, q = x / n, y / n
    below, above = (
        np.sqrt(np.maximum(a**2 - 2.0 * phi * a * b + b**2, 0.0))
        for a, b in ((p - low1, high2 - q), (high1 - p, q - low2))
    )
    return p - q - below, p - q + above


def _count(responses: Floats) -> tuple[Floats, Floats]:
    """Return responders and people seen, (R,) each."""
    finite = np.isfinite(responses)
    count = np.where(finite, responses, 0.0).sum(axis=-1)
    return count, finite.sum(axis=-1).astype(np.float64)


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
    n, m = (counts.astype(np.int64) for counts in people)
    why = no_reasons(estimate.shape)
    needed = "1" if method == PAIRS else "1 in each arm"
    groups = (n,) if method == PAIRS else (n, m)
    give_need(why, np.isnan(estimate), lambda i: few([counts[i] for counts in groups], needed))
    return Effects(estimate, nothing, low, high, p, nothing, n, m, method, why)
