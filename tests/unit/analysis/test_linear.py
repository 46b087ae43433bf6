"""Small cases of least squares by hand: how many people are enough, and what rounding explains."""

import numpy as np
import pytest

from follicle_sim.analysis.methods import compare_groups
from follicle_sim.analysis.statistics.groups import Group
from follicle_sim.analysis.statistics.linear import Fitted, moments, swept

NAN = np.nan


def of(*values, baseline=None, size=None):
    """A group of so many changes at one visit; baseline 0 unless given."""
    start = np.zeros(len(values)) if baseline is None else np.array(baseline, dtype=float)
    size = None if size is None else np.array(size)
    return Group(start, start[:, None] + np.array(values, dtype=float)[:, None], size=size)


def test_moments_over_the_last_axis():
    values = np.array([1.0, NAN, 3.0, 8.0])
    assert moments(values, np.array(1e-9)) == (3, 4.0, 26.0)


def test_rounding_is_no_spread():
    """Four numbers with a dust of 1/2 may have squares of 4 x 1/4."""
    found = swept(np.array([0.9, 1.0, 1.01]), np.array([4, 4, 4]), np.array(0.5))
    assert found.tolist() == [0.0, 0.0, 1.01]


@pytest.mark.parametrize(
    ("method", "people", "needed"),
    [
        ("t_test", (0, 3), "1 in each arm, 3 in all are"),
        ("t_test", (3, 0), "1 in each arm, 3 in all are"),
        ("t_test", (0, 0), "1 in each arm, 3 in all are"),
        ("t_test", (1, 1), "3 in all are"),
        ("t_test", (1, 2), ""),
        ("t_test", (2, 1), ""),
        ("welch", (1, 2), "2 in each arm are"),
        ("welch", (2, 1), "2 in each arm are"),
        ("welch", (2, 2), ""),
        ("ancova", (0, 5), "1 in each arm, 4 in all (arm, mean and what is adjusted for, 1 more)"),
        ("ancova", (5, 0), "1 in each arm, 4 in all (arm, mean and what is adjusted for, 1 more)"),
        ("ancova", (1, 2), "4 in all (arm, mean and what is adjusted for, 1 more) are"),
        ("ancova", (1, 3), ""),
        ("ancova", (3, 1), ""),
    ],
)
def test_how_many_are_enough(method, people, needed):
    changes, starts = (1.0, 4.0, 2.0, 9.0, 5.0), (100.0, 120.0, 90.0, 130.0, 105.0)
    five = [changes[:n] + (NAN,) * (5 - n) for n in people]
    treated, control = (
        of(*each, baseline=starts[::step] if method == "ancova" else None)
        for each, step in zip(five, (1, -1), strict=True)
    )
    effect = compare_groups(method, treated, control)
    told = f"too few people: {people[0]} + {people[1]} have a value, {needed}"
    assert effect.why.startswith(told) if needed else effect.why == ""
    assert np.isnan(effect.p) == bool(needed)
    assert (effect.n_treated, effect.n_control) == people


def test_degrees_of_freedom_are_never_below_none():
    assert compare_groups("t_test", of(NAN), of(1.0)).df == 0.0
    assert compare_groups("t_test", of(1.0), of(1.0)).df == 0.0
    assert compare_groups("ancova", of(NAN), of(1.0)).df == 0.0
    for values, df, why in (
        ((NAN, NAN), 0.0, "too few people: 0 have a value, 2 are needed"),
        ((NAN, 2.0), 0.0, "too few people: 1 have a value, 2 are needed"),
        ((1.0, 2.0), 1.0, ""),
    ):
        effect = compare_groups("paired_t", of(*values))
        assert (effect.df, effect.why) == (df, why)


def test_degrees_of_freedom_of_two_variances():
    """Satterthwaite: (a + b)^2 / (a^2 / (n - 1) + b^2 / (m - 1)) for variances a, b of means."""
    flat, spread = of(5.0, 5.0, 5.0, 5.0), of(1.0, 2.0, 4.0)
    assert compare_groups("welch", flat, spread).df == pytest.approx(2.0)
    assert compare_groups("welch", spread, flat).df == pytest.approx(2.0)
    # a = 2 / 2 and b = 6 / 6.
    equal = compare_groups("welch", of(0.0, 2.0), of(5.0, -1.0, -1.0, -1.0, -1.0, -1.0))
    assert equal.df == pytest.approx(4 / (1 + 1 / 5))
    # Without any spread, those of one variance.
    none = compare_groups("welch", flat, of(3.0, 3.0, 3.0))
    assert (none.df, none.estimate) == (5.0, 2.0)
    assert none.why.startswith("no spread")


def test_a_spread_of_rounding_is_none_after_adjusting_as_well():
    """With values of 1e9 a difference of 1 is rounding; four residuals of 0.9 are less."""
    for half, none in ((0.9, True), (1.1, False)):
        groups = (of(half, -half, size=1e9), of(half, -half, size=1e9))
        effect = compare_groups("ancova", *groups)
        assert effect.why.startswith("no spread") == none
        assert effect.df == 2.0


@pytest.mark.parametrize(
    ("apart", "told"), [(0.0, False), (1e-11, False), (0.9e-9, False), (1.1e-9, True), (1e-7, True)]
)
def test_an_arm_that_the_baseline_nearly_is(apart, told):
    """What of the arm is left beside it has a square of 4 x apart^2, held against 4 x 1e-18."""
    wave = apart * np.array([1.0, -1.0, 1.0, -1.0])
    treated = of(1.0, 2.0, 4.0, 3.0, baseline=1.0 + wave)
    control = of(2.0, 5.0, 3.0, 1.0, baseline=np.zeros(4))
    effect = compare_groups("ancova", treated, control)
    assert effect.why.startswith("the arm cannot be told") == (not told)
    assert np.isfinite(effect.estimate) == told


def test_columns_are_judged_beside_their_own_size():
    used = np.array([[True, True, True, False], [True, True, True, True]])
    fitted = Fitted(used)
    assert fitted.rank.tolist() == [1.0, 1.0]
    # New in the first trial at whatever size, a constant in the second.
    slope = np.array([[1.0, 2.0, 4.0, 7.0], [3.0, 3.0, 3.0, 3.0]])
    fitted.adjust_for(1e-12 * slope)
    assert fitted.rank.tolist() == [2.0, 1.0]
    value = np.array([[1.0, 0.0, 0.0, 5.0], [1.0, 0.0, 0.0, 5.0]])
    # By hand: (1, 0, 0) less 1/3 less its slope by (-4, -1, 5) / 3, which is -12/42.
    assert fitted.unexplained(value)[0] == pytest.approx(np.array([4.0, -6.0, 2.0, 0.0]) / 14)
    assert fitted.unexplained(value)[1] == pytest.approx([-0.5, -1.5, -1.5, 3.5])
    fitted.adjust_for(1e12 * (2.0 + slope + 1e-13 * value))
    assert fitted.rank.tolist() == [2.0, 1.0]
    assert fitted.unexplained(value)[1] == pytest.approx([-0.5, -1.5, -1.5, 3.5])
