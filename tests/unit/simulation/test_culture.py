"""What is measured in a dish: shares and lengths, by a slow second count and their properties."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from follicle_sim.simulation.instrument.culture import Dish, elongation_of, retention_of

ZERO = np.array([0])
GROWTH = 0.111


def slow_elongation(anagen: list[float], days: list[float], growth: float) -> list[float]:
    """Follicle by follicle: the one that leaves between two visits leaves in their middle."""
    lived, start = [0.0] * int(anagen[0]), int(anagen[0])
    out = [math.nan]
    for k in range(1, len(days)):
        step, now, before = days[k] - days[k - 1], int(anagen[k]), int(anagen[k - 1])
        for i in range(now):
            lived[i] += step
        for i in range(now, before):
            lived[i] += 0.5 * step
        out.append(growth * sum(lived) / start / days[k])
    return out


def test_the_length_is_that_of_a_count_follicle_by_follicle() -> None:
    anagen, days = [24.0, 23.0, 17.0, 17.0, 5.0, 0.0], [0.0, 1.0, 4.0, 4.5, 9.0, 12.0]
    dish = Dish(np.array([anagen]), np.array([GROWTH]), np.array(days))
    np.testing.assert_allclose(
        elongation_of(dish, ZERO)[0], slow_elongation(anagen, days, GROWTH), rtol=1e-13
    )
    np.testing.assert_allclose(retention_of(dish, ZERO)[0], np.array(anagen) / 24.0)


falling = arrays(np.int64, (3, 7), elements=st.integers(0, 9)).map(
    lambda left: 100.0 - np.cumsum(left, axis=1).astype(float)
)


@given(falling, st.floats(0.01, 2.0))
def test_properties_of_a_dish(anagen: np.ndarray, growth: float) -> None:
    days = np.array([0.0, 1.0, 2.0, 3.0, 6.0, 10.0, 12.0])
    dish = Dish(anagen, np.full(3, growth), days)
    share, mean = retention_of(dish, ZERO), elongation_of(dish, ZERO)
    assert (share[:, 0] == 1.0).all()
    assert (np.diff(share, axis=1) <= 0.0).all()
    # between what is left at the end and no loss at all; the mean never rises, as growth only stops
    assert (mean[:, 1:] <= growth * (1.0 + 1e-12)).all()
    assert (mean[:, 1:] >= growth * share[:, 1:] * (1.0 - 1e-12)).all()
    assert (np.diff(mean[:, 1:], axis=1) <= 1e-12 * growth).all()
    # donors are measured each alone
    order = np.array([2, 0, 1])
    swapped = Dish(anagen[order], dish.growth[order], days)
    np.testing.assert_array_equal(elongation_of(swapped, ZERO), mean[order])
    # twice as fast a growth is twice the length
    np.testing.assert_allclose(
        elongation_of(Dish(anagen, 2.0 * dish.growth, days), ZERO)[:, 1:], 2.0 * mean[:, 1:]
    )


def test_nothing_is_known_before_the_follicles_are_cut_out_or_without_that_day() -> None:
    anagen, growth = np.array([[30.0, 20.0, 10.0]]), np.array([GROWTH])
    before = Dish(anagen, growth, np.array([-0.5, 0.0, 7.0]))
    assert np.isnan(retention_of(before, np.array([1]))[0]).tolist() == [True, False, False]
    mean = elongation_of(before, np.array([1]))[0]
    assert np.isnan(mean).tolist() == [True, True, False]
    assert mean[2] == pytest.approx(GROWTH * 0.75)  # what was before has no part in it
    never = Dish(anagen, growth, np.array([1.0, 2.0, 3.0]))
    assert np.isnan(retention_of(never, np.array([], np.int64))).all()
    assert np.isnan(elongation_of(never, np.array([], np.int64))).all()


def test_a_donor_without_a_growing_follicle_has_no_share() -> None:
    dish = Dish(np.array([[0.0, 0.0], [4.0, 2.0]]), np.ones(2), np.array([0.0, 2.0]))
    assert np.isnan(retention_of(dish, ZERO)).tolist() == [[True, True], [False, False]]
    assert np.isnan(elongation_of(dish, ZERO)).tolist() == [[True, True], [True, False]]
    assert elongation_of(dish, ZERO)[1, 1] == 0.75
