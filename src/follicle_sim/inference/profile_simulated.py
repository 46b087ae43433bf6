"""Profiles on the simulator itself, the emulator only telling where to look.

A search walks to where its model is wrong in its favour: with ten free parameters the emulator's
best fit had -2 log-likelihood 4.0, and the simulator 7.6 at the same place. So each point of a
profile is found in rounds: search on the emulator, simulate there, add the difference to the
emulator, search again. What is kept is the least that was *simulated*. All simulations share people
and luck, so that profiles are smooth and comparable.
"""

import numpy as np
from numpy.typing import NDArray

from follicle_sim.inference.checkpoint import Checkpoint
from follicle_sim.inference.emulator import Emulator, spread_points
from follicle_sim.inference.likelihood import make_likelihood
from follicle_sim.inference.problem import Calibration, Report, evaluate_all
from follicle_sim.inference.profile import Profile, least, read_profile

Floats = NDArray[np.float64]

POINTS, ROUNDS, STARTS = 7, 3, 4
TIMES = 2
"""How many times as many people each simulation has as one of the emulator's."""


def simulated_profiles(
    calibration: Calibration,
    emulator: Emulator,
    checkpoint: Checkpoint,
    report: Report | None = None,
    *,
    points: int = POINTS,
    times: int = TIMES,
) -> tuple[Profile, ...]:
    """Return the profile likelihood of every free parameter, every point of it simulated.

    Parameters
    ----------
    calibration, emulator
        What is searched; the emulator is that of the same calibration.
    checkpoint
        Where finished points are kept.
    points
        Values of each parameter over its range.
    times
        Size of each simulation, in those of the calibration.
    """
    likelihood = make_likelihood(calibration.targets, calibration.rules)
    d = len(calibration.names)
    grid = np.linspace(-1.0, 1.0, points)

    def work(number: int) -> Floats:
        held, k = divmod(number, points)
        others = [i for i in range(d) if i != held]
        starts = np.vstack([np.zeros((1, d - 1)), spread_points(STARTS - 1, d - 1)])
        shift = np.zeros(len(calibration.targets))
        lowest = np.inf

        def corrected(x: Floats) -> Floats:
            return emulator(x) + shift

        for _ in range(ROUNDS):
            _, free = least(likelihood, corrected, held, float(grid[k]), starts)
            x = np.empty(d)
            x[held], x[others] = grid[k], free
            found = calibration.simulate(x, calibration.seed, times)
            if np.isfinite(found).all():
                lowest = min(lowest, float(np.sum(likelihood.residuals(found) ** 2)))
                shift = found - emulator(x)
            starts = np.vstack([free[None, :], starts[:-1]])
        return np.array([lowest])

    rows = evaluate_all(work, d * points, 1, checkpoint, report, "profiles, simulated")
    found = rows[:, 0].reshape(d, points)
    return tuple(
        read_profile(
            name, calibration.decode(np.tile(grid[:, None], d))[:, i], found[i] - found.min()
        )
        for i, name in enumerate(calibration.names)
    )
