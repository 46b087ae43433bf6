"""Tracked follicles of many simulated trials: the fit finds the anagen they were made with."""

import numpy as np
from tracked import HEALTHY, PHASES, phases_at

from follicle_sim import parse_scenario, simulate, with_overrides
from follicle_sim.experiments.calibration.follicle_likelihood import FollicleLikelihood
from follicle_sim.experiments.calibration.follicle_patterns import Patterns
from follicle_sim.experiments.calibration.follicle_profile import find_profile

TRIALS, TRUTH = 200, 700.0


def test_a_shift_of_anagen_is_recovered_with_honest_intervals() -> None:
    """Anagen lasts 700 days where the scenario of the fit says 1000: 90 % hold it 85 to 95 times.

    Measured: 178 of 200 intervals hold it (89 %); the mean of log(best / true) is -0.007 (SE
    0.005), and its SD, 0.0665, is that which the intervals claim, 0.0666.
    """
    scenario = parse_scenario(HEALTHY)
    shifted = [f'biology.anagen_mean="{TRUTH} days"', f"run.replicates={TRIALS}"]
    seen = phases_at(simulate(with_overrides(scenario, shifted)))[:, 0]
    trials, people, tracked, visits = seen.shape
    different, pattern = np.unique(seen.reshape(-1, visits), axis=0, return_inverse=True)
    words = tuple(tuple(PHASES[code] for code in row) for row in different)
    days = np.array([0.0, 28.0, 84.0, 168.0])
    person = np.repeat(np.arange(people), tracked)
    each = pattern.reshape(trials, people * tracked)
    everything = Patterns("nobody", days, words, each[0], person, (1,) * len(words))
    likelihood = FollicleLikelihood(scenario, "anagen_mean", [everything])

    def profile(trial: np.ndarray):
        counts = np.zeros((people, len(words)))
        np.add.at(counts, (person, trial), 1.0)
        return find_profile(lambda x: counts @ likelihood.of_patterns(x)[0], (1000.0, 1.0, 1e5))

    fits = [profile(trial) for trial in each]
    held = sum(fit.low <= TRUTH <= fit.high for fit in fits)
    off = np.log([fit.best / TRUTH for fit in fits])
    claimed = np.mean([np.log(fit.high / fit.low) for fit in fits]) / (2 * 1.6449)
    told = f"{held} of {TRIALS}, mean {off.mean():.4f}, SD {off.std(ddof=1):.4f}, {claimed:.4f}"
    assert 0.85 * TRIALS <= held <= 0.95 * TRIALS, told
    assert abs(off.mean()) <= 3 * off.std(ddof=1) / np.sqrt(TRIALS), told
    assert 0.85 <= off.std(ddof=1) / claimed <= 1.15, told
