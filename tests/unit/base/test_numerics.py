"""Draws, elementary functions and linear kinetics against independent references."""

import itertools
import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from numpy.typing import NDArray
from reference.engine import luck
from scipy.integrate import solve_ivp
from scipy.special import ndtr, ndtri

from follicle_sim.base.numerics import (
    decay_sum,
    exp_array,
    log_array,
    lognormal_multipliers,
    normal_quantile,
    normals,
    philox,
    relax,
    turnover,
    uniforms,
    unit_interval,
)

Floats = NDArray[np.float64]

# Random123 1.14, tests/kat_vectors: philox4x32, 10 rounds: counter, key, result.
KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter: str, key: str, result: str) -> None:
    words = [int(word, 16) for word in f"{counter} {key}".split()]
    assert philox(*words) == tuple(int(word, 16) for word in result.split())


def test_uniforms_are_philox_words_in_the_documented_places() -> None:
    names = np.random.default_rng(1).integers(0, 2**32, (200, 6), dtype=np.uint64)
    for seed, replicate, subject, follicle, cycle, tag in names.tolist():
        stream, decision = divmod(tag, 256)
        expected, _ = luck((seed, replicate, stream, subject), follicle, cycle, decision)
        assert uniforms(seed, replicate, stream, subject, follicle, cycle, decision) == expected


def test_uniforms_broadcast_and_depend_on_every_part_of_the_name() -> None:
    base = {"stream": 1, "subject": 2, "follicle": 3, "cycle": 4, "decision": 5}
    first = uniforms(1, 0, **base)
    others = [uniforms(1, 0, **base | {part: 9}) for part in base]
    others += [uniforms(2, 0, **base), uniforms(1, 1, **base)]
    assert len({float(u) for u in [first, *others]}) == 8
    block = uniforms(1, 0, 1, np.arange(4)[:, None], np.arange(5)[None, :], 4, 5)
    assert block.shape == (4, 5)
    assert block[2, 3] == uniforms(1, 0, 1, 2, 3, 4, 5)


def test_uniforms_are_open_and_uniform() -> None:
    u = uniforms(1, 0, 0, 0, np.arange(200_000), 0, 0)
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert abs(u.mean() - 0.5) < 3.0 * math.sqrt(1.0 / 12.0 / u.size)
    share = np.histogram(u, 20, (0.0, 1.0))[0] / u.size
    assert np.abs(share - 0.05).max() < 4.0 * math.sqrt(0.05 * 0.95 / u.size)
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 3.0 / math.sqrt(u.size)


def test_the_extreme_words_stay_inside_the_open_interval() -> None:
    assert 0.0 < unit_interval(0, 0) < 2.0**-52
    assert 1.0 - 2.0**-52 < unit_interval(2**32 - 1, 2**32 - 1) < 1.0


def test_normals_are_the_quantiles_of_the_uniforms() -> None:
    name = (7, 0, 0, np.arange(100_000), 0, 0, 3)
    z = normals(*name)
    np.testing.assert_allclose(z, ndtri(uniforms(*name)), rtol=1e-13, atol=1e-15)
    assert abs(z.mean()) < 3.0 / math.sqrt(z.size)
    assert abs(z.var() - 1.0) < 3.0 * math.sqrt(2.0 / z.size)


@pytest.mark.parametrize("p", [2.0**-53, 1e-12, 1e-5, 0.01, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.999])
def test_the_quantile_inverts_the_distribution(p: float) -> None:
    assert ndtr(normal_quantile(p)) == pytest.approx(p, rel=1e-13)
    if p > 1e-9:
        assert normal_quantile(1.0 - p) == pytest.approx(-normal_quantile(p), rel=1e-6)


def exact(x: float, function: str) -> Decimal:
    """Return exp or ln of a double to 40 digits."""
    with localcontext() as context:
        context.prec = 40
        return getattr(Decimal(x), function)()


def ulps(got: float, wanted: Decimal) -> float:
    """Return the error of `got` in units of its last place."""
    with localcontext() as context:
        context.prec = 40
        return float(abs(Decimal(got) - wanted) / Decimal(math.ulp(float(wanted))))


def test_exp_is_right_to_an_ulp() -> None:
    draw = np.random.default_rng(2)
    x = np.concatenate([draw.uniform(-5, 5, 1500), draw.uniform(-690, 690, 500), [0.0, 1.0, -1.0]])
    errors = [ulps(y, exact(a, "exp")) for a, y in zip(x, exp_array(x), strict=True)]
    assert max(errors) <= 1.0
    assert exp_array(0.0) == 1.0


def test_exp_stays_finite_beyond_its_range() -> None:
    low, high = exp_array([-1e4, 1e4])
    assert 0.0 < low < 1e-300
    assert 1e300 < high < math.inf


def test_log_is_right_to_two_ulps() -> None:
    draw = np.random.default_rng(3)
    x = np.concatenate([
        draw.uniform(0.5, 2.0, 1000), np.exp(draw.uniform(-700, 700, 700)),
        1.0 + draw.uniform(-1e-6, 1e-6, 300), [2.0**-52, math.sqrt(2.0)],
    ])  # fmt: skip
    errors = [ulps(y, exact(a, "ln")) for a, y in zip(x, log_array(x), strict=True)]
    assert max(errors) <= 2.0
    assert log_array(1.0) == 0.0


@pytest.mark.parametrize("bad", [0.0, -1.0, math.inf, math.nan])
def test_log_refuses_what_has_none(bad: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        log_array([1.0, bad])


def test_lognormal_multipliers_have_mean_1_and_the_cv_asked_for() -> None:
    z = ndtri((np.arange(200_000) + 0.5) / 200_000)
    for cv in (0.1, 0.5, 0.8):
        m = lognormal_multipliers(cv, z)
        assert m.mean() == pytest.approx(1.0, abs=1e-3)
        assert m.std() == pytest.approx(cv, rel=0.01)
    assert (lognormal_multipliers(0.0, z) == 1.0).all()


GRID = np.concatenate([[-40.0, -10.0, 0.0], np.arange(1.0, 30.0), [30.25, 30.5, 45.0, 46.0]])


def test_decay_sum_is_the_plain_sum_over_doses() -> None:
    times = np.array([-60.0, -10.0, -3.5, 0.0, 0.0, 2.25, 30.5, 45.5, 80.0])
    amounts = np.array([np.arange(1.0, 10.0), np.linspace(0.0, 3.0, 9)])
    for rate in (0.02, 0.7, 5.0):
        nodes, cells = decay_sum(times, amounts, rate, GRID)
        for s in range(2):
            for i, t in enumerate(GRID):
                plain = sum(
                    d * math.exp(-rate * (t - k))
                    for k, d in zip(times, amounts[s], strict=True)
                    if k <= t
                )
                assert nodes[s, i] == pytest.approx(plain, rel=1e-12, abs=1e-15)
            for i in range(GRID.size - 1):
                area = sum(
                    d / rate * (math.exp(-rate * (max(k, GRID[i]) - k))
                                - math.exp(-rate * (GRID[i + 1] - k)))
                    for k, d in zip(times, amounts[s], strict=True)
                    if k < GRID[i + 1]
                )  # fmt: skip
                assert cells[s, i] == pytest.approx(area, rel=1e-10, abs=1e-13)


def test_decay_sum_wants_sorted_times() -> None:
    with pytest.raises(ValueError, match="sorted"):
        decay_sum(np.array([1.0, 0.0]), np.ones((1, 2)), 1.0, GRID)


def by_solver(derivative, start: float) -> Floats:
    """Integrate y' = derivative(t, y) cell by cell, so that kinks at nodes cost no accuracy."""
    y = [start]
    for low, high in itertools.pairwise(GRID):
        answer = solve_ivp(derivative, (low, high), [y[-1]], rtol=1e-11, atol=1e-13)
        y.append(float(answer.y[0, -1]))
    return np.array(y)


@pytest.mark.parametrize("rate", [1e-6, 1.0 / 459.0, 0.05, 2.0])
def test_relax_solves_its_equation(rate: float) -> None:
    drive = np.stack([np.sin(GRID / 7.0), np.where(GRID > 0.0, -0.64, 0.0)])
    got = relax(drive, rate, GRID, start=[0.3, 0.0])
    for s, start in enumerate((0.3, 0.0)):
        expected = by_solver(lambda t, y, s=s: rate * (np.interp(t, GRID, drive[s]) - y), start)
        np.testing.assert_allclose(got[s], expected, rtol=1e-8, atol=1e-10)


def test_relax_stays_exactly_at_rest() -> None:
    assert (relax(np.zeros((2, GRID.size)), 0.05, GRID) == 0.0).all()


@pytest.mark.parametrize("rate", [0.01, 0.7])
def test_turnover_solves_its_equation(rate: float) -> None:
    cell = np.arange(GRID.size - 1)
    loss = np.stack([0.3 * (cell % 5 == 0), np.where(cell < 20, 0.0, 4.0)])
    got = turnover(loss, rate, GRID)
    for s in range(2):
        expected = [1.0]
        for i in cell:  # one by one: the loss jumps where a cell ends

            def derivative(t: float, e: Floats, k: float = loss[s, i]) -> Floats:
                return rate * (1.0 - e) - k * e

            span = (GRID[i], GRID[i + 1])
            answer = solve_ivp(derivative, span, expected[-1:], rtol=1e-11, atol=1e-13)
            expected.append(float(answer.y[0, -1]))
        np.testing.assert_allclose(got[s], expected, rtol=1e-8, atol=1e-10)


def test_turnover_is_exactly_1_where_loss_never_acted() -> None:
    loss = np.zeros((1, GRID.size - 1))
    loss[0, 10:] = 2.0
    got = turnover(loss, 0.7, GRID)
    assert (got[0, :11] == 1.0).all()
    assert (got[0, 11:] < 1.0).all()
