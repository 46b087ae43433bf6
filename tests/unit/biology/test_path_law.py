"""The probability of what is seen of a follicle at visits: against sums, the engine and by hand."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2
from tracked import HEALTHY, PHASES, healthy_law, phases_at

from follicle_sim import parse_scenario, simulate, with_overrides
from follicle_sim.biology.path_law import PathLaw, agreement, path_probability

LOOKS = [PHASES, ("growing", "resting", "empty"), ("hair", "empty")]
VISITS = np.array([20, 50, 80, 120])


def all_patterns(look, misread=0.0, visits=4):
    patterns = list(product(look, repeat=visits))
    return np.stack([agreement(words, misread, len(look) - 1) for words in patterns])


@pytest.mark.parametrize("misread", [0.0, 0.03])
@pytest.mark.parametrize("look", LOOKS)
def test_all_that_can_be_seen_adds_up_to_one(look, misread) -> None:
    chance = path_probability(healthy_law(121), VISITS, all_patterns(look, misread))
    assert chance.min() >= 0.0
    assert chance.sum() == pytest.approx(1.0, abs=1e-12)


@given(
    means=st.lists(st.floats(3.0, 300.0), min_size=4, max_size=4),
    cv=st.lists(st.floats(0.0, 1.5), min_size=4, max_size=4),
    speed=st.lists(st.floats(0.2, 5.0), min_size=4, max_size=4),
    gaps=st.lists(st.integers(1, 30), min_size=3, max_size=3),
    hidden=st.integers(0, 14),
)
def test_it_adds_up_whatever_the_clocks(means, cv, speed, gaps, hidden) -> None:
    """Clocks change their speed half way; two kinds of follicles."""
    visits = 15 + np.cumsum(gaps)
    days = np.arange(visits[-1] + 1.0)
    turned = days + (np.array(speed)[:, None] - 1.0) * np.maximum(days - 25.0, 0.0)
    reading = np.stack([turned, 1.7 * turned])
    sigma = np.sqrt(np.log1p(np.square(cv)))
    law = PathLaw(reading, np.array([0.3, 0.7]), np.array(means), sigma, np.array([hidden, 2]))
    for look in LOOKS:
        chance = path_probability(law, visits, all_patterns(look, visits=3))
        assert chance.min() >= -1e-12
        assert chance.sum() == pytest.approx(1.0, abs=1e-9)


def test_one_visit_sees_the_shares_of_equilibrium_whenever_it_comes() -> None:
    law = healthy_law(200)
    for node in (20, 199):
        one = np.stack([agreement((word,)) for word in (*PHASES, "hair")])
        chance = path_probability(law, np.array([node]), one)
        np.testing.assert_allclose(chance[:4], law.mean / law.mean.sum(), rtol=2e-3)
        hidden = law.hidden[0] / law.mean.sum()
        seen = (law.mean[:3].sum() - law.hidden[0]) / law.mean.sum()
        assert chance[4] == pytest.approx(seen, abs=0.05 * hidden)


def test_a_finer_grid_changes_little() -> None:
    coarse = path_probability(healthy_law(121), VISITS, all_patterns(PHASES))
    fine = path_probability(healthy_law(241, step=0.5), 2 * VISITS, all_patterns(PHASES))
    common = fine > 1e-5
    assert common.sum() > 20
    np.testing.assert_allclose(coarse[common], fine[common], rtol=1e-3)


def test_two_visits_by_the_renewal_equation() -> None:
    """Anagen at both visits within a time in which no cycle closes: the rest of anagen lasts.

    P = integral of the tail of its law from the time between the visits on, over the cycle's mean.
    """
    law = healthy_law(71)
    got = path_probability(law, np.array([20, 70]), agreement(("anagen", "anagen"))[None])[0]
    axis = np.linspace(50.0, 20_000.0, 2_000_001)
    from scipy.stats import lognorm

    tail = lognorm(law.sigma[0], scale=law.mean[0] * np.exp(-0.5 * law.sigma[0] ** 2)).sf(axis)
    assert got == pytest.approx(np.trapezoid(tail, axis) / law.mean.sum(), rel=1e-6)


def test_patterns_are_as_frequent_as_in_the_engine() -> None:
    """Chi-squared over the frequent patterns of 120,000 follicles, four visits."""
    many = ["population.subjects=2000", "population.follicles=60", "record.tracked_follicles=60",
            'design.visits=["0 days", "30 days", "60 days", "100 days"]']  # fmt: skip
    seen = phases_at(simulate(with_overrides(parse_scenario(HEALTHY), many))).reshape(-1, 4)
    codes, counts = np.unique(seen, axis=0, return_counts=True)
    chances = np.stack([agreement([PHASES[code] for code in row]) for row in codes])
    expected = seen.shape[0] * path_probability(healthy_law(121), VISITS, chances)
    frequent = expected >= 10.0
    assert frequent.sum() >= 25
    statistic = np.sum((counts - expected)[frequent] ** 2 / expected[frequent])
    assert statistic <= chi2.ppf(0.999, frequent.sum())
    assert expected.sum() == pytest.approx(seen.shape[0], rel=2e-4)


def test_a_missed_visit_is_the_sum_over_what_it_could_have_seen() -> None:
    law = healthy_law(121)
    words = [("hair", word, "empty", "hair") for word in ("hair", "empty")]
    whole = path_probability(law, VISITS, np.stack([agreement(row) for row in words])).sum()
    missed = path_probability(law, VISITS, agreement(("hair", "", "empty", "hair"))[None])
    assert missed[0] == pytest.approx(whole, rel=1e-12)


def test_the_order_of_patterns_is_of_no_concern() -> None:
    patterns = all_patterns(LOOKS[1])
    order = np.random.Generator(np.random.Philox(3)).permutation(len(patterns))
    straight = path_probability(healthy_law(121), VISITS, patterns)
    mixed = path_probability(healthy_law(121), VISITS, patterns[order])
    np.testing.assert_allclose(mixed, straight[order], rtol=1e-12)
