"""The likelihood of published numbers, against direct densities and brute-force integrals."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from follicle_sim.evidence.observed import observations
from follicle_sim.experiments.calibration.likelihood import (
    Rules,
    correlation,
    load_rules,
    make_likelihood,
)
from follicle_sim.experiments.calibration.targets import Target, load_targets

RULES = Rules(offset_mean=3.0, offset_sd=6.0, visits=0.7, variables=0.5)


def target(quantity: str, week: float = 48.0, study: str = "a", **changes: object) -> Target:
    base = Target(
        observation=f"{study}:1",
        variable="hair_density",
        quantity=quantity,  # type: ignore[arg-type]
        week=week,
        value=0.1,
        se=0.02,
        why="test",
        density=200.0,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_single_difference_is_a_plain_normal() -> None:
    likelihood = make_likelihood([target("difference")], RULES)
    found = likelihood.log_density(np.array([0.13]))
    assert float(found) == pytest.approx(norm.logpdf(0.1, 0.13, 0.02))


def test_log_density_is_the_multivariate_normal() -> None:
    targets = [
        target("difference", 48.0),
        target("difference", 96.0, value=0.15, se=0.03),
        target("difference", 96.0, variable="hair_weight", value=0.3, se=0.05),
        target("difference", 48.0, study="b", value=0.2),
        target("baseline", 0.0, variable="anagen_fraction", value=0.6),
    ]
    predicted = np.array([[0.12, 0.14, 0.33, 0.19, 0.62], [0.0, 0.0, 0.0, 0.0, 0.0]])
    likelihood = make_likelihood(targets, RULES, error=np.full(5, 0.004))
    expected = np.eye(5)
    expected[0, 1] = expected[1, 0] = 0.7
    expected[1, 2] = expected[2, 1] = 0.5
    expected[0, 2] = expected[2, 0] = 0.35
    se = np.array([0.02, 0.03, 0.05, 0.02, 0.02])
    covariance = np.outer(se, se) * expected + 0.004**2 * np.eye(5)
    direct = multivariate_normal([t.value for t in targets], covariance).logpdf(predicted)
    assert likelihood.log_density(predicted) == pytest.approx(direct, rel=1e-12)
    squares = np.sum(likelihood.residuals(predicted) ** 2, axis=1)
    assert likelihood.constant - 0.5 * squares == pytest.approx(direct)


def test_offset_of_a_trial_is_integrated_out() -> None:
    # two arms' own changes share one offset, in hairs/cm2 over the trial's baseline density
    targets = [target("control", value=-0.02), target("treated", value=0.12, se=0.03)]
    predicted = np.array([-0.05, 0.08])
    offsets = np.linspace(-60.0, 66.0, 20_001)
    # the two arms hold different people: given the offset they are independent
    given = np.prod(
        [
            norm.pdf(t.value, p + offsets / 200.0, t.se)
            for t, p in zip(targets, predicted, strict=True)
        ],
        axis=0,
    )
    integral = np.trapezoid(given * norm.pdf(offsets, 3.0, 6.0), offsets)
    found = make_likelihood(targets, RULES).log_density(predicted)
    assert float(found) == pytest.approx(np.log(integral), rel=1e-8)


def test_offset_is_a_rank_one_term_within_a_trial_and_absent_from_differences() -> None:
    targets = [target("control"), target("treated"), target("control", study="b"),
               target("difference", study="b")]  # fmt: skip
    free = replace(RULES, offset_mean=0.0, offset_sd=0.0)
    extra = make_likelihood(targets, RULES).covariance - make_likelihood(targets, free).covariance
    weight = 6.0 / 200.0
    expected = np.zeros((4, 4))
    expected[:2, :2] = weight**2
    expected[2, 2] = weight**2
    assert extra == pytest.approx(expected)
    assert make_likelihood(targets, RULES).shift.tolist() == pytest.approx([0.015] * 3 + [0.0])


def test_difference_goes_with_its_arms() -> None:
    found = correlation([target("difference"), target("control"), target("treated")], RULES)
    assert found[0, 1] == pytest.approx(-np.sqrt(0.5))
    assert found[0, 2] == pytest.approx(np.sqrt(0.5))
    assert found[1, 2] == 0.0


def test_own_change_needs_a_baseline_density() -> None:
    with pytest.raises(ValueError, match=r"a:1.*baseline density"):
        make_likelihood([target("control", density=None)], RULES)


def test_packaged_targets_have_a_proper_covariance_and_say_what_was_imputed() -> None:
    targets = load_targets()
    likelihood = make_likelihood(targets)
    assert (np.linalg.eigvalsh(likelihood.covariance) > 0).all()
    rules = load_rules()
    assert 0 < rules.visits < 1
    assert 0 < rules.variables < 1
    published = {row.id: row.se for row in observations()}
    for each in targets:
        assert bool(each.imputed) == (published[each.observation] is None)


def test_the_offset_makes_the_control_arm_weak_evidence() -> None:
    targets = load_targets()
    likelihood = make_likelihood(targets)
    row = next(i for i, each in enumerate(targets) if each.quantity == "control")
    assert np.sqrt(likelihood.covariance[row, row]) > 3 * targets[row].se
