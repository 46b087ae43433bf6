"""The days of a trial: visits as planned, and the grid on which forcing is tabulated."""

import numpy as np
import pytest

from follicle_sim.protocol.timeline import Visits, time_grid


def test_screening_baseline_and_starts_of_periods_keep_their_day():
    visits = Visits((-28.0, 0.0, 84.0, 112.0, 196.0), starts=(0.0, 112.0), slack=5.0)
    assert visits.exact == (-28.0, 0.0, 112.0)
    assert (visits.end, visits.last_day) == (196.0, 201.0)
    # also where a run-in is shorter than a day
    assert Visits((-0.5, 0.0, 84.0)).exact == (-0.5, 0.0)


def test_visits_are_one_period_without_slack_unless_said():
    visits = Visits((0.0, 0.5, 84.0))
    assert (visits.starts, visits.slack) == ((0.0,), 0.0)
    assert visits.exact == (0.0,)
    assert visits.last_day == visits.end == 84.0


@pytest.mark.parametrize("step", [0.25, 1.0, 3.0])
@pytest.mark.parametrize("end", [0.0, 5.9, 6.0, 84.0])
def test_from_baseline_on_every_step_has_a_node_and_the_last_cell_no_visit(step, end):
    grid = time_grid(365.0, end, step)
    after = grid[grid >= 0.0]
    assert np.array_equal(after, step * np.arange(after.size))
    # a visit at the end lies before the last cell begins, and no cell more is made than that asks
    assert grid[-2] > end >= grid[-3]


def test_before_baseline_cells_are_as_long_as_drift_allows_and_no_longer():
    for history in (90.0, 91.0, 3650.0):
        before = time_grid(history, 10.0, 1.0)
        before = before[before <= 0.0]
        assert before[0] == -history
        assert before[-1] == 0.0
        assert before.size == np.ceil(history / 30.0) + 1
        np.testing.assert_allclose(np.diff(before), history / (before.size - 1), rtol=1e-12)


@pytest.mark.parametrize(("lead", "step", "first"), [(14.0, 1.0, 14.0), (14.0, 4.0, 16.0)])
def test_doses_of_a_run_in_act_on_the_fine_grid(lead, step, first):
    """It begins on the last multiple of the step that is no later than the run-in."""
    grid = time_grid(365.0, 30.0, step, lead)
    fine = grid[grid >= -first]
    assert np.array_equal(fine, step * np.arange(-first / step, fine.size - first / step))
    coarse = grid[grid <= -first]
    assert (coarse[0], coarse[-1]) == (-365.0, -first)
    assert coarse.size == np.ceil((365.0 - first) / 30.0) + 1
    np.testing.assert_allclose(np.diff(coarse), (365.0 - first) / (coarse.size - 1), rtol=1e-12)


def test_there_is_room_for_the_hairs_shed_before_the_first_visit():
    assert time_grid(0.0, 10.0, 1.0)[0] == -28.0
    assert time_grid(30.0, 10.0, 1.0, 14.0)[0] == -28.0 - 14.0
