"""Saturation and enzyme turnover."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from follicle_sim.pharmacology.effect import emax, inhibited_share


@pytest.mark.parametrize("hill", [0.5, 1.0, 2.0, 2.7])
def test_emax_rises_from_exactly_zero_to_its_maximum(hill):
    level = np.concatenate([[0.0], np.logspace(-4, 3, 60)])
    effect = emax(level, ec50=0.3, hill=hill, maximum=1.8)
    assert effect[0] == 0.0
    assert (np.diff(effect) > 0).all()
    np.testing.assert_allclose(
        effect[1:], 1.8 * level[1:] ** hill / (0.3**hill + level[1:] ** hill), rtol=1e-12
    )
    assert emax(np.array([0.3]), 0.3, hill, 1.8)[0] == pytest.approx(0.9, rel=1e-14)


def test_a_plain_emax_is_michaelis_and_menten():
    level = np.array([0.0, 0.1, 1.0, 50.0])
    np.testing.assert_allclose(emax(level, 0.4), level / (0.4 + level), rtol=1e-15)


def test_a_share_is_one_whatever_is_left_of_rounding():
    """Slow renewal, next to no drug: a difference of roundings is no share below 0."""
    for degradation, width in ((1e-6, 0.25), (1e-3, 0.25), (0.25, 30.0)):
        grid = np.arange(0, 200) * width
        level = np.zeros((3, grid.size - 1))
        level[0, 5:9], level[1, ::3], level[2] = 1e6, 1e9, 1e-12
        share = inhibited_share(level, 1.0, degradation, grid)
        assert (share >= 0.0).all()
        assert (share <= 1.0).all()
        assert not share[0, :5].any()


def test_enzyme_turnover_agrees_with_a_solver():
    grid = np.arange(0.0, 12.5, 0.5)
    level = np.where(grid[:-1] < 6.0, 1.0 + np.sin(grid[:-1]) ** 2, 0.0)
    k_inact, k_deg = 3.0, 0.25
    share = inhibited_share(level[None], k_inact, k_deg, grid)[0]
    state, expected = np.array([1.0, 0.0]), []
    for now, then, c in zip(grid[:-1], grid[1:], level, strict=True):
        state[1] = 0.0
        solution = solve_ivp(
            lambda _, y, c=c: [k_deg * (1 - y[0]) - k_inact * c * y[0], 1 - y[0]],
            (now, then),
            state,
            rtol=1e-11,
            atol=1e-13,
        )
        state = solution.y[:, -1]
        expected.append(state[1] / (then - now))
    np.testing.assert_allclose(share, expected, rtol=0, atol=1e-8)


def test_enzyme_is_untouched_without_drug_and_recovers_at_its_own_rate():
    grid = np.arange(0.0, 40.0)
    level = np.zeros((2, grid.size - 1))
    level[1, 3] = 50.0
    share = inhibited_share(level, 1.0, 0.25, grid)
    assert not share[0].any()
    assert not share[1, :3].any()
    np.testing.assert_allclose(share[1, 5:] / share[1, 4:-1], np.exp(-0.25), rtol=1e-12)


def test_more_drug_inhibits_more():
    grid = np.arange(0.0, 43.0)
    levels = np.logspace(-4, 3, 50)[:, None] * np.ones(grid.size - 1)
    final = inhibited_share(levels, 1.0, 0.25, grid)[:, -1]
    assert (np.diff(final) > 0).all()
    # Day 42 is ten lifetimes: steady state k C / (k_deg + k C).
    np.testing.assert_allclose(final, levels[:, 0] / (0.25 + levels[:, 0]), rtol=1e-3)
