"""What has begun in the last days, and how thick a shaft was, on uneven grids and by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from follicle_sim.biology.expected_past import onset_over, shaft_ago

GRID = np.array([-40.0, -10.0, -4.0, -3.0, -1.0, 0.0, 2.0])
ONSET = np.array([9.0, 1.0, 2.0, 4.0, 8.0, 16.0, 99.0])
"""Onset per day in the cell that ends at each node."""
NODE = 5


def begun(days):
    """Return the number that began in the last days, cell by cell."""
    total = 0.0
    for k in range(1, NODE + 1):
        low, high = max(GRID[k - 1], -days), GRID[k]
        total += ONSET[k] * max(0.0, high - low)
    return total


@pytest.mark.parametrize("days", [0.25, 1.0, 1.5, 3.0, 3.5, 8.0, 25.0])
def test_the_mean_onset_of_the_last_days(days) -> None:
    every = [SimpleNamespace(onset=np.full((1, 2), value)) for value in ONSET]
    asked = np.array([[days, 2.0 * days]])
    mean = onset_over(GRID, every, NODE, asked)
    expected = [begun(days) / days, begun(min(2.0 * days, 40.0)) / min(2.0 * days, 40.0)]
    np.testing.assert_allclose(mean, [expected])


def test_no_days_have_no_onset_and_no_history_is_before_the_grid() -> None:
    every = [SimpleNamespace(onset=np.full((1, 1), value)) for value in ONSET]
    assert onset_over(GRID, every, NODE, np.zeros((1, 1))).item() == 0.0
    whole = onset_over(GRID, every, NODE, np.full((1, 1), 40.0))
    assert onset_over(GRID, every, NODE, np.full((1, 1), 90.0)) == pytest.approx(whole)


@pytest.mark.parametrize("days", [0.0, 0.5, 1.0, 2.0, 3.75, 30.0])
def test_the_shaft_of_some_days_ago_is_linear_between_nodes(days) -> None:
    size = GRID**2
    lives = SimpleNamespace(grid=GRID, log_shaft=lambda k: np.full((1, 2), size[k]))
    asked = np.array([[days, 4.0]])
    found = shaft_ago(lives, NODE, asked)
    np.testing.assert_allclose(found, [np.interp([-days, -4.0], GRID, size)])
