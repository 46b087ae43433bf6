"""Comparisons by ranks: Wilcoxon's two tests, with the shift of Hodges and Lehmann.

Distributions are exact where nothing is tied and groups are small, as in R's `wilcox.test`, and
normal with corrections for ties and continuity otherwise (Hollander and Wolfe, Nonparametric
Statistical Methods, chapters 3 and 4).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from scipy.special import ndtr, ndtri

from follicle_sim.analysis.statistics.effects import Alternative, Effect, Effects, stacked
from follicle_sim.analysis.statistics.groups import Group, dust_of
from follicle_sim.analysis.statistics.linear import differences, few
from follicle_sim.base.types import Floats

SMALL = 50
"""Groups below this size have exact distributions, as in R."""


def rank_sum(
    treated: Group, control: Group, visit: int, level: float, alternative: Alternative
) -> Effects:
    """Compare changes by Wilcoxon's rank-sum test, trial by trial; groups have shape (R, n)."""
    dust = dust_of(treated, control).tolist()
    rows = zip(treated.change[..., visit], control.change[..., visit], dust, strict=True)
    return stacked([shift(x, y, level, alternative, near) for x, y, near in rows], "wilcoxon")


def signed_rank(
    treated: Group, control: Group | None, visit: int, level: float, alternative: Alternative
) -> Effects:
    """Test changes, or differences within persons, by Wilcoxon's signed-rank test."""
    dust = dust_of(treated, control).tolist()
    rows = zip(differences(treated, control, visit), dust, strict=True)
    return stacked([centre(row, level, alternative, near) for row, near in rows], "signed_rank")


def tied(values: Floats, dust: float) -> Floats:
    """Return values (n,) with those of one heap made equal: to the least of it.

    A heap is what hangs together by gaps of at most `dust`. Rounding would otherwise break ties,
    and break them otherwise on another machine.

    Examples
    --------
    >>> tied(np.array([3.0, 1.0, 1.0 + 1e-13]), 1e-9).tolist()
    [3.0, 1.0, 1.0]
    """
    if values.size < 2 or dust <= 0.0:
        return values
    order = np.argsort(values, kind="stable")
    line = values[order]
    first = np.concatenate([[True], np.diff(line) > dust])
    out = np.empty_like(values)
    out[order] = line[first][np.cumsum(first) - 1]
    return out


def shift(
    x: Floats,
    y: Floats,
    level: float,
    alternative: Alternative = "two_sided",
    dust: float = 0.0,
) -> Effect:
    """Return the shift between two groups (n,), (m,): the median of all differences.

    Values that differ by `dust` or less are tied; see `tied`.
    """
    x, y = x[np.isfinite(x)], y[np.isfinite(y)]
    n, m = x.size, y.size
    if n == 0 or m == 0:
        return Effect.missing(n, m, "wilcoxon", few((n, m), "1 in each arm"))
    from scipy.stats import rankdata  # half a second, which commands without ranks are spared

    values = tied(np.concatenate([x, y]), dust)
    x, y = values[:n], values[n:]
    ranks = rankdata(np.concatenate([x, y]))
    statistic = float(ranks[:n].sum()) - n * (n + 1) / 2
    heaps = np.unique(ranks, return_counts=True)[1]
    total = n + m
    exact = heaps.size == total and max(n, m) < SMALL
    ties = float((heaps.astype(np.float64) ** 3 - heaps).sum())
    variance = n * m / 12 * (total + 1 - ties / (total * max(total - 1, 1)))
    table = _cumulative(_rank_sum_counts(n, m)) if exact else None
    p = _tail(statistic, n * m, variance, table, alternative)
    walsh = np.sort((x[:, None] - y[None, :]).ravel())
    low, high = _limits(walsh, variance, table, level)
    return Effect(float(np.median(walsh)), math.nan, low, high, p, math.nan, n, m, "wilcoxon")


def centre(
    values: Floats, level: float, alternative: Alternative = "two_sided", dust: float = 0.0
) -> Effect:
    """Return the centre of differences (n,): the median of all means of two.

    Zeros are left out of the test (Wilcoxon's own rule) and stay in the estimate. Sizes that differ
    by `dust` or less are tied, those of `dust` or less are 0.
    """
    values = values[np.isfinite(values)]
    sizes = tied(np.append(np.abs(values), 0.0), dust)[:-1]
    values = np.sign(values) * sizes
    nonzero = values[values != 0.0]
    n = nonzero.size
    if values.size == 0:
        return Effect.missing(0, 0, "signed_rank", few((0,), "1"))
    from scipy.stats import rankdata  # as above

    ranks = rankdata(np.abs(nonzero))
    statistic = float(ranks[nonzero > 0].sum())
    heaps = np.unique(ranks, return_counts=True)[1]
    exact = n > 0 and heaps.size == n == values.size and n < SMALL
    ties = float((heaps.astype(np.float64) ** 3 - heaps).sum())
    variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48
    table = _cumulative(_signed_rank_counts(n)) if exact else None
    p = _tail(statistic, n * (n + 1) // 2, variance, table, alternative) if n else 1.0
    first, second = np.triu_indices(values.size)
    walsh = np.sort((values[first] + values[second]) / 2)
    # The interval's steps are counted among everybody's means, zeros included.
    count = values.size
    wide = variance if exact else count * (count + 1) * (2 * count + 1) / 24 - ties / 48
    low, high = _limits(walsh, wide, table, level)
    middle = float(np.median(walsh))
    return Effect(middle, math.nan, low, high, p, math.nan, count, 0, "signed_rank")


def _tail(
    statistic: float, most: int, variance: float, table: Floats | None, alternative: Alternative
) -> float:
    """Return p of a statistic that is symmetric on 0 ... most when nothing differs."""
    if table is not None:
        place = round(statistic)
        below = float(table[place])
        above = float(table[most - place])  # P(T >= t) = P(T <= most - t)
    elif variance <= 0.0:
        return 1.0
    else:
        sd = math.sqrt(variance)
        below = float(ndtr((statistic + 0.5 - most / 2) / sd))
        above = float(ndtr((most / 2 + 0.5 - statistic) / sd))
    sides = {"less": below, "greater": above, "two_sided": min(1.0, 2.0 * min(below, above))}
    return sides[alternative]


def _limits(
    walsh: Floats, variance: float, table: Floats | None, level: float
) -> tuple[float, float]:
    """Return the order statistics that the test at this level leaves standing."""
    tail = (1.0 - level) / 2
    if table is not None:
        # the largest c with P(T < c) <= tail; -inf .. inf where even c = 0 is too likely
        c = int(np.searchsorted(table, tail, side="right"))
        if c == 0:
            return -math.inf, math.inf
    else:
        # Half a step for continuity, as in the test: the interval leaves out what the test refuses.
        c = math.floor(walsh.size / 2 + 0.5 + ndtri(tail) * math.sqrt(max(variance, 0.0)))
        c = max(c, 1)
    return float(walsh[c - 1]), float(walsh[walsh.size - c])


def _cumulative(counts: tuple[float, ...]) -> Floats:
    table = np.cumsum(counts)
    return np.asarray(table / table[-1])


@lru_cache(maxsize=1024)
def _rank_sum_counts(n: int, m: int) -> tuple[float, ...]:
    """Ways to reach each value of the rank-sum statistic of groups of n and m."""
    # The largest value belongs to one group or the other (Mann and Whitney 1947); sums only, so
    # that the tails lose no digits.
    row = [np.ones(1)] * (m + 1)
    for i in range(1, n + 1):
        fresh = [np.ones(1)]
        for j in range(1, m + 1):
            counts = np.zeros(i * j + 1)
            counts[j:] += row[j]
            counts[: i * (j - 1) + 1] += fresh[j - 1]
            fresh.append(counts)
        row = fresh
    return tuple(row[m])


@lru_cache(maxsize=256)
def _signed_rank_counts(n: int) -> tuple[float, ...]:
    """Ways to reach each sum of a subset of 1 ... n."""
    counts = np.zeros(n * (n + 1) // 2 + 1)
    counts[0] = 1.0
    for i in range(1, n + 1):
        counts[i:] += counts[:-i].copy()
    return tuple(counts)
