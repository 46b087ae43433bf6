"""H5: a synchronised scalp forgets its start by exp(-2 pi^2 CV^2) per cycle."""

import numpy as np
import pytest
from engine_by_hand import Lived, clocks_of, forcing_on, healthy_rules, lived, synchronised
from engine_by_hand import stationary as stationary_start

MEANS = np.array([100.0, 10.0, 50.0, 40.0])
CYCLE = float(MEANS.sum())
SAMPLES = 100  # a cycle


def amplitude(result: Lived) -> np.ndarray:
    """Return the size of the wave of one cycle's length in the anagen share, cycle by cycle."""
    wave = np.exp(-2j * np.pi * result.visits / CYCLE)
    return np.abs((result.pooled[:, 0] * wave).reshape(-1, SAMPLES).mean(axis=1))


def decay(result: Lived, last: int) -> float:
    """Return the ratio of amplitudes of successive cycles, from the second cycle to `last`."""
    size = amplitude(result)
    return float((size[last] / size[1]) ** (1.0 / (last - 1)))


def check_h5(result: Lived, cv: float, last: int) -> None:
    """Raise AssertionError unless there is a wave and it decays at the expected rate (10 %)."""
    size = amplitude(result)
    assert size[1] > 0.05, f"no wave: amplitude {size[1]:.4f} in the second cycle"
    expected = np.exp(-2.0 * np.pi**2 * cv**2)
    ratio = decay(result, last) / expected
    assert abs(ratio - 1.0) <= 0.10, f"decay per cycle is {ratio:.3f} times the expected"


def run(cv: float, start=synchronised) -> Lived:
    """Live eight cycles whose whole length has coefficient of variation `cv`."""
    share = cv * CYCLE / np.sqrt(np.sum(MEANS**2))
    rules = healthy_rules(MEANS, np.full(4, share))
    clocks = clocks_of(forcing_on(np.array([0.0, 1000.0, 2000.0])), rules)
    visits = np.arange(8 * SAMPLES) * CYCLE / SAMPLES
    return lived(clocks, rules, visits, follicles=40_000, start=start)


# cycles over which the wave stays well above the noise of 40,000 follicles
CASES = [(0.05, 7), (0.10, 7), (0.15, 4), (0.20, 3)]


@pytest.mark.parametrize(("cv", "last"), CASES)
def test_h5(cv: float, last: int) -> None:
    check_h5(run(cv), cv, last)


@pytest.mark.parametrize("cv", [0.10, 0.20])
def test_h5_fails_with_twice_the_variation(cv: float) -> None:
    with pytest.raises(AssertionError, match=r"decay|no wave"):
        check_h5(run(2.0 * cv), cv, 3)


def test_h5_fails_without_variation() -> None:
    with pytest.raises(AssertionError, match="decay"):
        check_h5(run(1e-6), 0.10, 7)


def test_h5_fails_from_a_stationary_start() -> None:
    with pytest.raises(AssertionError, match="no wave"):
        check_h5(run(0.10, start=stationary_start), 0.10, 7)
