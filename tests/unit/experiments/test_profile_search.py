"""The search for a profile: against models whose profile is known in closed form."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from follicle_sim.experiments.calibration.profile_search import (
    Law,
    Model,
    find_profile,
    limit_of,
)

LIMIT = float(chi2.ppf(0.90, 1))


def law_of(value, se, present, upper=50.0, prior_sd=None, lower=0.0):
    value, present = np.atleast_1d(value).astype(float), np.atleast_1d(present).astype(float)
    d = len(present)
    return Law(
        value=value,
        whiten=np.eye(len(value)) / se,
        shift=np.zeros(len(value)),
        present=present,
        prior_sd=np.full(d, np.inf) if prior_sd is None else np.asarray(prior_sd, float),
        lower=np.full(d, lower),
        upper=np.full(d, upper),
    )


def straight(slope: float) -> Model:
    return lambda x: np.atleast_1d(slope * x[0])


@given(st.floats(0.5, 20.0), st.floats(0.2, 3.0), st.floats(0.3, 5.0))
@settings(max_examples=40, deadline=None)
def test_a_straight_line_has_the_interval_of_the_normal_law(best, se, present):
    found = find_profile(straight(2.0), law_of(2.0 * best, 2.0 * se, present), LIMIT)
    half = np.sqrt(LIMIT) * se
    assert found.best[0] == pytest.approx(best, abs=0.02 * max(best, present))
    assert found.misfit == pytest.approx(0.0, abs=0.02)
    for end, wanted in ((found.low, best - half), (found.high, best + half)):
        if 0.0 < wanted < 50.0:
            assert end == pytest.approx(wanted, abs=0.03 * max(wanted, present))
        else:
            assert end is None


def test_a_saturating_effect_may_have_no_upper_limit():
    # the largest effect, 10, is well within the error of what was seen
    found = find_profile(lambda x: 10.0 * x / (1.0 + x), law_of(9.5, 2.0, 1.0), LIMIT)
    assert found.high is None
    # 10 x / (1 + x) = 9.5 - 1.645 * 2 = 6.21
    assert found.low == pytest.approx(6.2103 / (10.0 - 6.2103), rel=0.02)


def test_what_was_seen_may_be_below_any_effect():
    found = find_profile(straight(1.0), law_of(-3.0, 1.0, 1.0), LIMIT)
    assert found.best[0] == 0.0
    assert found.low is None
    assert found.misfit == pytest.approx(9.0)
    # (x + 3)^2 - 9 = LIMIT
    assert found.high == pytest.approx(np.sqrt(9.0 + LIMIT) - 3.0, rel=0.02)


def test_numbers_that_nothing_moves_tell_nothing():
    found = find_profile(lambda x: np.array([1.0]), law_of(5.0, 1.0, 2.0), LIMIT)
    assert (found.low, found.high) == (None, None)
    assert found.misfit == pytest.approx(16.0)


def test_a_second_number_that_does_the_same_widens_the_interval():
    def both(x):
        return np.array([x[0] + x[1], x[1]])

    known = law_of([4.0, 2.0], 0.5, [1.0, 2.0], prior_sd=[np.inf, 1e-4])
    free = law_of([4.0, 2.0], 0.5, [1.0, 2.0], prior_sd=[np.inf, 10.0], lower=0.01)
    narrow, wide = (find_profile(both, law, LIMIT) for law in (known, free))
    assert narrow.best[0] == pytest.approx(2.0, abs=0.05)
    assert wide.best == pytest.approx([2.0, 2.0], abs=0.05)
    # SE of x_0 is 0.5 where x_1 is known, and 0.5 sqrt(2) where it is fitted from the second number
    assert narrow.high - narrow.low == pytest.approx(2 * np.sqrt(LIMIT) * 0.5, rel=0.03)
    assert wide.high - wide.low == pytest.approx(2 * np.sqrt(2.0 * LIMIT) * 0.5, rel=0.05)


def test_the_profile_is_what_was_evaluated():
    calls = []

    def model(x):
        calls.append(float(x[0]))
        return np.array([x[0]])

    found = find_profile(model, law_of(3.0, 1.0, 1.0), LIMIT)
    assert found.values.tolist() == sorted(set(calls))
    assert len(calls) < 25
    rise = (found.values - 3.0) ** 2
    assert found.rise == pytest.approx(rise, rel=0.02, abs=0.02)


def test_few_people_make_the_interval_wider():
    assert limit_of(0.90, np.inf, 4) == pytest.approx(LIMIT)
    assert limit_of(0.90, 12.0, 2) > limit_of(0.90, 40.0, 2) > LIMIT
    assert limit_of(0.90, 2.0, 5) == limit_of(0.90, 8.0, 5)  # three degrees of freedom at least
