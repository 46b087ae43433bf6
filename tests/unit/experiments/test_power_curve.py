"""Monte Carlo intervals and the curve through the sizes tried."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from statsmodels.stats.proportion import proportion_confint

from follicle_sim.base.numerics import uniforms
from follicle_sim.experiments.planning.power_curve import fit_curve, wilson

SIZES = (10, 20, 30, 60)


def trials(power, number=500, seed=1):
    """Whether each trial is significant, nested: who is found with few people is with many."""
    luck = uniforms(seed, 0, 0, np.arange(number), 0, 0, 0)
    return luck[:, None] < np.asarray(power)[None, :]


@pytest.mark.parametrize(("hits", "number"), [(0, 40), (1, 40), (25, 500), (37, 40), (40, 40)])
def test_wilson_is_that_of_statsmodels(hits, number):
    assert wilson(hits, number) == pytest.approx(
        proportion_confint(hits, number, method="wilson"), abs=1e-12
    )


def test_without_trials_nothing_is_known():
    assert wilson(0, 0) == (0.0, 1.0)


def normal_power(n, effect, sided=2):
    z = ndtri(0.05 / sided)
    return ndtr(z + effect * np.sqrt(n)) + (ndtr(z - effect * np.sqrt(n)) if sided == 2 else 0.0)


@pytest.mark.parametrize("sided", [1, 2])
@pytest.mark.parametrize("effect", [0.2, 0.4])
def test_a_normal_law_is_found_again(effect, sided):
    y = trials(normal_power(np.array(SIZES), effect, sided), 4000)
    curve = fit_curve(y, SIZES, 0.05, sided)
    assert curve.slope == pytest.approx(effect, rel=0.1)
    for target in (0.8, 0.9):
        true = ((ndtri(target) - ndtri(0.05 / sided)) / effect) ** 2
        found = curve.smallest(target, SIZES)
        assert found.n == pytest.approx(true, rel=0.1)
        assert found.low <= found.n <= found.high
        assert found.extrapolated == (not 10 <= found.n <= 60)
        assert bool(found.note) == found.extrapolated


def test_one_size_is_enough_for_a_guess():
    curve = fit_curve(trials(normal_power(np.array([30]), 0.4)), (30,), 0.05, 2)
    assert curve.smallest(0.8, (30,)).n == pytest.approx((0.8416 + 1.96) ** 2 / 0.16, rel=0.2)


def test_no_effect_needs_more_than_anyone_would_try():
    found = fit_curve(trials([0.05] * 4), SIZES, 0.05, 2).smallest(0.8, SIZES)
    assert found.n is None
    assert found.note.startswith("more than 600:")


def test_a_harmful_drug_never_gains_power_one_sided():
    found = fit_curve(trials([0.04, 0.03, 0.01, 0.002]), SIZES, 0.05, 1)
    assert found.slope < 0.0
    assert found.smallest(0.8, SIZES).n is None


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_curve_where_all_trials_agree(share):
    assert fit_curve(trials([share] * 4), SIZES, 0.05, 2) is None


def test_the_band_covers_the_curve_and_narrows_with_trials():
    few, many = (fit_curve(trials([0.2, 0.4, 0.6, 0.9], k), SIZES, 0.05, 2) for k in (100, 2000))
    n = np.array([15.0, 45.0])
    widths = []
    for curve in (few, many):
        low, high = curve.band(n)
        assert (low < curve.at(n)).all()
        assert (curve.at(n) < high).all()
        widths.append(high - low)
    assert (widths[1] < 0.4 * widths[0]).all()
