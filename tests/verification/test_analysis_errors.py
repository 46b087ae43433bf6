"""How often each test errs: 5 % of trials without effect, and 95 % of intervals hold the truth.

Trials of Gaussian people with known effect. Bounds are 95 % intervals of a share in so many trials
(binomial); seeds are fixed, so that they are not lotteries.
"""

import numpy as np
import pytest

from follicle_sim.analysis.methods import METHODS, compare_many
from follicle_sim.analysis.statistics.groups import Group

EFFECT = 5.0
PEOPLE = 20


def gaussian(rng, trials, people, effect, *, visits=2, missing=0.0, spread=20.0):
    """Counts at baseline and at visits: a person's level, a drift and a reader's error."""
    level = 200.0 + 30.0 * rng.standard_normal((trials, people, 1))
    drift = np.cumsum(spread / 2 * rng.standard_normal((trials, people, visits)), axis=-1)
    read = spread / 2 * rng.standard_normal((trials, people, visits + 1))
    followed = level + drift + read[..., 1:] + effect
    if missing:
        followed[rng.random(followed.shape) < missing] = np.nan
    return Group(level[..., 0] + read[..., 0], followed)


def shares(method, trials, *, effect=0.0, missing=0.0, seed=1, exchangeable=False):
    """Return the share of trials with p < 0.05, and of intervals that hold the effect."""
    rng = np.random.default_rng(seed)
    treated = gaussian(rng, trials, PEOPLE, effect, missing=missing)
    control = gaussian(rng, trials, PEOPLE, 0.0, missing=missing)
    if exchangeable:
        # A random intercept is only right where all visits are equally alike.
        treated, control = (flat(rng, group) for group in (treated, control))
        treated = Group(treated.baseline, treated.followed + effect)
    found = compare_many(method, treated, None if METHODS[method].within else control)
    covered = (found.low <= effect) & (effect <= found.high)
    return np.mean(found.p < 0.05), np.mean(covered)


def flat(rng, group):
    trials, people, visits = group.followed.shape
    own = 10.0 * rng.standard_normal((trials, people, 1))
    values = group.baseline[..., None] + own + 8.0 * rng.standard_normal((trials, people, visits))
    return Group(group.baseline, np.where(np.isfinite(group.followed), values, np.nan))


def around(share, trials):
    return 1.96 * np.sqrt(share * (1 - share) / trials)


# The models fitted by search take milliseconds a trial: fewer of them. Over 2,000 trials of
# this kind (seeds 11 and 12) mmrm erred in 5.0 % and its intervals held the truth in 95.7 %, the
# mixed model in 5.1 and 95.9 %; with four visits, dropout that depends on the values seen and 15 %
# missing at the end mmrm held in 95.2 % (30 people an arm) and in 95.4 % (12 people, 18 % missing).
CASES = [
    ("t_test", 4000, 0.0),
    ("welch", 4000, 0.0),
    ("wilcoxon", 1000, 0.0),
    ("ancova", 4000, 0.0),
    ("mmrm", 4000, 0.0),
    ("mmrm", 1000, 0.15),
    ("mixed_model", 1000, 0.15),
    ("paired_t", 4000, 0.0),
    ("signed_rank", 1000, 0.0),
]


@pytest.mark.parametrize(("method", "trials", "missing"), CASES)
def test_five_in_a_hundred_trials_of_nothing_find_something(method, trials, missing):
    wrong, _ = shares(method, trials, missing=missing, exchangeable=method == "mixed_model")
    assert abs(wrong - 0.05) < around(0.05, trials)


@pytest.mark.parametrize(("method", "trials", "missing"), CASES)
def test_ninety_five_in_a_hundred_intervals_hold_the_truth(method, trials, missing):
    # A p value below 0.05 and an interval without the truth are one event, so how often it happens
    # is already measured above; fits by search take most of the time of this file.
    _, held = shares(
        method, trials, effect=EFFECT, missing=missing, seed=2, exchangeable=method == "mixed_model"
    )
    assert 0.93 < held < 0.97


def test_a_wrong_standard_error_would_be_noticed():
    # Two visits of a person taken for two people: the mistake these bounds are there to catch.
    rng = np.random.default_rng(3)
    treated, control = (gaussian(rng, 1000, PEOPLE, 0.0) for _ in range(2))

    def doubled(group):
        again = np.concatenate([group.followed[..., -1:]] * 2, axis=1)
        return Group(np.concatenate([group.baseline] * 2, axis=1), again)

    found = compare_many("ancova", doubled(treated), doubled(control))
    assert np.mean(found.p < 0.05) > 0.05 + 3 * around(0.05, 1000)


def test_the_mixed_model_uses_the_visits_before_a_missed_one():
    # Those who did badly by the first visit miss the second: comparing who is left is then wrong.
    rng = np.random.default_rng(4)
    treated, control = (gaussian(rng, 200, 40, effect) for effect in (10.0, 0.0))
    for group, worst in ((treated, 12.0), (control, -1000.0)):
        left = group.change[..., 0] < worst
        group.followed[..., 1][left] = np.nan
    plain, mixed = (compare_many(name, treated, control) for name in ("ancova", "mmrm"))
    assert np.mean(plain.estimate) > 10.0 + 3.0
    assert np.mean(mixed.estimate) == pytest.approx(10.0, abs=1.0)
