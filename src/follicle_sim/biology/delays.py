"""Hazards that act some days after what they follow: a broken shaft falls when it has come out."""

from __future__ import annotations

import numpy as np

from follicle_sim.base.types import Floats
from follicle_sim.biology.causes import HALF_WIDTH


def delayed(cells: Floats, grid: Floats, delay: float, delay_sd: float = 0.0) -> Floats:
    """Return a hazard later by a delay that is spread evenly about its mean.

    Who is struck at t falls at t + delay: the integral of the hazard is that of `delay` days ago,
    and with a spread the mean of these integrals over it, (J(t - first) - J(t - last)) /
    (last - first) with J the integral of the integral. Exact on any grid.

    Parameters
    ----------
    cells : (S, T - 1) per day, constant in each cell of the grid
    grid : (T,) day; before it nothing acts
    delay, delay_sd : day, mean and standard deviation; `delay_sd` sqrt(3) is at most `delay`

    Returns
    -------
    (S, T - 1) per day

    Examples
    --------
    >>> delayed(np.array([[2.0, 0.0, 0.0]]), np.arange(4.0), 1.5).tolist()
    [[0.0, 1.0, 1.0]]
    """
    steps = np.diff(grid)
    once = _summed(cells * steps)
    if delay_sd == 0.0:
        later = _integrals(grid - delay, grid, cells, once)[0]
    else:
        twice = _summed((once[:, :-1] + 0.5 * cells * steps) * steps)
        first, last = delay - HALF_WIDTH * delay_sd, delay + HALF_WIDTH * delay_sd
        early = _integrals(grid - first, grid, cells, once, twice)[1]
        late = _integrals(grid - last, grid, cells, once, twice)[1]
        later = (early - late) / (last - first)
    return np.asarray(np.maximum(np.diff(later, axis=1), 0.0) / steps)


def _summed(cells: Floats) -> Floats:
    return np.concatenate([np.zeros((len(cells), 1)), np.cumsum(cells, axis=1)], axis=1)


def _integrals(
    days: Floats, grid: Floats, cells: Floats, once: Floats, twice: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return the integral of a hazard and the integral of that (S, D) up to some days (D,)."""
    cell = np.clip(np.searchsorted(grid, days, side="right") - 1, 0, grid.size - 2)
    since = np.where(days > grid[0], days - grid[cell], 0.0)
    single = once[:, cell] + cells[:, cell] * since
    if twice is None:
        return single, single
    double = twice[:, cell] + (once[:, cell] + 0.5 * cells[:, cell] * since) * since
    return single, double
