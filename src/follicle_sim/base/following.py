"""A quantity that follows another one with a lag of its own on the way up and on the way down."""

import numpy as np

from follicle_sim.base.compiled import jit
from follicle_sim.base.numerics import exp
from follicle_sim.base.types import Floats


@jit
def _follow(drive: Floats, up: float, down: float, grid: Floats, out: Floats) -> None:
    for i in range(1, grid.size):
        step = grid[i] - grid[i - 1]
        for s in range(out.shape[0]):
            middle = 0.5 * (drive[s, i - 1] + drive[s, i])
            rate = up if middle > out[s, i - 1] else down
            out[s, i] = middle + (out[s, i - 1] - middle) * exp(-rate * step)


def follow(drive: Floats, up: float, down: float, grid: Floats) -> Floats:
    """Solve y' = rate (drive - y), rate `up` (1/day) where y rises and `down` where it falls.

    The drive (S, T) is taken as its mean in each cell, so that y never overshoots it; y begins at
    drive[:, 0]. Returns (S, T).
    """
    drive = np.ascontiguousarray(np.atleast_2d(drive), dtype=np.float64)
    out = np.empty_like(drive)
    out[:, 0] = drive[:, 0]
    _follow(drive, float(up), float(down), np.ascontiguousarray(grid), out)
    return out
