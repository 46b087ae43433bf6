"""The odds ratio of a better answer on an ordinal scale, between two groups.

McCullagh's proportional odds (1980, J R Stat Soc B 42:109): the log odds of answering k or better
differ between the groups by one number. Answers enter through a table of counts, so that the order
of people cannot matter. The log likelihood is concave; Newton's method finds its only maximum,
where there is one.
"""

from __future__ import annotations

import math

import numpy as np
from scipy.special import expit, ndtr, ndtri

from follicle_sim.analysis.statistics.effects import Effect
from follicle_sim.analysis.statistics.linear import few
from follicle_sim.base.types import Floats

METHOD = "proportional_odds"
MOST_STEPS = 100
CLOSE = 1e-24
"""Squared length of the next step, in standard errors, at which the search ends."""
ROUGH = 1e-12
"""Share of the log likelihood, which is below 0, by which rounding may make a step seem worse."""


def proportional_odds(treated: Floats, control: Floats, level: float = 0.95) -> Effect:
    """Return the odds ratio of a better answer, with Wald's interval and p.

    Parameters
    ----------
    treated, control
        Answers (n,) and (m,) as numbers, NaN where missing.
    level
        Of the interval.

    Returns
    -------
    Effect
        NaN with the reason where fewer than two people of an arm answered, or the answers of the
        two arms share at most one value: the odds ratio is then open at one end.

    Examples
    --------
    >>> found = proportional_odds(np.array([2.0, 3.0, 3.0, 1.0]), np.array([1.0, 2.0, 2.0, 3.0]))
    >>> round(found.estimate, 3)
    1.921
    """
    x, y = treated[np.isfinite(treated)], control[np.isfinite(control)]
    n, m = x.size, y.size
    if min(n, m) < 2:
        return Effect.missing(n, m, METHOD, few((n, m), "2 in each arm"))
    answers = np.unique(np.concatenate([x, y]))
    if answers.size < 2:
        return Effect.missing(n, m, METHOD, "everybody gave the same answer")
    if min(x) >= max(y) or min(y) >= max(x):
        side = "above" if min(x) >= max(y) else "below"
        why = f"answers of the two arms hardly overlap: the odds ratio is open {side}"
        return Effect.missing(n, m, METHOD, why)
    counts = np.array([[(group == answer).sum() for answer in answers] for group in (x, y)])
    slope, se = _fit(counts.astype(np.float64))
    half = float(ndtri(0.5 + level / 2)) * se
    limits = math.exp(slope - half), math.exp(slope + half)
    p = float(2.0 * ndtr(-abs(slope / se)))
    return Effect(math.exp(slope), math.nan, *limits, p, math.nan, n, m, METHOD)


def _fit(counts: Floats) -> tuple[float, float]:
    """Return the log odds ratio and its standard error for counts (2, K), the treated first."""
    shares = np.cumsum(counts.sum(axis=0))[:-1] / counts.sum()
    # Thresholds first, the slope last: log odds of answering k or worse is threshold - slope.
    beta = np.append(np.log(shares / (1.0 - shares)), 0.0)
    value, score, information = _likelihood(counts, beta)
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(information, score)
        if score @ step < CLOSE:
            break
        for halving in range(40):
            tried = beta + step * 0.5**halving
            # Thresholds out of order have a likelihood of NaN, which is no better.
            with np.errstate(all="ignore"):
                trial = _likelihood(counts, tried)
            if trial[0] >= value * (1.0 + ROUGH):
                break
        else:
            break
        beta = tried
        value, score, information = trial
    variance = float(np.linalg.inv(information)[-1, -1])
    return float(beta[-1]), math.sqrt(variance)


def _likelihood(counts: Floats, beta: Floats) -> tuple[float, Floats, Floats]:
    """Return the log likelihood, its slope and its negative curvature."""
    size = beta.size
    value, score, information = 0.0, np.zeros(size), np.zeros((size, size))
    for side, row in ((1.0, counts[0]), (0.0, counts[1])):
        at = expit(beta[:-1] - side * beta[-1])
        # Of answering k or worse, and its derivatives by the log odds: K + 1 edges, fixed outside.
        edges = np.concatenate([[0.0], at, [1.0]])
        first = edges * (1.0 - edges)
        second = first * (1.0 - 2.0 * edges)
        chance = np.diff(edges)
        by = np.zeros((edges.size, size))
        by[1:-1, :-1] = np.eye(size - 1)
        by[1:-1, -1] = -side
        slopes = np.diff(first[:, None] * by, axis=0)
        value += float(row @ np.log(chance))
        weights = row / chance
        score += weights @ slopes
        curved = np.einsum("k,ki,kj->kij", second, by, by)
        information += np.einsum("k,ki,kj->ij", weights / chance, slopes, slopes)
        information -= np.einsum("k,kij->ij", weights, np.diff(curved, axis=0))
    return value, score, information
