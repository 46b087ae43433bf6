"""Rates and their differences: printed examples, small tables by hand, every table of 30 pairs."""

import numpy as np
import pytest
import scipy.stats as st
from statsmodels.stats import proportion

from follicle_sim.analysis.outcomes.responders import rate_difference, rate_difference_within
from follicle_sim.analysis.statistics.rates import (
    newcombe_limits,
    paired_limits,
    rate_differences,
    rate_differences_within,
    wilson_limits,
)

NAN = np.nan


def test_intervals_are_the_printed_ones():
    """Newcombe 1998, Stat Med 17:857, table I, and 17:873, table II, method 10."""
    one = np.array([81.0, 15.0, 0.0, 1.0]), np.array([263.0, 148.0, 20.0, 29.0])
    low, high = wilson_limits(*one, 0.95)
    assert low == pytest.approx([0.2553, 0.0624, 0.0, 0.0061], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)
    pair = (np.array(each) for each in ([56.0, 9.0], [70.0, 10.0], [48.0, 3.0], [80.0, 10.0]))
    low, high = newcombe_limits(*pair, 0.95)
    assert low == pytest.approx([0.0524, 0.1705], abs=5e-5)
    assert high == pytest.approx([0.3339, 0.8090], abs=5e-5)
    nobody = wilson_limits(np.zeros(1), np.zeros(1), 0.95)
    assert np.isnan(nobody).all()


def test_pairs_have_the_printed_interval():
    """Newcombe 1998, Stat Med 17:2635, method 10; of 54 alike, both limits are Wilson's."""
    cells = np.array([[36.0, 12.0, 2.0, 0.0], [54.0, 0.0, 0.0, 0.0]]).T
    low, high = paired_limits(*cells, 0.95)
    assert low == pytest.approx([0.0569, -0.0664], abs=5e-5)
    assert high == pytest.approx([0.3404, 0.0664], abs=5e-5)


def test_the_score_test_is_statsmodels_in_each_of_many_trials():
    treated = np.array([[1, 1, 1, 0, NAN], [0, 0, 0, 0, 0], [1, 1, 1, 1, 1], [NAN] * 5])
    control = np.array([[0, 0, 1, 0], [0, 0, 0, NAN], [1, 1, 1, 1], [1, 0, 0, 0]])
    found = rate_differences(treated, control, 0.95)
    theirs = proportion.test_proportions_2indep(3, 4, 1, 4, method="score")
    assert found.p[:3] == pytest.approx([theirs.pvalue, 1.0, 1.0])
    assert found.estimate[:3] == pytest.approx([0.5, 0.0, 0.0])
    assert np.isnan([found.estimate[3], found.p[3], found.low[3], found.high[3]]).all()
    limits = proportion.confint_proportions_2indep(3, 4, 1, 4, method="newcomb")
    assert (found.low[0], found.high[0]) == pytest.approx(limits)
    assert found.n_treated.tolist() == [4, 5, 5, 0]
    assert found.n_control.tolist() == [4, 3, 4, 4]
    assert found.why.tolist() == [
        "",
        "",
        "",
        "too few people: 0 + 4 have a value, 1 in each arm are needed",
    ]
    assert found.method == "miettinen_nurminen"
    above = rate_differences(treated, control, 0.95, "greater").p[0]
    below = rate_differences(treated, control, 0.95, "less").p[0]
    assert (above, below) == pytest.approx((theirs.pvalue / 2, 1 - theirs.pvalue / 2))
    assert np.isnan(found.df).all()
    assert np.isnan(found.se).all()


def test_mcnemar_counts_only_pairs_that_differ():
    """6 of 7 heads: P(1 or fewer of 7) = 8 / 128; and without any pair that differs p is 1."""
    treated = np.array([[1, 1, 1, 1, 1, 1, 0, 0, 1, NAN], [1, 1, 0, 0, 0, 0, 0, 0, NAN, 1]])
    control = np.array([[0, 0, 0, 0, 0, 0, 1, 0, 1, 1], [1, 1, 0, 0, 0, 0, 0, 0, 1, NAN]])
    found = rate_differences_within(treated, control, 0.95)
    assert found.p == pytest.approx([2 * 8 / 128, 1.0])
    assert found.estimate == pytest.approx([5 / 9, 0.0])
    assert found.n_treated.tolist() == [9, 8]
    assert found.n_control.tolist() == [0, 0]
    assert found.method == "mcnemar"
    assert rate_differences_within(treated, control, 0.95, "greater").p[0] == 8 / 128
    # All but 7 of 7: 127 / 128.
    assert rate_differences_within(treated, control, 0.95, "less").p[0] == 127 / 128
    low, high = paired_limits(*(np.array([c]) for c in (1.0, 6.0, 1.0, 1.0)), 0.95)
    assert (found.low[0], found.high[0]) == (low[0], high[0])
    low, high = paired_limits(*(np.array([c]) for c in (2.0, 0.0, 0.0, 6.0)), 0.95)
    assert (found.low[1], found.high[1]) == (low[0], high[0])
    nobody = rate_differences_within(np.full((1, 2), NAN), np.zeros((1, 2)), 0.95)[0]
    assert nobody.why == "too few people: 0 have a value, 1 are needed"
    assert np.isnan([nobody.p, nobody.estimate, nobody.low, nobody.high]).all()


def test_one_trial_is_the_first_of_many():
    treated, control = np.array([1.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0])
    for one, many in (
        (rate_difference, rate_differences),
        (rate_difference_within, rate_differences_within),
    ):
        alone = one(treated, control, 0.9)
        assert alone.p == many(treated[None], control[None], 0.9).p[0]


def test_the_interval_of_pairs_holds_its_own_estimate():
    treated, control = np.array([1.0, 1.0, 1.0]), np.array([0.0, 0.0, 1.0])
    found = rate_difference_within(treated, control, 0.95)
    assert found.estimate == pytest.approx(2 / 3)
    assert found.low < found.estimate < found.high
    for n in (1, 2, 5, 9):
        cells = np.array(
            [(a, b, c, n - a - b - c) for a in range(n + 1) for b in range(n + 1 - a)
             for c in range(n + 1 - a - b)], dtype=float,
        ).T  # fmt: skip
        low, high = paired_limits(*cells, 0.95)
        estimate = (cells[1] - cells[2]) / n
        assert (low <= estimate + 1e-12).all()
        assert (estimate <= high + 1e-12).all()
        assert (low >= -1.0 - 1e-12).all()
        assert (high <= 1.0 + 1e-12).all()
        # Turned round, the interval is its own mirror image.
        mirrored = paired_limits(cells[0], cells[2], cells[1], cells[3], 0.95)
        assert -mirrored[1] == pytest.approx(low)


@pytest.mark.parametrize(
    "rates", [(0.3, 0.2, 0.1, 0.4), (0.1, 0.3, 0.1, 0.5), (0.5, 0.1, 0.05, 0.35)]
)
def test_the_interval_of_pairs_covers_the_truth(rates):
    """Exactly, over every table of 30 pairs."""
    n = 30
    law = st.multinomial(n, rates)
    cells = np.array([(a, b, c, n - a - b - c) for a in range(n + 1) for b in range(n + 1 - a)
                      for c in range(n + 1 - a - b)])  # fmt: skip
    low, high = paired_limits(*cells.T.astype(float), 0.95)
    truth = rates[1] - rates[2]
    covered = law.pmf(cells)[(low <= truth) & (truth <= high)].sum()
    assert 0.935 < covered < 0.985
