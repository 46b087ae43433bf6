"""What refuses a model, with what reason; hazards of groups that do not overlap."""

import numpy as np
import pytest

from follicle_sim.analysis.methods import compare_groups
from follicle_sim.analysis.outcomes.waiting import time_to_response
from follicle_sim.analysis.statistics import reml
from follicle_sim.analysis.statistics.estimable import independent, why_not
from follicle_sim.analysis.statistics.groups import Group

NAN = np.nan


def columns(treated, control):
    return np.column_stack([np.repeat([1.0, 0.0], [treated, control]), np.ones(treated + control)])


def values(people, visits, seed=1):
    return 10.0 * np.random.default_rng(seed).standard_normal((people, visits))


def test_a_mean_needs_the_columns_apart_at_its_visit():
    x, y = columns(4, 4), values(8, 2)
    assert why_not(x, y, 1e-9) == ""
    # Only controls come to the second visit.
    y[:4, 1] = NAN
    assert why_not(x, y, 1e-9) == (
        "too few people: the 4 seen at visit 2 of 2 do not tell arm, baseline and strata apart "
        "there"
    )
    y[4:, 1] = NAN
    y[0, 1] = y[7, 1] = 3.0
    assert why_not(x, y, 1e-9).startswith(
        "too few people: 2 were seen at visit 2 of 2, 3 are needed"
    )


def test_two_visits_need_people_seen_at_both():
    x, y = columns(6, 6), values(12, 2)
    y[:3, 0] = y[6:9, 0] = NAN
    y[3:6, 1] = y[9:, 1] = NAN
    assert why_not(x, y, 1e-9).startswith(
        "too few people: 0 were seen at visits 1 and 2 of 2 together"
    )
    # One variance and one covariance cannot be told apart either.
    assert why_not(x, y, 1e-9, exchangeable=True).startswith("too few people")


@pytest.mark.parametrize(("people", "fits"), [(4, False), (5, True), (6, True)])
def test_a_covariance_of_any_shape_needs_as_many_to_spare_as_visits(people, fits):
    """With n people, q columns and V visits its residuals have rank min(n - q, V)."""
    whole = values(2 * people, 3)
    whole[people:] = values(people, 3, seed=2)
    x = columns(people, people)[:, :]
    y = whole.copy()
    # All but `people` of them miss the last visit, so that the pattern is ragged.
    y[people:, 2] = NAN
    x[:, 0] = np.arange(2 * people) % 2
    assert (why_not(x, y, 1e-9) == "") == fits
    if fits:
        assert np.isfinite(reml.fit(x, y).contrast(np.eye(3, 2))[1])
    else:
        with pytest.raises(reml.NotEstimableError, match="together, 5 are needed"):
            reml.fit(x, y)


def test_the_likelihood_does_rise_without_end_where_it_is_said_to():
    """Four people with all three visits, two columns: a combination of visits has no residual."""
    y = values(12, 3)
    y[4:, 2] = NAN
    x = columns(6, 6)
    x[:, 0] = np.arange(12) % 2
    assert why_not(x, y, 1e-9)
    whole = y[:4] - x[:4] @ np.linalg.lstsq(x[:4], y[:4], rcond=None)[0]
    free = np.linalg.svd(whole)[2][-1]
    others = np.linalg.svd(free[None])[2][1:]
    data, basis = reml.Patterns.of(x, y), reml.unstructured(3)
    seen = []
    for small in (1e-2, 1e-4, 1e-6, 1e-8):
        sigma = 100.0 * (others.T @ others + small * np.outer(free, free))
        seen.append(reml._State(data, sigma, basis, True).log_likelihood)
    # Two to spare: each factor of 100 in the variance is worth ln 100.
    assert np.diff(seen) == pytest.approx(np.full(3, np.log(100.0)), rel=0.05)


def test_visits_that_move_alike_are_no_covariance():
    y = values(12, 3)
    y[:, 1] = y[:, 0] + 2.0
    y[0, 2] = NAN
    assert why_not(columns(6, 6), y, 1e-9) == (
        "no spread: visits 1 and 2 of 3 moved alike in everybody seen at all of them"
    )


def test_a_random_intercept_needs_spread_within_and_between():
    x, y = columns(6, 6), values(12, 3)
    flat = np.repeat(y[:, :1], 3, axis=1)
    assert why_not(x, flat, 1e-9, exchangeable=True).startswith("no spread within people")
    wavy = y - y.mean(axis=1, keepdims=True)
    assert why_not(x, wavy, 1e-9, exchangeable=True).startswith("no spread between people")
    assert why_not(x, y, 1e-9, exchangeable=True) == ""


def test_rank_is_judged_beside_the_size_of_a_column():
    counts = np.array([[1.0, 204.0], [1.0, 198.0], [1.0, 230.0]])
    assert independent(counts) == 2
    counts[:, 1] = 200.0 * (1.0 + 1e-12 * np.array([1.0, -1.0, 0.3]))
    assert independent(counts) == 1
    assert independent(np.zeros((3, 2))) == 0
    assert independent(np.zeros((0, 2))) == 0


def test_refusals_name_what_is_needed():
    two = Group(np.array([100.0, 110.0]), np.array([[105.0], [118.0]]))
    one = Group(np.array([100.0]), np.array([[103.0]]))
    assert compare_groups("welch", two, one).why == (
        "too few people: 2 + 1 have a value, 2 in each arm are needed"
    )
    assert compare_groups("t_test", one, one).why.endswith("3 in all are needed")
    assert "4 in all (arm, mean" in compare_groups("ancova", two, one).why
    assert compare_groups("paired_t", one).why == ("too few people: 1 have a value, 2 are needed")
    # The baseline says who was treated.
    high = Group(np.array([200.0, 200.0, 200.0]), np.array([[205.0], [208.0], [209.0]]))
    low = Group(np.array([100.0, 100.0, 100.0]), np.array([[101.0], [108.0], [102.0]]))
    told = compare_groups("ancova", high, low)
    assert told.why.startswith("the arm cannot be told")
    assert np.isnan(told.estimate)
    assert compare_groups("t_test", high, low).why == ""


# -- open at one end -------------------------------------------------------------------------------


def test_hazards_that_do_not_overlap_are_open_at_one_end():
    early = (np.array([28.0, 28.0, 56.0]), np.array([True, True, True]))
    late = (np.array([84.0, 84.0, 84.0]), np.array([True, False, False]))
    for treated, control, side in ((early, late, "above"), (late, early, "below")):
        found = time_to_response(treated, control, 0.95).effect
        assert np.isnan(found.estimate)
        assert found.why.endswith(f"the hazard ratio is open {side}")
        assert 0.0 < found.p < 0.1
    nobody = (np.array([84.0, 84.0]), np.array([False, False]))
    assert time_to_response(nobody, nobody, 0.95).effect.why == "nobody responded"
    alone = (np.array([28.0]), np.array([True]))
    assert time_to_response(alone, alone, 0.95).effect.why.startswith("all who still waited")
    assert time_to_response((np.array([NAN]), np.array([False])), late, 0.95).effect.why == (
        "too few people: 0 + 3 were seen, 1 in each arm is needed"
    )


def test_hazards_do_not_hang_on_the_order_of_people():
    rng = np.random.default_rng(3)
    time = rng.choice([28.0, 56.0, 84.0], size=(2, 15))
    status = rng.random((2, 15)) < 0.6
    one = time_to_response((time[0], status[0]), (time[1], status[1]), 0.95).effect
    order = rng.permutation(15)
    twin = time_to_response((time[0][order], status[0][order]), (time[1], status[1]), 0.95).effect
    assert (one.estimate, one.low, one.high, one.p) == (
        twin.estimate,
        twin.low,
        twin.high,
        twin.p,
    )
