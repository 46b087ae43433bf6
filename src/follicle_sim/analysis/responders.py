"""Responders: how many gained enough, how much more often, and how soon.

Rates and their difference carry Newcombe's intervals (1998, Stat Med 17:873, his method 10) and the
score test of Miettinen and Nurminen (1985, Stat Med 4:213); pairs McNemar's exact test and the
interval of Agresti and Min (2005, Stat Med 24:729). Times to response are those of Kaplan and Meier
with the log-rank test and Cox's hazard ratio, by statsmodels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import binomtest, norm

from follicle_sim.analysis.groups import Alternative, Effect, Floats

Flags = NDArray[np.bool_]


def responded(gain: Floats, baseline: Floats, least: float, relative: bool) -> Floats:
    """Return 1 for a responder, 0 for none, NaN where the gain is not known.

    Parameters
    ----------
    gain, baseline
        Of one shape; `gain` already positive where it is good for hair.
    least
        Smallest gain of a responder, a share of the baseline where `relative`; whoever starts from
        nothing needs any gain at all.
    """
    needed = least * baseline if relative else np.full_like(baseline, least)
    return np.where(np.isfinite(gain), ((gain >= needed) & (gain > 0.0)).astype(np.float64), np.nan)


def wilson(count: float, n: float, level: float) -> tuple[float, float]:
    """Return the interval of a rate (Wilson 1927, JASA 22:209).

    Examples
    --------
    >>> tuple(round(limit, 4) for limit in wilson(81, 263, 0.95))
    (0.2553, 0.3662)
    """
    if n == 0:
        return math.nan, math.nan
    z = float(ndtri(0.5 + level / 2))
    p = count / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return middle - half, middle + half


def newcombe(x: int, n: int, y: int, m: int, level: float) -> tuple[float, float]:
    """Return the interval of the difference x/n - y/m.

    Examples
    --------
    The first row of Newcombe's Table II, 56/70 - 48/80:

    >>> tuple(round(limit, 4) for limit in newcombe(56, 70, 48, 80, 0.95))
    (0.0524, 0.3339)
    """
    (low1, high1), (low2, high2) = wilson(x, n, level), wilson(y, m, level)
    p, q = x / n, y / m
    return (
        p - q - math.hypot(p - low1, high2 - q),
        p - q + math.hypot(high1 - p, q - low2),
    )


def rate_difference(
    treated: Floats, control: Floats, level: float, alternative: Alternative = "two_sided"
) -> Effect:
    """Compare responder rates of two groups, (n,) and (m,), of 1, 0 and NaN."""
    treated, control = (each[np.isfinite(each)] for each in (treated, control))
    n, m = treated.size, control.size
    if n == 0 or m == 0:
        return Effect.missing(n, m, "miettinen_nurminen")
    x, y = int(treated.sum()), int(control.sum())
    low, high = newcombe(x, n, y, m, level)
    share = (x + y) / (n + m)
    # Under no difference the restricted estimate is the common rate; n / (n - 1) is theirs.
    variance = share * (1 - share) * (1 / n + 1 / m) * (n + m) / (n + m - 1)
    z = 0.0 if variance == 0.0 else (x / n - y / m) / math.sqrt(variance)
    p = _normal_p(z, alternative)
    return Effect(x / n - y / m, math.nan, low, high, p, math.nan, n, m, "miettinen_nurminen")


def rate_difference_within(
    treated: Floats, control: Floats, level: float, alternative: Alternative = "two_sided"
) -> Effect:
    """Compare responder rates of two sides of the same people, (n,) each, row by row."""
    both = np.isfinite(treated) & np.isfinite(control)
    n = int(both.sum())
    if n == 0:
        return Effect.missing(0, 0, "mcnemar")
    only_treated = int(((treated == 1) & (control == 0) & both).sum())
    only_control = int(((treated == 0) & (control == 1) & both).sum())
    pairs = only_treated + only_control
    p = 1.0
    if pairs:
        side = "two-sided" if alternative == "two_sided" else alternative
        p = float(binomtest(only_treated, pairs, 0.5, side).pvalue)
    # Half an observation more in each of the four cells.
    b, c, whole = only_treated + 0.5, only_control + 0.5, n + 2.0
    half = float(ndtri(0.5 + level / 2)) * math.sqrt(b + c - (b - c) ** 2 / whole) / whole
    middle = (b - c) / whole
    estimate = (only_treated - only_control) / n
    low, high = max(-1.0, middle - half), min(1.0, middle + half)
    return Effect(estimate, math.nan, low, high, p, math.nan, n, 0, "mcnemar")


def _normal_p(z: float, alternative: Alternative) -> float:
    sides = {"greater": norm.sf(z), "less": norm.cdf(z), "two_sided": 2 * norm.sf(abs(z))}
    return float(sides[alternative])


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
