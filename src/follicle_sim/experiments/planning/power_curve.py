"""Power against the number of people: Monte Carlo intervals, a fitted curve, the smallest n."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from follicle_sim.base.types import Floats

START_SD = 0.3
"""How far the curve's start may lie from the normal approximation, in standard normal units.

Assumption: Student's t with 5 people an arm needs 2.3 standard errors where the normal law needs
1.96, and rank tests are no further off.
"""

FURTHEST = 10.0
"""The curve is followed to this many times the largest number of people tried."""

STEPS = 100
"""Newton steps at most; five to ten are usual."""


def wilson(successes: float, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the interval of a share that was seen `successes` times in `trials`.

    Wilson 1927, J Am Stat Assoc 22:209: right also near 0 and 1, where the usual one has no width.

    Examples
    --------
    >>> low, high = wilson(25, 500)
    >>> round(low, 3), round(high, 3)
    (0.034, 0.073)
    """
    if trials == 0:
        return 0.0, 1.0
    z = float(ndtri(0.5 + level / 2))
    share = successes / trials
    centre = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1.0 - share) / trials + z * z / (4 * trials * trials))
    low, high = ((centre + sign * half) / (1.0 + z * z / trials) for sign in (-1.0, 1.0))
    return (low if successes else 0.0), (high if successes < trials else 1.0)


@dataclass(frozen=True, slots=True)
class SmallestSize:
    """Size of a trial needed for a wanted power.

    Parameters
    ----------
    target
        The power wanted.
    n, low, high
        Smallest whole number, and its 95 % Monte Carlo interval; None where there is none within
        reach (`note` then says in short, up to a colon, what is known of people in all, and why) or
        no bound was found.
    extrapolated
        It lies outside the numbers tried: it rests on the curve and not on trials.
    note
        What a reader must know; empty where nothing.
    """

    target: float
    n: int | None
    low: int | None
    high: int | None
    extrapolated: bool
    note: str


@dataclass(frozen=True)
class PowerCurve:
    """power(n) = Phi(a + b sqrt n) + Phi(a - b sqrt n); the second part only where two-sided.

    The normal approximation has a = -z, the critical value, and b = effect over its standard error
    with one person an arm.

    Parameters
    ----------
    start, slope
        a and b.
    covariance
        (2, 2) Monte Carlo covariance of them; trials of different size share people.
    sided
        1 or 2.
    """

    start: float
    slope: float
    covariance: Floats
    sided: int

    def at(self, n: Floats) -> Floats:
        """Return the power with n people an arm."""
        root = np.sqrt(n)
        power = ndtr(self.start + self.slope * root)
        if self.sided == 2:
            power = power + ndtr(self.start - self.slope * root)
        return np.asarray(power)

    def band(self, n: Floats, level: float = 0.95) -> tuple[Floats, Floats]:
        """Return the Monte Carlo interval of the power with n people an arm."""
        root = np.sqrt(n)
        half = float(ndtri(0.5 + level / 2)) * self._sd(root)
        power = np.clip(self.at(n), 1e-12, 1.0 - 1e-12)
        middle = ndtri(power)
        # the line's own scale, or the second part would bend it where the effect is none
        return np.asarray(ndtr(middle - half)), np.asarray(ndtr(middle + half))

    def _sd(self, root: Floats) -> Floats:
        (aa, ab), (_, bb) = self.covariance
        variance = aa + 2.0 * root * ab + root * root * bb
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))

    def smallest(
        self, target: float, sizes: tuple[int, ...], people: int = 1, level: float = 0.95
    ) -> SmallestSize:
        """Return the size for a wanted power.

        Parameters
        ----------
        target
            The power wanted.
        sizes
            Those tried.
        people
            In all, for a size of 1: the note speaks of people.
        level
            Of the Monte Carlo interval.
        """
        most = FURTHEST * max(sizes)
        grid = np.unique(np.concatenate([np.arange(2.0, 200.0), np.geomspace(200.0, 1e5, 4000)]))
        grid = np.append(grid[grid < most], most)
        low, high = self.band(grid, level)
        n = _first(grid, self.at(grid), target)
        if n is None:
            note = f"more than {people * most:,.0f}: {FURTHEST:g} times the largest number tried"
            return SmallestSize(target, None, _first(grid, high, target), None, True, note)
        outside = not min(sizes) <= n <= max(sizes)
        note = "outside the numbers tried: rests on the fitted curve" if outside else ""
        bounds = _first(grid, high, target), _first(grid, low, target)
        return SmallestSize(target, n, *bounds, outside, note)


def _first(grid: Floats, power: Floats, target: float) -> int | None:
    """Return the first whole n whose power reaches the target."""
    reached = np.flatnonzero(power >= target)
    if not reached.size:
        return None
    i = int(reached[0])
    if i == 0:
        return int(np.ceil(grid[0]))
    share = (target - power[i - 1]) / (power[i] - power[i - 1])
    return int(np.ceil(grid[i - 1] + share * (grid[i] - grid[i - 1]) - 1e-9))


def fit_curve(
    significant: NDArray[np.bool_],
    sizes: tuple[int, ...],
    alpha: float,
    sided: int,
    start: float | None = None,
) -> PowerCurve | None:
    """Fit the curve to which trials were significant.

    Parameters
    ----------
    significant
        (R, N): trial r with the first sizes[j] people an arm.
    sizes
        (N,) people an arm.
    alpha, sided
        Of the test.
    start
        Where a should lie, to within `START_SD`; None for the normal approximation.

    Returns
    -------
    Maximum of the binomial likelihood of all sizes; a is held near `start`, so that one size is
    enough. The covariance is that of Huber's sandwich with whole trials as its units, because a
    small trial is part of the large one. None where all trials of all sizes agree: nothing says
    how steep the curve is.
    """
    y = significant.astype(np.float64)
    if y.min() == y.max():
        return None
    root = np.sqrt(np.array(sizes, dtype=np.float64))
    critical = float(ndtri(alpha / sided))
    prior = np.diag([1.0 / START_SD**2, 0.0])
    centre = np.array([critical if start is None else start, 0.0])
    share = np.clip(y.mean(axis=0), 0.5 / len(y), 1.0 - 0.5 / len(y))
    guess = float(np.sum((ndtri(share) - critical) * root) / np.sum(root * root))
    theta = np.array([critical, max(guess, 1e-3)])
    for _ in range(STEPS):
        p, slopes = _power(theta, root, sided)
        weight = len(y) / (p * (1.0 - p))
        score = slopes.T @ (weight * (y.mean(axis=0) - p)) - prior @ (theta - centre)
        information = slopes.T @ (weight[:, None] * slopes) + prior
        step = np.linalg.solve(information + 1e-9 * np.eye(2), score)
        # far steps overshoot where the curve is flat
        step *= min(1.0, 0.5 / max(float(np.abs(step).max()), 1e-12))
        theta = theta + step
        if float(np.abs(step).max()) < 1e-10:
            break
    p, slopes = _power(theta, root, sided)
    scores = ((y - p) / (p * (1.0 - p))) @ slopes  # (R, 2) what each trial says
    bread = np.linalg.inv(slopes.T @ ((len(y) / (p * (1.0 - p)))[:, None] * slopes) + prior)
    covariance = bread @ (scores.T @ scores + prior) @ bread
    slope = abs(float(theta[1])) if sided == 2 else float(theta[1])  # both tails: signs are alike
    return PowerCurve(float(theta[0]), slope, covariance, sided)


def _power(theta: Floats, root: Floats, sided: int) -> tuple[Floats, Floats]:
    """Return power (N,) and its derivatives (N, 2) by start and slope."""
    a, b = theta
    up, down = a + b * root, a - b * root
    density = np.exp(-0.5 * np.stack([up, down]) ** 2) / math.sqrt(2.0 * math.pi)
    power, by_start, by_slope = ndtr(up), density[0], root * density[0]
    if sided == 2:
        power = power + ndtr(down)
        by_start = by_start + density[1]
        by_slope = by_slope - root * density[1]
    return np.clip(power, 1e-9, 1.0 - 1e-9), np.stack([by_start, by_slope], axis=1)
