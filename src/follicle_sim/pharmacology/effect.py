"""From concentration to effect: saturation (Emax), or inactivation of an enzyme that turns over.

Effects are means over grid cells, not samples at nodes: a dose on a node would otherwise be read at
its peak, and a twice-daily dose would look different on every grid.
"""

import numpy as np

from follicle_sim.base.numerics import exp_array, log_array, turnover
from follicle_sim.base.types import Floats


def emax(concentration: Floats, ec50: float, hill: float = 1.0, maximum: float = 1.0) -> Floats:
    """Return E = maximum C^h / (ec50^h + C^h), exactly 0 where C is 0.

    Parameters
    ----------
    concentration : any shape, >= 0
    ec50 : concentration of half the maximum effect, same unit, positive
    hill : steepness h, positive
    maximum : effect at saturation

    Returns
    -------
    shape of `concentration`, 0 to `maximum`
    """
    ratio = concentration / ec50
    if hill != 1.0:
        present = ratio > 0.0
        power = np.zeros_like(ratio)
        power[present] = exp_array(hill * log_array(ratio[present]))
        ratio = power
    return maximum * (ratio / (1.0 + ratio))


def inhibited_share(
    concentration: Floats, inactivation: float, degradation: float, grid: Floats
) -> Floats:
    """Return the mean inactivated share of an enzyme in each grid cell.

    The active share follows dE/dt = k_deg (1 - E) - k_inact C E with E = 1 at grid[0]: renewal is
    as fast as normal loss. The mean over a cell needs no further integral: adding up the
    equation over a cell of width h gives E1 - E0 = k_deg I - k_inact C (h - I), where I is the
    integral of 1 - E.

    Parameters
    ----------
    concentration : (S, T - 1) mean in each cell
    inactivation : k_inact, 1/day per unit of concentration
    degradation : k_deg, 1/day
    grid : (T,) day; the enzyme is untouched at grid[0]

    Returns
    -------
    (S, T - 1) between 0 and 1; exactly 0 where nothing was ever given
    """
    loss = inactivation * concentration
    active = turnover(loss, degradation, grid)
    width = np.diff(grid)
    share = (np.diff(active, axis=1) + loss * width) / ((degradation + loss) * width)
    return np.clip(share, 0.0, 1.0)
