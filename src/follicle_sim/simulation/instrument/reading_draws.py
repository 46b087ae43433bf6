"""Named draws of one arm's readings, and whole numbers made of them.

Counts are found from one uniform by walking up their probabilities (or, where they are large, from
the normal law), so that the same name gives the same count on every machine, and a larger expected
count never gives a smaller one.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from follicle_sim.base.codes import SUBJECT_LEVEL, Decision
from follicle_sim.base.numerics import exp_array, log_array, normals, uniforms
from follicle_sim.base.types import Floats

Whole = NDArray[np.int64]

LARGE = 30.0
"""Variance from which a count is drawn from the normal law: its skewness is then below 0.2."""

FARTHEST = 200.0
"""Count at which a walk ends; ten standard deviations beyond any mean it is used for."""


@dataclass(frozen=True)
class ReadingDraws:
    """Names of the draws of one arm at its visits.

    Parameters
    ----------
    seed, replicate, stream
        As for every draw; the stream is the arm's own also where arms share their people.
    subject
        (S, 1) names of the people.
    reading
        (1, V) or (S, V) names of the readings.
    average
        Nothing is drawn: every number is its expected value.
    """

    seed: int
    replicate: int
    stream: int
    subject: Whole
    reading: Whole
    average: bool = False

    def normal(self, decision: Decision) -> Floats:
        """Return standard normals (S, V)."""
        if self.average:
            return np.zeros(np.broadcast_shapes(self.subject.shape, self.reading.shape))
        return normals(*self._names(decision))

    def uniform(self, decision: Decision) -> Floats:
        """Return uniforms (S, V)."""
        if self.average:
            return np.full(np.broadcast_shapes(self.subject.shape, self.reading.shape), 0.5)
        return uniforms(*self._names(decision))

    def whole(self, count: Floats) -> Floats:
        """Return counts as whole numbers, but for expected ones."""
        return count if self.average else np.rint(count)

    def _names(self, decision: Decision) -> tuple[int, int, int, Whole, int, Whole, int]:
        person = (self.seed, self.replicate, self.stream, self.subject, SUBJECT_LEVEL)
        return (*person, self.reading, int(decision))

    def at(self, reading: int) -> "ReadingDraws":
        """Return the luck that all readings of a person share under one name."""
        same = np.full_like(self.reading, reading)
        return replace(self, reading=same)


def binomial(n: ArrayLike, p: ArrayLike, luck: ReadingDraws, decision: Decision) -> Floats:
    """Return how many of n (whole numbers) happen with probability p; shapes (S, V)."""
    n, p = np.broadcast_arrays(np.asarray(n, np.float64), np.asarray(p, np.float64))
    if luck.average:
        return np.asarray(n * p)
    # the rarer of the two outcomes is counted: its probabilities start near zero
    rare = np.minimum(p, 1.0 - p)
    few = _counted(
        luck,
        decision,
        mean=n * rare,
        variance=n * rare * (1.0 - rare),
        none=n * log_array(1.0 - rare),
        step=lambda k: (n - k) / (k + 1.0) * rare / (1.0 - rare),
        most=n,
    )
    return np.where(p > 0.5, n - few, few)


def poisson(mean: ArrayLike, luck: ReadingDraws, decision: Decision) -> Floats:
    """Return a Poisson count of each mean; shape (S, V)."""
    expected = np.asarray(mean, np.float64)
    if luck.average:
        return expected
    return _counted(
        luck,
        decision,
        mean=expected,
        variance=expected,
        none=-expected,
        step=lambda k: expected / (k + 1.0),
        most=np.full_like(expected, np.inf),
    )


def _counted(
    luck: ReadingDraws,
    decision: Decision,
    *,
    mean: Floats,
    variance: Floats,
    none: Floats,
    step: Callable[[float], Floats],
    most: Floats,
) -> Floats:
    """Return the quantile of a count at the named uniform.

    none : log probability of no event; step(k) : ratio of the probabilities of k + 1 and k.
    """
    uniform = luck.uniform(decision)
    count = np.zeros(uniform.shape)
    large = np.broadcast_to(variance > LARGE, count.shape)
    if not large.all():
        chance = np.broadcast_to(exp_array(none), count.shape).copy()
        reached = chance.copy()
        last = np.broadcast_to(most, count.shape)
        k = 0.0
        waiting = (uniform > reached) & (last > 0.0) & ~large
        while waiting.any():
            chance = chance * step(k)
            k += 1.0
            reached = reached + chance
            count[waiting] = k
            # rounding may leave the sum below a uniform very near one
            waiting &= (uniform > reached) & (last > k) & (k < FARTHEST)
    if large.any():
        normal = np.rint(mean + luck.normal(decision) * np.sqrt(variance))
        count = np.where(large, np.clip(normal, 0.0, most), count)
    return count
