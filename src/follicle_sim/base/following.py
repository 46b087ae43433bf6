"""A quantity that follows another one with a lag of its own on the way up and on the way down."""

import numpy as np
from numpy.typing import ArrayLike

from follicle_sim.base.compiled import jit
from follicle_sim.base.numerics import exp
from follicle_sim.base.types import Floats


@jit
def _follow(drive: Floats, up: Floats, down: Floats, grid: Floats, out: Floats) -> None:
    for i in range(1, grid.size):
        step = grid[i] - grid[i - 1]
        for s in range(out.shape[0]):
            middle = 0.5 * (drive[s, i - 1] + drive[s, i])
            rate = up[s] if middle > out[s, i - 1] else down[s]
            out[s, i] = middle + (out[s, i - 1] - middle) * exp(-rate * step)


def follow(drive: Floats, up: ArrayLike, down: ArrayLike, grid: Floats) -> Floats:
    """Solve y' = rate (drive - y), rate `up` (1/day) where y rises and `down` where it falls.

    Rates are of everybody or (S,) of each.

    The drive (S, T) is taken as its mean in each cell, so that y never overshoots it; y begins at
    drive[:, 0]. Returns (S, T).
    """
    drive = np.ascontiguousarray(np.atleast_2d(drive), dtype=np.float64)
    out = np.empty_like(drive)
    out[:, 0] = drive[:, 0]
    rise, fall = (np.broadcast_to(rate, len(drive)).astype(np.float64) for rate in (up, down))
    _follow(drive, rise, fall, np.ascontiguousarray(grid), out)
    return out
