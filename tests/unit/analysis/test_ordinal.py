"""Odds ratios of better answers, against statsmodels, tables of two answers and by hand."""

import numpy as np
import pytest
import scipy.stats as st
from statsmodels.miscmodels.ordinal_model import OrderedModel

from follicle_sim.analysis.statistics.ordinal import proportional_odds


def test_odds_are_those_of_statsmodels():
    rng = np.random.default_rng(5)
    for _ in range(5):
        x, y = rng.integers(2, 6, 12).astype(float), rng.integers(1, 5, 14).astype(float)
        found = proportional_odds(x, y)
        codes = np.unique(np.concatenate([x, y]), return_inverse=True)[1]
        model = OrderedModel(codes, np.repeat([1.0, 0.0], [12, 14])[:, None], distr="logit")
        theirs = model.fit(method="bfgs", disp=False, maxiter=500, gtol=1e-6)
        assert np.log(found.estimate) == pytest.approx(float(theirs.params[0]), abs=1e-5)
        # Their curvature is a numerical one.
        assert found.p == pytest.approx(float(theirs.pvalues[0]), abs=1e-4)


def test_odds_of_two_answers_are_those_of_a_table():
    """Woolf 1955: the variance of a log odds ratio is the sum of reciprocal counts."""
    found = proportional_odds(np.repeat([1.0, 2.0], [7, 15]), np.repeat([1.0, 2.0], [12, 9]))
    log_odds, se = np.log(15 * 12 / (7 * 9)), np.sqrt(1 / 7 + 1 / 15 + 1 / 12 + 1 / 9)
    assert np.log(found.estimate) == pytest.approx(log_odds, rel=1e-11)
    assert found.p == pytest.approx(2 * st.norm.sf(log_odds / se), rel=1e-10)
    assert np.log(found.high) == pytest.approx(log_odds + st.norm.ppf(0.975) * se, rel=1e-10)


def test_odds_that_do_not_overlap_are_open_at_one_end():
    high, low = np.array([3.0, 4.0, 5.0]), np.array([1.0, 2.0, 3.0])
    assert proportional_odds(high, low).why.endswith("open above")
    assert proportional_odds(low, high).why.endswith("open below")
    assert proportional_odds(low, low).estimate == pytest.approx(1.0)
    assert proportional_odds(low[:2] * 0 + 1, low * 0 + 1).why == "everybody gave the same answer"
    assert proportional_odds(low[:1], low).why.startswith("too few people: 1 + 3")


def test_an_arm_of_two_is_enough_and_one_of_one_is_not():
    low = np.array([1.0, 2.0, 3.0])
    assert proportional_odds(low, low[:1]).why == (
        "too few people: 3 + 1 have a value, 2 in each arm are needed"
    )
    found = proportional_odds(low[[0, 2]], low[[0, 2, 2]])
    # A table of two answers: 1 of 2 against 2 of 3.
    assert found.estimate == pytest.approx(0.5)
    assert (found.n_treated, found.n_control, found.why) == (2, 3, "")


def test_the_limits_lie_alike_about_the_log_odds():
    found = proportional_odds(np.repeat([1.0, 2.0], [7, 15]), np.repeat([1.0, 2.0], [12, 9]))
    log_odds, se = np.log(15 * 12 / (7 * 9)), np.sqrt(1 / 7 + 1 / 15 + 1 / 12 + 1 / 9)
    half = st.norm.ppf(0.975) * se
    assert np.log([found.low, found.high]) == pytest.approx([log_odds - half, log_odds + half])


def test_a_step_too_far_is_halved():
    """Whole steps of Newton leave the thresholds out of order or the likelihood worse."""
    for treated, control in (((2, 150), (5, 1)), ((1, 5), (150, 1)), ((5, 1), (2, 150))):
        found = proportional_odds(np.repeat([1.0, 2.0], treated), np.repeat([1.0, 2.0], control))
        odds = treated[1] * control[0] / (treated[0] * control[1])
        assert found.estimate == pytest.approx(odds, rel=1e-10)
