"""Closed-form disposition against a differential equation solver and against plain sums."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from follicle_sim.pharmacology.disposition import (
    Response,
    concentration,
    one_compartment,
    two_compartments,
)

GRID = np.arange(0.0, 20.25, 0.25)
REGIMENS = {
    "one dose": ([0.0], [2.0], [0.0]),
    "doses off the grid": ([0.1, 3.33, 3.34, 9.0], [1.0, 0.5, 2.0, 0.0], [0.0] * 4),
    "twice daily": (np.arange(0, 8, 0.5), np.ones(16), np.zeros(16)),
    "infusions, one within a cell": ([0.05, 2.0, 5.0], [1.0, 3.0, 2.0], [0.1, 1.5, 4.0]),
    "overlapping infusions and a bolus": ([1.0, 2.0, 2.5], [1.0, 1.0, 1.0], [4.0, 4.0, 0.0]),
    "infusion past the end": ([18.3], [5.0], [10.0]),
}
K10, K12, K21, KA, KE0 = 0.8, 0.3, 0.15, 4.0, 0.5
# rate matrix and the compartment that receives the dose, the one that is read
KINETICS = {
    "one compartment": (one_compartment(K10), [[-K10]], 0, 0),
    "one, absorbed": (one_compartment(K10).through(KA), [[-KA, 0], [KA, -K10]], 0, 1),
    "two compartments": (
        two_compartments(K10, K12, K21),
        [[-K10 - K12, K21], [K12, -K21]],
        0,
        0,
    ),
    "two, absorbed": (
        two_compartments(K10, K12, K21).through(KA),
        [[-KA, 0, 0], [KA, -K10 - K12, K21], [0, K12, -K21]],
        0,
        1,
    ),
    "effect compartment": (
        one_compartment(K10).through(KA).through(KE0),
        [[-KA, 0, 0], [KA, -K10, 0], [0, KE0, -KE0]],
        0,
        2,
    ),
    "equal rates": (one_compartment(K10).through(K10), [[-K10, 0], [K10, -K10]], 0, 1),
}


def solved(matrix, into, read, times, amounts, durations):
    """Return level at the nodes and its mean in cells by integrating between all events."""
    matrix = np.array(matrix, dtype=float)
    size = len(matrix)
    times, durations = np.asarray(times, float), np.asarray(durations, float)
    stops = np.unique(np.concatenate([GRID, times, times + durations]))
    stops = stops[stops <= GRID[-1]]
    state = np.zeros(size + 1)  # the last is the integral of the level
    at = {}
    for k, now in enumerate(stops):
        for t, a, d in zip(times, amounts, durations, strict=True):
            if t == now and d == 0:
                state[into] += a
        at[now] = state.copy()
        if k + 1 == len(stops):
            break
        flow = sum(
            a / d
            for t, a, d in zip(times, amounts, durations, strict=True)
            if d > 0 and t <= now < t + d
        )

        def rhs(_, y, flow=flow):
            change = matrix @ y[:size]
            change[into] += flow
            return np.append(change, y[read])

        state = solve_ivp(rhs, (now, stops[k + 1]), state, rtol=1e-10, atol=1e-13).y[:, -1]
    nodes = np.array([at[t][read] for t in GRID])
    areas = np.array([at[t][size] for t in GRID])
    return nodes, np.diff(areas) / np.diff(GRID)


@pytest.mark.parametrize("kinetics", KINETICS)
@pytest.mark.parametrize("regimen", REGIMENS)
def test_concentration_agrees_with_a_solver(kinetics, regimen):
    response, matrix, into, read = KINETICS[kinetics]
    times, amounts, durations = (np.asarray(x, float) for x in REGIMENS[regimen])
    nodes, means = concentration(times, amounts[None], durations, response, GRID)
    expected_nodes, expected_means = solved(matrix, into, read, times, amounts, durations)
    # relative to the largest level; equal rates are nudged apart by 2e-7 of themselves
    scale = expected_nodes.max()
    np.testing.assert_allclose(nodes[0], expected_nodes, rtol=0, atol=1e-6 * scale)
    np.testing.assert_allclose(means[0], expected_means, rtol=0, atol=1e-6 * scale)


def test_superposition_equals_the_naive_sum():
    rng = np.random.Generator(np.random.PCG64(1))
    times = np.sort(rng.uniform(0.0, 19.0, 60))
    amounts = rng.uniform(0.0, 3.0, (4, 60))
    response = two_compartments(K10, K12, K21).through(KA)
    nodes, _ = concentration(times, amounts, np.zeros(60), response, GRID)
    since = GRID[None, :] - times[:, None]
    unit = sum(
        c * np.exp(-k * np.maximum(since, 0.0))
        for c, k in zip(response.coefficients, response.rates, strict=True)
    )
    naive = amounts @ np.where(since >= 0, unit, 0.0)
    np.testing.assert_allclose(nodes, naive, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("duration", [0.0, 0.7])
def test_splitting_a_dose_in_two_at_the_same_time_equals_one(duration):
    response = one_compartment(K10).through(KA)
    one = concentration(np.array([1.3]), np.array([[0.9]]), np.array([duration]), response, GRID)
    two = concentration(
        np.array([1.3, 1.3]), np.array([[0.4, 0.5]]), np.array([duration] * 2), response, GRID
    )
    for whole, split in zip(one, two, strict=True):
        np.testing.assert_allclose(split, whole, rtol=1e-12, atol=1e-15)


def test_a_later_dose_changes_nothing_before_it():
    response = one_compartment(K10).through(KA)
    times = np.array([0.0, 10.0])
    without = concentration(times[:1], np.ones((1, 1)), np.zeros(1), response, GRID)[1]
    with_it = concentration(times, np.ones((1, 2)), np.zeros(2), response, GRID)[1]
    assert np.array_equal(without[:, GRID[1:] <= 10.0], with_it[:, GRID[1:] <= 10.0])


def test_doses_before_the_grid_count():
    response = one_compartment(K10)
    nodes, means = concentration(
        np.array([-2.0]), np.ones((1, 1)), np.zeros(1), response, np.array([0.0, 1.0])
    )
    assert nodes[0, 0] == pytest.approx(np.exp(-2 * K10), rel=1e-14)
    assert means[0, 0] == pytest.approx(np.exp(-2 * K10) * (1 - np.exp(-K10)) / K10, rel=1e-13)


@pytest.mark.parametrize("durations", [[0.0, 0.0], [0.0, 0.3], [2.0, 3.0]])
def test_nothing_given_is_exactly_nothing(durations):
    response = two_compartments(K10, K12, K21).through(KA)
    amounts = np.array([[0.0, 0.0], [1.0, 2.0]])
    nodes, means = concentration(np.array([0.0, 1.5]), amounts, np.array(durations), response, GRID)
    assert not nodes[0].any()
    assert not means[0].any()
    assert (nodes >= 0).all()
    assert (means[1] > 0).all()


@pytest.mark.parametrize("other", [1e-4, 1.0, 2e3])
def test_stages_of_equal_rate_are_moved_apart_and_others_keep_theirs(other):
    """A share of 1e-7 is close, whatever the rate; the second of equal ones is moved up by 2e-7."""
    for close in (1.0, 1.0 + 0.9e-7, 1.0 - 0.9e-7):
        response = one_compartment(other).through(close * other)
        assert response.rates[1] == pytest.approx(close * other * (1.0 + 2e-7), rel=1e-12)
    for apart in (1.0 + 1.1e-7, 1.0 - 1.1e-7, 3.0, 0.4):
        response = one_compartment(other).through(apart * other)
        assert response.rates == (other, apart * other)
    third = one_compartment(other).through(other).through(other)
    assert np.unique(third.rates).size == 3
    assert np.isfinite(third.coefficients).all()


def test_two_compartments_answer_with_the_roots_of_their_matrix():
    """Rates are the eigenvalues of the rate matrix; a level of 1 begins to fall by k10 + k12."""
    response = two_compartments(K10, K12, K21)
    matrix = np.array([[K10 + K12, -K21], [-K12, K21]])
    assert sorted(response.rates) == pytest.approx(sorted(np.linalg.eigvals(matrix)), rel=1e-12)
    assert sum(response.coefficients) == pytest.approx(1.0, rel=1e-14)
    slope = sum(c * k for c, k in zip(response.coefficients, response.rates, strict=True))
    assert slope == pytest.approx(K10 + K12, rel=1e-12)


def test_response_is_the_sum_of_its_terms():
    assert Response((1.0,), (2.0,)).scaled(3.0).coefficients == (3.0,)
    assert sum(one_compartment(1.0).through(2.0).coefficients) == 0.0
