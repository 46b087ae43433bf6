"""How often the tests beside the main ones err: crossover, responders, waiting, answers."""

import numpy as np
import pytest
from trial_data import dataset

from follicle_sim.analysis.analyse import answer
from follicle_sim.analysis.outcomes.responders import (
    newcombe,
    rate_difference,
    rate_difference_within,
)
from follicle_sim.analysis.outcomes.satisfaction import compare_answers, compare_occasions
from follicle_sim.analysis.outcomes.waiting import time_to_response
from follicle_sim.analysis.tests import Test as Question
from follicle_sim.analysis.values import read_trial
from follicle_sim.scenario import Analysis

SEQUENCES = ["drug then control", "control then drug"]
PERIODS = [
    {"start": 0.0, "given": dict(zip(SEQUENCES, ("drug", "control"), strict=True))},
    {"start": 84.0, "given": dict(zip(SEQUENCES, ("control", "drug"), strict=True))},
]


def around(share, trials):
    return 1.96 * np.sqrt(share * (1 - share) / trials)


def crossover(rng, trials, effect):
    level = 200.0 + 30.0 * rng.standard_normal((trials, 2, 15, 1))
    values = level + 8.0 * rng.standard_normal((trials, 2, 15, 4))
    values[..., 2:] += 12.0  # a season, the same for all
    values[:, 0, :, 1] += effect
    values[:, 1, :, 3] += effect
    return dataset(
        values,
        roles=("treatment", "treatment"),
        weeks=(0, 4, 12, 16),
        kind="crossover",
        labels=SEQUENCES,
        periods=PERIODS,
    )


@pytest.mark.parametrize("effect", [0.0, 6.0])
def test_a_crossover_errs_as_often_as_it_says(effect):
    trials = 2000
    trial = read_trial(crossover(np.random.default_rng(1), trials, effect), "hair_density")
    question = Question("primary", "drug", "control", "hair_density", 28.0, "t_test", "two_sided")
    found = answer(trial, question, Analysis()).effects
    held = np.mean((found.low <= effect) & (effect <= found.high))
    assert abs(held - 0.95) < around(0.95, trials)
    if effect == 0.0:
        assert abs(np.mean(found.p < 0.05) - 0.05) < around(0.05, trials)
    else:
        assert np.mean(found.p < 0.05) > 0.3


@pytest.mark.parametrize(("n", "m", "share"), [(30, 30, 0.4), (20, 40, 0.2), (60, 60, 0.7)])
def test_responder_rates_err_as_often_as_they_say(n, m, share):
    # Counts are few and whole, so the error hops around its nominal value; bounds allow for that.
    rng = np.random.default_rng(2)
    trials = 1000
    wrong = held = 0
    for _ in range(trials):
        x, y = rng.binomial(n, share), rng.binomial(m, share)
        groups = (np.repeat([1.0, 0.0], [k, size - k]) for k, size in ((x, n), (y, m)))
        wrong += rate_difference(*groups, 0.95).p < 0.05
        low, high = newcombe(x, n, y, m, 0.95)
        held += low <= 0.0 <= high
    assert 0.03 < wrong / trials < 0.065
    assert 0.93 < held / trials < 0.98


def test_pairs_of_sides_do_not_find_what_is_not_there():
    rng = np.random.default_rng(3)
    found = []
    for _ in range(500):
        own = rng.random(40)
        sides = [(own + 0.3 * rng.standard_normal(40) > 0.6).astype(float) for _ in range(2)]
        found.append(rate_difference_within(*sides, 0.95))
    # An exact test of a few whole numbers is cautious.
    assert np.mean([each.p < 0.05 for each in found]) < 0.05
    assert np.mean([each.low <= 0.0 <= each.high for each in found]) > 0.93


def test_waiting_times_err_as_often_as_they_say():
    rng = np.random.default_rng(4)
    trials, wrong = 100, 0
    for _ in range(trials):
        groups = []
        for _ in range(2):
            time = np.ceil(rng.exponential(30.0, 40) / 4.0) * 4.0
            groups.append((np.minimum(time, 48.0), time <= 48.0))
        wrong += time_to_response(*groups, 0.95).effect.p < 0.05
    assert abs(wrong / trials - 0.05) < around(0.05, trials)


def test_answers_err_as_often_as_they_say():
    rng = np.random.default_rng(5)
    trials = 1000
    found = [
        compare_answers(*(rng.integers(1, 6, size).astype(float) for size in (25, 30)))
        for _ in range(trials)
    ]
    assert abs(np.mean([each.p < 0.05 for each in found]) - 0.05) < around(0.05, trials)
    held = np.mean([each.low <= 0.5 <= each.high for each in found])
    assert 0.93 < held < 0.97
    twice = [
        compare_occasions(*(rng.integers(1, 8, 30).astype(float) for _ in range(2)))
        for _ in range(trials)
    ]
    assert abs(np.mean([each.p < 0.05 for each in twice]) - 0.05) < around(0.05, trials)
