"""Responders of one trial: how many gained enough, and how much more often than controls.

Rates are compared as `statistics/rates.py` does for many trials.
"""

from __future__ import annotations

import numpy as np

from follicle_sim.analysis.statistics.effects import Alternative, Effect
from follicle_sim.analysis.statistics.rates import (
    newcombe_limits,
    rate_differences,
    rate_differences_within,
    wilson_limits,
)
from follicle_sim.base.types import Floats


def wilson(count: float, n: float, level: float) -> tuple[float, float]:
    """Return the interval of a rate (Wilson 1927, JASA 22:209).

    Examples
    --------
    >>> tuple(round(limit, 4) for limit in wilson(81, 263, 0.95))
    (0.2553, 0.3662)
    """
    low, high = wilson_limits(np.asarray(float(count)), np.asarray(float(n)), level)
    return float(low), float(high)


def newcombe(x: int, n: int, y: int, m: int, level: float) -> tuple[float, float]:
    """Return the interval of the difference x/n - y/m.

    Examples
    --------
    The first row of Newcombe's Table II, 56/70 - 48/80:

    >>> tuple(round(limit, 4) for limit in newcombe(56, 70, 48, 80, 0.95))
    (0.0524, 0.3339)
    """
    a, b, c, d = (np.asarray(float(number)) for number in (x, n, y, m))
    low, high = newcombe_limits(a, b, c, d, level)
    return float(low), float(high)


def rate_difference(
    treated: Floats, control: Floats, level: float, alternative: Alternative = "two_sided"
) -> Effect:
    """Compare responder rates of two groups, (n,) and (m,), of 1, 0 and NaN."""
    return rate_differences(treated[None], control[None], level, alternative)[0]


def rate_difference_within(
    treated: Floats, control: Floats, level: float, alternative: Alternative = "two_sided"
) -> Effect:
    """Compare responder rates of two sides of the same people, (n,) each, row by row."""
    return rate_differences_within(treated[None], control[None], level, alternative)[0]
