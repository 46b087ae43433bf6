"""What is seen on average, without drawing follicles: exact where the law is known."""

import numpy as np
import pytest

from follicle_sim.biology.expected_cycle import CATAGEN, KENOGEN, Lives, cycle_shares
from follicle_sim.biology.expected_sight import Limits, seen_on
from follicle_sim.biology.factors import load_factors
from follicle_sim.biology.forcing import integrate
from follicle_sim.biology.parameters import load_parameters
from follicle_sim.biology.strata import fewer_strata

GRID = np.linspace(-2000.0, 0.0, 41)


def lives(severity: float = 1.0, sensitivity: float = 1.0, **changes: float) -> Lives:
    """Return one person with one stratum; nothing drifts unless asked for."""
    parameters = load_parameters({"progression": 0.0, **changes})
    factors = load_factors()
    levels = np.ones((1, len(factors.names), GRID.size))
    one = np.ones(1)
    return Lives(
        grid=GRID,
        severity=severity * one,
        progression=one,
        growth=one,
        pace=np.zeros((1, 3)),
        sensitivity=sensitivity * one,
        weight=one,
        drive=integrate(levels, GRID, parameters, factors),
        parameters=parameters,
    )


def test_what_does_not_drift_stays_stationary() -> None:
    person = lives()
    means = np.array([person.parameters[f"{n}_mean"] for n in ("anagen", "catagen", "telogen")])
    speeds = np.array([speed[0, 0] for speed in person.speeds(0)])
    times = np.append(means, person.parameters["kenogen_mean"]) / speeds
    for shares in cycle_shares(person):
        np.testing.assert_allclose(shares.phase[:, 0, 0], times / times.sum(), rtol=1e-9)
        assert shares.onset[0, 0] == pytest.approx(1.0 / times.sum(), rel=1e-9)


def test_a_drift_keeps_all_follicles_and_empties_more_of_them() -> None:
    every = cycle_shares(lives(progression=2e-4))
    total = [float(shares.phase.sum()) for shares in every]
    empty = [float(shares.phase[KENOGEN, 0, 0]) for shares in every]
    np.testing.assert_allclose(total, 1.0, rtol=1e-12)
    assert empty == sorted(empty)
    assert empty[-1] > 1.02 * empty[0]


def test_a_healthy_scalp_shows_what_is_neither_empty_nor_hidden() -> None:
    person = lives(0.0, 0.0)
    (seen,) = seen_on(person, (0.0,), Limits(1.0, 0.0, 30.0))
    shares = cycle_shares(person)[-1]
    p = person.parameters
    # durations of anagen are never as short as the 13.5 days in which a hair comes out
    hidden = shares.onset[0, 0] * (p["follicle_depth"] + 1.0) / p["growth_rate"]
    assert seen.all[0] == pytest.approx(1.0 - shares.phase[KENOGEN, 0, 0] - hidden, rel=1e-9)
    assert seen.terminal[0] == pytest.approx(seen.all[0], rel=1e-3)


def test_a_hair_is_counted_from_the_calibre_of_the_instrument_on() -> None:
    # no spread of calibre: all hairs of a stratum are as thick as exp(x) times the full one
    person = lives(1.0, 2.0, full_calibre_cv=0.0)
    thick = 80.0 * float(np.exp(person.log_calibre(-1)[0, 0]))
    over, under = (
        seen_on(person, (0.0,), Limits(1.0, thick * share, 0.0))[0].all[0] for share in (1.01, 0.99)
    )
    assert over == 0.0
    assert under > cycle_shares(person)[-1].phase[CATAGEN, 0, 0]


def test_a_longer_hair_to_be_seen_hides_more() -> None:
    shown = [
        float(seen_on(lives(), (0.0,), Limits(length, 0.0, 30.0))[0].all[0])
        for length in (0.0, 1.0, 5.0, 500.0)
    ]
    assert shown == sorted(shown, reverse=True)
    shares = cycle_shares(lives())[-1].phase
    assert shown[-1] == pytest.approx(float(shares[1:3].sum()), rel=1e-6)


def test_few_strata_keep_the_means_of_many() -> None:
    many = np.linspace(0.05, 4.0, 32)
    few, shares = fewer_strata(many, 12)
    for power in range(5):
        mean = float(np.mean(np.sqrt(many) ** power))
        assert float(np.sqrt(few) ** power @ shares) == pytest.approx(mean, rel=1e-9)
    same, equal = fewer_strata(many[:3], 12)
    np.testing.assert_array_equal(same, many[:3])
    np.testing.assert_array_equal(equal, 1.0 / 3.0)
