"""Group figures with standard errors: means, changes, relative changes and differences of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A weighted sum of group figures; arrays have the shape of the visits, NaN where unknown.

    Parameters
    ----------
    value, se
        The sum and its standard error (NaN with fewer than two people).
    df
        Degrees of freedom of the standard error.
    n
        People behind the sum.
    draws
        The sum in each draw of what is not known, in a further last dimension; None where the
        parameters are one set. `value` and `se` are then its mean and SD over draws: the error
        holds parameters and, since each draw has people of its own, finite people.
    """

    value: FloatArray
    se: FloatArray
    df: FloatArray
    n: FloatArray
    draws: FloatArray | None = None

    def interval(self, level: float) -> tuple[FloatArray, FloatArray]:
        """Return the limits of the two-sided Student t interval at `level`, or of the draws."""
        if self.draws is not None:
            return _quantile(self.draws, 0.5 - level / 2), _quantile(self.draws, 0.5 + level / 2)
        half = stdtrit(self.df, 0.5 + level / 2) * self.se
        return self.value - half, self.value + half


# A figure of a group is its value and what each person moves it by ("influence", the delta method):
# then every standard error, of a mean, a change, a ratio or a difference, is one formula.
Figure = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


def level_mean(now: FloatArray, base: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean at the visit. Arrays are (..., people)."""
    mean = _mean(now)
    return mean, now - mean[..., None]


def level_geometric_mean(now: FloatArray, base: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Geometric mean at the visit."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, influence = level_mean(np.log(now), base)
    value = np.exp(mean)
    return value, value[..., None] * influence


def level_median(now: FloatArray, base: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Median at the visit.

    Its standard error is half the width of the interval between the order statistics one standard
    error of the binomial law (n, 1/2) to either side (Woodruff 1952, JASA 47:635).
    """
    count = np.isfinite(now).sum(axis=-1)
    middle = _quantiles(now, np.full(count.shape, 0.5))
    half = 0.5 / np.sqrt(np.maximum(count, 1))
    error = 0.5 * (_quantiles(now, 0.5 + half) - _quantiles(now, 0.5 - half))
    # Every person moves the median one way or the other by the same.
    return middle, np.sign(now - middle[..., None]) * (error * np.sqrt(count))[..., None]


def change_mean(now: FloatArray, base: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean change from baseline."""
    return level_mean(now - base, base)


def change_median(now: FloatArray, base: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Median change from baseline."""
    return level_median(now - base, base)


def relative_change_median(now: FloatArray, base: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Median over people of each one's own change as a share of the own baseline."""
    own = np.where(base > 0.0, base, np.nan)
    return level_median(now / own - 1.0, base)


def relative_change(now: FloatArray, base: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Change of the group mean as a share of the group's mean baseline."""
    reference = np.where(np.isfinite(now), base, np.nan)
    start = _mean(reference)
    ratio = _mean(now) / start
    return ratio - 1.0, (now - ratio[..., None] * reference) / start[..., None]


def estimate(
    figure: Figure,
    groups: Sequence[tuple[float, FloatArray, FloatArray]],
    *,
    paired: bool,
    draws: int = 1,
) -> Estimate:
    """Estimate a weighted sum of one figure over groups.

    Parameters
    ----------
    figure
        One of `level_mean`, `change_mean`, ...
    groups
        ``(weight, now, base)``; `now` and `base` have shape (..., people). People with a missing
        value are left out, in a paired estimate from every group.
    paired
        True where person i is the same in every group: errors are taken from each person's sum.
        Otherwise the groups are independent and their variances add (Welch).
    draws
        People are in so many equal parts, one after the other, each simulated with parameters of
        its own; 1 for one set of parameters.
    """
    nows = [np.where(np.isfinite(now) & np.isfinite(base), now, np.nan) for _, now, base in groups]
    if paired and len(groups) > 1:
        missing = np.isnan(nows[0])
        for now in nows[1:]:
            missing = missing | np.isnan(now)
        nows = [np.where(missing, np.nan, now) for now in nows]
    if draws > 1:
        return _over_draws(figure, groups, nows, draws)
    value = np.zeros(nows[0].shape[:-1])
    influences = []
    for (weight, _, base), now in zip(groups, nows, strict=True):
        figure_value, influence = figure(now, base)
        value = value + weight * figure_value
        influences.append(weight * influence)
    if paired:
        influences = [np.sum(influences, axis=0)]
    counts = [np.isfinite(influence).sum(axis=-1) for influence in influences]
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = [
            np.where(n > 1, _sum_of_squares(influence) / (n - 1) / n, np.nan)
            for influence, n in zip(influences, counts, strict=True)
        ]
        total = np.sum(variances, axis=0)
        shares = sum(v**2 / (n - 1) for v, n in zip(variances, counts, strict=True))
        # No spread at all (every change is zero at baseline): any df gives the same interval.
        df = np.where(total > 0, total**2 / shares, np.min(counts, axis=0) - 1.0)
    people = np.asarray(np.sum(counts, axis=0), dtype=np.float64)
    return Estimate(value, np.sqrt(total), df, people)


def _over_draws(
    figure: Figure,
    groups: Sequence[tuple[float, FloatArray, FloatArray]],
    nows: Sequence[FloatArray],
    draws: int,
) -> Estimate:
    def parts(values: FloatArray) -> FloatArray:
        return values.reshape(*values.shape[:-1], draws, -1)

    summed = sum(
        weight * figure(parts(now), parts(base))[0]
        for (weight, _, base), now in zip(groups, nows, strict=True)
    )
    sums = np.asarray(summed, dtype=np.float64)
    mean = _mean(sums)
    drawn_count = np.isfinite(sums).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = _sum_of_squares(sums - mean[..., None]) / (drawn_count - 1)
    people = sum(np.isfinite(now).sum(axis=-1) for now in nows)
    count = np.asarray(people, dtype=np.float64)
    se = np.where(drawn_count > 1, np.sqrt(variance), np.nan)
    return Estimate(mean, se, np.full_like(mean, np.inf), count, sums)


def spread_within(values: FloatArray, draws: int) -> FloatArray:
    """Return the SD (...,) between people (..., people) who share a draw, pooled over the draws."""
    parts = values.reshape(*values.shape[:-1], draws, -1)
    counts = np.isfinite(parts).sum(axis=-1)
    squares = _sum_of_squares(parts - _mean(parts)[..., None]).sum(axis=-1)
    freedom = np.maximum(counts - 1, 0).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(freedom > 0, np.sqrt(squares / freedom), np.nan)


def _quantiles(values: FloatArray, levels: FloatArray) -> FloatArray:
    """Return a quantile over the last dimension, each with a level of its own; NaN for nobody."""
    rows, flat = values.reshape(-1, values.shape[-1]), levels.reshape(-1)
    out = np.full(flat.size, np.nan)
    for index, row in enumerate(rows):
        known = row[np.isfinite(row)]
        if known.size:
            out[index] = np.quantile(known, min(1.0, max(0.0, float(flat[index]))))
    return out.reshape(levels.shape)


def _quantile(values: FloatArray, level: float) -> FloatArray:
    """Return a quantile over the last dimension, NaN (without a warning) where nothing is known."""
    out = np.full(values.shape[:-1], np.nan)
    some = np.isfinite(values).any(axis=-1)
    if some.any():
        out[some] = np.nanquantile(values[some], level, axis=-1)
    return out


def _mean(values: FloatArray) -> FloatArray:
    """Mean over people, NaN (without a warning) where nobody has a value."""
    finite = np.isfinite(values)
    count = finite.sum(axis=-1)
    total = np.where(finite, values, 0.0).sum(axis=-1)
    mean: FloatArray = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return mean


def _sum_of_squares(values: FloatArray) -> FloatArray:
    squares: FloatArray = np.where(np.isfinite(values), values, 0.0) ** 2
    total: FloatArray = squares.sum(axis=-1)
    return total
