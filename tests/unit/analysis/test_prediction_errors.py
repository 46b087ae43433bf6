"""Prediction errors: even ranks under the law that made the data, a second way, and no order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, norm

from follicle_sim.analysis.statistics.prediction_errors import (
    Shape,
    predicted,
    prediction_errors,
    shape_of,
    shares_as_far,
    trial_errors,
)

# A covariance with strong correlations and unequal variances, as of counts at three visits.
MEAN = np.array([140.0, 150.0, 160.0])
ROOT = np.array([[20.0, 0.0, 0.0], [18.0, 6.0, 0.0], [17.0, 4.0, 9.0]])
MANY = 4000


def people(rng, number, mean=MEAN, root=ROOT):
    return mean + rng.standard_normal((number, 3)) @ root.T


def errors(pool, values, rng, ties=None):
    u = rng.random(values.shape) if ties is None else ties
    return prediction_errors(predicted(pool), values, u)


def test_the_laws_own_people_have_standard_normal_errors() -> None:
    rng = np.random.default_rng(1)
    scores = errors(people(rng, MANY), people(rng, 1500), rng)
    n = scores.size
    assert abs(scores.mean()) < 3.0 / np.sqrt(n)
    assert abs(scores.var(ddof=1) - 1.0) < 3.0 * np.sqrt(2.0 / n)
    assert kstest(scores.ravel(), "norm").pvalue > 0.01
    # visits of a person go together no more
    together = np.corrcoef(scores.T)[np.triu_indices(3, 1)]
    assert np.abs(together).max() < 3.5 / np.sqrt(len(scores))


@pytest.mark.parametrize(
    ("mean", "root"),
    [
        (MEAN + np.array([0.0, 5.0, 10.0]), ROOT),  # a drug that the model does not know
        (MEAN, 1.3 * ROOT),  # people who differ more
        (MEAN, np.diag(np.sqrt((ROOT**2).sum(axis=1)))),  # visits that go together less
    ],
    ids=["mean", "spread", "correlation"],
)
def test_a_wrong_law_is_seen(mean, root) -> None:
    rng = np.random.default_rng(2)
    scores = errors(people(rng, MANY), people(rng, 300, mean, root), rng)
    together = np.corrcoef(scores.T)[np.triu_indices(3, 1)]
    off = (
        abs(scores.mean()) * np.sqrt(scores.size),
        abs(scores.var(ddof=1) - 1.0) * np.sqrt(scores.size / 2.0),
        np.abs(together).max() * np.sqrt(len(scores)),
    )
    assert max(off) > 6.0  # standard errors


def test_counts_that_tie_have_even_ranks_too() -> None:
    """Rounded to tens, and one in three is equal to another; mid-ranks would pull them together."""
    rng = np.random.default_rng(3)
    pool, seen = (np.round(people(rng, n)[:, :1], -1) for n in (MANY, 3000))
    scores = errors(pool, seen, rng)
    assert kstest(scores.ravel(), "norm").pvalue > 0.01
    middle = errors(pool, seen, rng, np.full(seen.shape, 0.5))
    assert kstest(middle.ravel(), "norm").pvalue < 1e-3


def test_a_second_way_to_the_same_errors() -> None:
    """Person by person: regress each visit on those before it, and count who lies below."""
    rng = np.random.default_rng(4)
    pool, seen, ties = people(rng, 300), people(rng, 10), rng.random((10, 3))
    scores = errors(pool, seen, rng, ties)
    for person, row in enumerate(seen):
        for visit in range(3):
            before = np.column_stack([np.ones(len(pool)), pool[:, :visit]])
            slope, *_ = np.linalg.lstsq(before, pool[:, visit], rcond=None)
            residuals = pool[:, visit] - before @ slope
            own = row[visit] - np.concatenate([[1.0], row[:visit]]) @ slope
            rank = ((residuals < own).sum() + ties[person, visit]) / (len(pool) + 1)
            assert scores[person, visit] == pytest.approx(norm.ppf(rank), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_neither_order_nor_last_bits_decide(seed) -> None:
    rng = np.random.default_rng(seed)
    pool, seen = np.round(people(rng, 200)), np.round(people(rng, 12))
    seen[:4] = pool[:4]  # and some are equal to a simulated person
    ties = rng.random(seen.shape)
    scores = errors(pool, seen, rng, ties)
    mixed = errors(rng.permutation(pool), seen, rng, ties)
    np.testing.assert_array_equal(mixed, scores)
    order = rng.permutation(len(seen))
    np.testing.assert_array_equal(errors(pool, seen[order], rng, ties[order]), scores[order])
    shaken = errors(
        pool * (1.0 + 2e-16 * rng.standard_normal(pool.shape)),
        seen * (1.0 + 2e-16 * rng.standard_normal(seen.shape)),
        rng,
        ties,
    )
    np.testing.assert_array_equal(shaken, scores)


def test_no_unit_matters() -> None:
    rng = np.random.default_rng(5)
    pool, seen = people(rng, 300), people(rng, 20)
    ties = rng.random(seen.shape)
    scale = np.array([1e-6, 1.0, 1e6])
    np.testing.assert_allclose(
        errors(scale * pool - 3.0, scale * seen - 3.0, rng, ties), errors(pool, seen, rng, ties)
    )


def test_a_trial_is_ranked_among_the_others() -> None:
    rng = np.random.default_rng(6)
    trials = np.stack([np.round(people(rng, 15)) for _ in range(8)])
    trials[2, 4, 1] = np.nan  # who is not read at every visit is nobody's other
    flat = trials.reshape(-1, 3)
    law = predicted(flat[np.isfinite(flat).all(axis=1)])
    ties = rng.random((8, 2, 3))
    scores = trial_errors(law, trials, [3, 4], ties)
    assert np.isnan(scores[2, 1]).all()
    assert np.isfinite(np.delete(scores, 2, axis=0)).all()
    parts = law.decorrelated(flat).reshape(trials.shape)
    for trial in (0, 5):
        others = np.delete(parts, trial, axis=0).reshape(-1, 3)
        others = others[np.isfinite(others).all(axis=1)]
        for k, person in enumerate((3, 4)):
            for visit in range(3):
                value = parts[trial, person, visit]
                less = (others[:, visit] < value - 1e-9).sum()
                equal = (np.abs(others[:, visit] - value) <= 1e-9).sum()
                share = (less + ties[trial, k, visit] * (equal + 1)) / (len(others) + 1)
                assert scores[trial, k, visit] == pytest.approx(norm.ppf(share), abs=1e-9)


@pytest.mark.parametrize(
    ("pool", "text"),
    [
        (np.ones((4, 3)), "4 simulated people are too few for 3 visits"),
        (np.ones((40, 1)), "do not differ at visit 1"),
        (np.tile(np.arange(40.0)[:, None], 2), "visit 2 is what the visits before it say"),
    ],
)
def test_predictions_that_say_nothing_are_refused(pool, text) -> None:
    with pytest.raises(ValueError, match=text):
        predicted(pool)


def test_the_law_is_the_mean_and_the_covariance_of_the_pool() -> None:
    pool = people(np.random.default_rng(8), 60)
    law = predicted(pool)
    np.testing.assert_allclose(law.mean, pool.mean(axis=0))
    np.testing.assert_allclose(law.factor @ law.factor.T, np.cov(pool.T))
    assert (np.triu(law.factor, 1) == 0.0).all()
    predicted(pool[:5])  # the fewest of three visits


def test_what_does_not_differ_is_judged_by_its_size() -> None:
    noise = np.random.default_rng(9).standard_normal((40, 1))
    predicted(1e-12 * noise)  # small, and all of it real
    with pytest.raises(ValueError, match="do not differ at visit 1"):
        predicted(1e6 + 1e-6 * noise)


def test_trials_that_do_not_vary_are_as_far_as_can_be() -> None:
    two = shape_of(np.array([0.5, 0.5]))
    assert two.variance == 0.0
    assert shares_as_far(two, [Shape(0.0, 0.01, 0.0)])[1] == 0.5


def test_shapes_are_those_of_the_textbook() -> None:
    rng = np.random.default_rng(7)
    scores = rng.standard_normal(200)
    shape = shape_of(np.append(scores, np.nan))
    assert shape.mean == pytest.approx(scores.mean())
    assert shape.variance == pytest.approx(scores.var(ddof=1))
    assert shape.distance == pytest.approx(kstest(scores, "norm").statistic)
    with pytest.raises(ValueError, match="2 or more"):
        shape_of(np.array([1.0, np.nan]))


def test_how_far_off_is_a_share_of_trials() -> None:
    trials = [Shape(mean, 1.0, 0.1) for mean in (-0.3, 0.1, 0.2, -0.2)]
    assert shares_as_far(Shape(0.2, 1.0, 0.1), trials) == (4 / 5, 1.0, 1.0)
    assert shares_as_far(Shape(-0.4, 2.0, 0.2), trials) == (1 / 5, 1 / 5, 1 / 5)
    # half the variance is as far as twice
    doubled = [Shape(0.0, 2.0, 0.0)]
    assert shares_as_far(Shape(0.0, 0.5, 0.0), doubled) == (1.0, 1.0, 1.0)
    assert shares_as_far(Shape(0.0, 0.49, 0.0), doubled)[1] == 0.5
    # closer to nothing than any distance there is
    assert shares_as_far(Shape(0.0, 1.0, 0.05), trials)[2] == 1.0
