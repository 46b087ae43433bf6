"""Responders: how many gained enough, how much more often, and how soon.

Rates are compared as `follicle_sim.analysis.rates` does, here in one trial. Times to response are
those of Kaplan and Meier with the log-rank test and Cox's hazard ratio, by statsmodels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from follicle_sim.analysis.groups import Alternative, Effect, Floats
from follicle_sim.analysis.rates import (
    newcombe_limits,
    rate_differences,
    rate_differences_within,
    wilson_limits,
)

Flags = NDArray[np.bool_]


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
    a, b, c, d = (np.asarray(float(each)) for each in (x, n, y, m))
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


@dataclass(frozen=True)
class Waiting:
    """How long two groups wait for a response.

    Parameters
    ----------
    treated, control
        Median time, day; NaN where fewer than half respond.
    effect
        Hazard ratio with its interval, and p of the log-rank test.
    """

    treated: float
    control: float
    effect: Effect


def first_response(response: Floats, days: Floats) -> tuple[Floats, Flags]:
    """Return when each person responded first, or was last seen, and whether they did.

    Parameters
    ----------
    response : (n, V)
        1, 0 or NaN at each follow-up visit.
    days : (V,)

    Returns
    -------
    (n,) day, NaN for people never seen; (n,) flag
    """
    yes = response == 1
    happened = yes.any(axis=1)
    seen = np.isfinite(response)
    last = np.where(seen, days, -np.inf).max(axis=1)
    first = np.where(yes, days, np.inf).min(axis=1)
    time = np.where(happened, first, last)
    return np.where(np.isfinite(time), time, np.nan), happened


def time_to_response(
    treated: tuple[Floats, Flags], control: tuple[Floats, Flags], level: float
) -> Waiting:
    """Compare times to response, (n,) days and (n,) flags each, two-sided."""
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.duration.survfunc import survdiff

    known = [np.isfinite(time) for time, _ in (treated, control)]
    time = np.concatenate([each[0][k] for each, k in zip((treated, control), known, strict=True)])
    status = np.concatenate([each[1][k] for each, k in zip((treated, control), known, strict=True)])
    n, m = (int(each.sum()) for each in known)
    arm = np.repeat([1.0, 0.0], [n, m])
    middles = [
        median_time(time[side], status[side]) if side.any() else math.nan
        for side in (arm == 1, arm == 0)
    ]
    if n == 0 or m == 0 or not status.any():
        return Waiting(middles[0], middles[1], Effect.missing(n, m, "log_rank"))
    p = float(survdiff(time, status.astype(float), arm)[1])
    ratio = low = high = math.nan
    if status[arm == 1].any() and status[arm == 0].any():
        fitted = PHReg(time, arm[:, None], status=status.astype(float), ties="efron").fit()
        b, se, z = float(fitted.params[0]), float(fitted.bse[0]), float(ndtri(0.5 + level / 2))
        ratio, low, high = (math.exp(each) for each in (b, b - z * se, b + z * se))
    return Waiting(
        middles[0],
        middles[1],
        Effect(ratio, math.nan, low, high, p, math.nan, n, m, "log_rank"),
    )


def median_time(time: Floats, status: Flags) -> float:
    """Return the median of Kaplan and Meier, NaN where it is not reached."""
    left = 1.0
    for day in np.unique(time[status]):
        left *= 1.0 - ((time == day) & status).sum() / (time >= day).sum()
        if left <= 0.5 + 1e-12:
            return float(day)
    return math.nan
