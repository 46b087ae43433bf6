"""The median of a group, its standard error and its difference between groups."""

import math

import numpy as np
import pytest

from follicle_sim.base.estimates import estimate, level_median


def group(values: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    return 1.0, values, np.zeros_like(values)


def test_the_error_of_a_median_is_that_of_a_normal_sample() -> None:
    values = np.random.default_rng(11).standard_normal(20_000)
    found = estimate(level_median, [group(values)], paired=False)
    assert float(found.value) == np.median(values)
    # asymptotically sqrt(pi / 2) SD / sqrt(n); the density it rests on is known to 5 % here
    assert float(found.se) == pytest.approx(math.sqrt(math.pi / 2 / 20_000), rel=0.1)


def test_errors_of_medians_hold_what_they_promise() -> None:
    rng = np.random.default_rng(3)
    samples = rng.exponential(1.0, (400, 60))
    medians = np.median(samples, axis=1)
    told = [float(estimate(level_median, [group(row)], paired=False).se) for row in samples]
    # the scatter of 400 medians is known to 3.5 %; small samples of a skewed law to some more
    assert np.mean(told) == pytest.approx(medians.std(), rel=0.15)


def test_people_who_are_missing_are_left_out() -> None:
    values = np.array([1.0, np.nan, 2.0, 9.0])
    found = estimate(level_median, [group(values)], paired=False)
    assert float(found.value) == 2.0
    assert float(found.n) == 3.0
    nobody = estimate(level_median, [group(np.full(3, np.nan))], paired=False)
    assert math.isnan(float(nobody.value))


def test_medians_are_taken_visit_by_visit() -> None:
    values = np.array([[1.0, 2.0, 3.0], [5.0, 5.0, 7.0]])
    found = estimate(level_median, [group(values)], paired=False)
    assert found.value.tolist() == [2.0, 5.0]
