"""Exact limits of a rate."""

from __future__ import annotations

import math

from scipy.special import betaincinv


def exact_limits(count: int, n: int, level: float) -> tuple[float, float]:
    """Return the exact interval of a rate (Clopper and Pearson 1934, Biometrika 26:404).

    Where nobody, or everybody, was counted, one end is known, and all of the error goes to the
    other: 0 of n is at most 1 - (1 - level)^(1/n), about 3/n at 95 % (Hanley 1983, JAMA 249:1743).

    Examples
    --------
    >>> [round(end, 4) for end in exact_limits(0, 300, 0.95)]
    [0.0, 0.0099]
    >>> [round(end, 4) for end in exact_limits(6, 157, 0.95)]
    [0.0142, 0.0813]
    """
    if n == 0:
        return math.nan, math.nan
    alpha = 1.0 - level
    if count == 0:
        return 0.0, 1.0 - alpha ** (1.0 / n)
    if count == n:
        return alpha ** (1.0 / n), 1.0
    low = betaincinv(count, n - count + 1, alpha / 2.0)
    return float(low), float(betaincinv(count + 1, n - count, 1.0 - alpha / 2.0))
