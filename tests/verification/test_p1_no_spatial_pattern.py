"""P1: without coupling, phases of neighbours have nothing to do with each other (Moran's I)."""

import numpy as np
import pytest
from engine_by_hand import clocks_of, forcing_on, healthy_rules, started
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from follicle_sim.base.codes import Phase
from follicle_sim.biology.sites import sites
from follicle_sim.simulation.engine.agents.events import advance

FOLLICLES = 20_000
NEIGHBOURS = 8
NAME = (1, 0, 0, 0)
DAYS = (0.0, 90.0, 365.0, 1500.0)


def neighbour_weights(xy: NDArray[np.float64]) -> csr_matrix:
    """Return (N, N) weights: 1 where a follicle is among the nearest of another."""
    _, nearest = cKDTree(xy).query(xy, NEIGHBOURS + 1)
    rows = np.repeat(np.arange(len(xy)), NEIGHBOURS)
    return csr_matrix((np.ones(rows.size), (rows, nearest[:, 1:].ravel())), (len(xy), len(xy)))


def moran(value: NDArray[np.float64], weights: csr_matrix) -> tuple[float, float, float]:
    """Return Moran's I, its mean and its standard error if places were exchanged at random.

    Cliff & Ord 1981, Spatial Processes, equations 1.37 and 1.39 (randomisation).
    """
    n = value.size
    z = value - value.mean()
    s0 = weights.sum()
    s1 = 0.5 * (weights + weights.T).power(2).sum()
    degree = np.asarray(weights.sum(axis=0)).ravel() + np.asarray(weights.sum(axis=1)).ravel()
    s2 = np.sum(degree**2)
    kurtosis = n * np.sum(z**4) / np.sum(z**2) ** 2
    index = n / s0 * (z @ (weights @ z)) / np.sum(z**2)
    mean = -1.0 / (n - 1)
    first = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    square = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2)
    return float(index), mean, float(np.sqrt(square - mean**2))


def check_p1(phases: NDArray[np.uint8], xy: NDArray[np.float64]) -> None:
    """Raise AssertionError unless anagen and telogen are scattered at random on every day, 3 SE."""
    weights = neighbour_weights(xy)
    for day, phase in zip(DAYS, phases, strict=True):
        for which in (Phase.ANAGEN, Phase.TELOGEN):
            index, mean, error = moran((phase == which).astype(float), weights)
            off = (index - mean) / error
            assert abs(off) <= 3.0, f"{which.name} on day {day:g}: I = {index:.4f}, {off:.1f} SE"


def run() -> NDArray[np.uint8]:
    """Return (days, N) phases of one subject."""
    rules = healthy_rules()
    clocks = clocks_of(forcing_on(np.array([0.0, 1000.0, 2000.0])), rules)
    state = started(clocks, rules, FOLLICLES, NAME)
    phases = []
    for day in DAYS:
        advance(state, clocks, rules, NAME, day)
        phases.append(state["phase"].copy())
    return np.array(phases)


@pytest.fixture(scope="module")
def phases() -> NDArray[np.uint8]:
    return run()


@pytest.fixture(scope="module")
def patch() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    return sites(*NAME, FOLLICLES)


def test_p1(phases, patch) -> None:
    check_p1(phases, patch[0])


def test_p1_fails_when_a_unit_shares_its_luck(phases, patch) -> None:
    """A sibling in which all follicles of a unit have the phase of its first."""
    xy, unit = patch
    first = np.searchsorted(unit, unit)
    with pytest.raises(AssertionError, match="SE"):
        check_p1(phases[:, first], xy)


def test_p1_fails_when_one_follicle_in_ten_copies_its_neighbour(phases, patch) -> None:
    xy, _ = patch
    _, nearest = cKDTree(xy).query(xy, 2)
    source = np.where(np.arange(FOLLICLES) % 10 == 0, nearest[:, 1], np.arange(FOLLICLES))
    with pytest.raises(AssertionError, match="SE"):
        check_p1(phases[:, source], xy)


def test_p1_fails_with_a_wave_across_the_scalp(phases, patch) -> None:
    """A sibling in which telogen is set off in bands, as in the scalp of a mouse."""
    xy, _ = patch
    banded = phases.copy()
    banded[:, (np.floor(xy[:, 0] / 10.0) % 10 == 0)] = Phase.TELOGEN
    with pytest.raises(AssertionError, match="SE"):
        check_p1(banded, xy)
