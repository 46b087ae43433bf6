"""Restricted likelihood in small cases: one visit by hand, its sums, its boundary, its steps."""

import numpy as np
import pytest

from follicle_sim.analysis.statistics.reml import (
    NotEstimableError,
    Patterns,
    _along,
    _correlation_floor,
    _State,
    fit,
    inside,
    unstructured,
)

NAN = np.nan


def one_visit():
    """Two arms of 3 and 4 with squares of 2 and 20 about their means, 5 to spare."""
    x = np.column_stack([np.repeat([1.0, 0.0], [3, 4]), np.ones(7)])
    return x, np.array([[1.0], [2.0], [3.0], [1.0], [3.0], [5.0], [7.0]])


def test_the_likelihood_of_one_visit_by_hand():
    """Restricted: (n - q) log(2 pi s) + log det X'X + (n - q), all halved, X'X being 3 x 4."""
    found = fit(*one_visit())
    assert found.sigma[0, 0] == pytest.approx(22 / 5)
    assert found.beta[0] == pytest.approx([-2.0, 4.0])
    by_hand = -0.5 * (5 * np.log(2 * np.pi * 22 / 5) + np.log(12) + 5)
    assert found.log_likelihood == pytest.approx(by_hand)
    whole = fit(*one_visit(), restricted=False)
    assert whole.sigma[0, 0] == pytest.approx(22 / 7)
    assert whole.log_likelihood == pytest.approx(-0.5 * (7 * np.log(2 * np.pi * 22 / 7) + 7))
    estimate, se, df = found.contrast(np.array([[1.0, 0.0]]))
    assert (estimate, se, df) == pytest.approx((-2.0, np.sqrt(22 / 5 * (1 / 3 + 1 / 4)), 5.0))


def test_sums_of_a_pattern_hold_nothing_of_visits_not_seen():
    y = np.array([[1.0, NAN], [2.0, NAN], [3.0, 4.0], [NAN, NAN]])
    found = Patterns.of(np.ones((4, 1)), y)
    assert found.seen.tolist() == [[True, False], [True, True]]
    assert found.people.tolist() == [2.0, 1.0]
    assert found.yx[:, :, 0].tolist() == [[3.0, 0.0], [3.0, 4.0]]
    assert found.yy.tolist() == [[[5.0, 0.0], [0.0, 0.0]], [[9.0, 12.0], [12.0, 16.0]]]
    assert found.xx.tolist() == [[[2.0]], [[1.0]]]


def test_a_correlation_is_judged_whatever_the_scale():
    assert _correlation_floor(np.array([[4.0, 1e-3], [1e-3, 1e-6]])) == pytest.approx(0.5)
    assert _correlation_floor(np.array([[4.0, 0.0], [0.0, 0.0]])) == -1.0


def test_the_boundary_of_a_covariance():
    close, closer = (np.array([[1.0, 1.0 - r], [1.0 - r, 1.0]]) for r in (1e-6, 1e-8))
    assert inside(close, "no") is close
    with pytest.raises(NotEstimableError, match="no"):
        inside(closer, "no")


def test_a_step_too_long_is_halved_until_it_is_better():
    """From half the variance s, 64 steps too far: log v + s / v falls below its start at 1.5 s."""
    x, y = one_visit()
    state = _State(Patterns.of(x, y), np.array([[11 / 5]]), unstructured(1), True)
    step, gap = state.step()
    assert step[0, 0] == pytest.approx(11 / 5)
    # Its slope, 5/2 (s - v) / v^2, times itself.
    assert gap == pytest.approx(5 / 2)
    better, moved = _along(state, 64.0 * step)
    assert moved
    assert better.sigma[0, 0] == pytest.approx(1.5 * 22 / 5)
    # A step below 0 is no covariance and is halved as well.
    back, moved = _along(_State(state.data, 4.0 * state.sigma, state.basis, True), -8.0 * step)
    assert moved
    assert back.sigma[0, 0] == pytest.approx(2.0 * 11 / 5)
