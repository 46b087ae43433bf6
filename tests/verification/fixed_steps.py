"""A deliberately naive sibling of the engine: phases end only on whole time steps."""

from collections.abc import Sequence

import numpy as np
from engine_by_hand import Lived

from follicle_sim.simulation.engine.agents.sight import PHASES, TALLY_COLUMNS


def lived_in_steps(
    mean: Sequence[float],
    cv: Sequence[float],
    speed: Sequence[float],
    visits: Sequence[float],
    follicles: int,
    step: float = 1.0,
) -> Lived:
    """Start in the stationary law, then each step take the phase's speed from the time left.

    What is left over of the last step of a phase is lost, as it is in a daily-step automaton.
    """
    generator = np.random.default_rng(1)
    mean, sigma = np.array(mean), np.sqrt(np.log1p(np.square(cv)))
    phase = generator.choice(4, follicles, p=mean / mean.sum())

    def duration(shift: float) -> np.ndarray:
        z = generator.standard_normal(follicles)
        return mean[phase] * np.exp(sigma[phase] * (z + shift * sigma[phase]))

    left = duration(0.5) * generator.random(follicles)
    tally = np.zeros((1, len(visits), TALLY_COLUMNS))
    looked_at = {round(visit / step): v for v, visit in enumerate(visits)}
    for now in range(max(looked_at) + 1):
        if now > 0:
            left -= step * np.array(speed)[phase]
            done = left <= 0.0
            phase = np.where(done, (phase + 1) % 4, phase)
            left = np.where(done, duration(-0.5), left)
        if now in looked_at:
            tally[0, looked_at[now], PHASES : PHASES + 4] = np.bincount(phase, minlength=4)
    return Lived(np.array(visits, dtype=float), tally)
