"""A cubic in place of the simulator: what targets would be at parameter values never simulated.

Why: a posterior of 32 walkers and 2,000 steps asks 64,000 times. A simulation large enough that
luck moves a target by less than its standard error takes 0.1-0.3 s, and one of a single follicle
already takes 0.02 s: asking the simulator would take hours, and a faster answer is mostly luck.
Over the range of the prior the targets are smooth in the logarithms of the parameters: measured on
held-out simulations, a quadratic errs by 0.014 of baseline, a cubic by 0.006, a quartic by 0.005.
A second set of simulations, where the first one says the posterior is, brings that down to 0.002,
a third of the smallest published standard error. What error is left is measured on further
simulations, with more people, and added to the likelihood.

Every simulation has luck of its own, so that the regression averages it out; common random numbers
would carry the luck of one set of people into every prediction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.calibration.likelihood import Likelihood, make_likelihood
from follicle_sim.experiments.calibration.problem import Calibration
from follicle_sim.experiments.running.checkpoint import Checkpoint, fingerprint
from follicle_sim.experiments.running.evaluate import evaluate_all

Density = Callable[[Floats], Floats]

DEGREE = 3

PER_TERM = 5
"""Simulations of each wave for every coefficient of the polynomial."""

CHECKS = 20
"""Held-out simulations over the range, and as many where the posterior is."""

CHECK_TIMES = 8
"""How many times as many people they have: their own luck must be small beside the error."""

FIRST_WEIGHT = 0.3
"""Weight of the first wave beside the second, which lies where the emulator will be asked."""

POOL = 2**16


@dataclass(frozen=True)
class Polynomial:
    """A polynomial in d variables for n results; powers (k, d), coefficients (k, n)."""

    powers: NDArray[np.int64]
    coefficients: Floats

    def __call__(self, x: Floats) -> Floats:
        """Return results (..., n) at x (..., d)."""
        return np.asarray(features(x, self.powers) @ self.coefficients)


@dataclass(frozen=True)
class Emulator:
    """The polynomial, and its error (n,): over the whole range, and where the posterior is.

    training : points (m, d), targets (m, n) and weights (m,) it was fitted to
    """

    polynomial: Polynomial
    range_error: Floats
    error: Floats
    simulations: int
    training: tuple[Floats, Floats, Floats]

    def __call__(self, x: Floats) -> Floats:
        """Return emulated targets (..., n) at x (..., d)."""
        return self.polynomial(x)


def all_powers(variables: int, degree: int) -> NDArray[np.int64]:
    """Return the exponents (k, d) of every monomial up to a degree.

    Examples
    --------
    >>> all_powers(2, 1).tolist()
    [[0, 0], [1, 0], [0, 1]]
    """
    rows = []
    for total in range(degree + 1):
        for variables_chosen in combinations_with_replacement(range(variables), total):
            rows.append([variables_chosen.count(i) for i in range(variables)])
    return np.array(rows, dtype=np.int64)


def features(x: Floats, powers: NDArray[np.int64]) -> Floats:
    """Return monomials (..., k) of x (..., d)."""
    ladder = np.stack([x**k for k in range(int(powers.max()) + 1)])
    out = ladder[powers[:, 0], ..., 0]
    for i in range(1, powers.shape[1]):
        out = out * ladder[powers[:, i], ..., i]
    return np.moveaxis(out, 0, -1)


def fit_polynomial(x: Floats, y: Floats, weight: Floats, degree: int = DEGREE) -> Polynomial:
    """Return the weighted least-squares polynomial through y (m, n) at x (m, d)."""
    powers = all_powers(x.shape[1], degree)
    root = np.sqrt(weight)[:, None]
    coefficients, *_ = np.linalg.lstsq(root * features(x, powers), root * y, rcond=None)
    return Polynomial(powers, np.asarray(coefficients, dtype=np.float64))


def spread_points(count: int, variables: int, skip: int = 1) -> Floats:
    """Return evenly spread points (count, d) within -1 and 1, from a Halton sequence."""
    sequence = qmc.Halton(variables, scramble=False)
    sequence.fast_forward(skip)
    return np.asarray(2.0 * sequence.random(count) - 1.0)


def likely_points(
    log_density: Density, variables: int, count: int, skip: int, heat: float
) -> Floats:
    """Return about `count` different points (m, d), spread as the density to a power is.

    The power is 1 / heat, or as much less as it takes for enough of the pool to count.
    """
    pool = spread_points(POOL, variables, skip)
    level = log_density(pool)
    level = level - level.max()
    power = 1.0 / heat
    while True:
        weight = np.exp(power * level)
        weight /= weight.sum()
        if 1.0 / np.sum(weight**2) >= 2 * count or power < 1e-3:
            break
        power *= 0.9
    marks = (np.arange(count) + 0.5) / count
    return np.asarray(pool[np.unique(np.searchsorted(np.cumsum(weight), marks))])


def log_posterior(calibration: Calibration, likelihood: Likelihood, model: Density) -> Density:
    """Return the log posterior density of x (..., d), up to a constant."""

    def density(x: Floats) -> Floats:
        prior = calibration.log_prior(x)
        inside = np.clip(x, -1.0, 1.0)  # a polynomial must not be asked outside its range
        return np.asarray(prior + likelihood.log_density(model(inside)))

    return density


def make_emulator(
    calibration: Calibration,
    checkpoint: Callable[[str, str], Checkpoint],
    report: Report | None = None,
) -> Emulator:
    """Simulate two waves and two sets of checks, and return the emulator with its error.

    checkpoint(name, key) gives the file for a wave.
    """
    d, n = len(calibration.names), len(calibration.targets)
    count = PER_TERM * len(all_powers(d, DEGREE))
    first_seed = calibration.seed * 100_000 % 2**31

    def wave(name: str, points: Floats, number: int, times: int) -> tuple[Floats, ...]:
        # the points are part of the name: a wave that starts elsewhere is another wave
        settings = calibration.settings() | {"points": points.tobytes().hex(), "times": times}

        def work(i: int) -> Floats:
            return calibration.simulate(points[i], first_seed + 10_000 * number + i, times)

        place = checkpoint(name, fingerprint(settings))
        rows = evaluate_all(work, len(points), n, place, report, f"simulating, {name}")
        # a scalp without any hair at baseline has no share of it; nobody was ever in such a trial
        return tuple(part[np.isfinite(rows).all(axis=1)] for part in (points, rows))

    points, targets = wave("wave 1", spread_points(count, d), 1, 1)
    range_points, range_check = wave(
        "check 1", spread_points(CHECKS, d, skip=5_000), 2, CHECK_TIMES
    )
    rough = fit_polynomial(points, targets, np.ones(len(points)))
    rough_error = root_mean_square(rough(range_points) - range_check)
    aim = log_posterior(
        calibration, make_likelihood(calibration.targets, calibration.rules, rough_error), rough
    )
    near, near_targets = wave("wave 2", likely_points(aim, d, count, skip=10_000, heat=2.0), 3, 1)
    weight = np.concatenate([np.full(len(points), FIRST_WEIGHT), np.ones(len(near))])
    training = np.concatenate([points, near]), np.concatenate([targets, near_targets])
    polynomial = fit_polynomial(*training, weight)
    near_points, near_check = wave(
        "check 2", likely_points(aim, d, CHECKS, skip=200_000, heat=1.0), 4, CHECK_TIMES
    )
    return Emulator(
        polynomial=polynomial,
        range_error=root_mean_square(polynomial(range_points) - range_check),
        error=root_mean_square(polynomial(near_points) - near_check),
        simulations=len(range_points) + len(near_points) + len(points) + len(near),
        training=(*training, weight),
    )


def root_mean_square(gap: Floats) -> Floats:
    """Return the root mean square (n,) of misfits (m, n)."""
    return np.asarray(np.sqrt(np.mean(gap**2, axis=0)))
