"""An emulator made better where a profile goes, so that ten parameters can be profiled.

A search walks to where its model is wrong in its favour: with ten free parameters the emulator's
best fit had -2 log-likelihood 4.0, and the simulator 7.6 at the same place. So the points that the
profiles find are simulated, the emulator is fitted anew with them, and the profiles are found
again, ROUNDS times. Each simulation keeps luck of its own, which the regression averages out:
profiles on the simulator itself, all on one luck, were tried and jumped by 1-2 from point to point.
What error is left is measured on further simulations where the last profiles end.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from follicle_sim.base.progress import Report
from follicle_sim.base.types import Floats
from follicle_sim.experiments.calibration.emulator import (
    CHECK_TIMES,
    Emulator,
    fit_polynomial,
    root_mean_square,
    spread_points,
)
from follicle_sim.experiments.calibration.likelihood import make_likelihood
from follicle_sim.experiments.calibration.problem import Calibration
from follicle_sim.experiments.calibration.profile import least
from follicle_sim.experiments.running.checkpoint import Checkpoint, fingerprint
from follicle_sim.experiments.running.evaluate import evaluate_all

POINTS, ROUNDS, STARTS = 7, 2, 4

TIMES = 4
"""How many times as many people each simulation has as one of the emulator's; its weight too."""


def sharpen(
    calibration: Calibration,
    emulator: Emulator,
    checkpoint: Callable[[str, str], Checkpoint],
    report: Report | None = None,
) -> Emulator:
    """Return the emulator fitted anew with simulations where its profiles go.

    Its `range_error` is that where the profiles end. checkpoint(name, key) gives the file of a
    round.
    """
    first_seed = (calibration.seed * 100_000 + 50_000) % 2**31

    def simulate_wave(name: str, points: Floats, number: int, times: int) -> tuple[Floats, Floats]:
        settings = calibration.settings() | {"points": points.tobytes().hex(), "times": times}

        def work(i: int) -> Floats:
            return calibration.simulate(points[i], first_seed + 10_000 * number + i, times)

        place = checkpoint(name, fingerprint(settings))
        size = len(calibration.targets)
        rows = evaluate_all(work, len(points), size, place, report, f"simulating, {name}")
        finite = np.isfinite(rows).all(axis=1)
        return points[finite], rows[finite]

    for number in range(ROUNDS):
        visited = lowest_points(calibration, emulator, np.linspace(-1.0, 1.0, POINTS))
        x, y = simulate_wave(f"round {number + 1}", visited, number, TIMES)
        points, targets, weight = emulator.training
        points, targets = np.concatenate([points, x]), np.concatenate([targets, y])
        weight = np.concatenate([weight, np.full(len(x), float(TIMES))])
        emulator = replace(
            emulator,
            polynomial=fit_polynomial(points, targets, weight),
            training=(points, targets, weight),
            simulations=emulator.simulations + len(visited),
        )
    ends = lowest_points(calibration, emulator, np.array([-1.0, 1.0]))
    x, y = simulate_wave("check of ends", ends, ROUNDS, CHECK_TIMES)
    return replace(
        emulator,
        range_error=root_mean_square(emulator(x) - y),
        simulations=emulator.simulations + len(ends),
    )


def lowest_points(calibration: Calibration, emulator: Emulator, grid: Floats) -> Floats:
    """Return the best fits (d x len(grid), d) with one parameter held at each value of a grid."""
    likelihood = make_likelihood(calibration.targets, calibration.rules, emulator.range_error)
    d = len(calibration.names)
    starts = np.vstack([np.zeros((1, d - 1)), spread_points(STARTS - 1, d - 1)])
    lowest = np.empty((d, len(grid), d))
    for fixed in range(d):
        others = [i for i in range(d) if i != fixed]
        for k, at in enumerate(grid):
            _, free = least(likelihood, emulator, fixed, float(at), starts)
            lowest[fixed, k, fixed], lowest[fixed, k, others] = at, free
    return lowest.reshape(-1, d)
