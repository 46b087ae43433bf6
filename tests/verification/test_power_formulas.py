"""Power against textbook formulas: normal changes of known mean and SD stand in for biology."""

import numpy as np
import pytest
from gaussian_trials import GaussianTrials
from statsmodels.stats.power import TTestIndPower, TTestPower

from follicle_sim.experiments.planning.power import judge
from follicle_sim.experiments.planning.power_plan import Plan

TRIALS = 600
SIZES = (8, 20, 40)
ARMS, ROLES = ("drug", "dummy"), ("treatment", "placebo")
SD = 22.0


def planned(arms, method, sided=2):
    pair = (arms[0], arms[1] if len(arms) > 1 else "")
    return Plan("hair_density", (48.0,), method, 0.05, sided, pairs=(pair,))


def found(method, effect, *, type_one=False, own_change=False, trials=TRIALS, sided=2, **law):
    """Rows of power by size for a standardised effect; of type-I error where asked for."""
    arms = ("drug",) if own_change else ARMS
    roles = ROLES[: len(arms)]
    means = (effect * SD, 0.0)[: len(arms)]
    on = GaussianTrials(arms, roles, means, SD, **law)
    off = GaussianTrials(arms, roles, (0.0, 0.0)[: len(arms)], SD, **law)
    plan = planned(arms, method, sided)
    sources = {"on": on} | ({"off": off} if type_one else {})
    rows = judge(sources, SIZES, trials, plan).rows
    return [row for row in rows if row.drug == ("off" if type_one else "on")]


def worst(rows, expected):
    """Return the largest distance from the expected power, in Monte Carlo standard errors."""
    errors = [np.sqrt(p * (1 - p) / row.trials) for row, p in zip(rows, expected, strict=True)]
    return max(
        abs(row.power - p) / error for row, p, error in zip(rows, expected, errors, strict=True)
    )


@pytest.mark.parametrize("effect", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("method", ["t_test", "welch"])
def test_two_groups(method, effect):
    expected = [TTestIndPower().power(effect, n, 0.05) for n in SIZES]
    assert worst(found(method, effect), expected) < 3.0


@pytest.mark.parametrize("effect", [0.3, 0.6])
def test_one_sided(effect):
    expected = [TTestIndPower().power(effect, n, 0.05, alternative="larger") for n in SIZES]
    assert worst(found("t_test", effect, sided=1), expected) < 3.0


@pytest.mark.parametrize("effect", [0.3, 0.6])
def test_covariance_takes_out_what_the_baseline_explains(effect):
    rows = found("ancova", effect, regression=-0.6)
    # one degree of freedom goes to the slope: the size of a group that has as many left
    expected = [TTestIndPower().power(effect / 0.8, n - 0.5, 0.05) for n in SIZES]
    assert worst(rows, expected) < 3.0


def test_forgetting_the_baseline_would_be_seen():
    expected = [TTestIndPower().power(0.6 / 0.8, n, 0.05) for n in SIZES]
    assert worst(found("t_test", 0.6, regression=-0.6), expected) > 4.0


@pytest.mark.parametrize("effect", [0.3, 0.6])
def test_change_from_baseline(effect):
    expected = [TTestPower().power(effect, n, 0.05) for n in SIZES]
    assert worst(found("paired_t", effect, own_change=True), expected) < 3.0


@pytest.mark.parametrize("effect", [0.3, 0.6])
def test_two_sides_of_one_person(effect):
    # the difference of two sides that share half their variance has the SD of one
    expected = [TTestPower().power(effect, n, 0.05) for n in SIZES]
    assert worst(found("paired_t", effect, paired=True, shared=0.5), expected) < 3.0


def test_ranks_lose_little_against_a_normal_law():
    # asymptotic relative efficiency 3 / pi (Hollander and Wolfe, chapter 4)
    rows = found("wilcoxon", 0.6, trials=300)
    expected = [TTestIndPower().power(0.6, n * 3.0 / np.pi, 0.05) for n in SIZES]
    assert worst(rows, expected) < 3.5


def test_people_shared_by_both_arms_are_no_trial():
    """The wrong source: a counterfactual run, its people taken for independent ones."""
    shared = {"paired": True, "shared": 0.9}
    expected = [TTestIndPower().power(0.6, n, 0.05) for n in SIZES]
    assert worst(found("t_test", 0.6, **shared), expected) > 4.0
    assert worst(found("t_test", 0.0, type_one=True, **shared), [0.05] * 3) > 4.0


ALL_METHODS = {
    "t_test": {},
    "welch": {},
    "ancova": {"regression": -0.5},
    "wilcoxon": {"trials": 300},
    "paired_t": {"paired": True, "shared": 0.5},
    "signed_rank": {"paired": True, "shared": 0.5, "trials": 300},
}


@pytest.mark.parametrize("method", ALL_METHODS)
def test_type_one_error(method):
    assert worst(found(method, 0.8, type_one=True, **ALL_METHODS[method]), [0.05] * 3) < 3.0


def test_estimates_their_spread_and_what_significance_makes_of_them():
    rows = found("t_test", 0.3)
    for row, n in zip(rows, SIZES, strict=True):
        assert row.estimate == pytest.approx(0.3 * SD, abs=4 * row.estimate_se)
        assert row.estimate_sd == pytest.approx(SD * np.sqrt(2 / n), rel=0.1)
        assert row.width == pytest.approx(2 * 1.99 * SD * np.sqrt(2 / n), rel=0.1)
        assert row.wrong_sign < 0.1
    # with low power only a lucky estimate is significant (Gelman and Carlin 2014)
    assert rows[0].exaggeration > 2.5 > 2.1 > rows[-1].exaggeration > 1.0


def test_people_needed():
    law = GaussianTrials(ARMS, ROLES, (0.6 * SD, 0.0), SD)
    plan = planned(ARMS, "t_test")
    for row in judge({"on": law}, (20, 40, 60), 1500, plan).smallest:
        expected = TTestIndPower().solve_power(0.6, power=row.target, alpha=0.05)
        assert row.low <= np.ceil(expected) <= row.high
        assert row.n == pytest.approx(expected, rel=0.1)
