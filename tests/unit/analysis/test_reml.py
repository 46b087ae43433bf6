"""Restricted likelihood in small cases: one visit by hand, its sums, its boundary, its steps."""

import numpy as np
import pytest

from follicle_sim.analysis.statistics.reml import (
    NotEstimableError,
    Patterns,
    _correlation_floor,
    _first_guess,
    _polish,
    _State,
    _step_along,
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
    better, moved = _step_along(state, 64.0 * step)
    assert moved
    assert better.sigma[0, 0] == pytest.approx(1.5 * 22 / 5)
    # A step below 0 is no covariance and is halved as well.
    back, moved = _step_along(_State(state.data, 4.0 * state.sigma, state.basis, True), -8.0 * step)
    assert moved
    assert back.sigma[0, 0] == pytest.approx(2.0 * 11 / 5)


def test_the_first_guess_is_the_variances_seen_and_half_of_each_shared():
    """Squares about the means: 2 of three values, and 32 of three others; each has 2 to spare."""
    y = np.array([[1.0, 2.0], [2.0, NAN], [3.0, 6.0], [NAN, 10.0]])
    assert _first_guess(np.ones((4, 1)), y) == pytest.approx(np.array([[1.0, 2.0], [2.0, 16.0]]))


def test_a_first_guess_from_a_single_value_is_no_spread():
    """One value less one mean leaves nothing to divide by, which counts as one."""
    assert _first_guess(np.ones((2, 1)), np.array([[3.0], [NAN]])) == pytest.approx(0.0)


def near_the_maximum(share):
    """Return the state of one visit with a share of the variance that fits best, and its step."""
    x, y = one_visit()
    sigma = np.array([[share * 22 / 5]])
    state = _State(Patterns.of(x, y), sigma, unstructured(1), True)
    return state, *state.step()


def test_polishing_takes_whole_steps_to_the_maximum():
    """From 9/10 of the variance one whole step is left: gap 5/2 (1/9)^2 before, none after."""
    state, step, gap = near_the_maximum(0.9)
    assert gap == pytest.approx(5 / 2 / 81)
    polished, left = _polish(state, step, gap)
    assert polished.sigma[0, 0] == pytest.approx(22 / 5, rel=1e-14)
    assert 0.0 <= left < 1e-24


def test_polishing_stays_where_a_step_leads_no_nearer():
    """Ten steps too many lead to 1.9 of the variance, whose gap is 5/2 (9/19)^2."""
    state, step, gap = near_the_maximum(0.9)
    far = 5 / 2 * (9 / 19) ** 2
    assert _polish(state, 10.0 * step, gap) == (state, gap)
    # where the gap was larger still, that step is taken, and more from there
    moved, left = _polish(state, 10.0 * step, 1.001 * far)
    assert moved.sigma[0, 0] == pytest.approx(22 / 5)
    assert left < 1e-20
    # a step that leaves the gap as it is brings nothing nearer
    same = _State(state.data, state.sigma + 10.0 * step, state.basis, True).step()[1]
    assert same == pytest.approx(far)
    assert _polish(state, 10.0 * step, same) == (state, same)


def test_polishing_stays_where_a_step_leads_to_no_covariance():
    state, step, gap = near_the_maximum(0.9)
    assert _polish(state, -10.0 * step, gap) == (state, gap)


def test_polishing_ends_where_nothing_is_left_to_gain():
    state, step, _ = near_the_maximum(0.9)
    assert _polish(state, step, 1e-22) == (state, 1e-22)
