"""Theory for E1: the renewal equation of a cycle of four log-normal phases, solved on a grid.

Follicles start in the stationary law of clocks at speed 1; from time 0 on phase p runs at speed
v_p. With E_p(t) the rate at which follicles enter phase p, F_p and S_p = 1 - F_p the law of its
intrinsic duration and C the mean cycle, those who were in p at time 0 leave it at rate
v_p S_p(v_p t) / C, and

    E_next(t) = v_p S_p(v_p t) / C + integral over s in (0, t) of E_p(s) v_p f_p(v_p (t - s)).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]


def law(x: Floats, mean: float, cv: float) -> Floats:
    """Return F(x) of a log-normal duration; 0 for x <= 0."""
    sigma = np.sqrt(np.log1p(cv**2))
    with np.errstate(divide="ignore"):
        z = (np.log(np.maximum(x, 0.0) / mean)) / sigma
    return ndtr(z + sigma / 2.0)


def survival_integral(x: Floats, mean: float, cv: float) -> Floats:
    """Return the integral of S from 0 to x: x S(x) plus the partial mean of durations below x."""
    sigma = np.sqrt(np.log1p(cv**2))
    with np.errstate(divide="ignore"):
        z = np.log(x / mean) / sigma
    return x * (1.0 - law(x, mean, cv)) + mean * ndtr(z - sigma / 2.0)


def phase_shares(
    mean: Sequence[float], cv: Sequence[float], speed: Sequence[float], end: float, cells: int
) -> tuple[Floats, Floats]:
    """Return times (cells + 1,) and the share of follicles in each phase (cells + 1, 4).

    Those who enter during a cell are taken to enter in its middle: second order in the cell.
    """
    step = end / cells
    time = np.arange(cells + 1) * step
    cycle = sum(mean)
    left = np.empty((4, cells))  # of those in the phase at time 0, in each cell
    kernel = np.empty((4, cells))  # chance to leave k cells after the one of entry
    for p in range(4):
        left[p] = np.diff(survival_integral(speed[p] * time, mean[p], cv[p])) / cycle
        edges = np.append(0.0, np.arange(cells) + 0.5) * step * speed[p]
        kernel[p] = np.diff(law(edges, mean[p], cv[p]))
    entered = np.zeros((4, cells))
    for j in range(cells):
        # a follicle never runs through all of anagen within one cell, so the round ends there
        for p in range(4):
            upto = j if p == 0 else j + 1
            leaving = left[p, j] + entered[p, :upto] @ kernel[p, j - upto + 1 : j + 1][::-1]
            entered[(p + 1) % 4, j] += leaving
    share = np.empty((cells + 1, 4))
    for p in range(4):
        gone = entered[(p + 1) % 4]
        share[:, p] = mean[p] / cycle + np.append(0.0, np.cumsum(entered[p] - gone))
    return time, share
