"""The best fit: least squares from several starts, on the simulator itself, on common luck."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from follicle_sim.engine.run import default_threads
from follicle_sim.errors import Interrupted
from follicle_sim.inference.emulator import spread_points
from follicle_sim.inference.likelihood import make_likelihood
from follicle_sim.inference.problem import REACH, Calibration, Report

Floats = NDArray[np.float64]

STEPS, STARTS = 12, 3
TIMES = 2
"""How many times as many people as elsewhere: derivatives ask for less luck."""

DIFFERENCE = 0.04
"""Step of derivatives on the search scale, 5 % of a parameter: sees past single hairs."""


@dataclass(frozen=True)
class Optimum:
    """Best x (d,), its simulated targets (n,), and the cost reached from every start."""

    x: Floats
    predicted: Floats
    costs: tuple[float, ...]
    evaluations: int


def optimum(calibration: Calibration, steps: int = STEPS, report: Report | None = None) -> Optimum:
    """Return the values that make the targets and the prior together likeliest.

    The first start is the middle of the prior, the others are spread over half its range.

    Raises
    ------
    Interrupted
        On Ctrl-C; a search keeps nothing.
    """
    likelihood = make_likelihood(calibration.targets, calibration.rules)
    d = len(calibration.names)
    starts = np.vstack([np.zeros((1, d)), 0.5 * spread_points(STARTS - 1, d)])
    total, asked = STARTS * steps * (d + 1), 0

    def misfits(x: Floats) -> Floats:
        nonlocal asked
        asked += 1
        if report is not None:
            report("searching", min(asked, total), total)
        predicted = calibration.simulate(x, calibration.seed, TIMES)
        return np.concatenate([likelihood.residuals(predicted), REACH * x])

    def slopes(x: Floats) -> Floats:
        # inwards, where the range goes on
        steps = np.diag(np.where(x > 0, -DIFFERENCE, DIFFERENCE))
        here = misfits_at(x)
        found = list(pool.map(misfits, x + steps))
        return np.array([(f - here) / s.sum() for f, s in zip(found, steps, strict=True)]).T

    last: list[tuple[Floats, Floats]] = []

    def misfits_at(x: Floats) -> Floats:
        if not last or not np.array_equal(last[-1][0], x):
            last.append((x.copy(), misfits(x)))
        return last[-1][1]

    pool = ThreadPoolExecutor(default_threads(), thread_name_prefix="follicle_sim")
    try:
        runs = [
            least_squares(
                misfits_at, start, jac=slopes, bounds=(-1.0, 1.0), max_nfev=steps, ftol=1e-4
            )
            for start in starts
        ]
    except KeyboardInterrupt:
        raise Interrupted(f"stopped after {asked} simulations; nothing was written") from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    best = min(runs, key=lambda run: float(run.cost))
    # on other people and other luck than those of the search
    predicted = calibration.simulate(best.x, calibration.seed + 1, 4)
    if report is not None:
        report("searching", total, total)
    return Optimum(np.asarray(best.x), predicted, tuple(float(run.cost) for run in runs), asked)
